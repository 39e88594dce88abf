//! A DICOM image in memory, read under limits. What of it leaves is decided elsewhere.

use std::fmt;

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::{TransferSyntax, TransferSyntaxIndex};
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};

use crate::{
    dicom::{
        codec::Codec,
        error::DicomError,
        frames::Frames,
        guard::guarded,
        kind::{self, Modality},
        meta,
        stored::Stored,
        value, walk,
    },
    limits::Limits,
};

/// How large an object may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectLimits {
    /// Bytes of the file, and of its data set once inflated.
    pub object_bytes_max: usize,
    /// Attributes, items and fragments, nested ones included.
    pub attributes_max: usize,
    /// Sequences within sequences.
    pub nesting_max: usize,
    /// Bytes of all frames, decoded.
    pub pixel_bytes_max: usize,
    /// Of one frame: width, height, and their product.
    pub frame: Limits,
}

impl ObjectLimits {
    /// The limits of the network.
    pub const NETWORK: Self = Self {
        object_bytes_max: 256 << 20,
        attributes_max: 500_000,
        nesting_max: 12,
        pixel_bytes_max: 512 << 20,
        frame: Limits::NETWORK,
    };
}

impl Default for ObjectLimits {
    fn default() -> Self {
        Self::NETWORK
    }
}

/// A DICOM image with its frames decoded. Nothing of it may leave; see [`Object::deidentify`].
pub struct Object {
    pub(crate) data_set: InMemDicomObject,
    pub(crate) lossy: Option<&'static str>,
    pub(crate) modality: Modality,
    pub(crate) frames: Frames,
}

impl Object {
    /// Reads a file of PS3.10: an image of a class that is taken, in a transfer syntax that is known, all frames decoded.
    ///
    /// # Errors
    /// [`DicomError`] in words for the sender; no bytes make it panic.
    pub fn read(file: &[u8], limits: &ObjectLimits) -> Result<Self, DicomError> {
        if file.len() > limits.object_bytes_max {
            return Err(DicomError::TooManyBytes { bytes: file.len(), bytes_max: limits.object_bytes_max });
        }
        let meta = meta::read(file)?;
        let codec = Codec::of(&meta.transfer_syntax)?;
        let mut data_set = if meta.transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
            let inflated = inflate(meta.data_set, limits)?;
            build(&inflated, syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)?, limits)?
        } else {
            build(meta.data_set, syntax(&meta.transfer_syntax)?, limits)?
        };
        let class = value::text(&data_set, tags::SOP_CLASS_UID).unwrap_or_default();
        kind::check(&class, &data_set)?;
        let modality = Modality::of(&value::text(&data_set, tags::MODALITY).unwrap_or_default(), &class);
        let pixel_data = data_set.take(tags::PIXEL_DATA).ok_or(DicomError::NoPixels)?;
        let stored = Stored::decode(&data_set, pixel_data.into_value(), codec, limits)?;
        let frames = Frames::read(&data_set, stored);
        let instance = value::text(&data_set, tags::SOP_INSTANCE_UID).filter(|uid| !uid.is_empty()).or(meta.instance);
        let instance = instance.ok_or(DicomError::damaged("it has no SOP Instance UID"))?;
        // As they are meant, in whatever form they stand there.
        data_set.put_str(tags::SOP_CLASS_UID, VR::UI, class.as_str());
        data_set.put_str(tags::SOP_INSTANCE_UID, VR::UI, instance);
        Ok(Self { data_set, lossy: codec.lossy_method(), modality, frames })
    }

    /// What made the picture: says whether print in it is to be covered whole.
    pub fn modality(&self) -> Modality {
        self.modality
    }

    /// Its frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({:?}, {} frames, [redacted])", self.modality, self.frames.count())
    }
}

fn syntax(uid: &str) -> Result<&'static TransferSyntax, DicomError> {
    TransferSyntaxRegistry
        .get(uid)
        .ok_or_else(|| DicomError::TransferSyntax("a transfer syntax that is unknown".to_owned()))
}

fn inflate(deflated: &[u8], limits: &ObjectLimits) -> Result<Vec<u8>, DicomError> {
    let bytes_max = limits.object_bytes_max;
    decompress_to_vec_with_limit(deflated, bytes_max).map_err(|error| {
        if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
            DicomError::TooManyBytes { bytes: bytes_max + 1, bytes_max }
        } else {
            DicomError::damaged("its deflated data set cannot be unpacked")
        }
    })
}

fn build(data_set: &[u8], syntax: &TransferSyntax, limits: &ObjectLimits) -> Result<InMemDicomObject, DicomError> {
    guarded(|| walk::check(data_set, syntax, limits))?;
    guarded(|| {
        InMemDicomObject::read_dataset_with_ts(data_set, syntax)
            .map_err(|_| DicomError::damaged("its attributes cannot be read"))
    })
}
