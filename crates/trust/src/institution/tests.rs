//! Whose word counts where it stands, and where this software stops understanding a feed.

use protocol::{
    CaseId, CaseNumber, EntryId, Kind,
    codec::{Bytes, Text},
    payload::control::{
        Attestation, EndOfFeed, EndReason, EpochStart, KeyRotation, NodeKey, NodeKeys, Place, Profession, Revocation,
        RevocationReason, Scope,
    },
};

use super::*;
use crate::samples::{Author, key};

const CASE: CaseId = CaseId { institution: protocol::FeedId([2; 32]), number: CaseNumber([3; 16]) };
const UNTIL_MS: u64 = 10_000;

fn attestation(person: u8) -> Attestation {
    Attestation {
        clinician: key(person).clinician(),
        profession: Profession::Physician,
        specialties: vec![3_880],
        scope: Scope::FULL,
        until_ms: UNTIL_MS,
        pseudonym_in: None,
    }
}

fn revocation(of: &Place, since: Option<&Place>) -> Payload {
    let reason = RevocationReason::LeftInstitution;
    Payload::Revocation(Revocation { attestation: of.entry, reason, since: since.cloned() })
}

fn nothing() -> Payload {
    Payload::NodeKeys(NodeKeys { keys: Vec::new() })
}

fn comment(person: u8, seq: u64) -> Question {
    Question { author: key(person).clinician(), kind: Kind::Comment, case: CASE, seq, time_ms: 1_000 }
}

fn standings(institution: &Institution, person: u8, to: u64) -> Vec<Standing> {
    (0..=to).map(|seq| institution.judge(&comment(person, seq)).standing).collect()
}

#[test]
fn the_order_in_the_feed_decides_whose_word_counts() {
    use Standing::{Revoked, Unknown, Verified};
    let (mut author, mut institution) = Author::founded();
    author.tell(&mut institution, &nothing());
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    author.tell(&mut institution, &nothing());
    author.tell(&mut institution, &revocation(&attested, None));
    assert_eq!(standings(&institution, 30, 5), [Unknown, Unknown, Unknown, Verified, Verified, Revoked]);
    assert_eq!(standings(&institution, 31, 5), [Unknown; 6], "nobody attested this person");
    assert_eq!(institution.judge(&comment(30, 3)).attestation, Some(attested.entry));
    let again = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let word = institution.judge(&comment(30, 6));
    assert_eq!((word.standing, word.attestation), (Verified, Some(again.entry)), "who comes back is heard again");
    assert_eq!(institution.judge(&comment(30, 5)).standing, Revoked, "and what was said in between stays as it was");
}

#[test]
fn an_attestation_lapses_by_the_time_of_the_entry() {
    let (mut author, mut institution) = Author::founded();
    author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let at = |time_ms| institution.judge(&Question { time_ms, ..comment(30, 2) }).standing;
    assert_eq!((at(0), at(UNTIL_MS), at(UNTIL_MS + 1)), (Standing::Verified, Standing::Verified, Standing::Lapsed));
}

#[test]
fn a_revocation_with_since_disputes_what_was_said_before_it() {
    use Standing::{Disputed, Revoked, Unknown, Verified};
    let (mut author, mut institution) = Author::founded();
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    author.tell(&mut institution, &nothing());
    let since = author.tell(&mut institution, &nothing());
    author.tell(&mut institution, &revocation(&attested, Some(&since)));
    assert_eq!(standings(&institution, 30, 5), [Unknown, Unknown, Verified, Disputed, Disputed, Revoked]);
    let link = [2, 4, 5].map(|seq| institution.standing_of(&attested.entry, seq, 0));
    assert_eq!(
        link,
        [Some(Verified), Some(Disputed), Some(Revoked)],
        "the attestation itself stands as what rests on it"
    );
}

#[test]
fn a_revocation_of_what_was_never_attested_here_says_nothing() {
    let (mut author, mut institution) = Author::founded();
    author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let before = institution.clone();
    author.tell(&mut institution, &revocation(&Place { epoch: 0, seq: 1, entry: EntryId([9; 32]) }, None));
    assert_eq!(institution, before);
}

