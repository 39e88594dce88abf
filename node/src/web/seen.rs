//! What finders saw in a picture and what its file held beside it, as pages and contact sheets call it.

use std::collections::BTreeSet;

use anonymizer::{Doubt, Finding, FindingKind, Notice, Print, Removed, Sureness, is_looked_at_smaller};

use crate::sentences::Sentences;

/// What nobody but a person sees, and how each is explained.
pub(crate) const CONCERNS: [&str; 6] =
    ["concern-faces", "concern-print", "concern-skin", "concern-belongings", "concern-surroundings", "concern-rarity"];

/// What a finding seems to be, as the page calls it.
pub(crate) const fn kind_key(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Face => "kind-face",
        FindingKind::Text(Print::Name) => "kind-name",
        FindingKind::Text(Print::Date) => "kind-date",
        FindingKind::Text(Print::Number) => "kind-number",
        FindingKind::Text(Print::ScaleBar) => "kind-scale-bar",
        FindingKind::Text(Print::SideMarker) => "kind-side-marker",
        FindingKind::Text(Print::Words) => "kind-words",
        FindingKind::Code => "kind-code",
    }
}

/// What a finding seems to be, which finders say so, whether they are sure, and in which frame it is if that is not the first.
pub(crate) fn told(finding: &Finding) -> String {
    let t = Sentences::english();
    let who: Vec<&str> = finding.voices.iter().map(|voice| voice.finder.name()).collect();
    let key = match finding.sureness {
        Sureness::Sure => "found-surely",
        Sureness::Unsure => "found-unsurely",
    };
    let told = t.with2(key, "kind", t.get(kind_key(finding.kind)), "who", who.join(", "));
    match finding.frame {
        0 => told,
        frame => t.with2("found-in-frame", "found", told, "frame", (u64::from(frame) + 1).to_string()),
    }
}

/// What the finders could not settle.
pub(crate) const fn doubt_key(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::SkinWithoutFace => "doubt-skin",
        Doubt::Head => "doubt-head",
        Doubt::Frames => "doubt-frames",
    }
}

/// What a file held beside its pixels, in words of the page.
pub(crate) const fn removed_key(removed: Removed) -> &'static str {
    match removed {
        Removed::Place => "held-place",
        Removed::Time => "held-time",
        Removed::Camera => "held-camera",
        Removed::SerialNumber => "held-serial-number",
        Removed::Owner => "held-owner",
        Removed::People => "held-people",
        Removed::MakerNotes => "held-maker-notes",
        Removed::Thumbnail => "held-thumbnail",
        Removed::Comment => "held-comment",
        Removed::Caption => "held-caption",
        Removed::EditingHistory => "held-editing-history",
        Removed::ColourProfile => "held-colour-profile",
        Removed::FurtherPictures => "held-further-pictures",
        Removed::Film => "held-film",
        Removed::ProgramData => "held-program-data",
        Removed::BehindTheEnd => "held-behind-the-end",
        Removed::Identity => "held-identity",
        Removed::PrivateAttributes => "held-private-attributes",
        Removed::Overlay => "held-overlay",
        Removed::OtherAttributes => "held-other-attributes",
    }
}

/// What became of the pixels on their way in, and whether programs saw them smaller than they are.
pub(crate) fn notice_keys(notices: &BTreeSet<Notice>, (width, height): (u32, u32)) -> Vec<&'static str> {
    let smaller = is_looked_at_smaller(width, height).then_some("notice-smaller");
    notices.iter().map(|notice| notice_key(*notice)).chain(smaller).collect()
}

const fn notice_key(notice: Notice) -> &'static str {
    match notice {
        Notice::Turned => "notice-turned",
        Notice::DepthReduced => "notice-depth",
        Notice::LaidOverWhite => "notice-white",
        Notice::ColoursConverted => "notice-converted",
        Notice::ColoursMayDiffer => "notice-colours",
        Notice::PrintColours => "notice-print-colours",
    }
}

/// What a window is called: names that devices give are terms of the field, the others are ours.
pub(crate) fn window_name(name: &str) -> String {
    let t = Sentences::english();
    match (name, name.strip_prefix("preset ")) {
        ("full range", _) => t.get("frames-full"),
        ("table", _) => t.get("frames-table"),
        (_, Some(number)) => t.with("frames-preset", "number", number),
        _ => name.to_owned(),
    }
}
