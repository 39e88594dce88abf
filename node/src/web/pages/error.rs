//! The page and the fragment of every refusal and failure.

use askama::Template;
use axum::http::{Method, StatusCode};

use crate::{
    sentences::Sentences,
    web::{frame::Frame, pieces::Back, problem::Problem},
};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    t: &'static Sentences,
    frame: &'a Frame,
    status: u16,
    happened_key: &'static str,
    kept_key: &'static str,
    next: String,
    back: Back,
    code: &'a str,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ErrorFragment<'a> {
    t: &'static Sentences,
    frame: &'a Frame,
    status: u16,
    happened_key: &'static str,
    kept_key: &'static str,
    next: String,
    code: &'a str,
}

/// The text of the page, or of the fragment.
pub(crate) fn page(
    frame: &Frame,
    problem: &Problem,
    (method, path): (&Method, &str),
    code: &str,
    is_fragment: bool,
) -> String {
    let t = Sentences::english();
    let status = problem.status.as_u16();
    let (happened_key, next_key) = match status {
        // Of an address that was only looked at nothing was typed.
        401 if method.is_safe() => ("error-401", "next-401-look"),
        _ => keys(problem.status),
    };
    let next = next(next_key, problem);
    let kept_key = if changed_nothing(method, problem.status) { "kept-nothing-sent" } else { "kept-unknown" };
    let back = back_from(method, path, problem.status);
    let page = match is_fragment {
        true => ErrorFragment { t, frame, status, happened_key, kept_key, next, code }.render(),
        false => ErrorPage { t, frame, status, happened_key, kept_key, next, back, code }.render(),
    };
    page.unwrap_or_else(|_| t.get(happened_key))
}

/// The words alone, for programs that show them on a page of their own. Of files that are not taken they say themselves what
/// to change.
pub(crate) fn words(problem: &Problem, code: &str) -> String {
    if problem.kind == "files" {
        return problem.detail.clone();
    }
    let named = format!("{}: {}-{code}", Sentences::english().get("error-code"), problem.status.as_u16());
    format!("{} {named}", happened(problem))
}

/// What happened and what to do next.
fn happened(problem: &Problem) -> String {
    let (happened_key, next_key) = keys(problem.status);
    format!("{}. {}", Sentences::english().get(happened_key), next(next_key, problem))
}

/// What to do next; of what is too large with the limit.
fn next(key: &str, problem: &Problem) -> String {
    let t = Sentences::english();
    match problem.bytes_max {
        Some(bytes_max) if bytes_max >> 20 == 0 => t.with("next-413-words", "limit", (bytes_max >> 10).to_string()),
        Some(bytes_max) => t.with("next-413-files", "limit", (bytes_max >> 20).to_string()),
        None => t.get(key),
    }
}

/// Back to what a form was about, if that is still there; else to the cases.
pub(crate) fn back_from(method: &Method, path: &str, status: StatusCode) -> Back {
    let mut parts = path.split('/').skip(1);
    let place = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    let is_there = !method.is_safe() && status != StatusCode::NOT_FOUND;
    match place {
        ("drafts", draft, Some(_)) if is_there => Back { href: format!("/drafts/{draft}"), key: "back-to-draft" },
        ("cases", case, Some(_)) if is_there => Back { href: format!("/cases/{case}"), key: "back-to-case" },
        ("account", _, _) if is_there => Back { href: "/account".to_owned(), key: "back-to-account" },
        ("admin", "people", _) if is_there && status != StatusCode::FORBIDDEN => {
            Back { href: "/admin/people".to_owned(), key: "back-to-people" }
        }
        _ => Back { href: "/".to_owned(), key: "back-to-cases" },
    }
}

/// Whether it is certain that all is as before: something was looked at only, or refused before anything was done. What is
/// not found or not as it was may have been changed by the same form, sent before; what was broken off may be half done.
fn changed_nothing(method: &Method, status: StatusCode) -> bool {
    method.is_safe() || matches!(status.as_u16(), 401 | 403 | 405 | 413 | 422 | 429)
}

const fn keys(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        401 => ("error-401", "next-401"),
        403 => ("error-403", "next-403"),
        404 | 405 => ("error-404", "next-404"),
        408 => ("error-408", "next-408"),
        409 => ("error-409", "next-409"),
        413 => ("error-413", "next-422"),
        429 => ("error-429", "next-429"),
        400..500 => ("error-422", "next-422"),
        503 => ("error-503", "next-503"),
        507 => ("error-507", "next-507"),
        _ => ("error-500", "next-500"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_what_the_form_was_about() {
        let back = |method: Method, path: &str, status: StatusCode| back_from(&method, path, status).href;
        let too_large = StatusCode::PAYLOAD_TOO_LARGE;
        assert_eq!(back(Method::POST, "/drafts/07/pictures", too_large), "/drafts/07");
        assert_eq!(back(Method::POST, "/cases/07/comments", too_large), "/cases/07");
        assert_eq!(back(Method::POST, "/drafts/07/pictures", StatusCode::NOT_FOUND), "/");
        assert_eq!(back(Method::GET, "/drafts/07/hide", too_large), "/");
        assert_eq!(back(Method::POST, "/account/password", too_large), "/account");
        assert_eq!(back(Method::POST, "/admin/people/07/roles", StatusCode::CONFLICT), "/admin/people");
        assert_eq!(back(Method::POST, "/admin/people/07/roles", StatusCode::FORBIDDEN), "/");
        assert_eq!(back(Method::POST, "/cases/new", too_large), "/");
    }

    #[test]
    fn that_nothing_was_sent_is_said_only_where_it_is_certain() {
        for status in [404, 409, 408, 500, 503, 507] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(!changed_nothing(&Method::POST, status), "{status}");
            assert!(changed_nothing(&Method::GET, status), "{status}");
        }
        assert!(changed_nothing(&Method::POST, StatusCode::TOO_MANY_REQUESTS));
    }
}
