//! A person at a house's pages, signed in.

use crate::{
    house::House,
    http::{Answer, Ask, Door},
};

/// Good enough for a story.
const PASSWORD: &str = "a-long-walk-along-the-river";

/// Somebody with a session.
pub(crate) struct Person {
    door: Door,
    session: String,
}

impl Person {
    /// Signs somebody in who has an account, by a one-time sign-in.
    pub(crate) fn at(house: &House, login: &str) -> Self {
        let door = Door::Web(house.web());
        let link = house.ask(&["account", "reset", login])["path"].as_str().unwrap().to_owned();
        let signed_in = Ask::form(&link, &[("password", PASSWORD), ("again", PASSWORD)]).send(&door).unwrap();
        assert_eq!(signed_in.status, 303, "{signed_in:?}");
        Self { session: signed_in.cookies.first().expect("it opens a session").clone(), door }
    }

    /// Looks at something.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(Ask::get(path))
    }

    /// The pictures of a case, in their order, each as it is shown.
    pub(crate) fn pictures(&self, case: &str, count: usize) -> Vec<Vec<u8>> {
        let shown = (1..=count).map(|number| self.get(&format!("/cases/{case}/pictures/{number}")));
        let shown = shown.inspect(|answer| assert_eq!(answer.status, 200, "{}", answer.text));
        shown.map(|answer| answer.bytes).collect()
    }

    /// Puts a photograph into a new draft, where it waits.
    pub(crate) fn begin_draft_with(&self, file_name: &str, photograph: &[u8]) {
        let pictures = self.send(Ask::form("/cases/new", &[])).location.expect("a draft is begun");
        let taken = self.send(Ask::upload(&pictures, "pictures", file_name, photograph));
        assert_eq!(taken.location.as_ref(), Some(&pictures), "{} {}", taken.status, taken.text);
    }

    fn send(&self, ask: Ask) -> Answer {
        ask.with_cookie(&self.session).send(&self.door).expect("the house answers on the web")
    }
}
