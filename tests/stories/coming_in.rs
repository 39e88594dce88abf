//! How people of a story come into a house with their browser.

use crate::{house::House, inspecting::Inspected};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "a long walk along the river";

impl Inspected {
    /// Somebody who works here comes in with a one-time link; who was here before is forgotten.
    pub(crate) fn comes_in(&self, house: &House, login: &str) {
        let link = house.ask(&["account", "reset", login])["path"].as_str().unwrap().to_owned();
        self.forget();
        self.sets_a_password(house, &link);
    }

    /// Chooses the password at the page of a one-time link.
    pub(crate) fn sets_a_password(&self, house: &House, link: &str) {
        self.visit(house, link);
        self.write("#password", PASSWORD);
        self.write("#again", PASSWORD);
        self.press("Set the password");
        self.has(".mine-name");
    }

    /// Signs in with name and password.
    pub(crate) fn signs_in(&self, login: &str, password: &str) {
        self.write("#account", login);
        self.write("#password", password);
        self.press("Sign in");
    }
}
