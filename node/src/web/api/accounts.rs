//! Accounts, and whom the house vouches for.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use house::{
    Permission,
    audit::{Action, Outcome},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::description::Problems;
use crate::{
    app,
    web::{Web, actor::Visitor, extract::Sent, problem::Problem},
};

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    login: String,
    /// The person's name, as readers will see it.
    name: String,
    /// administrator, moderator, attester, data-protection-officer, data-steward, auditor.
    #[serde(default)]
    roles: Vec<String>,
}

/// A person to vouch for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAttestation {
    login: String,
    /// Such as physician, nurse, medical-student.
    profession: String,
    /// MeSH descriptors, such as D003880.
    #[serde(default)]
    specialties: Vec<String>,
    /// Days after today; it holds to the end of the last of them, in UTC.
    days: u32,
}

/// A person to vouch for no longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRevocation {
    login: String,
    /// left-institution, role-changed, key-lost, key-stolen or misuse.
    reason: String,
}

/// All accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people", responses((status = 200, description = "The accounts"), Problems))]
pub(super) async fn list(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Value>, Problem> {
    let accounts = web.run(move |app| {
        app.permit(&visitor.actor, Permission::ManageAccounts)?;
        app.desk.note(&visitor.actor, Action::ViewPeople, Vec::new(), Outcome::Done)?;
        Ok(app.accounts())
    });
    Ok(Json(json!(accounts.await?)))
}

/// Makes an account. Answers with its one-time sign-in, which is not shown again.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people", request_body = NewAccount, responses((status = 200, description = "The one-time sign-in"), Problems))]
pub(super) async fn add(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(new): Sent<NewAccount>,
) -> Result<Json<Value>, Problem> {
    let NewAccount { login, name, roles } = new;
    let one_time = web.run(move |app| {
        app.permit(&visitor.actor, Permission::ManageAccounts)?;
        app.add_account(&app::NewAccount { login, name, roles }, &visitor.actor)
    });
    Ok(Json(json!(one_time.await?)))
}

/// Replaces a password by a one-time sign-in.
#[utoipa::path(post, path = "/api/v1/accounts/{login}/reset", tag = "people", params(("login" = String, Path)), responses((status = 200, description = "The one-time sign-in"), Problems))]
pub(super) async fn reset(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(login): Path<String>,
) -> Result<Json<Value>, Problem> {
    let one_time = web.run(move |app| {
        app.permit(&visitor.actor, Permission::ManageAccounts)?;
        app.reset_account(&login, &visitor.actor)
    });
    Ok(Json(json!(one_time.await?)))
}

/// Ends all sessions and tokens of an account and lets it in no more.
#[utoipa::path(post, path = "/api/v1/accounts/{login}/disable", tag = "people", params(("login" = String, Path)), responses((status = 200, description = "It is disabled"), Problems))]
pub(super) async fn disable(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(login): Path<String>,
) -> Result<Json<Value>, Problem> {
    let name = login.clone();
    web.run(move |app| {
        app.permit(&visitor.actor, Permission::ManageAccounts)?;
        app.disable_account(&login, &visitor.actor)
    })
    .await?;
    Ok(Json(json!({ "login": name, "is_disabled": true })))
}

/// Vouches for a person.
#[utoipa::path(post, path = "/api/v1/attestations", tag = "people", request_body = NewAttestation, responses((status = 200, description = "The name of the person's key, and why the attestation waits, if it does"), Problems))]
pub(super) async fn attest(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(new): Sent<NewAttestation>,
) -> Result<Json<Value>, Problem> {
    let NewAttestation { login, profession, specialties, days } = new;
    let vouched = web.run_async(move |app| async move {
        app.permit(&visitor.actor, Permission::Attest)?;
        app.attest(&app::NewAttestation { login, profession, specialties, days }, &visitor.actor).await
    });
    Ok(Json(json!(vouched.await?)))
}

/// Vouches for a person no longer.
#[utoipa::path(post, path = "/api/v1/revocations", tag = "people", request_body = NewRevocation, responses((status = 200, description = "It is revoked"), Problems))]
pub(super) async fn revoke(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(new): Sent<NewRevocation>,
) -> Result<Json<Value>, Problem> {
    let login = new.login.clone();
    let waits_for = web.run_async(move |app| async move {
        app.permit(&visitor.actor, Permission::Revoke)?;
        app.revoke(&new.login, &new.reason, &visitor.actor).await
    });
    Ok(Json(json!({ "login": login, "is_revoked": true, "waits_for": waits_for.await? })))
}
