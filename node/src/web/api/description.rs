//! The OpenAPI 3.1 description of the API, made from the handlers.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{IntoResponses, OpenApi, ToSchema};

use super::{accounts, cases, network, node, saved, search, tokens};
use crate::web::problem::Problem;

/// A refusal or a failure (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct ProblemBody {
    /// Stable, to be compared.
    r#type: String,
    title: String,
    status: u16,
    /// What to change.
    detail: String,
    /// Joins this answer and the node's log.
    code: String,
    /// Of the type `identifying`: what to change, or to give a reason for.
    marks: Option<Vec<MarkBody>>,
}

/// Words of a text that could show who the patient is.
#[derive(Serialize, ToSchema)]
pub(super) struct MarkBody {
    /// title, question, text, tag, picture or comment.
    field: String,
    /// Bytes of the field in UTF-8.
    start: usize,
    end: usize,
    words: String,
    /// A class of 45 CFR 164.514(b)(2)(i), such as name, place, date or medical-record.
    class: String,
    /// What to write instead, as a code.
    advice: String,
    /// The words to write instead, where there are such.
    instead: Option<String>,
}

/// What every operation may answer besides.
#[derive(IntoResponses)]
pub(super) enum Problems {
    /// A refusal or a failure.
    #[response(status = "default", content_type = "application/problem+json")]
    #[expect(dead_code, reason = "it describes an answer that is written elsewhere")]
    Problem(ProblemBody),
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Consilium", description = "The API of one hospital's node.", license(name = "MIT OR Apache-2.0")),
    paths(
        show,
        network::draft_charter,
        network::sign_charter,
        network::read_charter,
        network::card,
        network::join,
        network::waiting_admissions,
        network::admit,
        network::certify,
        network::waiting_expulsions,
        network::expel,
        network::invitation,
        accounts::list,
        accounts::add,
        accounts::reset,
        accounts::disable,
        accounts::attest,
        accounts::revoke,
        tokens::list,
        tokens::create,
        tokens::revoke,
        cases::list,
        cases::post,
        cases::show,
        cases::comment,
        cases::star,
        saved::list,
        saved::save,
        cases::withdraw,
        cases::manifest,
        search::search,
        node::status,
        node::peers,
        node::verify_audit,
        node::export,
        node::rebuild,
        node::check,
        node::vouch,
    )
)]
struct Description;

/// The document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "node", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub(super) async fn show() -> Result<Response, Problem> {
    let text = document().to_json().map_err(|error| Problem::defect(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response())
}
