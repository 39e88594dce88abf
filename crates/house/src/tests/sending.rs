//! The outbox: order, rights, and what is not let in.

use protocol::{
    CaseId, ClinicianId, EntryId, Payload,
    payload::control::{Attestation, Profession, Revocation, RevocationReason, Scope, Target, Withdrawal, Witness},
};

use super::*;
use crate::outbox;

fn attestation(clinician: ClinicianId) -> Payload {
    Payload::Attestation(Attestation {
        clinician,
        profession: Profession::Nurse,
        specialties: vec![],
        scope: Scope::FULL,
        until_ms: 1,
        pseudonym_in: None,
    })
}

fn revocation() -> Payload {
    let reason = RevocationReason::LeftInstitution;
    Payload::Revocation(Revocation { attestation: EntryId([3; 32]), reason, since: None })
}

fn withdrawal() -> Payload {
    let case = CaseId { institution: PLACE.institution, number: CaseNumber([4; 16]) };
    Payload::Withdrawal(Withdrawal { target: Target::Case(case), ground: Ground::PatientWish, from: None })
}

impl Office {
    fn enqueue(&mut self, actor: &Actor, payload: Payload, author: Option<ClinicianId>) -> Result<(), Refusal> {
        self.tell(outbox::Command::Enqueue { payload: Box::new(payload), author }, actor).map(|_| ())
    }
}

#[test]
fn payloads_wait_in_their_order_over_a_restart() {
    let mut office = Office::new();
    let payloads = [attestation(ClinicianId([1; 32])), revocation(), withdrawal()];
    for payload in &payloads {
        office.enqueue(&Actor::System, payload.clone(), None).unwrap();
    }
    let restarted = office.replayed();
    let waiting: Vec<Payload> = restarted.outbox().iter().map(|unsent| unsent.payload().unwrap()).collect();
    assert_eq!(waiting, payloads);

    let ids: Vec<_> = restarted.outbox().iter().map(|unsent| unsent.id).collect();
    let sent = |id| outbox::Command::Sent(vec![(id, EntryId([9; 32]))]);
    let refusal = office.tell(sent(ids[1]), &Actor::System).unwrap_err();
    assert_eq!(refusal.to_string(), "payload is not the next one of the outbox");
    office.tell(sent(ids[0]), &Actor::System).unwrap();
    assert_eq!(office.tell(sent(ids[0]), &Actor::System), Ok(vec![]), "it is so already");
    assert_eq!(office.house.outbox().next().unwrap().id, ids[1]);
}

#[test]
fn each_duty_sends_its_own_payloads() {
    let mut office = Office::new();
    let duties = [Role::Administrator, Role::Attester, Role::Moderator];
    let actors = duties.map(|role| {
        let login = format!("{role:?}");
        office.staff(&login, &[role]);
        office.sign_in(&login, false).0
    });
    for (payload, may) in [
        (attestation(ClinicianId([1; 32])), [false, true, false]),
        (revocation(), [false, true, false]),
        (withdrawal(), [false, false, true]),
    ] {
        for (actor, may) in actors.iter().zip(may) {
            let is_queued = office.enqueue(actor, payload.clone(), None).is_ok();
            assert_eq!(is_queued, may, "{payload:?}");
        }
    }
}

#[test]
fn an_author_withdraws_own_words_and_nobody_elses() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let author = office.house.custody().clinician_of(ada.account().unwrap());
    assert!(matches!(office.enqueue(&bob, withdrawal(), author), Err(Refusal::NotAllowed { .. })));
    assert!(matches!(office.enqueue(&bob, withdrawal(), None), Err(Refusal::NotAllowed { .. })));
    office.enqueue(&ada, withdrawal(), author).unwrap();
    office.now_ms += 6 * MINUTE;
    assert_eq!(office.enqueue(&ada, withdrawal(), author), Err(Refusal::StepUp { limit_s: 300 }));
}

#[test]
fn what_comes_another_way_or_from_the_node_alone_is_not_let_in() {
    let mut office = Office::new();
    office.staff("root", &[Role::Administrator]);
    let (root, _) = office.sign_in("root", false);
    let witness = Payload::Witness(Witness { heads: vec![] });
    assert!(office.enqueue(&root, witness.clone(), None).is_err());
    assert!(office.enqueue(&Actor::System, witness, None).is_ok());
    let end = Payload::EndOfFeed(protocol::payload::control::EndOfFeed {
        reason: protocol::payload::control::EndReason::Left,
        successor: None,
    });
    let refusal = office.enqueue(&Actor::System, end, None).unwrap_err();
    assert_eq!(refusal.to_string(), "root entry does not wait in the outbox");
}

#[test]
fn a_payload_that_no_node_would_accept_is_refused_at_once() {
    let mut office = Office::new();
    let mut wrong = attestation(ClinicianId([1; 32]));
    if let Payload::Attestation(attestation) = &mut wrong {
        attestation.specialties = vec![1; 17];
    }
    assert!(matches!(office.enqueue(&Actor::System, wrong, None), Err(Refusal::Unpublishable(_))));
}

#[test]
fn what_is_not_yet_sent_is_taken_back_by_its_author_alone() {
    let mut office = Office::new();
    let (ada, bob) = (office.clinician("ada"), office.clinician("bob"));
    let number = office.written(&ada, AudienceChoice::Network);
    office.publish(&ada, number).unwrap();
    let id = office.house.outbox().next().unwrap().id;
    assert_eq!(office.tell(outbox::Command::Cancel(id), &bob), Err(Refusal::NotFound("unsent payload")));
    office.tell(outbox::Command::Cancel(id), &ada).unwrap();
    assert_eq!(office.house.outbox().next(), None);
    assert_eq!(office.tell(outbox::Command::Cancel(id), &ada), Err(Refusal::NotFound("unsent payload")));
}
