//! Founding a network, joining one, admitting others.

use std::sync::Arc;

use axum::{Json, extract::State};
use house::{Actor, Permission};
use protocol::{FeedId, NetworkId};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::description::Problems;
use crate::{
    app::{App, AppError},
    web::{
        Web,
        actor::Visitor,
        extract::{Asked, Sent, id},
        problem::Problem,
    },
};

/// A charter to be drafted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftCharter {
    /// What the network is called.
    name: String,
    /// The founders' cards, the own one among them.
    cards: Vec<String>,
    /// What the members agree on.
    #[serde(default)]
    terms: String,
}

/// A charter in the making, as one line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CharterLine {
    charter: String,
}

/// An invitation, or a charter that all founders signed, as one line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationLine {
    invitation: String,
}

/// An institution's card, as one line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CardLine {
    card: String,
}

/// An institution that is voted about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Ballot {
    /// Its feed.
    feed: String,
}

/// Drafts a founding charter. Answers with the line that goes from founder to founder.
#[utoipa::path(post, path = "/api/v1/charters", tag = "network", request_body = DraftCharter, responses((status = 200, description = "The line"), Problems))]
pub(super) async fn draft_charter(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(draft): Sent<DraftCharter>,
) -> Result<Json<Value>, Problem> {
    let DraftCharter { name, cards, terms } = draft;
    let line = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        app.draft_charter(&name, &cards, &terms)
    });
    Ok(Json(json!({ "charter": line.await? })))
}

/// Adds the own signature to a charter in the making.
#[utoipa::path(post, path = "/api/v1/charters/signatures", tag = "network", request_body = CharterLine, responses((status = 200, description = "The line, signed"), Problems))]
pub(super) async fn sign_charter(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(line): Sent<CharterLine>,
) -> Result<Json<Value>, Problem> {
    let line = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        app.sign_charter(&line.charter, &visitor.actor)
    });
    Ok(Json(json!({ "charter": line.await? })))
}

/// Reads a charter in the making aloud.
#[utoipa::path(post, path = "/api/v1/charters/reading", tag = "network", request_body = CharterLine, responses((status = 200, description = "What it says and who signed"), Problems))]
pub(super) async fn read_charter(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(line): Sent<CharterLine>,
) -> Result<Json<Value>, Problem> {
    let reading = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        app.read_charter(&line.charter)
    });
    Ok(Json(json!(reading.await?)))
}

/// The institution's own card, and its feed in the network that it is in; or, with a network, its feed there.
#[utoipa::path(get, path = "/api/v1/card", tag = "network", params(("feed_in" = Option<String>, Query, description = "The id of a network")), responses((status = 200, description = "The card, as one line, and the feed"), Problems))]
pub(super) async fn card(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Asked(asked): Asked,
) -> Result<Json<Value>, Problem> {
    let wanted: Option<NetworkId> = asked.filled("feed_in").map(|network| id("network", network)).transpose()?;
    let card = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        if let Some(network) = wanted {
            return Ok(json!({ "feed": app.own_feed(&network)?.to_string() }));
        }
        let feed = app.network().map(|joined| joined.me().to_string());
        Ok(json!({ "card": app.card()?, "feed": feed }))
    });
    Ok(Json(card.await?))
}

/// Joins a network.
#[utoipa::path(post, path = "/api/v1/network", tag = "network", request_body = InvitationLine, responses((status = 200, description = "The network's id"), Problems))]
pub(super) async fn join(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(line): Sent<InvitationLine>,
) -> Result<Json<Value>, Problem> {
    let network = web.run_async(move |app| async move {
        may_manage(&app, &visitor.actor)?;
        app.join(&line.invitation, &visitor.actor).await
    });
    Ok(Json(json!({ "network": network.await?.to_string() })))
}

/// Admissions that wait for votes.
#[utoipa::path(get, path = "/api/v1/admissions", tag = "network", responses((status = 200, description = "Those that wait, with their votes"), Problems))]
pub(super) async fn waiting_admissions(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let waiting = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        app.waiting_admissions()
    });
    Ok(Json(json!(waiting.await?)))
}

/// Proposes to admit an institution; the own vote is the first.
#[utoipa::path(post, path = "/api/v1/admissions", tag = "network", request_body = CardLine, responses((status = 200, description = "The admission, with its votes"), Problems))]
pub(super) async fn admit(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(line): Sent<CardLine>,
) -> Result<Json<Value>, Problem> {
    let waiting = web.run_async(move |app| async move {
        may_manage(&app, &visitor.actor)?;
        app.admit(&line.card, &visitor.actor).await
    });
    Ok(Json(json!(waiting.await?)))
}

/// Votes for an admission that waits.
#[utoipa::path(post, path = "/api/v1/admissions/votes", tag = "network", request_body = Ballot, responses((status = 200, description = "The admission, with its votes"), Problems))]
pub(super) async fn certify(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(ballot): Sent<Ballot>,
) -> Result<Json<Value>, Problem> {
    let feed: FeedId = id("institution", &ballot.feed)?;
    let waiting = web.run_async(move |app| async move {
        may_manage(&app, &visitor.actor)?;
        app.certify(&feed, &visitor.actor).await
    });
    Ok(Json(json!(waiting.await?)))
}

/// Expulsions that wait for votes.
#[utoipa::path(get, path = "/api/v1/expulsions", tag = "network", responses((status = 200, description = "Those that wait, each with the last entry that counts and its votes"), Problems))]
pub(super) async fn waiting_expulsions(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let waiting = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        app.waiting_expulsions()
    });
    Ok(Json(json!(waiting.await?)))
}

/// Proposes to expel a member, or votes for what another governor proposed.
#[utoipa::path(post, path = "/api/v1/expulsions", tag = "network", request_body = Ballot, responses((status = 200, description = "The expulsion, with its votes"), Problems))]
pub(super) async fn expel(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(ballot): Sent<Ballot>,
) -> Result<Json<Value>, Problem> {
    let feed: FeedId = id("institution", &ballot.feed)?;
    let proposed = web.run_async(move |app| async move {
        may_manage(&app, &visitor.actor)?;
        app.expel(&feed, &visitor.actor).await
    });
    Ok(Json(json!(proposed.await?)))
}

/// What an admitted institution needs to join.
#[utoipa::path(get, path = "/api/v1/invitation", tag = "network", responses((status = 200, description = "The invitation, as one line"), Problems))]
pub(super) async fn invitation(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let line = web.run(move |app| {
        may_manage(app, &visitor.actor)?;
        app.invitation(&visitor.actor)
    });
    Ok(Json(json!({ "invitation": line.await? })))
}

fn may_manage(app: &App, actor: &Actor) -> Result<(), AppError> {
    app.permit(actor, Permission::ManageMembership)
}
