//! What counts: who opens and resolves, who is heard, what stars and answers come to.

use protocol::{
    Kind, Payload,
    codec::{Bytes, encode},
    payload::content::Status,
};
use trust::Standing;

use super::world::{NOW, Node, Voice, case_of, comment, header_of, house, summary};
use crate::{
    Answer, Origin, Said, WhyKept, outcomes_of, pending_in, profile_of, profiles_of,
    row::{Reach, Tally},
    stars_by, versions_of,
};

#[test]
fn a_case_is_opened_answered_starred_and_resolved() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let mut node = Node::of(3);
    let opened = a.open(10, case);
    assert_eq!(node.hear(&opened), Answer::Folded);
    let open = node.open(case).unwrap();
    assert!(open.is_unanswered());
    assert_eq!((open.current, open.reach, open.opened_ms), (opened.id, Reach::Network, NOW));

    node.hear_all(&[&a.comment(10, case), &b.comment(20, case), &b.star(20, case)]);
    let open = node.open(case).unwrap();
    assert_eq!(open.tally, Tally { comments: 2, answers: 1, stars: 1 }, "an own comment is no answer");
    assert!(!open.is_unanswered());

    node.hear_all(&[&a.outcome(11, case, Status::WorkingDiagnosis), &a.outcome(11, case, Status::Resolved)]);
    assert_eq!(node.open(case).unwrap().status, Status::Resolved);
    let history: Vec<_> = outcomes_of(case, &node.rows).unwrap().into_iter().map(|(_, row)| row.status).collect();
    assert_eq!(history, [Status::WorkingDiagnosis, Status::Resolved]);
    assert_eq!(stars_by(super::world::clinician(20), case, &node.rows).unwrap().len(), 1);
}

#[test]
fn only_the_own_institution_opens_revises_and_resolves_a_case() {
    let (mut a, mut thief, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let mut node = Node::of(3);
    let not_theirs = Answer::KeptOnly(WhyKept::NotTheCasesInstitution);
    assert_eq!(node.hear(&thief.open(20, case)), not_theirs);
    assert_eq!(node.open(case), None);
    let opened = a.open(10, case);
    node.hear(&opened);
    assert_eq!(node.hear(&thief.say(Kind::CaseRevision, 20, case, &summary(None))), not_theirs);
    assert_eq!(node.hear(&thief.outcome(20, case, Status::Resolved)), not_theirs);
    let open = node.open(case).unwrap();
    assert_eq!((open.current, open.status), (opened.id, Status::Open));
}

#[test]
fn the_newest_verified_version_is_shown() {
    let (mut a, case) = (Voice::of(1), case_of(1, 1));
    let opened = a.open(10, case);
    let revised = a.say(Kind::CaseRevision, 10, case, &summary(None));
    let disputed = a.say(Kind::CaseRevision, 66, case, &summary(Some(&[6])));
    let mut node = Node::of(2);
    node.hear_as(&disputed, Standing::Disputed);
    assert_eq!(node.open(case).unwrap().current, disputed.id, "there is no other; it is shown as what it is");
    node.hear_all(&[&revised, &opened]);
    let open = node.open(case).unwrap();
    assert_eq!((open.current, open.opener), (revised.id, super::world::clinician(10)));
    node.restand(&disputed, Standing::Verified);
    assert_eq!((node.open(case).unwrap().current, node.open(case).unwrap().reach), (disputed.id, Reach::Named));
    let versions: Vec<_> = versions_of(case, &node.rows).unwrap().into_iter().map(|(key, _)| key.entry).collect();
    assert_eq!(versions, [opened.id, revised.id, disputed.id]);
}

#[test]
fn a_comment_waits_for_its_case() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let mut node = Node::of(3);
    node.hear_all(&[&b.comment(20, case), &b.star(20, case), &a.outcome(10, case, Status::WorkingDiagnosis)]);
    assert_eq!(node.open(case), None);
    assert!(crate::thread(case, &node.rows).unwrap().is_empty());
    node.hear(&a.open(10, case));
    let open = node.open(case).unwrap();
    assert_eq!((open.tally, open.status), (Tally { comments: 1, answers: 1, stars: 1 }, Status::WorkingDiagnosis));
}

