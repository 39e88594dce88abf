//! Measures the index: how fast it is fed, what a commit costs, how many bytes a document takes, how long searches take.
//!
//! `cargo run --release -p index --example search_bench [cases]`, 100,000 unless told. Words are drawn by Zipf's law from a made-up
//! vocabulary, always the same; every second case has a comment.

#![expect(clippy::print_stdout, reason = "its figures are what it is for")]

mod words;

use std::{
    error::Error,
    time::{Duration, Instant},
};

use index::{Audience, CaseDocument, Change, CommentDocument, Index, NoNames, Query, Reader, Viewer};
use protocol::{CaseId, CaseNumber, EntryId, FeedId, payload::content::Status};

use words::{Chance, word};

const BODY_WORDS: usize = 120;
const INSTITUTIONS: u64 = 50;
const SEARCHES: usize = 400;
const SMALL_COMMITS: usize = 100;
const BATCH: u64 = 5_000;

fn text(chance: &mut Chance, length: usize) -> String {
    (0..length).map(|_| chance.word()).collect::<Vec<_>>().join(" ")
}

fn case_id(number: u64) -> CaseId {
    let institution = u8::try_from(number % INSTITUTIONS).unwrap_or_default();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&Chance(number).next().to_be_bytes());
    CaseId { institution: FeedId([institution; 32]), number: CaseNumber(bytes) }
}

fn changes(chance: &mut Chance, number: u64) -> Vec<Change> {
    let case = case_id(number);
    let document = CaseDocument {
        case,
        title: text(chance, 7),
        question: text(chance, 14),
        body: text(chance, BODY_WORDS),
        tags: vec![text(chance, 1), text(chance, 2)],
        synonyms: Vec::new(),
        specialty: u32::try_from(chance.below(40)).ok(),
        status: Status::ALL[usize::try_from(chance.below(3)).unwrap_or_default()],
        has_outcome: chance.below(3) == 0,
        pictures: 2,
        audience: if chance.below(10) == 0 { Audience::Public } else { Audience::Network },
        time_ms: number,
    };
    let mut changes = vec![Change::Put(Box::new(document))];
    if number.is_multiple_of(2) {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        changes.push(Change::PutComment(CommentDocument { comment: EntryId(id), case, text: text(chance, 40) }));
    }
    changes
}

/// The value at a share of the sorted list, in milliseconds.
fn at(sorted: &[Duration], share: f64) -> f64 {
    let place = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[place].as_secs_f64() * 1e3
}

fn report(name: &str, mut times: Vec<Duration>, note: &str) {
    times.sort();
    println!("{name:<34} p50 {:>8.2} ms   p99 {:>8.2} ms   {note}", at(&times, 0.5), at(&times, 0.99));
}

fn measure(reader: &Reader, name: &str, mut query: impl FnMut() -> String) -> Result<(), index::Error> {
    let (mut times, mut found) = (Vec::new(), 0);
    for _ in 0..SEARCHES {
        let query = Query::parse(&query(), &NoNames);
        let start = Instant::now();
        let hits = reader.search(&query, Viewer::Attested(FeedId([1; 32])), 20, 0)?;
        times.push(start.elapsed());
        found += hits.total;
    }
    report(name, times, &format!("{} hits on average", found / SEARCHES as u64));
    Ok(())
}

fn feed(index: &mut Index, cases: u64) -> Result<(), Box<dyn Error>> {
    let mut chance = Chance(1);
    let (mut making, start) = (Duration::ZERO, Instant::now());
    for first in (0..cases).step_by(BATCH as usize) {
        let made = Instant::now();
        let batch: Vec<Change> =
            (first..cases.min(first + BATCH)).flat_map(|number| changes(&mut chance, number)).collect();
        making += made.elapsed();
        index.apply(batch)?;
        index.commit(first)?;
    }
    let seconds = (start.elapsed() - making).as_secs_f64();
    let documents = cases + cases / 2;
    let bytes = index.reader().bytes()?;
    println!("fed {documents} documents in {seconds:.1} s: {:.0} a second", documents as f64 / seconds);
    println!("on disk {:.1} MB: {} bytes a document", bytes as f64 / 1e6, bytes / documents);
    Ok(())
}

fn commits(index: &mut Index, cases: u64) -> Result<(), index::Error> {
    let mut chance = Chance(2);
    let mut times = Vec::new();
    for turn in 0..SMALL_COMMITS as u64 {
        let batch = changes(&mut chance, 2 * chance_below(turn, cases));
        let start = Instant::now();
        index.apply(batch)?;
        index.commit(cases + turn)?;
        times.push(start.elapsed());
    }
    report("commit of one case and comment", times, "merging included");
    Ok(())
}

fn chance_below(seed: u64, cases: u64) -> u64 {
    Chance(seed).below(cases / 2)
}

fn main() -> Result<(), Box<dyn Error>> {
    let cases = std::env::args().nth(1).map_or(Ok(100_000), |number| number.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("index");
    let (mut index, _) = Index::open(&path)?;
    feed(&mut index, cases)?;
    commits(&mut index, cases)?;
    let reader = index.reader();
    let mut chance = Chance(3);
    let mut common = || word(usize::try_from(chance.below(20)).unwrap_or_default());
    measure(&reader, "one of the 20 most common words", || format!("{} ", common()))?;
    measure(&reader, "two of them", || format!("{} {} ", common(), common()))?;
    measure(&reader, "two of them as a phrase", || format!("\"{} {}\" ", common(), common()))?;
    let mut chance = Chance(4);
    let mut drawn = || chance.word();
    measure(&reader, "one word as people use words", || format!("{} ", drawn()))?;
    measure(&reader, "three such words", || format!("{} {} {} ", drawn(), drawn(), drawn()))?;
    measure(&reader, "three and status and specialty", || {
        format!("status:open specialty:7 {} {} {} ", drawn(), drawn(), drawn())
    })?;
    measure(&reader, "a beginning of two letters", || drawn()[..2].to_owned())?;
    measure(&reader, "a typing error", || format!("{}x ", word(20_000 + drawn().len())))?;
    measure(&reader, "nothing: all cases, newest first", String::new)?;
    let start = Instant::now();
    index.apply((0..100).map(|number| Change::Erase(case_id(number))))?;
    let purged = index.purge(2 * cases)?;
    println!("purge of 100 cases: {purged:?} in {:.1} s", start.elapsed().as_secs_f64());
    drop((index, reader));
    let start = Instant::now();
    let (_, state) = Index::open(&path)?;
    println!("opened, every file checked: {state:?} in {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}
