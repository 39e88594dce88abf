//! What somebody typed into a form while their session ended. It goes back in the page that asks for the password, and from
//! there to the page that sends it on: it is kept nowhere but before their eyes, and nobody else who signs in there is shown
//! it. Passwords are not kept, and neither is a form in which nothing was written or drawn: what such a press would do can
//! nobody see in it.

use axum::{
    body::{Body, Bytes},
    extract::{Form, FromRequest, Request},
    http::{HeaderValue, Method, header},
};
use house::AccountId;

use super::{
    BODY_BYTES_MAX, cookie, extract::Fields, intake::whole, pieces::Fact, problem::Problem, sign_in::own_path,
};
use crate::sentences::Sentences;

const KIND: &str = "application/x-www-form-urlencoded";
/// Begins the names of kept fields, so that they are not taken for those of the sign-in.
const PREFIX: &str = "kept:";
const PATH: &str = "kept-path";
const WHOSE: &str = "kept-for";
const SECRETS: [&str; 3] = ["password", "again", "current"];
/// Begins the names of descriptions of pictures.
const DESCRIPTION: &str = "alt-";

/// Fields in which somebody writes, with the keys of their names.
const WRITTEN: [(&str, &str); 9] = [
    ("body", "field-comment"),
    ("title", "field-title"),
    ("question", "field-question"),
    ("history", "field-history"),
    ("examination", "field-examination"),
    ("diagnosis", "field-diagnosis"),
    ("words", "field-outcome"),
    ("account", "field-account"),
    ("name", "field-shown-name"),
];

/// A form that was posted, before anybody has read it.
pub(super) struct PostedForm {
    path: String,
    bytes: Bytes,
}

/// The fields of a form and where it goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Empty: nothing is kept.
    pub(crate) path: String,
    /// The mark of the person who typed it.
    pub(crate) whose: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl PostedForm {
    /// Lays a posted form aside. The request goes on as it came.
    pub(super) async fn of(request: Request) -> Result<(Request, Option<Self>), Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with(KIND));
        if !is_form || *request.method() != Method::POST {
            return Ok((request, None));
        }
        let path = request.uri().path().to_owned();
        let (parts, body) = request.into_parts();
        let bytes = whole(BODY_BYTES_MAX, body).await?;
        let request = Request::from_parts(parts, Body::from(bytes.clone()));
        Ok((request, Some(Self { path, bytes })))
    }

    /// What of it may be kept, for whose browser it came from. Of somebody who signed out nobody can tell whose it was.
    pub(super) async fn read(self, whose: &str) -> Kept {
        if whose.is_empty() || own_path(&self.path) != self.path || self.path.starts_with("/first/") {
            return Kept::default();
        }
        let mut request = Request::new(Body::from(self.bytes));
        *request.method_mut() = Method::POST;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
        let Ok(Form(mut fields)) = Form::<Vec<(String, String)>>::from_request(request, &()).await else {
            return Kept::default();
        };
        fields.retain(|(name, _)| !SECRETS.contains(&name.as_str()));
        Kept { path: self.path, whose: whose.to_owned(), fields }.if_shown()
    }
}

impl Kept {
    /// What the form of the sign-in page brings along.
    pub(crate) fn brought(form: &Fields) -> Self {
        let path = own_path(form.one(PATH));
        if form.one(PATH) != path {
            return Self::default();
        }
        let kept =
            form.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.to_owned())));
        Self { path: path.to_owned(), whose: form.one(WHOSE).to_owned(), fields: kept.collect() }.if_shown()
    }

    /// Nothing, unless it can be shown to whoever is asked to send it.
    fn if_shown(self) -> Self {
        if self.words().is_empty() { Self::default() } else { self }
    }

    /// What was written and drawn, for those who did it.
    pub(crate) fn words(&self) -> Vec<Fact> {
        let filled = self.fields.iter().filter(|(_, value)| !value.trim().is_empty());
        let facts = filled.filter_map(|(field, value)| {
            if field == "covers" {
                return Some(Fact { key: "send-on-covers", value: Sentences::english().get("send-on-covers-drawn") });
            }
            let known = WRITTEN.iter().find(|(name, _)| name == field).map(|(_, key)| *key);
            let key = known.or_else(|| field.starts_with(DESCRIPTION).then_some("send-on-description"))?;
            Some(Fact { key, value: value.clone() })
        });
        facts.collect()
    }

    /// Whether there is something to send on that this person typed.
    pub(crate) fn is_of(&self, account: AccountId) -> bool {
        !self.is_empty() && self.whose == cookie::mark(account)
    }

    /// Whether there is nothing to send on.
    pub(crate) fn is_empty(&self) -> bool {
        self.path.is_empty()
    }
}
