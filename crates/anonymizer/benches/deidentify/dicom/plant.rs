//! Identifiers planted into an object: every attribute of Annex E, what no table lists, numbers that are words, sequences, private
//! blocks, overlays, curves, icons, file meta information, preamble, what lies behind the pixels, and the pixels themselves.

use std::io::Cursor;

use anonymizer::Region;
use dicom_core::{
    DataElement, Length, PrimitiveValue, Tag, VR,
    dictionary::{DataDictionary, DataDictionaryEntry},
    value::Value,
};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::{FileDicomObject, InMemDicomObject, mem::InMemElement};

const ANNEX_E: &str = include_str!("../../../src/dicom/tables/annex_e.tsv");
/// Five by seven dots for Z, Q and the digits, rows from the top, the leftmost dot in the highest of five bits.
const GLYPHS: [(char, [u8; 7]); 12] = [
    ('Z', [31, 1, 2, 4, 8, 16, 31]),
    ('Q', [14, 17, 17, 17, 21, 18, 13]),
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
];
/// Where print is planted, and how large a dot is.
const PRINT: (usize, usize, usize) = (8, 8, 2);

/// An object with what was planted into it.
pub(crate) struct Planted {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) patient: usize,
    /// Words that may stand nowhere in the result, and where each was put.
    pub(crate) words: Vec<(String, String)>,
    /// UIDs that may stand nowhere in the result.
    pub(crate) uids: Vec<String>,
    /// Dates, times and numbers that may not stand in their attribute any more.
    pub(crate) values: Vec<(Tag, String)>,
    /// The dates that must have moved.
    pub(crate) dates: Vec<(Tag, String)>,
    /// Where print was planted into every frame.
    pub(crate) print: Vec<Region>,
    /// The object as it was planted, without its pixels.
    pub(crate) data_set: InMemDicomObject,
}

struct Planter {
    number: u32,
    words: Vec<(String, String)>,
    uids: Vec<String>,
    values: Vec<(Tag, String)>,
}

/// Plants into all objects; so many after each other belong to one made-up patient.
pub(crate) fn all(originals: &[(String, Vec<u8>, u32)], per_patient: usize) -> Vec<Planted> {
    let mut number = 0;
    let mut planted = Vec::new();
    let mut last_uid = "1.2.3.4".to_owned();
    for (index, (name, bytes, frames)) in originals.iter().enumerate() {
        let mut planter = Planter { number, words: Vec::new(), uids: Vec::new(), values: Vec::new() };
        if let Some(object) = planter.plant(name, bytes, *frames, index / per_patient, &last_uid) {
            last_uid = text(&object.data_set, tags::SOP_INSTANCE_UID).unwrap_or(last_uid);
            planted.push(object);
        }
        number = planter.number;
    }
    planted
}

/// The first value of an attribute as text.
pub(crate) fn text(data_set: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = data_set.get(tag)?.value().to_str().ok()?;
    Some(text.trim_matches(['\0', ' ']).to_owned())
}

impl Planter {
    fn plant(&mut self, name: &str, bytes: &[u8], frames: u32, patient: usize, other: &str) -> Option<Planted> {
        let mut object = FileDicomObject::from_reader(Cursor::new(bytes)).ok()?;
        let print = self.print(&mut object, frames);
        for row in ANNEX_E.lines().filter(|row| !row.starts_with('#')) {
            let Some(tag) = row.split('\t').next().and_then(|tag| tag.parse().ok()) else { continue };
            self.annex_e(&mut object, tag, row.split('\t').nth(3).unwrap_or_default());
        }
        self.unlisted(&mut object);
        self.numbers(&mut object);
        self.groups(&mut object, other);
        let dates = self.patient(&mut object, patient);
        for tag in [tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID, tags::SOP_INSTANCE_UID] {
            self.uids.extend(text(&object, tag).filter(|uid| !uid.is_empty()));
        }
        let bytes = self.file(&mut object)?;
        let mut data_set = object.into_inner();
        data_set.remove_element(tags::PIXEL_DATA);
        let (words, uids) = (std::mem::take(&mut self.words), std::mem::take(&mut self.uids));
        let values = std::mem::take(&mut self.values);
        Some(Planted { name: name.to_owned(), bytes, patient, words, uids, values, dates, print, data_set })
    }

    /// A word that stands nowhere else.
    fn word(&mut self, place: &str) -> String {
        self.number += 1;
        let word = format!("ZQ7{:05}", self.number);
        self.words.push((word.clone(), place.to_owned()));
        word
    }

