//! A photograph goes from house to house, and nothing of it that could tell who it shows.
//!
//! Every search for a canary looks where it would be readable, and has to find a control there first: what another
//! photograph says that still waits in quarantine, the name of an author, the name of a directory, a picture that is known.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anonymizer::{Limits, Pixels, Region, Replica, inspect};
use protocol::{CaseId, Kind, Payload, Unverified, message::Body, message::EntryFrame, payload::content::Summary};
use serde_json::Value;

use crate::{
    arrivals::Arrivals,
    canaries::{Canaries, planted, word},
    ground::Ground,
    house::House,
    strips::strip,
    unsealed::Unsealed,
    visitor::{Part, Visitor},
    waiting::{wait_for, wait_until},
};

const PORTRAIT: &[u8] = include_bytes!("../../node/demo/pictures/portrait.jpg");
/// In small inside the portrait.
const EYE: &[u8] = include_bytes!("../../node/demo/pictures/microaneurysms.jpg");
const SHIN: &[u8] = include_bytes!("../../node/demo/pictures/tibia.jpg");

/// The whole head in the portrait, hair and chin.
const HEAD: Region = Region { x: 153, y: 14, width: 148, height: 176 };

/// As `house::audit::Action` numbers them.
const PULL_AT_SOURCE: u64 = 13;
const PULL_AT_RECIPIENT: u64 = 14;

/// What the photograph says that is posted, and what the one says that waits.
const POSTED: &str = "quokka";
const WAITING: &str = "wombat";
/// A word of the author's name and of the title: it may be read wherever words of people are.
const CONTROL: &str = "controlnumbat";

