//! The account of what was done to a picture. It holds no original pixel and no original text.

use std::collections::BTreeSet;

use protocol::ClinicianId;

use crate::{
    confirmation::{Concern, Dismissal},
    cover::Cover,
    finding::{Doubt, Finder, Search, Searched},
    format::MediaType,
    removed::Removed,
};

/// What was done to a picture, and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Who confirmed that nothing identifying is left to see.
    pub reviewer: ClinicianId,
    /// What looked at the picture.
    pub finders: Vec<FinderRecord>,
    /// What hides parts of it.
    pub covers: Vec<CoverRecord>,
    /// What was found and left open.
    pub dismissed: Vec<Dismissal>,
    /// What the finders left to the reviewer, who looked because of it.
    pub answered: BTreeSet<Doubt>,
    /// What the reviewer looked for and hid, or did not find.
    pub looked_for: BTreeSet<Concern>,
    /// What the file carried beside its pixels.
    pub removed: BTreeSet<Removed>,
    /// Of the picture, in px.
    pub width: u32,
    /// Of the picture, in px.
    pub height: u32,
    /// How it is encoded.
    pub media_type: MediaType,
    /// How a DICOM object was de-identified, as codes of PS3.16 CID 7050; none for a photograph.
    pub methods: Vec<u32>,
}

impl Manifest {
    /// Takes account of another look: the one in which a finder came less far is told.
    pub(crate) fn note(&mut self, searched: &[Searched]) {
        for again in searched {
            for record in self.finders.iter_mut().filter(|record| record.finder == again.finder) {
                record.search = record.search.max(again.search);
            }
        }
    }
}

/// A finder as it looked at this picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinderRecord {
    /// Its name, version and model.
    pub finder: Finder,
    /// SHA-256 of its model, if it has one.
    pub model_sha256: Option<[u8; 32]>,
    /// How far it came.
    pub search: Search,
}

impl FinderRecord {
    pub(crate) fn of(searched: Searched) -> Self {
        Self { finder: searched.finder, model_sha256: searched.finder.model_sha256(), search: searched.search }
    }
}

/// Who drew a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is a finder's proposal, unchanged.
    Finder,
    /// A person drew, moved or grew it.
    Person,
}

/// A cover as it was burned in; in the picture it is grown to whole blocks of 8 x 8 px.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverRecord {
    /// The shape.
    pub cover: Cover,
    /// Who drew it.
    pub origin: Origin,
}
