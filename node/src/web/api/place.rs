//! A place in a picture, as programs point at it and read it.

use protocol::payload::content::Region;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{AppError, PlaceInPicture};

/// A box in a picture, in ten-thousandths of its width and of its height.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// From the left.
    left: u16,
    /// From the top.
    top: u16,
    /// Of the width.
    width: u16,
    /// Of the height.
    height: u16,
}

impl Place {
    pub(super) fn of(region: Region) -> Self {
        let Region { left, top, width, height } = region;
        Self { left, top, width, height }
    }

    fn region(self) -> Region {
        let Self { left, top, width, height } = self;
        Region { left, top, width, height }
    }
}

/// What somebody points at: a picture, counted from 1, and a place in it.
pub(super) fn place_in(number: Option<u8>, place: Option<Place>) -> Result<Option<PlaceInPicture>, AppError> {
    let region = place.map(Place::region);
    match (number, &region) {
        (None, Some(_)) => Err(AppError::invalid("region", "name the picture that it is in")),
        (_, Some(region)) if !region.is_inside() => {
            Err(AppError::invalid("region", "it is a box in the picture, in ten-thousandths of its sides"))
        }
        (number, _) => Ok(number.map(|number| PlaceInPicture::numbered(number.into(), region)).transpose()?),
    }
}
