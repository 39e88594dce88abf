//! The tables that decide, read once: Annex E, the allow-list, and the codes. Their sources stand at their heads.

use std::{collections::BTreeMap, sync::LazyLock};

use dicom_core::{Tag, VR};

const ANNEX_E: &str = include_str!("tables/annex_e.tsv");
const ALLOWED: &str = include_str!("tables/allowed.tsv");
const CODES: &str = include_str!("tables/codes.tsv");

/// What the Basic Profile asks of an attribute (PS3.15 table E.1-1a).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// X.
    Remove,
    /// Z: no value.
    Zero,
    /// D: a value that says nothing.
    Dummy,
    /// U: a UID of its own, the same wherever the original stood.
    Uid,
    /// X/Z, X/D, Z/D, X/Z/D and X/Z/U*: as the image needs it.
    AsNeeded,
}

/// A row of Annex E.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) action: Action,
    /// Retain Patient Characteristics keeps or cleans it.
    pub(crate) is_characteristic: bool,
    /// Retain Longitudinal Temporal Information Modified Dates cleans it.
    pub(crate) is_moved_in_time: bool,
}

/// How much an image needs an attribute (PS3.5 section 7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Type 1: with a value.
    Value,
    /// Type 2: if only empty.
    Presence,
    /// Type 3.
    Nothing,
}

/// How many values an attribute may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Most {
    /// Not more than these.
    Values(usize),
    /// One for each frame.
    Frames,
}

impl Most {
    /// Whether an attribute of an object with so many frames may have so many values.
    pub(crate) fn holds(self, values: usize, frames: usize) -> bool {
        match self {
            Self::Values(most) => values <= most,
            Self::Frames => values <= frames,
        }
    }
}

/// A row of the allow-list.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    vrs: Vec<VR>,
    pub(crate) most: Most,
    pub(crate) need: Need,
    /// The only values that may stay; none for numbers and the like.
    pub(crate) terms: Vec<&'static str>,
}

impl Allowed {
    /// Whether an element may have this representation: text in the coat of a number is no number.
    pub(crate) fn has(&self, vr: VR) -> bool {
        self.vrs.contains(&vr)
    }
}

/// Annex E by attribute; its rows for whole groups are kept by the rules themselves.
pub(crate) fn annex_e(tag: Tag) -> Option<Row> {
    static ROWS: LazyLock<BTreeMap<Tag, Row>> = LazyLock::new(|| rows(ANNEX_E).filter_map(annex_e_row).collect());
    ROWS.get(&tag).copied()
}

/// The allow-list by attribute.
pub(crate) fn allowed(tag: Tag) -> Option<&'static Allowed> {
    static ROWS: LazyLock<BTreeMap<Tag, Allowed>> = LazyLock::new(|| rows(ALLOWED).filter_map(allowed_row).collect());
    ROWS.get(&tag)
}

/// The scheme, value and meaning of a code that may stay.
pub(crate) fn code(scheme: &str, value: &str) -> Option<[&'static str; 3]> {
    static SCHEMES: LazyLock<BTreeMap<&str, BTreeMap<&str, &str>>> = LazyLock::new(|| {
        let mut schemes: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for row in rows(CODES) {
            if let [scheme, value, meaning] = row[..] {
                schemes.entry(scheme).or_default().insert(value, meaning);
            }
        }
        schemes
    });
    let (scheme, values) = SCHEMES.get_key_value(scheme)?;
    let (value, meaning) = values.get_key_value(value)?;
    Some([scheme, value, meaning])
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn annex_e_row(row: Vec<&'static str>) -> Option<(Tag, Row)> {
    let [tag, action, options, _name] = row[..] else { return None };
    let action = match action {
        "X" => Action::Remove,
        "Z" => Action::Zero,
        "D" => Action::Dummy,
        "U" => Action::Uid,
        _ => Action::AsNeeded,
    };
    let option = |index: usize| options.as_bytes().get(index).is_some_and(|option| *option != b'-');
    Some((tag.parse().ok()?, Row { action, is_characteristic: option(4), is_moved_in_time: option(6) }))
}

fn allowed_row(row: Vec<&'static str>) -> Option<(Tag, Allowed)> {
    let [tag, vrs, most, need, _keyword, terms] = row[..] else { return None };
    let most = match most {
        "frames" => Most::Frames,
        "-" => Most::Values(0),
        most => Most::Values(most.parse().ok()?),
    };
    let need = match need {
        "1" => Need::Value,
        "2" => Need::Presence,
        _ => Need::Nothing,
    };
    let vrs = vrs.split('/').filter_map(|vr| vr.parse().ok()).collect();
    let terms = terms.split('|').filter(|term| !term.is_empty()).collect();
    Some((tag.parse().ok()?, Allowed { vrs, most, need, terms }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::rule::{Rule, rule};

    #[test]
    fn every_row_of_every_table_is_read() {
        let groups = ["50xxxxxx", "60xx3000", "60xx4000", "private"];
        let unread = |row: &Vec<&'static str>| annex_e_row(row.to_vec()).is_none() && !groups.contains(&row[0]);
        assert_eq!(rows(ANNEX_E).count(), 621);
        assert!(!rows(ANNEX_E).any(|row| unread(&row)));
        assert!(rows(ALLOWED).all(|row| allowed_row(row).is_some_and(|(_, allowed)| !allowed.vrs.is_empty())));
        assert!(rows(CODES).all(|row| row.len() == 3 && row[2].is_ascii() && row[2].len() <= 64));
    }

    #[test]
    fn what_is_allowed_is_not_removed_whatever_else_becomes_of_it() {
        let mut has_rule = 0;
        for (tag, allowed) in rows(ALLOWED).filter_map(allowed_row) {
            for vr in allowed.vrs {
                assert!(!matches!(rule(tag, vr), Rule::Remove(_)), "{tag} {vr}");
                has_rule += 1;
            }
        }
        assert!(has_rule > 1_000, "{has_rule}");
    }

    #[test]
    fn nothing_that_annex_e_removes_outright_is_allowed_but_for_the_options_claimed() {
        for row in rows(ALLOWED) {
            let (tag, _) = allowed_row(row).expect("read above");
            let Some(row) = annex_e(tag) else { continue };
            assert!(row.action != Action::Remove || row.is_characteristic || row.is_moved_in_time, "{tag}");
        }
    }
}
