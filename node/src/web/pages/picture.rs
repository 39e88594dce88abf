//! Pictures of cases, for those who may read the case. They are nobody's page: a sandbox, no caching. Each look at a picture is
//! a line of the audit chain; its preview belongs to the page that shows it.

use anonymizer::MediaType;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use house::audit::{Action, Outcome};
use protocol::CaseId;
use store::Picture;

use super::case::readable;
use crate::{
    app::AppError,
    web::{extract::id, frame::Reading, problem::Problem},
};

pub(super) async fn show(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    given(reading, place, Size::Full).await.map_err(Problem::of_a_file)
}

pub(super) async fn preview(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    given(reading, place, Size::Preview).await.map_err(Problem::of_a_file)
}

#[derive(Clone, Copy)]
enum Size {
    Full,
    Preview,
}

async fn given(reading: Reading, (case, number): (String, String), size: Size) -> Result<Response, Problem> {
    let (case, number): (CaseId, usize) = (id("case", &case)?, id("picture", &number)?);
    let actor = reading.visitor.actor;
    // A picture may be on its way from another house for long: no thread waits for it.
    let (joined, blob) = reading
        .web
        .run(move |app| {
            let view = readable(app, case, &actor)?;
            let listed = number.checked_sub(1).and_then(|index| view.summary.pictures.get(index));
            let listed = listed.ok_or(AppError::NotFound("picture"))?;
            let blob = match size {
                Size::Preview => listed.preview,
                Size::Full => {
                    let objects = vec![case.number.into(), listed.blob.into()];
                    app.desk.note(&actor, Action::ViewPicture, objects, Outcome::Done)?;
                    listed.blob
                }
            };
            Ok((app.joined()?, blob))
        })
        .await?;
    let picture = joined.shared().picture(case, blob, &actor).await.map_err(AppError::from)?;
    Ok(answer(&picture))
}

fn answer(picture: &Picture) -> Response {
    let content_type = if picture.media_type == MediaType::Png { "image/png" } else { "image/jpeg" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    (headers, picture.bytes.to_vec()).into_response()
}
