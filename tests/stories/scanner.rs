//! A DICOM object as an ultrasound machine writes it, made here byte by byte: some frames in grey with what the machine
//! prints into them, and a word wherever an object can say one.

use anonymizer::{Limits, open};

/// A frame of a real machine, with the name of the house, a date and settings printed into it.
const FRAME: &[u8] = include_bytes!("../../crates/anonymizer/tests/pictures/ultrasound_pelvis.png");

/// What is taken of it.
pub(crate) const WIDTH: usize = 640;
pub(crate) const HEIGHT: usize = 200;

const ULTRASOUND: &str = "1.2.840.10008.5.1.4.1.1.3.1";
const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";

/// Attributes in Explicit VR Little Endian.
#[derive(Default)]
struct Attributes(Vec<u8>);

impl Attributes {
    fn put(&mut self, tag: (u16, u16), vr: &str, value: &[u8]) -> &mut Self {
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(if matches!(vr, "UI" | "OB") { 0 } else { b' ' });
        }
        self.0.extend(tag.0.to_le_bytes());
        self.0.extend(tag.1.to_le_bytes());
        self.0.extend(vr.as_bytes());
        if matches!(vr, "OB" | "SQ" | "UN") {
            self.0.extend([0, 0]);
            self.0.extend((value.len() as u32).to_le_bytes());
        } else {
            self.0.extend((value.len() as u16).to_le_bytes());
        }
        self.0.extend(value);
        self
    }

    fn text(&mut self, tag: (u16, u16), vr: &str, text: &str) -> &mut Self {
        self.put(tag, vr, text.as_bytes())
    }

    fn number(&mut self, tag: (u16, u16), number: u16) -> &mut Self {
        self.put(tag, "US", &number.to_le_bytes())
    }
}

/// An object of so many frames that says a word; `instance` names it.
pub(crate) fn ultrasound(frames: u8, word: &str, instance: &str) -> Vec<u8> {
    of_class(ULTRASOUND, frames, word, instance)
}

/// The same of another class.
pub(crate) fn of_class(class: &str, frames: u8, word: &str, instance: &str) -> Vec<u8> {
    let still = open(FRAME, &Limits::NETWORK).unwrap().pixels;
    // The strip where most is printed, with the darkest and the brightest shade in it: the first preset shows all there is.
    let mut grey: Vec<u8> = still.rgb().iter().skip(1).step_by(3).take(WIDTH * HEIGHT).copied().collect();
    (grey[0], grey[1]) = (0, 255);
    // A little brighter from frame to frame, but for the black round it.
    let film = (0..frames).flat_map(|frame| {
        let brighter = move |shade: &u8| if *shade > 40 { shade.saturating_add(9 * frame) } else { *shade };
        grey.iter().map(brighter).collect::<Vec<_>>()
    });
    let mut item = Attributes::default();
    item.text((0x0040, 0x0007), "LO", word);
    let mut sequence = vec![0xfe, 0xff, 0x00, 0xe0];
    sequence.extend((item.0.len() as u32).to_le_bytes());
    sequence.extend(&item.0);

    let mut said = Attributes::default();
    said.text((0x0008, 0x0008), "CS", "ORIGINAL\\PRIMARY")
        .text((0x0008, 0x0016), "UI", class)
        .text((0x0008, 0x0018), "UI", instance)
        .text((0x0008, 0x0020), "DA", "20240503")
        .text((0x0008, 0x0060), "CS", "US")
        .text((0x0008, 0x0080), "LO", &format!("{word} Hospital"))
        .text((0x0008, 0x1030), "LO", word)
        .put((0x0009, 0x0010), "LO", word.as_bytes())
        .put((0x0009, 0x1001), "UN", word.as_bytes())
        .text((0x0010, 0x0010), "PN", &format!("{word}^Jane"))
        .text((0x0010, 0x0020), "LO", &format!("{word}4711"))
        .text((0x0010, 0x0030), "DA", "19520214")
        .text((0x0010, 0x4000), "LT", word)
        .text((0x0020, 0x000d), "UI", "1.2.826.0.1.4711.1")
        .text((0x0020, 0x000e), "UI", "1.2.826.0.1.4711.2")
        .number((0x0028, 0x0002), 1)
        .text((0x0028, 0x0004), "CS", "MONOCHROME2")
        .text((0x0028, 0x0008), "IS", &frames.to_string())
        .number((0x0028, 0x0010), HEIGHT as u16)
        .number((0x0028, 0x0011), WIDTH as u16)
        .number((0x0028, 0x0100), 8)
        .number((0x0028, 0x0101), 8)
        .number((0x0028, 0x0102), 7)
        .number((0x0028, 0x0103), 0)
        .text((0x0028, 0x1050), "DS", "127.5\\60")
        .text((0x0028, 0x1051), "DS", "255\\90")
        .text((0x0028, 0x1056), "CS", "LINEAR_EXACT")
        .put((0x0040, 0x0275), "SQ", &sequence)
        .put((0x6000, 0x3000), "OB", word.as_bytes())
        .text((0x6000, 0x4000), "LT", word)
        .put((0x7fe0, 0x0010), "OB", &film.collect::<Vec<_>>());

    let mut meta = Attributes::default();
    meta.put((0x0002, 0x0001), "OB", &[0, 1])
        .text((0x0002, 0x0002), "UI", class)
        .text((0x0002, 0x0003), "UI", instance)
        .text((0x0002, 0x0010), "UI", EXPLICIT_LITTLE_ENDIAN)
        .text((0x0002, 0x0016), "AE", word.get(..14).unwrap_or(word));
    let mut length = Attributes::default();
    length.put((0x0002, 0x0000), "UL", &(meta.0.len() as u32).to_le_bytes());
    let mut preamble = word.as_bytes().to_vec();
    preamble.resize(128, 0);
    [&preamble, b"DICM".as_slice(), &length.0, &meta.0, &said.0].concat()
}
