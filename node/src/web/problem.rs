//! Refusals and failures: a status, a stable type, what helps, and a code that joins page and log. Never the internal text.
//!
//! A handler returns a [`Problem`]; [`answer`](super::answer) puts it into the form that the asker reads: problem+json (RFC
//! 9457) for programs, a page or a fragment for people.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use house::{Refusal, Remedy};
use serde_json::{Value, json};

use crate::{
    app::{AppError, MarkedWords, Unusable, with_causes},
    desk::DeskError,
    network::PictureError,
};

/// Whole seconds after which a place for an upload may be free.
const UPLOAD_WAIT_S: u64 = 5;

/// Why a request was not answered as its asker wished.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// The last part of its type.
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    /// What to change, in words that may be shown.
    pub(crate) detail: String,
    /// Whole seconds to wait.
    pub(crate) wait_s: Option<u64>,
    /// How many bytes a request may bring that brought more.
    pub(crate) bytes_max: Option<u64>,
    /// Marked words that hold a text back, for programs.
    pub(crate) marks: Option<Box<Value>>,
    /// For the log alone.
    cause: Option<Box<str>>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into(), wait_s: None, bytes_max: None, marks: None, cause: None }
    }

    /// Nothing that the asker may see.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is nothing here that you may see",
            format!("{what} not found"),
        )
    }

    /// What was sent cannot be used.
    pub(crate) fn unusable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unusable", "This cannot be used as it is", detail)
    }

    /// A body of a kind that is not read here.
    pub(crate) fn media_type(detail: &str) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "media-type", "This cannot be used as it is", detail)
    }

    /// Files that are not taken, in the words of a page about each of them.
    pub(crate) fn files(words: String) -> Self {
        Self { kind: "files", ..Self::unusable(words) }
    }

    /// The same, as what can be mended by signing in beside it.
    pub(crate) fn asked_beside(self) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..self }
    }

    /// The same, of a file and no page: whoever is not signed in is told so, and led nowhere.
    pub(crate) fn of_a_file(self) -> Self {
        if self.kind == "sign-in" { Self { kind: "signed-out", ..self } } else { self }
    }

    /// More than a request may bring.
    pub(crate) fn too_large(bytes_max: u64) -> Self {
        let detail = match bytes_max >> 20 {
            0 => format!("the request is larger than {} KiB; send less at once", bytes_max >> 10),
            mib => format!("the request is larger than {mib} MiB; send fewer or smaller files at once"),
        };
        let problem = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "That is too large", detail);
        Self { bytes_max: Some(bytes_max), ..problem }
    }

    /// Bytes that come so slowly that somebody else gets the place.
    pub(crate) fn too_slow() -> Self {
        let detail =
            "the request came too slowly and was broken off; send it again over a better connection, or send less";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "That came too slowly", detail)
    }

    /// More people send files than there are places for.
    pub(crate) fn too_many_uploads() -> Self {
        let detail = "too many files are being sent just now; send this one again in a moment";
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-uploads", "Too much at once", detail);
        Self { wait_s: Some(UPLOAD_WAIT_S), ..problem }
    }

    /// A change of state that a page of another site asked for.
    pub(crate) fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross-site",
            "This was asked for from another site",
            "use the pages of this node, or an API token",
        )
    }

    /// A request of HTTP/1.1 that does not say once whom it asks.
    pub(crate) fn without_host() -> Self {
        let detail = "a request names the host that it asks once, in its Host header";
        Self::new(StatusCode::BAD_REQUEST, "host", "This cannot be used as it is", detail)
    }

    /// A defect of ours.
    pub(crate) fn defect(cause: impl Into<String>) -> Self {
        let detail = "try again; if it happens twice, tell the administrator the code";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "defect", "This node made a mistake", detail);
        Self { cause: Some(cause.into().into_boxed_str()), ..problem }
    }

    /// What stands in the log and never on a page.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The stable name of its kind.
    pub(crate) fn type_uri(&self) -> String {
        format!("urn:consilium:problem:{}", self.kind)
    }

    fn not_yet_sent(detail: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not-yet-sent", "Not yet sent", detail)
    }

    fn no_room() -> Self {
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", "The disk is full", AppError::Full.to_string())
    }

    fn of_journal(error: &store::AppendError) -> Self {
        let cause = Some(with_causes(error).into_boxed_str());
        match error {
            store::AppendError::Full => Self { cause, ..Self::no_room() },
            store::AppendError::Busy => Self {
                cause,
                wait_s: Some(1),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too much at once", "try again in a moment")
            },
            store::AppendError::ReadOnly => Self {
                cause,
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "read-only",
                    "Nothing can be written here",
                    "a journal of this node is damaged and can only be read; tell the administrator",
                )
            },
            _ => Self::defect(with_causes(error)),
        }
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let (status, kind, title) = match refusal.remedy() {
            Remedy::SignIn => (StatusCode::UNAUTHORIZED, "sign-in", "Sign in"),
            Remedy::StepUp => (StatusCode::FORBIDDEN, "step-up", "Give the password once more"),
            Remedy::Wait => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts"),
            Remedy::AskAnother => (StatusCode::FORBIDDEN, "not-allowed", "You may not do this"),
            Remedy::Nothing => (StatusCode::NOT_FOUND, "not-found", "There is nothing here that you may see"),
            Remedy::LookAgain => (StatusCode::CONFLICT, "conflict", "The state of things does not allow it"),
            Remedy::Rewrite => (StatusCode::UNPROCESSABLE_ENTITY, "unusable", "This cannot be used as it is"),
        };
        let wait_s = if let Refusal::TooManyAttempts { wait_s } = refusal { Some(*wait_s) } else { None };
        Self { wait_s, ..Self::new(status, kind, title, refusal.to_string()) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::from(&refusal)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self::from(&error)
    }
}

