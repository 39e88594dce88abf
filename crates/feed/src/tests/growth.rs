//! How far a feed may grow: what the charter allows for each day that it has stood.

use protocol::{certificate::Growth, message::Gossip};

use super::world::{Author, NOW, Network, Node, Party, frame_of};

const DAY_MS: u64 = 86_400_000;

/// A newcomer and one that holds a feed of 600 entries, all written at once.
fn catching_up(growth: Growth) -> (Network, Party) {
    let network = Network::growing(3, growth);
    let story = Author::of(&network, 0).story(599);
    let mut holder = Node::restored(&network, 1, &story);
    holder.exchange.vouch();
    let party = Party::of(&network, vec![holder, Node::ready(&network, 2)]);
    (network, party)
}

fn held(network: &Network, party: &mut Party) -> u64 {
    party.node(2).seq_of(&network.feed(0)).map_or(0, |seq| seq + 1)
}

#[test]
fn a_feed_is_pulled_as_far_as_its_days_allow_and_further_the_next_day() {
    for (growth, expected) in [
        (Growth { entries_per_day: 100, ..Growth::default() }, [100, 200, 600]),
        (Growth { entries_per_day: 100, payload_bytes_per_day: 1, ..Growth::default() }, [100; 3]),
        (Growth::default(), [600; 3]),
    ] {
        let (network, mut party) = catching_up(growth);
        for (day, expected) in [0, 1, 5].into_iter().zip(expected) {
            party.now_ms = NOW + day * DAY_MS;
            party.run(4);
            assert_eq!(held(&network, &mut party), expected, "day {day}");
        }
        assert_eq!(party.node(2).blames(), [], "nobody is to blame");
    }
}

#[test]
fn what_grew_over_years_is_caught_up_with_at_once() {
    let (network, mut party) = catching_up(Growth { entries_per_day: 2, ..Growth::default() });
    party.now_ms = NOW + 365 * DAY_MS;
    party.run(4);
    assert_eq!(held(&network, &mut party), 600);
}

#[test]
fn one_that_says_it_is_old_may_grow_no_faster_than_the_others() {
    let network = Network::growing(4, Growth { entries_per_day: 3, ..Growth::default() });
    let mut old = Author { now_ms: 0, ..Author::of(&network, 0) };
    let story = old.story(40);
    let mut node = Node::ready(&network, 3);
    for house in [1, 2] {
        node.learn(&Author::of(&network, house).story(0));
    }
    node.tick(NOW + 60_000);
    for entry in &story {
        node.gossip(9, Gossip::Entry(frame_of(entry)), NOW + 61_000);
    }
    assert_eq!(node.seq_of(&network.feed(0)), Some(2), "three for its first day");
}
