//! What a single house can do with its own data directory: stories without peers and without HTTP.

mod expelling;
mod forgetting;
mod founding;
mod keeping;
mod rejudging;

use feed::Archive;
use house::{
    Acting, Actor, HouseEntry, Login, Role, Via, account,
    custody::HoldKey,
    password::{Cost, PasswordHash},
};
use protocol::{
    CaseId, EntryId, FeedId,
    certificate::{Certificate, Decision, ForcedWithdrawal, Vote},
    codec::{Bytes, Text},
    message::Papers,
    payload::control::{Ground, Target, Withdrawal},
};

use super::{
    App, AppError, Audience, NewAccount, NewAttestation, NewCase, Word,
    hospital::{Hospital, attest, speaking_for},
    reading::{CaseOrPlate, RemarkWhat},
};
use crate::{armor::to_line, keys::Which};

fn case(title: &str, audience: Audience) -> NewCase {
    NewCase {
        title: title.to_owned(),
        question: "What is it?".to_owned(),
        text: "Since three days, without fever.".to_owned(),
        specialty: Some("D003880".to_owned()),
        tags: vec!["rash".to_owned()],
        before_after: vec![],
        audience,
        kept: vec![],
    }
}

async fn post(app: &std::sync::Arc<App>, title: &str, audience: Audience, actor: &Actor) -> CaseId {
    let said = app.post_case(&case(title, audience), Vec::new(), Word::None, actor).await.unwrap();
    assert_eq!(said.waits_for, None);
    said.case.parse().unwrap()
}

fn title_of(app: &App, case: CaseId, actor: &Actor) -> Option<String> {
    match app.case(case, actor).unwrap() {
        CaseOrPlate::Case(view) => Some(view.summary.title.0),
        CaseOrPlate::Withdrawn { .. } => None,
    }
}

/// Somebody who opened an account for reading public cases.
fn signed_up(app: &App, wish: &str) -> Actor {
    let password =
        PasswordHash::of("correct horse battery", &[7; 16], Cost { memory_kib: 8, passes: 1, lanes: 1 }).unwrap();
    let command =
        account::Command::SignUp { wish: Login::parse(wish).unwrap(), name: Text::from("Vera Viewer"), password };
    let entries = app.desk.perform(command, &Actor::Stranger).unwrap();
    let HouseEntry::AccountOpened(_, person) = &entries[0] else { panic!("an account is opened: {entries:?}") };
    speaking_for(app, person.login.as_str())
}

