//! From the person who posts a case to the tables of every other hospital.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    sync::mpsc::{self, Sender},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    founding::wait_until_all_hold_all,
    hospitals::Hospitals,
    house::House,
    http::{Ask, Door},
    making,
};

/// Between two cases: so long that one is over before the next begins.
const PAUSE: Duration = Duration::from_millis(100);
/// Nothing takes longer.
const TOLD_WITHIN: Duration = Duration::from_secs(30);

/// How long cases took, in order.
pub(crate) struct Times {
    acknowledged: Vec<Duration>,
    stored: Vec<Duration>,
    everywhere: Vec<Duration>,
}

/// Posts cases one by one and prints when they were acknowledged and when each of the others had them.
pub(crate) fn run(nodes: usize, cases: usize) {
    let hospitals = Hospitals::found(nodes, |_| {});
    let (author, others) = hospitals.houses().split_first().expect("there are nodes");
    author.employ("keller", "Dr. Ida Keller", "physician");
    wait_until_all_hold_all(&hospitals.houses().iter().collect::<Vec<_>>());
    time(author, &others.iter().collect::<Vec<_>>(), cases).tell(&format!("{nodes} nodes"));
}

/// Posts cases one by one and looks when each of the others has them.
pub(crate) fn time(author: &House, others: &[&House], cases: usize) -> Times {
    let (told, hear) = mpsc::channel();
    others.iter().for_each(|house| listen(house, told.clone()));
    let (mut acknowledged, mut stored, mut everywhere) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..cases as u64 {
        let case = json!({ "as": "keller", "title": format!("Case {number}"), "text": making::text(number, 560) });
        let ask = Ask::post("/api/v1/cases", &case);
        let begun = Instant::now();
        let answer = ask.send(&author.socket()).unwrap_or_else(|_| panic!("the node answers"));
        acknowledged.push(begun.elapsed());
        assert_eq!(answer.status, 200, "{}", answer.text);
        let heard = others.iter().map(|_| hear.recv_timeout(TOLD_WITHIN).expect("every hospital gets every case"));
        let took: Vec<Duration> = heard.map(|at| at.duration_since(begun)).collect();
        everywhere.extend(took.iter().max());
        stored.extend(took);
        thread::sleep(PAUSE);
    }
    for times in [&mut acknowledged, &mut stored, &mut everywhere] {
        times.sort_unstable();
    }
    Times { acknowledged, stored, everywhere }
}

impl Times {
    /// What so many of a hundred did not take longer than, until they were stored at another hospital.
    pub(crate) fn stored(&self, share: usize) -> Duration {
        at(&self.stored, share)
    }

    /// Prints all of it.
    pub(crate) fn tell(&self, of: &str) {
        let lists = [("acknowledged", &self.acknowledged), ("stored at another", &self.stored)];
        for (until, times) in lists.into_iter().chain([("stored at the last", &self.everywhere)]) {
            let [p50, p95, p99] = [50, 95, 99].map(|share| at(times, share).as_secs_f64() * 1e3);
            println!("{of}, posted to {until}: p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, of {}", times.len());
        }
    }
}

fn at(times: &[Duration], share: usize) -> Duration {
    times[(times.len() - 1) * share / 100]
}

/// Says when a house had filed a new case, as an open page hears it.
fn listen(house: &House, told: Sender<Instant>) {
    let Door::Socket(path) = house.socket() else { panic!("a house has a socket") };
    let mut stream = UnixStream::connect(path).unwrap();
    stream.write_all(b"GET /events?filter=network HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    assert!(first.contains("200"), "{} does not tell of cases: {first}", house.name());
    thread::spawn(move || {
        for _ in lines.filter(|line| line.starts_with("event: case")) {
            // At the end of the run nobody hears.
            let _ = told.send(Instant::now());
        }
    });
}
