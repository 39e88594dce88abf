//! A feed in a file is checked down to the charter, and every change of it is noticed.

use std::{fs, process::Command};

use crate::{
    chance::{Chance, times},
    founding::Network,
    house::PROGRAM,
};

#[test]
fn an_exported_feed_is_verified_and_no_flipped_bit_gets_through() {
    let flips = times("CONSILIUM_FLIPS", 200);
    let mut chance = Chance::of("no_flipped_bit");
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    for number in 0..5 {
        a.post("keller", &format!("Case {number}"), "Words that were signed.", "network");
    }
    network.wait_until_all_hold_all();
    let (own, foreign) = (network.directory().join("own"), network.directory().join("foreign"));
    a.export(&a.feed(), &own);
    b.export(&a.feed(), &foreign);
    assert!(fs::read(&own).unwrap() == fs::read(&foreign).unwrap(), "the feed is the same wherever it is held");

    let report = a.ask(&["verify", own.to_str().unwrap()]);
    assert_eq!((&report["institution"], &report["is_expelled"]), (&"Hospital A".into(), &false.into()), "{report}");
    assert_eq!(report["words"], serde_json::json!({ "verified": 5 }), "{report}");
    assert_eq!((&report["entries"], &report["erased_or_restricted"]), (&a.status()["entries"], &0.into()), "{report}");
    assert_eq!(report["attestations"], 1, "{report}");

    let sound = fs::read(&own).unwrap();
    let changed = network.directory().join("changed");
    for _ in 0..flips {
        let (at, bit) = (chance.below(sound.len()), chance.below(8));
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << bit;
        fs::write(&changed, &bytes).unwrap();
        let network = report["network"].as_str().unwrap();
        let output = Command::new(PROGRAM).args(["verify", "--network", network]).arg(&changed).output().unwrap();
        assert!(!output.status.success(), "bit {bit} of byte {at} of {} was flipped", sound.len());
    }
}