impl From<&AppError> for Problem {
    fn from(error: &AppError) -> Self {
        match error {
            AppError::Refused(refusal) => Self::from(refusal),
            AppError::Unusable(unusable) if unusable.is_late() => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "The state of things does not allow it",
                unusable.to_string(),
            ),
            AppError::Unusable(Unusable::Identifying(marks)) => Self {
                kind: "identifying",
                title: "Words could show who the patient is",
                marks: Some(Box::new(marks.iter().map(mark).collect())),
                ..Self::unusable(error.to_string())
            },
            AppError::Unusable(_) | AppError::Invalid { .. } | AppError::Armor(_) | AppError::Papers(_) => {
                Self::unusable(with_causes(error))
            }
            AppError::Conflict(why) => {
                Self::new(StatusCode::CONFLICT, "conflict", "The state of things does not allow it", why)
            }
            AppError::NotFound(what) => Self::not_found(what),
            AppError::Picture(PictureError::NotListed) => Self::not_found("picture"),
            AppError::Picture(PictureError::NotReachable) => {
                let detail = "no institution that holds the picture can be reached now";
                Self {
                    wait_s: Some(60),
                    ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "picture-away", "The picture is on its way", detail)
                }
            }
            AppError::NoNetwork => Self::new(StatusCode::CONFLICT, "no-network", "No network yet", error.to_string()),
            AppError::Stopping => Self {
                wait_s: Some(5),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "stopping",
                    "The node is stopping",
                    "try again in a moment",
                )
            },
            AppError::Full
            | AppError::Blobs(store::BlobError::Full)
            | AppError::Picture(PictureError::Blob(store::BlobError::Full)) => Self::no_room(),
            AppError::Busy(why) => {
                Self { wait_s: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too much at once", why) }
            }
            AppError::Append(refusal) => Self::not_yet_sent(refusal.to_string()),
            AppError::Journal(cause) | AppError::Desk(DeskError::Append(cause)) => Self::of_journal(cause),
            _ => Self::defect(with_causes(error)),
        }
    }
}

/// A mark as programs read it; places are bytes of the field in UTF-8.
fn mark(mark: &MarkedWords) -> Value {
    json!({
        "field": mark.field,
        "start": mark.start,
        "end": mark.end,
        "words": mark.words.as_str(),
        "class": mark.class.code(),
        "advice": mark.advice.code(),
        "instead": mark.advice.replacement(),
    })
}

impl IntoResponse for Problem {
    /// Without a body: that is written where it is known who reads it.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(wait_s) = self.wait_s {
            response.headers_mut().insert(header::RETRY_AFTER, wait_s.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Where no route leads.
pub(crate) async fn nothing_here() -> Problem {
    Problem::not_found("page")
}

/// Where a route leads, but not with this method.
pub(crate) async fn not_that_way() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Not that way", "this address takes another method")
}
