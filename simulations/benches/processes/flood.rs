//! From the person who posts a case to the tables of other hospitals, while a member sends all of them more than anybody needs.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{
    flooder::{Flood, Orders, Target},
    founding::wait_until_all_hold_all,
    hospitals::Hospitals,
    house::House,
    making, publish,
    waiting::wait_until,
};

/// Entries of the feed that the flooding member asks for again and again: more than one answer holds.
const ENTRIES: usize = 1_500;

/// The process of a member that floods, with the keys of a house whose node rests.
struct Flooding {
    process: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl Flooding {
    fn by(house: &House, author: &House, targets: &[&House], case: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new(program);
        let mut process = command.arg("flooder").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let says = BufReader::new(process.stdout.take().unwrap()).lines();
        let feed = house_feed(author, house);
        let orders = Orders {
            network: author.status()["network"].as_str().unwrap().to_owned(),
            entries: author.entries_of(&feed),
            feed,
            transport: house.key("transport"),
            signing: house.key("signing"),
            case: case.to_owned(),
            asks_for: author.feed(),
            targets: targets.iter().map(|house| target(house)).collect(),
        };
        let mut flooding = Self { process, says };
        flooding.tell(&serde_json::to_string(&orders).unwrap());
        flooding.hear("connected");
        flooding
    }

    fn begin(&mut self, flood: Flood) {
        self.tell(&serde_json::to_string(&flood).unwrap());
        self.hear("floods");
    }

    /// Ends the flood. What it came to, in words.
    fn end(mut self) -> String {
        drop(self.process.stdin.take());
        let said = self.says.next().expect("it says what it did").unwrap();
        assert!(self.process.wait().unwrap().success());
        said
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.process.stdin.as_mut().expect("it listens"), "{line}").unwrap();
    }

    fn hear(&mut self, word: &str) {
        assert_eq!(self.says.next().expect("it speaks").unwrap(), word);
    }
}

/// Prints how long cases take without a flood, beside one that keeps to what a member may send, and beside one that does not.
pub(crate) fn run(cases: usize) {
    let hospitals = Hospitals::found(4, |_| {});
    let [a, b, c, d] = hospitals.houses() else { panic!("four were founded") };
    a.employ("keller", "Dr. Ida Keller", "physician");
    making::fill(a, "keller", ENTRIES, "quokkapox");
    let case = a.post("keller", "The case that everybody comments on", "Without end.", "network");
    wait_until_all_hold_all(&[a, b, c, d]);
    d.stop();

    let quiet = publish::time(a, &[b, c], cases);
    quiet.tell("without a flood");
    let mut flooding = Flooding::by(d, a, &[a, b, c], &case);
    for flood in [Flood::Questions, Flood::Gossip, Flood::Both] {
        flooding.begin(flood);
        let beside = publish::time(a, &[b, c], cases);
        beside.tell(&format!("beside a flood of {flood:?}"));
        let [p50, p95] = [50, 95].map(|share| beside.stored(share).as_secs_f64() / quiet.stored(share).as_secs_f64());
        println!("beside a flood of {flood:?}: stored at another, p50 {p50:.2} and p95 {p95:.2} times as late");
    }
    println!("the flood: {}", flooding.end());
    wait_until("all are there still", || [a, b, c].iter().all(|house| house.is_ready()));
}

fn house_feed(by: &House, house: &House) -> String {
    let peers = by.peers();
    let peer = peers.iter().find(|peer| peer["name"] == house.name()).expect("it is a member");
    peer["feed"].as_str().unwrap().to_owned()
}

fn target(house: &House) -> Target {
    Target { transport: house.key("transport"), feed: house.feed(), address: house.network_address() }
}
