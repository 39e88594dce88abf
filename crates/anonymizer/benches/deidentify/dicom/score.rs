//! What counts as right.
//!
//! - `text_removed`: a planted word stands nowhere in the bytes of the result; a planted date, time or number not in its attribute.
//! - `uid_changed`: a UID of the object stands nowhere in the bytes of the result.
//! - `uid_consistent`: study, series and object have the same new UID wherever they had the same old one, over all objects, and
//!   the file meta information names the object as the data set does.
//! - `patid_consistent`: one new Patient ID for one old, another for another.
//! - `date_shifted`: the date of study, series, acquisition and content is a date, another one, and has moved as far as all
//!   others of the patient.
//! - `tag_retained`: what was there of the attributes that every image must have (type 1 and 2 of the patient, study, series,
//!   equipment and pixel modules) is there; `text_notnull`: those of type 1 have a value.
//! - `text_retained`: numbers and codes that identify nobody have the value that they had.
//! - `pixels_hidden`: planted print is one colour in every frame; `pixels_retained`: all other pixels of the frame are what they
//!   were, seen through two windows; of the blocks of 8 x 8 px that the print touches, nothing is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    io::Cursor,
};

use anonymizer::{
    Pixels, Region,
    dicom::{Object, ObjectLimits, Window},
};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::{FileDicomObject, InMemDicomObject};

use super::plant::{Planted, text};

/// The ten kinds.
pub(crate) const ACTIONS: [&str; 10] = [
    "tag_retained",
    "text_notnull",
    "text_retained",
    "text_removed",
    "date_shifted",
    "uid_changed",
    "uid_consistent",
    "patid_consistent",
    "pixels_hidden",
    "pixels_retained",
];
/// Type 1 in every image.
const WITH_VALUE: &[Tag] = &[
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::MODALITY,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
];
/// Type 2 in every image.
const PRESENT: &[Tag] = &[
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACCESSION_NUMBER,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::STUDY_ID,
    tags::SERIES_NUMBER,
    tags::INSTANCE_NUMBER,
    tags::MANUFACTURER,
];
/// What identifies nobody and is read by whoever looks at the image.
const UNCHANGED: &[Tag] = &[
    tags::SOP_CLASS_UID,
    tags::MODALITY,
    tags::PATIENT_SEX,
    tags::SERIES_NUMBER,
    tags::INSTANCE_NUMBER,
    tags::ROWS,
    tags::COLUMNS,
    tags::NUMBER_OF_FRAMES,
    tags::PIXEL_SPACING,
    tags::IMAGER_PIXEL_SPACING,
    tags::SLICE_THICKNESS,
    tags::SPACING_BETWEEN_SLICES,
    tags::SLICE_LOCATION,
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::KVP,
    tags::REPETITION_TIME,
    tags::ECHO_TIME,
    tags::FLIP_ANGLE,
    tags::MAGNETIC_FIELD_STRENGTH,
    tags::FRAME_TIME,
    tags::RESCALE_SLOPE,
    tags::RESCALE_INTERCEPT,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::PATIENT_POSITION,
    tags::BODY_PART_EXAMINED,
    tags::SCANNING_SEQUENCE,
    tags::SEQUENCE_VARIANT,
    tags::MR_ACQUISITION_TYPE,
    tags::LOSSY_IMAGE_COMPRESSION,
    tags::LATERALITY,
    tags::VIEW_POSITION,
    tags::EXPOSURE_TIME,
    tags::X_RAY_TUBE_CURRENT,
    tags::EXPOSURE,
];
/// Two windows: one that shows eight bits apart, one over the values of a scanner.
const WINDOWS: [(f64, f64); 2] = [(128.0, 256.0), (1024.0, 4096.0)];

/// Rights and wrongs of one program.
#[derive(Default)]
pub(crate) struct Scores {
    pub(crate) objects: usize,
    /// What went wrong, and how often.
    pub(crate) wrongs: BTreeMap<String, u32>,
    counts: BTreeMap<&'static str, (u64, u64)>,
    uids: BTreeMap<String, String>,
    patients: BTreeMap<usize, String>,
    shifts: BTreeMap<usize, i64>,
}

