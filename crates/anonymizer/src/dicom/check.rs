//! What a de-identified object may consist of, and nothing else: the last look at our own, the first at a peer's.
//!
//! A reader of our own: no parser of others sees a byte, and nothing is allocated by a length that a file announces. What may
//! stand in an object is decided by the same tables as what is written into one, so that what [`Object::deidentify`] gives
//! passes here, and an attribute more, or a value of another form, does not.
//!
//! [`Object::deidentify`]: super::Object::deidentify

mod form;
mod pixels;
mod reader;

use std::{collections::BTreeMap, ops::Range};

use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};

use self::reader::{Reader, padded};
use crate::{
    dicom::{
        ObjectLimits,
        deidentify::{IMPLEMENTATION_NAME, IMPLEMENTATION_UID},
        kind,
        lists::{self, Most},
        method::Method,
        numbers, pseudonym,
        rule::{Rule, rule},
    },
    grammar::GrammarError,
    limits::Limits,
    mask::Mask,
};

pub(crate) use pixels::Shape;

const PREAMBLE_BYTES: usize = 128;
/// What every object says of itself, in these words.
const SAID: [(Tag, VR, &str); 3] = [
    (tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES"),
    (tags::BURNED_IN_ANNOTATION, VR::CS, "NO"),
    (tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, "MODIFIED"),
];

/// Checks that a file is an object as this network writes them; where its pixels lie. Total on arbitrary bytes.
///
/// # Errors
/// See [`GrammarError`].
pub(crate) fn check(file: &[u8], limits: &Limits) -> Result<Shape, GrammarError> {
    let mut reader = Reader::new(file);
    reader.expect(&[0; PREAMBLE_BYTES], "the preamble is not empty")?;
    reader.expect(b"DICM", "the letters behind the preamble")?;
    let (class, instance) = meta(&mut reader)?;
    let mut walk = Walk {
        reader,
        values: BTreeMap::new(),
        method: None,
        pixels: None,
        descriptor: Vec::new(),
        longest: (tags::NUMBER_OF_FRAMES, 0),
    };
    walk.data_set()?;
    let method = walk.check_identity(class, instance)?;
    let (tag, longest) = walk.longest;
    if longest as u64 > pixels::frames(&walk.values)? {
        return Err(wrong_value(tag));
    }
    let pixels = walk.pixels.take().ok_or(GrammarError::Incomplete)?;
    pixels::check(file, &walk.values, (method, pixels), limits)
}

/// Whether a file is such an object, of this width and height, and under the mask every pixel of a frame is the same: how it was
/// de-identified then.
pub(crate) fn is_written(
    file: &[u8],
    (width, height): (u32, u32),
    mask: &Mask,
    limits: &Limits,
) -> Option<&'static Method> {
    let shape = check(file, limits).ok()?;
    let is_as_covered = (width, height) == (shape.columns.into(), shape.rows.into()) && shape.is_hidden(file, mask);
    is_as_covered.then_some(shape.method)
}

/// The file meta information, exactly as it is written; class and instance of the object.
fn meta<'a>(reader: &mut Reader<'a>) -> Result<(&'a [u8], &'a [u8]), GrammarError> {
    let length = reader.element(Tag(2, 0), VR::UL)?;
    let start = reader.at();
    reader.exactly(Tag(2, 1), VR::OB, &[0, 1])?;
    let class = reader.element(Tag(2, 2), VR::UI)?;
    let instance = reader.element(Tag(2, 3), VR::UI)?;
    reader.exactly(Tag(2, 0x10), VR::UI, &padded(uids::EXPLICIT_VR_LITTLE_ENDIAN, VR::UI))?;
    reader.exactly(Tag(2, 0x12), VR::UI, &padded(IMPLEMENTATION_UID, VR::UI))?;
    reader.exactly(Tag(2, 0x13), VR::SH, &padded(IMPLEMENTATION_NAME, VR::SH))?;
    match length == ((reader.at() - start) as u32).to_le_bytes() {
        true => Ok((class, instance)),
        false => Err(GrammarError::Malformed { at: start, what: "length of the meta group" }),
    }
}

/// A walk over the data set.
struct Walk<'a> {
    reader: Reader<'a>,
    /// Values of the data set itself, none of items: at most as many as the allow-list has attributes.
    values: BTreeMap<Tag, &'a [u8]>,
    /// How it says that it was de-identified.
    method: Option<&'static Method>,
    pixels: Option<(VR, Range<usize>)>,
    /// What the item that is read says of the table in it.
    descriptor: Vec<u16>,
    /// Of attributes with a value for each frame the one with most, and how many.
    longest: (Tag, usize),
}

