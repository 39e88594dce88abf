//! One slot: a wrapped key or the mark that there was one, and a checksum, so that *erased* and *damaged* are two answers.

use protocol::hash;

use super::head::Head;
use crate::seal::WRAPPED_LEN;

/// State, seven zero bytes, wrapped key, check.
pub(crate) const SLOT_LEN: usize = 8 + WRAPPED_LEN + CHECK_LEN;
const CHECK_LEN: usize = 16;

const HELD: u8 = 1;
const ERASED: u8 = 2;

/// What a slot says. One never written says nothing: its checksum does not hold.
pub(super) enum Slot {
    Held([u8; WRAPPED_LEN]),
    Erased,
}

impl Slot {
    pub(super) fn encode(&self, head: &Head, slot: u32) -> [u8; SLOT_LEN] {
        let mut bytes = [0; SLOT_LEN];
        match self {
            Self::Held(wrapped) => {
                bytes[0] = HELD;
                bytes[8..8 + WRAPPED_LEN].copy_from_slice(wrapped);
            }
            Self::Erased => bytes[0] = ERASED,
        }
        let check = check(&bytes, head, slot);
        bytes[SLOT_LEN - CHECK_LEN..].copy_from_slice(&check);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; SLOT_LEN], head: &Head, slot: u32) -> Option<Self> {
        if bytes[SLOT_LEN - CHECK_LEN..] != check(bytes, head, slot) {
            return None;
        }
        match bytes[0] {
            HELD => bytes[8..].first_chunk().map(|wrapped| Self::Held(*wrapped)),
            ERASED => Some(Self::Erased),
            _ => None,
        }
    }

    pub(super) fn is_erased(&self) -> bool {
        matches!(self, Self::Erased)
    }
}

/// Half a SHA-256: this is against accidents, for which 128 bits are plenty; forging is what the wrapping is against.
fn check(bytes: &[u8; SLOT_LEN], head: &Head, slot: u32) -> [u8; CHECK_LEN] {
    let full = hash("key slot", &[&head.slot_aad(slot), &bytes[..SLOT_LEN - CHECK_LEN]]);
    let mut half = [0; CHECK_LEN];
    half.copy_from_slice(&full[..CHECK_LEN]);
    half
}
