//! What people say, under whose key, and who may take it back.

use protocol::{
    Audience, CaseId, Context, EntryId, Kind, Payload, Statement, StatementId,
    payload::content::{Comment, CommentRevision, Outcome, Star, Status},
};

use super::*;
use crate::speech::Words;

fn comment(text: &str) -> Words {
    Words::Comment(Comment { text: Text::from(text), replies_to: None, seen: vec![], picture: None, region: None })
}

fn star() -> Words {
    Words::Star(Star { seen: EntryId([5; 32]) })
}

impl Office {
    fn say(&mut self, actor: &Actor, number: CaseNumber, words: Words) -> Result<Vec<HouseEntry>, Refusal> {
        let case = CaseId { institution: PLACE.institution, number };
        self.tell(speech::Command::Say { case, words, audience: Audience::Network, place: PLACE }, actor)
    }

    fn house_case(&mut self, actor: &Actor) -> CaseNumber {
        let number = self.written(actor, AudienceChoice::House);
        self.publish(actor, number).unwrap();
        number
    }
}

fn said(entries: &[HouseEntry]) -> &Statement {
    let [HouseEntry::HouseStated(_, said), ..] = entries else { panic!("a statement: {entries:?}") };
    &said.statement
}

#[test]
fn a_word_is_signed_with_the_key_of_its_author_in_its_context() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let number = office.house_case(&ada);
    let entries = office.say(&bob, number, comment("canary: agreed")).unwrap();
    let statement = said(&entries);
    let context = Context { network: PLACE.network, feed: PLACE.institution, kind: Kind::Comment };
    assert_eq!(statement.verify(&context), Ok(()));
    assert_eq!(Some(statement.author), office.house.custody().clinician_of(bob.account().unwrap()));
    assert_eq!(office.house.custody().owner_of(statement.author), bob.account());
}

#[test]
fn words_about_a_case_of_the_house_stay_in_the_house_and_others_go_to_the_outbox() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.house_case(&ada);
    office.say(&ada, number, comment("here")).unwrap();
    assert_eq!(office.house.outbox().next(), None);
    let case = CaseId { institution: FeedId([9; 32]), number };
    let command = speech::Command::Say { case, words: comment("there"), audience: Audience::Restricted, place: PLACE };
    office.tell(command, &ada).unwrap();
    let unsent = office.house.outbox().next().unwrap();
    assert_eq!((unsent.audience, unsent.account), (Audience::Restricted, ada.account()));
    assert!(matches!(unsent.payload(), Ok(Payload::Statement(Kind::Comment, _))));
}

#[test]
fn a_case_is_resolved_by_who_opened_it_and_a_comment_revised_by_who_made_it() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let number = office.house_case(&ada);
    let outcome = || {
        let text = Text::from("better");
        Words::Outcome(Outcome { status: Status::Resolved, diagnosis: None, certainty: None, text })
    };
    let refusal = office.say(&bob, number, outcome()).unwrap_err();
    assert_eq!(refusal.to_string(), "case is revised and resolved by the person who opened it");
    office.say(&ada, number, outcome()).unwrap();

    let comment = said(&office.say(&bob, number, comment("first")).unwrap()).id;
    let revision = |comment| Words::CommentRevision(CommentRevision { comment, text: Text::from("second") });
    assert_eq!(office.say(&ada, number, revision(comment)), Err(Refusal::NotFound("comment")));
    assert_eq!(office.say(&bob, number, revision(StatementId([0; 16]))), Err(Refusal::NotFound("comment")));
    office.say(&bob, number, revision(comment)).unwrap();
}

#[test]
fn a_star_counts_once_for_each_person() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let number = office.house_case(&ada);
    assert!(!office.say(&ada, number, star()).unwrap().is_empty());
    assert_eq!(office.say(&ada, number, star()), Ok(vec![]));
    assert!(!office.say(&bob, number, star()).unwrap().is_empty());
}

#[test]
fn publishing_and_withdrawing_ask_for_a_fresh_password_and_commenting_does_not() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.written(&ada, AudienceChoice::House);
    office.now_ms += 5 * MINUTE;
    office.publish(&ada, number).unwrap();
    office.now_ms += 1;
    let stale = Err(Refusal::StepUp { limit_s: 300 });
    let next = office.written(&ada, AudienceChoice::House);
    assert_eq!(office.publish(&ada, next), stale);
    assert_eq!(office.withdraw(&ada, number), stale);
    assert!(office.say(&ada, number, comment("later")).is_ok());
}

#[test]
fn a_case_is_withdrawn_by_its_author_or_by_those_who_answer_for_the_house() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    office.staff("dora", &[Role::DataProtectionOfficer]);
    let (dora, _) = office.sign_in("dora", false);
    let (one, other) = (office.house_case(&ada), office.house_case(&ada));
    assert!(matches!(office.withdraw(&bob, one), Err(Refusal::NotAllowed { .. })));
    office.withdraw(&ada, one).unwrap();
    office.withdraw(&dora, other).unwrap();
    assert_eq!(office.house.house_cases().iter().count(), 0);
    assert_eq!(office.say(&bob, one, comment("too late")), Err(Refusal::NotFound("case")));
    assert_eq!(office.house.outbox().next(), None, "also what comes too late stays in the house");
}

#[test]
fn a_withdrawn_word_leaves_the_case() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let case = office.house_case(&ada);
    let statement = Some(said(&office.say(&bob, case, comment("wrong")).unwrap()).id);
    let withdraw = || house_case::Withdraw { case, statement, ground: Ground::AuthorWish };
    assert!(matches!(office.tell(withdraw(), &ada), Err(Refusal::NotAllowed { .. })));
    office.tell(withdraw(), &bob).unwrap();
    assert_eq!(office.house.house_cases().get(case).unwrap().statements.len(), 1);
    assert_eq!(office.tell(withdraw(), &bob), Err(Refusal::NotFound("statement")));
}

#[test]
fn nobody_speaks_without_a_key_in_custody() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.house_case(&ada);
    office.staff("new", &[]);
    let (new, _) = office.sign_in("new", true);
    let refusal = office.say(&new, number, comment("hello")).unwrap_err();
    assert_eq!(refusal.to_string(), "account has no signing key yet");
}

#[test]
fn a_key_is_drawn_once_and_the_words_of_a_replaced_key_stay_the_persons_own() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let account = ada.account().unwrap();
    let first = office.house.custody().clinician_of(account).unwrap();
    let hold = |is_replacement| custody::HoldKey { account, is_replacement };
    assert_eq!(office.tell(hold(false), &Actor::System), Ok(vec![]));
    office.tell(hold(true), &Actor::System).unwrap();
    let second = office.house.custody().clinician_of(account).unwrap();
    assert_ne!(first, second);
    assert_eq!(office.house.custody().key_of(account).unwrap().clinician(), second);
    let custody = |office: &Office| office.replayed_after_erasure().custody().owner_of(first);
    assert_eq!(custody(&office), Some(account));
    assert!(matches!(office.tell(hold(true), &ada), Err(Refusal::NotAllowed { .. })), "keys are drawn by attesters");
}
