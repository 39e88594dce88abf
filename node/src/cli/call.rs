//! Carries a request to the node: over its socket while it runs, else to the same handlers in this process.

use std::{io, path::PathBuf, process::ExitCode};

use axum::{
    Router,
    body::Body,
    http::{self, StatusCode, header},
};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;
use tower::ServiceExt;

use super::{Cli, Command, ConfigCommand, Part, multipart, print, request::Request};
use crate::{
    config::{Config, ConfigError},
    layout::Layout,
    node::{self, NodeError},
};

/// Bytes of an answer; an exported feed of a large hospital fits.
const ANSWER_BYTES_MAX: usize = 4 << 30;

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The node refused. What it said is for the person at the screen.
    #[error("{title}: {detail}")]
    Refused { status: StatusCode, title: String, detail: String, code: String },
    #[error("file {} cannot be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is not a file", path.display())]
    NoFile { path: PathBuf },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error("only the owner of the node may use {}", path.display())]
    Socket { path: PathBuf, source: io::Error },
    #[error("the node broke off its answer")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Worker(#[from] crate::worker::ChildError),
    #[error(transparent)]
    Anonymize(#[from] crate::anonymize::AnonymizeError),
    #[error(transparent)]
    Demo(Box<crate::demo::DemoError>),
    #[error("an id, a name or a question is longer than any can be")]
    TooLong,
    #[error("{0}")]
    Verification(String),
    #[error("the answer cannot be written to standard output")]
    Output(#[source] io::Error),
}

/// An answer of the API.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
}

/// Performs a command.
pub(crate) fn perform(cli: &Cli) -> Result<ExitCode, Failure> {
    let layout = Layout::new(&cli.data);
    let config_path = cli.config.clone().unwrap_or_else(|| layout.config());
    match &cli.command {
        Command::Init(init) => print::init(&node::init(&layout, init)?, cli.json)?,
        Command::Serve => node::serve(&layout, &Config::load(&config_path)?)?,
        Command::Config(ConfigCommand::Show { origin }) => {
            let origins = Config::load(&config_path)?.origins(&config_path)?;
            print::config(&origins, *origin, cli.json)?;
        }
        Command::Demo(demo) => crate::demo::run(demo.port, demo.once, cli.json)?,
        Command::Worker => crate::worker::run_child()?,
        Command::Verify(verify) => crate::verify::run(verify, cli.json)?,
        Command::Anonymize(order) => return crate::anonymize::run(order, cli.json),
        command => {
            if let Some(request) = Request::of(command)? {
                let answer = node::runtime()?.block_on(carry(&layout, &config_path, request))?;
                return print::answer(command, &answer, cli.json);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn carry(layout: &Layout, config: &std::path::Path, request: Request) -> Result<Answer, Failure> {
    match UnixStream::connect(layout.socket()).await {
        Ok(stream) => over_socket(stream, request).await,
        Err(source) if source.kind() == io::ErrorKind::PermissionDenied => {
            Err(Failure::Socket { path: layout.socket(), source })
        }
        Err(_) => {
            let local = node::open_local(layout, &Config::load(config)?).await?;
            let answer = in_process(local.router(), request).await;
            local.close().await;
            answer
        }
    }
}

/// Sends a request to a running node.
pub(crate) async fn over_socket(stream: UnixStream, request: Request) -> Result<Answer, Failure> {
    let broken = |cause: hyper::Error| Failure::Answer(cause.into());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(to_http(request)?).await.map_err(broken)?;
    let (parts, body) = response.into_parts();
    let answer = read(parts.status, body).await;
    driver.abort();
    answer
}

async fn in_process(router: Router, request: Request) -> Result<Answer, Failure> {
    let response = router.oneshot(to_http(request)?).await.unwrap_or_else(|never| match never {});
    let (parts, body) = response.into_parts();
    read(parts.status, body).await
}

fn to_http(request: Request) -> Result<http::Request<Body>, Failure> {
    let json = request.body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
    let (content_type, body) = match request.pictures.is_empty() {
        true => ("application/json".to_owned(), json),
        false => with_pictures(&json, &request.pictures),
    };
    let mut http = http::Request::new(Body::from(body));
    *http.method_mut() = if request.method == "POST" { http::Method::POST } else { http::Method::GET };
    *http.uri_mut() = request.path.parse().map_err(|_| Failure::TooLong)?;
    http.headers_mut().insert(header::HOST, http::HeaderValue::from_static("localhost"));
    if let Ok(content_type) = content_type.parse() {
        http.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    Ok(http)
}

fn with_pictures(case: &[u8], pictures: &[Vec<u8>]) -> (String, Vec<u8>) {
    let mut parts = vec![Part { name: "case", content_type: "application/json", is_file: false, bytes: case }];
    let picture = |bytes| Part { name: "picture", content_type: "application/octet-stream", is_file: true, bytes };
    parts.extend(pictures.iter().map(|bytes| picture(bytes.as_slice())));
    multipart(&parts)
}

async fn read<B>(status: StatusCode, body: B) -> Result<Answer, Failure>
where
    B: http_body::Body<Data = axum::body::Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bytes = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(Failure::Answer)?.to_bytes().to_vec();
    if status.is_success() {
        return Ok(Answer { bytes });
    }
    let problem: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let text = |key: &str| problem.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Err(Failure::Refused { status, title: text("title"), detail: text("detail"), code: text("code") })
}
