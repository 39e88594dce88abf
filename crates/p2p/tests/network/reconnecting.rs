//! Connections that come twice, go, and come again.

use p2p::Event;

use crate::house::{House, members, numbered, peer};

#[tokio::test]
async fn two_that_dial_each_other_are_connected_once() {
    for _ in 0..5 {
        let (mut one, mut two) = (House::open(1).await, House::open(2).await);
        one.network.members(members(&[2]));
        two.network.members(members(&[1]));
        one.call(2, &two);
        two.call(1, &one);
        one.connected(2).await;
        two.connected(1).await;
        assert_connected_once((one, two)).await;
    }
}

/// Two that are connected, the first and the second, exchange frames over one connection that stays.
pub(crate) async fn assert_connected_once((mut one, mut two): (House, House)) {
    for number in 0..50 {
        one.send(2, numbered(number));
        two.send(1, numbered(number));
    }
    for number in 0..50 {
        assert_eq!(one.frame().await, number);
        assert_eq!(two.frame().await, number);
    }
    for house in [&mut one, &mut two] {
        let come = house.come().await;
        let again = come.iter().find(|event| matches!(event, Event::Connected { .. } | Event::Disconnected { .. }));
        assert!(again.is_none(), "{again:?}");
    }
}

#[tokio::test]
async fn a_peer_that_starts_again_is_connected_again() {
    let (mut one, two) = House::pair().await;
    let address = two.address.clone();
    two.network.stop().await;
    one.disconnected(2).await;
    let mut two = House::open_with(2, |config| config.listen = vec![address]).await;
    two.network.members(members(&[1]));
    one.connected(2).await;
    two.connected(1).await;
    one.send(2, numbered(8));
    assert_eq!(two.frame().await, 8);
}

#[tokio::test]
async fn a_peer_at_a_new_address_is_found_there() {
    let (mut one, two) = House::pair().await;
    two.network.stop().await;
    one.disconnected(2).await;
    let mut two = House::open(2).await;
    two.network.members(members(&[1]));
    one.call(2, &two);
    one.connected(2).await;
    two.connected(1).await;
}

#[tokio::test]
async fn a_peer_that_is_forgotten_is_not_dialled_again() {
    let (mut one, two) = House::pair().await;
    let three = House::open(3).await;
    one.network.members(members(&[2, 3]));
    three.network.members(members(&[1]));
    one.call(3, &three);
    one.connected(3).await;
    one.network.forget(peer(2));
    two.network.stop().await;
    three.network.stop().await;
    one.disconnected(2).await;
    one.disconnected(3).await;
    // Waits double: who was to be dialled like the third would have been by its third failure.
    for _ in 0..3 {
        let failed = one.wait("a failure", |event| match event {
            Event::DialFailed { peer, .. } => Ok(peer),
            other => Err(other),
        });
        assert_eq!(failed.await, peer(3));
    }
}

#[tokio::test]
async fn nobody_at_home_is_told_and_tried_again() {
    let mut one = House::open(1).await;
    one.network.members(members(&[2]));
    let two = House::open(2).await;
    let address = two.address.clone();
    two.network.stop().await;
    one.network.dial(peer(2), vec![address.clone()]);
    for _ in 0..2 {
        one.wait("the failure", |event| match event {
            Event::DialFailed { peer: failed, .. } if failed == peer(2) => Ok(()),
            other => Err(other),
        })
        .await;
    }
    let two = House::open_with(2, |config| config.listen = vec![address]).await;
    two.network.members(members(&[1]));
    one.connected(2).await;
}
