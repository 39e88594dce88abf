//! People come into a house by its pages: with a one-time link, with a password, as viewers; they make mistakes, look after
//! their account, and go.

use crate::{
    browser::Key,
    coming_in::PASSWORD,
    founding::Network,
    http::{Ask, Door},
    inspecting::Inspected,
    pages::portrait,
    waiting::wait_until,
};

const ANOTHER: &str = "another walk, this time along the sea";

/// More than a comment may have.
const CHARACTERS_TOO_MANY: usize = 20_001;

/// Whether the page would ask somebody who leaves it now.
fn is_asked_before_leaving(browser: &Inspected) -> bool {
    browser.run("dispatchEvent(new Event('beforeunload', { cancelable: true }))") == false
}

#[test]
fn the_first_administrator_comes_in_with_the_link_that_init_gave() {
    let network = Network::of(1);
    let [a] = network.houses();
    let browser = Inspected::at(a);
    browser.visit(a, a.first_sign_in());
    browser.write("#password", PASSWORD);
    browser.write("#again", ANOTHER);
    browser.press("Set the password");
    browser.is_refused(422);
    browser.sees("The two new passwords are not the same.");
    browser.inspect();
    browser.sets_a_password(a, a.first_sign_in());
    browser.press("Sign out");
    browser.arrives_at("/sign-in");

    browser.signs_in("admin", "not the password at all");
    browser.is_refused(401);
    browser.has("#account[aria-invalid]");
    assert_eq!(browser.value("#account"), "admin", "what was typed stays");
    browser.inspect();
    browser.signs_in("admin", PASSWORD);
    browser.has(".mine-name");
}

#[test]
fn an_administrator_looks_after_people_peers_and_audit() {
    let network = Network::of(1);
    let [a] = network.houses();
    let browser = Inspected::at(a);
    browser.sets_a_password(a, a.first_sign_in());
    browser.press("Administration");
    browser.write("main #account", "a b");
    browser.write("main #name", "Ben Okafor");
    browser.press("Make the account and its link");
    browser.is_refused(422);
    browser.has("#account[aria-invalid]");
    assert_eq!(browser.value("main #name"), "Ben Okafor", "what was typed stays");
    browser.inspect();
    browser.write("main #account", "okafor");
    browser.press("Make the account and its link");
    browser.sees("Give this link to Ben Okafor");
    let link = browser.value("#link");
    browser.inspect();

    browser.press("Change Ben Okafor");
    browser.press_at("details[open] input[value='attester']");
    browser.press_at("details[open] form[action$='/roles'] button");
    browser.is_refused(422);
    browser.sees("another administrator");
    browser.visit(a, "/admin/peers");
    browser.sees("No other hospital yet");
    browser.forget();
    browser.sets_a_password(a, &link[link.find("/first/").unwrap()..]);
    browser.forget();
    let attester = a.ask(&["account", "add", "vogel", "--name", "Vera Vogel", "--role", "attester"])["path"].clone();
    browser.sets_a_password(a, attester.as_str().unwrap());
    browser.press("Administration");
    browser.press("Change Ben Okafor");
    browser.choose("details[open] select[name='profession']", "nurse");
    browser.choose("details[open] select[name='specialty']", "0");
    browser.run(
        "document.querySelector('details[open] input[type=date]').valueAsDate = new Date(Date.now() + 864e5 * 90)",
    );
    browser.press("Sign");
    browser.sees("The hospital vouches for Ben Okafor until");
    browser.inspect();
    browser.forget();
    browser.visit(a, "/sign-in");
    browser.signs_in("okafor", PASSWORD);
    browser.press("New case");
    browser.arrives_at("/cases/new");
}

#[test]
fn a_viewer_signs_up_reads_what_is_public_and_is_told_why_no_more() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let public = a.post_with_picture("keller", "Seen by everybody", portrait());
    let inner = a.post("keller", "Seen by colleagues", "Not for everybody.", "network");
    let browser = Inspected::at(a);
    browser.visit(a, &format!("/cases/{public}"));
    browser.arrives_at("/sign-in");
    browser.press("Read public cases with an account of your own");
    browser.arrives_at("/sign-up");
    browser.write("#account", "vera v");
    browser.write("#name", "Vera Viewer");
    browser.write("#password", PASSWORD);
    browser.press("Make the account");
    browser.is_refused(422);
    browser.has("#account[aria-invalid]");
    assert_eq!(browser.value("#name"), "Vera Viewer", "what was typed stays");
    browser.inspect();
    browser.write("#account", "vera");
    browser.write("#password", PASSWORD);
    browser.press("Make the account");
    browser.sees("Your account is made. Its name is vera-");
    browser.inspect();
    browser.press("Cases");
    browser.sees("Seen by everybody");
    assert!(!browser.words().contains("Seen by colleagues"));
    browser.inspect();

    browser.press("Seen by everybody");
    browser.sees("Covered, because it may be hard to look at");
    browser.sees("Comments are written by people whose hospital vouches for them.");
    assert_eq!(browser.count("#write") + browser.count("#star button"), 0, "nothing to say it with");
    browser.inspect();
    browser.press("Show the picture");
    browser.has("image-stage img");
    wait_until("the picture is shown", || {
        browser.run("document.querySelector('image-stage img').naturalWidth > 0") == true
    });
    browser.visit(a, &format!("/cases/{inner}"));
    browser.is_refused(404);
    browser.sees("There is nothing here that you may see");
    browser.inspect();
    browser.visit(a, "/cases/new");
    browser.is_refused(403);
    browser.sees("You may not do this");
    browser.sees("Badges come from its attesters.");
}

