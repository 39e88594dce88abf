//! The node itself: how it stands, its peers, its audit chain, its stores.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use house::Permission;
use protocol::FeedId;
use serde_json::{Value, json};

use super::description::Problems;
use crate::web::{Web, actor::Visitor, extract::id, problem::Problem, streamed::streamed};

/// How the node stands.
#[utoipa::path(get, path = "/api/v1/status", tag = "node", responses((status = 200, description = "Version, institution, network, feed"), Problems))]
pub(super) async fn status(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let status = web.run(move |app| {
        app.permit(&visitor.actor, Permission::ManagePeers)?;
        Ok(app.status())
    });
    Ok(Json(json!(status.await?)))
}

/// The other institutions.
#[utoipa::path(get, path = "/api/v1/peers", tag = "node", responses((status = 200, description = "Who is connected, what they hold"), Problems))]
pub(super) async fn peers(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let peers = web.run(move |app| {
        app.permit(&visitor.actor, Permission::ManagePeers)?;
        app.peers()
    });
    Ok(Json(json!(peers.await?)))
}

/// Checks every line of the audit chain.
#[utoipa::path(post, path = "/api/v1/audit/verification", tag = "node", responses((status = 200, description = "Whether it is whole; else the first bad line"), Problems))]
pub(super) async fn verify_audit(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let check = web.run(move |app| app.verify_audit(&visitor.actor));
    Ok(Json(json!(check.await?)))
}

/// All entries of an institution's feed, in a file that can be checked without a node.
#[utoipa::path(get, path = "/api/v1/feeds/{feed}/export", tag = "node", params(("feed" = String, Path, description = "A feed, or `own`")), responses((status = 200, description = "The file", content_type = "application/octet-stream"), Problems))]
pub(super) async fn export(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(feed): Path<String>,
) -> Result<Response, Problem> {
    let feed: Option<FeedId> = if feed == "own" { None } else { Some(id("feed", &feed)?) };
    let file = web.run(move |app| app.export_feed(feed, &visitor.actor)).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"feed.consilium\"")),
    ];
    Ok((headers, streamed(file)).into_response())
}

/// Has tables and index built anew at the next start.
#[utoipa::path(post, path = "/api/v1/store/rebuild", tag = "node", responses((status = 200, description = "They are built anew at the next start"), Problems))]
pub(super) async fn rebuild(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    web.run(move |app| app.rebuild_store(&visitor.actor)).await?;
    Ok(Json(json!({ "is_rebuilt_at_next_start": true })))
}

/// Takes the operator's word that the store was not restored from a backup: the own-head check is over.
#[utoipa::path(post, path = "/api/v1/store/vouching", tag = "node", responses((status = 200, description = "Entries are signed until the node stops; with no node running, those that waited"), Problems))]
pub(super) async fn vouch(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let vouched = web.run_async(move |app| async move { app.vouch(&visitor.actor).await.map(|()| app.is_serving()) });
    Ok(Json(json!({ "is_lasting": vouched.await? })))
}

/// Reads every record of the journals and every picture.
#[utoipa::path(post, path = "/api/v1/store/check", tag = "node", responses((status = 200, description = "What is damaged"), Problems))]
pub(super) async fn check(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let check = web.run_async(move |app| async move { app.check_store(&visitor.actor).await });
    Ok(Json(json!(check.await?)))
}
