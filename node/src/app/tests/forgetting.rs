//! What the index has to forget, it forgets: at once, and also if the node ended before it could. An index that is not in its
//! place while something is erased knows as little of it as one whose node was killed.

use std::{path::PathBuf, time::Duration};

use house::speech::{self, Words};
use protocol::{
    StatementId,
    codec::Text,
    payload::content::{CommentRevision, Outcome, Status},
};

use super::*;

/// Words that stand nowhere by chance.
const OF_THE_HOUSE: &str = "xylohouse";
const OF_AN_OUTCOME: &str = "xylooutcome";
const OF_A_COMMENT: &str = "xylocomment";
const OF_A_REVISION: &str = "xylorevision";
const OF_GOVERNORS: &str = "xyloforced";
const STAYING: &str = "xylostaying";

fn outcome() -> Outcome {
    let diagnosis = Some(Text::from(OF_AN_OUTCOME));
    Outcome { status: Status::Resolved, diagnosis, certainty: None, text: Text::from("So it was.") }
}

/// Waits until no file of the index holds a word, or until one does.
async fn wait_until_held(app: &App, words: &[&str], is_held: bool) {
    let end = std::time::Instant::now() + Duration::from_secs(60);
    let joined = app.joined().unwrap();
    let is_otherwise = |word: &&&str| joined.shared().reader.holds_word(word).unwrap() != is_held;
    while let Some(word) = words.iter().find(is_otherwise) {
        assert!(std::time::Instant::now() < end, "whether the index holds {word} stays {}", !is_held);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Where the index is, and where it is put aside.
fn places_of_index(hospital: &Hospital, app: &App) -> (PathBuf, PathBuf) {
    let index = hospital.layout.network(&app.joined().unwrap().id()).index();
    (index.clone(), index.with_extension("away"))
}

/// The node after an end at which its index had committed nothing since it was put aside.
async fn reopened_with_the_index_back(hospital: &Hospital, app: std::sync::Arc<App>) -> std::sync::Arc<App> {
    let (index, away) = places_of_index(hospital, &app);
    app.close().await;
    drop(app);
    std::fs::rename(away, index).unwrap();
    hospital.open().await
}

async fn comment(app: &App, case: CaseId, word: &str, one: &Actor) -> EntryId {
    let said = app.comment(case, &format!("Looks like {word}."), None, None, &[], one).await.unwrap();
    said.entry.unwrap().parse().unwrap()
}

/// What a comment's statement is called by its author.
fn statement_of(app: &App, comment: &EntryId) -> StatementId {
    match app.joined().unwrap().shared().shelf.payload(comment).unwrap() {
        Some(protocol::Payload::Statement(_, statement)) => statement.id,
        other => panic!("a comment is a statement: {other:?}"),
    }
}

/// Says a comment anew. Returns the entry of the revision.
async fn revise(app: &App, case: CaseId, comment: EntryId, word: &str, one: &Actor) -> EntryId {
    let joined = app.joined().unwrap();
    let text = Text::from(format!("Rather {word}."));
    let say = speech::Command::Say {
        case,
        words: Words::CommentRevision(CommentRevision { comment: statement_of(app, &comment), text }),
        audience: protocol::Audience::Network,
        place: speech::Place { network: joined.id(), institution: joined.me() },
    };
    app.desk.perform(say, one).unwrap();
    joined.send().await.unwrap();
    let thread = casebook::thread(case, &joined.shared().shelf).unwrap();
    let mut currents = thread.iter().filter(|item| item.entry == comment).filter_map(|item| match &item.what {
        casebook::ThreadWhat::Remark { current, .. } => Some(*current),
        casebook::ThreadWhat::Withdrawn { .. } => None,
    });
    let revision = currents.next_back().unwrap();
    assert_ne!(revision, comment);
    revision
}

/// The governors, of whom there is one, withdraw a case of this house.
pub(super) async fn force_out(app: &App, case: CaseId) {
    let network = app.joined().unwrap();
    let charter = network.exchange(|exchange| exchange.roster().charter());
    let forced = ForcedWithdrawal { feed: case.institution, target: Target::Case(case), charter };
    let decision = Decision::Withdrawal(forced).encode();
    let vote = Vote::sign(&network.id(), &decision, &app.keys.secret(Which::Vote).unwrap());
    let certificate = Certificate { decision: Bytes(decision), votes: vec![vote] };
    network.add_papers(Papers { charters: Vec::new(), certificates: vec![certificate] }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_before_the_node_ends_leaves_the_index_after_its_next_start() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let own = post(&app, OF_THE_HOUSE, Audience::House, &one).await;
    let forced = post(&app, OF_GOVERNORS, Audience::Network, &one).await;
    let shared = post(&app, STAYING, Audience::Network, &one).await;
    app.resolve(shared, outcome(), &[], &one).await.unwrap();
    let outcome = app.open_case(shared).unwrap().outcome.unwrap();
    let said = comment(&app, shared, OF_A_COMMENT, &one).await;
    wait_until_held(&app, &[OF_A_COMMENT], true).await;
    let revision = revise(&app, shared, said, OF_A_REVISION, &one).await;
    let erased = [OF_THE_HOUSE, OF_GOVERNORS, OF_AN_OUTCOME, OF_A_REVISION];
    wait_until_held(&app, &erased, true).await;

    let (index, away) = places_of_index(&hospital, &app);
    std::fs::rename(index, away).unwrap();
    app.withdraw_case(own, Ground::PatientWish, &one).await.unwrap();
    app.withdraw_entry(shared, outcome, Ground::AuthorWish, &one).await.unwrap();
    app.withdraw_entry(shared, revision, Ground::AuthorWish, &one).await.unwrap();
    force_out(&app, forced).await;
    let app = reopened_with_the_index_back(&hospital, app).await;
    wait_until_held(&app, &erased, false).await;
    wait_until_held(&app, &[STAYING, OF_A_COMMENT], true).await;
    search_until(&app, OF_A_COMMENT, &one, 1).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_revision_leaves_the_index_and_the_comment_reads_as_before() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, STAYING, Audience::Network, &one).await;
    let said = comment(&app, case, OF_A_COMMENT, &one).await;
    let revision = revise(&app, case, said, OF_A_REVISION, &one).await;
    wait_until_held(&app, &[OF_A_REVISION], true).await;
    search_until(&app, OF_A_COMMENT, &one, 0).await;
    app.withdraw_entry(case, revision, Ground::AuthorWish, &one).await.unwrap();
    search_until(&app, OF_A_COMMENT, &one, 1).await;
    wait_until_held(&app, &[OF_A_REVISION], false).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_whose_tables_are_lost_forgets_with_them() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, STAYING, Audience::Network, &one).await;
    app.resolve(case, outcome(), &[], &one).await.unwrap();
    let outcome = app.open_case(case).unwrap().outcome.unwrap();
    wait_until_held(&app, &[OF_AN_OUTCOME], true).await;
    let (index, away) = places_of_index(&hospital, &app);
    std::fs::rename(index, away).unwrap();
    app.withdraw_entry(case, outcome, Ground::AuthorWish, &one).await.unwrap();
    std::fs::remove_dir_all(hospital.layout.network(&app.joined().unwrap().id()).tables()).unwrap();
    let app = reopened_with_the_index_back(&hospital, app).await;
    wait_until_held(&app, &[STAYING], true).await;
    wait_until_held(&app, &[OF_AN_OUTCOME], false).await;
    app.close().await;
}