    fn annex_e(&mut self, data_set: &mut InMemDicomObject, tag: Tag, name: &str) {
        let named = StandardDataDictionary.by_tag(tag);
        let is_own = [tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID, tags::SOP_INSTANCE_UID].contains(&tag);
        let Some(vr) = named.map(|entry| entry.vr().relaxed()).filter(|_| tag.0 >= 8 && !is_own) else { return };
        let value: PrimitiveValue = match vr {
            VR::SQ => {
                data_set.put(self.sequence(tag, name));
                return;
            }
            VR::UI => {
                self.number += 1;
                let uid = format!("1.2.826.0.1.77.{}", self.number);
                self.uids.push(uid.clone());
                uid.into()
            }
            VR::OB | VR::OW | VR::UN => PrimitiveValue::U8(self.word(name).into_bytes().into()),
            VR::PN => format!("{}^ANNA", self.word(name)).into(),
            VR::DA | VR::DT | VR::TM | VR::AS | VR::DS | VR::IS => {
                self.number += 1;
                let value = match vr {
                    VR::DA => {
                        format!("19{:02}{:02}{:02}", 30 + self.number % 60, 1 + self.number % 12, 1 + self.number % 28)
                    }
                    VR::DT => format!("19{:02}0704{:02}1122", 30 + self.number % 60, self.number % 24),
                    VR::TM => format!("{:02}{:02}{:02}", self.number % 24, self.number % 60, 1 + self.number % 59),
                    VR::AS => "097Y".to_owned(),
                    _ => format!("{}", 70_000 + self.number),
                };
                // The options claimed keep height and weight, and these may stand.
                if vr != VR::DS {
                    self.values.push((tag, value.clone()));
                }
                value.into()
            }
            VR::US | VR::SS | VR::UL | VR::SL | VR::FL | VR::FD | VR::AT => match in_numbers(vr, &self.word(name)) {
                Some(value) => value,
                None => return,
            },
            // No attribute of Annex E has one of these.
            VR::OF | VR::OD | VR::OL | VR::OV | VR::UV | VR::SV => return,
            _ => self.word(name).into(),
        };
        data_set.put(DataElement::new(tag, vr, value));
    }

    /// A sequence with names, a private block and a sequence in its item.
    fn sequence(&mut self, tag: Tag, name: &str) -> InMemElement {
        let mut inner = InMemDicomObject::new_empty();
        inner.put_str(tags::TEXT_VALUE, VR::UT, self.word(&format!("{name} > items > text")));
        let mut item = InMemDicomObject::new_empty();
        item.put_str(tags::PATIENT_NAME, VR::PN, self.word(&format!("{name} > name")));
        item.put_str(tags::CODE_MEANING, VR::LO, self.word(&format!("{name} > meaning")));
        item.put_str(Tag(0x0009, 0x0010), VR::LO, self.word(&format!("{name} > private creator")));
        item.put(items(tags::CONTENT_SEQUENCE, vec![inner]));
        items(tag, vec![item])
    }

    /// Attributes that no table lists and that stay: a value too many in one of them, a meaning of somebody's own in another.
    fn unlisted(&mut self, data_set: &mut InMemDicomObject) {
        for tag in [tags::MANUFACTURER_MODEL_NAME, tags::SOFTWARE_VERSIONS, tags::WINDOW_CENTER_WIDTH_EXPLANATION] {
            data_set.put_str(tag, VR::LO, self.word("unlisted text"));
        }
        if let Some(image_type) = data_set.get(tags::IMAGE_TYPE).and_then(|element| element.value().to_str().ok()) {
            let more = format!("{}\\{}", image_type, self.word("Image Type"));
            data_set.put_str(tags::IMAGE_TYPE, VR::CS, more);
        }
        let mut code = InMemDicomObject::new_empty();
        code.put_str(tags::CODE_VALUE, VR::SH, "69536005");
        code.put_str(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "SCT");
        code.put_str(tags::CODE_MEANING, VR::LO, self.word("meaning of a known code"));
        data_set.put(items(tags::ANATOMIC_REGION_SEQUENCE, vec![code]));
    }

    /// Words as the bytes of numbers, more of them than these attributes have values.
    fn numbers(&mut self, data_set: &mut InMemDicomObject) {
        for (tag, vr) in [
            (tags::EXPOSURES_ON_PLATE, VR::US),
            (tags::PIXEL_INTENSITY_RELATIONSHIP_SIGN, VR::SS),
            (tags::EXAMINED_BODY_THICKNESS, VR::FL),
            (tags::WATER_EQUIVALENT_DIAMETER, VR::FD),
            (tags::FRAME_DIMENSION_POINTER, VR::AT),
            (tags::REFERENCE_PIXEL_X0, VR::SL),
            (tags::REGION_LOCATION_MIN_X0, VR::UL),
        ] {
            let words = format!("{0}{0}", self.word("words in numbers"));
            if let Some(value) = in_numbers(vr, &words) {
                data_set.put(DataElement::new(tag, vr, value));
            }
        }
    }

