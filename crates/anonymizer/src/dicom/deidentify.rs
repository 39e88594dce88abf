//! An object as it may leave: attributes cleaned, covers painted, what was done written into it, all in a new file.

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use serde::{Deserialize, Serialize};

use crate::{
    cover::Cover,
    dicom::{
        clean::Cleaner,
        error::DicomError,
        frames::Frames,
        method::Method,
        object::Object,
        paint::paint,
        pseudonym::{Pseudonyms, Secret},
        rule::Reason,
        stored::Colours,
        value,
    },
    mask::Mask,
};

/// This program as a maker of files (PS3.7 section D.3.3.2).
pub(crate) const IMPLEMENTATION_UID: &str = "2.25.270695996825855179949881587723571202391";
pub(crate) const IMPLEMENTATION_NAME: &str = "CONSILIUM";

/// An object that may leave.
#[derive(Clone, Debug)]
pub struct Deidentified {
    /// A file of PS3.10 in Explicit VR Little Endian.
    pub bytes: Vec<u8>,
    /// Its frames, covered.
    pub frames: Frames,
    /// What stayed behind.
    pub left: Left,
}

/// How many attributes stayed behind, by what they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Known only to the maker of the device.
    pub private: u32,
    /// Drawings and texts laid over the picture.
    pub overlays: u32,
    /// Small copies of the picture.
    pub icons: u32,
    /// Named by the standard as identifying.
    pub identifying: u32,
    /// Not needed for a picture.
    pub not_needed: u32,
    /// Values that were not of the kind that their attribute asks for.
    pub values: u32,
}

impl Left {
    pub(crate) fn count(&mut self, reason: Reason) {
        *match reason {
            Reason::Private => &mut self.private,
            Reason::Overlay => &mut self.overlays,
            Reason::Icon => &mut self.icons,
            Reason::Identifying => &mut self.identifying,
            Reason::NotNeeded => &mut self.not_needed,
        } += 1;
    }
}

impl Object {
    /// The object as it may leave, the same covers on every frame, as whole blocks.
    ///
    /// # Errors
    /// [`DicomError`] if the new file cannot be written.
    pub fn deidentify(mut self, secret: &Secret, covers: &[Cover]) -> Result<Deidentified, DicomError> {
        let mask = Mask::of(covers, self.frames.width(), self.frames.height()).regions();
        paint(&mut self.frames, &mask);
        self.written(secret)
    }

    /// What stays behind of it when it leaves.
    pub fn left(&self) -> Left {
        self.cleaned_in_vain().1
    }

    /// Whether it may be one of the slices that together show a face.
    pub(crate) fn may_show_a_head(&self) -> bool {
        Method::of_clean(&self.cleaned_in_vain().0).leaves_a_head()
    }

    /// What is left of its attributes and how much stays behind, both alike under every secret but for pseudonyms.
    fn cleaned_in_vain(&self) -> (InMemDicomObject, Left) {
        let secret = Secret::new([0; 32]);
        let pseudonyms = Pseudonyms::of(&self.data_set, &secret);
        let mut cleaner =
            Cleaner { pseudonyms: &pseudonyms, frames: self.frames.count() as usize, left: Left::default() };
        let clean = cleaner.clean(&self.data_set);
        (clean, cleaner.left)
    }

    fn written(self, secret: &Secret) -> Result<Deidentified, DicomError> {
        let frames = self.frames;
        let pseudonyms = Pseudonyms::of(&self.data_set, secret);
        let mut cleaner = Cleaner { pseudonyms: &pseudonyms, frames: frames.count() as usize, left: Left::default() };
        let mut clean = cleaner.clean(&self.data_set);
        write_patient(&mut clean, &self.data_set, &pseudonyms);
        write_pixels(&mut clean, &frames, self.lossy);
        Method::of_clean(&clean).write(&mut clean);
        Ok(Deidentified { bytes: file(clean)?, frames, left: cleaner.left })
    }
}

fn write_patient(clean: &mut InMemDicomObject, original: &InMemDicomObject, pseudonyms: &Pseudonyms<'_>) {
    clean.put_str(tags::PATIENT_NAME, VR::PN, format!("Anonymous^{}", pseudonyms.patient()));
    clean.put_str(tags::PATIENT_ID, VR::LO, pseudonyms.patient());
    if let Some(study) = value::text(original, tags::STUDY_ID).filter(|study| !study.is_empty()) {
        clean.put_str(tags::STUDY_ID, VR::SH, pseudonyms.study(&study));
    }
}

fn write_pixels(clean: &mut InMemDicomObject, frames: &Frames, lossy: Option<&str>) {
    let stored = &frames.stored;
    if frames.count() > 1 || clean.get(tags::NUMBER_OF_FRAMES).is_some() {
        clean.put_str(tags::NUMBER_OF_FRAMES, VR::IS, frames.count().to_string());
    }
    let mut number = |tag, number: u16| {
        clean.put(DataElement::new(tag, VR::US, PrimitiveValue::from(number)));
    };
    number(tags::ROWS, stored.rows);
    number(tags::COLUMNS, stored.columns);
    number(tags::SAMPLES_PER_PIXEL, stored.samples);
    number(tags::BITS_ALLOCATED, stored.sample_bytes as u16 * 8);
    number(tags::BITS_STORED, stored.bits_stored);
    number(tags::HIGH_BIT, stored.bits_stored - 1);
    number(tags::PIXEL_REPRESENTATION, stored.is_signed.into());
    if stored.colours == Colours::Rgb {
        number(tags::PLANAR_CONFIGURATION, 0);
        // A value of one sample, as the file had it, means nothing among three.
        for tag in [tags::PIXEL_PADDING_VALUE, tags::PIXEL_PADDING_RANGE_LIMIT] {
            clean.remove_element(tag);
        }
    }
    clean.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, stored.colours.name());
    if let Some(method) = lossy {
        clean.put_str(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01");
        if clean.get(tags::LOSSY_IMAGE_COMPRESSION_METHOD).is_none() {
            clean.put_str(tags::LOSSY_IMAGE_COMPRESSION_METHOD, VR::CS, method);
        }
    }
    let element = if stored.sample_bytes == 2 {
        let words: Vec<u16> = stored.bytes.as_chunks::<2>().0.iter().map(|word| u16::from_le_bytes(*word)).collect();
        DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(words.into()))
    } else {
        let mut bytes = stored.bytes.clone();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(bytes.into()))
    };
    clean.put(element);
}

fn file(clean: InMemDicomObject) -> Result<Vec<u8>, DicomError> {
    let unnamed = || DicomError::damaged("it lacks what every object has, its class and its UIDs");
    let unwritten = || DicomError::damaged("what may leave of it cannot be written as a DICOM file");
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .implementation_class_uid(IMPLEMENTATION_UID)
        .implementation_version_name(IMPLEMENTATION_NAME);
    let object = clean.with_meta(meta).map_err(|_| unnamed())?;
    let mut bytes = Vec::new();
    object.write_all(&mut bytes).map_err(|_| unwritten())?;
    Ok(bytes)
}
