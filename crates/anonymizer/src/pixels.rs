//! The picture itself: upright, 8 bits a channel, sRGB, opaque. Nothing else of a file survives.

use std::fmt;

/// Upright 8-bit sRGB pixels, rows from the top, three bytes a pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Pixels {
    /// Takes a buffer of exactly `width * height * 3` bytes; `None` for any other length, and for no pixels.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let bytes = Self::bytes_of(width, height);
        (bytes > 0 && rgb.len() as u64 == bytes).then_some(Self { width, height, rgb })
    }

    /// Bytes of a picture of this size.
    pub(crate) fn bytes_of(width: u32, height: u32) -> u64 {
        u64::from(width).saturating_mul(u64::from(height)).saturating_mul(3)
    }

    /// In px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In px.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Red, green and blue of each pixel, row by row.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Red, green and blue at a place; `None` outside the picture.
    pub fn at(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let start = (y as usize * self.width as usize + x as usize) * 3;
        self.rgb.get(start..start + 3)?.try_into().ok()
    }

    /// The bytes of one row.
    pub(crate) fn row_mut(&mut self, y: u32) -> &mut [u8] {
        let bytes = self.width as usize * 3;
        let start = y as usize * bytes;
        self.rgb.get_mut(start..start + bytes).unwrap_or_default()
    }
}

/// Rec. 601 luma of a pixel, for finders that see grey.
pub(crate) fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({} x {} px, [redacted])", self.width, self.height)
    }
}
