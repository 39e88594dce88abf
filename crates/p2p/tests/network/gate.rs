//! What those get who are not on the list, and how they come to be on it.

use futures::AsyncWriteExt;
use libp2p::StreamProtocol;
use p2p::Event;
use protocol::{
    SecretKey,
    codec::Bytes,
    message::{Introduction, Papers, encode_versioned},
};

use crate::{
    house::{House, institution, key, members, numbered, peer, until, within},
    outsider::{BLOB, JOIN, Outsider, SYNC},
};

fn introduction(size: usize) -> Introduction {
    let papers = Papers { charters: vec![Bytes(vec![7; size])], certificates: Vec::new() };
    Introduction { papers, entries: Vec::new(), card: None }
}

#[tokio::test]
async fn a_stranger_gets_no_protocol_but_the_one_to_join_and_is_closed() {
    keeps_strangers_out(House::open(1).await).await;
}

pub(crate) async fn keeps_strangers_out(mut house: House) {
    let mut stranger = Outsider::connect(&key(9), &house.address, &key(1)).await.unwrap();
    for protocol in [
        SYNC,
        BLOB,
        StreamProtocol::new("/meshsub/1.3.0"),
        StreamProtocol::new("/meshsub/1.2.0"),
        StreamProtocol::new("/meshsub/1.1.0"),
        StreamProtocol::new("/meshsub/1.0.0"),
        StreamProtocol::new("/floodsub/1.0.0"),
        StreamProtocol::new("/ipfs/ping/1.0.0"),
        StreamProtocol::new("/ipfs/id/1.0.0"),
    ] {
        assert!(stranger.is_refused(protocol.clone()).await, "{protocol} is spoken with a stranger");
    }
    assert!(stranger.open(JOIN).await.is_ok());
    within("the stranger to be closed", stranger.closed()).await;
    assert!(house.come().await.is_empty(), "the node hears nothing of it");
}

#[tokio::test]
async fn a_stranger_that_shows_too_much_is_not_heard() {
    let mut house = House::open(1).await;
    let mut stranger = Outsider::connect(&key(9), &house.address, &key(1)).await.unwrap();
    let mut stream = stranger.open(JOIN).await.unwrap();
    stream.write_all(&u32::to_be_bytes(65_537)).await.unwrap();
    stream.flush().await.unwrap();
    within("the stranger to be closed", stranger.closed()).await;
    assert!(house.come().await.is_empty());
}

#[tokio::test]
async fn a_stranger_introduces_itself_once() {
    let mut house = House::open(1).await;
    let mut stranger = Outsider::connect(&key(9), &house.address, &key(1)).await.unwrap();
    let shown = encode_versioned(&introduction(10));
    for _ in 0..20 {
        let Ok(mut stream) = stranger.open(JOIN).await else { continue };
        // What is not read ends in an error or is lost; both are the stranger's.
        let _ = stream.write_all(&u32::try_from(shown.len()).unwrap().to_be_bytes()).await;
        let _ = stream.write_all(&shown).await;
        let _ = stream.flush().await;
    }
    within("the stranger to be closed", stranger.closed()).await;
    let heard = house.come().await.into_iter().filter(|event| matches!(event, Event::Stranger { .. })).count();
    assert_eq!(heard, 1);
}

#[tokio::test]
async fn a_hundred_strangers_leave_nothing_behind() {
    forgets_strangers(House::open(1).await).await;
}

pub(crate) async fn forgets_strangers(mut house: House) {
    let tasks_before = house.network.counts().tasks;
    let mut inside = Vec::new();
    for number in 0..100_u8 {
        let mut seed = [0xee; 32];
        seed[0] = number;
        let connected = Outsider::connect(&SecretKey::from_seed(&seed), &house.address, &key(1)).await;
        inside.extend(connected.ok());
        assert!(house.network.counts().strangers_connected <= 16);
    }
    until("the others to be turned away", || house.network.counts().connections_refused >= 84).await;
    for stranger in &mut inside {
        within("every stranger to be closed", stranger.closed()).await;
    }
    until("no stranger to be left", || house.network.counts().strangers_connected == 0).await;
    until("no task to be left", || house.network.counts().tasks <= tasks_before).await;
    assert!(house.come().await.is_empty(), "the node hears nothing of it");
}

#[tokio::test]
async fn a_stranger_with_an_introduction_is_let_in() {
    let (mut inside, mut newcomer) = (House::open(1).await, House::open(2).await);
    newcomer.network.members(members(&[1]));
    newcomer.network.introduce_with(introduction(10_000)).await;
    newcomer.call(1, &inside);
    let (shown, answer) = inside
        .wait("the stranger", |event| match event {
            Event::Stranger { peer: shown_by, shown, answer } => {
                assert_eq!(shown_by, peer(2));
                Ok((shown, answer))
            }
            other => Err(other),
        })
        .await;
    assert_eq!(shown, introduction(10_000));
    answer.admit(Some(institution(2)));
    inside.connected(2).await;
    newcomer.connected(1).await;
    newcomer.send(1, numbered(3));
    assert_eq!(inside.frame().await, 3);
}

#[tokio::test]
async fn a_stranger_that_is_not_admitted_stays_outside() {
    let (mut inside, mut newcomer) = (House::open(1).await, House::open(2).await);
    newcomer.network.members(members(&[1]));
    newcomer.network.introduce_with(introduction(10)).await;
    newcomer.call(1, &inside);
    for _ in 0..2 {
        let answer = inside
            .wait("the stranger", |event| match event {
                Event::Stranger { answer, .. } => Ok(answer),
                other => Err(other),
            })
            .await;
        answer.admit(None);
        let reason = newcomer.wait("the refusal", |event| match event {
            Event::DialFailed { reason, .. } => Ok(reason),
            other => Err(other),
        });
        assert_eq!(reason.await, "it does not let us in");
    }
    for house in [&mut inside, &mut newcomer] {
        assert!(house.come().await.iter().all(|event| !matches!(event, Event::Connected { .. })));
    }
}

#[tokio::test]
async fn a_member_that_is_taken_off_the_list_is_disconnected() {
    let (mut one, mut two) = House::pair().await;
    one.network.members(members(&[]));
    one.disconnected(2).await;
    two.disconnected(1).await;
    one.network.members(members(&[2]));
    one.connected(2).await;
    two.connected(1).await;
}

#[tokio::test]
async fn a_peer_that_is_not_on_our_list_is_not_dialled() {
    let (mut one, two) = (House::open(1).await, House::open(2).await);
    two.network.members(members(&[1]));
    one.call(2, &two);
    let reason = one.wait("the failure", |event| match event {
        Event::DialFailed { peer: failed, reason } if failed == peer(2) => Ok(reason),
        other => Err(other),
    });
    assert!(reason.await.contains("not on the list of members"));
    one.network.members(members(&[2]));
    one.connected(2).await;
}
