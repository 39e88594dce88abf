//! Nearly three hundred photographs that say a word wherever their kinds of files can carry one: no byte of any word is in
//! what comes out of the house or stays in it, in whatever form a program could store it.

use std::{fs, path::Path};

use anonymizer::{
    Concern, Confirmation, Finder, Inspection, Limits, Opened, Replica, Search, Searched, View, release,
    worker::{self, Request, Task},
};
use miniz_oxide::inflate::decompress_to_vec_zlib;
use protocol::{ClinicianId, payload::content::Summary};
use serde_json::json;

use crate::{
    arrivals::Arrivals,
    canaries::Canaries,
    chance::times,
    corpus::{Planted, corpus, forms},
    files::files_in,
    ground::Ground,
    house::House,
    member::Member,
    photograph::summary_in,
    unsealed::Unsealed,
    visitor::{Part, Visitor},
    waiting::wait_until,
};

/// So many go with one case.
const PICTURES_OF_A_CASE: usize = 16;

/// A word of the author's name and of every title: it may be read wherever words of people are.
const CONTROL: &str = "controlnumbat";

/// The words of some photographs in every form.
fn canaries(planted: &[Planted]) -> Canaries {
    Canaries::of(planted.iter().flat_map(|planted| forms(&planted.word)).collect())
}

/// Whether the word is in the file to begin with: as it lies, or within something packed.
fn says_its_word(planted: &Planted) -> bool {
    let canary = canaries(std::slice::from_ref(planted));
    let bytes = planted.bytes.as_slice();
    // Two bytes that begin a stream of zlib (RFC 1950).
    let is_start = |[first, second]: [u8; 2]| first & 0xf == 8 && u16::from_be_bytes([first, second]) % 31 == 0;
    let pairs = bytes.array_windows::<2>().enumerate();
    let packed = pairs.filter(|(_, pair)| is_start(**pair)).map(|(at, _)| at);
    // What breaks off was unpacked up to there.
    let unpacked = packed.map(|at| decompress_to_vec_zlib(&bytes[at..]).unwrap_or_else(|error| error.output));
    !canary.found_in(bytes).is_empty() || unpacked.into_iter().any(|unpacked| !canary.found_in(&unpacked).is_empty())
}

/// Reads a photograph in this process, as the worker does, and looks at all that becomes of it. What is wrong, if anything is.
fn leaks(planted: &Planted) -> Option<String> {
    let canary = canaries(std::slice::from_ref(planted));
    if !says_its_word(planted) {
        return Some("the word is not in the file".to_owned());
    }
    let (mut asked, mut answer) = (Vec::new(), Vec::new());
    let request = Request { task: Task::Decode(View::FIRST), limits: Limits::NETWORK, file: planted.bytes.clone() };
    worker::write_request(&mut asked, &request).unwrap();
    worker::run(asked.as_slice(), &mut answer).unwrap();
    let mut pipe = answer.as_slice();
    worker::read_ready(&mut pipe).unwrap();
    let Opened { pixels, removed, notices, .. } = match worker::read_decoded(&mut pipe, &Limits::NETWORK).unwrap() {
        Ok(opened) => opened,
        Err(refusal) => return Some(format!("refused: {refusal}")),
    };
    if planted.told.is_some_and(|told| !removed.contains(&told)) {
        return Some(format!("{:?} is not told, only {removed:?}", planted.told));
    }
    let (findings, doubts) = Default::default();
    // The pictures are strips, in which no finder has room.
    let searched = Finder::ALL.map(|finder| Searched { finder, search: Search::NotSearched }).to_vec();
    let seen = Inspection { pixels, findings, searched, doubts, removed, notices };
    let confirmation = Confirmation {
        reviewer: ClinicianId([7; 32]),
        dismissed: Vec::new(),
        has_seen_unsearched: true,
        answered: Default::default(),
        looked_for: Concern::ALL.into(),
    };
    let released = match release(seen, &[], confirmation, &Limits::NETWORK) {
        Ok(released) => released,
        Err(refusal) => return Some(format!("not released: {refusal}")),
    };
    let clean = [released.picture.bytes(), released.preview.bytes()];
    let is_clean = clean.iter().all(|file| Replica::checked(file.to_vec()).is_ok());
    let found = clean.iter().chain([&answer.as_slice()]).any(|bytes| !canary.found_in(bytes).is_empty());
    (found || !is_clean).then(|| "the word comes out".to_owned())
}

#[test]
fn no_word_in_any_carrier_comes_out_of_a_photograph() {
    let directory = tempfile::tempdir().unwrap();
    let corpus = corpus(directory.path());
    assert!(corpus.len() >= 290, "{} photographs", corpus.len());
    let wrong: Vec<String> =
        corpus.iter().filter_map(|planted| Some(format!("{}: {}", planted.name, leaks(planted)?))).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
}

