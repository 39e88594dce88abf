//! Gossip among members.

use feed::{Effect, Verdict};
use p2p::{Event, MessageToken};
use protocol::message::Gossip;

use crate::house::{House, members, peer, rumour, until};

/// One in the middle, connected to two and three, which do not know each other.
async fn chain(gossip: bool) -> (House, House, House) {
    let set = move |config: &mut p2p::Config| config.gossip = gossip;
    let (mut middle, mut left, mut right) =
        (House::open_with(1, set).await, House::open_with(2, set).await, House::open_with(3, set).await);
    middle.network.members(members(&[2, 3]));
    left.network.members(members(&[1]));
    right.network.members(members(&[1]));
    left.call(1, &middle);
    right.call(1, &middle);
    left.connected(1).await;
    right.connected(1).await;
    middle.connected(2).await;
    middle.connected(3).await;
    (middle, left, right)
}

async fn hear(house: &mut House) -> (Gossip, MessageToken) {
    house
        .wait("gossip", |event| match event {
            Event::Gossip { message, token, .. } => Ok((message, token)),
            other => Err(other),
        })
        .await
}

/// Publishes until the first message is heard: subscriptions take a moment to arrive.
async fn speak_until_heard(speaker: &House, hearer: &mut House, first: u32) -> (Gossip, MessageToken) {
    let mut number = first;
    let repeat = async {
        loop {
            speaker.network.perform(Effect::Publish(rumour(number)));
            number += 1;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    tokio::select! {
        heard = hear(hearer) => heard,
        () = repeat => unreachable!("it repeats for ever"),
    }
}

#[tokio::test]
async fn a_message_goes_on_when_it_is_accepted_and_not_when_it_is_rejected_or_ignored() {
    let (mut middle, left, mut right) = chain(true).await;
    // Both ways are open once the middle hears both.
    let (_, token) = speak_until_heard(&right, &mut middle, 5_000).await;
    middle.network.verdict(token, Verdict::Ignore);
    let (_, token) = speak_until_heard(&left, &mut middle, 100).await;
    middle.network.verdict(token, Verdict::Reject);
    left.network.perform(Effect::Publish(rumour(1)));
    left.network.perform(Effect::Publish(rumour(2)));
    left.network.perform(Effect::Publish(rumour(3)));
    for _ in 0..3 {
        let (message, token) = loop {
            let heard = hear(&mut middle).await;
            if [rumour(1), rumour(2), rumour(3)].contains(&heard.0) {
                break heard;
            }
        };
        let verdict = if message == rumour(1) {
            Verdict::Reject
        } else if message == rumour(2) {
            Verdict::Ignore
        } else {
            Verdict::Accept
        };
        middle.network.verdict(token, verdict);
    }
    let (message, token) = hear(&mut right).await;
    assert_eq!(message, rumour(3), "only what was accepted goes on");
    right.network.verdict(token, Verdict::Accept);
    // What would have gone on earlier would have come earlier, on the same stream.
    assert!(right.come().await.iter().all(|event| !matches!(event, Event::Gossip { .. })));
}

#[tokio::test]
async fn a_message_tells_who_passed_it_on() {
    let (mut one, mut two) = House::pair().await;
    speak_until_heard(&one, &mut two, 100).await;
    one.network.perform(Effect::Publish(rumour(1)));
    let source = two.wait("the message", |event| match event {
        Event::Gossip { peer, message, .. } if message == rumour(1) => Ok(peer),
        other => Err(other),
    });
    assert_eq!(source.await, peer(1));
    assert!(one.come().await.iter().all(|event| !matches!(event, Event::Gossip { .. })), "nobody hears himself");
}

#[tokio::test]
async fn without_gossip_nothing_is_gossiped_and_frames_still_go() {
    let (mut middle, left, mut right) = chain(false).await;
    for number in 0..10 {
        left.network.perform(Effect::Publish(rumour(number)));
        middle.network.perform(Effect::Publish(rumour(100 + number)));
    }
    left.send(1, crate::house::numbered(1));
    assert_eq!(middle.frame().await, 1);
    middle.send(3, crate::house::numbered(2));
    assert_eq!(right.frame().await, 2);
    for house in [&mut middle, &mut right] {
        assert!(house.come().await.iter().all(|event| !matches!(event, Event::Gossip { .. })));
    }
}

#[tokio::test]
async fn one_without_gossip_and_one_with_it_exchange_frames() {
    let (mut one, mut two) = (House::open_with(1, |config| config.gossip = false).await, House::open(2).await);
    one.network.members(members(&[2]));
    two.network.members(members(&[1]));
    one.call(2, &two);
    one.connected(2).await;
    two.connected(1).await;
    two.network.perform(Effect::Publish(rumour(1)));
    two.send(1, crate::house::numbered(4));
    assert_eq!(one.frame().await, 4);
}

#[tokio::test]
async fn a_peer_that_floods_is_cut_off_and_refused() {
    let (mut flooder, mut house) = House::pair().await;
    speak_until_heard(&flooder, &mut house, 0).await;
    // The node is busy and gives no verdicts; what is beyond the budget is dropped unread.
    let flood = async {
        for number in 1_000.. {
            flooder.network.perform(Effect::Publish(rumour(number)));
            if number % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::select! {
        () = flood => {}
        () = async {
            while !matches!(crate::house::within("the flooder to be refused", house.next()).await, Some(Event::Disconnected { .. })) {}
        } => {}
    }
    let counts = house.network.counts();
    assert_eq!(counts.peers_refused, 1);
    assert!(counts.gossip_dropped >= 10_000, "only {} were dropped", counts.gossip_dropped);
    flooder.disconnected(2).await;
    until("nobody to be connected", || house.network.counts().members_connected == 0).await;
}
