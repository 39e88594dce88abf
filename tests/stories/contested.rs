//! A house names the transport keys of two others in its feed (docs/decisions/0016). They go on as if it had not, also when
//! both start anew and remember nobody; turned away is what the house does not name any more.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use protocol::{
    Payload, SecretKey,
    codec::Text,
    message::Gossip,
    payload::control::{NodeKey, NodeKeys},
};

use crate::{
    founding::Network,
    house::{House, next_address},
    member::{Heard, Member, peer_of},
    pen::Pen,
    visitor::Visitor,
    waiting::wait_until,
};

/// Where somebody is to be called in place of another, and who does call there.
struct Bait {
    listener: TcpListener,
    address: Ipv4Addr,
}

impl Bait {
    fn laid() -> Self {
        let address = next_address();
        let listener = TcpListener::bind(SocketAddr::from((address, 0))).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener, address }
    }

    fn multiaddress(&self) -> String {
        format!("/ip4/{}/tcp/{}", self.address, self.listener.local_addr().unwrap().port())
    }

    /// Whether somebody called so far.
    fn is_taken(&self) -> bool {
        self.listener.accept().is_ok()
    }
}

/// Somebody who has the keys of a house whose node rests.
struct Claimant<'h> {
    member: Member,
    pen: Pen,
    house: &'h House,
}

impl<'h> Claimant<'h> {
    fn with_the_keys_of(house: &'h House, others: [&House; 2]) -> Self {
        let member = Member::of(house, &others);
        let own = member.pull(others[0], member.feed(), others[0].entries_of(&member.feed().to_string()));
        let pen = Pen::behind(own.last().unwrap(), (1, house.key("signing")));
        // Who hears gossip knows where to send it.
        others[0].post("keller", "To be heard", "By everybody.", "network");
        member.wait_to_hear("gossip", |heard| matches!(heard, Heard::PassedOn(..)).then_some(()));
        Self { member, pen, house }
    }

    /// The key of its own house, which says whose it is.
    fn own_key(&self) -> NodeKey {
        let key = SecretKey::from_seed(&self.house.key("transport"));
        NodeKey::prove(&key, vec![Text(self.house.network_address())], &self.pen.network, &self.pen.feed)
    }

    /// Writes into its feed which keys are its own, and waits until others hold that.
    fn names(&mut self, keys: Vec<NodeKey>, others: [&House; 2]) {
        let written = self.pen.write(&Payload::NodeKeys(NodeKeys { keys }));
        self.member.gossip(Gossip::Entry(written));
        for other in others {
            wait_until(&format!("{} holds it", other.name()), || {
                other.entries_of(&self.pen.feed.to_string()) == self.pen.seq
            });
        }
    }

    /// Waits until a house hangs up on it.
    fn is_turned_away_by(&self, house: &House) {
        self.member.wait_to_hear(&format!("that {} hangs up", house.name()), |heard| match heard {
            Heard::Disconnected(peer) if *peer == peer_of(house) => Some(()),
            _ => None,
        });
    }
}

/// What one house shows of another: the state, and where it is reached.
fn seen(by: &House, other: &House) -> (String, Vec<String>) {
    let peers = by.peers();
    let peer = peers.iter().find(|peer| peer["name"] == other.name()).unwrap();
    let addresses = peer["addresses"].as_array().unwrap().iter().map(|address| address.as_str().unwrap().to_owned());
    (peer["state"].as_str().unwrap().to_owned(), addresses.collect())
}

/// Both tell and hear each other, each under its own name, and neither is blamed.
fn assert_both_are_who_they_are([a, b]: [&House; 2], title: &str) {
    let case = a.post("keller", title, "And what do you think?", "network");
    wait_until("B hears A", || b.case(&case).is_some());
    b.comment("okafor", &case, "We saw two of these in May.");
    wait_until("A hears B", || {
        a.case(&case).is_some_and(|shown| shown["comments"][0]["author"]["institution"] == b.name())
    });
    for (by, other) in [(a, b), (b, a)] {
        assert_eq!(seen(by, other), ("connected".to_owned(), vec![other.network_address()]));
        let peers = by.peers();
        assert!(peers.iter().all(|peer| peer["blames"] == 0 && peer["is_refused"] == false), "{peers:#?}");
    }
}

/// What the page of peers says of each, for administrators.
fn shown_to_administrators(house: &House, other: &House) -> String {
    let page = Visitor::sign_in(house, "admin").get("/admin/peers").text();
    let row = page.split("<tr").find(|row| row.contains(&format!("scope=\"row\">{}", other.name())));
    row.unwrap_or_else(|| panic!("{} shows {}: {page}", house.name(), other.name())).to_owned()
}

#[test]
fn a_house_that_names_the_keys_of_others_is_not_taken_for_them() {
    let network = Network::of(3);
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    network.wait_until_all_hold_all();
    c.stop();
    let bait = Bait::laid();
    let keys_of_others = |proof| {
        let addresses = vec![Text(bait.multiaddress())];
        [a, b].map(|house| NodeKey { transport: peer_of(house), addresses: addresses.clone(), proof }).to_vec()
    };

    let mut claimant = Claimant::with_the_keys_of(c, [a, b]);
    let own = claimant.own_key();
    let false_proof = own.proof;
    claimant.names([vec![own], keys_of_others(false_proof)].concat(), [a, b]);
    assert_both_are_who_they_are([a, b], "While C names their keys beside its own");
    let addresses = vec![c.network_address(), bait.multiaddress(), bait.multiaddress()];
    assert_eq!(seen(a, c), ("connected".to_owned(), addresses), "C is heard with the key that is its own");

    claimant.names(keys_of_others(None), [a, b]);
    for house in [a, b] {
        claimant.is_turned_away_by(house);
        wait_until("its own key is nobody's any more", || seen(house, c).0 == "away");
    }
    assert_both_are_who_they_are([a, b], "While C names their keys alone");

    for houses in [&[a][..], &[b], &[a, b]] {
        houses.iter().for_each(|house| house.stop());
        houses.iter().for_each(|house| house.serve());
        for (house, other) in [(a, b), (b, a)] {
            wait_until("both find each other", || house.is_ready() && seen(house, other).0 == "connected");
        }
        assert_both_are_who_they_are([a, b], "After a start that remembers nobody");
    }
    assert!(!bait.is_taken(), "nobody calls others where C says that they are");
    assert_eq!((a.status()["connected"].clone(), seen(a, c).0), (1.into(), "never seen".to_owned()));
    let (row_of_b, row_of_c) = (shown_to_administrators(a, b), shown_to_administrators(a, c));
    let address = b.network_address();
    let [_, _, host, _, port, ..] = address.split('/').collect::<Vec<_>>()[..] else { panic!("{address}") };
    assert!(row_of_b.contains("Connected") && row_of_b.contains(&format!("{host}:{port}")), "{row_of_b}");
    assert!(row_of_c.contains("peer-pending") && !row_of_c.contains("Connected"), "{row_of_c}");
    for house in [a, b] {
        assert!(!house.said().contains("ERROR"), "{} sees no mistake of its own", house.name());
    }
}
