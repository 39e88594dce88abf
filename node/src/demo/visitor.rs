//! A person with a browser: pages are asked for, forms are filled in and sent, cookies kept.

use std::{collections::BTreeMap, error::Error, net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header, response::Parts},
};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

use super::{Case, DemoError};
use crate::cli::{Part, multipart, percent_encode};

/// Bytes of a page.
const PAGE_BYTES_MAX: usize = 8 << 20;
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a picture is confirmed, if the finders still see something in what was written.
const WORDS_MAX: usize = 3;
/// What is gone through before a case is shared.
const STATEMENTS: [&str; 7] = ["names", "numbers", "dates", "faces", "marks", "place", "rare"];

/// A person at a node.
pub(super) struct Visitor {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// What came back.
struct Page {
    what: String,
    status: StatusCode,
    location: Option<String>,
    /// Seconds after which it asks to be loaded again.
    again_s: Option<u64>,
    text: String,
}

impl Visitor {
    pub(super) const fn new(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new() }
    }

    /// Signs in for the first time: chooses a password.
    pub(super) async fn redeem(&mut self, link: &str, password: &str) -> Result<(), DemoError> {
        let form = [("password", password), ("again", password)];
        self.post(link, &form).await?.place(self.address)?;
        Ok(())
    }

    /// Writes a case and shares it. Returns its id.
    pub(super) async fn post_case(
        &mut self,
        case: &Case,
        institutions: &[String],
        password: &str,
    ) -> Result<String, DemoError> {
        let pictures = self.post("/cases/new", &[]).await?.place(self.address)?;
        let draft = pictures.trim_end_matches("/pictures").to_owned();
        for picture in case.pictures {
            self.upload(&pictures, picture).await?.place(self.address)?;
        }
        for picture in case.pictures {
            self.confirm_next_picture(&draft, Case::shows_a_face(picture)).await?;
        }
        self.write(&draft, case).await?;
        let mut audience = vec![("consent", case.audience), ("audience", case.audience)];
        audience.extend(institutions.iter().map(|feed| ("institution", feed.as_str())));
        self.post(&format!("{draft}/audience"), &audience).await?.place(self.address)?;
        self.check(&draft).await?;
        let shared = self.post(&format!("{draft}/share"), &[("password", password)]).await?;
        let place = shared.place(self.address)?;
        let case = place.split('?').next().and_then(|path| path.strip_prefix("/cases/"));
        case.map(str::to_owned).ok_or_else(|| shared.unexpected(self.address))
    }

    /// Says what became of an own case.
    pub(super) async fn resolve(&mut self, case: &str, diagnosis: &str, words: &str) -> Result<(), DemoError> {
        let form = [("status", "resolved"), ("diagnosis", diagnosis), ("certainty", "confirmed"), ("words", words)];
        self.post(&format!("/cases/{case}/status"), &form).await?.place(self.address)?;
        Ok(())
    }

    /// Looks at the next picture and confirms it: with its covers as they are proposed where it shows a face, else without
    /// them, for what the finder took for one is none. What is found in the written file is answered in the same way.
    async fn confirm_next_picture(&mut self, draft: &str, shows_a_face: bool) -> Result<(), DemoError> {
        let editor = self.get(&format!("{draft}/hide")).await?.place(self.address)?;
        let mut page = self.looked_at(&editor).await?;
        for _ in 0..WORDS_MAX {
            let proposed = hidden_field(&page.text, "covers");
            let covers = proposed.and_then(|proposed| answered(&proposed, shows_a_face));
            let covers = covers.ok_or_else(|| page.unexpected(self.address))?;
            let asked = ["unsearched", "answered-skin", "answered-head", "answered-frames"];
            let told: Vec<_> =
                asked.into_iter().filter(|field| has_box(&page.text, field)).map(|field| (field, "yes")).collect();
            let form = [&[("covers", covers.as_str()), ("confirmed", "yes"), ("do", "save")], &told[..]].concat();
            page = self.post(&editor, &form).await?;
            if page.status == StatusCode::UNPROCESSABLE_ENTITY {
                continue;
            }
            // It leads on, or is the editor once more.
            page = self.looked_at(&page.place(self.address)?).await?;
            if page.status.is_redirection() {
                break;
            }
        }
        page.place(self.address).map(|_| ())
    }

