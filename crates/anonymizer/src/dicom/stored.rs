//! Pixels as an object stores them, brought to one make: samples side by side, values in the low bits, nothing in the others;
//! colours as red, green and blue of eight bits, which is what is shown of them.

use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, mem::InMemFragment};

use crate::dicom::{
    codec::{Codec, FrameShape},
    colour::{Palette, rgb_of_ybr},
    error::DicomError,
    object::ObjectLimits,
    value,
};

/// What the samples of a pixel mean once they are read (PS3.3 section C.7.6.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colours {
    /// The smallest value is white.
    Monochrome1,
    /// The smallest value is black.
    Monochrome2,
    /// Red, green, blue, of eight bits each.
    Rgb,
}

impl Colours {
    /// Its name in Photometric Interpretation (0028,0004).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Monochrome1 => "MONOCHROME1",
            Self::Monochrome2 => "MONOCHROME2",
            Self::Rgb => "RGB",
        }
    }
}

/// What the samples of a pixel mean as they stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coded {
    /// Already as they are kept.
    Grey(Colours),
    /// The value is a row of a palette.
    Palette,
    /// Red, green, blue, of as many bits as are stored.
    Rgb,
    /// Luma and two chromas of Rec. 601, full range.
    Ybr,
}

/// All frames of an object, one after the other.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) frames: u32,
    /// 1 or 3.
    pub(crate) samples: u16,
    /// 1 or 2.
    pub(crate) sample_bytes: usize,
    pub(crate) bits_stored: u16,
    pub(crate) is_signed: bool,
    pub(crate) colours: Colours,
    pub(crate) bytes: Vec<u8>,
}

/// What the object says of its pixels, before any is read.
struct Said {
    shape: FrameShape,
    frames: u32,
    bits_stored: u16,
    high_bit: u16,
    is_planar: bool,
    photometric: String,
}

type PixelData = dicom_core::DicomValue<InMemDicomObject, InMemFragment>;

impl Stored {
    /// Decodes every frame; colours become those that are shown, so that nothing else of them can leave.
    pub(crate) fn decode(
        data_set: &InMemDicomObject,
        pixel_data: PixelData,
        codec: Codec,
        limits: &ObjectLimits,
    ) -> Result<Self, DicomError> {
        let said = Said::read(data_set)?;
        let mut coded = said.coded()?;
        said.check_size(coded, limits)?;
        let mut stored = Self {
            columns: said.shape.columns,
            rows: said.shape.rows,
            frames: said.frames,
            samples: said.shape.samples,
            sample_bytes: said.shape.sample_bytes,
            bits_stored: said.bits_stored,
            is_signed: said.shape.is_signed,
            colours: Colours::Monochrome2,
            bytes: Vec::new(),
        };
        match (pixel_data, codec) {
            (PixelData::Primitive(native), Codec::Native) => {
                let native = native.to_bytes();
                stored.bytes = said.native_frames(&native)?;
            }
            (PixelData::PixelSequence(sequence), codec) if codec != Codec::Native => {
                for packed in frames_of(sequence.fragments(), said.frames as usize, codec)? {
                    let unpacked = codec.unpack(&packed, &said.shape)?;
                    if unpacked.is_rgb || said.photometric.ends_with("CT") {
                        coded = Coded::Rgb;
                    }
                    stored.bytes.extend(unpacked.bytes);
                }
            }
            _ => return Err(DicomError::damaged("its pixels are not packed as its transfer syntax says")),
        }
        stored.keep_value_bits(said.high_bit);
        match coded {
            Coded::Grey(colours) => stored.colours = colours,
            Coded::Palette => {
                let palette = Palette::read(data_set).ok_or_else(|| {
                    DicomError::unsupported(
                        "its colours stand in a palette that is missing, not whole, or given in segments",
                    )
                })?;
                stored.become_rgb(stored.values(&stored.bytes).flat_map(|value| palette.colour(value)).collect());
            }
            Coded::Rgb => stored.become_rgb(stored.eight_bits()),
            Coded::Ybr => {
                let rgb = stored.eight_bits().as_chunks::<3>().0.iter().flat_map(|ybr| rgb_of_ybr(*ybr)).collect();
                stored.become_rgb(rgb);
            }
        }
        Ok(stored)
    }

