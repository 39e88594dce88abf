//! What others get from us: headers and control always, payloads to those who may have them and not before our own-head
//! check has passed.

use protocol::{
    Audience, EntryId, FeedId, InstitutionId, Proof, limits,
    message::{Absence, Body, Busy, EntryFrame, Frame, Framed, HeadOf, PayloadOf, Range, WantRange},
};

use super::{Exchange, sync::held_entry};
use crate::{
    archive::{Archive, Held},
    chain::Chain,
    effect::{Effect, Peer},
};

/// Room for what stands round a header, a signature, a salt and a payload in a frame, and for what stands in front of them all.
const FRAMING_BYTES: usize = 256;
/// Payloads with which one question is answered; nobody asks for more than one frame's worth.
const PAYLOAD_BYTES_AT_ONCE_MAX: usize = 2 * limits::FRAME_BYTES_MAX;
/// Linked entries wait so long for their signatures to be verified before they are served.
const UNVERIFIED_RETRY_MS: u32 = 250;

impl Exchange {
    /// Answers with a range that ends at an entry whose own signature holds: the receiver takes the others by their links, and
    /// a bad one at the end would look like the sender's fault.
    pub(super) fn serve_range(&self, peer: Peer, want: &WantRange, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get(&peer) else { return };
        let Some(chain) = self.chains.get(&want.feed) else {
            return Self::send_range(effects, peer, want, Vec::new());
        };
        let count = u64::from(want.count).min(limits::RUN_ENTRIES_MAX as u64);
        let mut end = want.from.saturating_add(count).min(chain.exchanged_head().map_or(0, |head| head.seq + 1));
        let proven = chain.freeze().and_then(|freeze| Some((freeze.at, freeze.proof.clone()?)));
        if let Some((at, proof)) = proven.filter(|(at, _)| want.from.saturating_add(count) > *at) {
            Self::send(effects, peer, Frame::Forked(proof));
            end = end.min(at);
        }
        let mut entries = Vec::new();
        let (mut bytes, mut signed) = (FRAMING_BYTES, 0);
        for seq in want.from..end {
            let Some(held) = archive.held(&want.feed, seq) else { break };
            let may_have = want.with_payloads && self.may_have(&session.institution, &held, archive);
            let frame = held.frame_for(may_have);
            bytes += bytes_of(&frame);
            if bytes > limits::FRAME_BYTES_MAX {
                break;
            }
            entries.push(frame);
            if seq < chain.verified_to() || held.entry.proof() == Proof::Signature {
                signed = entries.len();
            }
        }
        if signed == 0 && !entries.is_empty() {
            return Self::send(effects, peer, Frame::Busy(Busy { retry_ms: UNVERIFIED_RETRY_MS }));
        }
        entries.truncate(signed);
        Self::send_range(effects, peer, want, entries);
    }

    fn send_range(effects: &mut Vec<Effect>, peer: Peer, want: &WantRange, entries: Vec<EntryFrame>) {
        let range = Range { feed: want.feed, from: want.from, count: u32::try_from(entries.len()).unwrap_or_default() };
        effects.push(Effect::Send(peer, Framed { frame: Frame::Range(range), entries }));
    }

    pub(super) fn serve_payloads(
        &self,
        peer: Peer,
        wanted: &[EntryId],
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        let Some(session) = self.sessions.get(&peer) else { return };
        let mut room = PAYLOAD_BYTES_AT_ONCE_MAX;
        for entry in wanted.iter().take(limits::WANT_ENTRIES_MAX) {
            let held = held_entry(entry, archive).filter(|_| room > 0);
            let body = match held {
                Some(held) if held.is_control() || self.may_have(&session.institution, &held, archive) => held.body,
                _ => Body::Absent(Absence::NotHeld),
            };
            if let Body::Held(salted) = &body {
                room = room.saturating_sub(salted.bytes.0.len());
            }
            Self::send(effects, peer, Frame::Payload(PayloadOf { entry: *entry, body }));
        }
    }

    pub(super) fn serve_head(&self, peer: Peer, feed: &FeedId, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let head = self.chains.get(feed).and_then(Chain::head);
        let held = head.and_then(|head| archive.held(feed, head.seq));
        let entry = held.map(|held| held.entry.bytes().clone());
        Self::send(effects, peer, Frame::Head(HeadOf { feed: *feed, entry }));
    }

    fn may_have(&self, reader: &InstitutionId, held: &Held, archive: &impl Archive) -> bool {
        let entry = held.entry.id();
        let is_theirs = match held.entry.header().audience {
            Audience::Network => !archive.is_kept_from(reader, &entry),
            _ => archive.may_have(reader, &entry),
        };
        self.start.is_ready() && is_theirs
    }
}

/// What an entry takes in a frame, at most.
fn bytes_of(frame: &EntryFrame) -> usize {
    let payload = if let Body::Held(salted) = &frame.body { salted.bytes.0.len() } else { 0 };
    FRAMING_BYTES + frame.entry.header.0.len() + payload
}
