//! Bad files of every kind are sent to a running node, as programs send them and as people do. Each is refused in words that
//! say what is wrong and what to do, nothing of it is kept, and nothing happens to the node.

use std::collections::BTreeMap;

use crate::{
    bad_heic, bad_jpeg, bad_kinds, bad_png, bad_tiff, bad_webp,
    files::files_in,
    founding::Network,
    house::House,
    visitor::{Part, Visitor},
};

/// Bytes that one request may bring, and so the most that a node may take up more because of one: once as it comes in, once
/// in the hands of its handler, once on the way to a worker.
const REQUEST_BYTES_MAX: u64 = 65 << 20;
const COPIES_MAX: u64 = 3;
/// What may come and go beside: threads, connections, caches.
const BESIDE_BYTES: u64 = 32 << 20;

/// A file that is refused.
#[derive(Clone, Debug)]
pub(crate) struct Bad {
    name: String,
    bytes: Vec<u8>,
    says: &'static str,
}

impl Bad {
    /// What it is.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Sends it to the API and to the page of a draft. What is wrong with the answers, if anything is.
    fn is_taken_wrongly(&self, visitor: &Visitor, draft: &str) -> Option<String> {
        let Self { name, bytes, says } = self;
        let file = |field| Part::file(field, "a.jpg", "image/jpeg", bytes);
        let by_program = visitor.posts_case_with(file("picture"));
        let by_page = visitor.upload(draft, &[file("pictures")]);
        let sentences = [by_program.problem(), by_page.text()];
        // A page says it as a sentence of its own.
        let is_well = sentences.iter().all(|sentence| sentence.to_lowercase().contains(&says.to_lowercase()));
        let is_refused = [by_program, by_page].iter().all(|answer| answer.status == 422);
        (!is_well || !is_refused).then(|| format!("{name} should hear `{says}`: {sentences:?}"))
    }
}

/// Files of every kind that are taken, with a word in or behind them.
pub(crate) fn all_taken(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let photographs = [bad_jpeg::taken(word), bad_png::taken(word), bad_webp::taken(word), bad_tiff::taken(word)];
    [photographs.concat(), bad_heic::taken(word)].concat()
}

/// A file that is refused with a sentence that says something.
pub(crate) fn bad(name: &str, bytes: &[u8], says: &'static str) -> Bad {
    Bad { name: name.to_owned(), bytes: bytes.to_vec(), says }
}

/// What a node keeps beside what can be rebuilt: how long each file is.
fn kept(house: &House) -> BTreeMap<String, u64> {
    let files = ["blobs", "feeds"].map(|part| files_in(&house.network_directory(part)));
    let lengths = files.iter().flatten().map(|file| (file.display().to_string(), file.metadata().unwrap().len()));
    lengths.collect()
}

/// That a node lives as before, and had nothing to complain about but what it was sent.
fn assert_well(house: &House, visitor: &Visitor) {
    assert_eq!(visitor.get("/").status, 200);
    let said = house.said();
    for word in ["panic", "ERROR", "A worker broke"] {
        assert!(!said.contains(word), "{} says {word}", house.name());
    }
}

/// All that are refused.
pub(crate) fn all_refused() -> Vec<Bad> {
    let photographs = [bad_jpeg::refused(), bad_png::refused(), bad_webp::refused(), bad_tiff::refused()];
    [photographs.concat(), bad_heic::refused(), bad_kinds::refused()].concat()
}

#[test]
fn every_bad_file_is_refused_in_words_and_nothing_of_it_is_kept() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let node = a.process();
    let posted = keller.posts_picture();
    assert_eq!(posted.status, 200, "{}", posted.text());
    let draft = keller.begin_draft();
    let (kept_before, drafts_before) = (kept(a), keller.drafts());
    let peak_before = node.peak_bytes();

    let list = all_refused();
    assert!(list.len() >= 60, "{} bad files", list.len());
    let wrong: Vec<String> = list.iter().filter_map(|bad| bad.is_taken_wrongly(&keller, &draft)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), list.len(), wrong.join("\n"));

    let huge = vec![0; 100 << 20];
    let by_program = keller.posts_case_with(Part::file("picture", "a.tif", "image/tiff", &huge));
    assert_eq!((by_program.status, by_program.problem().contains("larger than 65 MiB")), (413, true));
    let by_page = keller.upload(&draft, &[Part::file("pictures", "a.tif", "image/tiff", &huge)]);
    assert_eq!((by_page.status, by_page.text().contains("At most 65 MiB can be sent at once.")), (413, true));
    let large = &huge[..64 << 20 | 1];
    let by_page = keller.upload(&draft, &[Part::file("pictures", "a.tif", "image/tiff", large)]);
    assert_eq!((by_page.status, by_page.text().contains("picture has 65 MiB; the limit is 64 MiB")), (422, true));

    assert_eq!(kept(a), kept_before, "no blob, no original, no entry came of any of them");
    assert_eq!(keller.drafts(), drafts_before, "no draft is left");
    assert_eq!(a.process(), node, "the node is the same");
    assert_well(a, &keller);
    let grown = node.peak_bytes() - peak_before;
    assert!(grown <= COPIES_MAX * REQUEST_BYTES_MAX + BESIDE_BYTES, "the node took up {} MiB more", grown >> 20);
}

#[test]
fn rare_pictures_and_those_with_more_in_them_are_taken_and_only_their_pixels_are_shown() {
    const WORD: &[u8] = b"xylofluorosis";
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    for (name, bytes) in all_taken(WORD) {
        let answer = keller.posts_case_with(Part::file("picture", "a.bmp", "text/html", &bytes));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let said = answer.json();
        let shown = keller.get(&format!("/cases/{}/pictures/1", said["case"].as_str().unwrap()));
        assert_eq!(shown.status, 200, "{name}: {}", shown.text());
        assert!(["image/jpeg", "image/png"].contains(&shown.header("content-type").unwrap()), "{name}: {shown:?}");
        assert!(!shown.body.windows(WORD.len()).any(|bytes| bytes == WORD), "{name} shows a word that was in its file");
    }
    assert_well(a, &keller);
}
