//! A case for one hospital is for that one: the others keep a header that holds its place, and nothing else.

use std::fs;

use crate::{
    files::{bytes_in, files_that_say},
    founding::Network,
    waiting::wait_until,
};

/// A word that stands nowhere by chance.
const SECRET: &str = "xylofluorosis";
/// One that everybody may read.
const KNOWN: &str = "quokkapox";

/// A text that is long enough to be missed: its sealed payload takes 32 KiB.
fn long_text(word: &str) -> String {
    (0..1_400).map(|number| format!("{word} {number:04} ")).collect::<String>().chars().take(19_000).collect()
}

#[test]
fn a_case_for_named_hospitals_leaves_nothing_but_its_header_at_the_others() {
    let network = Network::of(3);
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let held_before = [b, c].map(|house| bytes_in(&house.network_directory("feeds")));
    let secret = a.post("keller", "For B alone", &long_text(SECRET), &b.feed());
    let known = a.post("keller", "For all", &format!("{KNOWN}, and nothing to hide."), "network");

    wait_until("B has the case that is for it", || b.case(&secret).is_some() && b.finds(SECRET, &secret));
    b.comment("okafor", &secret, &format!("Between us: {SECRET} it is."));
    wait_until("A has the answer", || a.case(&secret).unwrap()["comments"][0]["author"]["standing"] == "verified");
    wait_until("C has what was told behind it", || c.case(&known).is_some() && c.finds(KNOWN, &known));
    network.wait_until_all_hold_all();

    assert_eq!(c.case(&secret), None);
    assert!(!c.finds(SECRET, &secret));
    c.ask_in_vain(&["case", "show", &secret]);

    let [grown_at_b, grown_at_c] = [(b, held_before[0]), (c, held_before[1])]
        .map(|(house, before)| bytes_in(&house.network_directory("feeds")) - before);
    assert!(grown_at_b >= 32 * 1_024, "B holds the payload: {grown_at_b} bytes");
    assert!(grown_at_c < 16 * 1_024, "C holds headers and a short case: {grown_at_c} bytes");

    let file = network.directory().join("a-as-c-holds-it");
    c.export(&a.feed(), &file);
    let report = c.ask(&["verify", file.to_str().unwrap()]);
    assert_eq!(report["erased_or_restricted"], 1, "{report}");
    let said_in = |word| files_that_say(network.directory(), word);
    assert!(said_in(KNOWN).contains(&file), "what is exported stands there in clear");
    assert_eq!(said_in(SECRET), [] as [&std::path::Path; 0], "neither exported nor logged nor kept in clear anywhere");
    fs::remove_file(&file).unwrap();
}
