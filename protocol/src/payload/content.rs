//! Content: profiles, and the bodies of what people say about a case.

use super::{at_most, chars_at_most, manifest::Manifest};
use crate::{
    codec::{Malformed, Text, decode},
    codes,
    id::{BlobId, ClinicianId, EntryId, InstitutionId, Salt, StatementId},
    kind::Kind,
    limits,
    statement::Statement,
    wire,
};

codes! {
    /// How a picture is stored.
    pub enum MediaType {
        1 => Jpeg,
        2 => Png,
        /// A de-identified DICOM object, all its frames in one blob.
        3 => Dicom,
    }

    /// How a picture belongs to the one behind it.
    pub enum Pairing {
        /// This one shows before what the next shows after.
        1 => BeforeAfter,
    }

    /// Where a case stands.
    pub enum Status {
        1 => Open,
        2 => WorkingDiagnosis,
        3 => Resolved,
    }

    /// How sure an outcome is.
    pub enum Certainty {
        1 => Suspected,
        2 => Clinical,
        3 => Confirmed,
    }

    /// The patient's age, never more exact than the research needs, and one band above 89 (45 CFR 164.514(b)(2)(i)(C)).
    pub enum AgeBand {
        1 => Newborn,
        2 => Infant,
        3 => Child,
        4 => Adolescent,
        5 => Adult18To39,
        6 => Adult40To64,
        7 => Adult65To89,
        8 => Over89,
    }

    /// The patient's sex, where it matters.
    pub enum Sex {
        1 => Female,
        2 => Male,
        3 => Intersex,
    }
}

wire! {
    /// What a person is called, said by their institution. It can be erased; attestations hold no name.
    pub struct Profile {
        /// The person.
        1 => clinician: ClinicianId,
        /// The name that readers see.
        2 => name: Text,
    }

    /// The body of a Case and of a CaseRevision: all of a case but its pictures and what others say.
    pub struct Summary {
        /// One line.
        1 => title: Text,
        /// What the author wants to know.
        2 => question: Text,
        /// History, findings, course.
        3 => body: Text,
        /// MeSH descriptor number of the specialty, as `D003880` is 3880.
        4 => specialty: Option<u32>,
        /// Free words.
        5 => tags: Vec<Text>,
        /// Of the patient.
        6 => age: Option<AgeBand>,
        /// Of the patient.
        7 => sex: Option<Sex>,
        /// In their order.
        8 => pictures: Vec<Picture>,
        /// Salts the ids of the pictures; erased with the payload.
        9 => blob_salt: Salt,
        /// Who may read a restricted case, besides its own institution; absent: the network.
        10 => audience: Option<Vec<InstitutionId>>,
        /// People without attestation may read it too.
        11 => is_public: bool,
    }

    /// A picture of a case and its preview, each a blob of its own.
    pub struct Picture {
        /// The picture.
        1 => blob: BlobId,
        /// Its size in bytes.
        2 => blob_size: u32,
        /// How it is stored.
        3 => media_type: MediaType,
        /// In pixels.
        4 => width: u32,
        /// In pixels.
        5 => height: u32,
        /// 320 pixels on the long side.
        6 => preview: BlobId,
        /// Its size in bytes.
        7 => preview_size: u32,
        /// What one who cannot see it is told.
        8 => alt: Text,
        /// What was done so that nobody is recognized.
        9 => manifest: Manifest,
        /// How it belongs to the picture behind it, if it does.
        10 => pairing: Option<Pairing>,
    }

    /// The body of a Comment.
    pub struct Comment {
        /// What is said.
        1 => text: Text,
        /// The comment it answers.
        2 => replies_to: Option<EntryId>,
        /// Entries of the thread that its author had seen; they order the thread.
        3 => seen: Vec<EntryId>,
        /// The picture it points at, by its place in the case.
        4 => picture: Option<u8>,
        /// The place in that picture.
        5 => region: Option<Region>,
    }

    /// A box in a picture, in ten-thousandths of its width and of its height.
    pub struct Region {
        /// From the left.
        1 => left: u16,
        /// From the top.
        2 => top: u16,
        /// Of the width.
        3 => width: u16,
        /// Of the height.
        4 => height: u16,
    }

    /// The body of a CommentRevision: the comment as it reads from now on.
    pub struct CommentRevision {
        /// The comment, by the id of the statement.
        1 => comment: StatementId,
        /// The whole text.
        2 => text: Text,
    }

    /// The body of a Star: the case is worth the attention of others. It is taken back by withdrawing its entry.
    pub struct Star {
        /// The entry of the case that was seen.
        1 => seen: EntryId,
    }

    /// The body of an Outcome.
    pub struct Outcome {
        /// Where the case stands now.
        1 => status: Status,
        /// What it was.
        2 => diagnosis: Option<Text>,
        /// How sure that is.
        3 => certainty: Option<Certainty>,
        /// What happened, what was learned.
        4 => text: Text,
    }
}

