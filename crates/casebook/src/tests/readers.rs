//! Who may read: audience by reader, and what a peer may be given.

use protocol::{
    Kind,
    payload::{
        content::{Star, Status},
        control::Target,
    },
};
use trust::Standing;

use super::world::{Node, Voice, case_of, comment, header_of, house, summary};
use crate::{
    Access::{Allowed, Refused},
    Origin,
    Reader::{Attested, House, Peer, Viewer},
    WhyNot::{HouseOnly, NotHere, NotInAudience, NotPublic, TakenBack, Withdrawn},
    named_audience, shared_entries,
};

#[test]
fn each_audience_is_read_by_those_it_is_for() {
    let case = case_of(1, 1);
    let named = Voice::sealed(1).open_for(10, case, &[2]);
    let at_home = Voice::at_home(1).open(10, case);
    let network = Voice::of(1).open(10, case);
    let public = Voice::of(1).say(
        Kind::Case,
        10,
        case,
        &protocol::payload::content::Summary { is_public: true, ..summary(None) },
    );
    let readers = [House, Attested, Viewer, Peer(house(2)), Peer(house(4))];
    let matrix = [
        (&at_home, [Allowed, Allowed, Refused(NotPublic), Refused(HouseOnly), Refused(HouseOnly)]),
        (&named, [Allowed, Allowed, Refused(NotPublic), Allowed, Refused(NotInAudience)]),
        (&network, [Allowed, Allowed, Refused(NotPublic), Allowed, Allowed]),
        (&public, [Allowed; 5]),
    ];
    for (record, expected) in matrix {
        let mut node = Node::of(1);
        node.hear(record);
        let found = readers.map(|reader| node.book.may_read(case, reader, &node.rows).unwrap());
        assert_eq!(found, expected, "{:?} {:?}", record.origin, node.open(case).unwrap().reach);
    }
    let mut node = Node::of(2);
    node.hear_as(&public, Standing::Disputed);
    let found = readers.map(|reader| node.book.may_read(case, reader, &node.rows).unwrap());
    assert_eq!(found[2], Refused(NotPublic), "nobody is public on a word that does not count");
    assert_eq!(node.book.may_read(case_of(1, 2), House, &node.rows).unwrap(), Refused(NotHere));
}

#[test]
fn what_hangs_on_a_restricted_case_goes_to_who_is_in_its_audience_now() {
    let (mut a, mut b, case) = (Voice::sealed(1), Voice::sealed(2), case_of(1, 1));
    let opened = a.open_for(10, case, &[2, 3]);
    let said = b.comment(20, case);
    let mut node = Node::of(2);
    let may = |node: &Node, entry, peer| node.book.may_have(entry, house(peer), &node.rows).unwrap();
    node.hear(&said);
    assert_eq!(may(&node, said.id, 1), Refused(NotInAudience), "whose case it is may not be known yet");
    node.hear(&opened);
    assert_eq!([1, 2, 3, 4].map(|peer| may(&node, said.id, peer)), [Allowed, Allowed, Allowed, Refused(NotInAudience)]);
    assert_eq!(shared_entries(case, &node.rows).unwrap().len(), 2);
    assert_eq!(named_audience(case, &node.rows).unwrap(), [house(2), house(3)]);

    node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(Some(&[2, 4]))));
    assert_eq!([3, 4].map(|peer| may(&node, said.id, peer)), [Refused(NotInAudience), Allowed]);
    node.hear(&a.withdraw(Target::Case(case), Some(&[4])));
    assert_eq!(may(&node, said.id, 4), Refused(TakenBack));
    assert_eq!(named_audience(case, &node.rows).unwrap(), [house(2)]);
    assert_eq!(node.book.may_read(case, Peer(house(4)), &node.rows).unwrap(), Refused(TakenBack));
    node.hear(&a.withdraw(Target::Entry(opened.id), Some(&[1])));
    assert_eq!(may(&node, opened.id, 1), Refused(TakenBack));
    node.hear(&a.withdraw(Target::Case(case), None));
    assert_eq!(may(&node, said.id, 1), Refused(Withdrawn));
    assert_eq!(may(&node, super::world::entry_at(9, false, 9), 1), Refused(NotHere));
}

#[test]
fn what_is_for_all_is_kept_from_those_it_was_taken_back_from() {
    let (mut a, case) = (Voice::of(1), case_of(1, 1));
    let opened = a.open(10, case);
    let said = Voice::of(3).comment(20, case);
    let mut node = Node::of(2);
    node.hear_all(&[&opened, &said]);
    let kept = |node: &Node, entry| [3, 4].map(|peer| node.book.is_kept_from(entry, house(peer), &node.rows).unwrap());
    assert_eq!((kept(&node, opened.id), kept(&node, said.id)), ([false; 2], [false; 2]));
    node.hear(&a.withdraw(Target::Case(case), Some(&[4])));
    assert_eq!((kept(&node, opened.id), kept(&node, said.id)), ([false, true], [false, true]));
    let mut odd = Voice::sealed(1).open_for(10, case_of(1, 2), &[3]);
    odd.origin = crate::Origin::Network;
    node.hear(&odd);
    assert_eq!(kept(&node, odd.id), [false, true], "where header and summary disagree, the narrower holds");
}

