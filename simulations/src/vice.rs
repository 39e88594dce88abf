//! What dishonest nodes do: the real machine runs inside, and what it says is changed on its way out.

use feed::Held;
use protocol::{
    Audience, Entry, FeedId, NetworkId, NewEntry, Salt, SecretKey,
    message::{Absence, Body, EntryFrame, Frame, Framed, Gossip},
    payload::control::Place,
};

use crate::{chance::Chance, scenario::Vice};

/// How many entries one that withholds the tail keeps back.
const WITHHELD: u64 = 3;
/// How far ahead one that lies claims to be.
const CLAIMED_AHEAD: u64 = 1_000;

/// A second branch of a feed, behind the same entry as the first.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    feed: FeedId,
    from: u64,
    entries: Vec<Held>,
}

impl Branch {
    /// Writes a branch of so many cases behind a place.
    pub(crate) fn grow(
        network: NetworkId,
        feed: FeedId,
        behind: &Place,
        payloads: &[protocol::Payload],
        (number, key): &(u32, SecretKey),
        chance: &mut Chance,
    ) -> Self {
        let mut prev = behind.clone();
        let mut entries = Vec::new();
        for payload in payloads {
            let new = NewEntry {
                network,
                feed,
                epoch: prev.epoch,
                seq: prev.seq + 1,
                prev: prev.entry,
                time_ms: 0,
                payload,
                audience: Audience::Network,
                salt: Salt(chance.bytes()),
            };
            let (entry, salted) = Entry::sign(&new, *number, key).expect("what was written can be signed");
            prev = Place { epoch: prev.epoch, seq: prev.seq + 1, entry: entry.id() };
            entries.push(Held { entry, body: Body::Held(salted) });
        }
        Self { feed, from: behind.seq + 1, entries }
    }

    /// The place where the branches part.
    pub(crate) const fn from(&self) -> u64 {
        self.from
    }

    /// What is gossiped of it.
    pub(crate) fn gossip(&self) -> impl Iterator<Item = Gossip> {
        self.entries.iter().take(3).map(|held| Gossip::Entry(frame_of(held)))
    }

    /// Shows this branch instead of the other.
    fn show(&self, framed: &mut Framed) {
        match &mut framed.frame {
            Frame::Heads(heads) => {
                let last = self.entries.last();
                for head in heads.heads.iter_mut().filter(|head| head.feed == self.feed && head.place.seq >= self.from)
                {
                    if let Some(last) = last {
                        let header = last.entry.header();
                        head.place = Place { epoch: header.epoch, seq: header.seq, entry: last.entry.id() };
                    }
                }
            }
            Frame::Range(range) if range.feed == self.feed => {
                let common = usize::try_from(self.from.saturating_sub(range.from)).unwrap_or_default();
                framed.entries.truncate(common);
                if framed.entries.len() == common {
                    let skipped = usize::try_from(range.from.saturating_sub(self.from)).unwrap_or_default();
                    framed.entries.extend(self.entries.iter().skip(skipped).take(500).map(frame_of));
                }
                range.count = u32::try_from(framed.entries.len()).unwrap_or_default();
            }
            _ => {}
        }
    }
}

fn frame_of(held: &Held) -> EntryFrame {
    EntryFrame { entry: held.entry.bytes().clone(), body: held.body.clone() }
}

/// What a dishonest node sends in place of a frame.
pub(crate) fn twist_frame(
    vice: Vice,
    mut framed: Framed,
    is_fooled: bool,
    branch: Option<&Branch>,
    chance: &mut Chance,
) -> Option<Framed> {
    match (vice, &mut framed.frame) {
        (Vice::Equivocates, _) if is_fooled => {
            if let Some(branch) = branch {
                branch.show(&mut framed);
            }
        }
        (Vice::LiesAboutHeads, Frame::Heads(heads)) => {
            heads.heads.iter_mut().for_each(|head| head.place.seq += CLAIMED_AHEAD);
        }
        (Vice::LiesAboutHeads, Frame::Range(range)) => {
            if chance.is(50) {
                return None;
            }
            framed.entries.clear();
            range.count = 0;
        }
        (Vice::WithholdsTail, Frame::Range(range)) => {
            let kept = framed.entries.len().saturating_sub(usize::try_from(WITHHELD).unwrap_or_default());
            framed.entries.truncate(kept);
            range.count = u32::try_from(kept).unwrap_or_default();
        }
        (Vice::SpoilsPayloads, Frame::Range(_)) => framed.entries.iter_mut().for_each(|entry| spoil(&mut entry.body)),
        (Vice::SpoilsPayloads, Frame::Payload(payload)) => spoil(&mut payload.body),
        (Vice::BreaksSignatures, Frame::Range(_)) => framed.entries.iter_mut().for_each(break_signature),
        (Vice::CallsErased, Frame::Payload(payload)) => payload.body = Body::Absent(Absence::Erased),
        (Vice::CallsErased, Frame::Range(_)) => {
            framed.entries.iter_mut().for_each(|entry| entry.body = Body::Absent(Absence::Erased));
        }
        _ => {}
    }
    Some(framed)
}

/// What a dishonest node gossips in place of a message.
pub(crate) fn twist_gossip(vice: Vice, mut message: Gossip, chance: &mut Chance) -> Option<Gossip> {
    let Gossip::Entry(frame) = &mut message else { return Some(message) };
    match vice {
        Vice::WithholdsTail | Vice::LiesAboutHeads if chance.is(50) => return None,
        Vice::SpoilsPayloads => spoil(&mut frame.body),
        Vice::BreaksSignatures => break_signature(frame),
        Vice::CallsErased => frame.body = Body::Absent(Absence::Erased),
        _ => {}
    }
    Some(message)
}

fn spoil(body: &mut Body) {
    if let Body::Held(salted) = body {
        salted.salt.0[0] ^= 1;
    }
}

const fn break_signature(frame: &mut EntryFrame) {
    frame.entry.signature.0[40] ^= 1;
}