/// Checks the body inside a statement of a kind.
///
/// # Errors
/// [`Malformed`] if it is not of that kind or out of its limits.
pub(super) fn check(kind: Kind, statement: &Statement) -> Result<(), Malformed> {
    let body = &statement.body.0;
    match kind {
        Kind::Case | Kind::CaseRevision => decode::<Summary>(body)?.check(),
        Kind::Comment => decode::<Comment>(body)?.check(),
        Kind::CommentRevision => text_at_most("comment", &decode::<CommentRevision>(body)?.text),
        Kind::Star => decode::<Star>(body).map(|_| ()),
        Kind::Outcome => decode::<Outcome>(body)?.check(),
        _ => Ok(()),
    }
}

impl Profile {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        chars_at_most("name", &self.name, limits::NAME_CHARS_MAX)
    }
}

impl Summary {
    /// Checks what a person can get wrong.
    ///
    /// # Errors
    /// [`Malformed::TooLarge`] names what is too long and its limit.
    pub fn check(&self) -> Result<(), Malformed> {
        chars_at_most("title", &self.title, limits::TITLE_CHARS_MAX)?;
        text_at_most("question", &self.question)?;
        text_at_most("case text", &self.body)?;
        at_most("case", self.tags.len(), "tags", limits::TAGS_MAX)?;
        self.tags.iter().try_for_each(|tag| chars_at_most("tag", tag, limits::TAG_CHARS_MAX))?;
        at_most("case", self.pictures.len(), "pictures", limits::PICTURES_MAX)?;
        at_most("audience", self.audience.as_ref().map_or(0, Vec::len), "institutions", limits::AUDIENCE_MAX)?;
        if self.is_public && self.audience.is_some() {
            return Err(Malformed::Form { at: 0, what: "a case that is public and restricted" });
        }
        self.check_pairs()?;
        self.pictures.iter().try_for_each(Picture::check)
    }
}

impl Picture {
    fn check(&self) -> Result<(), Malformed> {
        at_most("picture", self.blob_size as usize, "bytes", limits::BLOB_BYTES_MAX)?;
        at_most("preview", self.preview_size as usize, "bytes", limits::PREVIEW_BYTES_MAX)?;
        text_at_most("picture description", &self.alt)?;
        self.manifest.check()
    }
}

impl Comment {
    /// Checks what a person can get wrong.
    ///
    /// # Errors
    /// [`Malformed::TooLarge`] names what is too long and its limit.
    pub fn check(&self) -> Result<(), Malformed> {
        at_most("comment", self.seen.len(), "seen entries", limits::SEEN_MAX)?;
        text_at_most("comment", &self.text)?;
        match &self.region {
            Some(_) if self.picture.is_none() => {
                Err(Malformed::Form { at: 0, what: "a place in a picture that is not named" })
            }
            Some(region) => region.check(),
            None => Ok(()),
        }
    }
}

impl Region {
    /// A whole picture, across or down.
    pub const WHOLE: u16 = 10_000;

