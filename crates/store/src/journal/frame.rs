//! One record as bytes: a head that can be trusted by itself, the record, and a checksum over both.
//!
//! ```text
//! marker 4 · length 4 · batch 4 · head check 8 │ kind 1 · slot 4 · clear length 4 · clear · sealed … │ check 16
//! ```
//!
//! Both checks begin with the place (journal, segment, offset), so a frame that stands elsewhere than where it was written
//! is none, and any frame can be checked alone, without the one before it. The head has its own check because a flipped bit
//! in a length must not make a damaged middle look like a torn end. `batch` is where the group of frames begins that went
//! to the disk with one sync: all before it was on the disk when this frame was written.
//! The checks are SHA-256 cut short: against accidents 64 and 128 bits are plenty, and who forges is met by signatures.

use protocol::hash;

/// Bytes before the record.
pub(super) const HEAD_LEN: usize = 20;
/// What a frame adds to a record without a secret.
pub(super) const OVERHEAD: usize = BODY_START + CHECK_LEN;
const BODY_START: usize = HEAD_LEN + 9;
const CHECK_LEN: usize = 16;
/// The longest frame: a whole record of 1 MiB.
pub(super) const FRAME_MAX: usize = super::RECORD_BYTES_MAX + OVERHEAD + crate::seal::TAG_LEN;

/// What every frame begins with, so that the next one can be found behind damage.
pub(super) const MARKER: [u8; 4] = [0xF7, b'R', b'E', b'C'];
const NO_SLOT: u32 = u32::MAX;

/// Where a frame stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) journal: [u8; 16],
    pub(super) segment: u32,
    pub(super) offset: u32,
}

/// The first bytes of a frame, checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) length: usize,
    pub(super) batch: u32,
}

/// A frame's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) batch: u32,
    pub(super) kind: u8,
    pub(super) slot: Option<u32>,
    pub(super) clear: &'a [u8],
    pub(super) sealed: &'a [u8],
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    Head,
    Body,
    Short,
}

impl Place {
    fn check(&self, tag: &str, bytes: &[u8]) -> [u8; 32] {
        hash(tag, &[&self.journal, &self.segment.to_be_bytes(), &self.offset.to_be_bytes(), bytes])
    }

    /// What the secret of a record is bound to.
    pub(super) fn secret_aad(&self, kind: u8, slot: u32, clear: &[u8]) -> Vec<u8> {
        let clear = hash("clear", &[clear]);
        [&self.journal[..], &self.segment.to_be_bytes(), &slot.to_be_bytes(), &[kind], &clear].concat()
    }
}

impl Head {
    pub(super) fn decode(bytes: &[u8; HEAD_LEN], place: Place) -> Result<Self, Bad> {
        let length = number(bytes, 4) as usize;
        let sound = bytes[..4] == MARKER
            && (OVERHEAD..=FRAME_MAX).contains(&length)
            && place.check("frame head", &bytes[..12])[..8] == bytes[12..];
        if sound { Ok(Self { length, batch: number(bytes, 8) }) } else { Err(Bad::Head) }
    }
}

impl<'a> Frame<'a> {
    /// Appends the frame's bytes to `out` and returns its check.
    pub(super) fn encode(&self, place: Place, out: &mut Vec<u8>) -> [u8; CHECK_LEN] {
        let start = out.len();
        let length = OVERHEAD + self.clear.len() + self.sealed.len();
        out.extend_from_slice(&MARKER);
        out.extend_from_slice(&bounded(length));
        out.extend_from_slice(&self.batch.to_be_bytes());
        let head_check = place.check("frame head", &out[start..]);
        out.extend_from_slice(&head_check[..8]);
        out.push(self.kind);
        out.extend_from_slice(&self.slot.unwrap_or(NO_SLOT).to_be_bytes());
        out.extend_from_slice(&bounded(self.clear.len()));
        out.extend_from_slice(self.clear);
        out.extend_from_slice(self.sealed);
        let mut check = [0; CHECK_LEN];
        check.copy_from_slice(&place.check("frame", &out[start..])[..CHECK_LEN]);
        out.extend_from_slice(&check);
        check
    }

    /// The record in `bytes`, which are one whole frame with its head.
    pub(super) fn decode(head: &Head, bytes: &'a [u8], place: Place) -> Result<Self, Bad> {
        if bytes.len() != head.length {
            return Err(Bad::Short);
        }
        let (body, check) = bytes.split_at(bytes.len() - CHECK_LEN);
        if place.check("frame", body)[..CHECK_LEN] != *check {
            return Err(Bad::Body);
        }
        let slot = Some(number(body, HEAD_LEN + 1)).filter(|slot| *slot != NO_SLOT);
        let (clear, sealed) =
            body[BODY_START..].split_at_checked(number(body, HEAD_LEN + 5) as usize).ok_or(Bad::Body)?;
        Ok(Self { batch: head.batch, kind: body[HEAD_LEN], slot, clear, sealed })
    }
}

/// The check of a sound frame: its last bytes.
pub(super) fn check_of(frame: &[u8]) -> [u8; CHECK_LEN] {
    frame.last_chunk().copied().unwrap_or_default()
}

fn bounded(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("records are at most 1 MiB").to_be_bytes()
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place = Place { journal: [3; 16], segment: 2, offset: 700 };

    fn read(bytes: &[u8], place: Place) -> Result<Frame<'_>, Bad> {
        let head = Head::decode(bytes.first_chunk().ok_or(Bad::Short)?, place)?;
        Frame::decode(&head, bytes, place)
    }

    fn a_frame() -> impl Strategy<Value = (u8, Option<u32>, Vec<u8>, Vec<u8>, u32)> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..300);
        (any::<u8>(), prop::option::of(0..NO_SLOT), bytes(), bytes(), any::<u32>())
    }

    proptest! {
        #[test]
        fn a_frame_is_read_back_as_written((kind, slot, clear, sealed, batch) in a_frame()) {
            let frame = Frame { batch, kind, slot, clear: &clear, sealed: &sealed };
            let mut bytes = Vec::new();
            let check = frame.encode(PLACE, &mut bytes);
            prop_assert_eq!(read(&bytes, PLACE), Ok(frame));
            prop_assert_eq!(check_of(&bytes), check);
        }

        #[test]
        fn a_changed_bit_or_place_is_no_frame((kind, slot, clear, sealed, batch) in a_frame(), at in any::<prop::sample::Index>()) {
            let mut bytes = Vec::new();
            Frame { batch, kind, slot, clear: &clear, sealed: &sealed }.encode(PLACE, &mut bytes);
            for elsewhere in [Place { offset: 701, ..PLACE }, Place { segment: 3, ..PLACE }, Place { journal: [4; 16], ..PLACE }] {
                prop_assert!(read(&bytes, elsewhere).is_err());
            }
            let bit = at.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(read(&bytes, PLACE).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&bytes, PLACE).is_err());
        }
    }
}