impl Scores {
    /// Scores one result.
    pub(crate) fn add(&mut self, planted: &Planted, result: &[u8]) {
        self.objects += 1;
        let Ok(object) = FileDicomObject::from_reader(Cursor::new(result)) else {
            return self.count("tag_retained", false, "the result cannot be read".to_owned());
        };
        self.attributes(planted, &object);
        self.words(planted, result, &object);
        self.identities(planted, &object);
        self.dates(planted, &object);
        self.pixels(planted, result);
    }

    /// A cell of the table: the share that is right, or a dash.
    pub(crate) fn cell(&self, action: Option<&str>) -> String {
        let chosen = self.counts.iter().filter(|(name, _)| action.is_none_or(|action| action == **name));
        let (right, all) = chosen.fold((0, 0), |sum, (_, count)| (sum.0 + count.0, sum.1 + count.1));
        let mut cell = String::from("-");
        if all > 0 {
            cell.clear();
            let _infallible = write!(cell, "{:.2} % of {all}", right as f64 * 100.0 / all as f64);
        }
        cell
    }

    fn count(&mut self, action: &'static str, is_right: bool, wrong: String) {
        let count = self.counts.entry(action).or_default();
        count.0 += u64::from(is_right);
        count.1 += 1;
        if !is_right {
            *self.wrongs.entry(format!("{action}: {wrong}")).or_default() += 1;
        }
    }

    fn attributes(&mut self, planted: &Planted, object: &InMemDicomObject) {
        let is_there = |tag: &&Tag| planted.data_set.get(**tag).is_some();
        for tag in WITH_VALUE.iter().chain(PRESENT).filter(is_there) {
            self.count("tag_retained", object.get(*tag).is_some(), name(*tag));
        }
        for tag in WITH_VALUE.iter().filter(is_there) {
            let has_value = text(object, *tag).is_some_and(|value| !value.is_empty());
            self.count("text_notnull", has_value, name(*tag));
        }
        for tag in UNCHANGED.iter().filter(is_there) {
            let (before, after) = (text(&planted.data_set, *tag), text(object, *tag));
            self.count("text_retained", before == after, format!("{} {before:?}", name(*tag)));
        }
    }

    fn words(&mut self, planted: &Planted, result: &[u8], object: &InMemDicomObject) {
        let left = words_in(result);
        for (word, place) in &planted.words {
            self.count("text_removed", !left.contains(word.as_str()), place.clone());
        }
        for (tag, value) in &planted.values {
            let is_left = text(object, *tag).is_some_and(|left| left == *value);
            self.count("text_removed", !is_left, name(*tag));
        }
        let left = uids_in(result);
        for uid in &planted.uids {
            let is_left = left.contains(uid.as_bytes());
            self.count("uid_changed", !is_left, "a UID of the original".to_owned());
        }
    }

    fn identities(&mut self, planted: &Planted, object: &FileDicomObject<InMemDicomObject>) {
        for tag in [tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID, tags::SOP_INSTANCE_UID] {
            let Some(before) = text(&planted.data_set, tag).filter(|uid| !uid.is_empty()) else { continue };
            let after = text(object, tag).unwrap_or_default();
            let first = self.uids.entry(before).or_insert_with(|| after.clone()).clone();
            self.count("uid_consistent", first == after && !after.is_empty(), name(tag));
        }
        let of_meta = object.meta().media_storage_sop_instance_uid().trim_end_matches('\0').to_owned();
        let is_same = text(object, tags::SOP_INSTANCE_UID).is_some_and(|uid| uid == of_meta);
        self.count("uid_consistent", is_same, "file meta information".to_owned());
        let patient = text(object, tags::PATIENT_ID).unwrap_or_default();
        let is_taken = self.patients.iter().any(|(other, id)| *other != planted.patient && *id == patient);
        let first = self.patients.entry(planted.patient).or_insert_with(|| patient.clone()).clone();
        self.count("patid_consistent", first == patient && !is_taken && !patient.is_empty(), "Patient ID".to_owned());
    }

