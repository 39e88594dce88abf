//! Frames as pictures.

use anonymizer::dicom::{Modality, Window};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;

use crate::objects::{
    DEFLATED, JPEG, MR, MR_BIG_ENDIAN, MR_IMPLICIT, MR_JPEG_2000, MR_RLE, Parsed, TWO_FRAMES, cleaned, edited, number,
    parsed, read, text,
};

/// A ramp of 64 x 64 values from 0 up.
fn ramp(object: &mut Parsed) {
    number(object, tags::PIXEL_REPRESENTATION, 0);
    let words: Vec<u16> = (0..64 * 64).collect();
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(words.into())));
    for tag in [tags::WINDOW_CENTER, tags::WINDOW_WIDTH, tags::RESCALE_SLOPE, tags::RESCALE_INTERCEPT] {
        object.remove_element(tag);
    }
}

fn grey(bytes: &[u8], window: Option<&Window>, x: u32, y: u32) -> u8 {
    read(bytes).frames().render(0, window).unwrap().at(x, y).unwrap()[0]
}

#[test]
fn one_slice_is_the_same_picture_however_it_is_packed() {
    let expected = read(MR).frames().render(0, None).unwrap();
    assert_eq!((expected.width(), expected.height()), (64, 64));
    for packed in [MR_BIG_ENDIAN, MR_IMPLICIT, MR_RLE, MR_JPEG_2000] {
        assert!(read(packed).frames().render(0, None).unwrap() == expected);
    }
}

#[test]
fn jpeg_deflated_and_multi_frame_objects_are_shown() {
    let colours = read(JPEG).frames().render(0, None).unwrap();
    let [red, green, blue] = colours.at(50, 5).unwrap();
    assert!(red > 240 && green < 15 && blue < 15, "a red bar: {red} {green} {blue}");
    assert_eq!(read(DEFLATED).frames().count(), 1);
    let frames = read(TWO_FRAMES).frames().clone();
    assert_eq!(frames.count(), 2);
    assert!(frames.render(0, None).unwrap() != frames.render(1, None).unwrap());
    assert!(frames.render(2, None).is_err());
    assert!(frames.windows(0).is_empty());
}

#[test]
fn without_a_preset_the_whole_range_is_shown() {
    let bytes = edited(ramp);
    assert_eq!(grey(&bytes, None, 0, 0), 0);
    assert_eq!(grey(&bytes, None, 63, 63), 255);
    assert_eq!(grey(&bytes, None, 0, 32), 128);
}

#[test]
fn windows_are_those_of_the_standard() {
    let bytes = edited(|object| {
        ramp(object);
        object.put_str(tags::RESCALE_SLOPE, VR::DS, "2");
        object.put_str(tags::RESCALE_INTERCEPT, VR::DS, "-1000");
        object.put_str(tags::WINDOW_CENTER, VR::DS, "40\\400");
        object.put_str(tags::WINDOW_WIDTH, VR::DS, "80\\2000");
        object.put_str(tags::WINDOW_CENTER_WIDTH_EXPLANATION, VR::LO, "Brain\\SMITH");
    });
    let object = read(&bytes);
    let windows = object.frames().windows(0);
    let names: Vec<_> = windows.iter().map(Window::name).collect();
    assert_eq!(names, ["brain", "preset 2", "full range"]);
    // A stored 500 is 0, 520 is 40, 540 is 80; half a unit below the centre is the middle (PS3.3 section C.11.2.1.2).
    let brain = Some(&windows[0]);
    assert_eq!(grey(&bytes, brain, 500 % 64, 500 / 64), 0);
    assert_eq!(grey(&bytes, brain, 520 % 64, 520 / 64), 129);
    assert_eq!(grey(&bytes, brain, 540 % 64, 540 / 64), 255);
    assert_eq!(grey(&bytes, Some(&Window::new(40.0, 80.0)), 520 % 64, 520 / 64), 129);
}

#[test]
fn in_monochrome1_the_smallest_value_is_white() {
    let bytes = edited(|object| {
        ramp(object);
        object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME1");
    });
    assert_eq!(grey(&bytes, None, 0, 0), 255);
    assert_eq!(grey(&bytes, None, 63, 63), 0);
}

