//! What is withdrawn is gone everywhere: no page shows it, no search finds it, no peer hands it on.

use crate::{
    files::files_that_say,
    founding::Network,
    house::House,
    waiting::{wait_for, wait_until},
};

/// A word that stands nowhere by chance.
const WORD: &str = "xylofluorosis";

/// Whether a feed as a house hands it on holds the word.
fn is_handed_on(house: &House, feed: &str, network: &Network) -> bool {
    let file = network.directory().join("handed-on");
    house.export(feed, &file);
    let is_said = !files_that_say(&file, WORD).is_empty();
    std::fs::remove_file(&file).unwrap();
    is_said
}

/// Sealed parts in a house's journals whose keys are destroyed.
fn erased_at(house: &House) -> u64 {
    house.ask(&["store", "check"])["erased"].as_u64().unwrap()
}

#[test]
fn a_withdrawn_case_is_gone_from_every_hospital() {
    let network = Network::of(3);
    let houses @ [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let case = a.post("keller", "Shown in good faith", &format!("Looks like {WORD}."), "network");
    wait_until("B has the case", || b.case(&case).is_some());
    b.comment("okafor", &case, &format!("Not {WORD}, I think."));
    for house in houses {
        wait_until(&format!("{} has case and comment", house.name()), || {
            house.case(&case).is_some_and(|shown| shown["comments"][0].is_object()) && house.finds(WORD, &case)
        });
        assert!(is_handed_on(house, &a.feed(), &network), "{} hands the case on", house.name());
        assert!(is_handed_on(house, &b.feed(), &network), "{} hands the comment on", house.name());
    }

    let erased_before = houses.map(erased_at);
    a.ask(&["withdraw", &case, "--as", "keller", "--ground", "patient-wish"]);
    for (house, erased_before) in houses.into_iter().zip(erased_before) {
        let shown = wait_for(&format!("the case is withdrawn at {}", house.name()), || {
            house.case(&case).filter(|shown| shown["withdrawn_ms"].is_u64())
        });
        assert!(!shown.to_string().contains(WORD), "{shown}");
        wait_until(&format!("{} finds it no more", house.name()), || !house.finds(WORD, &case));
        for feed in [a.feed(), b.feed()] {
            assert!(!is_handed_on(house, &feed, &network), "{} hands it on no more", house.name());
        }
        assert!(
            erased_at(house) >= erased_before + 2,
            "the keys of case and comment are destroyed at {}",
            house.name()
        );
        assert_eq!(files_that_say(house.directory(), WORD), [] as [&std::path::Path; 0]);
    }

    c.stop();
    c.serve();
    assert!(c.case(&case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()), "and stays so");
    assert!(!c.finds(WORD, &case));
    houses.iter().for_each(|house| house.assert_sound());
}
