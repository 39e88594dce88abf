//! Pictures of cases, for those who may read the case. They are nobody's page: a sandbox, no caching. Each look at a picture is
//! a line of the audit chain; its preview belongs to the page that shows it. Of a DICOM object a picture is a view, which this
//! node renders itself; the object whole is a file to save.

use anonymizer::{MediaType, View};
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use house::audit::{Action, Outcome};
use protocol::CaseId;
use store::Picture;

use super::{case::readable, frames::view_of};
use crate::{
    app::{AppError, ShownPicture},
    web::{
        extract::{Asked, id},
        frame::Reading,
        problem::Problem,
    },
};

pub(super) async fn show(
    reading: Reading,
    Path(place): Path<(String, String)>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let view = view_of(&asked);
    let shown = async {
        let held = held(&reading, &place, Size::Full).await?;
        rendered(&reading, held, view).await
    };
    shown.await.map_err(Problem::of_a_file)
}

pub(super) async fn preview(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    let shown = async {
        let held = held(&reading, &place, Size::Preview).await?;
        rendered(&reading, held, View::FIRST).await
    };
    shown.await.map_err(Problem::of_a_file)
}

/// The DICOM object that a picture is.
pub(super) async fn object(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    let held = held(&reading, &place, Size::Full).await.map_err(Problem::of_a_file)?;
    if held.media_type != MediaType::Dicom {
        return Err(Problem::of_a_file(Problem::not_found("object")));
    }
    let (case, number): (CaseId, usize) = (id("case", &place.0)?, id("picture", &place.1)?);
    let name = format!("attachment; filename=\"{}-{number}.dcm\"", case.number);
    let name = HeaderValue::from_str(&name).map_err(|error| Problem::defect(error.to_string()))?;
    let mut answer = answer(MediaType::Dicom.as_str(), held.bytes.to_vec());
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

#[derive(Clone, Copy)]
pub(super) enum Size {
    Full,
    Preview,
}

/// A picture of a case, from here or from another house. That somebody looks at one in full is audited.
pub(super) async fn held(reading: &Reading, (case, number): &(String, String), size: Size) -> Result<Picture, Problem> {
    let (case, number): (CaseId, usize) = (id("case", case)?, id("picture", number)?);
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
    Ok(joined.shared().picture(case, blob, &actor).await.map_err(AppError::from)?)
}

async fn rendered(reading: &Reading, held: Picture, view: View) -> Result<Response, Problem> {
    let shown = reading.web.run_async(move |app| async move { app.rendered(held, view).await }).await?;
    let ShownPicture { content_type, bytes } = shown;
    Ok(answer(content_type, bytes.to_vec()))
}

fn answer(content_type: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    (headers, bytes).into_response()
}
