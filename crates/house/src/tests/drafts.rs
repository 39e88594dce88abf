//! Drafts: whose they are, and what becomes of them.

use protocol::{
    BlobId, ClinicianId, Payload, Salt,
    payload::{
        content::{MediaType, Picture},
        manifest::Manifest,
    },
};

use super::*;

#[test]
fn a_draft_survives_a_restart_and_is_seen_by_its_author_alone() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let bob = office.clinician("bob");
    let number = office.written(&ada, AudienceChoice::House);
    let (ada_id, bob_id) = (ada.account().unwrap(), bob.account().unwrap());
    let restarted = office.replayed();
    let draft = restarted.drafts().get(ada_id, number).unwrap();
    assert_eq!(draft.content.summary.title.as_str(), "canary title");
    assert_eq!(restarted.drafts().of(ada_id).len(), 1);
    assert!(restarted.drafts().of(bob_id).is_empty());
    let missing = Refusal::NotFound("draft");
    assert_eq!(restarted.drafts().get(bob_id, number), Err(missing.clone()));
    let content = draft.content.clone();
    assert_eq!(office.save(&bob, number, content), Err(missing.clone()));
    assert_eq!(office.tell(draft::Command::Discard(number), &bob), Err(missing.clone()));
    assert_eq!(office.publish(&bob, number), Err(missing));
}

fn picture(number: u8) -> Picture {
    let reviewer = ClinicianId([number; 32]);
    let manifest = Manifest {
        reviewer,
        finders: vec![],
        covers: vec![],
        dismissed: vec![],
        removed: vec![],
        answered: vec![],
        looked_for: vec![],
        methods: vec![],
    };
    Picture {
        blob: BlobId([number; 32]),
        blob_size: 1,
        media_type: MediaType::Png,
        width: 1,
        height: 1,
        preview: BlobId([number + 100; 32]),
        preview_size: 1,
        alt: Text::from("canary arm"),
        manifest,
        pairing: None,
    }
}

#[test]
fn pictures_keep_the_order_that_their_author_gave_them() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let owner = ada.account().unwrap();
    let number = office.written(&ada, AudienceChoice::House);
    for order in [[1, 2, 3], [3, 1, 2]] {
        let mut content = office.house.drafts().get(owner, number).unwrap().content.clone();
        content.summary.pictures = order.map(picture).to_vec();
        office.save(&ada, number, content).unwrap();
    }
    let restarted = office.replayed();
    let pictures = &restarted.drafts().get(owner, number).unwrap().content.summary.pictures;
    assert_eq!(pictures[..], [3, 1, 2].map(picture));
    let entries = office.publish(&ada, number).unwrap();
    let [HouseEntry::HouseStated(_, said), ..] = &entries[..] else { panic!("a statement") };
    let summary: protocol::payload::content::Summary = said.statement.body().unwrap();
    assert_eq!(summary.pictures[..], [3, 1, 2].map(picture));
}

#[test]
fn saving_the_same_again_writes_nothing() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.written(&ada, AudienceChoice::House);
    let content = office.house.drafts().get(ada.account().unwrap(), number).unwrap().content.clone();
    assert_eq!(office.save(&ada, number, content), Ok(vec![]));
}

#[test]
fn a_draft_beyond_a_limit_is_refused_with_the_limit() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.begin(&ada);
    let mut content = office.house.drafts().get(ada.account().unwrap(), number).unwrap().content.clone();
    content.summary.title = Text::from("t".repeat(201));
    let refusal = office.save(&ada, number, content.clone()).unwrap_err();
    let source = std::error::Error::source(&refusal).unwrap().to_string();
    assert_eq!(source, "title has 201 characters; the limit is 200");
    content.summary.title = Text::default();
    content.summary.blob_salt = Salt([0; 32]);
    assert!(office.save(&ada, number, content).is_err(), "the salt names the pictures");
}

#[test]
fn a_consent_that_this_version_does_not_know_allows_nothing() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    for (consent, is_enough) in [(AudienceChoice::from_code(77), false), (AudienceChoice::Network, true)] {
        let number = office.written(&ada, AudienceChoice::Network);
        let mut content = office.house.drafts().get(ada.account().unwrap(), number).unwrap().content.clone();
        content.consent = Some(consent);
        office.save(&ada, number, content).unwrap();
        assert_eq!(office.publish(&ada, number).is_ok(), is_enough);
    }
}

#[test]
fn a_discarded_draft_is_gone() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.begin(&ada);
    office.tell(draft::Command::Discard(number), &ada).unwrap();
    assert!(office.house.drafts().of(ada.account().unwrap()).is_empty());
    assert_eq!(office.publish(&ada, number), Err(Refusal::NotFound("draft")));
}

#[test]
fn a_draft_with_an_open_step_is_not_published() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.written(&ada, AudienceChoice::Named);
    let ready = office.house.drafts().get(ada.account().unwrap(), number).unwrap().content.clone();
    let mut open = ready.clone();
    open.steps.pictures = StepState::Begun;
    let mut untitled = ready.clone();
    untitled.summary.title = Text::from(" ");
    let mut for_nobody = ready;
    for_nobody.institutions.clear();
    for (content, text) in [
        (open, "pictures of the draft are not all confirmed"),
        (untitled, "title has 0 characters; the least is 1"),
        (for_nobody, "audience names no institution"),
    ] {
        office.save(&ada, number, content).unwrap();
        assert_eq!(office.publish(&ada, number).unwrap_err().to_string(), text);
    }
}

#[test]
fn a_draft_is_published_once_however_often_it_is_asked_for() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.written(&ada, AudienceChoice::Network);
    office.publish(&ada, number).unwrap();
    office.now_ms += 6 * MINUTE;
    assert_eq!(office.publish(&ada, number), Ok(vec![]), "and no password is asked for what is done already");
    assert_eq!(office.house.outbox().iter().count(), 1);
    assert!(office.house.drafts().of(ada.account().unwrap()).is_empty());
    assert_eq!(office.house.drafts().published(number).unwrap().number, number);
}

#[test]
fn a_draft_for_the_house_puts_nothing_into_the_outbox() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    let number = office.written(&ada, AudienceChoice::House);
    office.publish(&ada, number).unwrap();
    assert_eq!(office.house.outbox().next(), None);
    assert_eq!(office.house.house_cases().get(number).unwrap().owner, ada.account().unwrap());
}

#[test]
fn the_audience_chosen_is_the_audience_signed() {
    let mut office = Office::new();
    let ada = office.clinician("ada");
    for (choice, audience, named, is_public) in [
        (AudienceChoice::Named, protocol::Audience::Restricted, Some(vec![FeedId([7; 32])]), false),
        (AudienceChoice::Network, protocol::Audience::Network, None, false),
        (AudienceChoice::Public, protocol::Audience::Network, None, true),
    ] {
        let number = office.written(&ada, choice);
        office.publish(&ada, number).unwrap();
        let unsent = office.house.outbox().iter().last().unwrap();
        let Payload::Statement(protocol::Kind::Case, statement) = unsent.payload().unwrap() else { panic!("a case") };
        let summary: protocol::payload::content::Summary = statement.body().unwrap();
        assert_eq!((unsent.audience, summary.audience, summary.is_public), (audience, named, is_public));
        assert_eq!((statement.case.number, statement.case.institution), (number, PLACE.institution));
    }
}

#[test]
fn who_is_not_attested_writes_no_drafts() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", false);
    let refusal = office.tell(draft::Command::Begin, &ada).unwrap_err();
    assert_eq!(refusal.to_string(), "may not prepare drafts: that needs an attestation");
}
