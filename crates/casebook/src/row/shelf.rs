//! Shelves: lists of cases, each ordered by what happened last, so that a page of a list is a range of keys.

use protocol::{CaseId, FeedId, InstitutionId, wire};

use crate::{
    key::{Key, Newest, Part, front, keys},
    row::{BadRow, OpenCase, Reach, rows},
};

/// A list that a case may stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shelf {
    /// Every case that is here.
    All,
    /// Those that people without attestation may read.
    Public,
    /// Those without an attested answer.
    Unanswered,
    /// Those of an institution.
    Institution(InstitutionId),
    /// Those of a specialty, by its MeSH descriptor number.
    Specialty(u32),
    /// Those of a specialty without an attested answer.
    UnansweredIn(u32),
}

impl Shelf {
    /// Where a case stands.
    pub fn of(case: &CaseId, open: &OpenCase) -> Vec<Self> {
        let mut shelves = vec![Self::All, Self::Institution(case.institution)];
        shelves.extend((open.reach == Reach::Public).then_some(Self::Public));
        shelves.extend(open.specialty.map(Self::Specialty));
        if open.is_unanswered() {
            shelves.push(Self::Unanswered);
            shelves.extend(open.specialty.map(Self::UnansweredIn));
        }
        shelves
    }
}

impl Part for Shelf {
    /// 33 bytes: which, then the institution, or the number in front of zeros, or zeros.
    fn put(&self, bytes: &mut Vec<u8>) {
        let mut of = [0; 32];
        let which: u8 = match self {
            Self::All => 0,
            Self::Public => 1,
            Self::Unanswered => 2,
            Self::Institution(institution) => {
                of = institution.0;
                3
            }
            Self::Specialty(number) => {
                of[..4].copy_from_slice(&number.to_be_bytes());
                4
            }
            Self::UnansweredIn(number) => {
                of[..4].copy_from_slice(&number.to_be_bytes());
                5
            }
        };
        which.put(bytes);
        of.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (which, of) = (u8::take(bytes)?, <[u8; 32]>::take(bytes)?);
        let (number, rest) = (u32::take(&mut &of[..])?, &of[4..]);
        let is_number = rest.iter().all(|byte| *byte == 0);
        match which {
            0 if is_number && number == 0 => Some(Self::All),
            1 if is_number && number == 0 => Some(Self::Public),
            2 if is_number && number == 0 => Some(Self::Unanswered),
            3 => Some(Self::Institution(FeedId(of))),
            4 if is_number => Some(Self::Specialty(number)),
            5 if is_number => Some(Self::UnansweredIn(number)),
            _ => None,
        }
    }
}

impl Key for Shelf {
    fn to_bytes(&self) -> Vec<u8> {
        front(&[self])
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, BadRow> {
        let mut rest = bytes;
        Self::take(&mut rest).filter(|_| rest.is_empty()).ok_or(BadRow::Key("Shelf"))
    }
}

keys! {
    /// A case on a shelf, the most lately active first.
    pub struct ShelfKey {
        /// The shelf.
        shelf: Shelf,
        /// When something last happened that counts.
        newest: Newest,
        /// The case.
        case: CaseId,
    }
}

wire! {
    /// A case on a shelf.
    pub struct ShelfRow {
        /// When it was opened.
        1 => opened_ms: u64,
    }

    /// How many cases stand on a shelf.
    pub struct CountRow {
        /// More than none.
        1 => cases: u64,
    }
}

rows! {
    ShelfRow: Shelf by ShelfKey;
    CountRow: Count by Shelf;
}