#[test]
fn a_photograph_is_covered_posted_found_shown_and_answered_and_tells_nothing_more() {
    // A node logs where its data is: so the control stands in every log.
    let ground = Ground::lay_in(Path::new(CONTROL), 3, |house| house.configure("log", "level", "debug"));
    let [a, b, c] = ground.houses();
    let temporary: Vec<Arrivals> = ground.houses.iter().map(|house| Arrivals::at(&house.temporary())).collect();
    a.employ("keller", &format!("Dr. Ida {CONTROL}"), "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let photograph = planted(PORTRAIT, EYE, POSTED);
    let waiting = planted(SHIN, SHIN, WAITING);
    let (author, reader) = (Visitor::sign_in(a, "keller"), Visitor::sign_in(b, "okafor"));
    let file_name = format!("{}.jpg", word("filename", WAITING));
    let laid = author.upload(&author.begin_draft(), &[Part::file("pictures", &file_name, "image/jpeg", &waiting)]);
    assert_eq!(laid.status, 303, "{}", laid.text());

    let case = post(&ground, a, &photograph);
    wait_until("the case is found at B by a word of its text", || b.finds("erythema", &case));
    let shown = reader.pictures(&case, 3);
    assert_covered(&shown[0]);
    b.comment("okafor", &case, "We saw two of these in May.");
    assert_answered([a, b, c], &case);
    assert_disclosed(a, PULL_AT_SOURCE, &case, &b.feed());
    assert_disclosed(b, PULL_AT_RECIPIENT, &case, &a.feed());
    let order = sizes(&shown);
    assert_eq!(order, [(512, 512), (480, 6), (320, 4)], "in the order in which they were named");

    let told = ground.ear.pull(a, a.feed().parse().unwrap(), a.status()["entries"].as_u64().unwrap());
    let summary = told.iter().find_map(summary_in).expect("the case is told to members");
    let case_id: CaseId = case.parse().unwrap();
    let fetched: Vec<Vec<u8>> =
        summary.pictures.iter().flat_map(|picture| ground.ear.fetch(a, case_id, picture)).collect();
    assert_eq!(fetched.iter().step_by(2).collect::<Vec<_>>(), shown.iter().collect::<Vec<_>>());

    ground.houses.iter().for_each(House::stop);
    let kept: Vec<Unsealed> = ground.houses.iter().map(Unsealed::of).collect();
    for (house, kept) in ground.houses.iter().zip(&kept) {
        // C has opened no picture, so it holds previews alone.
        let clean = if house.name() == c.name() { &fetched[1] } else { &shown[0] };
        search_what_is_kept(house, kept, &photograph, clean);
    }
    search_what_waits(&kept[0], &photograph, &waiting);
    let gone_out = [ground.ear.heard_bytes(), fetched].concat();
    let controls = [Canaries::word(CONTROL), Canaries::pieces(&shown[0])];
    search("what a member is told", &gone_out, &controls, &photograph);
    for (house, arrivals) in ground.houses.iter().zip(&temporary) {
        search_temporary_files(house, arrivals, &photograph);
    }

    ground.houses.iter().for_each(House::serve);
    for person in [&author, &reader] {
        assert_eq!(person.pictures(&case, 3), shown, "the order stays through a restart, at home and abroad");
    }
}

/// The audit says which picture of a case went to another house, or came from there.
fn assert_disclosed(house: &House, action: u64, case: &str, other: &str) {
    house.ask(&["account", "add", "adler", "--name", "Ada Adler", "--role", "auditor"]);
    let lines = Visitor::sign_in(house, "adler").get("/admin/audit/lines");
    assert_eq!(lines.status, 200, "{}", lines.text());
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let number = &case[64..];
    let pulls: Vec<_> = lines.iter().filter(|line| line["action"] == action && line["outcome"] == 1).collect();
    let is_told = |line: &&Value| line["objects"][0] == number && line["objects"][2] == other[..32];
    let pictures: BTreeSet<_> =
        pulls.iter().copied().filter(is_told).map(|line| line["objects"][1].to_string()).collect();
    assert_eq!(pictures.len(), 6, "{}: three pictures and their previews: {pulls:?}", house.name());
}

/// Three pictures by command line, the photograph first; the names of files would stand in another order.
fn post(ground: &Ground, a: &House, photograph: &[u8]) -> String {
    let names = [word("filename", POSTED), "b".to_owned(), "a".to_owned()];
    let mut arguments = ["case", "post", "--as", "keller", "--audience", "network", "--title"].to_vec();
    let title = format!("Rash with {CONTROL}");
    arguments.extend([title.as_str(), "--text", "Spreading erythema, no myalgia.", "--confirm", "--looked"]);
    let pictures = [photograph.to_vec(), strip(480, 6), strip(320, 4)];
    let files = names.iter().zip(pictures).map(|(name, picture)| {
        let path = ground.directory().join(name);
        fs::write(&path, picture).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let files: Vec<String> = files.collect();
    arguments.extend(files.iter().flat_map(|file| ["--picture", file.as_str()]));
    let said = a.ask(&arguments);
    assert!(said["waits_for"].is_null(), "the case is sent: {said}");
    said["case"].as_str().unwrap().to_owned()
}

/// Every pixel of the head has the one colour; the rest is still a picture.
pub(crate) fn assert_covered(clean: &[u8]) {
    Replica::checked(clean.to_vec()).expect("it holds to the grammar of clean files");
    let pixels = decoded(clean);
    let (original, mut same) = (decoded(PORTRAIT), 0_u32);
    for y in 0..pixels.height() {
        for x in 0..pixels.width() {
            let is_head = (HEAD.x..HEAD.x + HEAD.width).contains(&x) && (HEAD.y..HEAD.y + HEAD.height).contains(&y);
            let (before, after) = (original.at(x, y).unwrap(), pixels.at(x, y).unwrap());
            assert!(!is_head || after == anonymizer::COVER_RGB, "the head shows at {x}, {y}: {after:?}");
            same += u32::from(!is_head && before.iter().zip(after).all(|(before, after)| before.abs_diff(after) < 16));
        }
    }
    assert!(same > pixels.width() * pixels.height() / 2, "what is no head is there still: {same} pixels");
}

fn assert_answered(houses: [&House; 3], case: &str) {
    let shown: Vec<Value> = houses
        .map(|house| {
            wait_for(&format!("{} shows the answer", house.name()), || {
                house.case(case).filter(|shown| shown["comments"][0]["author"]["standing"] == "verified")
            })
        })
        .into();
    for shown in &shown {
        let author = &shown["comments"][0]["author"];
        assert_eq!((&author["name"], &author["profession"]), (&"Ben Okafor".into(), &"nurse".into()), "{shown}");
        assert_eq!((&author["institution"], &shown["pictures"]), (&"Hospital B".into(), &3.into()), "{shown}");
        assert_eq!(shown["thread_digest"], shown["thread_digest"].as_str().unwrap(), "{shown}");
    }
    assert!(shown.windows(2).all(|pair| pair[0]["thread_digest"] == pair[1]["thread_digest"]), "{shown:#?}");
}

fn search_what_is_kept(house: &House, kept: &Unsealed, photograph: &[u8], clean: &[u8]) {
    let control = [Canaries::word(CONTROL)];
    let own_name = [Canaries::word(house.name())];
    let picture = [Canaries::pieces(clean)];
    let staff = [Canaries::word("admin")];
    let places = BTreeMap::from([
        ("payloads", (&kept.feeds, &control)),
        ("the index", (&kept.index, &control)),
        ("files as they lie", (&kept.files, &own_name)),
        ("clean pictures", (&kept.pictures, &picture)),
        ("the house journal", (&kept.house, &staff)),
    ]);
    for (place, (things, controls)) in places {
        search(&format!("{place} of {}", house.name()), things, controls, photograph);
    }
    search(&format!("the log of {}", house.name()), &[house.said().into_bytes()], &control, photograph);
}

/// The photograph that waits is there with all its bytes; the one that was posted is gone with all of its own.
fn search_what_waits(kept: &Unsealed, photograph: &[u8], waiting: &[u8]) {
    let said: Vec<Canaries> = ["exif", "xmp", "iptc", "comment", "thumbnail", "trailing"]
        .iter()
        .map(|carrier| Canaries::word(&word(carrier, WAITING)))
        .chain([Canaries::pieces(waiting)])
        .collect();
    search("the quarantine", &kept.originals, &said, photograph);
}

fn search_temporary_files(house: &House, arrivals: &Arrivals, photograph: &[u8]) {
    let control = Canaries::word(CONTROL);
    fs::write(house.temporary().join("control"), format!("{CONTROL} was here")).unwrap();
    let files: Vec<Vec<u8>> =
        crate::files::files_in(&house.temporary()).iter().map(|path| fs::read(path).unwrap()).collect();
    search("temporary files", &files, &[control], photograph);
    assert_eq!(arrivals.names(), ["control"], "{} makes no temporary files", house.name());
}

/// Looks in a place for all that the photograph said and for pieces of its bytes, and shows that it can find there.
fn search(place: &str, things: &[Vec<u8>], controls: &[Canaries], photograph: &[u8]) {
    for control in controls {
        assert!(control.count() > 0, "there is something to look for in {place}");
        assert!(things.iter().any(|thing| !control.found_in(thing).is_empty()), "the control is found in {place}");
    }
    for canaries in [Canaries::words(POSTED), Canaries::pieces(photograph), Canaries::pieces(EYE)] {
        let found: Vec<&str> = things.iter().flat_map(|thing| canaries.found_in(thing)).collect();
        assert_eq!(found, [] as [&str; 0], "in {place}");
    }
}

/// The summary of a case, if that is what a frame holds.
pub(crate) fn summary_in(frame: &EntryFrame) -> Option<Summary> {
    let entry = Unverified::parse(frame.entry.clone()).ok()?;
    let Body::Held(salted) = &frame.body else { return None };
    match Payload::decode(entry.claimed().kind, &salted.bytes.0).ok()? {
        Payload::Statement(Kind::Case, statement) => statement.body().ok(),
        _ => None,
    }
}

fn decoded(file: &[u8]) -> Pixels {
    inspect(file, &Limits::NETWORK).unwrap().pixels
}

fn sizes(pictures: &[Vec<u8>]) -> Vec<(u32, u32)> {
    pictures.iter().map(|picture| decoded(picture)).map(|pixels| (pixels.width(), pixels.height())).collect()
}
