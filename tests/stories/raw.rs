//! Requests byte by byte, as no client of good manners would send them, and what is heard back.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// Whoever says nothing for so long does not answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// What came back until the node closed the connection.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    /// The answer in these bytes; absent if there is none in them.
    fn of(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = bytes[end + 4..].to_vec();
        let heard = Self { status, head, body };
        match heard.header("transfer-encoding") {
            None => Some(heard),
            Some(_) => Some(Self { body: joined(&heard.body)?, ..heard }),
        }
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What a refusal says, after a look at its form: problem+json with a kind, a sentence and a code for the log.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let said = self.json();
        let text =
            |key: &str| said[key].as_str().unwrap_or_else(|| panic!("a problem without {key}: {said}")).to_owned();
        assert_eq!(said["status"], self.status, "{said}");
        assert!(text("type").starts_with("urn:consilium:problem:") && !text("title").is_empty(), "{said}");
        assert_eq!(text("code").len(), 8, "{said}");
        text("detail")
    }
}

/// What came in pieces, as one; absent if the last is missing (RFC 9112, section 7.1).
fn joined(mut pieces: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = pieces.windows(2).position(|window| window == b"\r\n")?;
        let len = usize::from_str_radix(str::from_utf8(&pieces[..end]).ok()?, 16).ok()?;
        if len == 0 {
            return Some(whole);
        }
        pieces = &pieces[end + 2..];
        whole.extend_from_slice(pieces.get(..len)?);
        pieces = pieces.get(len + 2..)?;
    }
}

/// A connection that stays open.
pub(crate) struct Line(TcpStream);

impl Line {
    /// Calls a node.
    pub(crate) fn to(node: SocketAddr) -> Self {
        let stream = TcpStream::connect(node).expect("the node takes connections");
        stream.set_read_timeout(Some(ANSWER_WITHIN)).unwrap();
        stream.set_write_timeout(Some(ANSWER_WITHIN)).unwrap();
        Self(stream)
    }

    /// Sends some bytes; false if nobody takes them any more.
    pub(crate) fn say(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// Everything that comes until the node closes; absent if that is no answer.
    pub(crate) fn hear(mut self) -> Option<Heard> {
        let mut bytes = Vec::new();
        // What came before the connection broke counts.
        let _ = self.0.read_to_end(&mut bytes);
        Heard::of(&bytes)
    }

    /// Whether the node has answered or closed by now.
    pub(crate) fn is_answered(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let seen = self.0.peek(&mut [0]);
        self.0.set_nonblocking(false).unwrap();
        !matches!(seen, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

/// Sends a request while it listens, and hears the answer.
pub(crate) fn exchange(node: SocketAddr, request: &[u8]) -> Option<Heard> {
    let line = Line::to(node);
    let mut speaking = Line(line.0.try_clone().unwrap());
    std::thread::scope(|scope| {
        scope.spawn(move || speaking.say(request));
        line.hear()
    })
}
