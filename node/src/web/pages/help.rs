//! Help, the same for everybody.

use askama::Template;
use axum::response::Response;

use crate::{
    sentences::Sentences,
    web::{
        frame::{Frame, Reading, html},
        problem::Problem,
    },
};

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    t: &'static Sentences,
    frame: Frame,
    contact: String,
}

pub(super) async fn show(reading: Reading) -> Result<Response, Problem> {
    let contact = reading.web.app.config.web.contact.clone();
    html(&Help { t: Sentences::english(), frame: reading.frame("help"), contact })
}
