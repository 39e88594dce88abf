//! What waits to be sent is taken back by its author.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use house::OutboxId;

use super::{case::Wish, thread};
use crate::{
    app::UnsentWhat,
    web::{extract::id, frame::Reading, problem::Problem},
};

pub(super) async fn take_back(reading: Reading, Path(unsent): Path<String>) -> Result<Response, Problem> {
    let (unsent, actor) = (id::<OutboxId>("unsent payload", &unsent)?, reading.visitor.actor);
    let taken = reading.web.run_async(move |app| async move { app.take_back_unsent(unsent, &actor).await }).await?;
    match taken {
        UnsentWhat::Case(..) | UnsentWhat::Withdrawal(_) => Ok(Redirect::to("/").into_response()),
        UnsentWhat::Comment(case, _) | UnsentWhat::Star(case) if reading.is_fragment => {
            thread::answer(reading, case, Wish::default(), None).await
        }
        UnsentWhat::Comment(case, _) | UnsentWhat::Star(case) => {
            Ok(Redirect::to(&format!("/cases/{case}#thread")).into_response())
        }
    }
}
