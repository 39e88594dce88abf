//! A place in a picture, as programs point at it and read it.

use protocol::payload::content::Region;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{AppError, CaseView, PlaceInPicture};

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

/// What somebody points at: a picture of the case, counted from 1, and a place in it.
pub(super) fn place_in(
    view: &CaseView,
    number: Option<u8>,
    place: Option<Place>,
) -> Result<Option<PlaceInPicture>, AppError> {
    let Some(number) = number else {
        return match place {
            Some(_) => Err(AppError::invalid("region", "name the picture that it is in")),
            None => Ok(None),
        };
    };
    let picture = number.checked_sub(1).filter(|picture| usize::from(*picture) < view.summary.pictures.len());
    let picture = picture.ok_or_else(|| AppError::invalid("picture", "it is the number of one of the case, from 1"))?;
    let region = place.map(Place::region);
    if region.as_ref().is_some_and(|region| !region.is_inside()) {
        return Err(AppError::invalid("region", "it is a box in the picture, in ten-thousandths of its sides"));
    }
    Ok(Some(PlaceInPicture { picture, region }))
}