impl<'a> Walk<'a> {
    /// Attributes up to the end of the file.
    fn data_set(&mut self) -> Result<(), GrammarError> {
        let mut order = Order::default();
        while !self.reader.is_at_end() {
            let tag = order.next(&mut self.reader)?;
            let vr = self.reader.vr()?;
            let value = match tag {
                tags::PIXEL_DATA => {
                    let value = self.reader.value(vr)?;
                    self.pixels = Some((vr, self.reader.at() - value.len()..self.reader.at()));
                    continue;
                }
                tags::DEIDENTIFICATION_METHOD => self.words(vr)?,
                tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE => self.codes(vr)?,
                tags::RECOGNIZABLE_VISUAL_FEATURES => {
                    let features = self.method.map(|method| method.features).ok_or_else(|| wrong_value(tag))?;
                    self.said(tag, (vr, VR::CS), features)?
                }
                tags::PATIENT_NAME | tags::PATIENT_ID | tags::STUDY_ID => self.pseudonym(tag, vr)?,
                _ => match SAID.iter().find(|(said, ..)| *said == tag) {
                    Some((_, said_vr, text)) => self.said(tag, (vr, *said_vr), text)?,
                    None => self.attribute(tag, vr, 0)?,
                },
            };
            self.values.insert(tag, value);
        }
        Ok(())
    }

    /// One attribute; its value, which is nothing for a sequence.
    fn attribute(&mut self, tag: Tag, vr: VR, depth: usize) -> Result<&'a [u8], GrammarError> {
        match rule(tag, vr) {
            Rule::Remove(_) => Err(GrammarError::Forbidden(format!("DICOM attribute {tag}"))),
            _ if vr == VR::SQ && depth >= ObjectLimits::NETWORK.nesting_max => {
                Err(GrammarError::Malformed { at: self.reader.at(), what: "sequences within sequences" })
            }
            _ if vr == VR::SQ && self.reader.is_empty_sequence() => self.reader.value(vr),
            Rule::Items => self.items(depth + 1).map(|()| &[][..]),
            rule => {
                let value = self.reader.value(vr)?;
                match value.is_empty() || form::fits(rule, tag, vr, value) && self.holds(tag, vr, value) {
                    true => Ok(value),
                    false => Err(wrong_value(tag)),
                }
            }
        }
    }

    /// Whether an attribute has no more values than the list allows, and a table as many as its descriptor says. Those with a value
    /// for each frame are compared when all is read.
    fn holds(&mut self, tag: Tag, vr: VR, value: &[u8]) -> bool {
        let (Some(allowed), Some(count)) = (lists::allowed(tag), form::count(vr, value)) else { return false };
        if allowed.most == Most::Frames && count > self.longest.1 {
            self.longest = (tag, count);
        }
        match tag {
            tags::LUT_DESCRIPTOR => self.descriptor = numbers::words(value),
            tags::LUT_DATA if !numbers::is_table(&self.descriptor, &numbers::words(value)) => return false,
            _ => {}
        }
        allowed.most.holds(count, usize::MAX)
    }

    /// A sequence of items without announced lengths.
    fn items(&mut self, depth: usize) -> Result<(), GrammarError> {
        self.reader.open_sequence()?;
        while self.reader.has_item()? {
            self.item(depth)?;
        }
        Ok(())
    }

    /// Attributes up to the end of an item; one that is a code says what the list has of it.
    fn item(&mut self, depth: usize) -> Result<(), GrammarError> {
        let (mut order, mut coded) = (Order::default(), Coded::default());
        self.descriptor.clear();
        while !self.reader.is_at_item_end()? {
            let tag = order.next(&mut self.reader)?;
            let vr = self.reader.vr()?;
            match Coded::PARTS.iter().position(|part| *part == (tag, vr)) {
                Some(part) => coded.put(part, self.reader.value(vr)?),
                None => {
                    self.attribute(tag, vr, depth)?;
                    coded.is_code |= matches!(tag, tags::LONG_CODE_VALUE | tags::URN_CODE_VALUE);
                }
            }
        }
        self.descriptor.clear();
        coded.check()
    }

    /// How it was de-identified, in words that stand for one method.
    fn words(&mut self, vr: VR) -> Result<&'a [u8], GrammarError> {
        let value = self.reader.value(vr)?;
        self.method = form::text(value, vr).filter(|_| vr == VR::LO).and_then(Method::said);
        if self.method.is_some() { Ok(value) } else { Err(wrong_value(tags::DEIDENTIFICATION_METHOD)) }
    }

    /// The codes of that method.
    fn codes(&mut self, vr: VR) -> Result<&'a [u8], GrammarError> {
        let at = self.reader.at();
        if vr != VR::SQ {
            return Err(GrammarError::Malformed { at, what: "methods of de-identification" });
        }
        self.reader.open_sequence()?;
        for [scheme, value, meaning] in self.method.map_or(&[][..], |method| method.codes) {
            if !self.reader.has_item()? {
                return Err(GrammarError::Malformed { at, what: "methods of de-identification" });
            }
            self.reader.exactly(tags::CODE_VALUE, VR::SH, &padded(value, VR::SH))?;
            self.reader.exactly(tags::CODING_SCHEME_DESIGNATOR, VR::SH, &padded(scheme, VR::SH))?;
            self.reader.exactly(tags::CODE_MEANING, VR::LO, &padded(meaning, VR::LO))?;
            self.reader.expect_item_end()?;
        }
        match self.reader.has_item()? {
            true => Err(GrammarError::Malformed { at, what: "methods of de-identification" }),
            false => Ok(&[]),
        }
    }

    /// What stands for a patient or a study.
    fn pseudonym(&mut self, tag: Tag, vr: VR) -> Result<&'a [u8], GrammarError> {
        let value = self.reader.value(vr)?;
        let text = form::text(value, vr).unwrap_or_default();
        let (own, is_one) = match tag {
            tags::PATIENT_NAME => (VR::PN, text.strip_prefix("Anonymous^").is_some_and(pseudonym::is_patient)),
            tags::PATIENT_ID => (VR::LO, pseudonym::is_patient(text)),
            _ => (VR::SH, value.is_empty() || pseudonym::is_study(text)),
        };
        if vr == own && is_one { Ok(value) } else { Err(wrong_value(tag)) }
    }

    fn said(&mut self, tag: Tag, (vr, own): (VR, VR), text: &str) -> Result<&'a [u8], GrammarError> {
        let value = self.reader.value(vr)?;
        if vr == own && value == padded(text, vr) { Ok(value) } else { Err(wrong_value(tag)) }
    }

    /// The object is of a class that is taken, is the one that its meta group names, of one patient, and says what was done: the
    /// method that an object of its kind asks for.
    fn check_identity(&self, class: &[u8], instance: &[u8]) -> Result<&'static Method, GrammarError> {
        let text = |tag, vr| self.values.get(&tag).and_then(|value| form::text(value, vr));
        let is_named = self.values.get(&tags::SOP_CLASS_UID) == Some(&class)
            && self.values.get(&tags::SOP_INSTANCE_UID) == Some(&instance);
        if !is_named || instance.is_empty() || !text(tags::SOP_CLASS_UID, VR::UI).is_some_and(kind::is_taken) {
            return Err(GrammarError::Forbidden("class or instance of another object".to_owned()));
        }
        let name = text(tags::PATIENT_NAME, VR::PN).and_then(|name| name.strip_prefix("Anonymous^"));
        if name.is_none() || name != text(tags::PATIENT_ID, VR::LO) {
            return Err(wrong_value(tags::PATIENT_ID));
        }
        let text = |tag, vr| text(tag, vr).unwrap_or_default();
        let part = text(tags::BODY_PART_EXAMINED, VR::CS);
        let method = Method::of(text(tags::MODALITY, VR::CS), text(tags::SOP_CLASS_UID, VR::UI), part);
        if self.method != Some(method) {
            return Err(wrong_value(tags::DEIDENTIFICATION_METHOD));
        }
        let said = SAID.iter().map(|(tag, ..)| *tag);
        let mut said = said.chain([tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, tags::RECOGNIZABLE_VISUAL_FEATURES]);
        said.find(|tag| !self.values.contains_key(tag)).map_or(Ok(method), |tag| Err(wrong_value(tag)))
    }
}

