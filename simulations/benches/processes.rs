//! Measures hospitals as they are: each a process of the program just built, over loopback, with what it writes and sends.
//!
//! `cargo bench -p node --bench processes -- catch-up [entries]`: one hospital has a feed of that many entries, 99,900 unless
//! told; another one that has nothing pulls it.
//!
//! `cargo bench -p node --bench processes -- publish [nodes] [cases]`: how long a case takes from the person who posts it to
//! the tables of every other hospital.
//!
//! `cargo bench -p node --bench processes -- flood [cases]`: the same in a network of three hospitals, without and beside a
//! fourth member that floods them.
//!
//! `cargo bench -p node --bench processes -- photograph [rounds]`: how long a photograph of 12 megapixels takes on the page,
//! from the first byte sent until its upright faces are covered there, until every finder is through, and how long it takes
//! to confirm it.
//!
//! Figures stand beside the load of the machine and, where there is one, the floor: what the same entries cost if nothing is
//! done but what must be.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails ends the run; its figures are what it is for"
)]

#[path = "../../tests/stories/asking.rs"]
#[expect(dead_code, reason = "stories ask for more")]
mod asking;
#[path = "processes/catch_up.rs"]
mod catch_up;
#[path = "processes/flood.rs"]
mod flood;
#[path = "processes/flooder.rs"]
mod flooder;
#[path = "processes/floor.rs"]
mod floor;
#[path = "../../tests/stories/founding.rs"]
#[expect(dead_code, reason = "stories found more")]
mod founding;
#[path = "processes/hospitals.rs"]
mod hospitals;
#[path = "../../tests/stories/house.rs"]
#[expect(dead_code, reason = "stories do more with a house")]
mod house;
#[path = "../../tests/stories/http.rs"]
#[expect(dead_code, reason = "stories ask in more ways")]
mod http;
#[path = "processes/making.rs"]
mod making;
#[path = "../../tests/stories/pen.rs"]
#[expect(dead_code, reason = "stories write what does not stand, too")]
mod pen;
#[path = "processes/photograph.rs"]
mod photograph;
#[path = "../../tests/stories/process.rs"]
#[expect(dead_code, reason = "shared with the stories of processes")]
mod process;
#[path = "processes/publish.rs"]
mod publish;
#[path = "../../tests/stories/raw.rs"]
#[expect(dead_code, reason = "stories send worse requests")]
mod raw;
#[path = "../../tests/stories/seats.rs"]
mod seats;
#[path = "../../tests/stories/visitor.rs"]
#[expect(dead_code, reason = "stories visit more pages")]
mod visitor;
#[path = "../../tests/stories/waiting.rs"]
mod waiting;
#[path = "processes/wire.rs"]
mod wire;
#[path = "../../crates/index/examples/search_bench/words.rs"]
#[expect(dead_code, reason = "searches draw in more ways")]
mod words;

/// A feed that is a day old may have 100,000 entries; more of it is not pulled before tomorrow (docs/decisions/0008).
const ENTRIES: usize = 99_900;

fn main() {
    // What cargo itself says to benchmarks begins with dashes.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let number = |at: usize, default: usize| {
        arguments.get(at).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{text} is no number")))
    };
    if arguments.first().is_some_and(|first| first == "flooder") {
        return flooder::run();
    }
    println!("load of the machine: {}", load());
    match arguments.first().map(String::as_str) {
        Some("catch-up") => catch_up::run(number(1, ENTRIES)),
        Some("publish") => publish::run(number(1, 3), number(2, 200)),
        Some("flood") => flood::run(number(1, 200)),
        Some("photograph") => photograph::run(number(1, 5).max(1)),
        _ => println!("say catch-up, publish, flood or photograph"),
    }
    println!("load of the machine: {}", load());
}

/// The mean of those that would run, over 1 and 5 minutes.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}
