//! The boxes of a HEIF file (ISO/IEC 14496-12, ISO/IEC 23008-12): which items there are, what they refer to, which properties
//! they have, and where their bytes stand. Nothing is decoded and no value is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::bytes::{ByteOrder, u16_at, u32_at};

/// Items that are looked at; a photograph of a phone has about sixty.
const ITEMS_MAX: usize = 4_096;
/// Entries of all lists together: items, properties, stretches of bytes, and whatever refers to one of them. Fields of a list
/// may have no bytes at all, so what a list holds is not bounded by its length.
const ENTRIES_MAX: usize = 32_768;

/// A box: its kind and what is in it.
pub(super) type Boxed<'a> = ([u8; 4], &'a [u8]);

/// Takes the first box off; `None` if no whole box stands there.
pub(super) fn first<'a>(bytes: &mut &'a [u8]) -> Option<Boxed<'a>> {
    let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    let (head, len) = match u32_at(bytes, 0, ByteOrder::Big)? as usize {
        0 => (8, bytes.len()),
        1 if u32_at(bytes, 8, ByteOrder::Big)? == 0 => (16, u32_at(bytes, 12, ByteOrder::Big)? as usize),
        1 => return None,
        len => (8, len),
    };
    let inside = bytes.get(head..len)?;
    *bytes = bytes.get(len..)?;
    Some((kind, inside))
}

/// All boxes of a list, up to the first that is not whole.
pub(super) fn all(mut bytes: &[u8]) -> impl Iterator<Item = Boxed<'_>> {
    std::iter::from_fn(move || first(&mut bytes))
}

/// What a list of items says of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Item<'a> {
    /// How it is coded: `hvc1`, `grid`, `Exif`.
    pub(super) kind: [u8; 4],
    /// Not meant to be shown by itself.
    pub(super) is_hidden: bool,
    /// For `mime`: the type of its contents.
    pub(super) content: &'a [u8],
}

/// A reference from one item to others: `thmb`, `auxl`, `dimg`, `cdsc`.
pub(super) struct Reference {
    pub(super) kind: [u8; 4],
    pub(super) from: u32,
    pub(super) to: Vec<u32>,
}

/// What a file says of its items.
#[derive(Default)]
pub(super) struct Meta<'a> {
    pub(super) primary: Option<u32>,
    pub(super) items: BTreeMap<u32, Item<'a>>,
    pub(super) references: Vec<Reference>,
    pub(super) properties: Vec<Boxed<'a>>,
    /// Numbers of properties, counted from one, by item.
    pub(super) associations: BTreeMap<u32, BTreeSet<usize>>,
    /// Where bytes stand that are not in the file's own data.
    pub(super) inside: &'a [u8],
    /// Extents by item, and whether they are counted in [`Self::inside`].
    pub(super) places: BTreeMap<u32, (bool, Vec<Range<usize>>)>,
    /// Groups of items that stand for each other.
    pub(super) alternatives: BTreeSet<u32>,
    /// Other boxes.
    pub(super) others: usize,
    /// Entries of all lists so far.
    entries: usize,
}

impl<'a> Meta<'a> {
    /// Reads what is in a `meta` box; `None` if a list in it is broken off or endless.
    pub(super) fn read(inside: &'a [u8]) -> Option<Self> {
        let mut meta = Self::default();
        for (kind, inside) in all(inside.get(4..)?) {
            match &kind {
                b"pitm" => meta.primary = Reader::of(inside).full(|version| version == 0)?.id(),
                b"iinf" => meta.read_items(inside)?,
                b"iref" => meta.read_references(inside)?,
                b"iprp" => meta.read_properties(inside)?,
                b"iloc" => meta.read_places(inside)?,
                b"idat" => meta.inside = inside,
                b"grpl" => meta.read_groups(inside)?,
                b"hdlr" | b"dinf" => {}
                _ => meta.others += inside.len().max(1),
            }
        }
        Some(meta)
    }

    /// Counts so many entries more; `None` once there are too many.
    fn count(&mut self, entries: usize) -> Option<()> {
        self.entries += entries;
        (self.entries <= ENTRIES_MAX).then_some(())
    }

    fn read_items(&mut self, inside: &'a [u8]) -> Option<()> {
        let mut reader = Reader::of(inside).full(|version| version == 0)?;
        reader.id()?;
        for (_, entry) in all(reader.rest) {
            self.count(1)?;
            let mut entry = Reader::of(entry).full(|version| version < 3)?;
            let (id, _protection) = (entry.id()?, entry.number(2)?);
            let kind: [u8; 4] = entry.take(4)?.try_into().ok()?;
            let mut texts = entry.rest.split(|byte| *byte == 0);
            let content = texts.nth(1).filter(|_| &kind == b"mime").unwrap_or_default();
            self.items.insert(id, Item { kind, is_hidden: entry.flags & 1 == 1, content });
        }
        (self.items.len() <= ITEMS_MAX).then_some(())
    }

    fn read_references(&mut self, inside: &'a [u8]) -> Option<()> {
        let list = Reader::of(inside).full(|version| version == 0)?;
        for (kind, entry) in all(list.rest) {
            let mut entry = Reader { rest: entry, ..list };
            let (from, count) = (entry.id()?, entry.number(2)? as usize);
            self.count(1 + count)?;
            let to = (0..count).map(|_| entry.id()).collect::<Option<Vec<u32>>>()?;
            self.references.push(Reference { kind, from, to });
        }
        (self.references.len() <= ITEMS_MAX).then_some(())
    }

