//! Pictures of cases, for those who may read the case. They are nobody's page: a sandbox, no caching.

use anonymizer::MediaType;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use protocol::{BlobId, CaseId, payload::content::Picture as Listed};
use store::Picture;

use super::case::readable;
use crate::{
    app::AppError,
    web::{extract::id, frame::Reading, problem::Problem},
};

pub(super) async fn show(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    given(reading, place, |picture| picture.blob).await
}

pub(super) async fn preview(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    given(reading, place, |picture| picture.preview).await
}

async fn given(
    reading: Reading,
    (case, number): (String, String),
    which: fn(&Listed) -> BlobId,
) -> Result<Response, Problem> {
    let (case, number): (CaseId, usize) = (id("case", &case)?, id("picture", &number)?);
    let actor = reading.visitor.actor;
    let picture = reading
        .web
        .run_async(move |app| async move {
            let view = readable(&app, case, &actor)?;
            let listed = number.checked_sub(1).and_then(|index| view.summary.pictures.get(index));
            let blob = which(listed.ok_or(AppError::NotFound("picture"))?);
            Ok(app.joined()?.shared().picture(case, blob, &actor).await?)
        })
        .await?;
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
