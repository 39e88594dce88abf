//! Cases saved for later: a private list, which lends nobody a right.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use house::audit::{Action, Outcome};
use protocol::CaseId;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    cases::{CaseList, item},
    description::Problems,
};
use crate::web::{
    Web,
    actor::Visitor,
    extract::{Asked, Sent, id},
    problem::Problem,
};

/// A case for later.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForLater {
    /// Account whose list it is; for the command line.
    #[serde(rename = "as")]
    login: Option<String>,
    /// Take it off the list.
    #[serde(default)]
    take_off: bool,
}

/// The cases that a person saved and may still read, the last one first.
#[utoipa::path(get, path = "/api/v1/saved", tag = "cases", params(("as" = Option<String>, Query, description = "account whose list it is; for the command line")), responses((status = 200, description = "The list", body = CaseList), Problems))]
pub(super) async fn list(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Asked(asked): Asked,
) -> Result<Json<CaseList>, Problem> {
    let login = asked.filled("as").map(str::to_owned);
    let saved = web.run(move |app| {
        let saved = app.saved_cases(&visitor.speaking_as(app, login.as_deref())?)?;
        app.desk.note(&visitor.actor, Action::ViewSaved, Vec::new(), Outcome::Done)?;
        Ok(saved)
    });
    Ok(Json(CaseList { cases: saved.await?.iter().map(item).collect(), next: None }))
}

/// Saves a case for later, or takes it off the list.
#[utoipa::path(post, path = "/api/v1/cases/{case}/saved", tag = "cases", params(("case" = String, Path)), request_body = ForLater, responses((status = 200, description = "Whether it is on the list"), Problems))]
pub(super) async fn save(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(case): Path<String>,
    Sent(wish): Sent<ForLater>,
) -> Result<Json<Value>, Problem> {
    let case: CaseId = id("case", &case)?;
    web.run(move |app| {
        let actor = visitor.speaking_as(app, wish.login.as_deref())?;
        app.save_case(case, !wish.take_off, &actor)?;
        Ok(Json(json!({ "case": case.to_string(), "is_saved": !wish.take_off })))
    })
    .await
    .map_err(Problem::from)
}
