//! Whether the node lives, and whether it is ready: for supervisors and load balancers. Says nothing that a stranger may not
//! know.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Web, problem::Problem, routes::Routes};

pub(crate) fn routes() -> Routes {
    Routes::default().get("/health/live", live).get("/health/ready", ready)
}

async fn live() -> &'static str {
    "alive\n"
}

/// Ready is a node that answers pages and may write; a node without a network is, as everything works in the house.
async fn ready(State(web): State<Arc<Web>>) -> Result<Response, Problem> {
    let (status, leaving) = web.run(|app| Ok((app.status(), app.leaving()))).await?;
    let mut reasons = Vec::new();
    if leaving.is_cancelled() {
        reasons.push("the node is stopping");
    }
    match status.state {
        "waiting" => reasons.push("waiting for other institutions to say how far our feed had come"),
        "halted" => reasons.push("another node writes our feed; nothing is signed until the operator decides"),
        "expelled" => reasons.push("the governors have expelled this institution; nothing is sent any more"),
        _ => {}
    }
    if !status.damaged.is_empty() {
        reasons.push("a journal is damaged and read only");
    }
    let code = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((code, Json(json!({ "is_ready": reasons.is_empty(), "reasons": reasons, "state": status.state })))
        .into_response())
}