    /// The page of a picture, as soon as programs are through with it: until then it asks to be loaded again.
    async fn looked_at(&mut self, place: &str) -> Result<Page, DemoError> {
        loop {
            let page = self.get(place).await?;
            match page.again_s {
                Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                None => return Ok(page),
            }
        }
    }

    /// Looks at the case as others will see it, and ticks every line.
    async fn check(&mut self, draft: &str) -> Result<(), DemoError> {
        let place = format!("{draft}/check");
        let page = self.get(&place).await?;
        let seen = hidden_field(&page.text, "seen").ok_or_else(|| page.unexpected(self.address))?;
        let mut form = vec![("seen", seen.as_str())];
        form.extend(STATEMENTS.map(|statement| ("statement", statement)));
        self.post(&place, &form).await?.place(self.address)?;
        Ok(())
    }

    /// Words that look like an identifier are asked about once; who sends them again has looked.
    async fn write(&mut self, draft: &str, case: &Case) -> Result<(), DemoError> {
        let form = [
            ("title", case.title),
            ("question", case.question),
            ("history", case.text),
            ("specialty", case.specialty),
            ("age_band", case.age),
            ("sex", case.sex),
        ];
        let place = format!("{draft}/context");
        let page = self.post(&place, &form).await?;
        let page = if page.status == StatusCode::UNPROCESSABLE_ENTITY { self.post(&place, &form).await? } else { page };
        page.place(self.address)?;
        Ok(())
    }

