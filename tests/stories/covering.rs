//! A photograph is looked at behind the answer, what is found in it is answered one by one, its owner signs, and another
//! hospital reads what was done. The original is gone then, and no key opens what somebody had copied of it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    files::files_in,
    founding::Network,
    house::House,
    inspecting::Inspected,
    sharing::STATEMENTS,
    unsealed::Unsealed,
    visitor::{PASSWORD, Part, Visitor},
    waiting::{wait_for, wait_until},
};

/// A face, and an X-ray film with a spot that half looks like print (`node/demo/SOURCES.md`).
const FACE: &[u8] = include_bytes!("../../node/demo/pictures/portrait.jpg");
const FILM: &[u8] = include_bytes!("../../node/demo/pictures/shoulder.jpg");

/// Waits until programs have looked at every picture of the page that is open.
pub(crate) fn is_looked_through(browser: &Inspected) {
    wait_until("every picture was looked at", || browser.count(".shelf progress") == 0);
}

/// Signs a picture as it is shown, and what programs left to its person.
pub(crate) fn ticks_every_box(browser: &Inspected) {
    const OPEN: &str = ".confirm input:not(:checked)";
    assert_eq!(browser.count(".confirm input:checked"), 0, "nothing is ticked before");
    while browser.count(OPEN) > 0 {
        browser.press_at(OPEN);
    }
}

/// What a person ticks who has looked because of everything that programs could ask.
const TOLD: [(&str, &str); 5] = [
    ("confirmed", "yes"),
    ("unsearched", "yes"),
    ("answered-skin", "yes"),
    ("answered-head", "yes"),
    ("answered-frames", "yes"),
];

/// Whether a page asks for itself again, without scripts.
fn waits(page: &str) -> bool {
    page.contains("<noscript><meta http-equiv=\"refresh\"")
}

/// A picture in the hands of its owner, who has no scripts.
struct Covering<'a> {
    owner: &'a Visitor,
    draft: String,
    editor: String,
}

impl<'a> Covering<'a> {
    /// Sends a picture in. The answer comes before the programs are through, and the page says so until they are.
    fn begin(owner: &'a Visitor, picture: &[u8]) -> Self {
        let pictures = owner.begin_draft();
        let sent = owner.upload(&pictures, &[Part::file("pictures", "a.jpg", "image/jpeg", picture)]);
        assert_eq!(sent.status, 303, "{}", sent.text());
        let draft = pictures.trim_end_matches("/pictures").to_owned();
        let editor = owner.get(&format!("{draft}/hide")).header("location").unwrap().to_owned();
        Self { owner, draft, editor }
    }

    /// The page of the picture, once programs have looked at all of it; how often it asked to be loaded again before.
    fn looked_at(&self) -> (String, usize) {
        let mut count = 0;
        let page = wait_for("programs have looked at the picture", || {
            let page = self.owner.get(&self.editor);
            let page = page.text();
            let is_done = !waits(&page);
            count += usize::from(!is_done);
            is_done.then_some(page)
        });
        (page, count)
    }

    /// What is drawn on the picture.
    fn drawn(&self) -> Value {
        serde_json::from_str(&hidden(&self.looked_at().0, "covers")).unwrap()
    }

    /// Presses a button of the page; the status of the answer, and the page.
    fn press(&self, drawn: &Value, button: &str, beside: &[(&str, &str)]) -> (u16, String) {
        let covers = drawn.to_string();
        let answer = self.owner.fill(&self.editor, &[&[("covers", covers.as_str()), ("do", button)], beside].concat());
        (answer.status, answer.text())
    }

    /// Gives their word, and waits until programs have looked at what was written.
    fn confirm(&self, drawn: &Value, beside: &[(&str, &str)]) {
        let (status, page) = self.press(drawn, "save", &[&TOLD[..], beside].concat());
        assert_eq!(status, 303, "{page}");
        let answer = wait_for("programs have looked at what was written", || {
            let answer = self.owner.get(&format!("{}?saved=yes", self.editor));
            (!waits(&answer.text())).then_some(answer)
        });
        assert_eq!(answer.header("location"), Some(self.draft.as_str()), "{}", answer.text());
    }

    /// Goes through the other steps and shares with the network. Returns the case.
    fn share(&self) -> String {
        let step = |name: &str, fields: &[(&str, &str)]| {
            let answer = self.owner.fill(&format!("{}/{name}", self.draft), fields);
            assert_eq!(answer.status, 303, "{name}: {}", answer.text());
            answer.header("location").unwrap().to_owned()
        };
        step("context", &[("title", "A rash"), ("question", "Which one?"), ("history", "For two weeks.")]);
        step("audience", &[("consent", "network"), ("audience", "network")]);
        let seen = hidden(&self.owner.get(&format!("{}/check", self.draft)).text(), "seen");
        let ticked = STATEMENTS.map(|statement| ("statement", statement));
        step("check", &[&[("seen", seen.as_str())], &ticked[..]].concat());
        let place = step("share", &[("password", PASSWORD)]);
        place.trim_start_matches("/cases/").trim_end_matches("?shared=yes").to_owned()
    }
}

/// The value of a hidden field, as a browser reads it.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap().replace("&#34;", "\"").replace("&#38;", "&")
}