#[test]
fn a_password_is_changed_and_every_other_place_signed_out() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let browser = Inspected::at(a);
    browser.comes_in(a, "keller");
    let web = Door::Web(a.web());
    let elsewhere = || {
        let form = [("account", "keller"), ("password", &PASSWORD.replace(' ', "+")), ("next", "/")];
        let answer = Ask::form("/sign-in", &form).send(&web).unwrap();
        answer.cookies.first().unwrap_or_else(|| panic!("{answer:?}")).clone()
    };
    let status = |session: &str| Ask::get("/api/v1/cases").with_cookie(session).send(&web).unwrap().status;
    let phone = elsewhere();
    assert_eq!(status(&phone), 200);

    browser.press_at(".mine-name");
    browser.sees("Another browser");
    browser.write("#current", "not the password");
    browser.write("#password", ANOTHER);
    browser.write("#again", ANOTHER);
    browser.press("Change the password");
    browser.is_refused(422);
    browser.has("#current[aria-invalid]");
    browser.inspect();
    browser.write("#current", PASSWORD);
    browser.write("#password", ANOTHER);
    browser.write("#again", ANOTHER);
    browser.press("Change the password");
    wait_until("the phone is signed out", || status(&phone) == 401);
    browser.visit(a, "/account");
    browser.press_at("input[name='scheme'][value='dark']");
    browser.press("Keep this look");
    browser.has("html[data-scheme='dark']");
    browser.inspect();
    browser.press("Sign out everywhere");
    browser.arrives_at("/sign-in");
    browser.visit(a, "/account");
    browser.arrives_at("/sign-in");
}

#[test]
fn what_was_typed_is_still_there_when_the_session_has_ended() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let case = a.post("keller", "A rash that comes and goes", "For two weeks.", "network");
    let browser = Inspected::at(a);
    browser.comes_in(a, "keller");
    let draft = browser.begins_a_draft(a);
    let form = [("account", "keller"), ("password", &PASSWORD.replace(' ', "+")), ("next", "/")];
    let end_all = || {
        let web = Door::Web(a.web());
        let elsewhere = Ask::form("/sign-in", &form).send(&web).unwrap().cookies[0].clone();
        assert_eq!(Ask::form("/account/sessions/end-all", &[]).with_cookie(&elsewhere).send(&web).unwrap().status, 303);
    };
    end_all();
    browser.hand_in("#pictures", portrait());
    browser.is_refused(401);
    browser.sees("They are still chosen here");
    browser.sees("Please sign in once more");
    assert_eq!(browser.run("document.querySelector('#pictures').files.length"), 1, "what was chosen stays chosen");
    browser.has("file-drop button[type='submit']:not([hidden])");
    browser.inspect();
    browser.comes_in(a, "keller");

    browser.visit(a, &format!("/drafts/{draft}/context"));
    assert!(!is_asked_before_leaving(&browser), "nothing is typed");
    browser.write("#title", "Half written");
    assert!(is_asked_before_leaving(&browser), "a title alone is lost as well");
    browser.write("#question", "What is it?");
    end_all();
    browser.press("Save and go on");
    browser.is_refused(401);
    browser.sees("Your session has ended");
    browser.sees("What you wrote or drew is still here");
    browser.inspect();
    browser.signs_in("keller", PASSWORD);
    browser.sees("You are signed in again");
    browser.inspect();
    browser.press("Send what I wrote");
    browser.has("input[name='audience']");
    browser.press("Context");
    browser.has("#title");
    assert_eq!(browser.value("#title"), "Half written");

    browser.visit(a, &format!("/cases/{case}"));
    browser.write("#body", "Was a tick found?");
    end_all();
    browser.press("Comment");
    browser.is_refused(401);
    browser.sees("What you typed is still here.");
    assert_eq!(browser.value("#body"), "Was a tick found?");
    assert!(is_asked_before_leaving(&browser), "what was not taken is not sent");
    browser.inspect();

    browser.comes_in(a, "keller");
    browser.visit(a, &format!("/cases/{case}"));
    browser.run("document.querySelector('#body').removeAttribute('maxlength')");
    browser.run(&format!("document.querySelector('#body').value = 'a'.repeat({CHARACTERS_TOO_MANY})"));
    browser.press("Comment");
    browser.is_refused(422);
    browser.has("#body[aria-invalid]");
    assert!(is_asked_before_leaving(&browser), "it stands in the form as if it had been taken");
}

#[test]
fn somebody_without_a_mouse_signs_in_and_comments() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    a.post("keller", "A rash that comes and goes", "For two weeks.", "network");
    let browser = Inspected::at(a);
    browser.comes_in(a, "keller");
    browser.tabs_to("form[action='/sign-out'] button");
    browser.strikes(Key::Enter);
    browser.arrives_at("/sign-in");
    browser.tabs_to("#account");
    browser.types("keller");
    browser.strikes(Key::Tab);
    browser.types(PASSWORD);
    browser.strikes(Key::Enter);
    browser.has("#cases article");
    browser.tabs_to("a.skip");
    browser.strikes(Key::Enter);
    browser.tabs_to("#cases h2 a");
    browser.strikes(Key::Enter);
    browser.has("#body");
    browser.tabs_to("#body");
    browser.types("Was a tick found?");
    browser.tabs_to("#write button[type='submit']");
    browser.strikes(Key::Space);
    browser.sees("One comment");
    browser.sees("Was a tick found?");
    browser.inspect();
}
