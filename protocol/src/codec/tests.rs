//! What the scanner refuses and what decoding keeps.

use super::*;
use crate::{choice, codes, wire};
use proptest::prelude::*;

codes! {
    /// A sample of codes.
    enum Colour {
        1 => Red,
        2 => Green,
    }
}

choice! {
    /// A sample of a choice.
    enum Shape {
        1 => Number(u32),
        2 => Word(Text),
    }
}

wire! {
    /// A sample of every shape.
    struct Sample {
        1 => id: [u8; 4],
        2 => name: Option<Text>,
        3 => colours: Vec<Colour>,
        5 => shape: Shape,
        7 => is_open: bool,
    }
}

fn sample() -> Sample {
    Sample {
        id: [1, 2, 3, 4],
        name: None,
        colours: vec![Colour::Red, Colour::Other(9)],
        shape: Shape::Number(70_000),
        is_open: true,
    }
}

fn refused(bytes: &[u8]) -> String {
    item_len(bytes).map(|len| format!("accepted {len}")).unwrap_or_else(|error| error.to_string())
}

#[test]
fn a_value_is_read_back_from_its_bytes() {
    let bytes = encode(&sample());
    assert_eq!(hex::encode(&bytes), "a4014401020304038201090 5a1011a0001117007f5".replace(' ', ""));
    assert_eq!(decode::<Sample>(&bytes), Ok(sample()));
}

#[test]
fn a_code_is_its_number() {
    for colour in Colour::ALL {
        assert_eq!(Colour::from_code(colour.code()), *colour);
    }
    assert_eq!(Colour::from_code(9).code(), 9);
}

#[test]
fn unknown_keys_are_skipped() {
    let bytes = hex::decode("a5014401020304038201090 5a1011a0001117007f50a8101".replace(' ', "")).unwrap();
    assert_eq!(decode::<Sample>(&bytes), Ok(sample()));
}

#[test]
fn an_error_quotes_nothing_of_what_it_could_not_read() {
    let words = encode(&Text::from("Maria, expected at noon"));
    let number = decode::<u32>(&words).unwrap_err().to_string();
    assert_eq!(number, "not a u32: invalid type, expected a number");
    for said in [
        decode::<bool>(&words).unwrap_err().to_string(),
        decode::<Bytes>(&words).unwrap_err().to_string(),
        decode::<Sample>(&words).unwrap_err().to_string(),
        decode::<Vec<u64>>(&encode(&vec![Text::from("Maria")])).unwrap_err().to_string(),
        decode::<crate::CaseNumber>(&encode(&Bytes(b"Maria".to_vec()))).unwrap_err().to_string(),
    ] {
        assert!(!said.contains("Maria") && !said.contains("noon"), "{said}");
    }
}

#[test]
fn every_other_form_is_refused() {
    let table: &[(&str, &str)] = &[
        ("", "cut off"),
        ("18", "cut off"),
        ("1817", "more bytes"),
        ("190017", "more bytes"),
        ("1a0000ffff", "more bytes"),
        ("1b00000000ffffffff", "more bytes"),
        ("f90000", "float"),
        ("fb0000000000000000", "float"),
        ("f7", "simple value"),
        ("ff", "simple value"),
        ("c000", "a tag"),
        ("5f4100ff", "indefinite"),
        ("9fff", "indefinite"),
        ("bfff", "indefinite"),
        ("1c", "reserved"),
        ("62c328", "UTF-8"),
        ("a2020001 00", "ascend"),
        ("a201000100", "ascend"),
        ("a1616100", "no integer"),
        ("a1f500", "no integer"),
        ("bbffffffffffffffff", "out of range"),
        ("9bffffffffffffffff", "cut off"),
        ("5b7fffffffffffffff00", "cut off"),
    ];
    for (bytes, expected) in table {
        let error = refused(&hex::decode(bytes.replace(' ', "")).unwrap());
        assert!(error.contains(expected), "{bytes}: {error}");
    }
}

#[test]
fn depth_and_number_of_items_have_limits() {
    let nested = |depth: usize| [vec![0x81; depth], vec![0]].concat();
    assert_eq!(item_len(&nested(16)), Ok(17));
    assert!(refused(&nested(17)).contains("too deep"));
    assert!(refused(&nested(1_000_000)).contains("too deep"));
    let list = |len: u16| [vec![0x99], len.to_be_bytes().to_vec(), vec![0; usize::from(len)]].concat();
    assert_eq!(item_len(&list(4_095)), Ok(4_098));
    assert!(refused(&list(4_096)).contains("too many"));
}

#[test]
fn nothing_is_taken_for_something_else() {
    let cases = [
        ("a401440102030403820109 05a1011a0001117007", "cut"),
        ("a4016401020304038201090 5a1011a0001117007f5", "text for bytes"),
        ("a4014301020303820109 05a1011a0001117007f5", "three bytes for four"),
        ("a401440102030403820109 05a1011a0001117007f6", "null for a truth value"),
        ("a40144010203040382010905a1031a0001117007f5", "an unknown choice"),
        ("a40144010203040382010905a201000200 07f5", "two choices"),
        ("a30144010203040382010907f5", "a field left out"),
        ("a5014401020304 02f6 0382010905a1011a0001117007f5", "null for a field left out"),
        ("84440102030482010900f5", "a list for a map"),
    ];
    for (bytes, what) in cases {
        assert!(decode::<Sample>(&hex::decode(bytes.replace(' ', "")).unwrap()).is_err(), "{what}");
    }
}

#[test]
fn text_does_not_print() {
    assert_eq!(format!("{:?}", Text::from("Jane Doe")), "[redacted]");
    assert_eq!(format!("{:?}", Bytes(vec![0; 3])), "[3 bytes]");
}

proptest! {
    #[test]
    fn what_decodes_encodes_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = decode::<Vec<u64>>(&bytes) {
            prop_assert_eq!(encode(&value), bytes);
        }
    }

    #[test]
    fn a_changed_byte_is_another_value_or_none(at in 0_usize..21, with in any::<u8>()) {
        let original = encode(&sample());
        let mut bytes = original.clone();
        bytes[at] = with;
        if bytes != original {
            prop_assert_ne!(decode::<Sample>(&bytes), Ok(sample()));
        }
    }
}
