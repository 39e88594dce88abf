//! Pages for people: one file a page, each a struct of what its template shows.

mod account;
pub(crate) mod admin;
mod case;
mod chain;
pub(crate) mod error;
mod events;
mod feed;
mod frames;
mod help;
mod manifest;
mod marked;
mod new;
mod picture;
mod saved;
mod search;
mod set_password;
pub(crate) mod sign_in;
mod sign_up;
mod spread;
mod star;
mod thread;
mod unsent;
mod withdraw;

use super::routes::Routes;

pub(super) use case::readable;
pub(super) use feed::cursor;
pub(super) use sign_up::FormsUsed;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .get("/", feed::show)
        .get("/events", events::listen)
        .get("/sign-in", sign_in::show)
        .post("/sign-in", sign_in::sign_in)
        .post("/sign-out", sign_in::sign_out)
        .get("/sign-up", sign_up::show)
        .post("/sign-up", sign_up::sign_up)
        .get("/first/{login}/{secret}", set_password::show)
        .post("/first/{login}/{secret}", set_password::redeem)
        .get("/account", account::show)
        .post("/account/password", account::change_password)
        .post("/account/look", account::keep_look)
        .post("/account/sessions/{session}/end", account::end_session)
        .post("/account/sessions/end-all", account::end_all)
        .get("/cases/{case}", case::show)
        .post("/cases/{case}/status", case::resolve)
        .get("/cases/{case}/pictures/{number}", picture::show)
        .get("/cases/{case}/previews/{number}", picture::preview)
        .get("/cases/{case}/pictures/{number}/frames", frames::show)
        .get("/cases/{case}/pictures/{number}/object", picture::object)
        .get("/cases/{case}/pictures/{number}/manifest", manifest::show)
        .post("/cases/{case}/star", star::give)
        .post("/cases/{case}/star/take-back", star::take_back)
        .post("/cases/{case}/comments", thread::comment)
        .post("/cases/{case}/comments/{comment}/take-back", thread::take_back)
        .get("/cases/{case}/withdraw", withdraw::show)
        .post("/cases/{case}/withdraw", withdraw::withdraw)
        .post("/unsent/{unsent}/take-back", unsent::take_back)
        .get("/saved", saved::show)
        .post("/cases/{case}/saved", saved::save)
        .post("/cases/{case}/saved/take-off", saved::take_off)
        .get("/chain/{entry}", chain::show)
        .get("/search", search::show)
        .get("/help", help::show)
        .with(new::routes())
        .with(admin::routes())
}
