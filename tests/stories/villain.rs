//! Somebody who has the keys of a house and uses them for what must not stand.
//!
//! Each deed waits until it was answered, so that what is counted is counted for it alone.

use protocol::{
    CaseId, Context, EntryId, FeedId, Kind, NetworkId, Payload, SecretKey, Statement, StatementId, Unverified,
    codec::Text,
    message::{Body, EntryFrame, Frame, Framed, Gossip, Heads, Range},
    payload::{
        content::{Comment, Profile},
        control::{Attestation, Genesis, Head, Place, Profession, Revocation, RevocationReason, Scope},
    },
};

use crate::{
    house::House,
    member::{Heard, Member, peer_of},
    pen::{Pen, id_of, now_ms},
    waiting::wait_until,
};

/// How often a member may be blamed within an hour.
const BLAMES_MAX: u64 = 20;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The house whose node rests, as somebody uses its keys.
pub(crate) struct Villain {
    member: Member,
    /// Goes on with the house's own feed.
    pen: Pen,
    /// What B has written so far.
    of_b: Vec<EntryFrame>,
}

impl Villain {
    /// Speaks to A alone.
    pub(crate) fn of(c: &House, a: &House, b: &House) -> Self {
        let member = Member::of(c, &[a]);
        let own = member.pull(a, member.feed(), a.entries_of(&member.feed().to_string()));
        let of_b = member.pull(a, b.feed().parse().unwrap(), a.entries_of(&b.feed()));
        let pen = Pen::behind(own.last().unwrap(), (1, c.key("signing")));
        a.post("keller", "To be heard", "Who hears gossip knows where to send it.", "network");
        member.wait_to_hear("gossip of A", |heard| match heard {
            Heard::PassedOn(peer, _) if *peer == peer_of(a) => Some(()),
            _ => None,
        });
        Self { member, pen, of_b }
    }

    /// Gossips an entry and waits until so many of its like were refused.
    fn is_refused(&self, a: &House, entry: EntryFrame, why: &str, count: u64) {
        self.member.gossip(Gossip::Entry(entry));
        wait_until(&format!("A refuses it as {why}"), || a.status()["refused"][why] == count);
    }

    /// Gossips an entry of its own feed and waits until it stands there.
    fn says(&mut self, a: &House, payload: &Payload) -> EntryId {
        let entry = self.pen.write(payload);
        self.member.gossip(Gossip::Entry(entry.clone()));
        wait_until("A holds what C's keys signed", || a.entries_of(&self.feed()) == self.pen.seq);
        id_of(&entry)
    }

    pub(crate) fn sends_what_others_signed_with_a_byte_changed(&self, a: &House) {
        let genuine = self.comment_of_b();
        let mut signature = genuine.clone();
        signature.entry.signature.0[40] ^= 1;
        self.is_refused(a, signature, "bad_signature", 1);
        let mut header = genuine.clone();
        let in_its_hash = header.entry.header.0.len() - 10;
        header.entry.header.0[in_its_hash] ^= 1;
        self.is_refused(a, header, "bad_signature", 2);
        let mut payload = genuine;
        let Body::Held(salted) = &mut payload.body else { panic!("the comment came with its words") };
        *salted.bytes.0.last_mut().unwrap() ^= 1;
        self.is_refused(a, payload, "payload_mismatch", 1);
    }

    pub(crate) fn sends_what_is_of_another_network(&self, a: &House) {
        let elsewhere = Pen { network: NetworkId([9; 32]), ..self.pen.clone() };
        self.is_refused(a, elsewhere.draft(&profile(person(), "Nobody")), "malformed", 1);
    }

    /// A feed of somebody who was never admitted, in itself sound. Returns its id.
    pub(crate) fn passes_on_what_is_of_no_member(&self, a: &House) -> String {
        let [root, next_root, signing] = [[11; 32], [12; 32], [13; 32]].map(|seed| SecretKey::from_seed(&seed));
        let next_root = next_root.public().commitment();
        let feed = FeedId::derive(&self.pen.network, &root.public(), &next_root);
        let pen = Pen { network: self.pen.network, feed, seq: 0, prev: EntryId::NONE, key: (0, *root.seed()) };
        let genesis = Genesis {
            root: root.public(),
            next_root,
            signing: signing.public(),
            name: Text::from("Hospital of Nowhere"),
            country: Text::from("DE"),
        };
        self.is_refused(a, pen.draft(&Payload::Genesis(genesis)), "of_no_member", 1);
        feed.to_string()
    }

