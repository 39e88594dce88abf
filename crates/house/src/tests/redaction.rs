//! Nothing secret prints, and nothing that a person wrote or is called stands in the clear.

use super::*;
use crate::{TokenSecret, custody::KeySeed, token};

fn busy_office() -> Office {
    let mut office = Office::new();
    let ada = office.clinician("canary-ada");
    let number = office.written(&ada, AudienceChoice::House);
    office.publish(&ada, number).unwrap();
    let other = office.written(&ada, AudienceChoice::Network);
    office.publish(&ada, other).unwrap();
    office.written(&ada, AudienceChoice::Named);
    office.invite("canary-bob", &[Role::Moderator]);
    let (secret, until_ms) = (TokenSecret::new(office.draw()), office.now_ms + 1_000);
    let label = Text::from("canary label");
    office.tell(token::Command::Mint { secret, label, scopes: vec![token::Scope::Dicom], until_ms }, &ada).unwrap();
    office
}

fn seeds(office: &Office) -> Vec<[u8; 32]> {
    let seed = |kept: &Kept| match read(&kept.record) {
        Some(HouseEntry::KeyHeld(_, KeySeed { seed })) => Some(*seed.expose()),
        _ => None,
    };
    office.journal.iter().filter_map(seed).collect()
}

#[test]
fn nothing_secret_is_in_debug_output() {
    let office = busy_office();
    let entries: Vec<_> = office.journal.iter().map(|kept| (read(&kept.record), kept.record.clone())).collect();
    let printed = format!("{:?} {entries:?}", office.house).to_lowercase();
    assert!(printed.contains("[redacted]"));
    for word in ["canary", "argon2", "battery"] {
        assert!(!printed.contains(word), "{word} prints");
    }
    for seed in seeds(&office) {
        let digits = format!("{:?}", &seed[..4]);
        assert!(!printed.contains(&hex::encode(&seed[..4])) && !printed.contains(digits.trim_matches(['[', ']'])));
    }
}

#[test]
fn names_texts_hashes_and_seeds_stand_in_the_sealed_part() {
    let office = busy_office();
    let seeds = seeds(&office);
    assert!(!seeds.is_empty());
    let mut sealed_canaries = 0;
    for Kept { record, .. } in &office.journal {
        let holds =
            |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
        for word in [b"canary".as_slice(), b"argon2", b"battery"] {
            assert!(!holds(&record.clear, word), "{record:?}");
        }
        assert!(seeds.iter().all(|seed| !holds(&record.clear, seed)), "{record:?}");
        sealed_canaries += usize::from(record.secret.as_ref().is_some_and(|secret| holds(secret, b"canary")));
    }
    assert!(sealed_canaries >= 8, "the search finds what is there: {sealed_canaries}");
}
