//! API tokens: made by a person for a program, shown once.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use house::{Actor, Permission, token::Token};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::description::Problems;
use crate::{
    app::account_of,
    web::{Web, actor::Visitor, extract::Sent, problem::Problem},
};

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    /// Account that it acts for.
    login: String,
    /// cases:read, cases:write, admin, dicom, audit:read, export.
    scopes: Vec<String>,
    /// Days until it ends.
    days: u32,
    /// What it is for.
    #[serde(default)]
    label: String,
}

/// A token in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenView {
    id: String,
    login: String,
    label: String,
    scopes: Vec<String>,
    until_ms: u64,
}

/// The own tokens; for the owner of the machine, everybody's.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", responses((status = 200, description = "The tokens", body = Vec<TokenView>), Problems))]
pub(super) async fn list(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Vec<TokenView>>, Problem> {
    let tokens = web.run(move |app| {
        app.permit(&visitor.actor, Permission::MakeTokens)?;
        let own = match visitor.actor {
            Actor::System => None,
            actor => Some(account_of(&actor)?),
        };
        Ok(app.desk.look(|house| {
            let accounts = house.accounts().iter().filter(|account| own.is_none_or(|own| own == account.id));
            let views = accounts
                .flat_map(|account| house.tokens().of(account.id).map(|token| view(token, account.login.as_str())));
            views.collect()
        }))
    });
    Ok(Json(tokens.await?))
}

/// Makes a token. It is not shown again.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = NewToken, responses((status = 200, description = "The token"), Problems))]
pub(super) async fn create(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Sent(new): Sent<NewToken>,
) -> Result<Json<Value>, Problem> {
    let token = web.run(move |app| {
        app.permit(&visitor.actor, Permission::MakeTokens)?;
        let actor = visitor.speaking_as(app, Some(&new.login))?;
        app.make_token(&new.login, &new.scopes, new.days, &new.label, &actor)
    });
    Ok(Json(json!(token.await?)))
}

/// Ends a token.
#[utoipa::path(post, path = "/api/v1/tokens/{token}/revoke", tag = "people", params(("token" = String, Path)), responses((status = 200, description = "It has ended"), Problems))]
pub(super) async fn revoke(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id = token.clone();
    web.run(move |app| app.revoke_token(&token, &visitor.actor)).await?;
    Ok(Json(json!({ "id": id, "is_revoked": true })))
}

fn view(token: &Token, login: &str) -> TokenView {
    TokenView {
        id: token.id.to_string(),
        login: login.to_owned(),
        label: token.label.0.clone(),
        scopes: token.scopes.iter().filter_map(|scope| scope.name()).map(ToOwned::to_owned).collect(),
        until_ms: token.until_ms,
    }
}