    /// Every sample as a share of the largest that its bits can hold, in eight bits.
    fn eight_bits(&self) -> Vec<u8> {
        let top = (1_u32 << self.bits_stored.min(16)) - 1;
        self.values(&self.bytes).map(|value| (((value as u32 & top) * 255 + top / 2) / top) as u8).collect()
    }

    fn become_rgb(&mut self, rgb: Vec<u8>) {
        *self = Self {
            samples: 3,
            sample_bytes: 1,
            bits_stored: 8,
            is_signed: false,
            colours: Colours::Rgb,
            bytes: rgb,
            ..*self
        };
    }

    /// Bytes of one frame.
    pub(crate) fn frame_bytes(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows) * usize::from(self.samples) * self.sample_bytes
    }

    /// One frame; `None` beyond the last.
    pub(crate) fn frame(&self, frame: u32) -> Option<&[u8]> {
        let start = (frame as usize).checked_mul(self.frame_bytes())?;
        self.bytes.get(start..start.checked_add(self.frame_bytes())?)
    }

    /// Values of a frame, sample by sample.
    pub(crate) fn values<'a>(&self, frame: &'a [u8]) -> impl Iterator<Item = i32> + use<'a> {
        let (sample_bytes, is_signed) = (self.sample_bytes, self.is_signed);
        frame.chunks_exact(sample_bytes).map(move |sample| match (sample, is_signed) {
            (&[low, high], false) => i32::from(u16::from_le_bytes([low, high])),
            (&[low, high], true) => i32::from(i16::from_le_bytes([low, high])),
            (&[value], true) => i32::from(value as i8),
            (&[value], false) => i32::from(value),
            _ => 0,
        })
    }

    /// Moves values down to the lowest bits and empties the others: they may hold an overlay, or anything.
    fn keep_value_bits(&mut self, high_bit: u16) {
        let shift = (high_bit + 1).saturating_sub(self.bits_stored);
        let bits = u32::from(self.bits_stored);
        if shift == 0 && usize::from(self.bits_stored) == self.sample_bytes * 8 {
            return;
        }
        let (mask, sign) = ((1_u32 << bits) - 1, 1_u32 << (bits - 1));
        let keep = |value: u32| {
            let value = (value >> shift) & mask;
            if self.is_signed && value & sign != 0 { value | !mask } else { value }
        };
        if self.sample_bytes == 1 {
            self.bytes.iter_mut().for_each(|byte| *byte = keep(u32::from(*byte)) as u8);
        } else {
            for sample in self.bytes.as_chunks_mut::<2>().0 {
                *sample = (keep(u32::from(u16::from_le_bytes(*sample))) as u16).to_le_bytes();
            }
        }
    }
}