    async fn get(&mut self, path: &str) -> Result<Page, DemoError> {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page, DemoError> {
        let pairs = fields.iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)));
        let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        self.ask(Method::POST, path, Some(("application/x-www-form-urlencoded".to_owned(), body))).await
    }

    async fn upload(&mut self, path: &str, picture: &[u8]) -> Result<Page, DemoError> {
        let part = Part { name: "pictures", content_type: "image/jpeg", is_file: true, bytes: picture };
        self.ask(Method::POST, path, Some(multipart(&[part]))).await
    }

    async fn ask(&mut self, method: Method, path: &str, body: Option<(String, Vec<u8>)>) -> Result<Page, DemoError> {
        let what = format!("{method} {}", named(path));
        let asked = timeout(PATIENCE, self.exchange(method, path, body)).await;
        let asked = asked.unwrap_or_else(|late| Err(late.into()));
        let (parts, text) =
            asked.map_err(|source| DemoError::Page { address: self.address, what: what.clone(), source })?;
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let location = header(header::LOCATION).map(str::to_owned);
        let again_s = again_s(&text);
        Ok(Page { what, status: parts.status, location, again_s, text })
    }

    async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(String, Vec<u8>)>,
    ) -> Result<(Parts, String), Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::ORIGIN, format!("http://{}", self.address));
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        let (kind, bytes) = body.unzip();
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let response = sender.send_request(request.body(Body::from(bytes.unwrap_or_default()))?).await?;
        let (parts, body) = response.into_parts();
        let bytes = Limited::new(body, PAGE_BYTES_MAX).collect().await?.to_bytes();
        driver.abort();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        Ok((parts, String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// After how many seconds a page asks to be loaded again, where no script runs.
fn again_s(page: &str) -> Option<u64> {
    let (_, again) = page.split_once("<meta http-equiv=\"refresh\" content=\"")?;
    again.split([';', '"']).next()?.parse().ok()
}

/// Whether a page has a box of that name.
fn has_box(page: &str, field: &str) -> bool {
    page.contains(&format!("type=\"checkbox\" name=\"{field}\""))
}

impl Page {
    /// Where a form that was accepted leads.
    fn place(&self, address: SocketAddr) -> Result<String, DemoError> {
        match &self.location {
            Some(place) if self.status.is_redirection() => Ok(place.clone()),
            _ => Err(self.unexpected(address)),
        }
    }

    fn unexpected(&self, address: SocketAddr) -> DemoError {
        let words = words_of(&self.text).chars().take(300).collect();
        DemoError::Answer { address, what: self.what.clone(), status: self.status.as_u16(), words }
    }
}

/// A path as it may be told: a one-time link is a secret.
fn named(path: &str) -> &str {
    if path.starts_with("/first/") { "/first/…" } else { path }
}

/// The value of a hidden field of a form.
fn hidden_field(page: &str, name: &str) -> Option<String> {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    let (value, _) = after.split_once('"')?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    let pairs = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// The words of a page's main part, without its tags.
fn words_of(page: &str) -> String {
    let main = page.split_once("<main").map_or(page, |(_, main)| main);
    let mut words = String::new();
    let mut is_tag = page.len() != main.len();
    for letter in main.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                words.push(' ');
            }
            letter if !is_tag => words.push(letter),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The covers of a picture with an answer to all that was found: covered, or taken off as not there.
fn answered(proposed: &str, shows_a_face: bool) -> Option<String> {
    let proposed: Value = serde_json::from_str(proposed).ok()?;
    let covers = proposed.get("covers")?.as_array()?.iter();
    let open = proposed.get("dismissed")?.as_array()?.iter();
    if shows_a_face {
        let covers: Vec<&Value> = covers.chain(open.filter_map(|open| open.get("cover"))).collect();
        return Some(json!({ "covers": covers, "dismissed": [] }).to_string());
    }
    let reason = "not-a-finding";
    let taken_off = covers.map(|cover| json!({ "finding": cover["finding"], "reason": reason, "cover": cover }));
    let left = open.map(|open| json!({ "finding": open["finding"], "reason": reason, "cover": open["cover"] }));
    let dismissed: Vec<Value> = left.chain(taken_off).collect();
    Some(json!({ "covers": [], "dismissed": dismissed }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_finder_took_for_a_face_is_taken_off_with_a_reason() {
        let proposed = r#"{"covers":[{"shape":"box","x":1,"y":2,"width":3,"height":4,"finding":0}],"dismissed":[]}"#;
        let taken_off: Value = serde_json::from_str(&answered(proposed, false).unwrap()).unwrap();
        assert_eq!(taken_off["covers"], json!([]));
        assert_eq!(taken_off["dismissed"][0]["finding"], json!(0));
        assert_eq!(taken_off["dismissed"][0]["reason"], json!("not-a-finding"));
        assert_eq!(answered("no covers", false), None);
        let open = r#"{"covers":[],"dismissed":[{"finding":0,"reason":null,"cover":{"shape":"box","finding":0}}]}"#;
        let covered: Value = serde_json::from_str(&answered(open, true).unwrap()).unwrap();
        assert_eq!((&covered["covers"][0]["finding"], &covered["dismissed"]), (&json!(0), &json!([])));
    }

    #[test]
    fn a_hidden_field_is_read_as_a_browser_reads_it() {
        let page = r#"<input type="hidden" name="covers" value="{&#34;covers&#34;:[],&#34;a&#38;b&#34;:1}">"#;
        assert_eq!(hidden_field(page, "covers").as_deref(), Some(r#"{"covers":[],"a&b":1}"#));
        assert_eq!(hidden_field(page, "other"), None);
    }

    #[test]
    fn a_page_that_says_no_is_told_in_its_words_and_without_its_secret() {
        assert_eq!(words_of("<html><main class=a><h1>No</h1>\n<p>not  <b>now</b></p>"), "No not now");
        assert_eq!(named("/first/nurse/abcdef"), "/first/…");
    }
}