#[test]
fn only_verified_people_count_and_count_as_soon_as_they_are() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let mut node = Node::of(3);
    node.hear(&a.open(10, case));
    let (said, star) = (b.comment(20, case), b.star(20, case));
    node.hear_as(&said, Standing::Pending);
    node.hear_as(&star, Standing::Pending);
    assert_eq!(node.open(case).unwrap().tally, Tally::NONE);
    assert_eq!(pending_in(said.feed, &node.rows).unwrap().len(), 2);
    assert_eq!(crate::thread(case, &node.rows).unwrap().len(), 1, "it is shown as what it is");

    node.restand(&said, Standing::Verified);
    node.restand(&star, Standing::Verified);
    assert_eq!(node.open(case).unwrap().tally, Tally { comments: 1, answers: 1, stars: 1 });
    assert!(pending_in(said.feed, &node.rows).unwrap().is_empty());

    node.restand(&said, Standing::Disputed);
    node.restand(&star, Standing::Disputed);
    let open = node.open(case).unwrap();
    assert!(open.tally == Tally::NONE && open.is_unanswered());
    assert_eq!(open.activity_ms, NOW, "what does not count moves nothing");
}

#[test]
fn a_person_stars_once_however_many_houses_they_work_for() {
    let (mut a, mut b, mut c, case) = (Voice::of(1), Voice::of(2), Voice::of(3), case_of(1, 1));
    let mut node = Node::of(1);
    let (first, second, third) = (b.star(20, case), b.star(20, case), c.star(20, case));
    node.hear_all(&[&a.open(10, case), &first, &second, &third, &c.star(30, case)]);
    assert_eq!(node.open(case).unwrap().tally.stars, 2);
    node.hear(&b.withdraw(protocol::payload::control::Target::Entry(first.id), None));
    assert_eq!(node.open(case).unwrap().tally.stars, 2, "the person has starred it twice more");
}

#[test]
fn a_statement_counts_once_in_its_earliest_entry() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let mut node = Node::of(3);
    node.hear(&a.open(10, case));
    let said = b.say_as(Kind::Comment, 20, case, 7, &comment(None, &[]));
    let again = b.say_as(Kind::Comment, 20, case, 7, &comment(None, &[]));
    assert_eq!(node.hear(&again), Answer::Folded, "payloads come newest first");
    assert_eq!(node.hear(&said), Answer::Folded);
    assert_eq!(node.open(case).unwrap().tally.comments, 1);
    assert_eq!(crate::thread(case, &node.rows).unwrap()[0].entry, said.id);
    let third = b.say_as(Kind::Comment, 20, case, 7, &comment(None, &[]));
    assert_eq!(node.hear(&third), Answer::KeptOnly(WhyKept::Repeated));
}

#[test]
fn the_same_random_bytes_of_somebody_else_take_nothing_away() {
    let (mut a, mut b, mut thief, case) = (Voice::of(1), Voice::of(2), Voice::of(4), case_of(1, 1));
    let mut node = Node::of(3);
    node.hear(&a.open(10, case));
    let stolen = thief.say_as(Kind::Comment, 20, case, 7, &comment(None, &[]));
    node.hear_as(&stolen, Standing::Unknown);
    node.hear(&b.say_as(Kind::Comment, 20, case, 7, &comment(None, &[])));
    assert_eq!(node.open(case).unwrap().tally.comments, 1);
}

#[test]
fn who_is_in_no_audience_of_a_restricted_case_is_not_heard() {
    let (mut a, mut b, mut outsider, case) = (Voice::sealed(1), Voice::sealed(2), Voice::of(4), case_of(1, 1));
    let mut node = Node::of(1);
    let (voice, other) = (b.comment(20, case), outsider.comment(40, case));
    node.hear_all(&[&other, &a.open_for(10, case, &[2]), &voice, &outsider.star(40, case)]);
    assert_eq!(node.open(case).unwrap().tally, Tally { comments: 1, answers: 1, stars: 0 });
    assert_eq!(crate::thread(case, &node.rows).unwrap().len(), 1);

    node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(Some(&[2, 4]))));
    assert_eq!(node.open(case).unwrap().tally, Tally { comments: 2, answers: 2, stars: 1 });
    node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(Some(&[4]))));
    assert_eq!(node.open(case).unwrap().tally.comments, 2, "what was said while one was heard stays said");
}