fn wrong_value(tag: Tag) -> GrammarError {
    GrammarError::Forbidden(format!("value in DICOM attribute {tag} that is not of its kind"))
}

/// Attributes ascend, so none stands there twice.
#[derive(Default)]
struct Order(Option<Tag>);

impl Order {
    fn next(&mut self, reader: &mut Reader<'_>) -> Result<Tag, GrammarError> {
        let at = reader.at();
        let tag = reader.tag()?;
        if self.0.is_some_and(|last| tag <= last) {
            return Err(GrammarError::Malformed { at, what: "order of attributes" });
        }
        self.0 = Some(tag);
        Ok(tag)
    }
}

/// What an item says of itself where it is a code.
#[derive(Default)]
struct Coded<'a> {
    parts: [Option<&'a [u8]>; 3],
    is_code: bool,
}

impl<'a> Coded<'a> {
    /// Scheme, value and meaning.
    const PARTS: [(Tag, VR); 3] =
        [(tags::CODING_SCHEME_DESIGNATOR, VR::SH), (tags::CODE_VALUE, VR::SH), (tags::CODE_MEANING, VR::LO)];

    fn put(&mut self, part: usize, value: &'a [u8]) {
        if let Some(place) = self.parts.get_mut(part) {
            *place = Some(value);
        }
        self.is_code |= Self::PARTS.get(part).is_some_and(|(tag, _)| *tag == tags::CODE_VALUE);
    }

    /// A code is one of the list, whole; what is none says nothing that could not stand there alone.
    fn check(&self) -> Result<(), GrammarError> {
        let text = |part: usize, vr| {
            let value: Option<&'a [u8]> = self.parts.get(part).copied().flatten();
            value.and_then(|value| form::text(value, vr))
        };
        if self.is_code {
            let said = text(0, VR::SH).zip(text(1, VR::SH)).zip(text(2, VR::LO));
            let is_listed = said
                .is_some_and(|((scheme, value), meaning)| lists::code(scheme, value) == Some([scheme, value, meaning]));
            return match is_listed {
                true => Ok(()),
                false => Err(GrammarError::Forbidden("code that is not listed".to_owned())),
            };
        }
        for ((tag, vr), value) in Self::PARTS.into_iter().zip(self.parts) {
            let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
            if !form::fits(rule(tag, vr), tag, vr, value) {
                return Err(wrong_value(tag));
            }
        }
        Ok(())
    }
}