#[test]
fn a_palette_gives_its_colours() {
    let bytes = edited(|object| {
        ramp(object);
        object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR");
        let tables = [
            (
                tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
                [0x1000_u16, 0xff00],
            ),
            (
                tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
                [0x2000, 0x8000],
            ),
            (
                tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
                tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
                [0x3000, 0x0100],
            ),
        ];
        for (descriptor, data, colours) in tables {
            object.put(DataElement::new(descriptor, VR::US, PrimitiveValue::U16([2_u16, 7, 16].as_slice().into())));
            object.put(DataElement::new(data, VR::OW, PrimitiveValue::U16(colours.as_slice().into())));
        }
    });
    let picture = read(&bytes).frames().render(0, None).unwrap();
    assert_eq!(
        [picture.at(7, 0), picture.at(8, 0), picture.at(60, 60)],
        [Some([0x10, 0x20, 0x30]), Some([0xff, 0x80, 0x01]), Some([0xff, 0x80, 0x01])]
    );
}

/// Three samples a pixel, of so many bits.
fn in_colour(object: &mut Parsed, allocated: u16, stored: u16, pixels: PrimitiveValue) {
    for (tag, value) in [
        (tags::SAMPLES_PER_PIXEL, 3),
        (tags::PLANAR_CONFIGURATION, 0),
        (tags::PIXEL_REPRESENTATION, 0),
        (tags::BITS_ALLOCATED, allocated),
        (tags::BITS_STORED, stored),
        (tags::HIGH_BIT, stored - 1),
    ] {
        number(object, tag, value);
    }
    object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "RGB");
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, pixels));
}

#[test]
fn colours_leave_as_they_are_shown() {
    let wide = edited(|object| {
        let words: Vec<u16> = (0..64 * 64 * 3).map(|place| place * 5).collect();
        in_colour(object, 16, 16, PrimitiveValue::U16(words.into()));
    });
    let few = edited(|object| {
        let bytes: Vec<u8> = (0..64 * 64 * 3_u32).map(|place| (place % 32) as u8).collect();
        in_colour(object, 8, 5, PrimitiveValue::U8(bytes.into()));
    });
    assert_eq!(read(&few).frames().render(0, None).unwrap().at(10, 0), Some([247, 255, 0]), "30, 31 and 0 of 31");
    let palette = edited(|object| {
        ramp(object);
        object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR");
        for (descriptor, data) in [
            (tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA),
            (tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA),
            (tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA),
        ] {
            // Rows 0 and 1 are one colour, and nobody sees which of them a pixel names.
            let colours = PrimitiveValue::U16([0x1000_u16, 0x1000, 0xff00].as_slice().into());
            object.put(DataElement::new(descriptor, VR::US, PrimitiveValue::U16([3_u16, 0, 16].as_slice().into())));
            object.put(DataElement::new(data, VR::OW, colours));
        }
    });
    for (bytes, name) in [(&wide, "16 bits"), (&few, "5 bits"), (&palette, "palette")] {
        let clean = cleaned(bytes).bytes;
        let shown = read(bytes).frames().render(0, None).unwrap();
        assert!(read(&clean).frames().render(0, None).unwrap() == shown, "{name}");
        let clean = parsed(&clean);
        assert_eq!(text(&clean, tags::PHOTOMETRIC_INTERPRETATION), "RGB", "{name}");
        let numbers = [tags::SAMPLES_PER_PIXEL, tags::BITS_ALLOCATED, tags::BITS_STORED, tags::HIGH_BIT]
            .map(|tag| clean.get(tag).unwrap().to_int::<u16>().unwrap());
        assert_eq!(numbers, [3, 8, 8, 7], "{name}");
        assert_eq!(*clean.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap(), *shown.rgb(), "{name}: nothing besides");
        assert!(clean.get(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA).is_none());
    }
}

#[test]
fn luma_and_chroma_become_red_green_and_blue() {
    let bytes = edited(|object| {
        for (tag, value) in
            [(tags::SAMPLES_PER_PIXEL, 3), (tags::BITS_ALLOCATED, 8), (tags::BITS_STORED, 8), (tags::HIGH_BIT, 7)]
        {
            number(object, tag, value);
        }
        number(object, tags::PIXEL_REPRESENTATION, 0);
        number(object, tags::PLANAR_CONFIGURATION, 1);
        object.put_str(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "YBR_FULL");
        let planes = [[76_u8; 64 * 64], [85; 64 * 64], [255; 64 * 64]].concat();
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(planes.into())));
    });
    assert_eq!(read(&bytes).frames().render(0, None).unwrap().at(9, 9), Some([254, 0, 0]));
}

#[test]
fn an_object_says_what_made_it() {
    assert_eq!(read(MR).modality(), Modality::Slices);
    assert_eq!(read(JPEG).modality(), Modality::Printed);
}