/// What lies in quarantine, as files.
fn originals(house: &House) -> BTreeMap<PathBuf, Vec<u8>> {
    let directory = house.network_directory("blobs").join("objects/originals");
    files_in(&directory).into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

#[test]
fn a_photograph_is_answered_for_place_by_place_and_another_hospital_reads_how() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let (author, reader) = (Visitor::sign_in(a, "keller"), Visitor::sign_in(b, "okafor"));
    let picture = Covering::begin(&author, FACE);
    let early = author.get(&picture.editor);
    assert!(waits(&early.text()), "the answer came before the programs were through: {}", early.text());
    assert!(early.text().contains("<progress max=\"3\""), "{}", early.text());
    let refused = author.fill(&picture.editor, &[("covers", "{}"), ("do", "save"), ("confirmed", "yes")]);
    assert_eq!(refused.status, 422, "nothing is confirmed before: {}", refused.text());

    let (page, _) = picture.looked_at();
    assert!(page.contains("Looks like a face") && page.contains("tattoos, scars, birthmarks;"), "{page}");
    let proposed = picture.drawn();
    let found = proposed["covers"].as_array().unwrap().len() + proposed["dismissed"].as_array().unwrap().len();
    assert!(found > 0 && proposed["covers"][0]["finding"] == 0, "{proposed}");
    // What was covered is taken off, and waits for a reason as what was never sure does.
    let (status, _) = picture.press(&proposed, "remove-0", &[]);
    assert_eq!(status, 303);
    let open = picture.drawn();
    assert!(picture.looked_at().0.contains("waits for your answer"), "{open}");
    let (status, page) = picture.press(&open, "save", &TOLD);
    assert!(status == 422 && page.contains("Say beside it why it can stay"), "{page}");
    let (status, _) = picture.press(&open, "cover-0", &[]);
    assert_eq!(status, 303);
    let covered = picture.drawn();
    let (status, page) = picture.press(&covered, "save", &[]);
    assert!(status == 422 && page.contains("Now confirm that you have looked"), "no word, no picture: {page}");
    let rest: Vec<(String, &str)> = (0..found).map(|finding| (format!("reason-{finding}"), "not-a-finding")).collect();
    let reasons: Vec<(&str, &str)> = rest.iter().map(|(name, reason)| (name.as_str(), *reason)).collect();
    picture.confirm(&covered, &reasons);

    let waiting = originals(a);
    assert!(!waiting.is_empty(), "the original waits until the case is shared");
    let case = picture.share();
    assert_eq!(originals(a), BTreeMap::new(), "no file of it is left");
    wait_until("B has the case", || b.case(&case).is_some());
    let page = reader.get(&format!("/cases/{case}/pictures/1/manifest")).text();
    for words in
        ["Dr. Ida Keller", "Looked for by a person", "names, dates and numbers", "found by a program", "CenterFace"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let account = reader.get(&format!("/api/v1/cases/{case}/pictures/1/manifest")).json();
    assert_eq!(account["looked_for"].as_array().map(Vec::len), Some(6), "{account:#}");
    let finders = account["finders"].as_array().unwrap();
    assert!(finders.len() >= 4 && finders.iter().all(|finder| finder["has_finished"] == true), "{account:#}");

    // Whoever had copied the files of the quarantine has nothing: their keys are gone.
    a.stop();
    for (path, bytes) in waiting {
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(Unsealed::of(a).originals, [] as [Vec<u8>; 0]);
}

#[test]
fn what_no_program_is_sure_of_is_outlined_and_waits_for_an_answer() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let picture = Covering::begin(&keller, FILM);
    let proposed = picture.drawn();
    assert_eq!((&proposed["covers"], &proposed["dismissed"][0]["reason"]), (&json!([]), &Value::Null), "{proposed}");
    let page = picture.looked_at().0;
    assert!(page.contains("One of them is outlined and waits for your answer"), "{page}");
    assert!(page.contains("class=\"left\"") && page.contains("Looks like"), "{page}");
    let (status, page) = picture.press(&proposed, "save", &TOLD);
    assert!(status == 422 && page.contains("Say beside it why it can stay"), "{page}");
    picture.confirm(&proposed, &[("reason-0", "not-identifying")]);
    let case = picture.share();
    let page = keller.get(&format!("/cases/{case}/pictures/1/manifest")).text();
    let (_, left) = page.split_once("Found and left uncovered").unwrap_or_else(|| panic!("{page}"));
    assert!(left.contains("It does not show who the patient is"), "{left}");
}

#[test]
fn a_house_that_stops_while_programs_look_at_a_picture_begins_anew() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let picture = Covering::begin(&keller, FACE);
    assert!(waits(&keller.get(&picture.editor).text()));
    a.kill();
    a.serve();
    let again = Visitor::sign_in(a, "keller");
    let picture = Covering { owner: &again, ..picture };
    let (page, _) = picture.looked_at();
    assert!(page.contains("Looks like a face"), "{page}");
    let reasons = [("reason-0", "not-a-finding"), ("reason-1", "not-a-finding"), ("reason-2", "not-a-finding")];
    picture.confirm(&picture.drawn(), &reasons);
}

#[test]
fn a_draft_that_is_thrown_away_takes_its_originals_with_it() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let picture = Covering::begin(&keller, FACE);
    picture.looked_at();
    let waiting = originals(a);
    assert!(waiting.len() >= 3, "the file, what is shown of it, and the tray: {}", waiting.len());
    assert_eq!(keller.fill(&format!("{}/discard", picture.draft), &[]).status, 303);
    assert_eq!(originals(a), BTreeMap::new());
    a.stop();
    for (path, bytes) in waiting {
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(Unsealed::of(a).originals, [] as [Vec<u8>; 0]);
}