#[test]
fn what_a_thief_of_the_signing_key_attested_counts_neither_then_nor_later() {
    let (mut author, mut institution) = Author::founded();
    let honest = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let stolen = author.tell(&mut institution, &Payload::Attestation(attestation(31)));
    assert_eq!(institution.judge(&comment(31, 3)).standing, Standing::Verified, "nobody knows yet");
    let rotation = KeyRotation { signing: Some(key(21).public()), root: None, since: Some(stolen.clone()) };
    author.tell(&mut institution, &Payload::KeyRotation(rotation));
    author.signing = (2, 21);
    use Standing::{Disputed, Unknown, Verified};
    assert_eq!(standings(&institution, 31, 5), [Unknown, Unknown, Unknown, Disputed, Disputed, Disputed]);
    assert_eq!(standings(&institution, 30, 5), [Unknown, Unknown, Disputed, Disputed, Verified, Verified]);
    assert_eq!(institution.judge(&comment(30, 5)).attestation, Some(honest.entry));
    let links = [&honest, &stolen].map(|of| institution.standing_of(&of.entry, 5, 0));
    assert_eq!(links, [Some(Verified), Some(Disputed)], "and so stands what was attested itself");
    author.tell(&mut institution, &Payload::Attestation(attestation(31)));
    assert_eq!(institution.judge(&comment(31, 5)).standing, Verified, "the house itself may vouch for the same person");
}

#[test]
fn what_a_thief_of_the_signing_key_revoked_is_not_revoked() {
    use Standing::{Disputed, Unknown, Verified};
    let (mut author, mut institution) = Author::founded();
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let theft = author.tell(&mut institution, &revocation(&attested, Some(&attested)));
    assert_eq!(institution.judge(&comment(30, 3)).standing, Standing::Revoked, "nobody knows yet");
    assert!(institution.is_revoked(&attested.entry));
    let rotation = KeyRotation { signing: Some(key(21).public()), root: None, since: Some(theft) };
    author.tell(&mut institution, &Payload::KeyRotation(rotation));
    author.signing = (2, 21);
    assert_eq!(standings(&institution, 30, 5), [Unknown, Unknown, Disputed, Disputed, Verified, Verified]);
    assert!(!institution.is_revoked(&attested.entry));
    author.tell(&mut institution, &revocation(&attested, None));
    assert_eq!(institution.judge(&comment(30, 5)).standing, Standing::Revoked, "the house itself may revoke it");
}

#[test]
fn what_the_root_key_revokes_in_a_disputed_stretch_is_revoked() {
    let (mut author, mut institution) = Author::founded();
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let reason = RevocationReason::KeyStolen;
    let revocations = vec![Revocation { attestation: attested.entry, reason, since: None }];
    let start = EpochStart { signing: key(21).public(), withdrawals: Vec::new(), revocations, certificate: None };
    author.tell(&mut institution, &Payload::EpochStart(start));
    let rotation = KeyRotation { signing: Some(key(22).public()), root: None, since: Some(attested) };
    author.tell(&mut institution, &Payload::KeyRotation(rotation));
    assert_eq!(institution.judge(&comment(30, 4)).standing, Standing::Revoked);
}

#[test]
fn a_pseudonym_speaks_in_its_case_only() {
    let (mut author, mut institution) = Author::founded();
    let scope = Scope { stars: false, ..Scope::FULL };
    let pseudonym = Attestation { pseudonym_in: Some(CASE), scope, ..attestation(30) };
    author.tell(&mut institution, &Payload::Attestation(pseudonym));
    let elsewhere = CaseId { number: CaseNumber([9; 16]), ..CASE };
    assert_eq!(institution.judge(&comment(30, 2)).standing, Standing::Verified);
    assert_eq!(institution.judge(&Question { case: elsewhere, ..comment(30, 2) }).standing, Standing::Unknown);
    assert_eq!(institution.judge(&Question { kind: Kind::Star, ..comment(30, 2) }).standing, Standing::Unknown);
}

#[test]
fn a_word_outside_of_the_scope_is_nobodys() {
    let none = Scope { cases: false, comments: false, stars: false, consults: false };
    let table = [
        (Scope { cases: true, ..none }, vec![Kind::Case, Kind::CaseRevision, Kind::Outcome]),
        (Scope { comments: true, ..none }, vec![Kind::Comment, Kind::CommentRevision]),
        (Scope { stars: true, ..none }, vec![Kind::Star]),
        (none, vec![]),
    ];
    for (scope, allowed) in table {
        let (mut author, mut institution) = Author::founded();
        author.tell(&mut institution, &Payload::Attestation(Attestation { scope, ..attestation(30) }));
        for kind in Kind::ALL.iter().copied().chain([Kind::Other(0x10E)]) {
            let expected = if allowed.contains(&kind) { Standing::Verified } else { Standing::Unknown };
            assert_eq!(institution.judge(&Question { kind, ..comment(30, 2) }).standing, expected, "{kind:?}");
        }
    }
}

#[test]
fn an_unknown_control_kind_stops_the_feed_for_good() {
    use Standing::{Pending, Unknown};
    let (mut author, mut institution) = Author::founded();
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    author.tell(&mut institution, &Payload::Unknown(Kind::Other(0x2FE), Bytes(vec![0xa0])));
    assert_eq!(institution.stop(), Some(Stop { seq: 2 }));
    let stopped = institution.clone();
    author.tell(&mut institution, &revocation(&attested, None));
    author.tell(&mut institution, &Payload::Attestation(attestation(31)));
    assert_eq!(institution, stopped, "what follows is not applied");
    assert_eq!(standings(&institution, 30, 4), [Unknown, Unknown, Pending, Pending, Pending]);
    assert_eq!(institution.judge(&comment(31, 5)).standing, Pending, "nor is anybody called unknown who may be known");
}

