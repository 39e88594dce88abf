//! A data set built anew from what may stay of another.

use dicom_core::{
    DataElement, Length, PrimitiveValue, Tag, VR, dictionary::UidDictionary, header::Header, value::Value,
};
use dicom_dictionary_std::{StandardSopClassDictionary, tags};
use dicom_object::{InMemDicomObject, mem::InMemElement};

use crate::dicom::{
    date,
    deidentify::Left,
    lists::{self, Need},
    numbers::{self, SHORT_BYTES_MAX},
    pseudonym::{self, Pseudonyms},
    rule::{Rule, is_text, rule},
    value,
};

/// Copies what may stay, item by item.
pub(crate) struct Cleaner<'a> {
    pub(crate) pseudonyms: &'a Pseudonyms<'a>,
    /// How many frames the object has.
    pub(crate) frames: usize,
    pub(crate) left: Left,
}

impl Cleaner<'_> {
    /// What may stay of a data set, or of an item within it.
    pub(crate) fn clean(&mut self, data_set: &InMemDicomObject) -> InMemDicomObject {
        let mut clean = InMemDicomObject::new_empty();
        for element in data_set.iter() {
            let (tag, vr) = (element.tag(), element.vr());
            let rule = rule(tag, vr);
            self.left.identifying += u32::from(matches!(rule, Rule::Empty | Rule::Dummy) && says_who(element));
            let kept = match rule {
                Rule::Remove(reason) => {
                    self.left.count(reason);
                    continue;
                }
                Rule::Empty => Some(PrimitiveValue::Empty),
                Rule::Dummy => Some(dummy(tag, vr)),
                Rule::Uid => self.uids(element),
                Rule::Date => self.dates(element),
                Rule::Age => texts(element).and_then(|texts| date::age(texts.first()?)).map(PrimitiveValue::from),
                Rule::Items => {
                    clean_put(&mut clean, self.items(element));
                    continue;
                }
                Rule::Keep => self.values(data_set, element),
            };
            let value = kept.or_else(|| {
                self.left.values += 1;
                stand_in(tag, vr)
            });
            clean_put(&mut clean, value.map(|value| DataElement::new(tag, vr, value)));
        }
        clean
    }

    /// As many as the list allows: others would be no UIDs of this attribute.
    fn uids(&self, element: &InMemElement) -> Option<PrimitiveValue> {
        let uid = |uid: String| match uid.as_str() {
            "" => uid,
            known if StandardSopClassDictionary.by_uid(known).is_some() => uid,
            own => self.pseudonyms.uid(own),
        };
        let most = lists::allowed(element.tag())?.most;
        let uids = texts(element).unwrap_or_default().into_iter().map(uid).enumerate();
        Some(joined(uids.take_while(|(index, _)| most.holds(index + 1, self.frames)).map(|(_, uid)| uid)))
    }

    fn dates(&self, element: &InMemElement) -> Option<PrimitiveValue> {
        let days = self.pseudonyms.days();
        let moved = |text: &String| match element.vr() {
            VR::DT => date::shifted_datetime(text, days),
            _ => date::shifted(text, days),
        };
        let texts = texts(element)?;
        if texts.iter().all(String::is_empty) {
            return Some(PrimitiveValue::Empty);
        }
        let dates: Vec<_> = texts.iter().map(moved).collect::<Option<_>>()?;
        self.holds(element, dates.len()).then(|| joined(dates))
    }

    /// Values that are of the kind that the allow-list names, and not more than it allows. Sizes are looked at first.
    fn values(&mut self, data_set: &InMemDicomObject, element: &InMemElement) -> Option<PrimitiveValue> {
        let (tag, vr) = (element.tag(), element.vr());
        let primitive = element.value().primitive()?;
        if primitive.calculate_byte_len() == 0 {
            return Some(PrimitiveValue::Empty);
        }
        if let PrimitiveValue::Tags(all) = primitive {
            return self.pointers(element, all);
        }
        if !is_text(vr) && !matches!(vr, VR::DS | VR::IS) {
            let bytes = numbers::bytes(primitive)?;
            let is_described =
                || numbers::is_table(&value::words(data_set, tags::LUT_DESCRIPTOR), &numbers::words(&bytes));
            let may_stay =
                self.holds(element, numbers::count(vr, &bytes)?) && (tag != tags::LUT_DATA || is_described());
            return may_stay.then(|| primitive.clone());
        }
        let texts = texts(element)?;
        if texts.iter().all(String::is_empty) {
            return Some(PrimitiveValue::Empty);
        }
        if is_text(vr) {
            return self.terms(element, &texts);
        }
        let are_numbers = self.holds(element, texts.len()) && texts.iter().all(|number| is_number(number, vr));
        are_numbers.then(|| joined(texts))
    }

    /// Those at attributes that the list names.
    fn pointers(&mut self, element: &InMemElement, all: &[Tag]) -> Option<PrimitiveValue> {
        let known: Vec<Tag> = all.iter().filter(|tag| lists::allowed(**tag).is_some()).copied().collect();
        self.left.values += (all.len() - known.len()) as u32;
        (!known.is_empty() && self.holds(element, known.len())).then(|| PrimitiveValue::Tags(known.into()))
    }

    /// Those that the list names.
    fn terms(&mut self, element: &InMemElement, texts: &[String]) -> Option<PrimitiveValue> {
        let terms = &lists::allowed(element.tag())?.terms;
        let is_known = |term: &&String| terms.contains(&term.as_str());
        let known: Vec<String> = match element.tag() {
            // What stands where has a meaning here, so that nothing may move up.
            tags::IMAGE_TYPE | tags::FRAME_TYPE => texts.iter().take_while(is_known).cloned().collect(),
            _ => texts.iter().filter(is_known).cloned().collect(),
        };
        self.left.values += (texts.len() - known.len()) as u32;
        (!known.is_empty() && self.holds(element, known.len())).then(|| joined(known))
    }

    fn holds(&self, element: &InMemElement, values: usize) -> bool {
        lists::allowed(element.tag()).is_some_and(|allowed| allowed.most.holds(values, self.frames))
    }

    /// A sequence with its items cleaned; codes only with the meaning of the list.
    fn items(&mut self, element: &InMemElement) -> Option<InMemElement> {
        let tag = element.tag();
        let is_by_frame =
            matches!(tag, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE | tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
        let mut clean = Vec::new();
        let items = element.value().items()?;
        for item in items {
            let code = coded(item);
            let mut kept = self.clean(item);
            match code {
                Some(Some(code)) => write_code(&mut kept, code),
                Some(None) => {
                    self.left.values += 1;
                    continue;
                }
                None => {}
            }
            if is_by_frame || kept.iter().next().is_some() {
                clean.push(kept);
            }
        }
        let is_needed = items.is_empty() || lists::allowed(tag).is_some_and(|allowed| allowed.need == Need::Presence);
        (!clean.is_empty() || is_needed).then(|| sequence(tag, clean))
    }
}

