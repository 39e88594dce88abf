//! What nodes say to each other: gossip messages, frames of sync streams, frames of blob streams.
//!
//! A frame is a version byte and CBOR items behind it: one that says what it is, then the entries it announces.

use crate::{
    certificate::{Certificate, SignedCard},
    choice,
    claim::{ForkProof, SignedHeadClaim},
    codec::{Bytes, Malformed, Wire, decode, decode_first, encode},
    codes,
    entry::{EntryBytes, Salted},
    id::{BlobId, CaseId, EntryId, FeedId, NetworkId},
    limits,
    payload::{at_most, control::Head},
    wire,
};

/// The first byte of every frame.
pub const FRAME_VERSION: u8 = 1;

/// 256 digests of 8 bytes.
const BUCKETS_BYTES: usize = 2_048;

codes! {
    /// Why a payload does not come: four words that mean four things.
    pub enum Absence {
        /// It was withdrawn from everybody.
        1 => Erased,
        2 => Restricted,
        3 => NotHeld,
        /// Who says so has erased it, and others may hold it: it was withdrawn from some, or it is no longer known from whom.
        4 => ErasedHere,
    }
}

choice! {
    /// The payload of an entry, or why it is not there.
    pub enum Body {
        /// It is.
        1 => Held(Salted),
        /// It is not.
        2 => Absent(Absence),
    }
}

wire! {
    /// An entry as it travels: exact bytes, and its payload where the receiver may have it.
    pub struct EntryFrame {
        /// Header and signature.
        1 => entry: EntryBytes,
        /// Its payload.
        2 => body: Body,
    }

    /// The first frame on a sync stream, from both sides.
    pub struct Hello {
        /// The network.
        1 => network: NetworkId,
        /// The newest protocol that is spoken.
        2 => protocol: u16,
        /// Digest over the charters and certificates held.
        3 => certificates: [u8; 32],
        /// Digest over the heads held.
        4 => heads: [u8; 32],
    }

    /// Charters and certificates; sent whole where the digests differ.
    pub struct Papers {
        /// Charters, oldest first.
        1 => charters: Vec<Bytes>,
        /// Certificates.
        2 => certificates: Vec<Certificate>,
    }

    /// Heads that are held. A feed of which nothing is held does not stand here.
    pub struct Heads {
        /// All, or those that changed since the last time.
        1 => heads: Vec<Head>,
    }

    /// Digests of the heads by the first byte of their feed, where there are too many for one frame.
    pub struct Buckets {
        /// 256 digests of 8 bytes.
        1 => digests: Bytes,
    }

    /// Asks for the heads of buckets.
    pub struct WantBuckets {
        /// First bytes of feed ids.
        1 => buckets: Vec<u8>,
    }

    /// Asks for entries of a feed.
    pub struct WantRange {
        /// The feed.
        1 => feed: FeedId,
        /// The first.
        2 => from: u64,
        /// How many at most.
        3 => count: u32,
        /// Whether payloads are wanted; control payloads come in any case.
        4 => with_payloads: bool,
    }

    /// Announces entries, which follow in the same frame.
    pub struct Range {
        /// The feed.
        1 => feed: FeedId,
        /// The seq of the first.
        2 => from: u64,
        /// How many follow; 0 if nothing is held from there on.
        3 => count: u32,
    }

    /// Not now.
    pub struct Busy {
        /// Ask again after this time.
        1 => retry_ms: u32,
    }

    /// Asks for payloads by their entries.
    pub struct WantPayloads {
        /// At most [`limits::WANT_ENTRIES_MAX`].
        1 => entries: Vec<EntryId>,
    }

    /// Answers with one payload.
    pub struct PayloadOf {
        /// The entry.
        1 => entry: EntryId,
        /// Its payload.
        2 => body: Body,
    }

    /// Tells a member of the audience that payloads wait for it.
    pub struct Offer {
        /// At most [`limits::WANT_ENTRIES_MAX`].
        1 => entries: Vec<EntryId>,
    }

    /// Asks for the head of one feed, as evidence: the header itself, not a number.
    pub struct WantHead {
        /// The feed of the asker.
        1 => feed: FeedId,
    }

    /// The head of one feed.
    pub struct HeadOf {
        /// The feed.
        1 => feed: FeedId,
        /// Its newest entry here; absent if nothing is held.
        2 => entry: Option<EntryBytes>,
    }

    /// What a stranger shows to be let in: that it was admitted, and that the key it connects with is its own.
    pub struct Introduction {
        /// Charters and certificates.
        1 => papers: Papers,
        /// Its root entries in order, and its newest node keys; none, if it has written nothing yet.
        2 => entries: Vec<EntryFrame>,
        /// Before it has written anything: its card, whose keys its feed is named after.
        3 => card: Option<SignedCard>,
    }

    /// Asks for bytes of a picture.
    pub struct WantBlob {
        /// The case whose payload lists it.
        1 => case: CaseId,
        /// The picture or preview.
        2 => blob: BlobId,
    }

    /// The answer on a blob stream; chunks of [`limits::BLOB_CHUNK_BYTES`] follow as frames of their own.
    pub struct BlobHead {
        /// Bytes that follow; 0 if the blob is not to be had.
        1 => size: u64,
    }
}

