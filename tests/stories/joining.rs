//! A fourth hospital comes in: by its card, the votes of the governors, and an invitation.

use std::fs;

use crate::{
    founding::{Network, wait_until_all_hold_all, wait_until_member},
    house::House,
    waiting::wait_until,
};

/// Hands what a house prints to another as a file. Returns its path.
fn hand_over(network: &Network, name: &str, from: &House, command: &str) -> String {
    let paper = from.ask(&[command])[name].as_str().unwrap().to_owned();
    let path = network.directory().join(name);
    fs::write(&path, paper).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_hospital_that_is_admitted_joins_and_gets_every_case() {
    let network = Network::with(3, 4, |_| {});
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let cases: Vec<String> =
        (0..5).map(|number| a.post("keller", &format!("Older case {number}"), "From before.", "network")).collect();
    wait_until("B has the last case", || b.case(&cases[4]).is_some());
    b.comment("okafor", &cases[0], "From before as well.");

    let d = network.newcomer();
    let card = hand_over(&network, "card", &d, "card");
    let admission = a.ask(&["admit", &card]);
    assert_eq!((&admission["votes"], &admission["votes_needed"]), (&1.into(), &2.into()));
    let feed = admission["feed"].as_str().unwrap();
    let early = hand_over(&network, "invitation", a, "invite");
    d.ask_in_vain(&["join", &early]);

    wait_until("the admission waits at B", || b.look("/admissions").text.contains(feed));
    assert_eq!(b.ask(&["certify", feed])["votes"], 2);
    for house in [a, b, c] {
        wait_until(&format!("{} knows of four members", house.name()), || house.status()["members"] == 4);
    }
    let invitation = hand_over(&network, "invitation", a, "invite");
    d.ask(&["join", &invitation]);
    d.serve();

    for house in [a, b, c, &d] {
        wait_until_member(house, 4);
    }
    for case in &cases {
        wait_until("D has every case", || d.case(case).is_some());
    }
    wait_until("D has the comment", || d.case(&cases[0]).is_some_and(|shown| shown["comments"][0].is_object()));
    assert_eq!(d.case(&cases[0]).unwrap()["thread_digest"], a.case(&cases[0]).unwrap()["thread_digest"]);
    d.employ("duval", "Dr. Anne Duval", "physician");
    d.comment("duval", &cases[4], "Good evening from D.");
    for house in [a, b, c] {
        wait_until(&format!("{} hears D", house.name()), || {
            house.case(&cases[4]).is_some_and(|shown| shown["comments"][0]["author"]["standing"] == "verified")
        });
    }
    wait_until_all_hold_all(&[a, b, c, &d]);
}
