//! What a peer may send, and that busy topics break no streams.

use std::{
    fmt::{self, Debug},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use futures::StreamExt;
use libp2p::{
    Multiaddr, Swarm, SwarmBuilder,
    gossipsub::{self, IdentTopic},
    noise,
    swarm::{SwarmEvent, dial_opts::DialOpts},
    tcp, yamux,
};
use tracing::{Event, Metadata, Subscriber, field::Field, span};

use super::*;

#[test]
fn a_burst_is_granted_and_then_the_rate() {
    let now = Instant::now();
    let mut budget = Budget::full(now);
    let granted = |budget: &mut Budget, now| (0..10_000).filter(|_| budget.spend(100, now) == Spend::Granted).count();
    assert_eq!(granted(&mut budget, now), 2_000);
    assert_eq!(granted(&mut budget, now + Duration::from_secs(1)), 200);
}

#[test]
fn bytes_are_bounded_like_messages() {
    let now = Instant::now();
    let mut budget = Budget::full(now);
    let granted = (0..2_000).filter(|_| budget.spend(65_536, now) == Spend::Granted).count();
    assert_eq!(granted, 256);
}

#[test]
fn a_flood_of_ten_thousand_is_blamed_as_often_as_refuses_a_peer() {
    let now = Instant::now();
    let mut budget = Budget::full(now);
    let blamed = (0..12_000).filter(|_| budget.spend(100, now) == Spend::Blame).count();
    assert_eq!(blamed, 20);
}

#[test]
fn the_id_of_a_message_is_over_all_of_it() {
    let one = message_id(b"header and payload");
    assert_eq!(one.0.len(), MESSAGE_ID_BYTES);
    assert_eq!(hex(&one.0), "6893f38881851766819e");
    assert_ne!(one, message_id(b"header and spoiled"));
}

fn hex(bytes: &[u8]) -> String {
    bytes[..10].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_settings_are_taken_as_they_stand() {
    let config = config().unwrap();
    assert!(config.validate_messages() && config.flood_publish());
    assert_eq!(config.max_transmit_size(), 65_536);
    assert_eq!((config.max_control_message_size(), config.max_control_messages_sent()), (65_536, 2_500));
    assert_eq!(config.max_publish_messages(), 500);
    assert_eq!(config.duplicate_cache_time(), Duration::from_secs(300));
    assert_eq!(config.connection_handler_queue_len(), 512);
    assert_eq!((config.mesh_n_low(), config.mesh_n(), config.mesh_n_high()), (6, 8, 12));
    let topics = Topics::of(&NetworkId([0xab; 32]));
    assert_eq!(topics.entries.hash().as_str(), "abababab/entries/1");
    assert_eq!(topics.control.hash().as_str(), "abababab/control/1");
}

/// Streams that gossip gave up, in all tests of this process.
static BROKEN: AtomicUsize = AtomicUsize::new(0);

/// Counts what libp2p says only to the log: an RPC or its control part exceeds the maximum.
struct Ear;

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("libp2p_gossipsub::handler") && metadata.is_event()
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut |_: &Field, value: &dyn Debug| {
            if fmt::format(format_args!("{value:?}")).contains("exceeds max") {
                BROKEN.fetch_add(1, SeqCst);
            }
        });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// A node with a mesh of one, so that lists of ids are sent to the others.
fn swarm(mut settings: ConfigBuilder, topic: &IdentTopic) -> Swarm<gossipsub::Behaviour> {
    settings.mesh_n(1).mesh_n_low(1).mesh_n_high(1).mesh_outbound_min(0).flood_publish(false);
    let config = settings.build().unwrap();
    let mut swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config).unwrap())
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
        .build();
    swarm.behaviour_mut().subscribe(topic).unwrap();
    swarm
}

/// One publishes three thousand small messages to three others; ends when each has some hundreds, which it owes to lists of
/// ids, or when streams broke.
async fn publish_many(settings: fn() -> ConfigBuilder) {
    let topic = IdentTopic::new("probe");
    let mut publisher = swarm(settings(), &topic);
    publisher.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
    let address: Multiaddr = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = publisher.select_next_some().await {
            break address;
        }
    };
    let heard: Vec<Arc<AtomicUsize>> = (0..3).map(|_| Arc::default()).collect();
    let mut hearers = tokio::task::JoinSet::new();
    for count in &heard {
        let count = count.clone();
        let mut hearer = swarm(settings(), &topic);
        hearer.dial(DialOpts::from(address.clone())).unwrap();
        hearers.spawn(async move {
            loop {
                let event = hearer.select_next_some().await;
                if matches!(event, SwarmEvent::Behaviour(gossipsub::Event::Message { .. })) {
                    count.fetch_add(1, SeqCst);
                }
            }
        });
    }
    let mut subscribed = 0;
    while subscribed < 3 {
        let event = publisher.select_next_some().await;
        subscribed += usize::from(matches!(event, SwarmEvent::Behaviour(gossipsub::Event::Subscribed { .. })));
    }
    for number in 0..3_000_u32 {
        // The queue overflows, which is the point: what was dropped is in the lists.
        let _ = publisher.behaviour_mut().publish(topic.clone(), number.to_be_bytes().to_vec());
    }
    let is_over = || BROKEN.load(SeqCst) > 0 || heard.iter().all(|count| count.load(SeqCst) >= 300);
    while !is_over() {
        tokio::select! {
            _ = publisher.select_next_some() => {}
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
}

/// The library's settings, with what makes the probe short and the ids ours.
fn theirs() -> ConfigBuilder {
    let mut theirs = ConfigBuilder::default();
    theirs
        .heartbeat_initial_delay(Duration::from_secs(1))
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|message| message_id(&message.data));
    theirs
}

#[tokio::test]
async fn a_busy_topic_breaks_streams_by_the_defaults_of_the_library_and_none_by_ours() {
    tracing::subscriber::set_global_default(Ear).unwrap();
    let probe = async |name: &str, settings: fn() -> ConfigBuilder| {
        BROKEN.store(0, SeqCst);
        let done = tokio::time::timeout(Duration::from_secs(60), publish_many(settings)).await;
        assert!(done.is_ok(), "waited for messages with {name} in vain");
        BROKEN.load(SeqCst)
    };
    assert!(probe("the library's settings", theirs).await > 0, "the library has changed: our settings may go");
    assert_eq!(probe("our settings", settings).await, 0);
}