choice! {
    /// A frame of a sync stream.
    pub enum Frame {
        /// Opens the session.
        1 => Hello(Hello),
        /// Who is a member.
        2 => Papers(Papers),
        /// What is held.
        3 => Heads(Heads),
        /// What is held, in short.
        4 => Buckets(Buckets),
        /// Asks for heads.
        5 => WantBuckets(WantBuckets),
        /// Asks for entries.
        6 => WantRange(WantRange),
        /// Entries follow.
        7 => Range(Range),
        /// Not now.
        8 => Busy(Busy),
        /// The feed contradicts itself.
        9 => Forked(ForkProof),
        /// Asks for payloads.
        10 => WantPayloads(WantPayloads),
        /// A payload.
        11 => Payload(PayloadOf),
        /// Payloads wait.
        12 => Offer(Offer),
        /// Asks for the asker's own head.
        13 => WantHead(WantHead),
        /// That head.
        14 => Head(HeadOf),
    }
}

impl Frame {
    /// Limits that the shape alone does not give.
    fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Buckets(buckets) if buckets.digests.0.len() != BUCKETS_BYTES => {
                Err(Malformed::Form { at: 0, what: "buckets that are not 256 digests of 8 bytes" })
            }
            Self::WantPayloads(want) => at_most("question", want.entries.len(), "entries", limits::WANT_ENTRIES_MAX),
            Self::Offer(offer) => at_most("offer", offer.entries.len(), "entries", limits::WANT_ENTRIES_MAX),
            _ => Ok(()),
        }
    }
}

/// A frame with the entries behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed {
    /// What it says.
    pub frame: Frame,
    /// The entries of a [`Range`], else none.
    pub entries: Vec<EntryFrame>,
}

impl From<Frame> for Framed {
    fn from(frame: Frame) -> Self {
        Self { frame, entries: Vec::new() }
    }
}

impl Framed {
    /// The bytes of the frame, without the length before them.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FRAME_VERSION];
        bytes.extend(encode(&self.frame));
        for entry in &self.entries {
            bytes.extend(encode(entry));
        }
        bytes
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`Malformed`]: the sender is to blame.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let (frame, mut rest) = decode_first::<Frame>(versioned(bytes)?)?;
        let announced = if let Frame::Range(range) = &frame { range.count as usize } else { 0 };
        at_most("range", announced, "entries", limits::RUN_ENTRIES_MAX)?;
        frame.check()?;
        let mut entries = Vec::new();
        while !rest.is_empty() && entries.len() < announced {
            let (entry, behind) = decode_first(rest)?;
            entries.push(entry);
            rest = behind;
        }
        if entries.len() != announced || !rest.is_empty() {
            return Err(Malformed::Form {
                at: bytes.len() - rest.len(),
                what: "another number of entries than announced",
            });
        }
        Ok(Self { frame, entries })
    }
}

/// A single item behind a version byte, as blob streams use it.
pub fn encode_versioned<T: Wire>(value: &T) -> Vec<u8> {
    let mut bytes = vec![FRAME_VERSION];
    bytes.extend(encode(value));
    bytes
}

/// Reads a single item behind a version byte.
///
/// # Errors
/// [`Malformed`].
pub fn decode_versioned<T: Wire>(bytes: &[u8]) -> Result<T, Malformed> {
    decode(versioned(bytes)?)
}

fn versioned(bytes: &[u8]) -> Result<&[u8], Malformed> {
    at_most("frame", bytes.len(), "bytes", limits::FRAME_BYTES_MAX)?;
    match bytes.split_first() {
        Some((&FRAME_VERSION, rest)) => Ok(rest),
        _ => Err(Malformed::Form { at: 0, what: "a frame of another version" }),
    }
}

choice! {
    /// A gossip message. Its id is a hash over all of it, so a spoiled copy never hides the good one.
    pub enum Gossip {
        /// An entry, its payload inside where it is for the network and small.
        1 => Entry(EntryFrame),
        /// An institution's newest entry.
        2 => HeadClaim(SignedHeadClaim),
        /// A decision.
        3 => Certificate(Certificate),
        /// Evidence of a fork.
        4 => ForkProof(ForkProof),
    }
}

impl Gossip {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Malformed`]: the sender is to blame.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        at_most("gossip message", bytes.len(), "bytes", limits::GOSSIP_MESSAGE_BYTES_MAX)?;
        decode_versioned(bytes)
    }

    /// The bytes that are published.
    pub fn encode(&self) -> Vec<u8> {
        encode_versioned(self)
    }

    /// Whether it belongs on the control topic.
    pub const fn is_control(&self) -> bool {
        !matches!(self, Self::Entry(_))
    }
}