    fn dates(&mut self, planted: &Planted, object: &InMemDicomObject) {
        for (tag, before) in &planted.dates {
            let after = text(object, *tag).unwrap_or_default();
            let shift = days(before).zip(days(&after)).map(|(before, after)| after - before);
            let is_right =
                shift.is_some_and(|shift| shift != 0 && *self.shifts.entry(planted.patient).or_insert(shift) == shift);
            self.count("date_shifted", is_right, name(*tag));
        }
    }

    fn pixels(&mut self, planted: &Planted, result: &[u8]) {
        let read = |bytes| Object::read(bytes, &ObjectLimits::NETWORK);
        let Ok(before) = read(&planted.bytes) else { return };
        let Ok(after) = read(result) else {
            return self.count("pixels_retained", false, "the result's pixels cannot be read".to_owned());
        };
        for frame in 0..before.frames().count() {
            // Pictures in colour look the same through any window.
            let windows = if before.frames().windows(frame).is_empty() { 1 } else { WINDOWS.len() };
            for (center, width) in WINDOWS.into_iter().take(windows) {
                let window = Window::new(center, width);
                let before = before.frames().render(frame, Some(&window));
                let after = after.frames().render(frame, Some(&window));
                let (Ok(before), Ok(after)) = (before, after) else {
                    self.count("pixels_retained", false, "a frame is missing".to_owned());
                    continue;
                };
                let is_same = before.width() == after.width() && same_outside(&before, &after, &planted.print);
                self.count("pixels_retained", is_same, format!("pixels of {}", planted.name));
                for region in &planted.print {
                    self.count("pixels_hidden", is_one_colour(&after, region), "print".to_owned());
                }
            }
        }
    }
}

fn name(tag: Tag) -> String {
    use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
    dicom_dictionary_std::StandardDataDictionary
        .by_tag(tag)
        .map_or_else(|| tag.to_string(), |entry| entry.alias().to_owned())
}

/// Everything in the bytes that looks like a planted word.
fn words_in(bytes: &[u8]) -> BTreeSet<&str> {
    let candidates = bytes.windows(8).filter(|window| window.starts_with(b"ZQ7") || window.starts_with(b"ZQ8"));
    candidates.filter_map(|window| std::str::from_utf8(window).ok()).collect()
}

/// Everything in the bytes that could be a UID.
fn uids_in(bytes: &[u8]) -> BTreeSet<&[u8]> {
    let runs = bytes.split(|byte| !byte.is_ascii_digit() && *byte != b'.');
    runs.filter(|run| run.len() >= 7 && run.contains(&b'.')).collect()
}

/// Days since some day, for differences.
fn days(date: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| date.get(range)?.parse::<i64>().ok();
    if date.len() != 8 {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day)
}

/// Covers are whole blocks (`mask`).
const BLOCK_PX: u32 = 8;

fn same_outside(before: &Pixels, after: &Pixels, regions: &[Region]) -> bool {
    let blocks = |start: u32, length: u32| start / BLOCK_PX..(start + length).div_ceil(BLOCK_PX);
    let is_inside = |x: u32, y: u32| {
        regions.iter().any(|region| {
            blocks(region.x, region.width).contains(&(x / BLOCK_PX))
                && blocks(region.y, region.height).contains(&(y / BLOCK_PX))
        })
    };
    before.rgb() == after.rgb()
        || (0..before.height())
            .all(|y| (0..before.width()).all(|x| is_inside(x, y) || before.at(x, y) == after.at(x, y)))
}

fn is_one_colour(pixels: &Pixels, region: &Region) -> bool {
    let first = pixels.at(region.x, region.y);
    (region.y..region.y + region.height).all(|y| (region.x..region.x + region.width).all(|x| pixels.at(x, y) == first))
}
