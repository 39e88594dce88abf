//! Headers that stand on every answer, and the check that a change of state was asked for from our own pages.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method, Version, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{problem::Problem, server::Door};

/// Fresh for each answer; scripts and htmx attributes carry it.
#[derive(Clone, Debug)]
pub(crate) struct Nonce(pub(crate) String);

const FIXED: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(), microphone=()"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
];

/// Puts the headers on an answer. What sets its own policy or caching keeps it.
pub(crate) async fn secure(mut request: Request, next: Next) -> Response {
    let nonce = Nonce(hex::encode(crate::entropy::draw::<16>()));
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy(&nonce))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(nonce: &Nonce) -> String {
    let Nonce(nonce) = nonce;
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types htmx"
    )
}

/// Refuses a change of state that another site's page asked for (Fetch Metadata, then `Origin`).
///
/// A request with a bearer token carries its own proof, and the owner's socket is out of reach for pages.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_owner = request.extensions().get::<Door>() == Some(&Door::Owner);
    let has_token = request.headers().contains_key(header::AUTHORIZATION);
    if is_safe || is_owner || has_token || comes_from_us(&request) {
        return next.run(request).await;
    }
    Problem::cross_site().into_response()
}

/// Refuses a request of HTTP/1.1 that names no host, or several (RFC 9112 section 3.2).
pub(crate) async fn one_host(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if request.version() == Version::HTTP_11 && hosts != 1 {
        return Problem::without_host().into_response();
    }
    next.run(request).await
}

fn comes_from_us(request: &Request) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // HTTP/2 says whom it asks in the address, HTTP/1.1 in a header; the port is part of it as it is of the origin.
    let asked = request.uri().authority().map(Authority::as_str).or(header("host"));
    let origin = header("origin").and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    origin.zip(asked).is_some_and(|(origin, asked)| origin.eq_ignore_ascii_case(asked))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn is_ours(version: Version, address: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(Method::POST).version(version).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        comes_from_us(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn a_form_of_our_own_page_is_ours_over_either_http_and_on_every_port() {
        for (origin, expected) in
            [("https://node.example:8443", true), ("https://node.example", false), ("https://evil.example:8443", false)]
        {
            let origin = ("origin", origin);
            assert_eq!(
                is_ours(Version::HTTP_2, "https://node.example:8443/sign-in", &[origin]),
                expected,
                "{origin:?}"
            );
            let host = ("host", "node.example:8443");
            assert_eq!(is_ours(Version::HTTP_11, "/sign-in", &[host, origin]), expected, "{origin:?}");
        }
        assert!(!is_ours(Version::HTTP_2, "https://node.example:8443/sign-in", &[]), "a page says where it stands");
    }
}
