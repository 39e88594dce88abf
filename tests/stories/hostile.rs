//! A member turns hostile: with the keys of its house it sends what must not stand. It is refused and counted; who is to
//! blame pays for it, who only passes on does not; and nobody else notices.

use std::fs;

use protocol::EntryId;
use serde_json::{Value, json};

use crate::{
    founding::{Network, wait_until_all_hold_all},
    house::House,
    villain::Villain,
    waiting::{wait_for, wait_until},
};

#[test]
fn what_a_hostile_member_sends_is_refused_and_counted_and_hurts_nobody_else() {
    let network = Network::of(3);
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let case = a.post("keller", "Annular rash", "Spreading erythema.", "network");
    wait_until("B has the case", || b.case(&case).is_some());
    b.comment("okafor", &case, "We saw two of these in May.");
    network.wait_until_all_hold_all();
    c.stop();

    let mut villain = Villain::of(c, a, b);
    assert_eq!(a.status()["refused"], refused(&[]), "so far nobody did anything");
    villain.sends_what_others_signed_with_a_byte_changed(a);
    villain.sends_what_is_of_another_network(a);
    assert_eq!(standing(a, c), (4, false), "for all of this it is to blame");
    let foreign = villain.passes_on_what_is_of_no_member(a);
    let revoked = villain.speaks_through_somebody_who_was_revoked(a, &case);
    does_not_count([a, b], &case, revoked, "revoked", 1);
    let elsewhere = villain.replays_in_another_context(a, &case);
    does_not_count([a, b], &case, elsewhere, "unknown", 2);
    let other_case = a.post("keller", "Another rash", "Not the one that was meant.", "network");
    let about_another = villain.replays_in_another_context(a, &other_case);
    does_not_count([a, b], &other_case, about_another, "unknown", 3);
    assert_eq!(standing(a, c), (4, false), "for none of that it is: others may pass it on in good faith");
    assert_both_go_on([a, b], "Meanwhile");

    villain.goes_on_until_it_is_refused(a);
    assert_eq!(standing(a, c), (0, true), "its blames have become a refusal");
    assert_both_go_on([a, b], "Afterwards");
    assert_eq!(b.status()["refused"], refused(&[("uncounted", 3)]), "B was shown nothing else");
    assert_both_hold_the_same(&network, [a, b], &[a.feed(), b.feed(), villain.feed()]);
    a.ask_in_vain(&["export", "--feed", &foreign, network.directory().join("foreign").to_str().unwrap()]);
    drop(villain);

    c.serve();
    let last = a.post("keller", "For C too", "It is refused by A, and a member all the same.", "network");
    wait_until("C has from B what A does not tell it", || c.case(&last).is_some());
    assert_eq!((a.status()["connected"].clone(), standing(a, c)), (json!(1), (0, true)), "A still refuses it");
    b.ask(&["revoke", "okafor"]);
    b.ask_in_vain(&["comment", &case, "--as", "okafor", "--text", "I have left."]);
}

/// The comment stands with a badge that says so, and counts nowhere.
fn does_not_count(houses: [&House; 2], case: &str, entry: EntryId, standing: &str, uncounted: u64) {
    let digests = houses.map(|house| {
        let id = entry.to_string();
        let shown = wait_for(&format!("{} has the comment", house.name()), || {
            let shown = house.case(case)?;
            let comments = shown["comments"].as_array()?;
            comments.iter().any(|comment| comment["id"] == *id).then(|| shown.clone())
        });
        let comments = shown["comments"].as_array().unwrap();
        let comment = comments.iter().find(|comment| comment["id"] == *id).unwrap();
        assert_eq!(comment["author"]["standing"], standing, "{comment}");
        assert_eq!(comment["author"]["profession"].is_null(), standing == "unknown", "{comment}");
        assert_eq!(comment["author"]["name"] == "", standing == "unknown", "{comment}");
        let listed = house.look("/cases?filter=network&limit=100").json();
        let listed = listed["cases"].as_array().unwrap().iter().find(|listed| listed["id"] == case).unwrap();
        let verified = comments.iter().filter(|comment| comment["author"]["standing"] == "verified").count();
        assert_eq!(listed["comments"], verified, "{listed}");
        assert_eq!(house.status()["refused"]["uncounted"], uncounted);
        shown["thread_digest"].clone()
    });
    assert_eq!(digests[0], digests[1]);
}

/// Both tell and hear each other, and neither is blamed for anything.
fn assert_both_go_on([a, b]: [&House; 2], title: &str) {
    let case = a.post("keller", title, "And now to something else.", "network");
    wait_until("B hears A", || b.case(&case).is_some());
    b.comment("okafor", &case, "Gladly.");
    wait_until("A hears B", || {
        a.case(&case).is_some_and(|shown| shown["comments"][0]["author"]["standing"] == "verified")
    });
    wait_until_all_hold_all(&[a, b]);
    assert_eq!((standing(a, b), standing(b, a)), ((0, false), (0, false)));
}

fn assert_both_hold_the_same(network: &Network, [a, b]: [&House; 2], feeds: &[String]) {
    let [at_a, at_b] = ["at-a", "at-b"].map(|name| network.directory().join(name));
    for feed in feeds {
        wait_until("B holds what A holds", || b.entries_of(feed) == a.entries_of(feed));
        a.export(feed, &at_a);
        b.export(feed, &at_b);
        assert!(fs::read(&at_a).unwrap() == fs::read(&at_b).unwrap(), "{feed} is the same at A and at B");
    }
}

/// How often a house blamed another of late, and whether it refuses it.
fn standing(house: &House, of: &House) -> (u64, bool) {
    let peers = house.peers();
    let peer = peers.iter().find(|peer| peer["name"] == of.name()).unwrap();
    (peer["blames"].as_u64().unwrap(), peer["is_refused"].as_bool().unwrap())
}

/// The counts of a house that refused so many and nothing else.
fn refused(counts: &[(&str, u64)]) -> Value {
    let whys = ["malformed", "bad_signature", "payload_mismatch", "unasked", "of_no_member", "uncounted"];
    let count = |why: &str| counts.iter().find(|(name, _)| *name == why).map_or(0, |(_, count)| *count);
    whys.into_iter().map(|why| (why.to_owned(), json!(count(why)))).collect::<serde_json::Map<_, _>>().into()
}
