//! Round every request: it is recognized, a panic costs only its own request, a problem gets the form that its asker reads, and
//! one line is logged, without bodies, queries or names.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use futures::FutureExt;
use serde_json::{Value, json};

use super::{
    Web,
    actor::Visitor,
    cookie,
    frame::{self, Frame, Look},
    headers::Nonce,
    kept::PostedForm,
    pages,
    problem::Problem,
    server::Door,
};
use crate::entropy;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in the log, and on the page if it fails.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Logs a request when it was answered.
pub(crate) async fn log(mut request: Request, next: Next) -> Response {
    let id = RequestId(hex::encode(entropy::draw::<4>()));
    request.extensions_mut().insert(id.clone());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let (method, began) = (request.method().clone(), Instant::now());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, ms) = (response.status().as_u16(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    let RequestId(code) = id;
    match response.extensions().get::<Problem>().and_then(Problem::cause) {
        // A full disk is no fault of ours; whoever keeps it full has been told.
        Some(cause) if status == StatusCode::INSUFFICIENT_STORAGE.as_u16() => {
            tracing::warn!(request.code = code, http.method = %method, http.route = route, http.status = status, error = cause, "A request found no room.");
        }
        Some(cause) => {
            tracing::error!(request.code = code, http.method = %method, http.route = route, http.status = status, error = cause, "A request failed.");
        }
        None => {
            tracing::debug!(request.code = code, http.method = %method, http.route = route, http.status = status, http.ms = ms, "A request was answered.");
        }
    }
    response
}

/// Makes a problem of a panic.
pub(crate) async fn survive_panics(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Problem::defect("a handler panicked; the line above says where").into_response(),
    }
}

/// Recognizes who asks, and puts a problem into the form that the asker reads.
pub(crate) async fn answer(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let asker = Asker::of(&web, &request);
    if is_for_nobody(request.uri().path()) {
        return next.run(request).await;
    }
    let door = request.extensions().get::<Door>().copied();
    let headers = request.headers().clone();
    let visitor = match web.run(move |app| Visitor::recognize(app, door, &headers)).await {
        Ok(visitor) => visitor,
        Err(error) => return asker.read(&web, None, Problem::from(error).into_response(), None).await,
    };
    request.extensions_mut().insert(visitor.clone());
    request.extensions_mut().insert(web.gate.clone());
    let (request, form) = match PostedForm::of(request).await {
        Ok(posted) => posted,
        Err(problem) => return asker.read(&web, Some(&visitor), problem.into_response(), None).await,
    };
    let response = next.run(request).await;
    asker.read(&web, Some(&visitor), response, form).await
}

/// What is the same for everybody is given out without asking who it is.
fn is_for_nobody(path: &str) -> bool {
    path.starts_with("/a/") || path.starts_with("/health/")
}

/// What no person opens in a browser.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/dicomweb/")
}

/// How an asker reads answers.
struct Asker {
    form: Form,
    method: Method,
    path: String,
    nonce: String,
    code: String,
    look: Look,
    /// The mark of the person whose session it brings, also after its end.
    whose: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Words,
    Page,
    Fragment,
}

impl Asker {
    fn of(web: &Web, request: &Request) -> Self {
        let path = request.uri().path().to_owned();
        let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let form = match () {
            () if is_for_programs(&path) || request.extensions().get() == Some(&Door::Owner) => Form::Json,
            () if accepts == "text/plain" => Form::Words,
            () if frame::is_fragment(request.headers()) => Form::Fragment,
            () => Form::Page,
        };
        let extension = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            form,
            method: request.method().clone(),
            nonce: extension(request.extensions().get::<Nonce>().map(|nonce| nonce.0.as_str())),
            code: extension(request.extensions().get::<RequestId>().map(|id| id.0.as_str())),
            look: Look::of(request.headers()),
            whose: cookie::whose(request.headers(), &web.app.config.web).unwrap_or_default().to_owned(),
            path,
        }
    }

    /// A response without a problem as it is.
    async fn read(
        &self,
        web: &Web,
        visitor: Option<&Visitor>,
        response: Response,
        form: Option<PostedForm>,
    ) -> Response {
        let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
        let asks_for_password = matches!(problem.kind, "sign-in" | "step-up");
        match (self.form, form) {
            (Form::Page, Some(form)) if asks_for_password => {
                self.to_sign_in_with(web, visitor, form, problem.kind == "sign-in").await
            }
            // What was typed stays where it is; the person signs in beside it.
            (Form::Fragment, Some(_)) if asks_for_password => {
                self.in_words_for_people(web, visitor, response, &problem.asked_beside())
            }
            (Form::Page | Form::Fragment, _) if asks_for_password => self.to_sign_in(),
            (Form::Json, _) => self.written(response, self.json(&problem), "application/problem+json"),
            (Form::Words, _) => {
                self.written(response, pages::error::words(&problem, &self.code), "text/plain; charset=utf-8")
            }
            (Form::Page | Form::Fragment, _) => self.in_words_for_people(web, visitor, response, &problem),
        }
    }

    fn in_words_for_people(
        &self,
        web: &Web,
        visitor: Option<&Visitor>,
        mut response: Response,
        problem: &Problem,
    ) -> Response {
        let frame = Frame::new(web, visitor, &self.look, &self.nonce, "");
        let is_fragment = self.form == Form::Fragment;
        let page = pages::error::page(&frame, problem, (&self.method, &self.path), &self.code, is_fragment);
        *response.status_mut() = problem.status;
        let mut response = self.written(response, page, "text/html; charset=utf-8");
        if is_fragment {
            frame::retarget(response.headers_mut());
        }
        response
    }

    /// The page that asks for the password as an answer to a form, which comes along in it.
    async fn to_sign_in_with(
        &self,
        web: &Web,
        visitor: Option<&Visitor>,
        form: PostedForm,
        has_ended: bool,
    ) -> Response {
        let kept = form.read(&self.whose).await;
        if kept.is_empty() {
            return self.to_sign_in();
        }
        let frame = Frame::new(web, visitor, &self.look, &self.nonce, "sign-in");
        pages::sign_in::instead(frame, kept, has_ended).unwrap_or_else(|_| self.to_sign_in())
    }

    fn json(&self, problem: &Problem) -> String {
        let mut body = json!({
            "type": problem.type_uri(),
            "title": problem.title,
            "status": problem.status.as_u16(),
            "detail": problem.detail,
            "code": self.code,
        });
        if let Some(marks) = &problem.marks {
            body["marks"] = Value::clone(marks);
        }
        body.to_string()
    }

    fn written(&self, response: Response, text: String, content_type: &'static str) -> Response {
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        parts.headers.insert(header::VARY, HeaderValue::from_static("HX-Request"));
        Response::from_parts(parts, Body::from(text))
    }

    /// Where the password is asked for; then back to where the person was, or to what their form was about.
    fn to_sign_in(&self) -> Response {
        let next = match self.method {
            Method::GET => self.path.clone(),
            _ => pages::error::back_from(&self.method, &self.path, StatusCode::UNAUTHORIZED).href,
        };
        let place = format!("/sign-in?next={next}");
        if self.form == Form::Fragment {
            let mut response = StatusCode::UNAUTHORIZED.into_response();
            if let Ok(place) = HeaderValue::from_str(&place) {
                response.headers_mut().insert(HeaderName::from_static("hx-redirect"), place);
            }
            return response;
        }
        Redirect::to(&place).into_response()
    }
}
