//! A photograph on the page, as its author waits for it: from the first byte sent until covers are shown, until every finder is
//! through, and from their word until it is answered and until the clean picture is kept.
//!
//! The page asks each [`PAGE_ASKS_EACH`], as the page's script does, and the editor each [`EDITOR_ASKS_EACH`], so what they show
//! may be that much older. The photograph is one of the demo, enlarged; finders see working sizes in any case.

use std::{
    thread,
    time::{Duration, Instant},
};

use anonymizer::{Limits, Opened, Pixels, Unsigned, open};
use serde_json::Value;

use crate::{
    hospitals::Hospitals,
    visitor::{Part, Visitor},
};

const PHOTOGRAPH: &[u8] = include_bytes!("../../../node/demo/pictures/portrait.jpg");
/// In px, twelve million of them.
const SIZE: (u32, u32) = (4_000, 3_000);
/// `hx-trigger` of `node/templates/new/pictures.html`.
const PAGE_ASKS_EACH: Duration = Duration::from_millis(250);
/// Programs see no more in a picture however often it is written.
const CLICKS_MAX: usize = 5;
/// As a picture that was confirmed is asked for while it is looked at once more.
const EDITOR_ASKS_EACH: Duration = Duration::from_millis(500);
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
    let rounds: Vec<[f64; 5]> = (0..rounds).map(|_| round(&author, &photograph)).collect();
    let parts = [
        "answered",
        "first covers on the page",
        "every finder through",
        "their word answered, from the click",
        "confirmed, from the click",
    ];
    for (part, what) in parts.into_iter().enumerate() {
        let mut seconds: Vec<f64> = rounds.iter().map(|round| round[part]).collect();
        seconds.sort_by(f64::total_cmp);
        println!("{what}: median {:.2} s, slowest {:.2} s", seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
    }
}

/// Each pixel is that of the small picture at its place.
fn photograph() -> Vec<u8> {
    let opened = open(PHOTOGRAPH, &Limits::NETWORK).unwrap();
    let (small, (width, height)) = (&opened.pixels, SIZE);
    let of = |x: u32, y: u32| small.at(x * small.width() / width, y * small.height() / height).unwrap();
    let rgb = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| of(x, y)).collect();
    let pixels = Pixels::new(width, height, rgb).unwrap();
    Unsigned::cover(Opened { pixels, ..opened }, &[], &Limits::NETWORK).unwrap().file().to_vec()
}

/// Seconds until the answer, the first covers, and the end of the look; and until the word is answered and the picture confirmed.
fn round(author: &Visitor, photograph: &[u8]) -> [f64; 5] {
    let pictures = author.begin_draft();
    let begun = Instant::now();
    let sent = author.upload(&pictures, &[Part::file("pictures", "a.jpg", "image/jpeg", photograph)]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let answered = begun.elapsed().as_secs_f64();
    let first = until(begun, PAGE_ASKS_EACH, || {
        let page = author.get(&pictures).text();
        page.contains("/small").then(|| small_of(&page))
    });
    assert_eq!(author.get(&first.1).status, 200);
    let first_shown = begun.elapsed().as_secs_f64();
    let through = until(begun, PAGE_ASKS_EACH, || (!author.get(&pictures).text().contains("<progress")).then_some(()));
    let editor = pictures.replace("/pictures", "/hide");
    let editor = author.get(&editor).header("location").unwrap().to_owned();
    let [taken, kept] = confirmed(author, &editor);
    [answered, first_shown, through.0, taken, kept]
}

/// Seconds from the click until the word is answered, and until the clean picture is kept. Programs that see more in what was written
/// are answered with covers, and the last click counts.
fn confirmed(author: &Visitor, editor: &str) -> [f64; 2] {
    let beside =
        ["confirmed", "unsearched", "answered-skin", "answered-head", "answered-frames"].map(|field| (field, "yes"));
    for _ in 0..CLICKS_MAX {
        let covers = all_covered(&author.get(editor).text()).to_string();
        let clicked = Instant::now();
        let taken = author.fill(editor, &[&[("covers", covers.as_str()), ("do", "save")], &beside[..]].concat());
        assert_eq!(taken.status, 303, "{}", taken.text());
        let taken_in = clicked.elapsed().as_secs_f64();
        let saved = taken.header("location").unwrap();
        let (kept_in, page) = until(clicked, EDITOR_ASKS_EACH, || {
            let page = author.get(saved);
            (!page.text().contains("http-equiv=\"refresh\"")).then_some(page)
        });
        if page.status == 303 {
            return [taken_in, kept_in];
        }
    }
    panic!("the picture is not confirmed after {CLICKS_MAX} clicks")
}

/// Asks as the page does until there is an answer; how many seconds that is behind the beginning.
fn until<T>(begun: Instant, each: Duration, ask: impl Fn() -> Option<T>) -> (f64, T) {
    loop {
        if let Some(found) = ask() {
            return (begun.elapsed().as_secs_f64(), found);
        }
        assert!(begun.elapsed() < SHOWN_WITHIN, "the page does not show it");
        thread::sleep(each);
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
    let at = page.find("/small").unwrap();
    let start = page[..at].rfind('"').unwrap() + 1;
    page[start..].split('"').next().unwrap().to_owned()
}
