//! A photograph on the page, as its author waits for it: from the first byte sent until covers are shown, until every finder is
//! through, and from their word until the clean picture is kept.
//!
//! The page asks each [`PAGE_ASKS_EACH`], as the page's script does, so what it shows may be that much older. The photograph
//! is one of the demo, enlarged and encoded as JPEG of quality 90; finders see working sizes in any case.

use std::{
    io::Cursor,
    thread,
    time::{Duration, Instant},
};

use image::{codecs::jpeg::JpegEncoder, imageops::FilterType};
use serde_json::Value;

use crate::{
    hospitals::Hospitals,
    visitor::{Part, Visitor},
};

const PHOTOGRAPH: &[u8] = include_bytes!("../../../node/demo/pictures/portrait.jpg");
/// In px; as tall as wide pictures of a phone are.
const SIZE: (u32, u32) = (4_000, 3_000);
/// `hx-trigger` of `node/templates/new/pictures.html`.
const PAGE_ASKS_EACH: Duration = Duration::from_millis(400);
/// Programs see no more in a picture however often it is written.
const CLICKS_MAX: usize = 5;
/// Nothing takes longer.
const SHOWN_WITHIN: Duration = Duration::from_secs(120);

/// Hands the photograph in so many times, one after the other.
pub(crate) fn run(rounds: usize) {
    let hospitals = Hospitals::found(1, |_| {});
    let house = &hospitals.houses()[0];
    house.employ("keller", "Dr. Ida Keller", "physician");
    let author = Visitor::sign_in(house, "keller");
    let photograph = photograph();
    println!("{} bytes of JPEG", photograph.len());
    let rounds: Vec<[f64; 4]> = (0..rounds).map(|_| round(&author, &photograph)).collect();
    let parts = ["answered", "first covers on the page", "every finder through", "confirmed, from the click"];
    for (part, what) in parts.into_iter().enumerate() {
        let mut seconds: Vec<f64> = rounds.iter().map(|round| round[part]).collect();
        seconds.sort_by(f64::total_cmp);
        println!("{what}: median {:.2} s, slowest {:.2} s", seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
    }
}

fn photograph() -> Vec<u8> {
    let picture = image::load_from_memory(PHOTOGRAPH).unwrap();
    let picture = picture.resize_exact(SIZE.0, SIZE.1, FilterType::Triangle).to_rgb8();
    let mut file = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(&picture).unwrap();
    file.into_inner()
}

/// Seconds until the answer, the first covers, and the end of the look; and of the confirmation.
fn round(author: &Visitor, photograph: &[u8]) -> [f64; 4] {
    let pictures = author.begin_draft();
    let begun = Instant::now();
    let sent = author.upload(&pictures, &[Part::file("pictures", "a.jpg", "image/jpeg", photograph)]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let answered = begun.elapsed().as_secs_f64();
    let first = until(begun, || {
        let page = author.get(&pictures).text();
        page.contains("/small\"").then(|| small_of(&page))
    });
    assert_eq!(author.get(&first.1).status, 200);
    let first_shown = begun.elapsed().as_secs_f64();
    let through = until(begun, || (!author.get(&pictures).text().contains("<progress")).then_some(()));
    let editor = pictures.replace("/pictures", "/hide");
    let editor = author.get(&editor).header("location").unwrap().to_owned();
    [answered, first_shown, through.0, confirmed(author, &editor)]
}

/// Seconds from the click until the clean picture is kept. Programs that see more in what was written are answered with covers, and
/// the last click counts.
fn confirmed(author: &Visitor, editor: &str) -> f64 {
    let beside = ["confirmed", "answered", "unsearched"].map(|field| (field, "yes"));
    for _ in 0..CLICKS_MAX {
        let covers = all_covered(&author.get(editor).text()).to_string();
        let clicked = Instant::now();
        let answer = author.fill(editor, &[&[("covers", covers.as_str()), ("do", "save")], &beside[..]].concat());
        if answer.status == 303 {
            return clicked.elapsed().as_secs_f64();
        }
    }
    panic!("the picture is not confirmed after {CLICKS_MAX} clicks")
}

/// Asks as the page does until there is an answer; how many seconds that is behind the beginning.
fn until<T>(begun: Instant, ask: impl Fn() -> Option<T>) -> (f64, T) {
    loop {
        if let Some(found) = ask() {
            return (begun.elapsed().as_secs_f64(), found);
        }
        assert!(begun.elapsed() < SHOWN_WITHIN, "the page does not show it");
        thread::sleep(PAGE_ASKS_EACH);
    }
}

/// What the editor would send, with a cover on what waits for an answer.
fn all_covered(page: &str) -> Value {
    let (_, rest) = page.split_once("name=\"covers\" value=\"").unwrap();
    let mut drawn: Value = serde_json::from_str(&rest.split('"').next().unwrap().replace("&#34;", "\"")).unwrap();
    let open = drawn["dismissed"].take();
    let covers = open.as_array().unwrap().iter().map(|left| left["cover"].clone());
    drawn["covers"].as_array_mut().unwrap().extend(covers);
    drawn["dismissed"] = Value::Array(Vec::new());
    drawn
}

fn small_of(page: &str) -> String {
    let end = page.find("/small\"").unwrap() + "/small".len();
    let start = page[..end].rfind('"').unwrap() + 1;
    page[start..end].to_owned()
}
