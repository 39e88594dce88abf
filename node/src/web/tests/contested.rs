//! Two charters that both claim to be the next one: whoever looks after the node reads that neither holds, until one of them
//! does.

use protocol::{
    CharterId,
    certificate::{Certificate, Charter, Decision, Governor, Seat, Succession, Vote},
    codec::{Bytes, Text, encode},
    message::Papers,
};

use super::ward::{Browser, PASSWORD, Ward};
use crate::{keys::Which, sentences::Sentences};

/// The charter behind another, signed by the governors, of whom there is one.
fn successor(ward: &Ward, previous: &Bytes, name: &str) -> (Bytes, Papers) {
    let (app, joined) = (&ward.app, ward.app.joined().unwrap());
    let vote = app.keys.secret(Which::Vote).unwrap();
    let ended = Charter::decode(&previous.0).unwrap();
    let next = Bytes(encode(&Charter {
        version: ended.version + 1,
        previous: Some(CharterId::of(&previous.0)),
        name: Text::from(name),
        governors: vec![Governor::Seat(Seat { feed: joined.me(), vote: vote.public() })],
        ..ended
    }));
    let succession = Succession { previous: CharterId::of(&previous.0), next: CharterId::of(&next.0) };
    let decision = Decision::Charter(succession).encode();
    let votes = vec![Vote::sign(&joined.id(), &decision, &vote)];
    let certificate = Certificate { decision: Bytes(decision), votes };
    (next.clone(), Papers { charters: vec![next], certificates: vec![certificate] })
}

/// Which charter holds, and whether the API and the page say that the next one is contested.
async fn told(ward: &Ward, admin: &mut Browser) -> (u32, bool, bool) {
    let version = ward.app.joined().unwrap().exchange(|exchange| exchange.roster().version());
    let status = ward.owner().get("/api/v1/status").await.json();
    let page = admin.get("/admin/peers").await;
    assert_eq!(page.status, 200, "{}", page.body);
    (version, status["is_contested"] == true, page.body.contains(&Sentences::english().get("peers-contested")))
}

#[tokio::test(flavor = "multi_thread")]
async fn that_two_charters_claim_to_be_the_next_is_told_until_one_holds() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let joined = ward.app.joined().unwrap();
    let founding = joined.exchange(|exchange| exchange.papers().to_message().charters[0].clone());
    let (one, papers) = successor(&ward, &founding, "One");
    joined.add_papers(papers).await.unwrap();
    assert_eq!(told(&ward, &mut admin).await, (1, false, false));
    let (_, papers) = successor(&ward, &founding, "Another");
    joined.add_papers(papers).await.unwrap();
    assert_eq!(told(&ward, &mut admin).await, (0, true, true), "the one before them holds");
    drop((joined, admin));
    let ward = ward.restarted().await;
    let mut admin = ward.browser();
    admin.sign_in("admin", PASSWORD).await;
    assert_eq!(told(&ward, &mut admin).await, (0, true, true), "after a restart too");
    let (_, papers) = successor(&ward, &one, "Settled");
    ward.app.joined().unwrap().add_papers(papers).await.unwrap();
    assert_eq!(told(&ward, &mut admin).await, (2, false, false));
}