#[test]
fn whoever_comes_into_an_audience_is_offered_what_was_said_before() {
    let (mut a, mut b, case) = (Voice::sealed(1), Voice::sealed(2), case_of(1, 1));
    let (named, said) = (a.open_for(10, case, &[2]), b.comment(20, case));
    for audience in [Some(&[2, 3][..]), None] {
        let mut node = Node::of(1);
        node.hear_all(&[&named, &said]);
        node.offered.clear();
        let mut wider = a.say(Kind::CaseRevision, 10, case, &summary(audience));
        if audience.is_none() {
            wider.origin = crate::Origin::Network;
        }
        node.hear(&wider);
        assert_eq!(node.offered.len(), 1, "{audience:?}");
        assert_eq!(node.book.may_have(said.id, house(3), &node.rows).unwrap(), Allowed);
    }
    let mut node = Node::of(1);
    node.hear(&Voice::of(1).open(10, case));
    assert!(node.offered.is_empty(), "what was for all from the beginning is looked for by all");
}

#[test]
fn what_was_narrowed_by_a_word_that_does_not_count_stays_narrow() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::sealed(2), case_of(1, 1));
    let opened = a.open(10, case);
    a.origin = Origin::Restricted;
    let narrower = a.say(Kind::CaseRevision, 66, case, &summary(Some(&[2])));
    let said = b.comment(20, case);
    let mut node = Node::of(2);
    node.hear_all(&[&opened, &said]);
    node.hear_as(&narrower, Standing::Disputed);
    assert_eq!(node.open(case).unwrap().current, opened.id, "the newest verified version is shown");
    let may = |node: &Node, entry| [2, 3].map(|peer| node.book.may_have(entry, house(peer), &node.rows).unwrap());
    for entry in [opened.id, narrower.id, said.id] {
        assert_eq!(may(&node, entry), [Allowed, Refused(NotInAudience)]);
    }
    a.origin = Origin::Network;
    node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(None)));
    assert_eq!(may(&node, said.id), [Allowed; 2], "until somebody whose word counts says otherwise");
    node.hear_as(&a.say(Kind::CaseRevision, 66, case, &summary(None)), Standing::Unknown);
    let mut other = Node::of(2);
    other.hear(&b.open_for(20, case_of(2, 1), &[1]));
    b.origin = Origin::Network;
    other.hear_as(&b.say(Kind::CaseRevision, 66, case_of(2, 1), &summary(None)), Standing::Unknown);
    assert_eq!(other.book.may_read(case_of(2, 1), Peer(house(3)), &other.rows).unwrap(), Refused(NotInAudience));
}

#[test]
fn what_was_said_under_a_version_that_is_not_here_yet_goes_to_nobody() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::sealed(2), case_of(1, 1));
    let opened = a.open(10, case);
    a.origin = Origin::Restricted;
    let narrower = a.say(Kind::CaseRevision, 10, case, &summary(Some(&[2, 5])));
    let outcome = a.outcome(10, case, Status::Resolved);
    let said = b.say(Kind::Comment, 20, case, &comment(None, &[narrower.id]));
    let star = b.say(Kind::Star, 20, case, &Star { seen: narrower.id });
    let may = |node: &Node, entry| [3, 5].map(|peer| node.book.may_have(entry, house(peer), &node.rows).unwrap());
    let mut node = Node::of(5);
    node.hear_all(&[&opened, &said, &star, &outcome]);
    for is_header_here in [false, true] {
        for entry in [said.id, star.id, outcome.id] {
            assert_eq!(may(&node, entry), [Refused(NotInAudience); 2], "{is_header_here}");
        }
        node.hear(&header_of(&narrower));
    }
    node.hear(&narrower);
    for entry in [said.id, star.id, outcome.id] {
        assert_eq!(may(&node, entry), [Refused(NotInAudience), Allowed]);
    }
    a.origin = Origin::Network;
    node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(None)));
    assert_eq!(may(&node, said.id), [Allowed; 2]);
}

#[test]
fn the_house_journal_stays_at_home() {
    let (mut home, mut a, case) = (Voice::at_home(1), Voice::of(1), case_of(1, 1));
    let (private, shared) = (home.comment(10, case), a.open(10, case));
    let mut node = Node::of(1);
    node.hear_all(&[&home.open(10, case), &private, &shared]);
    assert_eq!(node.book.may_have(private.id, house(2), &node.rows).unwrap(), Refused(HouseOnly));
    assert_eq!(node.book.may_have(shared.id, house(2), &node.rows).unwrap(), Allowed);
    assert_eq!(shared_entries(case, &node.rows).unwrap(), [shared.id]);
}

#[test]
fn a_house_that_fell_out_of_the_audience_shows_the_case_to_nobody() {
    let (mut a, case) = (Voice::sealed(1), case_of(1, 1));
    let mut node = Node::of(2);
    node.hear(&a.open_for(10, case, &[2]));
    assert_eq!(node.book.may_read(case, Attested, &node.rows).unwrap(), Allowed);
    node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(Some(&[3]))));
    assert_eq!(node.book.may_read(case, Attested, &node.rows).unwrap(), Refused(NotInAudience));
}
