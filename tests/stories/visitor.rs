//! Somebody at a browser: signed in, with forms and files to send.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::{
    house::House,
    http::{Ask, Door},
    raw::{Heard, exchange},
};

/// The line between the parts of a form; no file of a story holds it.
const BOUNDARY: &str = "------------between-the-parts-of-a-story";

/// The one password of all visitors.
pub(crate) const PASSWORD: &str = "a-long-walk-along-the-river";

/// A person in a session.
pub(crate) struct Visitor {
    pub(crate) web: SocketAddr,
    cookie: String,
}

/// A part of a form.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    head: String,
    bytes: Vec<u8>,
}

impl Part {
    /// The words of a case.
    pub(crate) fn case(words: &Value) -> Self {
        Self::raw("Content-Disposition: form-data; name=\"case\"\r\nContent-Type: application/json", words.to_string())
    }

    /// A file as a browser sends it.
    pub(crate) fn file(field: &str, name: &str, kind: &str, bytes: &[u8]) -> Self {
        let head =
            format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}");
        Self::raw(&head, bytes)
    }

    /// A part with a head of any kind.
    pub(crate) fn raw(head: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { head: head.to_owned(), bytes: bytes.into() }
    }
}

impl Visitor {
    /// Signs in an account that was just made or reset.
    pub(crate) fn sign_in(house: &House, login: &str) -> Self {
        let path = house.ask(&["account", "reset", login])["path"].as_str().unwrap().to_owned();
        let form = [("password", PASSWORD), ("again", PASSWORD)];
        let answer = Ask::form(&path, &form).send(&Door::Web(house.web())).expect("the node answers");
        assert_eq!(answer.status, 303, "{answer:?}");
        Self { web: house.web(), cookie: answer.cookies.first().expect("a session begins").clone() }
    }

    /// The first lines of a request in this session, without the empty line behind them.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        let (web, cookie) = (self.web, &self.cookie);
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {web}\r\nOrigin: http://{web}\r\nCookie: {cookie}\r\nConnection: close\r\n"
        )
    }

    /// Asks for a page or a picture.
    pub(crate) fn get(&self, path: &str) -> Heard {
        self.send(&format!("{}\r\n", self.head("GET", path)).into_bytes())
    }

    /// Sends bytes of some kind.
    pub(crate) fn post(&self, path: &str, kind: &str, body: &[u8]) -> Heard {
        self.send(&self.request(path, kind, "application/json", body))
    }

    /// Fills in a form and sends it, as a browser without scripts does.
    pub(crate) fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Heard {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", encoded(name), encoded(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        self.send(&self.request(path, "application/x-www-form-urlencoded", "text/html", body.as_bytes()))
    }

    /// Sends a form with files to the API.
    pub(crate) fn post_parts(&self, path: &str, parts: &[Part]) -> Heard {
        let (kind, body) = form(parts);
        self.post(path, &kind, &body)
    }

    /// Posts a case with a picture that was looked at, as a program does.
    pub(crate) fn posts_case_with(&self, picture: Part) -> Heard {
        self.post_parts("/api/v1/cases", &[words(), picture])
    }

    /// Sends files as the script of the upload page does, which reads words.
    pub(crate) fn upload(&self, path: &str, parts: &[Part]) -> Heard {
        let (kind, body) = form(parts);
        self.send(&self.request(path, &kind, "text/plain", &body))
    }

    /// Begins a draft. The path of its page for pictures.
    pub(crate) fn begin_draft(&self) -> String {
        let answer = self.post("/cases/new", "application/x-www-form-urlencoded", b"");
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.header("location").unwrap().to_owned()
    }

    /// The pictures of a case, in their order, each as it is shown.
    pub(crate) fn pictures(&self, case: &str, count: usize) -> Vec<Vec<u8>> {
        let shown = (1..=count).map(|number| self.get(&format!("/cases/{case}/pictures/{number}")));
        let shown = shown.inspect(|answer| assert_eq!(answer.status, 200, "{}", answer.text()));
        shown.map(|answer| answer.body).collect()
    }

    /// Drafts that the person finds again.
    pub(crate) fn drafts(&self) -> usize {
        self.get("/cases/new").text().matches("href=\"/drafts/").count()
    }

    fn request(&self, path: &str, kind: &str, accept: &str, body: &[u8]) -> Vec<u8> {
        let head = self.head("POST", path);
        let len = body.len();
        let head = format!("{head}Accept: {accept}\r\nContent-Type: {kind}\r\nContent-Length: {len}\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    fn send(&self, request: &[u8]) -> Heard {
        exchange(self.web, request).expect("the node answers")
    }
}

/// The words of a case with pictures that somebody has looked at.
pub(crate) fn words() -> Part {
    let word =
        json!({ "title": "A picture", "text": "Seen today.", "audience": "network", "confirm": true, "looked": true });
    Part::case(&word)
}

/// Text as a form sends it.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The kind of a form and its body.
pub(crate) fn form(parts: &[Part]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for Part { head, bytes } in parts {
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
