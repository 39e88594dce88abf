//! What stands round every page: names, the ways of the person who reads, and what a form did not accept.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use house::AccountId;

use super::{Web, actor::Visitor, assets, cookie, headers::Nonce, problem::Problem};

/// Schemes and spacings that pages know.
pub(crate) const SCHEMES: [(&str, &str); 3] =
    [("auto", "scheme-auto"), ("light", "scheme-light"), ("dark", "scheme-dark")];
pub(crate) const DENSITIES: [(&str, &str); 2] = [("calm", "density-calm"), ("compact", "density-compact")];

/// The frame.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) lang: String,
    pub(crate) nonce: String,
    pub(crate) scheme: String,
    pub(crate) density: String,
    pub(crate) institution: String,
    pub(crate) network: String,
    pub(crate) section: String,
    pub(crate) version: String,
    pub(crate) me: Option<Me>,
    pub(crate) notice: Option<Notice>,
    pub(crate) problems: Vec<FieldProblem>,
}

/// Who reads.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    pub(crate) name: String,
    pub(crate) may_post: bool,
    pub(crate) may_read: bool,
    /// The first room of the administration that is open to them; empty: none.
    pub(crate) room: &'static str,
}

/// Something said once, after a redirect.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) text: String,
    pub(crate) caution: bool,
}

/// What one field of a form did not accept.
#[derive(Clone, Debug)]
pub(crate) struct FieldProblem {
    pub(crate) field: String,
    pub(crate) text: String,
}

/// How pages look on this device.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    scheme: String,
    density: String,
}

impl Look {
    /// What was chosen here, if it is one of the choices.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let (scheme, density) = cookie::look(headers).unwrap_or_default();
        let known = |chosen: &str, choices: &[(&'static str, &str)]| {
            let found = choices.iter().find(|(value, _)| *value == chosen).or(choices.first());
            found.map_or("", |(value, _)| value).to_owned()
        };
        Self { scheme: known(&scheme, &SCHEMES), density: known(&density, &DENSITIES) }
    }
}

impl Frame {
    pub(crate) fn new(web: &Web, visitor: Option<&Visitor>, look: &Look, nonce: &str, section: &str) -> Self {
        let me = visitor.and_then(|visitor| visitor.person.as_ref()).map(|person| Me {
            name: person.name.clone(),
            may_post: person.may_post,
            may_read: person.may_read,
            room: super::pages::admin::rooms_of(&person.roles).first().map_or("", |room| room.href),
        });
        Self {
            lang: "en".to_owned(),
            nonce: nonce.to_owned(),
            scheme: look.scheme.clone(),
            density: look.density.clone(),
            institution: web.app.identity.name.clone(),
            network: network_name(web),
            section: section.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            me,
            notice: None,
            problems: Vec::new(),
        }
    }

    /// The address of a file of `web/`.
    pub(crate) fn asset(&self, path: &str) -> String {
        assets::address(path)
    }

    /// What a field did not accept.
    pub(crate) fn problem(&self, field: impl AsRef<str>) -> Option<&str> {
        let field = field.as_ref();
        self.problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
    }
}

/// A request for a page: who asks, and what its frame needs.
pub(crate) struct Reading {
    pub(crate) web: Arc<Web>,
    pub(crate) visitor: Visitor,
    pub(crate) is_fragment: bool,
    pub(crate) headers: HeaderMap,
    look: Look,
    nonce: String,
}

impl Reading {
    pub(crate) fn frame(&self, section: &str) -> Frame {
        Frame::new(&self.web, Some(&self.visitor), &self.look, &self.nonce, section)
    }

    /// The frame of whoever has just signed in; the request was not yet theirs.
    pub(crate) fn frame_of(&self, account: AccountId) -> Frame {
        let visitor = self.visitor.signed_in(&self.web.app, account);
        Frame::new(&self.web, Some(&visitor), &self.look, &self.nonce, "")
    }

    /// How pages look on this device: scheme, density.
    pub(crate) fn look(&self) -> (&str, &str) {
        (&self.look.scheme, &self.look.density)
    }
}

impl FromRequestParts<Arc<Web>> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Problem> {
        Ok(Self {
            web: web.clone(),
            visitor: Visitor::from_request_parts(parts, web).await?,
            is_fragment: is_fragment(&parts.headers),
            look: Look::of(&parts.headers),
            nonce: parts.extensions.get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default(),
            headers: parts.headers.clone(),
        })
    }
}

/// Whether the script of a page asks, also where it takes a part out of a whole page itself.
pub(crate) fn is_asked_by_script(headers: &HeaderMap) -> bool {
    headers.get("hx-request").is_some_and(|value| value == "true")
}

/// Whether a part of a page is asked for.
pub(crate) fn is_fragment(headers: &HeaderMap) -> bool {
    is_asked_by_script(headers) && headers.get("hx-request-type").is_none_or(|value| value != "full")
}

/// A rendered page or fragment as an answer.
pub(crate) fn html(page: &impl askama::Template) -> Result<Response, Problem> {
    let text = page.render().map_err(|error| Problem::defect(format!("a page cannot be rendered: {error}")))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::VARY, HeaderValue::from_static("HX-Request")),
    ];
    Ok((headers, text).into_response())
}

/// Sends a fragment that reports a failure to its place, so that what was typed stays.
pub(crate) fn retarget(headers: &mut HeaderMap) {
    headers.insert(HeaderName::from_static("hx-retarget"), HeaderValue::from_static("#problem"));
    headers.insert(HeaderName::from_static("hx-reswap"), HeaderValue::from_static("innerHTML"));
}

fn network_name(web: &Web) -> String {
    let Some(joined) = web.app.network() else { return String::new() };
    joined.exchange(|exchange| {
        let papers = exchange.papers();
        papers.charter(&exchange.roster().charter()).map(|(_, charter)| charter.name.0.clone()).unwrap_or_default()
    })
}
