//! What we say ourselves: entries of our own feed.

use protocol::{
    Audience, Class, Entry, EntryId, Kind, NewEntry, Payload, Salt, SecretKey,
    claim::{HeadClaim, SignedHeadClaim},
    codec::Malformed,
    limits,
    message::{Absence, Body, EntryFrame, Gossip},
    payload::control::Place,
};

use super::{CLAIM_MS, Exchange};
use crate::{
    archive::Held,
    chain::Chain,
    effect::{Effect, Record},
    start::Start,
};

/// More entries than this at once are announced by one head claim, and peers pull them.
const ANNOUNCED_SINGLY_MAX: usize = 10;
/// Between two head claims.
const CLAIM_MS_MIN: u64 = 2_000;

/// An entry that is to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it says.
    pub payload: Payload,
    /// Who may have the payload.
    pub audience: Audience,
    /// Drawn for this entry alone.
    pub salt: Salt,
}

/// Why nothing was appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendRefusal {
    /// The own-head check has not passed.
    #[error("waiting for other institutions to say how far our feed had come")]
    Waiting,
    /// Somebody else writes our feed.
    #[error("another node writes our feed; nothing is signed until the operator decides")]
    Halted,
    /// The feed ended or stands still.
    #[error("our feed is closed")]
    Closed,
    /// No key, or not the one that the feed names.
    #[error("the signing key is not the one that our feed names")]
    Key,
    /// Too large.
    #[error("entry cannot be written")]
    Payload(#[from] Malformed),
}

impl Exchange {
    /// The key that signs our entries, other than root entries.
    pub fn set_signing(&mut self, key: SecretKey) {
        self.signing = Some(key);
    }

    /// Appends entries to our feed, all or none.
    ///
    /// The journal effect comes first; only when it is durable may anybody be told, the person who wrote included.
    ///
    /// # Errors
    /// [`AppendRefusal`].
    pub fn append(&mut self, drafts: Vec<Draft>, now_ms: u64) -> Result<Vec<Effect>, AppendRefusal> {
        let key = self.signing.take().ok_or(AppendRefusal::Key)?;
        let written = self.write(drafts, now_ms, &key, false);
        self.signing = Some(key);
        Ok(self.publish(written?, now_ms))
    }

    /// Appends one root entry, signed with the root key; for a change of root that is the new one. Where our feed stands still
    /// because it was contested, that is what ends the contest.
    ///
    /// # Errors
    /// [`AppendRefusal`].
    pub fn append_root(&mut self, draft: Draft, now_ms: u64, root: &SecretKey) -> Result<Vec<Effect>, AppendRefusal> {
        let written = self.write(vec![draft], now_ms, root, true)?;
        Ok(self.publish(written, now_ms))
    }