/// Waits until the index, which is fed on a thread of its own, answers as expected.
async fn search_until(app: &App, words: &str, actor: &Actor, expected: usize) {
    until(&format!("searching {words} finds {expected} cases"), || {
        app.search(words, 10, 0, actor).unwrap().found.len() == expected
    })
    .await;
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !is_so() {
        assert!(std::time::Instant::now() < end, "waited 60 s for this: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_and_its_comments_are_there_after_a_restart() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Target lesions on both palms", Audience::Network, &one).await;
    app.comment(case, "Biopsy the border.", None, None, &[], &one).await.unwrap();
    app.star(case, &one).await.unwrap();
    let digest = app.thread_digest(case).unwrap();
    search_until(&app, "palms", &one, 1).await;

    let app = hospital.reopened(app).await;
    assert_eq!(title_of(&app, case, &one).as_deref(), Some("Target lesions on both palms"));
    assert_eq!(app.thread_digest(case).unwrap(), digest);
    let thread = app.thread(case).unwrap();
    let RemarkWhat::Said { author, text, .. } = &thread[0].what else { panic!("a comment was said") };
    assert_eq!(
        (text.as_str(), author.name.as_str(), author.standing),
        ("Biopsy the border.", "Physician One", trust::Standing::Verified)
    );
    assert_eq!(app.open_case(case).unwrap().tally.stars, 1);
    search_until(&app, "biopsy", &one, 1).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_and_index_can_be_thrown_away() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let shared = post(&app, "Target lesions", Audience::Network, &one).await;
    let own = post(&app, "For us alone", Audience::House, &one).await;
    let digests = [app.thread_digest(shared).unwrap(), app.thread_digest(own).unwrap()];
    app.rebuild_store(&Actor::System).unwrap();

    let app = hospital.reopened(app).await;
    assert_eq!([app.thread_digest(shared).unwrap(), app.thread_digest(own).unwrap()], digests);
    assert_eq!(title_of(&app, own, &one).as_deref(), Some("For us alone"));
    search_until(&app, "lesions", &one, 1).await;
    assert_eq!(post(&app, "After the rebuild", Audience::Network, &one).await.institution, shared.institution);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_for_the_house_is_no_entry_of_the_feed() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let before = app.status().entries;
    let own = post(&app, "For us alone", Audience::House, &one).await;
    app.comment(own, "Seen on the ward.", None, None, &[], &one).await.unwrap();
    assert_eq!(app.status().entries, before);
    assert_eq!(app.thread(own).unwrap().len(), 1);
    search_until(&app, "ward", &one, 1).await;
    app.withdraw_case(own, Ground::PatientWish, &one).await.unwrap();
    assert_eq!(title_of(&app, own, &one), None);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_for_the_house_is_taken_back_by_who_said_it() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let own = post(&app, "For us alone", Audience::House, &one).await;
    app.comment(own, "Seen on the xylotheque.", None, None, &[], &one).await.unwrap();
    app.star(own, &one).await.unwrap();
    search_until(&app, "xylotheque", &one, 1).await;
    let comment = app.thread(own).unwrap()[0].entry;
    let account = NewAccount { login: "two".to_owned(), name: "Physician Two".to_owned(), roles: vec![] };
    app.add_account(&account, &Actor::System).unwrap();
    attest(&app, "two").await;
    let foreign = app.withdraw_entry(own, comment, Ground::AuthorWish, &speaking_for(&app, "two")).await;
    assert!(matches!(foreign, Err(AppError::Refused(_))));

    app.withdraw_entry(own, comment, Ground::AuthorWish, &one).await.unwrap();
    app.take_star_back(own, &one).await.unwrap();
    search_until(&app, "xylotheque", &one, 0).await;
    let app = hospital.reopened(app).await;
    assert!(app.thread(own).unwrap().iter().all(|remark| matches!(remark.what, RemarkWhat::Withdrawn { .. })));
    assert_eq!(app.open_case(own).unwrap().tally.stars, 0);
    assert_eq!(title_of(&app, own, &one).as_deref(), Some("For us alone"), "the case stays");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_case_leaves_a_plate_and_no_words() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Zygomorphic erythema", Audience::Network, &one).await;
    search_until(&app, "zygomorphic", &one, 1).await;
    app.withdraw_case(case, Ground::PatientWish, &one).await.unwrap();
    assert_eq!(title_of(&app, case, &one), None);
    search_until(&app, "zygomorphic", &one, 0).await;
    let app = hospital.reopened(app).await;
    assert_eq!(title_of(&app, case, &one), None, "not after a restart either");
    app.close().await;
}

/// Whether what an entry says is still here.
fn is_held(app: &App, entry: EntryId) -> bool {
    app.joined().unwrap().shared().shelf.payload(&entry).unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_what_opened_a_case_withdraws_the_case() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Target lesions", Audience::Network, &one).await;
    let said = app.comment(case, "Biopsy the border.", None, None, &[], &one).await.unwrap().entry.unwrap();
    let opening = app.open_case(case).unwrap().current;
    app.withdraw_entry(case, opening, Ground::AuthorWish, &one).await.unwrap();
    assert_eq!(title_of(&app, case, &one), None, "a plate stands there");
    assert!(!is_held(&app, said.parse().unwrap()), "and nothing of what was said stays");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_of_which_only_the_words_of_others_are_left_can_still_be_withdrawn() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Target lesions", Audience::Network, &one).await;
    let said: EntryId = {
        let said = app.comment(case, "Biopsy the border.", None, None, &[], &one).await.unwrap();
        said.entry.unwrap().parse().unwrap()
    };
    let opening = app.open_case(case).unwrap().current;
    let withdrawal = Withdrawal { target: Target::Entry(opening), ground: Ground::AuthorWish, from: None };
    let payload = Box::new(protocol::Payload::Withdrawal(withdrawal));
    let enqueue = house::outbox::Command::Enqueue { payload, author: None };
    app.desk.perform(house::Command::Outbox(enqueue), &Actor::System).unwrap();
    app.joined().unwrap().send().await.unwrap();
    assert!(app.open_case(case).is_err() && is_held(&app, said));
    app.withdraw_case(case, Ground::PatientWish, &Actor::System).await.unwrap();
    assert!(matches!(app.case(case, &one), Ok(CaseOrPlate::Withdrawn { .. })));
    assert!(!is_held(&app, said));
    let entries = app.status().entries;
    let again = app.withdraw_case(case, Ground::PatientWish, &Actor::System).await.unwrap();
    assert_eq!((again.waits_for, app.status().entries), (None, entries), "once");
    assert!(is_held(&app, again.entry.unwrap().parse().unwrap()), "and what the first came to is said");
    let unseen = CaseId { number: protocol::CaseNumber([9; 16]), ..case };
    let none = app.withdraw_case(unseen, Ground::PatientWish, &Actor::System).await;
    assert!(matches!(none, Err(AppError::NotFound("case"))), "{none:?}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_shows_a_viewer_no_more_than_the_page_does() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let account = NewAccount { login: "two".to_owned(), name: "Nobody Yet".to_owned(), roles: vec![] };
    app.add_account(&account, &Actor::System).unwrap();
    let two = app.account("two").unwrap().id;
    app.desk.perform(HoldKey { account: two, is_replacement: false }, &Actor::System).unwrap();
    let unheard = Actor::Account(Acting { account: two, via: Via::Owner, is_attested: true });
    let heard = post(&app, "Zygomorphic erythema", Audience::Public, &one).await;
    let disputed = post(&app, "Zygomorphic purpura", Audience::Public, &unheard).await;
    let viewer = signed_up(&app, "vera");
    search_until(&app, "zygomorphic", &Actor::System, 2).await;
    assert!(matches!(app.case(disputed, &viewer), Err(AppError::NotFound(_))));
    let found = app.search("zygomorphic", 10, 0, &viewer).unwrap();
    assert_eq!(found.found.iter().map(|found| found.view.case).collect::<Vec<_>>(), [heard]);
    assert_eq!(found.hits.total, 1, "nor is it counted");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_person_is_not_heard() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Before", Audience::Network, &one).await;
    app.revoke("one", "left-institution", &Actor::System).await.unwrap();
    let refused = app
        .post_case(&self::case("After", Audience::Network), Vec::new(), Word::None, &speaking_for(&app, "one"))
        .await;
    assert!(matches!(refused, Err(AppError::Refused(_))));
    let CaseOrPlate::Case(view) = app.case(case, &Actor::System).unwrap() else { panic!("the case is not withdrawn") };
    assert_eq!(view.author.standing, trust::Standing::Verified, "attested when it was written");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_key_can_be_taken_away_once_the_feed_has_begun() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let (me, card) = (app.joined().unwrap().me(), app.card().unwrap());
    app.close().await;
    drop(app);
    for key in ["root.key", "next-root.key"] {
        std::fs::remove_file(hospital.layout.keys().join(key)).unwrap();
    }
    let app = hospital.open().await;
    assert_eq!((app.joined().unwrap().me(), app.card().unwrap()), (me, card));
    post(&app, "Without the root key", Audience::Network, &one).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_to_members_and_a_reply_answers_a_comment_of_its_case() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let stranger = FeedId([9; 32]);
    let shared = app.post_case(&case("For whom?", Audience::Named(vec![stranger])), Vec::new(), Word::None, &one).await;
    let said = shared.unwrap_err().to_string();
    assert_eq!(said, format!("audience: {stranger} is not a member of this network"));

    let (here, there) =
        (post(&app, "Here", Audience::Network, &one).await, post(&app, "There", Audience::Network, &one).await);
    let comment =
        app.comment(there, "Said there.", None, None, &[], &one).await.unwrap().entry.unwrap().parse().unwrap();
    for answered in [comment, EntryId([7; 32])] {
        let reply = app.comment(here, "Answered here.", Some(answered), None, &[], &one).await;
        assert!(matches!(reply, Err(AppError::NotFound("comment"))), "{reply:?}");
    }
    app.comment(there, "Answered there.", Some(comment), None, &[], &one).await.unwrap();
    let unseen = app.comment(there, "\u{200B}", None, None, &[], &one).await;
    assert!(matches!(unseen, Err(AppError::Unusable(_))), "{unseen:?}");
    assert_eq!((app.thread(here).unwrap().len(), app.thread(there).unwrap().len()), (0, 2));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attestation_has_a_day_and_an_end() {
    let (_hospital, app) = Hospital::founded().await;
    let account = NewAccount { login: "one".to_owned(), name: "Physician One".to_owned(), roles: vec![] };
    app.add_account(&account, &Actor::System).unwrap();
    let attested = async |days| {
        let (login, profession) = ("one".to_owned(), "nurse".to_owned());
        app.attest(&NewAttestation { login, profession, specialties: vec![], days }, &Actor::System).await
    };
    for days in [0, 1_828, u32::MAX] {
        let said = attested(days).await.unwrap_err().to_string();
        assert_eq!(said, format!("days: an attestation holds from 1 to 1827 days, not {days}"));
    }
    attested(1).await.unwrap();
    attested(1_827).await.unwrap();
    app.disable_account("one", &Actor::System).unwrap();
    assert!(matches!(attested(1).await, Err(AppError::Conflict(_))), "who is let in no more");
    assert!(matches!(app.reset_account("one", &Actor::System), Err(AppError::Conflict(_))));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_vouched_for_while_nothing_can_be_sent_is_attested_once_it_can() {
    let (first, second) = (Hospital::begun(), Hospital::begun());
    let (one, two) = (first.open().await, second.open().await);
    let charter = one.draft_charter("Network of two", &[one.card().unwrap(), two.card().unwrap()], "").unwrap();
    let signed = one.sign_charter(&charter, &Actor::System).unwrap();
    one.join(&two.sign_charter(&signed, &Actor::System).unwrap(), &Actor::System).await.unwrap();
    let account = NewAccount { login: "one".to_owned(), name: "Physician One".to_owned(), roles: vec![] };
    one.add_account(&account, &Actor::System).unwrap();
    let id = one.account("one").unwrap().id;
    attest(&one, "one").await;
    attest(&one, "one").await;
    assert_eq!((one.status().state, one.status().unsent), ("waiting", 2), "a profile and one attestation");
    assert!(!one.is_attested(id));
    one.vouch(&Actor::System).await.unwrap();
    assert!(one.is_attested(id) && one.status().unsent == 0);

    let one = first.reopened(one).await;
    assert_eq!(one.status().state, "waiting");
    one.revoke("one", "left-institution", &Actor::System).await.unwrap();
    assert!(!one.is_attested(id), "in the house at once");
    let one = first.reopened(one).await;
    one.vouch(&Actor::System).await.unwrap();
    assert!(!one.is_attested(id) && one.status().unsent == 0);
    one.close().await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_cannot_share_a_data_directory() {
    let (hospital, app) = Hospital::founded().await;
    let second = App::open(&hospital.layout, &hospital.config, false).await;
    assert!(matches!(second.err(), Some(AppError::Lock(_))));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_does_not_thereby_post() {
    let (_hospital, app) = Hospital::founded().await;
    let admin = app.account("admin").unwrap();
    assert!(admin.roles.has(Role::Administrator));
    let actor = app.acting_for(admin.id, &Actor::System);
    let refused = app.post_case(&case("Mine", Audience::Network), Vec::new(), Word::None, &actor).await;
    assert!(matches!(refused, Err(AppError::Refused(_))));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restricted_cases_wait_for_their_readers_however_many_and_until_they_are_withdrawn() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let elsewhere = Hospital::begun();
    let other = elsewhere.open().await;
    app.admit(&other.card().unwrap(), &Actor::System).await.unwrap();
    let (reader, stranger) = (other.own_feed(&app.joined().unwrap().id()).unwrap(), FeedId([8; 32]));
    other.close().await;
    post(&app, "For everybody", Audience::Network, &one).await;
    let mut named = Vec::new();
    for number in 0..7 {
        named.push(post(&app, &format!("Case {number}"), Audience::Named(vec![reader]), &one).await);
    }
    assert_eq!((waiting_for(&app, &reader).len(), waiting_for(&app, &stranger).len()), (7, 0));
    app.withdraw_case(named[3], Ground::PatientWish, &one).await.unwrap();
    let waiting = waiting_for(&app, &reader);
    assert_eq!(waiting.len(), 6);
    app.rebuild_store(&Actor::System).unwrap();
    let app = hospital.reopened(app).await;
    assert_eq!(waiting_for(&app, &reader), waiting);
    app.close().await;
}

/// What an institution is offered, looked through two at a time.
fn waiting_for(app: &App, reader: &FeedId) -> Vec<EntryId> {
    let joined = app.joined().unwrap();
    let shelf = &joined.shared().shelf;
    let mut waiting = Vec::new();
    let mut after = None;
    loop {
        let part = shelf.sealed_behind(after.as_ref(), 2);
        let Some(last) = part.last() else { return waiting };
        after = Some(*last);
        waiting.extend(part.into_iter().filter(|entry| shelf.may_have(reader, entry)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_governors_withdraw_is_erased_as_if_its_house_had_said_so() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Told too much", Audience::Network, &one).await;
    search_until(&app, "told", &one, 1).await;
    forgetting::force_out(&app, case).await;
    search_until(&app, "told", &one, 0).await;
    // The words are gone a moment before the row says why.
    until("the case is withdrawn", || matches!(app.case(case, &one), Ok(CaseOrPlate::Withdrawn { .. }))).await;
    let app = hospital.reopened(app).await;
    assert_eq!(title_of(&app, case, &one), None);
    app.close().await;
}
