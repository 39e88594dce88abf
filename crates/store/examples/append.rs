//! How fast entries become durable, beside the least that any program would have to do for them.
//!
//! `cargo run --release -p store --example append [directory]`: an entry is 200 clear bytes (a header and its signature) and
//! 824 secret ones. The floor does for each the same signature, one sealing, one SHA-256 of the same bytes and the write with
//! its fdatasync, and nothing else. Lines: what, entries a second, median and 99th percentile in microseconds.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::{
    error::Error,
    fs::{self, File},
    io::Write,
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit},
};
use protocol::{NetworkId, Purpose, SecretKey};
use store::{Check, Entropy, Journal, JournalOptions, Keyring, Limits, NewRecord, OnFatal, WrappingKey};

const CLEAR_BYTES: usize = 200;
const SECRET_BYTES: usize = 824;
const SINGLE: usize = 2_000;
const CALLERS: usize = 32;
const GROUPED: usize = 16_000;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let directory = std::env::args().nth(1).map_or(scratch.path().to_owned(), Into::into);
    floor(&directory.join("floor one by one"), 1, SINGLE)?;
    singly(&directory.join("one by one"))?;
    floor(&directory.join("floor in groups"), CALLERS, GROUPED)?;
    grouped(&directory.join("in groups"))
}

/// One signature, one sealing and one hash an entry, one write and fdatasync a group.
fn floor(path: &Path, group: usize, count: usize) -> Outcome {
    let key = SecretKey::from_seed(&[7; 32]);
    let mut file = File::create(path)?;
    let mut times = Vec::new();
    let started = Instant::now();
    for number in 0..count / group {
        let begun = Instant::now();
        let mut bytes = Vec::new();
        for entry in 0..group {
            let new = entry_of(&key, number * group + entry);
            let sealed = XChaCha20Poly1305::new(&[(entry % 256) as u8; 32].into())
                .encrypt(&[0; 24].into(), new.secret.as_deref().map_or(&[][..], Vec::as_slice))
                .map_err(|_| "the cipher refused")?;
            bytes.extend_from_slice(&protocol::hash("floor", &[&new.clear, &sealed]));
            bytes.extend_from_slice(&new.clear);
            bytes.extend_from_slice(&sealed);
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    tell(&format!("floor, groups of {group}"), count, started.elapsed(), times);
    Ok(())
}

fn singly(directory: &Path) -> Outcome {
    let key = SecretKey::from_seed(&[7; 32]);
    let journal = open(directory)?;
    let mut times = Vec::new();
    let started = Instant::now();
    for number in 0..SINGLE {
        let begun = Instant::now();
        journal.append_blocking(vec![entry_of(&key, number)])?;
        times.push(begun.elapsed());
    }
    tell("journal, one by one", SINGLE, started.elapsed(), times);
    Ok(())
}

fn grouped(directory: &Path) -> Outcome {
    let journal = open(directory)?;
    let times = Mutex::new(Vec::new());
    let started = Instant::now();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                scope.spawn({
                    let (journal, times) = (&journal, &times);
                    move || append_many(journal, caller, times)
                })
            })
            .collect();
        callers
            .into_iter()
            .try_for_each(|caller| caller.join().map_err(|_| "a caller panicked")?.map_err(|error| error.to_string()))
    })?;
    let took = started.elapsed();
    tell(&format!("journal, {CALLERS} callers"), GROUPED, took, times.into_inner()?);
    drop(journal);
    let bytes = bytes_in(directory)?;
    println!("bytes on disk an entry of {} bytes: {}", CLEAR_BYTES + SECRET_BYTES, bytes / GROUPED as u64);
    let started = Instant::now();
    let journal = open(directory)?;
    println!("opened with every byte checked: {:.0} MB/s", megabytes(bytes, started.elapsed()));
    let started = Instant::now();
    let count = journal.scan(None).map(|scanned| journal.unseal(&scanned?)).filter(Result::is_ok).count();
    println!("{count} entries read and unsealed: {:.0} a second", count as f64 / started.elapsed().as_secs_f64());
    Ok(())
}

fn append_many(journal: &Journal, caller: usize, times: &Mutex<Vec<Duration>>) -> Result<(), store::AppendError> {
    let key = SecretKey::from_seed(&[7; 32]);
    for number in 0..GROUPED / CALLERS {
        let begun = Instant::now();
        journal.append_blocking(vec![entry_of(&key, caller * GROUPED + number)])?;
        let took = begun.elapsed();
        if let Ok(mut times) = times.lock() {
            times.push(took);
        }
    }
    Ok(())
}

fn entry_of(key: &SecretKey, number: usize) -> NewRecord {
    let mut clear = vec![0; CLEAR_BYTES];
    clear[..8].copy_from_slice(&number.to_be_bytes());
    let signature = key.sign(Purpose::Entry, &NetworkId([1; 32]), &clear[..CLEAR_BYTES - 64]);
    clear[CLEAR_BYTES - 64..].copy_from_slice(&signature.0);
    NewRecord { kind: 1, clear, secret: Some(vec![number as u8; SECRET_BYTES].into()) }
}

fn open(directory: &Path) -> Result<Journal, store::OpenError> {
    let entropy = Entropy::new(|bytes| getrandom::fill(bytes).expect("the system gives random bytes"));
    let on_fatal = OnFatal::new(|fatal| println!("{fatal:?}"));
    let keyring = Keyring::new(WrappingKey::new([9; 32]));
    Journal::open(
        directory,
        JournalOptions { limits: Limits::default(), check: Check::All, keyring, entropy, on_fatal },
    )
}

fn bytes_in(directory: &Path) -> std::io::Result<u64> {
    fs::read_dir(directory)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

fn megabytes(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}

fn tell(what: &str, count: usize, took: Duration, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).map_or(0, Duration::as_micros);
    println!("{what}: {:.0} entries/s, p50 {} us, p99 {} us", count as f64 / took.as_secs_f64(), at(50), at(99));
}
