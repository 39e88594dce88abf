//! A photograph becomes a case by the pages: uploaded, its face covered before anybody asks, covers added, moved and removed,
//! words written, audience chosen, checked, signed.

use serde_json::Value;

use crate::{
    browser::Key, coming_in::PASSWORD, covering::ticks_every_box, founding::Network, inspecting::Inspected,
    pages::portrait, waiting::wait_until,
};

/// What a person says before they share.
pub(crate) const STATEMENTS: [&str; 7] = ["names", "numbers", "dates", "faces", "marks", "place", "rare"];

/// Says on the page that is open that they looked for everything, and goes on to the signature.
pub(crate) fn ticks_every_statement(browser: &Inspected) {
    for statement in STATEMENTS {
        browser.press_at(&format!("input[name='statement'][value='{statement}']"));
    }
    browser.press("Save and go on");
    browser.sees("Your signature goes under the case.");
}

/// Signs, and arrives at the case: its id.
pub(crate) fn signs_and_shares(browser: &Inspected) -> String {
    browser.write("#password", PASSWORD);
    browser.press("Sign and share");
    browser.arrives_at("/cases/");
    browser.path().rsplit('/').next().unwrap().to_owned()
}

/// The covers as the editor would send them now.
fn covers(browser: &Inspected) -> Vec<Value> {
    drawn(browser, "covers")
}

/// What was found and left uncovered.
fn dismissed(browser: &Inspected) -> Vec<Value> {
    drawn(browser, "dismissed")
}

fn drawn(browser: &Inspected, what: &str) -> Vec<Value> {
    let drawn: Value = serde_json::from_str(&browser.value("input[name='covers']")).unwrap();
    drawn[what].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_photograph_is_covered_described_and_shared_with_one_named_hospital() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let browser = Inspected::at(a);
    browser.comes_in(a, "keller");
    browser.press("New case");
    browser.press("Begin");
    browser.arrives_at("/drafts/");
    browser.hand_in("#pictures", portrait());
    browser.has(".shelf li");
    browser.press("Next: hide what shows who it is");

    // Until programs have looked at all of it, the page says how far they are and goes on by itself.
    browser.has("mask-editor.is-live");
    let proposed = covers(&browser);
    assert!(!proposed.is_empty() && proposed.iter().all(|cover| !cover["finding"].is_null()), "found by the program");
    browser.inspect();
    browser.press_at("button[aria-label='Add here: ellipse']");
    wait_until("a cover is added", || covers(&browser).len() == proposed.len() + 1);
    let added = covers(&browser).pop().unwrap();
    assert!(added["finding"].is_null(), "added by the person: {added}");
    browser.strikes(Key::Right);
    browser.strikes(Key::Down);
    wait_until("the cover is moved", || covers(&browser).pop() != Some(added.clone()));
    browser.press_at("button[aria-label='Add here: box']");
    wait_until("another is added", || covers(&browser).len() == proposed.len() + 2);
    browser.strikes(Key::Delete);
    wait_until("and removed", || covers(&browser).len() == proposed.len() + 1);
    let left = || dismissed(&browser).pop().unwrap_or_default();
    browser.press_at(".editor-list li:first-child .quiet");
    wait_until("what was found is left uncovered", || left()["reason"].is_null() && left()["finding"] == 0);
    browser.choose("#why-0", "wrong-place");
    wait_until("a reason is given", || left()["reason"] == "wrong-place");
    browser.choose("#why-0", "");
    wait_until("and taken back", || left()["reason"].is_null());
    browser.choose("#why-0", "not-identifying");
    assert_eq!(browser.count(".by-numbers :enabled"), 0, "the editor alone says what is covered");
    let chosen = covers(&browser);
    browser.inspect();
    browser.press("Save this picture");
    browser.is_refused(422);
    browser.sees("The covers are kept.");
    browser.has("mask-editor.is-live");
    browser.inspect();
    assert_eq!(covers(&browser), chosen, "covers are kept before anything is confirmed");
    assert_eq!(left()["reason"], "not-identifying", "and so is why one is not there");
    ticks_every_box(&browser);
    browser.press("Save this picture");

    browser.arrives_at("/drafts/");
    browser.has("#title");
    browser.write("#question", "What could it be?");
    browser.write("#title", "A rash, seen on 3.5.2024");
    browser.write("#history", "For two weeks. Xylofluorosis was thought of.");
    browser.press("Save and go on");
    browser.is_refused(422);
    browser.sees("This looks as if it could show who the patient is");
    browser.inspect();
    browser.write("#title", "A rash that comes and goes");
    browser.press("Save and go on");
    browser.has("input[name='audience']");
    browser.press_at("input[name='consent'][value='network']");
    browser.press_at("input[name='audience'][value='network']");
    browser.press_at("input[name='consent'][value='named']");
    browser.press("Save and go on");
    browser.is_refused(422);
    browser.sees("That is wider than what the patient agreed to.");
    browser.inspect();
    browser.press_at("input[name='audience'][value='named']");
    browser.press_at("input[name='institution']");
    browser.press("Save and go on");
    browser.sees("I have looked");
    assert_eq!(browser.count(".review image-stage.is-live img"), 1);
    browser.inspect();
    browser.press("Save and go on");
    browser.is_refused(422);
    browser.sees("Tick every line");
    browser.inspect();
    ticks_every_statement(&browser);
    browser.sees("Hospital B");
    browser.inspect();
    let case = signs_and_shares(&browser);
    browser.sees("A rash that comes and goes");
    browser.sees(&format!("Cleaned, {} covers; confirmed by Dr. Ida Keller", chosen.len()));
    browser.inspect();
    browser.press("Cleaned");
    browser.sees("It does not show who the patient is");
    browser.inspect();

    wait_until("B has the case", || b.case(&case).is_some() && b.finds("xylofluorosis", &case));
    let shown = b.case(&case).unwrap();
    assert_eq!(shown["audience"]["kind"].as_str().or(shown["audience"].as_str()), Some("named"), "{shown:#}");
}
