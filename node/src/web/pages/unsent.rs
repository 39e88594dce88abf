//! What waits to be sent is taken back by its author.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use house::OutboxId;

use super::{case::Wish, thread};
use crate::web::{extract::id, frame::Reading, problem::Problem};

pub(super) async fn take_back(reading: Reading, Path(unsent): Path<String>) -> Result<Response, Problem> {
    let (unsent, actor) = (id::<OutboxId>("unsent payload", &unsent)?, reading.visitor.actor);
    let said_of = reading.web.run_async(move |app| async move { app.take_back_unsent(unsent, &actor).await }).await?;
    match said_of {
        None => Ok(Redirect::to("/").into_response()),
        Some(case) if reading.is_fragment => thread::answer(reading, case, Wish::default(), None).await,
        Some(case) => Ok(Redirect::to(&format!("/cases/{case}#thread")).into_response()),
    }
}
