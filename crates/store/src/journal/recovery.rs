//! Opening: which journal is this, is every record what was written, and where does writing go on?
//!
//! The one thing that is ever cut is the end of the last segment, from the first place that is no sound frame, and only if
//! nothing there was acknowledged: it lies behind the acknowledged mark, and no sound frame behind it was written after it
//! had been synced. Frames of one group may reach the disk in any order, so a gap in the last group is a tear too.

use std::{fs, io, path::Path, sync::Arc};

use super::{
    Check, Damage, JournalOptions, OpenError, Position, Why,
    frame::check_of,
    mark::{Mark, Marked},
    segment::{self, HEADER_LEN, Header, Reader, Window},
    writer::Tail,
};
use crate::{
    disk::{self, Disk},
    keys::{KeyError, KeyFile, KeySet},
};

/// What opening found.
pub(super) struct Recovered {
    pub(super) id: [u8; 16],
    pub(super) keys: KeySet,
    pub(super) end: Position,
    pub(super) damage: Vec<Damage>,
    pub(super) cut_bytes: u64,
    pub(super) tail: Option<Tail>,
}

/// One segment, read to its end.
#[derive(Default)]
struct Checked {
    /// The length of the file.
    length: u64,
    /// Behind the last sound frame.
    sound_end: u64,
    last_check: [u8; 16],
    /// Where no sound frame stands although one should.
    gaps: Vec<u64>,
    /// The highest `batch` of its frames: all before it was on the disk.
    synced: u32,
}

struct Recovery<'a> {
    directory: &'a Path,
    disk: &'a Disk,
    id: [u8; 16],
    /// The number and, if sound, the header of each file.
    headers: Vec<(u32, Option<Header>)>,
    acknowledged: Position,
    damage: Vec<Damage>,
}

/// Reads what is there, or begins a journal.
pub(super) fn recover(directory: &Path, options: &JournalOptions, disk: &Disk) -> Result<Recovered, OpenError> {
    let io = |source| OpenError::Io { directory: directory.to_owned(), source };
    disk::make_directory(directory).and_then(|()| disk::remove_unfinished(directory)).map_err(io)?;
    let mark = Mark::read(directory)?;
    let mut headers = Vec::new();
    for segment in segments(directory).map_err(io)? {
        let path = segment::path(directory, segment);
        let bytes = segment::read_header_bytes(&path).map_err(io)?;
        headers.push((segment, Header::decode(&bytes, &path, segment)?));
    }
    if headers.is_empty() && mark.is_none() {
        return begin(directory, options, disk);
    }
    let id = headers.iter().find_map(|(_, header)| header.map(|header| header.journal));
    let id = id.or(mark.as_ref().map(|mark| mark.journal));
    let id = id.ok_or_else(|| OpenError::Unreadable { directory: directory.to_owned() })?;
    let acknowledged =
        mark.filter(|mark| mark.journal == id).map_or(Position::new(0, 0), |Marked { acknowledged, .. }| acknowledged);
    Recovery { directory, disk, id, headers, acknowledged, damage: Vec::new() }.run(options)
}

fn begin(directory: &Path, options: &JournalOptions, disk: &Disk) -> Result<Recovered, OpenError> {
    let io = |source| OpenError::Io { directory: directory.to_owned(), source };
    let id = options.entropy.draw();
    let keys = key_set(directory, id, options, disk);
    let file = keys.create(1)?;
    let header = Header { journal: id, segment: 1, link: [0; 32] };
    disk.replace(&segment::path(directory, 1), &header.encode()).map_err(io)?;
    let end = Position::new(1, HEADER_LEN as u32);
    let mark = Some(Mark::create(directory, id, end, disk).map_err(io)?);
    let tail = Tail { segment: 1, offset: HEADER_LEN as u32, last_check: [0; 16], keys: file, mark };
    Ok(Recovered { id, keys, end, damage: Vec::new(), cut_bytes: 0, tail: Some(tail) })
}

