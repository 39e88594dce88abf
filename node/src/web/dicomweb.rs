//! Where an archive stores DICOM objects (STOW-RS, PS3.18 section 10.5), with an API token of the scope `dicom`: a person's,
//! into whose new draft they go, where they wait to be looked at.
//!
//! UIDs of what was sent stand in the answer to its sender and nowhere else. Deliberately absent: looking for objects and
//! fetching them (QIDO-RS, WADO-RS), and storing metadata and bulk data apart.

mod related;
mod stored;

use std::sync::Arc;

use anonymizer::dicom::Called;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use multer::Multipart;

use self::stored::{Reason, Stored};
use super::{PICTURES_BYTES_MAX, Web, actor::Visitor, intake::file_of, problem::Problem, routes::Routes};
use crate::app::Delivery;

/// Instances of one request that are answered one by one; the rest is refused as a whole.
const INSTANCES_MAX: usize = 256;

pub(crate) fn routes() -> Routes {
    Routes::default().post_large("/dicomweb/studies", PICTURES_BYTES_MAX, store)
}

/// Stores the instances of a request, each for itself.
async fn store(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let actor = visitor.actor;
    let mut delivery = web.run_async(move |app| async move { app.receive(&actor) }).await?;
    let boundary = related::boundary(&headers).ok_or_else(other_type)?;
    let mut parts = Multipart::new(body.into_data_stream(), boundary);
    let mut stored = Stored::default();
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(_) => return Err(unreadable(delivery).await),
        };
        if stored.count() == INSTANCES_MAX {
            stored.leave_the_rest();
            break;
        }
        let is_object = part.content_type().is_none_or(|kind| kind.essence_str() == related::OBJECT);
        let Ok(file) = file_of(part).await else { return Err(unreadable(delivery).await) };
        let called = Called::of(&file);
        if !is_object {
            stored.fail(called, Reason::CannotUnderstand);
            continue;
        }
        let taking = web.run_async(move |_| async move {
            let taken = delivery.take(file).await;
            Ok((delivery, taken))
        });
        let taken;
        (delivery, taken) = taking.await?;
        match taken {
            Ok(()) => stored.keep(called),
            Err(error) => stored.fail(called, Reason::of(&error)),
        }
    }
    delivery.end().await;
    Ok(answer(&stored))
}

/// What was taken before the request broke off stays: its sender repeats the request, and the person sees a draft twice.
async fn unreadable(delivery: Delivery) -> Problem {
    delivery.end().await;
    Problem::unusable("the parts of the request cannot be told apart")
}

fn other_type() -> Problem {
    Problem::media_type("send instances as multipart/related; type=\"application/dicom\", with a boundary")
}

fn answer(stored: &Stored) -> Response {
    let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static("application/dicom+json"))];
    let status = match (stored.has_kept(), stored.has_failed()) {
        (true, false) => StatusCode::OK,
        (true, true) => StatusCode::ACCEPTED,
        (false, _) => StatusCode::CONFLICT,
    };
    (status, content_type, stored.to_json().to_string()).into_response()
}
