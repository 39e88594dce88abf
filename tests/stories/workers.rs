//! The process that reads pictures dies or stands still over one. Whoever sent it is told; the next picture is read by another.

use std::{collections::BTreeSet, path::PathBuf};

use rustix::process::Signal;

use crate::{
    files::files_in, founding::Network, house::House, process::Process, visitor::Visitor, waiting::wait_until,
};

/// The only worker of a node.
fn worker(house: &House) -> Process {
    match house.process().children()[..] {
        [worker] => worker,
        ref others => panic!("{} has the workers {others:?}", house.name()),
    }
}

/// Blobs and originals.
fn kept(house: &House) -> BTreeSet<PathBuf> {
    files_in(&house.network_directory("blobs/objects")).into_iter().collect()
}

#[test]
fn a_worker_that_is_killed_over_a_picture_costs_one_answer() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    assert_eq!(keller.posts_picture().status, 200);
    let first = worker(a);
    for (name, limit) in [("Max address space", 2 << 30), ("Max open files", 3), ("Max processes", 0)] {
        assert_eq!(first.limit(name), Some(limit), "{name}");
    }
    for (name, limit) in [("Max file size", 0), ("Max core file size", 0)] {
        assert_eq!(first.limit(name), Some(limit), "{name}");
    }
    let (node, kept_before) = (a.process(), kept(a));

    first.signal(Signal::STOP);
    wait_until("the worker is held", || first.is_held());
    let answer = std::thread::scope(|scope| {
        let asking = scope.spawn(|| keller.posts_picture());
        wait_until("the worker was given the picture", || first.unread_bytes() > 0);
        first.signal(Signal::KILL);
        asking.join().unwrap()
    });
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.problem().contains("could not be read safely; send it again"), "{}", answer.text());
    assert_eq!(kept(a), kept_before, "nothing of it is left");
    assert_eq!(keller.posts_picture().status, 200, "the next picture is read");
    let second = worker(a);
    assert_ne!(second, first, "by another worker");

    second.signal(Signal::KILL);
    wait_until("the idle worker is dead", || second.is_dead());
    assert_eq!(keller.posts_picture().status, 200, "one that dies while it waits costs nobody anything");
    assert_ne!(worker(a), second);
    assert_eq!(a.process(), node, "the node is the same");
    a.stop();
    assert!(second.is_gone() && first.is_gone());
}

#[test]
fn a_worker_that_stands_still_is_ended_when_its_time_is_over() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    assert_eq!(keller.posts_picture().status, 200);
    let (held, kept_before) = (worker(a), kept(a));
    held.signal(Signal::STOP);
    let answer = keller.posts_picture();
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.problem().contains("could not be read within 20 seconds"), "{}", answer.text());
    wait_until("it is gone", || held.is_gone());
    assert_eq!(kept(a), kept_before, "nothing of it is left");
    assert_eq!(keller.posts_picture().status, 200, "the next picture is read");
    assert_ne!(worker(a), held, "by another worker");
}
