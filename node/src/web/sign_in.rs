//! Signing in and out, as pages do it: attempts are counted before anything is known of the account, words are the same
//! whatever was wrong, and each session is new.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use house::{AccountId, Actor, HouseEntry, Login, SessionToken, Via, password::Proven, session};
use protocol::codec::Text;

use super::{Web, actor::Visitor, cookie};
use crate::{app::AppError, entropy};

/// A session with a new token, for the browser of its person.
pub(crate) struct NewSession {
    token: SessionToken,
    pub(crate) account: AccountId,
}

impl Web {
    /// Checks a password that somebody shows, with the rate limit before it. A wrong one is audited, with
    /// the account that was meant.
    pub(crate) async fn show_password(
        &self,
        login: &str,
        password: String,
        visitor: &Visitor,
    ) -> Result<Proven, AppError> {
        self.admit(login, visitor)?;
        match self.prove(login, password).await {
            Ok(proven) => {
                self.succeeded(login, visitor);
                Ok(proven)
            }
            Err(error) => {
                let is_own = visitor.person.as_ref().is_some_and(|person| person.login == login);
                let (login, actor) = (Login::parse(login).ok(), if is_own { visitor.actor } else { Actor::Stranger });
                self.run(move |app| {
                    use house::audit::{Action, Outcome};
                    // In a session of their own somebody shows once more that it is them.
                    let action = if is_own { Action::StepUp } else { Action::SignIn };
                    let meant = login.and_then(|login| {
                        app.desk.look(|house| house.accounts().by_login(&login).map(|account| account.id.into()))
                    });
                    let objects = meant.into_iter().collect();
                    Ok(app.desk.note(&actor, action, objects, Outcome::Refused)?)
                })
                .await?;
                Err(error)
            }
        }
    }

    /// Opens a session.
    pub(crate) async fn open_session(
        &self,
        proven: Proven,
        visitor: &Visitor,
        headers: &HeaderMap,
    ) -> Result<NewSession, AppError> {
        let token = SessionToken::new(*entropy::seed());
        let agent = Text(agent(headers));
        let command = session::Command::SignIn { proven, token: token.clone(), agent, before: visitor.session() };
        let entries = self.run(move |app| Ok(app.desk.perform(command, &Actor::Stranger)?)).await?;
        let opened = opened_in(&entries).ok_or(house::Refusal::SignedOut)?;
        Ok(NewSession { token, account: opened.account })
    }

    /// Gives the password once more: the session gets a new token. Returns it, and who acts.
    pub(crate) async fn step_up(&self, proven: Proven, actor: Actor) -> Result<(NewSession, Actor), AppError> {
        let token = SessionToken::new(*entropy::seed());
        let command = session::Command::StepUp { proven, token: token.clone() };
        let entries = self.run(move |app| Ok(app.desk.perform(command, &actor)?)).await?;
        match (actor, opened_in(&entries)) {
            (Actor::Account(acting), Some(opened)) => {
                let acting = house::Acting { via: Via::Session(opened.session), ..acting };
                Ok((NewSession { token, account: opened.account }, Actor::Account(acting)))
            }
            _ => Err(house::Refusal::SignedOut.into()),
        }
    }

    /// Leads on to a page, with a session that is new.
    pub(crate) fn go_with_session(&self, session: &NewSession, place: &str) -> Response {
        self.hand_session(session, Redirect::to(place).into_response())
    }

    /// Hands a session that is new to the browser with an answer.
    pub(crate) fn hand_session(&self, session: &NewSession, mut response: Response) -> Response {
        if let Some(cookie) = cookie::keep_session(&session.token, session.account, &self.app.config.web) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Leads to the sign-in page; the browser forgets everything of us.
    pub(crate) fn go_without_session(&self) -> Response {
        let mut response = Redirect::to("/sign-in").into_response();
        let headers = response.headers_mut();
        if let Some(cookie) = cookie::drop_session(&self.app.config.web) {
            headers.append(header::SET_COOKIE, cookie);
        }
        headers.insert(
            HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
        );
        response
    }
}

fn opened_in(entries: &[HouseEntry]) -> Option<&session::Opened> {
    entries.iter().find_map(|entry| match entry {
        HouseEntry::SessionOpened(opened, _) => Some(opened),
        _ => None,
    })
}

/// A path of this node to go on to; anything else is the start.
pub(crate) fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic())
        && !next.starts_with("/sign-");
    if is_own { next } else { "/" }
}

/// A coarse label of a browser, for the list of sessions.
fn agent(headers: &HeaderMap) -> String {
    const BROWSERS: [(&str, &str); 4] =
        [("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name);
    match (name(&BROWSERS), name(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => "Another browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:x",
            "",
            "/a b",
            "/sign-in",
            "/\r\nx",
        ] {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere:?}");
        }
        assert_eq!(own_path("/cases/00?picture=2"), "/cases/00?picture=2");
    }

    #[test]
    fn a_browser_is_named_coarsely() {
        let mut headers = HeaderMap::new();
        let text = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        headers.insert(header::USER_AGENT, HeaderValue::from_static(text));
        assert_eq!(agent(&headers), "Firefox on Linux");
        headers.insert(header::USER_AGENT, HeaderValue::from_static("curl/8"));
        assert_eq!(agent(&headers), "Another browser");
    }
}
