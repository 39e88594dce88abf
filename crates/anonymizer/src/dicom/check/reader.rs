//! Attributes in Explicit VR Little Endian (PS3.5 section 7.1.2), read one after the other, with sequences as this network
//! writes them: without announced lengths.

use dicom_core::{Tag, VR};

use crate::{dicom::ObjectLimits, grammar::GrammarError};

const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
const NO_LENGTH: [u8; 4] = [0xff; 4];

/// A place in a file.
pub(super) struct Reader<'a> {
    file: &'a [u8],
    at: usize,
    /// Attributes and items so far: no more than whoever shows the object builds of it.
    attributes: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a [u8]) -> Self {
        Self { file, at: 0, attributes: 0 }
    }

    /// Where it is, in bytes from the beginning.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.file.len()
    }

    pub(super) fn tag(&mut self) -> Result<Tag, GrammarError> {
        let tag = self.ahead()?;
        self.attributes += usize::from(!matches!(tag, ITEM_END | SEQUENCE_END));
        if self.attributes > ObjectLimits::NETWORK.attributes_max {
            return Err(GrammarError::Malformed { at: self.at, what: "more attributes than an object may have" });
        }
        self.at += 4;
        Ok(tag)
    }

    pub(super) fn vr(&mut self) -> Result<VR, GrammarError> {
        let malformed = GrammarError::Malformed { at: self.at, what: "kind of a value" };
        let letters = self.take(2)?;
        VR::from_binary([letters[0], letters[1]]).ok_or(malformed)
    }

    /// The value behind tag and kind: of even length, and as long as it says.
    pub(super) fn value(&mut self, vr: VR) -> Result<&'a [u8], GrammarError> {
        let at = self.at;
        let length = if is_long(vr) {
            self.expect(&[0; 2], "bytes that are kept free")?;
            let length = self.take(4)?;
            length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte))
        } else {
            let length = self.take(2)?;
            usize::from(length[1]) << 8 | usize::from(length[0])
        };
        if !length.is_multiple_of(2) {
            return Err(GrammarError::Malformed { at, what: "length of a value" });
        }
        self.take(length)
    }

    /// The value of an attribute that must stand here.
    pub(super) fn element(&mut self, tag: Tag, vr: VR) -> Result<&'a [u8], GrammarError> {
        let at = self.at;
        if self.tag()? != tag || self.vr()? != vr {
            return Err(GrammarError::Malformed { at, what: "attribute that has its place" });
        }
        self.value(vr)
    }

    /// An attribute that must stand here, with this value.
    pub(super) fn exactly(&mut self, tag: Tag, vr: VR, value: &[u8]) -> Result<(), GrammarError> {
        let at = self.at;
        match self.element(tag, vr)? == value {
            true => Ok(()),
            false => Err(GrammarError::Malformed { at, what: "value that is the same in every object" }),
        }
    }

    /// Whether a sequence that begins here, behind its kind, has no items and says so by its length.
    pub(super) fn is_empty_sequence(&self) -> bool {
        self.file.get(self.at..self.at + 6) == Some(&[0; 6])
    }

    /// Behind the kind of a sequence: it announces no length.
    pub(super) fn open_sequence(&mut self) -> Result<(), GrammarError> {
        self.expect(&[0; 2], "bytes that are kept free")?;
        self.expect(&NO_LENGTH, "length of a sequence")
    }

    /// Whether another item begins; if none does, the sequence ends here.
    pub(super) fn has_item(&mut self) -> Result<bool, GrammarError> {
        let at = self.at;
        match self.tag()? {
            ITEM => self.expect(&NO_LENGTH, "length of an item").map(|()| true),
            SEQUENCE_END => self.expect(&[0; 4], "end of a sequence").map(|()| false),
            _ => Err(GrammarError::Malformed { at, what: "neither an item nor the end of a sequence" }),
        }
    }

    /// Whether an item ends here; then it is behind.
    pub(super) fn is_at_item_end(&mut self) -> Result<bool, GrammarError> {
        if self.ahead()? != ITEM_END {
            return Ok(false);
        }
        self.expect_item_end().map(|()| true)
    }

    pub(super) fn expect_item_end(&mut self) -> Result<(), GrammarError> {
        let at = self.at;
        if self.tag()? != ITEM_END {
            return Err(GrammarError::Malformed { at, what: "end of an item" });
        }
        self.expect(&[0; 4], "end of an item")
    }

    /// These bytes and no others.
    pub(super) fn expect(&mut self, bytes: &[u8], what: &'static str) -> Result<(), GrammarError> {
        let at = self.at;
        match self.take(bytes.len())? == bytes {
            true => Ok(()),
            false => Err(GrammarError::Malformed { at, what }),
        }
    }

    fn ahead(&self) -> Result<Tag, GrammarError> {
        let four = self.file.get(self.at..).and_then(<[u8]>::first_chunk::<4>).ok_or(GrammarError::Incomplete)?;
        let [a, b, c, d] = *four;
        Ok(Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])))
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], GrammarError> {
        let end = self.at.checked_add(bytes).ok_or(GrammarError::Incomplete)?;
        let taken = self.file.get(self.at..end).ok_or(GrammarError::Incomplete)?;
        self.at = end;
        Ok(taken)
    }
}

/// A text as it stands in a file, of even length.
pub(super) fn padded(text: &str, vr: VR) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(2), if vr == VR::UI { 0 } else { b' ' });
    bytes
}

/// Kinds whose length has four bytes, behind two that are kept free.
fn is_long(vr: VR) -> bool {
    use VR::{OB, OD, OF, OL, OV, OW, SQ, SV, UC, UN, UR, UT, UV};
    matches!(vr, OB | OD | OF | OL | OV | OW | SQ | SV | UC | UN | UR | UT | UV)
}