/// A sequence of these items.
pub(crate) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, Value::new_sequence(items, Length::UNDEFINED))
}

/// Makes an item a code: scheme, value, meaning.
pub(crate) fn write_code(item: &mut InMemDicomObject, [scheme, value, meaning]: [&str; 3]) {
    item.put_str(tags::CODE_VALUE, VR::SH, value);
    item.put_str(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
    item.put_str(tags::CODE_MEANING, VR::LO, meaning);
}

fn clean_put(clean: &mut InMemDicomObject, element: Option<InMemElement>) {
    if let Some(element) = element {
        clean.put(element);
    }
}

/// `None` if the item is no code, `Some(None)` if it is one that is not listed.
fn coded(item: &InMemDicomObject) -> Option<Option<[&'static str; 3]>> {
    let is_code =
        [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE].iter().any(|tag| item.get(*tag).is_some());
    is_code.then(|| {
        let text = |tag| value::text(item, tag).unwrap_or_default();
        let scheme = text(tags::CODING_SCHEME_DESIGNATOR);
        // Both are older names of SRT.
        let scheme = if matches!(scheme.as_str(), "SNM3" | "99SDM") { "SRT" } else { &scheme };
        lists::code(scheme, &text(tags::CODE_VALUE))
    })
}

/// The values of a text, without padding; `None` for what is too long to be one.
/// Whether a value that is to be replaced says more than what replaces it.
fn says_who(element: &InMemElement) -> bool {
    let said = texts(element).map_or_else(|| "?".to_owned(), |texts| texts.join("\\"));
    let pseudonym = said.strip_prefix("Anonymous^").unwrap_or(&said);
    !said.is_empty()
        && !pseudonym::is_patient(pseudonym)
        && !pseudonym::is_study(pseudonym)
        && dummy(element.tag(), element.vr()).to_str() != said
}

fn texts(element: &InMemElement) -> Option<Vec<String>> {
    let primitive = element.value().primitive().filter(|text| text.calculate_byte_len() <= SHORT_BYTES_MAX)?;
    let clean = |text: &str| text.trim_matches(['\0', ' ']).to_owned();
    Some(primitive.to_multi_str().iter().flat_map(|text| text.split('\\').map(clean).collect::<Vec<_>>()).collect())
}

fn joined(texts: impl IntoIterator<Item = String>) -> PrimitiveValue {
    let joined = texts.into_iter().collect::<Vec<_>>().join("\\");
    if joined.is_empty() { PrimitiveValue::Empty } else { PrimitiveValue::from(joined) }
}

/// The forms of PS3.5 section 6.2: a decimal of up to 16, a whole number of up to 12 characters.
pub(crate) fn is_number(text: &str, vr: VR) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.is_empty()
        || plain
            && match vr {
                VR::IS => text.len() <= 12 && text.trim_start_matches('+').parse::<i32>().is_ok(),
                _ => text.len() <= 16 && text.trim_start_matches('+').parse::<f64>().is_ok_and(f64::is_finite),
            }
}

