//! A case as programs post it: words as JSON, or words and pictures as parts of one request (RFC 7578).

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use protocol::limits::PICTURES_MAX;

use super::cases::NewCase;
use crate::web::{Web, extract::Sent, intake::file_of, problem::Problem};

/// The words, and the files of the pictures in their order.
pub(super) struct PostedCase {
    pub(super) new: NewCase,
    pub(super) files: Vec<Vec<u8>>,
}

impl FromRequest<Arc<Web>> for PostedCase {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|content_type| content_type.starts_with("multipart/form-data")) {
            let Sent(new) = Sent::from_request(request, web).await?;
            return Ok(Self { new, files: Vec::new() });
        }
        parts(Multipart::from_request(request, web).await.map_err(|_| unreadable())?).await
    }
}

async fn parts(mut form: Multipart) -> Result<PostedCase, Problem> {
    let (mut new, mut files) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = file_of(field).await.map_err(|_| unreadable())?;
        match name.as_str() {
            "case" if new.is_some() => return Err(Problem::unusable("the part with the case comes twice")),
            "case" => new = Some(serde_json::from_slice(&bytes).map_err(|error| Problem::unusable(error.to_string()))?),
            "picture" if files.len() < PICTURES_MAX => files.push(bytes),
            "picture" => return Err(Problem::unusable(format!("a case has at most {PICTURES_MAX} pictures"))),
            _ => return Err(Problem::unusable("the parts are one case and its pictures")),
        }
    }
    let new: NewCase = new.ok_or_else(|| Problem::unusable("the part with the case is missing"))?;
    Ok(PostedCase { new, files })
}

/// A body that broke off for another reason than its own is told as that by who read it.
fn unreadable() -> Problem {
    Problem::unusable("the parts of the request cannot be told apart")
}
