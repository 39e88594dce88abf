//! The API for programs and for the command line, under `/api/v1`. Its description is made from the handlers themselves.

mod accounts;
mod cases;
mod description;
mod network;
mod node;
mod place;
mod posted;
mod reasons;
mod saved;
mod search;
mod tokens;

use super::{PAPER_BYTES_MAX, PICTURES_BYTES_MAX, routes::Routes};

#[cfg(test)]
pub(crate) use description::document;

/// Cases in one answer, unless more or fewer are asked for.
const LIMIT: usize = 20;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .get("/api/v1/openapi.json", description::show)
        .post_large("/api/v1/charters", PAPER_BYTES_MAX, network::draft_charter)
        .post_large("/api/v1/charters/signatures", PAPER_BYTES_MAX, network::sign_charter)
        .post_large("/api/v1/charters/reading", PAPER_BYTES_MAX, network::read_charter)
        .get("/api/v1/card", network::card)
        .post_large("/api/v1/network", PAPER_BYTES_MAX, network::join)
        .get("/api/v1/admissions", network::waiting_admissions)
        .post("/api/v1/admissions", network::admit)
        .post("/api/v1/admissions/votes", network::certify)
        .get("/api/v1/expulsions", network::waiting_expulsions)
        .post("/api/v1/expulsions", network::expel)
        .get("/api/v1/invitation", network::invitation)
        .get("/api/v1/accounts", accounts::list)
        .post("/api/v1/accounts", accounts::add)
        .post("/api/v1/accounts/{login}/reset", accounts::reset)
        .post("/api/v1/accounts/{login}/disable", accounts::disable)
        .post("/api/v1/attestations", accounts::attest)
        .post("/api/v1/revocations", accounts::revoke)
        .get("/api/v1/tokens", tokens::list)
        .post("/api/v1/tokens", tokens::create)
        .post("/api/v1/tokens/{token}/revoke", tokens::revoke)
        .get("/api/v1/cases", cases::list)
        .post_large("/api/v1/cases", PICTURES_BYTES_MAX, cases::post)
        .get("/api/v1/cases/{case}", cases::show)
        .post("/api/v1/cases/{case}/comments", cases::comment)
        .post("/api/v1/cases/{case}/star", cases::star)
        .get("/api/v1/saved", saved::list)
        .post("/api/v1/cases/{case}/saved", saved::save)
        .post("/api/v1/cases/{case}/withdrawal", cases::withdraw)
        .get("/api/v1/cases/{case}/pictures/{number}/manifest", cases::manifest)
        .get("/api/v1/search", search::search)
        .get("/api/v1/status", node::status)
        .get("/api/v1/peers", node::peers)
        .post("/api/v1/audit/verification", node::verify_audit)
        .get("/api/v1/feeds/{feed}/export", node::export)
        .post("/api/v1/store/rebuild", node::rebuild)
        .post("/api/v1/store/check", node::check)
        .post("/api/v1/store/vouching", node::vouch)
}