/// What stands where a value was not of its kind: nothing at all, unless the image needs it.
fn stand_in(tag: Tag, vr: VR) -> Option<PrimitiveValue> {
    match lists::allowed(tag)?.need {
        // Only mammographs must say it, and nothing that is not so may be said.
        _ if tag == tags::BODY_PART_EXAMINED => None,
        Need::Value => Some(dummy(tag, vr)),
        Need::Presence => Some(PrimitiveValue::Empty),
        Need::Nothing => None,
    }
}

/// A value that says nothing.
pub(crate) fn dummy(tag: Tag, vr: VR) -> PrimitiveValue {
    PrimitiveValue::from(match (tag, vr) {
        (tags::MODALITY, _) => "OT",
        (tags::RESCALE_TYPE | tags::MODALITY_LUT_TYPE, _) => "US",
        (tags::PATIENT_ORIENTATION, _) => return PrimitiveValue::Empty,
        // The palettes of its other terms stay behind.
        (tags::PIXEL_PRESENTATION, _) => "MONOCHROME",
        (tags::IMAGE_TYPE | tags::FRAME_TYPE, _) => "DERIVED\\SECONDARY",
        (_, VR::DA | VR::DT) => "19000101",
        (_, VR::TM) => "000000",
        (_, VR::DS | VR::IS) => "0",
        (_, VR::CS) => "UNKNOWN",
        (_, VR::US | VR::SS | VR::UL | VR::SL | VR::FL | VR::FD | VR::AT | VR::OB | VR::OW) => {
            return PrimitiveValue::Empty;
        }
        _ => "REMOVED",
    })
}
