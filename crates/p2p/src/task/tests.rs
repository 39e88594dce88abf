//! A swarm that falls.

use std::{collections::BTreeMap, time::Duration};

use feed::Effect;
use protocol::{
    FeedId, NetworkId, SecretKey,
    message::{Busy, Frame},
};
use tokio::time::timeout;

use crate::{Config, Event, Events, Network};

async fn next(events: &mut Events) -> Event {
    let next = timeout(Duration::from_secs(60), events.next()).await;
    next.expect("waited for an event in vain").expect("events ended")
}

async fn start(seed: u8, listen: &str) -> (Network, Events, String) {
    let config = Config { listen: vec![listen.to_owned()], ..Config::default() };
    let identity = SecretKey::from_seed(&[seed; 32]);
    let (network, mut events) = Network::start(config, &identity, NetworkId([3; 32])).await.unwrap();
    let Event::Listening { address } = next(&mut events).await else { panic!("it listens first") };
    (network, events, address)
}

#[tokio::test]
async fn a_swarm_that_falls_is_started_anew_at_the_same_address_and_members_come_back() {
    falls_and_stands_again("/ip4/127.0.0.1/tcp/0").await;
}

#[cfg(feature = "quic")]
#[tokio::test]
async fn a_swarm_that_falls_is_started_anew_at_the_same_quic_address_and_members_come_back() {
    falls_and_stands_again("/ip4/127.0.0.1/udp/0/quic-v1").await;
}

async fn falls_and_stands_again(listen: &str) {
    let (one, mut of_one, _) = start(1, listen).await;
    let (two, mut of_two, address) = start(2, listen).await;
    one.members(BTreeMap::from([(two.local_peer(), FeedId([2; 32]))]));
    two.members(BTreeMap::from([(one.local_peer(), FeedId([1; 32]))]));
    one.dial(two.local_peer(), vec![address.clone()]);
    assert!(matches!(next(&mut of_one).await, Event::Connected { .. }));
    assert!(matches!(next(&mut of_two).await, Event::Connected { .. }));

    two.fall().await;
    assert!(matches!(next(&mut of_one).await, Event::Disconnected { .. }));
    let mut seen = Vec::new();
    while seen.len() < 4 {
        let event = next(&mut of_two).await;
        seen.push(match event {
            Event::Disconnected { .. } => "gone".to_owned(),
            Event::Restarted => "restarted".to_owned(),
            Event::Listening { address } => address,
            Event::Connected { .. } => "connected".to_owned(),
            other => panic!("nothing else happens: {other:?}"),
        });
    }
    seen.sort();
    assert_eq!(seen, [address, "connected".to_owned(), "gone".to_owned(), "restarted".to_owned()]);
    assert_eq!(two.counts().restarts, 1);

    while !matches!(next(&mut of_one).await, Event::Connected { .. }) {}
    one.perform(Effect::Send(two.local_peer(), Frame::Busy(Busy { retry_ms: 1 }).into()));
    assert!(matches!(next(&mut of_two).await, Event::Frame { .. }));
    let stopped = timeout(Duration::from_secs(60), async { tokio::join!(one.stop(), two.stop()) });
    stopped.await.expect("waited for the networks to stop in vain");
}
