//! Somebody guesses. Nothing that leaves a house is the digest of words or pictures alone, and once a case is erased nobody
//! can tell whether a guess of its exact words is right, not even with all that the houses still keep.
//!
//! Digests are made by programs of others. Each search has to find what was planted for it.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    process::{Command, Stdio},
};

use protocol::{Kind, Payload, PayloadHash, Salt, Salted, Unverified, message::Body, payload::content::Summary};

use crate::{
    canaries::Canaries, ground::Ground, house::House, member::Member, strips::strip, unsealed::Unsealed,
    waiting::wait_until,
};

const TITLE: &str = "Target lesions after a walk";
const TEXT: &str = "A ranger of 44 years with a rash for three days, without fever.";

/// Programs that print the digest of what they read.
const DIGESTS: [&str; 5] = ["md5sum", "sha1sum", "sha256sum", "sha512sum", "b2sum"];

/// A case as a member is told it.
struct Told {
    payload_hash: PayloadHash,
    salted: Salted,
    summary: Summary,
}

/// The only case of a house, with everything that the house says.
fn told(ear: &Member, house: &House) -> Told {
    let entries = ear.pull(house, house.feed().parse().unwrap(), house.status()["entries"].as_u64().unwrap());
    let case = entries.into_iter().find_map(|frame| {
        let header = Unverified::parse(frame.entry).ok()?.claimed().clone();
        let Body::Held(salted) = frame.body else { return None };
        match Payload::decode(header.kind, &salted.bytes.0).ok()? {
            Payload::Statement(Kind::Case, statement) => {
                Some(Told { payload_hash: header.payload_hash, salted, summary: statement.body().ok()? })
            }
            _ => None,
        }
    });
    case.expect("the case is told to members")
}

fn digest(program: &str, bytes: &[u8]) -> Vec<u8> {
    let mut summing = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    summing.stdin.take().unwrap().write_all(bytes).unwrap();
    let printed = String::from_utf8(summing.wait_with_output().unwrap().stdout).unwrap();
    hex::decode(printed.split_whitespace().next().unwrap()).unwrap()
}

/// Every digest of some bytes, and ours without a salt or with an empty one, as bytes and in the letters that carry bytes.
fn digests(name: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut made: Vec<(String, Vec<u8>)> =
        DIGESTS.iter().map(|program| ((*program).to_owned(), digest(program, bytes))).collect();
    for tag in ["payload", "blob"] {
        made.push((tag.to_owned(), protocol::hash(tag, &[bytes]).to_vec()));
        made.push((format!("{tag} with no salt"), protocol::hash(tag, &[&[0; size_of::<Salt>()], bytes]).to_vec()));
    }
    let in_every_form = |(of, bytes): (String, Vec<u8>)| {
        let (small, base64) = (hex::encode(&bytes), data_encoding::BASE64_NOPAD.encode(&bytes));
        [("raw", bytes), ("hex", small.into_bytes()), ("base64", base64.into_bytes())]
            .map(|(form, bytes)| (format!("{name}: {of}, {form}"), bytes))
    };
    made.into_iter().flat_map(in_every_form).collect()
}

fn found_in<'c>(canaries: &'c Canaries, things: &[Vec<u8>]) -> BTreeSet<&'c str> {
    things.iter().flat_map(|thing| canaries.found_in(thing)).collect()
}

#[test]
fn no_digest_of_words_or_pictures_alone_leaves_a_house() {
    let ground = Ground::lay(2);
    let [a, _] = ground.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let original = strip(480, 6);
    let photograph = ground.directory().join("strip.tif");
    fs::write(&photograph, &original).unwrap();
    let case = a.post_with_picture("keller", TITLE, &photograph);
    // What must not leave by itself leaves once because somebody says it: so it would be found.
    let planted = hex::encode(digest("sha256sum", &original));
    a.comment("keller", &case, &format!("The file has the digest {planted}."));

    let told = told(&ground.ear, a);
    let picture = &told.summary.pictures[0];
    let [clean, preview] = ground.ear.fetch(a, case.parse().unwrap(), picture);
    let alone = [
        ("the photograph", original.as_slice()),
        ("the clean picture", &clean),
        ("its preview", &preview),
        ("the payload", &told.salted.bytes.0),
        ("the title", TITLE.as_bytes()),
        ("the words", told.summary.body.as_str().as_bytes()),
    ];
    let mut needles: Vec<_> = alone.into_iter().flat_map(|(name, bytes)| digests(name, bytes)).collect();
    needles.push(("the salted name of the picture".to_owned(), picture.blob.0.to_vec()));
    let found_there = [ground.ear.heard_bytes(), vec![clean.clone(), preview.clone()]].concat();
    let canaries = Canaries::of(needles);
    let expected = ["the photograph: sha256sum, hex", "the salted name of the picture"];
    assert_eq!(found_in(&canaries, &found_there), BTreeSet::from(expected));
}

#[test]
fn a_guess_of_the_exact_words_of_an_erased_case_is_neither_right_nor_wrong() {
    let ground = Ground::lay(2);
    let [a, b] = ground.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let case = a.post("keller", TITLE, TEXT, "network");
    wait_until("B has the case", || b.case(&case).is_some());
    let Told { payload_hash, salted, summary } = told(&ground.ear, a);
    let guess = salted.bytes.0;
    assert_eq!(PayloadHash::of(&salted.salt, &guess), payload_hash, "with its salt the guess is right");

    let salts = vec![
        ("of the words".to_owned(), salted.salt.0.to_vec()),
        ("of the pictures".to_owned(), summary.blob_salt.0.to_vec()),
    ];
    let (salts, entry) = (Canaries::of(salts), Canaries::of(vec![("entry".to_owned(), payload_hash.0.to_vec())]));
    let kept = |house: &House| {
        house.stop();
        let kept = Unsealed::of(house);
        house.serve();
        [kept.feeds, kept.house, kept.index, kept.files].concat()
    };
    for house in [a, b] {
        let kept = kept(house);
        assert_eq!((found_in(&salts, &kept).len(), found_in(&entry, &kept).len()), (2, 1), "{} has both", house.name());
    }
    a.ask(&["withdraw", &case, "--as", "keller", "--ground", "patient-wish"]);
    for house in [a, b] {
        wait_until("the case is withdrawn", || house.case(&case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()));
        let kept = kept(house);
        assert_eq!(found_in(&entry, &kept).len(), 1, "{}: the entry stands", house.name());
        assert_eq!(found_in(&salts, &kept), BTreeSet::new(), "{}: its salt does not", house.name());
        let handed_on = ground.directory().join("handed-on");
        house.export(&a.feed(), &handed_on);
        let handed_on = [fs::read(&handed_on).unwrap()];
        assert_eq!(
            (found_in(&entry, &handed_on).len(), found_in(&salts, &handed_on).len()),
            (1, 0),
            "{}",
            house.name()
        );
    }
    // What else a salt could be that somebody tries first.
    let hashes = [[0; size_of::<Salt>()], [0xff; size_of::<Salt>()]].map(|salt| PayloadHash::of(&Salt(salt), &guess));
    assert!(!hashes.contains(&payload_hash));
}