    /// Private groups, overlays, curves, an icon, and references to another object.
    fn groups(&mut self, data_set: &mut InMemDicomObject, other: &str) {
        data_set.put_str(Tag(0x0009, 0x0010), VR::LO, self.word("private creator"));
        data_set.put_str(Tag(0x0009, 0x1001), VR::LO, self.word("private text"));
        data_set.put_str(Tag(0x0009, 0x1002), VR::PN, self.word("private name"));
        let bytes = PrimitiveValue::U8(self.word("private bytes").into_bytes().into());
        data_set.put(DataElement::new(Tag(0x0009, 0x1003), VR::UN, bytes));
        let nested = self.sequence(Tag(0x0009, 0x1004), "private sequence");
        data_set.put(nested);
        for group in [0x6000, 0x6002] {
            for (element, number) in [(0x0010, 8_u16), (0x0011, 8), (0x0100, 1), (0x0102, 0)] {
                data_set.put(DataElement::new(Tag(group, element), VR::US, PrimitiveValue::from(number)));
            }
            data_set.put_str(Tag(group, 0x0040), VR::CS, "G");
            data_set.put_str(Tag(group, 0x0022), VR::LO, self.word("overlay description"));
            data_set.put_str(Tag(group, 0x4000), VR::LT, self.word("overlay comments"));
            let bits = PrimitiveValue::U8(self.word("overlay data").into_bytes().into());
            data_set.put(DataElement::new(Tag(group, 0x3000), VR::OB, bits));
        }
        let points = PrimitiveValue::U8(self.word("curve data").into_bytes().into());
        data_set.put(DataElement::new(Tag(0x5000, 0x3000), VR::OB, points));
        let mut icon = InMemDicomObject::new_empty();
        let bytes = PrimitiveValue::U8(self.word("icon pixels").into_bytes().into());
        icon.put(DataElement::new(tags::PIXEL_DATA, VR::OB, bytes));
        data_set.put(items(tags::ICON_IMAGE_SEQUENCE, vec![icon]));
        let mut reference = InMemDicomObject::new_empty();
        reference.put_str(tags::REFERENCED_SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.7");
        reference.put_str(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, other);
        reference.put_str(tags::PATIENT_COMMENTS, VR::LT, self.word("comment in a reference"));
        self.uids.push(other.to_owned());
        data_set.put(items(tags::SOURCE_IMAGE_SEQUENCE, vec![reference]));
    }

    /// Name, number and dates of a made-up patient.
    fn patient(&mut self, data_set: &mut InMemDicomObject, patient: usize) -> Vec<(Tag, String)> {
        for (tag, vr, value) in [
            (tags::PATIENT_ID, VR::LO, format!("ZQ8P{patient:04}")),
            (tags::PATIENT_NAME, VR::PN, format!("ZQ8N{patient:04}^ANNA")),
            (tags::PATIENT_SEX, VR::CS, "F".to_owned()),
        ] {
            self.words.push((value.split('^').next().unwrap_or_default().to_owned(), "patient".to_owned()));
            data_set.put_str(tag, vr, value);
        }
        self.words.retain(|(word, _)| word != "F");
        let day = 1 + self.number % 27;
        let dates = [tags::STUDY_DATE, tags::SERIES_DATE, tags::ACQUISITION_DATE, tags::CONTENT_DATE]
            .map(|tag| (tag, format!("2011{:02}{day:02}", 1 + patient % 12)));
        for (tag, date) in &dates {
            self.values.retain(|(planted, _)| planted != tag);
            data_set.put_str(*tag, VR::DA, date.clone());
        }
        dates.to_vec()
    }

    /// The file, with preamble and meta information planted too.
    fn file(&mut self, object: &mut FileDicomObject<InMemDicomObject>) -> Option<Vec<u8>> {
        let (source, sender) = (self.word("source AE"), self.word("sending AE"));
        let (version, private) = (self.word("implementation version"), self.word("private information"));
        object.update_meta(|meta| {
            meta.source_application_entity_title = Some(source);
            meta.sending_application_entity_title = Some(sender);
            meta.implementation_version_name = Some(version);
            meta.private_information_creator_uid = Some("1.2.826.0.1.78".to_owned());
            meta.private_information = Some(private.into_bytes());
        });
        let mut bytes = Vec::new();
        object.write_all(&mut bytes).ok()?;
        let word = self.word("preamble");
        bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        Some(bytes)
    }

    /// Print in every frame of pixels that are not packed, and bytes behind the last of them.
    fn print(&mut self, data_set: &mut InMemDicomObject, frames: u32) -> Vec<Region> {
        let number = |tag| data_set.get(tag).and_then(|element| element.value().to_int::<usize>().ok());
        let (Some(rows), Some(columns), Some(bits)) =
            (number(tags::ROWS), number(tags::COLUMNS), number(tags::BITS_ALLOCATED))
        else {
            return Vec::new();
        };
        let samples = number(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        let is_planar = samples == 3 && number(tags::PLANAR_CONFIGURATION) == Some(1);
        let light = 1_u32 << (number(tags::BITS_STORED).unwrap_or(bits).min(16) - 1);
        let word = "ZQ7".to_owned() + &format!("{:05}", self.number);
        let (left, top, dot) = PRINT;
        let (width, height) = (word.len() * 6 * dot, 7 * dot);
        let shares_chroma = text(data_set, tags::PHOTOMETRIC_INTERPRETATION).is_some_and(|name| name.contains("422"));
        let Some(element) = data_set.get(tags::PIXEL_DATA) else { return Vec::new() };
        let vr = element.vr();
        let Some(primitive) = element.value().primitive().filter(|_| !is_planar && !shares_chroma) else {
            return Vec::new();
        };
        let mut bytes = primitive.to_bytes().into_owned();
        let pixel_bytes = samples * bits / 8;
        if columns < left + width || rows < top + height || bytes.len() < rows * columns * pixel_bytes * frames as usize
        {
            return Vec::new();
        }
        for frame in 0..frames as usize {
            for (x, y) in dots(&word, dot) {
                let at = ((frame * rows + top + y) * columns + left + x) * pixel_bytes;
                if let Some(pixel) = bytes.get_mut(at..at + pixel_bytes) {
                    pixel.chunks_exact_mut(bits / 8).for_each(|sample| {
                        sample.copy_from_slice(light.to_le_bytes().get(..bits / 8).unwrap_or_default());
                    });
                }
            }
        }
        bytes.extend(self.word("behind the pixels").into_bytes());
        let value = if vr == VR::OW && bits == 16 {
            PrimitiveValue::U16(bytes.as_chunks::<2>().0.iter().map(|word| u16::from_le_bytes(*word)).collect())
        } else {
            PrimitiveValue::U8(bytes.into())
        };
        data_set.put(DataElement::new(tags::PIXEL_DATA, vr, value));
        vec![Region { x: left as u32, y: top as u32, width: width as u32, height: height as u32 }]
    }
}

/// The letters of a word as numbers of this representation.
fn in_numbers(vr: VR, word: &str) -> Option<PrimitiveValue> {
    let bytes = word.as_bytes();
    let (twos, fours, eights) = (bytes.as_chunks::<2>().0, bytes.as_chunks::<4>().0, bytes.as_chunks::<8>().0);
    Some(match vr {
        VR::US => PrimitiveValue::U16(twos.iter().map(|two| u16::from_le_bytes(*two)).collect()),
        VR::SS => PrimitiveValue::I16(twos.iter().map(|two| i16::from_le_bytes(*two)).collect()),
        VR::UL => PrimitiveValue::U32(fours.iter().map(|four| u32::from_le_bytes(*four)).collect()),
        VR::SL => PrimitiveValue::I32(fours.iter().map(|four| i32::from_le_bytes(*four)).collect()),
        VR::FL => PrimitiveValue::F32(fours.iter().map(|four| f32::from_le_bytes(*four)).collect()),
        VR::FD => PrimitiveValue::F64(eights.iter().map(|eight| f64::from_le_bytes(*eight)).collect()),
        VR::AT => {
            let pointer = |[a, b, c, d]: [u8; 4]| Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
            PrimitiveValue::Tags(fours.iter().map(|four| pointer(*four)).collect())
        }
        _ => return None,
    })
}

fn items(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, Value::new_sequence(items, Length::UNDEFINED))
}

/// The places of all dots of a word.
fn dots(word: &str, dot: usize) -> Vec<(usize, usize)> {
    let mut dots = Vec::new();
    for (index, letter) in word.chars().enumerate() {
        let Some((_, rows)) = GLYPHS.iter().find(|(glyph, _)| *glyph == letter) else { continue };
        for (y, row) in rows.iter().enumerate() {
            for x in (0..5).filter(|x| row & (16 >> x) != 0) {
                for place in 0..dot * dot {
                    dots.push(((index * 6 + x) * dot + place % dot, y * dot + place / dot));
                }
            }
        }
    }
    dots
}
