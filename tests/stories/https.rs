//! A browser as far as TLS goes: it trusts one certificate and no other, keeps its cookies, and says where its forms stand. It
//! speaks HTTP/2 or HTTP/1.1, whichever it is told to, and never sends what newer browsers add (Fetch Metadata).

use std::{cell::RefCell, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Bytes, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

/// Whoever does not answer by then does not answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    Http1,
    Http2,
}

/// A browser that was given one certificate to trust.
pub(crate) struct Browser {
    node: SocketAddr,
    spoken: Spoken,
    connector: TlsConnector,
    session: RefCell<Option<String>>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Browser {
    /// One that trusts a certificate in a file and nothing else.
    pub(crate) fn trusting(certificate: &Path, node: SocketAddr, spoken: Spoken) -> Self {
        let mut roots = RootCertStore::empty();
        for trusted in CertificateDer::pem_file_iter(certificate).unwrap() {
            roots.add(trusted.unwrap()).unwrap();
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![if spoken == Spoken::Http2 { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        Self { node, spoken, connector: TlsConnector::from(Arc::new(config)), session: RefCell::default() }
    }

    /// Whether the node shows the certificate that is trusted.
    pub(crate) fn is_at_ease(&self) -> bool {
        wait(async { self.connected().await.is_ok() })
    }

    /// Looks at a page.
    pub(crate) fn get(&self, path: &str) -> Shown {
        self.send(self.request("GET", path), "")
    }

    /// Sends a form whose values need no encoding, from a page of the node.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        self.post_from(&format!("https://{}", self.node), path, fields)
    }

    /// Sends a form from a page of some origin.
    pub(crate) fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        self.send(request, &body)
    }

    /// A request as its version of HTTP names whom it asks.
    fn request(&self, method: &str, path: &str) -> hyper::http::request::Builder {
        let request = Request::builder().method(method);
        let request = match self.spoken {
            Spoken::Http1 => request.uri(path).header(header::HOST, self.node.to_string()),
            Spoken::Http2 => request.uri(format!("https://{}{path}", self.node)),
        };
        match &*self.session.borrow() {
            Some(session) => request.header(header::COOKIE, session),
            None => request,
        }
    }

    fn send(&self, request: hyper::http::request::Builder, body: &str) -> Shown {
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        wait(async {
            let stream = self.connected().await.expect("a node whose certificate is trusted");
            let response = self.carried(stream, request).await;
            let (head, body) = response.into_parts();
            for line in head.headers.get_all(header::SET_COOKIE) {
                let cookie = line.to_str().unwrap();
                assert!(cookie.contains("; Secure"), "{cookie}");
                let pair = cookie.split(';').next().unwrap();
                if pair.starts_with("__Host-consilium=") {
                    self.session.replace(Some(pair.to_owned()));
                }
            }
            let location = head.headers.get(header::LOCATION).map_or("", |place| place.to_str().unwrap()).to_owned();
            let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
            Shown { status: head.status.as_u16(), location, text }
        })
    }

    async fn carried(
        &self,
        stream: TlsStream<TcpStream>,
        request: Request<Full<Bytes>>,
    ) -> Response<hyper::body::Incoming> {
        let stream = TokioIo::new(stream);
        match self.spoken {
            Spoken::Http1 => {
                let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
                tokio::spawn(connection);
                sender.send_request(request).await.unwrap()
            }
            Spoken::Http2 => {
                let (mut sender, connection) =
                    hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
                tokio::spawn(connection);
                sender.send_request(request).await.unwrap()
            }
        }
    }

    async fn connected(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.node).await?;
        let stream = self.connector.connect(ServerName::from(self.node.ip()), stream).await?;
        let agreed = stream.get_ref().1.alpn_protocol();
        assert_eq!(agreed == Some(b"h2"), self.spoken == Spoken::Http2, "the node agrees to what is offered");
        Ok(stream)
    }
}

fn wait<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(ANSWER_WITHIN, what).await.expect("a node that runs answers") })
}
