//! A walk over a data set before it is built: every announced length, depth and count within bounds.
//!
//! The builder of `dicom-object` calls itself for each nested item and makes room for a value before it has come. This walk
//! uses the same tokens, holds nothing but the one before it, and stops at the first that goes too far.

use dicom_core::Length;
use dicom_encoding::TransferSyntax;
use dicom_parser::dataset::{DataToken, read::DataSetReader};

use crate::dicom::{error::DicomError, object::ObjectLimits};

/// Refuses a data set that would be too deep, too long or too many to build.
pub(crate) fn check(data_set: &[u8], syntax: &TransferSyntax, limits: &ObjectLimits) -> Result<(), DicomError> {
    let damaged = || DicomError::damaged("it breaks off, or its attributes cannot be told apart");
    let tokens = DataSetReader::new_with_ts(data_set, syntax).map_err(|_| damaged())?;
    let mut depth = 0_usize;
    let mut attributes = 0_usize;
    let mut value_bytes = 0_usize;
    for token in tokens {
        match token.map_err(|_| damaged())? {
            DataToken::SequenceStart { .. } | DataToken::PixelSequenceStart => {
                depth += 1;
                attributes += 1;
            }
            DataToken::SequenceEnd => depth = depth.saturating_sub(1),
            DataToken::ElementHeader(header) => {
                attributes += 1;
                value_bytes = claim(value_bytes, header.len, data_set.len())?;
            }
            DataToken::ItemStart { len } => {
                attributes += 1;
                claim(0, len, data_set.len())?;
            }
            DataToken::ItemEnd | DataToken::PrimitiveValue(_) | DataToken::ItemValue(_) | DataToken::OffsetTable(_) => {
            }
        }
        if depth > limits.nesting_max {
            return Err(DicomError::TooDeep(limits.nesting_max));
        }
        if attributes > limits.attributes_max {
            return Err(DicomError::TooManyAttributes(limits.attributes_max));
        }
    }
    if depth > 0 { Err(DicomError::damaged("a sequence does not end")) } else { Ok(()) }
}

/// All values together cannot be longer than the file.
fn claim(so_far: usize, length: Length, bytes: usize) -> Result<usize, DicomError> {
    let length = length.get().map_or(0, |length| length as usize);
    let claimed = so_far.saturating_add(length);
    if claimed > bytes {
        Err(DicomError::damaged("an attribute says that it is longer than the file"))
    } else {
        Ok(claimed)
    }
}
