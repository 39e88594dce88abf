//! What happened to a picture on its way in that the person should know before confirming it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something the reviewer should know about the decoded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Notice {
    /// Exif orientation was applied.
    Turned,
    /// More than 8 bits a channel.
    DepthReduced,
    /// Transparent parts were laid over white.
    LaidOverWhite,
    /// A colour profile was applied.
    ColoursConverted,
    /// A colour profile was there and could not be applied.
    ColoursMayDiffer,
    /// CMYK, converted without its profile.
    PrintColours,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Turned => "the picture was turned upright",
            Self::DepthReduced => "fine shades were reduced to 8 bits a channel",
            Self::LaidOverWhite => "transparent parts now are white",
            Self::ColoursConverted => "colours were converted to sRGB",
            Self::ColoursMayDiffer => "the colour profile could not be read, so colours may differ",
            Self::PrintColours => "the picture was in print colours (CMYK), so colours may differ",
        })
    }
}
