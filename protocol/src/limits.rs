//! Every limit of the protocol, in one place. A number here is the same on all nodes of a network.

/// Nesting of CBOR.
pub const CBOR_DEPTH_MAX: usize = 16;
/// Items in one CBOR item, itself included.
pub const CBOR_ITEMS_MAX: usize = 4_096;
/// Texts in one list.
pub const TEXTS_MAX: usize = 256;
/// Charters in one message; other byte strings in one list.
pub const CHARTERS_MAX: usize = 1_000;

/// Payload of an entry, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 262_144;
/// A header; version 1 has at most 210 bytes, later ones may add.
pub const HEADER_BYTES_MAX: usize = 1_024;
/// Highest sequence number of a feed.
pub const SEQ_MAX: u64 = 1 << 48;
/// Headers linked on the signature of the last one.
pub const RUN_ENTRIES_MAX: usize = 1_024;
/// A restricted payload is padded to this times a power of two.
pub const PADDING_STEP_BYTES: usize = 256;

/// Payloads up to this size travel inside gossip.
pub const GOSSIP_PAYLOAD_BYTES_MAX: usize = 16_384;
/// A gossip message.
pub const GOSSIP_MESSAGE_BYTES_MAX: usize = 65_536;
/// A frame of a stream.
pub const FRAME_BYTES_MAX: usize = 1_048_576;
/// What a stranger may show.
pub const INTRODUCTION_BYTES_MAX: usize = 65_536;
/// Entries whose payloads are asked for or offered in one frame.
pub const WANT_ENTRIES_MAX: usize = 256;
/// A chunk of a picture on a stream.
pub const BLOB_CHUNK_BYTES: usize = 262_144;
/// A picture.
pub const BLOB_BYTES_MAX: usize = 67_108_864;
/// A preview picture.
pub const PREVIEW_BYTES_MAX: usize = 24_576;

/// A charter with its list of members, in bytes.
pub const CHARTER_BYTES_MAX: usize = 524_288;
/// Governors of a network.
pub const GOVERNORS_MAX: usize = 21;
/// Transport keys of an institution.
pub const NODE_KEYS_MAX: usize = 8;
/// Addresses of a transport key.
pub const ADDRESSES_MAX: usize = 8;
/// Entries that a comment names as seen.
pub const SEEN_MAX: usize = 8;
/// Pictures of a case.
pub const PICTURES_MAX: usize = 32;
/// Tags of a case.
pub const TAGS_MAX: usize = 32;
/// Institutions in the audience of a restricted case.
pub const AUDIENCE_MAX: usize = 256;
/// Specialties in an attestation.
pub const SPECIALTIES_MAX: usize = 16;
/// Covers of a picture.
pub const COVERS_MAX: usize = 256;

/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters of a case's text, of a comment, of an outcome.
pub const BODY_CHARS_MAX: usize = 20_000;
/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 120;
/// Characters of a tag.
pub const TAG_CHARS_MAX: usize = 80;
/// Characters of an address.
pub const ADDRESS_CHARS_MAX: usize = 200;

/// A clock further ahead than this is suspect.
pub const CLOCK_AHEAD_MS_MAX: u64 = 10 * 60 * 1_000;
