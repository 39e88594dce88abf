//! What is withdrawn is gone everywhere: no page shows it, no search finds it, no peer hands it on, and no key opens anything
//! of it, in whatever moment a node dies.

use std::fs;

use crate::{
    canaries::Canaries,
    files::{files_in, files_that_say},
    founding::Network,
    house::House,
    unsealed::Unsealed,
    visitor::Visitor,
    waiting::{wait_for, wait_until},
};

/// A word that stands nowhere by chance.
const WORD: &str = "xylofluorosis";
/// One of a case that stays.
const STAYING: &str = "quokkapox";

const SHIN: &[u8] = include_bytes!("../../node/demo/pictures/tibia.jpg");

/// Whether a feed as a house hands it on holds the word.
fn is_handed_on(house: &House, feed: &str, network: &Network) -> bool {
    let file = network.directory().join("handed-on");
    house.export(feed, &file);
    let is_said = !files_that_say(&file, WORD).is_empty();
    fs::remove_file(&file).unwrap();
    is_said
}

/// Sealed parts in a house's journals whose keys are destroyed.
fn erased_at(house: &House) -> u64 {
    house.ask(&["store", "check"])["erased"].as_u64().unwrap()
}

/// Whether something of the kept things holds one of the canaries.
fn is_in(kept: &[Vec<u8>], canaries: &Canaries) -> bool {
    kept.iter().any(|thing| !canaries.found_in(thing).is_empty())
}

/// What a house keeps once a node that was just started has had its index forget. The node rests then.
fn kept_once_forgotten(house: &House) -> Unsealed {
    let said_before = house.said().len();
    house.serve();
    wait_until(&format!("the index of {} holds nothing erased", house.name()), || {
        house.said()[said_before..].contains("Nothing that was erased is in the search index.")
    });
    house.stop();
    Unsealed::of(house)
}

/// The case is told everywhere, with the pictures where they belong. Returns what A keeps of pictures: the clean one and its
/// preview.
fn assert_kept_everywhere(houses: [&House; 3]) -> Vec<Canaries> {
    houses.iter().for_each(|house| house.stop());
    let kept = houses.map(Unsealed::of);
    let pictures: Vec<Canaries> = kept[0].pictures.iter().map(|picture| Canaries::pieces(picture)).collect();
    assert!(pictures.len() == 2 && pictures.iter().all(|pieces| pieces.count() > 0));
    for (house, kept) in houses.iter().zip(&kept) {
        let held = pictures.iter().filter(|picture| is_in(&kept.pictures, picture)).count();
        // C has opened no picture, so it holds the preview alone.
        assert_eq!(held, if house.name() == houses[2].name() { 1 } else { 2 }, "pictures at {}", house.name());
        for word in [WORD, STAYING] {
            let word = Canaries::word(word);
            assert!(is_in(&kept.feeds, &word) && is_in(&kept.index, &word), "{} keeps the words", house.name());
        }
    }
    houses.iter().for_each(|house| house.serve());
    pictures
}

/// With all its keys a house finds nothing of the case any more, and all of the other.
fn assert_gone(house: &House, kept: &Unsealed, pictures: &[Canaries]) {
    let (word, staying) = (Canaries::word(WORD), Canaries::word(STAYING));
    assert!(is_in(&kept.feeds, &staying) && is_in(&kept.index, &staying), "{} keeps the other case", house.name());
    let places = [
        ("its journals", [kept.feeds.as_slice(), &kept.house].concat()),
        ("its index", kept.index.clone()),
        ("its pictures", kept.pictures.clone()),
        ("its files as they lie", kept.files.clone()),
    ];
    for (place, things) in places {
        assert!(!is_in(&things, &word), "{WORD} stands in {place} at {}", house.name());
        assert!(
            !pictures.iter().any(|picture| is_in(&things, picture)),
            "a picture lies in {place} at {}",
            house.name()
        );
    }
    assert!(kept.pictures.is_empty());
}

#[test]
fn a_withdrawn_case_is_gone_from_every_hospital() {
    let network = Network::with(3, 3, House::lighten);
    let houses @ [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let photograph = network.directory().join("shin.jpg");
    fs::write(&photograph, SHIN).unwrap();
    let case = a.post_with_picture("keller", &format!("Looks like {WORD}"), &photograph);
    let staying = a.post("keller", "To stay", &format!("Of {STAYING}."), "network");
    wait_until("B has the case", || b.case(&case).is_some());
    b.comment("okafor", &case, &format!("Not {WORD}, I think."));
    Visitor::sign_in(b, "okafor").pictures(&case, 1);
    for house in houses {
        wait_until(&format!("{} has cases, comment and preview", house.name()), || {
            house.case(&case).is_some_and(|shown| shown["comments"][0].is_object())
                && house.finds(WORD, &case)
                && house.finds(STAYING, &staying)
                && !files_in(&house.network_directory("blobs/objects")).is_empty()
        });
        assert!(is_handed_on(house, &a.feed(), &network), "{} hands the case on", house.name());
        assert!(is_handed_on(house, &b.feed(), &network), "{} hands the comment on", house.name());
    }
    let pictures = assert_kept_everywhere(houses);
    network.wait_until_connected();

    let erased_before = houses.map(erased_at);
    a.ask(&["withdraw", &case, "--as", "keller", "--ground", "patient-wish"]);
    for (house, erased_before) in houses.into_iter().zip(erased_before) {
        let shown = wait_for(&format!("the case is withdrawn at {}", house.name()), || {
            house.case(&case).filter(|shown| shown["withdrawn_ms"].is_u64())
        });
        assert!(!shown.to_string().contains(WORD), "{shown}");
        if house.name() == b.name() {
            // It dies before its index has heard of it, or while it hears.
            house.kill();
            house.serve();
            assert!(house.case(&case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()), "and stays so");
        }
        wait_until(&format!("{} finds it no more", house.name()), || !house.finds(WORD, &case));
        for feed in [a.feed(), b.feed()] {
            assert!(!is_handed_on(house, &feed, &network), "{} hands it on no more", house.name());
        }
        assert!(
            erased_at(house) >= erased_before + 2,
            "the keys of case and comment are destroyed at {}",
            house.name()
        );
    }

    houses.iter().for_each(|house| house.stop());
    for house in houses {
        assert_gone(house, &kept_once_forgotten(house), &pictures);
        assert!(!house.said().contains(WORD), "nor is it in the log");
    }
    houses.iter().for_each(|house| house.serve());
    assert!(c.case(&case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()), "and stays so");
    assert!(!c.finds(WORD, &case));
    houses.iter().for_each(|house| house.assert_sound());
}
