//! A case for one hospital is for that one: the others keep a header that holds its place, and nothing else.
//!
//! Every search at the hospital that must have nothing finds the same at the one that may, and a case for all at both.

use std::fs;

use p2p::FetchError;
use protocol::{BlobId, CaseId};

use crate::{
    canaries::Canaries,
    files::{bytes_in, files_in},
    founding::wait_until_all_hold_all,
    ground::Ground,
    house::House,
    unsealed::Unsealed,
    visitor::Visitor,
    waiting::wait_until,
};

/// A word that stands nowhere by chance.
const SECRET: &str = "xylofluorosis";
/// One of a short answer to it.
const ANSWER: &str = "zygomorphia";
/// One that everybody may read.
const KNOWN: &str = "quokkapox";

const SHIN: &[u8] = include_bytes!("../../node/demo/pictures/tibia.jpg");
const EYE: &[u8] = include_bytes!("../../node/demo/pictures/microaneurysms.jpg");

/// More than any picture here has.
const BLOB_BYTES_MAX: u64 = 8 << 20;

/// A text that is long enough to be missed: its sealed payload takes 32 KiB.
fn long_text(word: &str) -> String {
    (0..1_400).map(|number| format!("{word} {number:04} ")).collect::<String>().chars().take(19_000).collect()
}

impl Ground {
    /// A posts a case with a picture. Returns its id.
    fn post(&self, title: &str, text: &str, audience: &str, picture: &[u8]) -> String {
        let file = self.directory().join("picture.jpg");
        fs::write(&file, picture).unwrap();
        let said = self.houses[0].ask(&[
            "case",
            "post",
            "--as",
            "keller",
            "--title",
            title,
            "--text",
            text,
            "--audience",
            audience,
            "--picture",
            file.to_str().unwrap(),
            "--confirm",
            "--looked",
        ]);
        assert!(said["waits_for"].is_null(), "the case is sent: {said}");
        said["case"].as_str().unwrap().to_owned()
    }

    /// How many of these blobs of a case a house gives to the fourth hospital.
    fn given_by(&self, house: &House, case: &str, blobs: &[BlobId]) -> usize {
        let case: CaseId = case.parse().unwrap();
        let is_given = |blob: &&BlobId| match self.ear.try_fetch(house, case, **blob, BLOB_BYTES_MAX) {
            Err(FetchError::NotHad) => false,
            fetched => fetched.map(|bytes| !bytes.is_empty()).unwrap(),
        };
        blobs.iter().filter(is_given).count()
    }
}

/// The pictures and previews of a case that a house holds.
fn blobs_of(house: &House, case: &str) -> Vec<BlobId> {
    let places =
        ["objects/pictures", "objects/fetched"].map(|place| house.network_directory("blobs").join(place).join(case));
    let files: Vec<_> = places.iter().filter(|place| place.exists()).flat_map(|place| files_in(place)).collect();
    files.iter().filter_map(|file| file.file_name()?.to_str()?.parse().ok()).collect()
}

fn is_in(kept: &[Vec<u8>], canaries: &Canaries) -> bool {
    kept.iter().any(|thing| !canaries.found_in(thing).is_empty())
}

#[test]
fn a_case_for_named_hospitals_leaves_nothing_but_its_header_at_the_others() {
    let ground = Ground::lay(3);
    let [a, b, c] = ground.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let held_before = [b, c].map(|house| bytes_in(&house.network_directory("feeds")));
    let secret = ground.post("For B alone", &long_text(SECRET), &b.feed(), SHIN);
    let known = ground.post("For all", &format!("{KNOWN}, and nothing to hide."), "network", EYE);

    wait_until("B has the case that is for it", || b.case(&secret).is_some() && b.finds(SECRET, &secret));
    Visitor::sign_in(b, "okafor").pictures(&secret, 1);
    b.comment("okafor", &secret, &format!("Between us: {ANSWER}."));
    wait_until("A has the answer", || a.case(&secret).unwrap()["comments"][0]["author"]["standing"] == "verified");
    wait_until("C has what was told behind it", || c.case(&known).is_some() && c.finds(KNOWN, &known));
    wait_until_all_hold_all(&[a, b, c]);
    wait_until("B and C have the preview", || [b, c].iter().all(|house| blobs_of(house, &known).len() == 1));

    assert_eq!(c.case(&secret), None);
    assert!(!c.finds(SECRET, &secret));
    c.ask_in_vain(&["case", "show", &secret]);
    let [grown_at_b, grown_at_c] = [(b, held_before[0]), (c, held_before[1])]
        .map(|(house, before)| bytes_in(&house.network_directory("feeds")) - before);
    assert!(grown_at_b >= 32 * 1_024, "B holds the payload: {grown_at_b} bytes");
    assert!(grown_at_c < 16 * 1_024, "C holds headers and a short case: {grown_at_c} bytes");

    let [of_secret, of_known] = [&secret, &known].map(|case| blobs_of(a, case));
    assert_eq!((of_secret.len(), of_known.len()), (2, 2), "pictures and their previews");
    assert_eq!([a, b, c].map(|house| ground.given_by(house, &known, &of_known)), [2, 1, 1], "what is for all is given");
    assert_eq!([a, b, c].map(|house| ground.given_by(house, &secret, &of_secret)), [0, 0, 0], "the other is not");

    ground.houses.iter().for_each(House::stop);
    let [at_a, at_b, at_c] = [a, b, c].map(Unsealed::of);
    let words = [SECRET, ANSWER, KNOWN].map(Canaries::word);
    let clean: Vec<Canaries> = at_b.pictures.iter().map(|picture| Canaries::pieces(picture)).collect();
    assert_eq!(clean.len(), 3, "B has picture and preview of the one case, and the preview of the other");
    for kept in [&at_a, &at_b] {
        assert!(words.iter().all(|word| is_in(&kept.feeds, word) && is_in(&kept.index, word)));
        assert!(clean.iter().all(|picture| is_in(&kept.pictures, picture)));
    }
    assert!(is_in(&at_c.feeds, &words[2]) && is_in(&at_c.index, &words[2]));
    assert_eq!(clean.iter().filter(|picture| is_in(&at_c.pictures, picture)).count(), 1, "C has one preview");
    assert_eq!((at_c.pictures.len(), blobs_of(c, &secret).len()), (1, 0));
    let places = [
        ("its journals", [at_c.feeds.as_slice(), &at_c.house].concat()),
        ("its index", at_c.index),
        ("its files as they lie", at_c.files),
        ("its log", vec![c.said().into_bytes()]),
    ];
    for (place, things) in places {
        assert!(!words[..2].iter().any(|word| is_in(&things, word)), "{place} at C");
        assert!(!clean.iter().any(|picture| is_in(&things, picture)), "a picture lies in {place} at C");
    }
    for kept in [&at_a, &at_b] {
        assert!(!words.iter().any(|word| is_in(&kept.files, word)), "nobody keeps words of payloads in clear");
    }
}
