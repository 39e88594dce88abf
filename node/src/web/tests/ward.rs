//! A hospital that is alone in its network, and the browsers in it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use house::Actor;
use http_body_util::BodyExt;
use protocol::CaseId;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    app::{
        App, Audience, NewAccount, NewCase, Word,
        hospital::{Hospital, attest, speaking_for},
    },
    clock::now_ms,
    web::{router, server::Door, when::date},
};

/// The password of everybody.
pub(super) const PASSWORD: &str = "correct horse battery";

/// A picture without a face.
pub(super) const PICTURE: &[u8] = include_bytes!("../../../demo/pictures/tibia.jpg");

/// Where browsers stand unless they are elsewhere.
const HERE: [u8; 4] = [192, 0, 2, 7];

/// A node with a network of one.
pub(super) struct Ward {
    hospital: Hospital,
    pub(super) app: Arc<App>,
    router: Router,
}

/// A browser: it keeps its session, and its requests come from our own pages.
#[derive(Clone)]
pub(super) struct Browser {
    router: Router,
    pub(super) cookie: Option<String>,
    /// The login name of whoever sits before it; of nobody empty.
    pub(super) login: String,
    is_owner: bool,
    address: [u8; 4],
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What a page that waits asks for again, without scripts as with them.
    pub(super) fn asked_again(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("http-equiv=\"refresh\" content=\"1; url=")?;
        let place = rest.split('"').next().unwrap();
        assert!(self.body.contains(&format!("hx-get=\"{place}\"")), "{}", self.body);
        Some(place)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether the asker is told to sign in, in the words of a page or of the API.
    pub(super) fn asks_to_sign_in(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED || self.header("location").starts_with("/sign-in")
    }
}

impl Ward {
    pub(super) async fn open() -> Self {
        let hospital = Hospital::begun();
        let app = hospital.open().await;
        Self { router: router(app.clone()), hospital, app }
    }

    pub(super) async fn founded() -> Self {
        let (hospital, app) = Hospital::founded().await;
        Self { router: router(app.clone()), hospital, app }
    }

    /// A node that since its start has heard of no other, so that all that is said there waits, and the case of a physician whose
    /// login is `one`; that of a colleague is `two`.
    pub(super) async fn cut_off() -> (Self, CaseId) {
        let (hospital, app) = Hospital::beside_a_silent_one().await;
        let ward = Self { router: router(app.clone()), hospital, app };
        ward.physician("one").await;
        ward.physician("two").await;
        let case = ward.case("one", "Target lesions", Audience::Network).await;
        (ward.restarted().await, case)
    }

    /// The node after a restart. No browser may be open.
    pub(super) async fn restarted(self) -> Self {
        let Self { hospital, app, router: before } = self;
        drop(before);
        let app = hospital.reopened(app).await;
        Self { router: router(app.clone()), hospital, app }
    }

