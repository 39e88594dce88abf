//! The routes with their list, so that tests and the API's description know every one of them.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn,
    routing::{MethodRouter, get, post},
};

use super::{BODY_BYTES_MAX, Web, intake};

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
}

/// Routes and their list.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Arc<Web>>,
    list: Vec<Route>,
}

impl Routes {
    /// Answers `GET`.
    pub(crate) fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, Arc<Web>>) -> Self {
        self.route("GET", path, get(handler))
    }

    /// Answers `POST`.
    pub(crate) fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, Arc<Web>>) -> Self {
        let limit = from_fn(|request, next| intake::bounded(BODY_BYTES_MAX, request, next));
        self.route("POST", path, post(handler).layer(limit))
    }

    /// Answers a `POST` that may be larger than others.
    pub(crate) fn post_large<T: 'static>(
        self,
        path: &'static str,
        bytes_max: usize,
        handler: impl Handler<T, Arc<Web>>,
    ) -> Self {
        let limit = from_fn(move |request, next| intake::bounded_large(bytes_max, request, next));
        self.route("POST", path, post(handler).layer(limit))
    }

    /// Takes in other routes.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        Self { router: self.router.merge(other.router), list: self.list }
    }

    /// Every route, in the order in which they were named.
    #[cfg(test)]
    pub(crate) fn list(&self) -> &[Route] {
        &self.list
    }

    pub(crate) fn into_router(self) -> Router<Arc<Web>> {
        self.router
    }

    fn route(mut self, method: &'static str, path: &'static str, handler: MethodRouter<Arc<Web>>) -> Self {
        self.list.push(Route { method, path });
        Self { router: self.router.route(path, handler), list: self.list }
    }
}
