//! Private lists.

use protocol::CaseId;

use super::*;
use crate::list::{Command, Topic};

#[test]
fn saved_cases_are_private_and_saved_once() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let case = |n| CaseId { institution: FeedId([n; 32]), number: CaseNumber([n; 16]) };
    for n in [1, 2, 1] {
        office.tell(Command::Save { case: case(n), is_saved: true }, &ada).unwrap();
    }
    let saved = |office: &Office, actor: &Actor| office.house.lists().saved_by(actor.account().unwrap()).to_vec();
    assert_eq!(saved(&office, &ada), [case(1), case(2)]);
    assert!(saved(&office, &bob).is_empty());
    office.tell(Command::Save { case: case(1), is_saved: false }, &ada).unwrap();
    assert_eq!(saved(&office, &ada), [case(2)]);
    assert_eq!(office.house.outbox().next(), None);
}

#[test]
fn specialties_and_institutions_are_followed() {
    let mut office = Office::new();
    let (_, login) = office.viewer("vera");
    let (vera, _) = office.sign_in(&login, false);
    let topics = [Topic::Specialty(3880), Topic::Institution(FeedId([7; 32]))];
    for topic in &topics {
        office.tell(Command::Follow { topic: topic.clone(), is_followed: true }, &vera).unwrap();
    }
    assert_eq!(office.house.lists().followed_by(vera.account().unwrap()), topics);
    let again = Command::Follow { topic: topics[0].clone(), is_followed: true };
    assert_eq!(office.tell(again, &vera), Ok(vec![]));
}