    /// A browser that nobody has signed in with.
    pub(super) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: None, login: String::new(), is_owner: false, address: HERE }
    }

    /// A browser at another address.
    pub(super) fn elsewhere(&self) -> Browser {
        Browser { address: [198, 51, 100, 9], ..self.browser() }
    }

    /// The command line of whoever owns the machine.
    pub(super) fn owner(&self) -> Browser {
        Browser { is_owner: true, ..self.browser() }
    }

    /// The first administrator, signed in.
    pub(super) async fn administrator(&self) -> Browser {
        self.redeemed(&self.hospital.first_sign_in).await
    }

    /// Somebody who signed themselves up.
    pub(super) async fn viewer(&self, wish: &str) -> Browser {
        let mut browser = self.browser();
        let answer =
            browser.post("/sign-up", &[("account", wish), ("name", "Vera Viewer"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let page = browser.get(answer.header("location")).await.body;
        let (_, named) = page.split_once("Its name is ").unwrap_or_else(|| panic!("{page}"));
        browser.login = named.split(':').next().unwrap().to_owned();
        browser
    }

    /// Somebody who works here, with roles and without an attestation.
    pub(super) async fn staff(&self, login: &str, roles: &[&str]) -> Browser {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let new = NewAccount { login: login.to_owned(), name: format!("Dr. {login}"), roles };
        let one_time = self.app.add_account(&new, &Actor::System).unwrap();
        Browser { login: login.to_owned(), ..self.redeemed(&one_time.path).await }
    }

    /// A physician for whom the house vouches.
    pub(super) async fn physician(&self, login: &str) -> Browser {
        let browser = self.staff(login, &[]).await;
        attest(&self.app, login).await;
        browser
    }

    /// A case of words alone, by a physician who exists.
    pub(super) async fn case(&self, login: &str, title: &str, audience: Audience) -> CaseId {
        self.post(login, title, audience, Vec::new()).await
    }

    /// A case with a picture.
    pub(super) async fn case_with_picture(&self, login: &str, title: &str, audience: Audience) -> CaseId {
        self.post(login, title, audience, vec![PICTURE.to_vec()]).await
    }

    async fn post(&self, login: &str, title: &str, audience: Audience, files: Vec<Vec<u8>>) -> CaseId {
        let new = NewCase {
            title: title.to_owned(),
            question: "What is it?".to_owned(),
            text: "For three days, without fever.".to_owned(),
            specialty: Some("D003880".to_owned()),
            tags: vec!["rash".to_owned()],
            before_after: vec![],
            audience,
            kept: vec![],
        };
        let actor = speaking_for(&self.app, login);
        self.app.post_case(&new, files, Word::Looked, &actor).await.unwrap().case.parse().unwrap()
    }

    async fn redeemed(&self, path: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post(path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }
}

impl Browser {
    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", "", &[]).await
    }

    /// The page of a picture once it was looked at: until then it asks to be loaded again.
    pub(super) async fn looked_at(&mut self, editor: &str) -> Answer {
        loop {
            let page = self.get(editor).await;
            if page.asked_again().is_none() {
                return page;
            }
        }
    }

    /// The answer to a word for a picture, once what was written was looked at: it leads on, or is the editor again.
    pub(super) async fn confirmed(&mut self, editor: &str, fields: &[(&str, &str)]) -> Answer {
        let saved = format!("{editor}?saved=yes");
        let answer = self.post(editor, &[&[("do", "save"), ("confirmed", "yes")], fields].concat()).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, saved.as_str()), "{}", answer.body);
        self.looked_at(&saved).await
    }

    /// A part of a page, as scripts ask for it.
    pub(super) async fn get_fragment(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", "", &[("hx-request", "true"), ("hx-request-type", "partial")]).await
    }

    /// A form.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, "application/x-www-form-urlencoded", &form(fields), &[]).await
    }

    pub(super) async fn post_fragment(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("hx-request", "true"), ("hx-request-type", "partial")];
        self.send("POST", path, "application/x-www-form-urlencoded", &form(fields), &headers).await
    }

    pub(super) async fn post_json(&mut self, path: &str, body: Value) -> Answer {
        self.send("POST", path, "application/json", &body.to_string(), &[]).await
    }

    pub(super) async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("account", login), ("password", password), ("next", "/")]).await
    }

    /// A request as it stands; headers that are named replace those of a browser on our own page.
    pub(super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send_bytes(method, path, content_type, body.as_bytes().to_vec(), headers).await
    }

    pub(super) async fn send_bytes(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if !headers.iter().any(|(name, _)| ["sec-fetch-site", "origin"].contains(name)) {
            request = request.header("sec-fetch-site", "same-origin");
        }
        if !content_type.is_empty() {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        let address = SocketAddr::from((self.address, 40_000));
        request.extensions_mut().insert(if self.is_owner { Door::Owner } else { Door::Network(address) });
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer =
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() };
        self.keep_cookie(&answer);
        answer
    }

    fn keep_cookie(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            if let Some(value) = pair.strip_prefix("consilium=") {
                self.cookie = Some(pair.to_owned()).filter(|_| !value.is_empty());
            }
        }
    }
}

/// A body for each route of the API, so that a refusal is not about the body.
pub(super) fn body_of(path: &str, login: &str) -> Value {
    match path.trim_start_matches("/api/v1") {
        "/charters" => json!({ "name": "N", "cards": [] }),
        "/charters/signatures" | "/charters/reading" => json!({ "charter": "x" }),
        "/network" => json!({ "invitation": "x" }),
        "/admissions" => json!({ "card": "x" }),
        "/admissions/votes" | "/expulsions" => json!({ "feed": "00".repeat(32) }),
        "/accounts" => json!({ "login": "x", "name": "X" }),
        "/attestations" => json!({ "login": "nobody", "profession": "nurse", "days": 1 }),
        "/revocations" => json!({ "login": "nobody", "reason": "misuse" }),
        "/tokens" => json!({ "login": login, "scopes": ["cases:read"], "days": 0 }),
        "/cases" => json!({ "title": "", "audience": "network" }),
        path if path.ends_with("/comments") => json!({ "text": "x" }),
        path if path.ends_with("/star") => json!({}),
        path if path.ends_with("/withdrawal") => json!({ "ground": "author-wish" }),
        _ => json!({}),
    }
}

/// A day on which a badge may end, as a form holds it.
pub(super) fn a_later_day() -> String {
    const DAYS_MS: u64 = 200 * 24 * 60 * 60 * 1_000;
    date(now_ms() + DAYS_MS)
}

fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}