    fn write(
        &mut self,
        drafts: Vec<Draft>,
        now_ms: u64,
        key: &SecretKey,
        is_root: bool,
    ) -> Result<Vec<Held>, AppendRefusal> {
        match &self.start {
            Start::Waiting { .. } => return Err(AppendRefusal::Waiting),
            Start::Halted => return Err(AppendRefusal::Halted),
            Start::Ready => {}
        }
        let (network, me) = (self.papers.network(), self.me);
        self.digests.heads = None;
        let chain = self.chains.entry(me).or_insert_with(|| Chain::new(network, me));
        let mut head = chain.head().cloned();
        let mut written = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let held = sign(chain, head.as_ref(), &draft, now_ms, key, is_root)?;
            let header = held.entry.header();
            head = Some(Place { epoch: header.epoch, seq: header.seq, entry: held.entry.id() });
            written.push(held);
        }
        for held in &written {
            chain.take_own(held);
        }
        self.moved.insert(me);
        Ok(written)
    }

    /// The journal first, then whoever is to know.
    fn publish(&mut self, written: Vec<Held>, now_ms: u64) -> Vec<Effect> {
        let passed_ms = self.clock.shows(now_ms);
        let announcements = self.announce(&written, passed_ms);
        let mut effects = vec![Effect::Journal(written.into_iter().map(Record::Entry).collect())];
        effects.extend(announcements);
        effects
    }

    /// What gossip gets of entries just written.
    fn announce(&mut self, written: &[Held], now_ms: u64) -> Vec<Effect> {
        if written.len() <= ANNOUNCED_SINGLY_MAX {
            return written.iter().map(|held| Effect::Publish(Gossip::Entry(gossip_frame(held)))).collect();
        }
        let mut effects = Vec::new();
        let may_claim_ms = self.claimed_ms.map_or(0, |claimed_ms| claimed_ms + CLAIM_MS_MIN);
        self.claim_due_ms = self.claim_due_ms.min(may_claim_ms);
        if now_ms >= self.claim_due_ms {
            self.claim_head(now_ms, &mut effects);
        }
        effects
    }

    /// Says how far our feed has come.
    pub(super) fn claim_head(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        self.claim_due_ms = now_ms.saturating_add(CLAIM_MS);
        if !self.start.is_ready() {
            return;
        }
        let Some(chain) = self.chains.get(&self.me) else { return };
        let (Some(place), Some(institution), Some(key)) = (chain.head(), chain.institution(), &self.signing) else {
            return;
        };
        let (number, named) = institution.keys().signing();
        if named != key.public() {
            return;
        }
        let claim = HeadClaim { feed: self.me, place: place.clone(), time_ms: self.clock.shown_ms(), key: number };
        let signed = SignedHeadClaim::sign(&self.papers.network(), &claim, key);
        self.claimed_ms = Some(now_ms);
        effects.push(Effect::Publish(Gossip::HeadClaim(signed)));
    }
}

fn sign(
    chain: &Chain,
    head: Option<&Place>,
    draft: &Draft,
    now_ms: u64,
    key: &SecretKey,
    is_root: bool,
) -> Result<Held, AppendRefusal> {
    let is_last_will = chain.may_withdraw() && draft.payload.kind() == Kind::Withdrawal;
    let is_seal = chain.may_be_sealed() && is_root;
    if !chain.is_open() && !is_last_will && !is_seal {
        return Err(AppendRefusal::Closed);
    }
    let is_root_kind = draft.payload.class() == Class::Root;
    let expected = match chain.institution() {
        _ if is_root != is_root_kind => None,
        Some(institution) if is_root => institution.keys().root_signer(&draft.payload).ok().map(|key| (0, key)),
        Some(institution) => Some(institution.keys().signing()),
        None => matches!(draft.payload, Payload::Genesis(_)).then(|| (0, key.public())),
    };
    let (number, _) = expected.filter(|(_, expected)| *expected == key.public()).ok_or(AppendRefusal::Key)?;
    let epoch = head.map_or(0, |head| head.epoch);
    let new = NewEntry {
        network: chain.network(),
        feed: chain.feed(),
        epoch: if draft.payload.kind() == Kind::EpochStart { epoch + 1 } else { epoch },
        seq: head.map_or(0, |head| head.seq + 1),
        prev: head.map_or(EntryId::NONE, |head| head.entry),
        time_ms: now_ms,
        payload: &draft.payload,
        audience: draft.audience,
        salt: draft.salt,
    };
    let (entry, salted) = Entry::sign(&new, number, key)?;
    Ok(Held { entry, body: Body::Held(salted) })
}

/// An entry as gossip carries it: its payload inside where it is for the network and small, or control.
fn gossip_frame(held: &Held) -> EntryFrame {
    let header = held.entry.header();
    let is_small = header.payload_size as usize <= limits::GOSSIP_PAYLOAD_BYTES_MAX;
    let body = match &held.body {
        Body::Held(_) if header.audience != Audience::Network => Body::Absent(Absence::Restricted),
        Body::Held(_) if !is_small => Body::Absent(Absence::NotHeld),
        body => body.clone(),
    };
    EntryFrame { entry: held.entry.bytes().clone(), body }
}
