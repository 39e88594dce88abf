//! A feed to pull: cases and comments as people post them, many at once, through the API of a running hospital.

use std::{path::PathBuf, sync::Arc};

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::UnixStream;

use crate::{
    house::House,
    http::{Ask, Door},
    words::Chance,
};

/// People who post at the same time.
const CALLERS: usize = 64;
/// Comments on each case.
const COMMENTS: usize = 4;
/// Bytes of a text, so that header, signature, salt and payload are 1,024 bytes in the mean.
const CASE_BYTES: usize = 620;
const COMMENT_BYTES: usize = 620;

/// Makes a hospital's feed about `entries` longer. The last case has `word` in its text.
pub(crate) fn fill(house: &House, login: &str, entries: usize, word: &str) {
    let Door::Socket(socket) = house.socket() else { panic!("a house has a socket") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cases = entries / (COMMENTS + 1);
        let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let callers = (0..CALLERS).map(|_| {
            let (socket, login, next) = (socket.clone(), login.to_owned(), next.clone());
            tokio::spawn(async move {
                let mut line = Line::open(socket).await;
                loop {
                    let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if number >= cases {
                        break;
                    }
                    line.case(&login, number as u64).await;
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    });
    let last = json!({ "as": login, "title": "The last one", "text": word });
    let answer = Ask::post("/api/v1/cases", &last).send(&house.socket()).unwrap_or_else(|_| panic!("the node answers"));
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// A connection that is used again and again.
struct Line(SendRequest<Full<Bytes>>);

impl Line {
    async fn open(socket: PathBuf) -> Self {
        let stream = UnixStream::connect(socket).await.unwrap();
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    async fn case(&mut self, login: &str, number: u64) {
        let title = format!("Case {number}: {}", text(number, 30));
        let case = json!({
            "as": login, "title": title, "question": text(number + 1, 60), "text": text(number, CASE_BYTES - 120), "specialty": "D003880",
        });
        let said = self.post("/api/v1/cases", &case).await;
        let path = format!("/api/v1/cases/{}/comments", said["case"].as_str().unwrap());
        for comment in 0..COMMENTS as u64 {
            let text = text(number << 8 | comment, COMMENT_BYTES - 80 * comment as usize);
            self.post(&path, &json!({ "as": login, "text": text })).await;
        }
    }

    async fn post(&mut self, path: &str, body: &Value) -> Value {
        let request = Request::post(path).header("host", "localhost").header("origin", "http://localhost");
        let request = request.header("content-type", "application/json");
        let request = request.body(Full::new(Bytes::from(body.to_string()))).unwrap();
        self.0.ready().await.unwrap();
        let answer = self.0.send_request(request).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// Words by Zipf's law, as many as fit.
pub(crate) fn text(seed: u64, bytes: usize) -> String {
    let mut chance = Chance(seed);
    let mut text = String::new();
    while text.len() < bytes {
        text.push_str(&chance.word());
        text.push(' ');
    }
    text.truncate(bytes);
    text
}
