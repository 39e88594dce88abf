//! Numbers at places in a byte slice, in either byte order; outside the slice there is nothing, and nothing panics.

/// Which end of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// The 16-bit number at a place.
pub(crate) fn u16_at(bytes: &[u8], at: usize, order: ByteOrder) -> Option<u16> {
    let two: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(match order {
        ByteOrder::Little => u16::from_le_bytes(two),
        ByteOrder::Big => u16::from_be_bytes(two),
    })
}

/// The 32-bit number at a place.
pub(crate) fn u32_at(bytes: &[u8], at: usize, order: ByteOrder) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(match order {
        ByteOrder::Little => u32::from_le_bytes(four),
        ByteOrder::Big => u32::from_be_bytes(four),
    })
}
