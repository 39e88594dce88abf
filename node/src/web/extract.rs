//! What a request brings, taken apart at the door: ids are types from here on, and what cannot be read is a problem like
//! others.

use std::{str::FromStr, sync::Arc};

use axum::{
    Json,
    extract::{Form, FromRequest, FromRequestParts, Query, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::{Web, problem::Problem};

/// The fields of a form or of a query, in their order; a name may come several times.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

/// The fields of a query.
pub(crate) struct Asked(pub(crate) Fields);

/// The fields of a form.
pub(crate) struct Posted(pub(crate) Fields);

/// A body of JSON.
pub(crate) struct Sent<T>(pub(crate) T);

impl Fields {
    /// A field; empty if it is not there.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    /// A field that holds something.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.one(name)).filter(|value| !value.is_empty())
    }

    /// All fields in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value of a name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }
}

/// An id in an address. What is none leads nowhere.
pub(crate) fn id<T: FromStr>(what: &'static str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found(what))
}

impl FromRequestParts<Arc<Web>> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Problem> {
        let fields = Query::<Vec<(String, String)>>::from_request_parts(parts, web).await;
        fields.map(|Query(fields)| Self(Fields(fields))).map_err(|_| Problem::unusable("the query cannot be read"))
    }
}

impl FromRequest<Arc<Web>> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Problem> {
        match Form::<Vec<(String, String)>>::from_request(request, web).await {
            Ok(Form(fields)) => Ok(Self(Fields(fields))),
            Err(_) => Err(Problem::unusable("the form cannot be read")),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Web>> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, web).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(Problem::unusable(rejection.body_text())),
        }
    }
}
