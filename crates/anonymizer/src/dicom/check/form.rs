//! The forms of values that a clean object may have, by what became of their attribute when it was written.

use dicom_core::{Tag, VR, dictionary::UidDictionary};
use dicom_dictionary_std::StandardSopClassDictionary;

use crate::dicom::{
    clean::{dummy, is_number},
    date,
    lists::{self, Need},
    numbers, pseudonym,
    rule::{Rule, is_text},
};

/// The text of a value without the one character that makes its length even; `None` for what is no plain text.
pub(super) fn text(value: &[u8], vr: VR) -> Option<&str> {
    let padding = if vr == VR::UI { 0 } else { b' ' };
    let bare = value.strip_suffix(&[padding]).unwrap_or(value);
    let is_plain = bare.iter().all(|byte| (b' '..=b'~').contains(byte)) && !bare.ends_with(b" ");
    if is_plain { str::from_utf8(bare).ok() } else { None }
}

/// How many values there are; `None` for numbers that do not fill their bytes, or are none that may stay.
pub(super) fn count(vr: VR, value: &[u8]) -> Option<usize> {
    match is_text(vr) || matches!(vr, VR::AS | VR::DA | VR::DS | VR::DT | VR::IS | VR::TM | VR::UI) {
        true => Some(value.split(|byte| *byte == b'\\').count()),
        false => numbers::count(vr, value),
    }
}

/// Whether a value that is there is one that this rule leaves.
pub(super) fn fits(rule: Rule, tag: Tag, vr: VR, value: &[u8]) -> bool {
    match rule {
        Rule::Remove(_) | Rule::Empty | Rule::Items => false,
        Rule::Keep if !is_text(vr) && !matches!(vr, VR::DS | VR::IS) => numbers::count(vr, value).is_some(),
        _ => text(value, vr).is_some_and(|text| is_left(rule, tag, vr, text)),
    }
}

fn is_left(rule: Rule, tag: Tag, vr: VR, text: &str) -> bool {
    let each = |is_one: &dyn Fn(&str) -> bool| text.split('\\').all(is_one);
    match rule {
        Rule::Dummy => is_dummy(tag, vr, text),
        Rule::Uid => each(&is_uid),
        Rule::Date => each(&|date| date::shifted(date, 0).as_deref() == Some(date)),
        Rule::Age => date::age(text).as_deref() == Some(text),
        Rule::Keep if is_text(vr) => {
            let allowed = lists::allowed(tag);
            let is_needed = allowed.is_some_and(|allowed| allowed.need == Need::Value);
            each(&|term| allowed.is_some_and(|allowed| allowed.terms.contains(&term)))
                || is_needed && is_dummy(tag, vr, text)
        }
        Rule::Keep => each(&|number| is_number(number, vr)),
        Rule::Remove(_) | Rule::Empty | Rule::Items => false,
    }
}

fn is_dummy(tag: Tag, vr: VR, text: &str) -> bool {
    dummy(tag, vr).to_str() == text
}

/// UIDs of the standard, and those that stand for others.
fn is_uid(text: &str) -> bool {
    text.is_empty() || pseudonym::is_uid(text) || StandardSopClassDictionary.by_uid(text).is_some()
}
