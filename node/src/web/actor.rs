//! Who asks: the owner of the machine, the holder of a token, a person in a session, or a stranger.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use house::{AccountId, Actor, Permission, Recognized, Roles, SessionId, TokenSecret, Via, attempt::Origin};

use super::{Web, cookie, problem::Problem, server::Door};
use crate::{
    app::{App, AppError},
    clock::now_ms,
};

/// Who asks, recognized once for each request.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) actor: Actor,
    /// Absent: a stranger, or the owner of the machine.
    pub(crate) person: Option<Person>,
    /// Where the request comes from, for the rate limit of sign-in.
    client: Vec<u8>,
}

/// The person behind an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) roles: Roles,
    pub(crate) is_attested: bool,
    pub(crate) may_post: bool,
    /// Not so for those who audit.
    pub(crate) may_read: bool,
}

impl Visitor {
    /// Recognizes who asks. A bearer token that is not good is refused; a session that has ended makes a stranger.
    pub(crate) fn recognize(app: &App, door: Option<Door>, headers: &HeaderMap) -> Result<Self, AppError> {
        let client = match door {
            Some(Door::Network(address)) => client_of(address.ip()),
            Some(Door::Owner) | None => Vec::new(),
        };
        if door == Some(Door::Owner) {
            return Ok(Self { actor: Actor::System, person: None, client });
        }
        let recognized = match headers.get(header::AUTHORIZATION) {
            Some(value) => {
                let text = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
                let secret = TokenSecret::parse(text)?;
                Some(app.desk.look(|house| house.recognize(&secret, now_ms()))?)
            }
            None => cookie::session(headers, &app.config.web)
                .and_then(|token| app.desk.touch(|house| house.visit(&token, now_ms())).ok()),
        };
        Ok(Self::of(app, recognized, client))
    }

    fn of(app: &App, recognized: Option<Recognized>, client: Vec<u8>) -> Self {
        let person = recognized.and_then(|recognized| Person::of(app, recognized.account));
        let actor = match (recognized, &person) {
            (Some(recognized), Some(person)) => recognized.acting(person.is_attested),
            _ => Actor::Stranger,
        };
        Self { actor, person, client }
    }

    /// Who it is once they have signed in.
    pub(crate) fn signed_in(&self, app: &App, account: AccountId) -> Self {
        Self { person: Person::of(app, account), ..self.clone() }
    }

    /// Whether it is the owner of the machine, at the command line.
    pub(crate) fn is_owner(&self) -> bool {
        self.actor == Actor::System
    }

    /// The person, or that one has to sign in.
    pub(crate) fn person(&self) -> Result<&Person, Problem> {
        self.person.as_ref().ok_or_else(|| house::Refusal::SignedOut.into())
    }

    /// The session in which the person acts.
    pub(crate) const fn session(&self) -> Option<SessionId> {
        match self.actor {
            Actor::Account(house::Acting { via: Via::Session(session), .. }) => Some(session),
            _ => None,
        }
    }

    /// Where an attempt at a login name comes from: in a session of the very account it is not counted with those of strangers.
    pub(crate) fn origin(&self, login: &str) -> Origin<'_> {
        match (self.session(), &self.person) {
            (Some(session), Some(person)) if person.login == login.trim().to_lowercase() => Origin::Session(session),
            _ => Origin::Client(&self.client),
        }
    }

    /// Who speaks: the command line may name the account in whose name it does; everybody else speaks for themselves.
    pub(crate) fn speaking_as(&self, app: &App, login: Option<&str>) -> Result<Actor, AppError> {
        match login {
            None => Ok(self.actor),
            Some(login) if self.is_owner() => Ok(app.acting_for(app.account(login)?.id, &self.actor)),
            Some(login)
                if self.person.as_ref().is_some_and(|person| person.login == login.trim().to_ascii_lowercase()) =>
            {
                Ok(self.actor)
            }
            Some(_) => Err(AppError::invalid("as", "only the command line speaks for others; leave it out")),
        }
    }
}

impl Person {
    fn of(app: &App, id: AccountId) -> Option<Self> {
        let is_attested = app.is_attested(id);
        app.desk.look(|house| {
            let account = house.accounts().get(id)?;
            Some(Self {
                account: id,
                login: account.login.as_str().to_owned(),
                name: account.name.0.clone(),
                roles: account.roles.clone(),
                is_attested,
                may_post: house.may(id, is_attested, Permission::PostCase),
                may_read: house.may(id, is_attested, Permission::ReadPublic),
            })
        })
    }
}

/// An address of version 4 whole, of version 6 its network: one machine has many of those.
pub(super) fn client_of(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

impl FromRequestParts<Arc<Web>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Web>) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or_else(|| Problem::defect("a route answers before its asker is recognized"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_of_version_6_is_one_client() {
        let client = |text: &str| client_of(text.parse().unwrap());
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
    }
}