#[test]
fn no_word_in_any_carrier_is_kept_sent_or_logged_by_a_house() {
    // A node logs where its data is: so the control stands in the log.
    let ground = Ground::lay_in(Path::new(CONTROL), 2, |house| house.configure("log", "level", "debug"));
    let [a, _] = ground.houses();
    let temporary = Arrivals::at(&a.temporary());
    a.employ("keller", &format!("Dr. Ida {CONTROL}"), "physician");
    let author = Visitor::sign_in(a, "keller");
    let corpus: Vec<Planted> = spread(corpus(ground.directory()));
    let cases: Vec<String> = corpus.chunks(PICTURES_OF_A_CASE).map(|some| post(&author, some)).collect();
    let shown: Vec<Vec<u8>> = cases
        .iter()
        .zip(corpus.chunks(PICTURES_OF_A_CASE))
        .flat_map(|(case, some)| author.pictures(case, some.len()))
        .collect();
    let sent = sent(&ground.ear, a, &cases);
    assert_eq!(sent.len(), 2 * corpus.len(), "each picture with its preview");

    a.stop();
    let kept = Unsealed::of(a);
    fs::write(a.temporary().join("control"), format!("{CONTROL} was here")).unwrap();
    let left: Vec<Vec<u8>> = files_in(&a.temporary()).iter().map(|path| fs::read(path).unwrap()).collect();
    let canaries = canaries(&corpus);
    let (control, staff, own_name) = (Canaries::word(CONTROL), Canaries::word("admin"), Canaries::word(a.name()));
    let (picture, originals) = (Canaries::of(vec![("a picture".to_owned(), shown[0].clone())]), kept.originals.len());
    let places: [(&str, &[Vec<u8>], &Canaries); 10] = [
        ("pictures as pages show them", &shown, &picture),
        ("frames and gossip as a member has them behind Noise", &ground.ear.heard_bytes(), &control),
        ("pictures as a member is given them", &sent, &picture),
        ("payloads", &kept.feeds, &control),
        ("the house journal", &kept.house, &staff),
        ("the index", &kept.index, &control),
        ("pictures at home", &kept.pictures, &picture),
        ("files as they lie", &kept.files, &own_name),
        ("temporary files", &left, &control),
        ("the log", &[a.said().into_bytes()], &control),
    ];
    for (place, things, control) in places {
        let found = |canaries: &Canaries| -> Vec<String> {
            things.iter().flat_map(|thing| canaries.found_in(thing)).map(str::to_owned).collect()
        };
        assert!(!found(control).is_empty(), "the control is found in {place}");
        assert_eq!(found(&canaries), [] as [&str; 0], "in {place}");
    }
    assert_eq!(originals, 0, "no original waits");
    assert_eq!(temporary.names(), ["control"], "the node makes no temporary files");
}

/// So many of all, each as far from the next as any other: a house looks at every photograph for seconds.
fn spread(mut all: Vec<Planted>) -> Vec<Planted> {
    let (count, wanted) = (all.len(), times("CONSILIUM_CARRIERS", 24));
    let is_taken = |at: usize| at * wanted / count != (at + 1) * wanted / count;
    let mut at = 0..count;
    all.retain(|_| wanted >= count || at.next().is_some_and(is_taken));
    all
}

/// Posts a case with some photographs, under names that say their words too.
fn post(author: &Visitor, some: &[Planted]) -> String {
    let words = json!({ "title": format!("For {CONTROL}"), "text": "Seen.", "audience": "network", "confirm": true, "looked": true });
    let files = some
        .iter()
        .map(|planted| Part::file("picture", &format!("{}.jpg", planted.word), "image/jpeg", &planted.bytes));
    let parts: Vec<Part> = [Part::case(&words)].into_iter().chain(files).collect();
    let answer = author.post_parts("/api/v1/cases", &parts);
    let names: Vec<&str> = some.iter().map(|planted| planted.name.as_str()).collect();
    assert_eq!(answer.status, 200, "{names:?}: {}", answer.text());
    answer.json()["case"].as_str().unwrap().to_owned()
}

/// All pictures of some cases and their previews, as a house gives them to a member.
fn sent(ear: &Member, house: &House, cases: &[String]) -> Vec<Vec<u8>> {
    wait_until("everything is sent", || house.is_ready());
    let told = ear.pull(house, house.feed().parse().unwrap(), house.status()["entries"].as_u64().unwrap());
    let summaries: Vec<Summary> = told.iter().filter_map(summary_in).collect();
    assert_eq!(summaries.len(), cases.len(), "every case is told to members");
    let mut sent = Vec::new();
    for (case, summary) in cases.iter().zip(summaries) {
        let case = case.parse().unwrap();
        sent.extend(summary.pictures.iter().flat_map(|picture| ear.fetch(house, case, picture)));
    }
    sent
}
