//! Kinds of entries, and the three classes that decide how a receiver treats them.

use crate::codes;

codes! {
    /// What an entry says. The number stands in its header.
    pub enum Kind {
        0x01 => Genesis,
        0x02 => KeyRotation,
        0x03 => EpochStart,
        0x04 => EndOfFeed,
        0x05 => NodeKeys,
        0x20 => Attestation,
        0x21 => Revocation,
        0x22 => Profile,
        0x100 => Case,
        0x101 => CaseRevision,
        0x102 => Outcome,
        0x103 => Comment,
        0x104 => CommentRevision,
        0x105 => Star,
        0x200 => Withdrawal,
        0x201 => ErasureReceipt,
        0x202 => Witness,
        0xFFFF => Sealed,
    }
}

/// How a receiver treats a kind, also one that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Signed by the root key; names keys and epochs.
    Root,
    /// For the whole network, always with its payload, never withdrawn, without names or free text about a person.
    Control,
    /// What people say. A kind that is not known is kept and skipped.
    Content,
}

impl Kind {
    /// The class of this kind: root entries are 0x01 to 0x04; control is below 0x100 except profiles, and 0x200 to 0x2FF.
    pub const fn class(self) -> Class {
        match self.code() {
            0x01..=0x04 => Class::Root,
            0x22 => Class::Content,
            ..0x100 | 0x200..=0x2FF => Class::Control,
            _ => Class::Content,
        }
    }

    /// Whether the kind is root or control: a header of it without its payload is a gap.
    pub const fn needs_payload(self) -> bool {
        !matches!(self.class(), Class::Content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_fall_into_the_classes_of_the_protocol() {
        let class = |code| Kind::from_code(code).class();
        assert_eq!((class(0x01), class(0x04)), (Class::Root, Class::Root));
        assert_eq!((class(0x05), class(0x21), class(0x99)), (Class::Control, Class::Control, Class::Control));
        assert_eq!(
            (class(0x22), class(0x103), class(0x10E), class(0xFFFF)),
            (Class::Content, Class::Content, Class::Content, Class::Content)
        );
        assert_eq!((class(0x200), class(0x2FF), class(0x300)), (Class::Control, Class::Control, Class::Content));
    }
}