#[test]
fn a_house_case_that_is_shared_counts_only_what_others_see() {
    let (mut home, mut a, case) = (Voice::at_home(1), Voice::of(1), case_of(1, 1));
    let mut node = Node::of(1);
    let private = home.comment(11, case);
    node.hear_all(&[&home.open(10, case), &private, &home.outcome(10, case, Status::Resolved)]);
    let open = node.open(case).unwrap();
    assert_eq!((open.reach, open.status, open.tally.comments), (Reach::House, Status::Resolved, 1));

    let shared = a.open(10, case);
    node.hear(&shared);
    let open = node.open(case).unwrap();
    assert_eq!((open.current, open.reach), (shared.id, Reach::Network));
    assert_eq!((open.status, open.tally.comments), (Status::Open, 0));
    let mut other = Node::of(2);
    other.hear(&shared);
    assert_eq!(node.digest(case), other.digest(case));
    assert_eq!(crate::thread(case, &node.rows).unwrap()[0].entry, private.id, "the house still sees what it said");
}

#[test]
fn a_clock_that_runs_ahead_does_not_hold_a_case_on_top() {
    let (mut a, case) = (Voice::of(1), case_of(1, 1));
    a.time_ms = u64::MAX - 1_000_000;
    let mut node = Node::of(2);
    node.hear(&a.open(10, case));
    assert_eq!(node.open(case).unwrap().activity_ms, NOW + 3_600_000, "when it came here");
}

#[test]
fn the_newest_profile_of_the_own_institution_names_a_person() {
    let (mut a, mut b) = (Voice::of(1), Voice::of(2));
    let mut node = Node::of(3);
    let (old, new, foreign) = (a.name(10), a.name(10), b.name(10));
    node.hear_all(&[&new, &foreign, &old]);
    let person = super::world::clinician(10);
    assert_eq!(profile_of(person, new.feed, &node.rows).unwrap(), Some(new.id));
    assert_eq!(profiles_of(person, new.feed, &node.rows).unwrap(), [old.id, new.id]);
}

#[test]
fn what_is_not_understood_is_kept_and_says_nothing() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let mut node = Node::of(3);
    node.hear(&a.open(10, case));
    let newer = b.say(Kind::Other(0x10E), 20, case, &comment(None, &[]));
    assert_eq!(node.hear(&newer), Answer::KeptOnly(WhyKept::UnknownKind));
    let mut broken = b.comment(20, case);
    if let Said::Statement(_, statement) = &mut broken.said {
        statement.body = Bytes(vec![0xa0]);
    }
    assert_eq!(node.hear(&broken), Answer::KeptOnly(WhyKept::Malformed));
    assert_eq!(node.open(case).unwrap().tally, Tally::NONE);
}

#[test]
fn what_is_control_is_never_taken_for_something_that_can_be_withdrawn() {
    let unknown = |code| Payload::Unknown(Kind::from_code(code), Bytes(vec![0xa0]));
    assert_eq!(Said::of(unknown(0x10E), house(1)), Some(Said::Absent));
    for control in [0x30, 0x99, 0x210] {
        assert_eq!(Said::of(unknown(control), house(1)), None);
    }
    let (mut b, case) = (Voice::of(2), case_of(1, 1));
    let Said::Statement(_, statement) = b.comment(20, case).said else { unreachable!("a comment is a statement") };
    let statement = Bytes(encode(&statement));
    assert_eq!(Said::of(Payload::Unknown(Kind::from_code(0x210), statement), house(2)), None, "whatever its form");
}

#[test]
fn a_header_waits_for_its_payload() {
    let (mut a, case) = (Voice::of(1), case_of(1, 1));
    let opened = a.open(10, case);
    let mut node = Node::of(2);
    assert_eq!(node.hear(&header_of(&opened)), Answer::Folded);
    assert_eq!(node.hear(&header_of(&opened)), Answer::Duplicate);
    assert_eq!(node.hear(&opened), Answer::Folded);
    assert_eq!(node.hear(&header_of(&opened)), Answer::Duplicate);
    assert_eq!(node.hear(&opened), Answer::Duplicate);
    assert_eq!(node.open(case).unwrap().current, opened.id);
    assert_eq!(opened.origin, Origin::Network);
}