impl Said {
    fn read(data_set: &InMemDicomObject) -> Result<Self, DicomError> {
        let number = |tag, name: &str| {
            value::number(data_set, tag).ok_or_else(|| DicomError::Damaged(format!("it does not say its {name}")))
        };
        let bits_allocated: u16 = number(tags::BITS_ALLOCATED, "bits a sample")?;
        if bits_allocated != 8 && bits_allocated != 16 {
            return Err(DicomError::Unsupported(format!("a sample has {bits_allocated} bits")));
        }
        let bits_stored = value::number(data_set, tags::BITS_STORED).unwrap_or(bits_allocated).clamp(1, bits_allocated);
        let photometric = value::text(data_set, tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
        let shape = FrameShape {
            columns: number(tags::COLUMNS, "width")?,
            rows: number(tags::ROWS, "height")?,
            samples: value::number(data_set, tags::SAMPLES_PER_PIXEL).unwrap_or(1),
            sample_bytes: usize::from(bits_allocated / 8),
            bits_stored,
            is_signed: value::number(data_set, tags::PIXEL_REPRESENTATION) == Some(1),
            says_rgb: photometric == "RGB",
        };
        if shape.samples != 1 && shape.samples != 3 {
            return Err(DicomError::Unsupported(format!("a pixel has {} samples", shape.samples)));
        }
        let high_bit = value::number(data_set, tags::HIGH_BIT).unwrap_or(bits_stored - 1);
        Ok(Self {
            shape,
            frames: value::whole(data_set, tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1),
            bits_stored,
            high_bit: high_bit.clamp(bits_stored - 1, bits_allocated - 1),
            is_planar: value::number(data_set, tags::PLANAR_CONFIGURATION) == Some(1),
            photometric,
        })
    }

    /// As they stand in the file, and as they will be kept: a row of a palette becomes three bytes.
    fn check_size(&self, coded: Coded, limits: &ObjectLimits) -> Result<(), DicomError> {
        let (columns, rows) = (self.shape.columns, self.shape.rows);
        let frame_bytes = match coded {
            Coded::Palette => self.shape.bytes().max(self.shape.pixels() * 3),
            _ => self.shape.bytes(),
        };
        let bytes = (frame_bytes as u64).saturating_mul(u64::from(self.frames));
        if columns == 0 || rows == 0 {
            return Err(DicomError::NoPixels);
        }
        if bytes > limits.pixel_bytes_max as u64 || limits.frame.check_size(columns.into(), rows.into()).is_err() {
            return Err(DicomError::TooManyPixels {
                frames: self.frames,
                columns,
                rows,
                bytes_max: limits.pixel_bytes_max,
            });
        }
        Ok(())
    }

    fn coded(&self) -> Result<Coded, DicomError> {
        Ok(match (self.photometric.as_str(), self.shape.samples) {
            ("MONOCHROME1", 1) => Coded::Grey(Colours::Monochrome1),
            ("MONOCHROME2" | "", 1) => Coded::Grey(Colours::Monochrome2),
            ("PALETTE COLOR", 1) => Coded::Palette,
            ("RGB" | "", 3) => Coded::Rgb,
            ("YBR_FULL" | "YBR_FULL_422" | "YBR_ICT" | "YBR_RCT", 3) => Coded::Ybr,
            _ => return Err(DicomError::unsupported("its colours are stored in a way that is not known here")),
        })
    }

    /// Frames that are not packed, with planes and shared chromas taken apart.
    fn native_frames(&self, native: &[u8]) -> Result<Vec<u8>, DicomError> {
        let shares_chroma = self.photometric == "YBR_FULL_422" && self.shape.sample_bytes == 1;
        if shares_chroma && !self.shape.columns.is_multiple_of(2) {
            return Err(DicomError::unsupported("two pixels share their colours, and its width is odd"));
        }
        let frame_bytes = if shares_chroma { self.shape.pixels() * 2 } else { self.shape.bytes() };
        let bytes = frame_bytes * self.frames as usize;
        let native = native.get(..bytes).ok_or(DicomError::damaged("it holds fewer pixels than it says"))?;
        let frames = native.chunks_exact(frame_bytes.max(1));
        Ok(if shares_chroma {
            native.as_chunks::<4>().0.iter().flat_map(|&[y1, y2, cb, cr]| [y1, cb, cr, y2, cb, cr]).collect()
        } else if self.is_planar && self.shape.samples == 3 {
            frames.flat_map(|frame| self.interleave(frame)).collect()
        } else {
            native.to_vec()
        })
    }

    fn interleave(&self, frame: &[u8]) -> Vec<u8> {
        let (sample_bytes, plane) = (self.shape.sample_bytes, self.shape.pixels() * self.shape.sample_bytes);
        let mut interleaved = Vec::with_capacity(frame.len());
        for start in (0..plane).step_by(sample_bytes) {
            for sample in 0..usize::from(self.shape.samples) {
                let at = sample * plane + start;
                interleaved.extend(frame.get(at..at + sample_bytes).unwrap_or_default());
            }
        }
        interleaved
    }
}

/// The packed frames: one a fragment, or all fragments one frame, or fragments that begin as frames do and those that follow
/// them.
fn frames_of(fragments: &[Vec<u8>], frames: usize, codec: Codec) -> Result<Vec<Vec<u8>>, DicomError> {
    if frames == 1 {
        return Ok(vec![fragments.concat()]);
    }
    if fragments.len() == frames {
        return Ok(fragments.to_vec());
    }
    let prefix = codec.frame_prefix().unwrap_or_default();
    let mut packed: Vec<Vec<u8>> = Vec::new();
    for fragment in fragments {
        match packed.last_mut() {
            Some(last) if !prefix.is_empty() && !fragment.starts_with(prefix) => last.extend(fragment),
            _ => packed.push(fragment.clone()),
        }
    }
    if packed.len() == frames {
        Ok(packed)
    } else {
        Err(DicomError::damaged("it holds another number of frames than it says"))
    }
}
