//! Reading the journal in order.

use std::{io, sync::Arc};

use super::{
    Damage, JournalError, Position, Shared, Why, damage_at,
    frame::{Frame, OVERHEAD},
    segment::{HEADER_LEN, Reader, Window},
};

/// A record with its secret still sealed; `Journal::unseal` opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Where it stands.
    pub position: Position,
    /// What it is.
    pub kind: u8,
    /// Its clear bytes.
    pub clear: Vec<u8>,
    pub(super) slot: Option<u32>,
    pub(super) sealed: Vec<u8>,
}

/// Records in the order of their positions, up to what was acknowledged when the scan began.
pub struct Scan {
    shared: Arc<Shared>,
    reader: Option<Reader>,
    segment: u32,
    offset: u64,
    end: Position,
}

impl Scanned {
    pub(super) fn of(position: Position, frame: Frame<'_>) -> Self {
        let (clear, sealed) = (frame.clear.to_vec(), frame.sealed.to_vec());
        Self { position, kind: frame.kind, clear, slot: frame.slot, sealed }
    }

    pub(super) fn frame_bytes(&self) -> u64 {
        (OVERHEAD + self.clear.len() + self.sealed.len()) as u64
    }

    /// Whether it was appended with a secret, erased or not.
    pub fn has_secret(&self) -> bool {
        self.slot.is_some()
    }
}

impl Scan {
    pub(super) fn new(shared: Arc<Shared>, from: Position) -> Self {
        let end = shared.end();
        let offset = u64::from(from.offset()).max(HEADER_LEN as u64);
        Self { shared, reader: None, segment: from.segment().max(1), offset, end }
    }

    /// Steps over the record at a position, if one stands there.
    pub(super) fn pass(&mut self, position: Position) {
        if let Ok(passed) = self.shared.read(position) {
            self.offset = u64::from(position.offset()) + passed.frame_bytes();
        }
    }

    fn step(&mut self) -> Result<Option<Scanned>, JournalError> {
        if self.segment > self.end.segment() {
            return Ok(None);
        }
        self.shared.refuse_if_stopped().inspect_err(|_| self.segment = u32::MAX)?;
        while self.segment <= self.end.segment() {
            let segment = self.segment;
            match self.step_in_segment() {
                Ok(Some(item)) => return item.map(Some).map_err(JournalError::Damaged),
                Ok(None) => self.next_segment(),
                Err(source) => {
                    self.next_segment();
                    return Err(match source.kind() {
                        io::ErrorKind::NotFound => {
                            JournalError::Damaged(Damage { segment, offset: 0, why: Why::SegmentMissing })
                        }
                        _ => JournalError::Io { segment, source },
                    });
                }
            }
        }
        Ok(None)
    }

    /// The next record or damage of this segment, or nothing at its end.
    fn step_in_segment(&mut self) -> io::Result<Option<Result<Scanned, Damage>>> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self.reader.insert(self.shared.reader(self.segment, self.end, Window::Many)?),
        };
        if self.offset >= reader.end() {
            return Ok(None);
        }
        let position = Position::new(self.segment, u32::try_from(self.offset).unwrap_or(u32::MAX));
        if let Ok((frame, bytes)) = reader.frame(self.offset)? {
            self.offset += bytes.len() as u64;
            return Ok(Some(Ok(Scanned::of(position, frame))));
        }
        self.offset = reader.next_sound(self.offset + 1)?.unwrap_or(reader.end());
        Ok(Some(Err(damage_at(position, Why::Frame))))
    }

    fn next_segment(&mut self) {
        self.segment = self.segment.saturating_add(1);
        self.offset = HEADER_LEN as u64;
        self.reader = None;
    }
}

impl Iterator for Scan {
    type Item = Result<Scanned, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