    fn read_properties(&mut self, inside: &'a [u8]) -> Option<()> {
        for (kind, inside) in all(inside) {
            match &kind {
                b"ipco" => {
                    self.properties = all(inside).take(ITEMS_MAX).collect();
                    self.count(self.properties.len())?;
                }
                b"ipma" => self.read_associations(inside)?,
                _ => {}
            }
        }
        Some(())
    }

    fn read_associations(&mut self, inside: &'a [u8]) -> Option<()> {
        let mut reader = Reader::of(inside).full(|version| version == 0)?;
        let width = if reader.flags & 1 == 1 { 2 } else { 1 };
        // The first bit says whether a property must be understood.
        let mask = if width == 2 { 0x7fff } else { 0x7f };
        for _ in 0..reader.number(4)?.min(ITEMS_MAX as u32) {
            let (id, count) = (reader.id()?, reader.number(1)?);
            self.count(1 + count as usize)?;
            let numbers = (0..count).map(|_| Some((reader.number(width)? & mask) as usize));
            let numbers = numbers.collect::<Option<Vec<usize>>>()?;
            self.associations.entry(id).or_default().extend(numbers);
        }
        Some(())
    }

    fn read_places(&mut self, inside: &'a [u8]) -> Option<()> {
        let mut reader = Reader::of(inside).full(|version| version < 2)?;
        let (sizes, more) = (reader.number(1)?, reader.number(1)?);
        let has_method = reader.version > 0;
        let index = if has_method { more & 0xf } else { 0 };
        for _ in 0..reader.id()?.min(ITEMS_MAX as u32) {
            let id = reader.id()?;
            let method = if has_method { reader.number(2)? & 0xf } else { 0 };
            reader.number(2)?;
            let base = reader.number(more >> 4)? as usize;
            let mut extents = Vec::new();
            let count = reader.number(2)?;
            self.count(1 + count as usize)?;
            for _ in 0..count {
                reader.number(index)?;
                let at = base.checked_add(reader.number(sizes >> 4)? as usize)?;
                extents.push(at..at.checked_add(reader.number(sizes & 0xf)? as usize)?);
            }
            self.places.insert(id, (method == 1, extents));
        }
        Some(())
    }

    fn read_groups(&mut self, inside: &'a [u8]) -> Option<()> {
        for (_, group) in all(inside).filter(|(kind, _)| kind == b"altr") {
            let mut reader = Reader::of(group).full(|_| false)?;
            reader.id()?;
            for _ in 0..reader.number(4)? {
                self.count(1)?;
                self.alternatives.insert(reader.id()?);
            }
        }
        Some(())
    }

    /// Properties of an item, each once however often it is named.
    pub(super) fn properties_of(&self, item: u32) -> impl Iterator<Item = Boxed<'a>> {
        let numbers = self.associations.get(&item).into_iter().flatten();
        numbers.filter_map(|number| self.properties.get(number.checked_sub(1)?).copied())
    }

    /// The first stretch of bytes of an item; nothing if it lies elsewhere or outside.
    pub(super) fn bytes_of(&self, item: u32, file: &'a [u8]) -> &'a [u8] {
        let Some((is_inside, extents)) = self.places.get(&item) else { return &[] };
        let bytes = if *is_inside { self.inside } else { file };
        extents.first().and_then(|extent| bytes.get(extent.clone())).unwrap_or_default()
    }

    /// Whether every stretch of every item lies where it can be.
    pub(super) fn is_whole(&self, file: &[u8]) -> bool {
        self.places.values().all(|(is_inside, extents)| {
            let len = if *is_inside { self.inside.len() } else { file.len() };
            extents.iter().all(|extent| extent.end <= len)
        })
    }
}

/// Takes numbers off a box with a version and flags, whose ids are of 16 or of 32 bits.
#[derive(Clone, Copy)]
struct Reader<'a> {
    rest: &'a [u8],
    version: u8,
    flags: u32,
    has_short_ids: bool,
}

impl<'a> Reader<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest, version: 0, flags: 0, has_short_ids: false }
    }

    /// Takes version and flags; the version says how long ids are.
    fn full(mut self, has_short_ids: impl Fn(u8) -> bool) -> Option<Self> {
        let head = self.number(4)?;
        (self.version, self.flags) = ((head >> 24) as u8, head & 0x00ff_ffff);
        self.has_short_ids = has_short_ids(self.version);
        Some(self)
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    /// A number of so many bytes; one beyond 32 bits is in no file that is small enough.
    fn number(&mut self, bytes: u32) -> Option<u32> {
        let taken = self.take(bytes as usize)?;
        match bytes {
            0 => Some(0),
            1 => taken.first().map(|byte| u32::from(*byte)),
            2 => u16_at(taken, 0, ByteOrder::Big).map(u32::from),
            4 => u32_at(taken, 0, ByteOrder::Big),
            8 if u32_at(taken, 0, ByteOrder::Big)? == 0 => u32_at(taken, 4, ByteOrder::Big),
            _ => None,
        }
    }

    fn id(&mut self) -> Option<u32> {
        self.number(if self.has_short_ids { 2 } else { 4 })
    }
}
