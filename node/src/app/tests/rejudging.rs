//! What was said is judged again when a revocation disputes it, however much of it there is: in stretches, between other work.

use casebook::ThreadWhat;
use house::speech::{self, Words};
use protocol::{
    Payload,
    payload::{
        content::Comment,
        control::{Place, Revocation, RevocationReason},
    },
};
use trust::Standing;

use super::*;

/// More words than are judged again at once, and less than twice as many.
const COMMENTS: usize = 600;
/// Those of them that were said before the key was stolen.
const BEFORE: usize = 7;

/// Writes comments down in the house, and sends them together.
async fn comment_often(app: &App, case: CaseId, one: &Actor) {
    let joined = app.joined().unwrap();
    for number in 0..COMMENTS {
        let text = Text::from(format!("Word {number}"));
        let comment = Comment { text, replies_to: None, seen: vec![], picture: None, region: None };
        let say = speech::Command::Say {
            case,
            words: Words::Comment(comment),
            audience: protocol::Audience::Network,
            place: speech::Place { network: joined.id(), institution: joined.me() },
        };
        app.desk.perform(say, one).unwrap();
    }
    joined.send().await.unwrap();
}

/// The place of the comment that so many stand before.
fn place_behind(app: &App, opening: EntryId, before: usize) -> Place {
    let joined = app.joined().unwrap();
    let shelf = &joined.shared().shelf;
    let first = shelf.entry_by_id(&opening).unwrap().unwrap().entry.header().seq + 1;
    let held = shelf.entry(&joined.me(), first + before as u64).unwrap().unwrap();
    assert!(matches!(held.payload(), Some(Payload::Statement(protocol::Kind::Comment, _))));
    let header = held.entry.header();
    Place { epoch: header.epoch, seq: header.seq, entry: held.entry.id() }
}

/// How many comments of a case have which standing.
fn standings(app: &App, case: CaseId) -> [usize; 2] {
    let thread = casebook::thread(case, &app.joined().unwrap().shared().shelf).unwrap();
    [Standing::Verified, Standing::Disputed].map(|wanted| {
        let is_so = |what: &ThreadWhat| matches!(what, ThreadWhat::Remark { standing, .. } if *standing == wanted);
        thread.iter().filter(|item| is_so(&item.what)).count()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_a_revocation_disputes_is_judged_again_however_much_it_is() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Target lesions", Audience::Network, &one).await;
    let opening = app.open_case(case).unwrap().current;
    comment_often(&app, case, &one).await;
    until("every comment counts", || standings(&app, case) == [COMMENTS, 0]).await;

    let account = app.account("one").unwrap().id;
    let clinician = app.desk.look(|house| house.custody().clinician_of(account)).unwrap();
    let attestation = app.joined().unwrap().shared().standing_attestations(&clinician)[0];
    let since = Some(place_behind(&app, opening, BEFORE));
    let revocation = Revocation { attestation, reason: RevocationReason::KeyStolen, since };
    let payload = Box::new(Payload::Revocation(revocation));
    let enqueue = house::outbox::Command::Enqueue { payload, author: None };
    app.desk.perform(house::Command::Outbox(enqueue), &Actor::System).unwrap();
    app.joined().unwrap().send().await.unwrap();
    until("what came after the theft is disputed", || standings(&app, case) == [BEFORE, COMMENTS - BEFORE]).await;
    assert_eq!(app.open_case(case).unwrap().tally.comments as usize, BEFORE, "and is not counted");

    let digest = app.thread_digest(case).unwrap();
    app.rebuild_store(&Actor::System).unwrap();
    let app = hospital.reopened(app).await;
    until("the same is disputed in tables that are made anew", || standings(&app, case) == [BEFORE, COMMENTS - BEFORE])
        .await;
    assert_eq!(app.thread_digest(case).unwrap(), digest);
    app.close().await;
}
