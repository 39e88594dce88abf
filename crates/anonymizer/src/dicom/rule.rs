//! What becomes of an attribute: the allow-list first, then Annex E, then what its values are made of.

use dicom_core::{Tag, VR};

use crate::dicom::lists::{Action, Need, allowed, annex_e};

/// What becomes of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It stays behind.
    Remove(Reason),
    /// It stays without a value.
    Empty,
    /// It gets a value that says nothing.
    Dummy,
    /// UIDs of the standard stay, all others are replaced.
    Uid,
    /// It moves with the patient's other dates.
    Date,
    /// It stays up to 89 years.
    Age,
    /// Its items are cleaned.
    Items,
    /// It stays if its values are of the kind that the list names.
    Keep,
}

/// Why an attribute stays behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// An odd group: only its maker knows what it says.
    Private,
    /// A group 60XX or 50XX: drawings and texts laid over the picture.
    Overlay,
    /// A small copy of the picture.
    Icon,
    /// Annex E names it.
    Identifying,
    /// No image needs it.
    NotNeeded,
}

/// The rule for an attribute of this representation.
pub(crate) fn rule(tag: Tag, vr: VR) -> Rule {
    if let Some(reason) = group_reason(tag) {
        return Rule::Remove(reason);
    }
    let row = annex_e(tag);
    let reason = if row.is_some() { Reason::Identifying } else { Reason::NotNeeded };
    let Some(allowed) = allowed(tag).filter(|allowed| allowed.has(vr)) else { return Rule::Remove(reason) };
    let by_need = || match allowed.need {
        Need::Value => Rule::Dummy,
        Need::Presence => Rule::Empty,
        Need::Nothing => Rule::Remove(reason),
    };
    match (vr, row) {
        (VR::AS, Some(row)) if row.is_characteristic => Rule::Age,
        (_, Some(row)) if row.is_characteristic => Rule::Keep,
        (VR::DA | VR::DT, Some(row)) if row.is_moved_in_time => Rule::Date,
        (VR::DA | VR::DT | VR::TM | VR::AS, None) => by_need(),
        (VR::SQ, None) => Rule::Items,
        // References to other images, which many functions of a viewer rest on.
        (VR::SQ, Some(row)) if row.action == Action::AsNeeded && allowed.need == Need::Value => Rule::Items,
        (VR::UI, None) => Rule::Uid,
        (_, None) if is_text(vr) && allowed.terms.is_empty() => by_need(),
        (_, None) => Rule::Keep,
        (_, Some(row)) => match row.action {
            Action::Remove => Rule::Remove(Reason::Identifying),
            Action::Zero => Rule::Empty,
            Action::Dummy => Rule::Dummy,
            Action::Uid => Rule::Uid,
            Action::AsNeeded => by_need(),
        },
    }
}

fn group_reason(tag: Tag) -> Option<Reason> {
    match tag {
        Tag(group, _) if group % 2 == 1 => Some(Reason::Private),
        Tag(0x5000..=0x50ff | 0x6000..=0x60ff, _) => Some(Reason::Overlay),
        // The pixels of the object itself are written apart; any others are a copy.
        Tag(0x0088, 0x0200) | Tag(0x7fe0, _) => Some(Reason::Icon),
        Tag(..=0x0007, _) | Tag(_, 0) => Some(Reason::NotNeeded),
        _ => None,
    }
}

/// Representations that hold what people write. A coded string is one too, and may stay only with values that are listed.
pub(crate) fn is_text(vr: VR) -> bool {
    matches!(vr, VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UR | VR::UT)
}
