//! Measures how long a million audit lines take to verify: `cargo run -p house --example verify_audit`.

use house::{
    AccountId,
    audit::{Action, Event, Line, ObjectId, Outcome, Reason, verify},
};

const LINES: u64 = 1_000_000;

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement reads a clock and prints what it read"
)]
fn main() {
    let mut prev = [0; 32];
    let lines: Vec<Vec<u8>> = (0..LINES)
        .map(|seq| {
            let event = Event {
                account: Some(AccountId([7; 16])),
                session: None,
                action: Action::ViewCase,
                objects: vec![ObjectId(u128::from(seq).to_be_bytes())],
                outcome: Outcome::Done,
                reason: Reason::None,
            };
            let bytes = Line { seq, time_ms: seq, prev, event }.to_bytes();
            prev = *bytes.last_chunk().unwrap_or(&[0; 32]);
            bytes
        })
        .collect();
    let begun = std::time::Instant::now();
    let result = verify(&lines, &[]);
    let took_ms = begun.elapsed().as_millis();
    match result {
        Ok(summary) => println!("{} lines verified in {took_ms} ms", summary.count),
        Err(broken) => println!("{broken}"),
    }
}