    /// The place of a box in a picture of some size, all in pixels; what lies outside of the picture is left away. Nothing if no
    /// part of the picture is left, or the picture has no size.
    pub fn of_box([x, y, width, height]: [u32; 4], (picture_width, picture_height): (u32, u32)) -> Option<Self> {
        let (left, width) = share(x, width, picture_width)?;
        let (top, height) = share(y, height, picture_height)?;
        Some(Self { left, top, width, height })
    }

    /// Whether it is a place in a picture at all: not empty, and no part of it outside.
    pub fn is_inside(&self) -> bool {
        let is_inside =
            |from: u16, length: u16| length > 0 && u32::from(from) + u32::from(length) <= u32::from(Self::WHOLE);
        is_inside(self.left, self.width) && is_inside(self.top, self.height)
    }

    fn check(&self) -> Result<(), Malformed> {
        match self.is_inside() {
            true => Ok(()),
            false => Err(Malformed::Form { at: 0, what: "a place that is not in the picture" }),
        }
    }
}

/// Where a stretch of pixels begins and how long it is, in ten-thousandths of all of them; never shorter than one of these.
fn share(from: u32, length: u32, all: u32) -> Option<(u16, u16)> {
    let (from, length, all) = (u64::from(from), u64::from(length), u64::from(all));
    let end = (from + length).min(all);
    if from >= end {
        return None;
    }
    let whole = u64::from(Region::WHOLE);
    let begins = (from * whole / all).min(whole - 1);
    let ends = (end * whole).div_ceil(all).max(begins + 1);
    Some((u16::try_from(begins).ok()?, u16::try_from(ends - begins).ok()?))
}

impl Outcome {
    /// Checks what a person can get wrong.
    ///
    /// # Errors
    /// [`Malformed::TooLarge`] names what is too long and its limit.
    pub fn check(&self) -> Result<(), Malformed> {
        text_at_most("outcome", &self.text)?;
        self.diagnosis.as_ref().map_or(Ok(()), |diagnosis| text_at_most("diagnosis", diagnosis))
    }
}

fn text_at_most(what: &'static str, text: &Text) -> Result<(), Malformed> {
    chars_at_most(what, text, limits::BODY_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(picture: Option<u8>, region: Option<Region>) -> Comment {
        Comment { text: Text::from("Here."), replies_to: None, seen: vec![], picture, region }
    }

    #[test]
    fn a_box_of_a_picture_is_a_region_and_nothing_of_it_lies_outside() {
        let region = |left, top, width, height| Some(Region { left, top, width, height });
        let size = (4_000, 20_000);
        assert_eq!(Region::of_box([2_000, 0, 2_000, 20_000], size), region(5_000, 0, 5_000, 10_000));
        assert_eq!(Region::of_box([3_999, 19_999, 50, 50], size), region(9_997, 9_999, 3, 1));
        for nothing in [[4_000, 0, 5, 5], [0, 20_000, 5, 5], [0, 0, 0, 5], [u32::MAX, 0, u32::MAX, 5]] {
            assert_eq!(Region::of_box(nothing, size), None, "{nothing:?}");
        }
        assert_eq!(Region::of_box([0, 0, 1, 1], (0, 0)), None);
        for corner in [[0, 0, 1, 1], [3_999, 0, 1, 20_000], [1, 1, u32::MAX, u32::MAX]] {
            comment(Some(0), Region::of_box(corner, size)).check().unwrap();
        }
    }

    #[test]
    fn a_region_is_a_place_in_a_picture_that_is_named() {
        let whole = Region { left: 0, top: 0, width: Region::WHOLE, height: Region::WHOLE };
        comment(Some(0), Some(whole.clone())).check().unwrap();
        comment(None, Some(whole.clone())).check().unwrap_err();
        comment(Some(0), Some(Region { left: 1, ..whole.clone() })).check().unwrap_err();
        comment(Some(0), Some(Region { height: 0, ..whole.clone() })).check().unwrap_err();
        comment(Some(0), Some(Region { top: u16::MAX, ..whole })).check().unwrap_err();
    }
}
