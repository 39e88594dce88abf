//! A small HTTP client: one request over one connection, to a node's socket or to its web address.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};

/// Whoever does not answer by then does not answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Where a node is spoken to.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// The owner's socket.
    Socket(PathBuf),
    /// Pages and API, as browsers reach them.
    Web(SocketAddr),
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// The cookies that it hands out, as a browser would bring them back.
    pub(crate) cookies: Vec<String>,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// No answer: nobody listens, or the connection broke.
#[derive(Debug)]
pub(crate) struct NoAnswer;

/// Something to ask.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: &'static str,
    path: String,
    kind: &'static str,
    cookie: Option<String>,
    body: Vec<u8>,
}

/// Stands between the parts of a form. No picture holds it.
const BOUNDARY: &str = "between-the-parts-of-a-story";
const PARTS: &str = "multipart/form-data; boundary=between-the-parts-of-a-story";

impl Ask {
    /// A `GET`.
    pub(crate) fn get(path: &str) -> Self {
        Self { method: "GET", path: path.to_owned(), kind: "", cookie: None, body: Vec::new() }
    }

    /// A `DELETE`.
    pub(crate) fn delete(path: &str) -> Self {
        Self { method: "DELETE", ..Self::get(path) }
    }

    /// A `POST` of JSON.
    pub(crate) fn post(path: &str, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { method: "POST", path: path.to_owned(), kind: "application/json", cookie: None, body }
    }

    /// A `POST` of a form whose values need no encoding.
    pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let body = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let (kind, body) = ("application/x-www-form-urlencoded", body.into_bytes());
        Self { method: "POST", path: path.to_owned(), kind, cookie: None, body }
    }

    /// A `POST` of a case with a picture that its author has looked at.
    pub(crate) fn case(words: &Value, picture: &[u8]) -> Self {
        let body = [
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"case\"\r\n").as_bytes(),
            format!("Content-Type: application/json\r\n\r\n{words}\r\n--{BOUNDARY}\r\n").as_bytes(),
            b"Content-Disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
            picture,
            format!("\r\n--{BOUNDARY}--\r\n").as_bytes(),
        ]
        .concat();
        Self { method: "POST", path: "/api/v1/cases".to_owned(), kind: PARTS, cookie: None, body }
    }

    /// In a session.
    pub(crate) fn with_cookie(self, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..self }
    }

    /// Sends it and waits for the answer.
    pub(crate) fn send(&self, door: &Door) -> Result<Answer, NoAnswer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let answer = tokio::time::timeout(ANSWER_WITHIN, self.carry(door)).await;
            answer.expect("a node that takes a connection answers")
        })
    }

    async fn carry(&self, door: &Door) -> Result<Answer, NoAnswer> {
        match door {
            Door::Socket(path) => self.over(connect(path).await?, "localhost").await,
            Door::Web(address) => {
                let stream = TcpStream::connect(address).await.map_err(|_| NoAnswer)?;
                self.over(stream, &address.to_string()).await
            }
        }
    }

    async fn over<S>(&self, stream: S, host: &str) -> Result<Answer, NoAnswer>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header(header::HOST, host)
            .header(header::ORIGIN, format!("http://{host}"))
            .header(header::ACCEPT, "application/json");
        if !self.kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, self.kind);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Full::new(Bytes::from(self.body.clone()))).unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| NoAnswer)?;
        let driver = tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.map_err(|_| NoAnswer)?.into_parts();
        let bytes = body.collect().await.map_err(|_| NoAnswer)?.to_bytes();
        driver.abort();
        let handed_out = parts.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        Ok(Answer {
            status: parts.status.as_u16(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            cookies: handed_out.filter_map(|cookie| Some(cookie.split(';').next()?.to_owned())).collect(),
        })
    }
}

async fn connect(path: &Path) -> Result<UnixStream, NoAnswer> {
    UnixStream::connect(path).await.map_err(|_| NoAnswer)
}