impl Recovery<'_> {
    fn run(mut self, options: &JournalOptions) -> Result<Recovered, OpenError> {
        let io = |source| OpenError::Io { directory: self.directory.to_owned(), source };
        let keys = key_set(self.directory, self.id, options, self.disk);
        let last = self.headers.last().map_or(0, |(segment, _)| *segment);
        self.note_missing(last);
        let mut last_keys = None;
        let mut before: Option<(u32, Checked)> = None;
        for (segment, header) in self.headers.clone() {
            last_keys = self.open_keys(&keys, segment, options)?;
            if header.is_none_or(|header| header.journal != self.id) {
                self.note(segment, 0, Why::Header);
            }
            if options.check == Check::Last && segment != last {
                continue;
            }
            self.note_broken_link(before.take().as_ref(), header);
            let checked = check(self.directory, self.id, segment).map_err(io)?;
            if segment != last {
                self.note_gaps(segment, &checked);
            }
            before = Some((segment, checked));
        }
        let checked = before.map(|(_, checked)| checked).unwrap_or_default();
        self.finish(keys, last, &checked, last_keys)
    }

    /// Judges the end of the last segment, cuts it if that is all, and says where writing goes on.
    fn finish(
        mut self,
        keys: KeySet,
        last: u32,
        checked: &Checked,
        last_keys: Option<Arc<KeyFile>>,
    ) -> Result<Recovered, OpenError> {
        let io = |source| OpenError::Io { directory: self.directory.to_owned(), source };
        let acknowledged = if self.acknowledged.segment() == last { self.acknowledged.offset() } else { 0 };
        let tear = checked.tear(acknowledged);
        if tear.is_none() {
            self.note_gaps(last, checked);
        }
        let sound_end = tear.unwrap_or(checked.sound_end.max(HEADER_LEN as u64));
        if last != 0 && sound_end < u64::from(acknowledged) && checked.gaps.is_empty() {
            self.note(last, sound_end, Why::EndMissing);
        }
        let Some(keys_of_last) = last_keys.filter(|_| self.damage.is_empty()) else {
            let end = Position::new(last, u32::try_from(checked.length).unwrap_or(u32::MAX));
            return Ok(Recovered { id: self.id, keys, end, damage: self.damage, cut_bytes: 0, tail: None });
        };
        let cut_bytes = checked.length.saturating_sub(sound_end);
        if cut_bytes > 0 {
            cut(self.directory, last, sound_end, self.disk).map_err(io)?;
        }
        let end = Position::new(last, u32::try_from(sound_end).unwrap_or(u32::MAX));
        let mark = Mark::create(self.directory, self.id, end, self.disk);
        let mark = mark.or_else(|_| Mark::reuse(self.directory, self.id, self.disk)).ok();
        let tail =
            Tail { segment: last, offset: end.offset(), last_check: checked.last_check, keys: keys_of_last, mark };
        Ok(Recovered { id: self.id, keys, end, damage: self.damage, cut_bytes, tail: Some(tail) })
    }

    fn open_keys(
        &mut self,
        keys: &KeySet,
        segment: u32,
        options: &JournalOptions,
    ) -> Result<Option<Arc<KeyFile>>, OpenError> {
        match keys.open(segment, &options.keyring) {
            Ok(file) => Ok(Some(file)),
            Err(KeyError::FileDamaged { .. }) => {
                self.note(segment, 0, Why::Keys);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn note_missing(&mut self, last: u32) {
        for segment in 1..=last.max(self.acknowledged.segment()) {
            if self.headers.binary_search_by_key(&segment, |(segment, _)| *segment).is_err() {
                self.note(segment, 0, Why::SegmentMissing);
            }
        }
    }

    fn note_broken_link(&mut self, before: Option<&(u32, Checked)>, header: Option<Header>) {
        let (Some((segment, checked)), Some(header)) = (before, header) else { return };
        let end = u32::try_from(checked.sound_end).unwrap_or(u32::MAX);
        let follows = segment + 1 == header.segment && checked.gaps.is_empty();
        if follows && header.link != segment::link(&self.id, *segment, end, &checked.last_check) {
            self.note(*segment, checked.sound_end, Why::Link);
        }
    }

    fn note_gaps(&mut self, segment: u32, checked: &Checked) {
        for gap in &checked.gaps {
            self.note(segment, *gap, Why::Frame);
        }
    }

    fn note(&mut self, segment: u32, offset: u64, why: Why) {
        self.damage.push(Damage { segment, offset: u32::try_from(offset).unwrap_or(u32::MAX), why });
    }
}

impl Checked {
    /// Where to cut, if the first gap and all behind it was never acknowledged.
    fn tear(&self, acknowledged: u32) -> Option<u64> {
        self.gaps.first().copied().filter(|gap| *gap >= u64::from(acknowledged) && *gap >= u64::from(self.synced))
    }
}

/// Reads every frame of a segment.
fn check(directory: &Path, id: [u8; 16], segment: u32) -> io::Result<Checked> {
    let mut reader = Reader::open(directory, id, segment, u64::MAX, Window::Many)?;
    let mut checked = Checked { length: reader.end(), sound_end: HEADER_LEN as u64, ..Checked::default() };
    let mut offset = HEADER_LEN as u64;
    while offset < reader.end() {
        if let Ok((frame, bytes)) = reader.frame(offset)? {
            offset += bytes.len() as u64;
            checked.synced = checked.synced.max(frame.batch);
            if checked.gaps.is_empty() {
                checked.sound_end = offset;
                checked.last_check = check_of(bytes);
            }
            continue;
        }
        checked.gaps.push(offset);
        offset = reader.next_sound(offset + 1)?.unwrap_or(reader.end());
    }
    Ok(checked)
}

fn cut(directory: &Path, segment: u32, end: u64, disk: &Disk) -> io::Result<()> {
    let file = fs::File::options().write(true).open(segment::path(directory, segment))?;
    file.set_len(end)?;
    disk.sync(&file)
}

fn key_set(directory: &Path, id: [u8; 16], options: &JournalOptions, disk: &Disk) -> KeySet {
    KeySet::new(directory.to_owned(), id, options.keyring.current.clone(), options.entropy.clone(), disk.clone())
}

/// The numbers of the segment files, in order.
fn segments(directory: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".log"));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}
