//! Search, answered by this node alone.

use std::sync::Arc;

use axum::{Json, extract::State};
use house::audit::{Action, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    cases::{CaseItem, item, limit},
    description::Problems,
};
use crate::web::{Web, actor::Visitor, extract::Asked, problem::Problem};

/// What was found.
#[derive(Serialize, ToSchema)]
pub(super) struct SearchAnswer {
    cases: Vec<Hit>,
    total: u64,
    /// Among how many cases was searched.
    searched: u64,
    institutions: usize,
    took_ms: u64,
}

/// A case that was found, with the words that answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Hit {
    #[serde(flatten)]
    case: CaseItem,
    snippet: Vec<Piece>,
}

/// A part of a text.
#[derive(Serialize, ToSchema)]
pub(super) struct Piece {
    text: String,
    is_match: bool,
}

/// Searches all cases that the asker may read. The question does not leave the node.
#[utoipa::path(get, path = "/api/v1/search", tag = "cases", params(("q" = String, Query), ("limit" = Option<usize>, Query), ("from" = Option<usize>, Query)), responses((status = 200, description = "The best hits", body = SearchAnswer), Problems))]
pub(super) async fn search(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Asked(asked): Asked,
) -> Result<Json<SearchAnswer>, Problem> {
    let (query, limit) = (asked.one("q").to_owned(), limit(asked.filled("limit"))?);
    let from = asked.filled("from").map_or(Ok(0), str::parse).map_err(|_| Problem::unusable("from is a number"))?;
    let answer = web
        .run(move |app| {
            let answer = app.search(&query, limit, from, &visitor.actor)?;
            app.desk.note(&visitor.actor, Action::Search, Vec::new(), Outcome::Done)?;
            Ok(answer)
        })
        .await?;
    let hits = answer.found.iter().map(|found| Hit {
        case: item(&found.view),
        snippet: found
            .snippet
            .iter()
            .map(|(text, is_match)| Piece { text: text.clone(), is_match: *is_match })
            .collect(),
    });
    Ok(Json(SearchAnswer {
        cases: hits.collect(),
        total: answer.hits.total,
        searched: answer.hits.searched,
        institutions: answer.institutions,
        took_ms: answer.hits.micros.div_ceil(1_000),
    }))
}
