//! What the next page says of the form before it. It waits for the session that sent the form and is said once: no address
//! says it again, later or to somebody else.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::response::{IntoResponse, Redirect, Response};
use house::SessionId;

use super::frame::{Notice, Reading};

/// Sessions for which something waits; the pages for it are asked for at once.
const SESSIONS_MAX: usize = 1_000;

/// What waits for which session, and for which page.
#[derive(Default)]
pub(super) struct Told(Mutex<BTreeMap<SessionId, (String, Notice)>>);

impl Told {
    fn keep(&self, session: SessionId, place: &str, notice: Notice) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= SESSIONS_MAX {
            waiting.pop_first();
        }
        waiting.insert(session, (place.to_owned(), notice));
    }

    fn take(&self, session: SessionId, place: &str) -> Option<Notice> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.get(&session).filter(|(wanted, _)| wanted == place)?;
        waiting.remove(&session).map(|(_, notice)| notice)
    }
}

impl Reading {
    /// Leads on to a page, which says something once.
    pub(crate) fn tell(&self, place: &str, notice: Notice) -> Response {
        if let Some(session) = self.visitor.session() {
            self.web.told.keep(session, place, notice);
        }
        Redirect::to(place).into_response()
    }

    /// What a page is to say now.
    pub(crate) fn told(&self, place: &str) -> Option<Notice> {
        self.web.told.take(self.visitor.session()?, place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_said_once_and_where_it_belongs() {
        let told = Told::default();
        let (here, elsewhere) = (SessionId([1; 16]), SessionId([2; 16]));
        told.keep(here, "/account", Notice { text: "Kept.".to_owned(), caution: false });
        assert!(told.take(elsewhere, "/account").is_none() && told.take(here, "/cases/07").is_none());
        assert_eq!(told.take(here, "/account").unwrap().text, "Kept.");
        assert!(told.take(here, "/account").is_none());
    }

    #[test]
    fn there_is_room_for_so_many_sessions_and_no_more() {
        let told = Told::default();
        for number in 0..=SESSIONS_MAX {
            let session = SessionId(u128::try_from(number).unwrap().to_be_bytes());
            told.keep(session, "/", Notice { text: String::new(), caution: false });
        }
        assert_eq!(told.0.lock().unwrap().len(), SESSIONS_MAX);
    }
}
