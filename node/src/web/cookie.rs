//! The two cookies: the session with a mark of its person, and how pages look on this device. Neither says anything about a
//! patient.

use axum::http::{HeaderMap, HeaderValue, header};
use house::{AccountId, SessionToken};

use crate::config::Web;

const LOOK: &str = "look";
const LOOK_SECONDS: u64 = 365 * 24 * 60 * 60;

/// The name of the session's cookie. With TLS the prefix makes browsers keep it to this host and to HTTPS (RFC 6265bis).
pub(crate) const fn session_name(config: &Web) -> &'static str {
    if config.plain_http { "consilium" } else { "__Host-consilium" }
}

/// The session token that a browser brings, if it brings one that could be.
pub(crate) fn session(headers: &HeaderMap, config: &Web) -> Option<SessionToken> {
    let text = find(headers, session_name(config))?;
    SessionToken::parse(text.split_once('.').map_or(text, |(token, _)| token)).ok()
}

/// The mark of the person whose session a browser brings, also after its end.
pub(crate) fn whose<'a>(headers: &'a HeaderMap, config: &Web) -> Option<&'a str> {
    find(headers, session_name(config))?.split_once('.').map(|(_, mark)| mark)
}

/// What tells one person from another without saying who they are.
pub(crate) fn mark(account: AccountId) -> String {
    hex::encode(&protocol::hash("mark of a person", &[&account.0])[..8])
}

/// Hands a session to the browser.
pub(crate) fn keep_session(token: &SessionToken, account: AccountId, config: &Web) -> Option<HeaderValue> {
    let value = format!("{}.{}", *token.text(), mark(account));
    written(session_name(config), &value, None, config)
}

/// Takes the session from the browser.
pub(crate) fn drop_session(config: &Web) -> Option<HeaderValue> {
    written(session_name(config), "", Some(0), config)
}

/// How pages look here: scheme and density, as they were chosen.
pub(crate) fn look(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, density) = find(headers, LOOK)?.split_once('.')?;
    Some((scheme.to_owned(), density.to_owned()))
}

/// Keeps how pages look here.
pub(crate) fn keep_look(scheme: &str, density: &str, config: &Web) -> Option<HeaderValue> {
    written(LOOK, &format!("{scheme}.{density}"), Some(LOOK_SECONDS), config)
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

fn written(name: &str, value: &str, seconds: Option<u64>, config: &Web) -> Option<HeaderValue> {
    let secure = if config.plain_http { "" } else { "; Secure" };
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    let mut header = HeaderValue::from_str(&text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_tls_the_session_is_kept_to_this_host() {
        let token = SessionToken::new([7; 32]);
        let header = keep_session(&token, AccountId([1; 16]), &Web::default()).unwrap();
        let text = header.to_str().unwrap();
        assert!(text.starts_with("__Host-consilium=csls_0707"), "{text}");
        assert!(text.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{text}");
        assert!(!format!("{header:?}").contains("0707"), "it does not print");
    }

    #[test]
    fn on_plain_http_the_prefix_is_left_out_because_browsers_refuse_it_there() {
        let config = Web { plain_http: true, ..Web::default() };
        let header = keep_session(&SessionToken::new([7; 32]), AccountId([1; 16]), &config).unwrap();
        let text = header.to_str().unwrap();
        assert!(text.starts_with("consilium=csls_") && text.ends_with("; HttpOnly; SameSite=Lax"), "{text}");
    }

    #[test]
    fn a_session_is_found_among_other_cookies() {
        let text = SessionToken::new([7; 32]).text();
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; consilium=csls_00".parse().unwrap());
        headers.append(header::COOKIE, format!("look=dark.calm; __Host-consilium={}", text.as_str()).parse().unwrap());
        assert!(session(&headers, &Web::default()).is_some());
        assert!(session(&headers, &Web { plain_http: true, ..Web::default() }).is_none(), "that one is none");
        assert_eq!(look(&headers), Some(("dark".to_owned(), "calm".to_owned())));
    }
}