#[test]
fn unknown_content_stops_nothing_and_control_without_its_payload_does() {
    let (mut author, mut institution) = Author::founded();
    author.tell(&mut institution, &Payload::Unknown(Kind::Other(0x300), Bytes(vec![0xa0])));
    assert_eq!(institution.stop(), None);
    let (entry, _) = author.write(&Payload::Attestation(attestation(30)));
    institution.apply(&entry, None);
    assert_eq!(institution.stop(), Some(Stop { seq: 2 }));
}

#[test]
fn an_entry_of_a_later_version_stops_the_feed_whatever_its_kind() {
    use Standing::{Pending, Unknown, Verified};
    let (mut author, mut institution) = Author::founded();
    author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    author.tell(&mut institution, &Payload::Unknown(Kind::Other(0x300), Bytes(vec![0xa0])));
    let (entry, salted) = author.of_version(2, &Payload::Unknown(Kind::Other(0x300), Bytes(vec![0xa0])));
    institution.apply(&entry, Some(&salted));
    assert_eq!(institution.stop(), Some(Stop { seq: 3 }));
    assert_eq!(standings(&institution, 30, 4), [Unknown, Unknown, Verified, Pending, Pending]);
}

#[test]
fn the_newest_node_keys_replace_all_before() {
    let (mut author, mut institution) = Author::founded();
    let node = |seed| NodeKey {
        transport: key(seed).public(),
        addresses: vec![Text::from("/ip4/10.0.0.1/tcp/4001")],
        proof: None,
    };
    author.tell(&mut institution, &Payload::NodeKeys(NodeKeys { keys: vec![node(40), node(41)] }));
    author.tell(&mut institution, &Payload::NodeKeys(NodeKeys { keys: vec![node(42)] }));
    assert!(institution.has_transport(&key(42).public()));
    assert!(!institution.has_transport(&key(40).public()));
}

#[test]
fn an_epoch_start_names_the_next_signing_key_and_repeats_revocations() {
    let (mut author, mut institution) = Author::founded();
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let Payload::Revocation(repeated) = revocation(&attested, None) else { panic!("it is one") };
    let start =
        EpochStart { signing: key(21).public(), withdrawals: vec![], revocations: vec![repeated], certificate: None };
    author.tell(&mut institution, &Payload::EpochStart(start));
    assert_eq!(institution.keys().signing(), (2, key(21).public()));
    assert_eq!(institution.judge(&comment(30, 3)).standing, Standing::Revoked);
}

#[test]
fn a_feed_says_that_it_ends_and_why() {
    let (mut author, mut institution) = Author::founded();
    assert_eq!((institution.name(), institution.country()), ("House", "CH"));
    assert_eq!(institution.ended(), None);
    let end = EndOfFeed { reason: EndReason::Merged, successor: Some(protocol::FeedId([5; 32])) };
    author.tell(&mut institution, &Payload::EndOfFeed(end.clone()));
    assert_eq!(institution.ended(), Some(&end));
}

#[test]
fn what_was_said_before_the_place_to_judge_again_from_counts_as_it_did() {
    let (mut author, mut institution) = Author::founded();
    let attested = author.tell(&mut institution, &Payload::Attestation(attestation(30)));
    let words = (0..4).map(|_| author.tell(&mut institution, &nothing())).collect::<Vec<_>>();
    let theft = author.tell(&mut institution, &revocation(&attested, Some(&words[0])));
    let start = EpochStart {
        signing: key(22).public(),
        withdrawals: Vec::new(),
        revocations: vec![Revocation {
            attestation: attested.entry,
            reason: RevocationReason::KeyStolen,
            since: Some(words[2].clone()),
        }],
        certificate: None,
    };
    let rotation = |since| Payload::KeyRotation(KeyRotation { signing: Some(key(21).public()), root: None, since });
    for said in [
        nothing(),
        revocation(&attested, None),
        revocation(&attested, Some(&words[1])),
        rotation(None),
        rotation(Some(theft)),
        Payload::EpochStart(start),
    ] {
        let (mut author, mut after) = (author.clone(), institution.clone());
        let place = author.tell(&mut after, &said);
        let stays = judged_again_from(&said).unwrap_or(place.seq);
        let before = |institution: &Institution| standings(institution, 30, stays.saturating_sub(1));
        assert_eq!(before(&after), before(&institution), "{said:?}");
    }
}
