//! Pages and API over HTTP: a thin shell round [`App`].
//!
//! Every request is recognized once ([`answer`]), answered by one handler of [`api`] or [`pages`], and its refusal put into
//! the form that the asker reads ([`problem`]). Authorization is not decided here: handlers hand the actor on, and the house
//! and the casebook say what it may.

mod actor;
mod answer;
mod api;
mod assets;
mod blocking;
mod cookie;
mod dicomweb;
mod extract;
mod frame;
mod headers;
mod health;
mod intake;
mod kept;
mod pages;
pub(crate) mod pieces;
mod problem;
pub(crate) mod refused;
mod routes;
pub(crate) mod seen;
pub(crate) mod server;
mod sign_in;
mod specialty;
mod streamed;
pub(crate) mod stylesheet;
mod told;
mod when;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use house::attempt::Attempts;
use protocol::limits::BLOB_BYTES_MAX;
use tokio::sync::Semaphore;

use crate::app::App;
use routes::Routes;

/// Bytes of a request, unless its route says otherwise.
const BODY_BYTES_MAX: usize = 256 * 1_024;
/// Bytes of a request that brings pictures: the largest one, and what is said round it.
const PICTURES_BYTES_MAX: usize = BLOB_BYTES_MAX + (1 << 20);
/// Bytes of a request that brings charters, cards or invitations.
const PAPER_BYTES_MAX: usize = 17 << 20;
/// Passwords that are hashed at once; each takes 19 MiB.
const HASHES_MAX: usize = 2;
/// Requests that keep a thread while they wait for other threads: few beside the 512 that tokio has for what blocks.
const WAITING_MAX: usize = 64;

/// What handlers have in common.
pub(crate) struct Web {
    pub(crate) app: Arc<App>,
    attempts: Mutex<Attempts>,
    signed_up: Arc<Mutex<pages::FormsUsed>>,
    hashing: Semaphore,
    waiting: Semaphore,
    gate: intake::Gate,
    told: told::Told,
}

/// All pages and the API of a node.
pub(crate) fn router(app: Arc<App>) -> Router {
    let web = Arc::new(Web {
        app,
        attempts: Mutex::new(Attempts::default()),
        signed_up: Arc::default(),
        hashing: Semaphore::new(HASHES_MAX),
        waiting: Semaphore::new(WAITING_MAX),
        gate: intake::Gate::default(),
        told: told::Told::default(),
    });
    routes()
        .into_router()
        .fallback(problem::nothing_here)
        .method_not_allowed_fallback(problem::not_that_way)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(headers::same_origin))
        .layer(middleware::from_fn(headers::one_host))
        .layer(middleware::from_fn(answer::survive_panics))
        .layer(middleware::from_fn_with_state(web.clone(), answer::answer))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn(answer::log))
        .with_state(web)
}

/// Every route there is.
pub(crate) fn routes() -> Routes {
    Routes::default()
        .with(health::routes())
        .with(assets::routes())
        .with(api::routes())
        .with(dicomweb::routes())
        .with(pages::routes())
}