    /// Returns the comment.
    pub(crate) fn speaks_through_somebody_who_was_revoked(&mut self, a: &House, case: &str) -> EntryId {
        let said_by = person();
        let attestation = Attestation {
            clinician: said_by.clinician(),
            profession: Profession::Physician,
            specialties: Vec::new(),
            scope: Scope::FULL,
            until_ms: now_ms() + DAY_MS,
            pseudonym_in: None,
        };
        self.says(a, &profile(person(), "Dr. Carla Gone"));
        let attestation = self.says(a, &Payload::Attestation(attestation));
        let reason = RevocationReason::Misuse;
        self.says(a, &Payload::Revocation(Revocation { attestation, reason, since: None }));
        let words = Comment {
            text: Text::from("Still here."),
            replies_to: None,
            seen: Vec::new(),
            picture: None,
            region: None,
        };
        let context = Context { network: self.pen.network, feed: self.pen.feed, kind: Kind::Comment };
        let case: CaseId = case.parse().unwrap();
        let statement = Statement::sign(&context, case, StatementId([1; 16]), &words, &said_by);
        self.says(a, &Payload::Statement(Kind::Comment, statement))
    }

    /// What B's nurse said about one case, as if it were said at C, about this one or another. Returns the comment.
    pub(crate) fn replays_in_another_context(&mut self, a: &House, case: &str) -> EntryId {
        let Body::Held(salted) = self.comment_of_b().body else { panic!("the comment came with its words") };
        let Ok(Payload::Statement(_, said)) = Payload::decode(Kind::Comment, &salted.bytes.0) else {
            panic!("the comment is one");
        };
        let moved = Statement { case: case.parse().unwrap(), ..said };
        self.says(a, &Payload::Statement(Kind::Comment, moved))
    }

    /// With forgeries, the first as an answer to what A asks for. It was blamed four times before, twice for signatures.
    pub(crate) fn goes_on_until_it_is_refused(&self, a: &House) {
        let forged = |number: u64| {
            let mut forged = self.pen.draft(&profile(person(), &format!("Forged {number}")));
            forged.entry.signature.0[40] ^= 1;
            forged
        };
        self.answers_with(a, forged(0));
        wait_until("A refuses what it asked for", || a.status()["refused"]["bad_signature"] == 3);
        for number in 5..BLAMES_MAX {
            self.is_refused(a, forged(number), "bad_signature", number - 1);
        }
        self.member.wait_to_hear("that A hangs up", |heard| match heard {
            Heard::Disconnected(peer) if *peer == peer_of(a) => Some(()),
            _ => None,
        });
        self.member.wait_to_hear("that A does not let it in again", |heard| match heard {
            Heard::NotReached(peer) if *peer == peer_of(a) => Some(()),
            _ => None,
        });
        assert_eq!(a.entries_of(&self.feed()), self.pen.seq, "nothing of it stands at A");
    }

    /// The feed of its house.
    pub(crate) fn feed(&self) -> String {
        self.pen.feed.to_string()
    }

    /// Says that there is one more entry, and gives this one when it is asked for.
    fn answers_with(&self, a: &House, entry: EntryFrame) {
        let (feed, from) = (self.pen.feed, self.pen.seq);
        let place = Place { epoch: 0, seq: from, entry: id_of(&entry) };
        self.member.tell(a, Frame::Heads(Heads { heads: vec![Head { feed, place }] }));
        self.member.wait_to_hear("that A asks for it", |heard| match heard {
            Heard::Said(_, Framed { frame: Frame::WantRange(want), .. }) => (want.from == from).then_some(()),
            _ => None,
        });
        self.member.tell(a, Framed { frame: Frame::Range(Range { feed, from, count: 1 }), entries: vec![entry] });
    }

    fn comment_of_b(&self) -> EntryFrame {
        let is_comment = |frame: &&EntryFrame| {
            Unverified::parse(frame.entry.clone()).is_ok_and(|entry| entry.claimed().kind == Kind::Comment)
        };
        self.of_b.iter().find(is_comment).expect("B has commented").clone()
    }
}

/// Somebody of C.
fn person() -> SecretKey {
    SecretKey::from_seed(&[77; 32])
}

fn profile(of: SecretKey, name: &str) -> Payload {
    Payload::Profile(Profile { clinician: of.clinician(), name: Text::from(name) })
}
