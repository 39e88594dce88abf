//! Frames between members.

use feed::{Blame, Effect};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use p2p::Event;
use protocol::message::{Frame, Framed};

use crate::{
    house::{House, key, members, numbered, peer, until, within},
    outsider::{Outsider, SYNC},
};

#[tokio::test]
async fn two_members_exchange_frames_both_ways_in_order() {
    assert_frames_both_ways(House::pair().await).await;
}

/// Two that are connected, the first and the second, exchange frames and stop.
pub(crate) async fn assert_frames_both_ways((mut one, mut two): (House, House)) {
    for number in 0..200 {
        one.send(2, numbered(number));
        two.send(1, numbered(1_000 + number));
    }
    for number in 0..200 {
        assert_eq!(two.frame().await, number);
        assert_eq!(one.frame().await, 1_000 + number);
    }
    within("both to stop", async { tokio::join!(one.network.stop(), two.network.stop()) }).await;
}

#[tokio::test]
async fn what_is_queued_when_we_stop_still_arrives() {
    let (one, mut two) = House::pair().await;
    for number in 0..100 {
        one.send(2, numbered(number));
    }
    let (network, mut rest) = (one.network.clone(), one);
    let heard = async {
        for number in 0..100 {
            assert_eq!(two.frame().await, number);
        }
        two.disconnected(1).await;
    };
    let stopped = async {
        network.stop().await;
        rest.disconnected(2).await;
    };
    within("a network to stop", async { tokio::join!(stopped, heard) }).await;
}

#[tokio::test]
async fn events_end_when_the_network_has_stopped() {
    let mut house = House::open(1).await;
    let network = house.network.clone();
    within("the network to stop", network.stop()).await;
    assert!(within("the end of events", house.next()).await.is_none());
    assert_eq!(house.network.counts().tasks, 0);
}

/// Connects as a member that is not ours; returns its stream to the house.
async fn ill_behaved(house: &mut House) -> (Outsider, libp2p::Stream) {
    house.network.members(members(&[9]));
    let mut outsider = Outsider::connect(&key(9), &house.address, &key(1)).await.unwrap();
    let outbound = outsider.open(SYNC).await.unwrap();
    let inbound = within("the house's stream", outsider.inbound.next()).await;
    assert!(inbound.is_some());
    // Its own stream is not read; that is its business.
    std::mem::forget(inbound);
    house.connected(9).await;
    (outsider, outbound)
}

#[tokio::test]
async fn a_frame_beyond_the_limit_ends_the_session() {
    let mut house = House::open(1).await;
    let (mut outsider, mut stream) = ill_behaved(&mut house).await;
    stream.write_all(&u32::to_be_bytes(1_048_577)).await.unwrap();
    stream.flush().await.unwrap();
    house.malformed(9).await;
    house.disconnected(9).await;
    within("the connection to be closed", outsider.closed()).await;
}

#[tokio::test]
async fn a_frame_that_drips_ends_the_session() {
    let mut house = House::open(1).await;
    let (mut outsider, mut stream) = ill_behaved(&mut house).await;
    stream.write_all(&[0, 0, 1, 0, 1, 2, 3]).await.unwrap();
    stream.flush().await.unwrap();
    house.disconnected(9).await;
    within("the connection to be closed", outsider.closed()).await;
}

#[tokio::test]
async fn a_peer_that_sends_rubbish_twenty_times_is_refused() {
    let mut house = House::open(1).await;
    let (_outsider, mut stream) = ill_behaved(&mut house).await;
    for _ in 0..20 {
        stream.write_all(&[0, 0, 0, 2, 9, 9]).await.unwrap();
    }
    stream.flush().await.unwrap();
    for _ in 0..20 {
        house.malformed(9).await;
    }
    house.disconnected(9).await;
    assert_eq!(house.network.counts().peers_refused, 1);
    let again = Outsider::connect(&key(9), &house.address, &key(1)).await;
    if let Ok(mut outsider) = again {
        within("the door to close", outsider.closed()).await;
    }
    until("a refused connection", || house.network.counts().connections_refused > 0).await;
    assert!(house.come().await.iter().all(|event| !matches!(event, Event::Connected { .. })));
}

#[tokio::test]
async fn a_peer_that_the_node_blames_twenty_times_is_refused() {
    let (mut one, mut two) = House::pair().await;
    (0..20).for_each(|_| one.network.perform(Effect::Penalise(peer(2), Blame::Unasked)));
    one.disconnected(2).await;
    two.disconnected(1).await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_disconnected_and_the_others_are_not() {
    let mut house = House::open(1).await;
    let (_outsider, _stream) = ill_behaved(&mut house).await;
    let large = Framed::from(Frame::Papers(protocol::message::Papers {
        charters: vec![protocol::codec::Bytes(vec![0; 900_000])],
        certificates: Vec::new(),
    }));
    for _ in 0..60 {
        house.send(9, large.clone());
    }
    house.disconnected(9).await;
    assert_eq!(house.network.counts().outboxes_overflowed, 1);
}

#[tokio::test]
async fn a_member_that_opens_a_second_stream_begins_anew() {
    let mut house = House::open(1).await;
    let (mut outsider, _first) = ill_behaved(&mut house).await;
    let mut second = outsider.open(SYNC).await.unwrap();
    house.disconnected(9).await;
    let framed = numbered(5).encode();
    second.write_all(&u32::try_from(framed.len()).unwrap().to_be_bytes()).await.unwrap();
    second.write_all(&framed).await.unwrap();
    second.flush().await.unwrap();
    house.connected(9).await;
    assert_eq!(house.frame().await, 5);
    house.send(9, numbered(6));
    let mut inbound = within("a new stream of the house", outsider.inbound.next()).await.unwrap().1;
    let mut length = [0; 4];
    within("its frame", inbound.read_exact(&mut length)).await.unwrap();
    assert_eq!(u32::from_be_bytes(length) as usize, numbered(6).encode().len());
}
