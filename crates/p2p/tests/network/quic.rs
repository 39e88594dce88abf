//! The same house over QUIC: what members, strangers and those who never finish a handshake get.

use p2p::Event;
use tokio::{net::UdpSocket, task::AbortHandle};

use crate::{
    blobs::fetches_many_pictures,
    frames::assert_frames_both_ways,
    gate::{forgets_strangers, keeps_strangers_out},
    house::{House, key, members, numbered, peer, until, within},
    outsider::Outsider,
    reconnecting::assert_connected_once,
};

const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
/// Handshakes that others may leave half open with a house.
const HALF_OPEN_MAX: usize = 16;

#[tokio::test]
async fn two_members_exchange_frames_both_ways_in_order_over_quic() {
    let (one, two) = House::pair_at(QUIC).await;
    assert!(two.address.contains("/udp/") && two.address.ends_with("/quic-v1"), "{}", two.address);
    assert_frames_both_ways((one, two)).await;
}

#[tokio::test]
async fn what_is_queued_when_we_stop_still_arrives_over_quic() {
    let (one, mut two) = House::pair_at(QUIC).await;
    for number in 0..100 {
        one.send(2, numbered(number));
    }
    let heard = async {
        for number in 0..100 {
            assert_eq!(two.frame().await, number);
        }
        two.disconnected(1).await;
    };
    within("a network to stop", async { tokio::join!(one.network.clone().stop(), heard) }).await;
}

#[tokio::test]
async fn many_pictures_at_once_take_turns_over_quic() {
    let (one, two) = House::pair_at(QUIC).await;
    fetches_many_pictures(one, two).await;
}

#[tokio::test]
async fn a_stranger_gets_no_protocol_but_the_one_to_join_over_quic_and_is_closed() {
    keeps_strangers_out(House::open_at(1, QUIC).await).await;
}

#[tokio::test]
async fn a_hundred_strangers_leave_nothing_behind_over_quic() {
    forgets_strangers(House::open_at(1, QUIC).await).await;
}

#[tokio::test]
async fn a_house_that_listens_both_ways_is_connected_once_by_whoever_knows_both_addresses() {
    let listen = ["/ip4/127.0.0.1/tcp/0", QUIC].map(str::to_owned).to_vec();
    let mut one = House::open(1).await;
    let mut two = House::open_with(2, |config| config.listen = listen).await;
    let first = two.address.clone();
    let second = two
        .wait("the other address", |event| match event {
            Event::Listening { address } => Ok(address),
            other => Err(other),
        })
        .await;
    assert!(first.contains("/tcp/") != second.contains("/tcp/"), "{first} {second}");
    one.network.members(members(&[2]));
    two.network.members(members(&[1]));
    one.network.dial(peer(2), vec![first, second]);
    one.connected(2).await;
    two.connected(1).await;
    assert_connected_once((one, two)).await;
}

/// Carries datagrams to a house and none back, until it is shut. Returns where it takes them.
async fn valve(house: &House) -> (String, AbortHandle) {
    let port: u16 = house.address.split('/').nth(4).and_then(|port| port.parse().ok()).unwrap();
    let (inward, onward) =
        (UdpSocket::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let address = format!("/ip4/127.0.0.1/udp/{}/quic-v1", inward.local_addr().unwrap().port());
    let carried = tokio::spawn(async move {
        let mut datagram = [0; 2_048];
        while let Ok(length) = inward.recv(&mut datagram).await {
            onward.send_to(&datagram[..length], ("127.0.0.1", port)).await.unwrap();
        }
    });
    (address, carried.abort_handle())
}

#[tokio::test]
async fn quic_handshakes_that_stay_half_open_take_few_places_and_are_given_up() {
    let mut house = House::open_at(1, QUIC).await;
    let before = house.network.counts().tasks;
    let (address, shut) = valve(&house).await;
    let callers: Vec<_> = (0..40)
        .map(|_| {
            let address = address.clone();
            tokio::spawn(async move { Outsider::connect(&key(9), &address, &key(1)).await.is_err() })
        })
        .collect();
    until("all places to be taken", || house.network.counts().tasks >= before + HALF_OPEN_MAX).await;
    // From here on the house does not hear that they gave up.
    shut.abort();
    for caller in callers {
        assert!(within("a caller to give up", caller).await.unwrap());
        assert!(house.network.counts().tasks <= before + HALF_OPEN_MAX);
    }
    until("no handshake to be left", || house.network.counts().tasks <= before).await;
    let mut two = House::open_at(2, QUIC).await;
    house.network.members(members(&[2]));
    two.network.members(members(&[1]));
    two.call(1, &house);
    two.connected(1).await;
    house.connected(2).await;
}
