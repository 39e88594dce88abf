//! No text makes the linter stumble, and its marks always fit the text.

use anonymizer::words::{Level, Mark, TEXT_BYTES_MAX, WordsError, check};
use proptest::prelude::*;

use super::YEAR;

/// In bounds, on character boundaries, in order, apart, and not empty.
fn fits(text: &str, marks: &[Mark]) {
    let mut last = 0;
    for mark in marks {
        assert!(mark.start < mark.end && mark.end <= text.len(), "in bounds");
        assert!(text.is_char_boundary(mark.start) && text.is_char_boundary(mark.end), "on boundaries");
        assert!(mark.start >= last, "in order and apart");
        assert!(mark.score_thousandths <= 1_000);
        assert!(!text[mark.start..mark.end].trim().is_empty());
        last = mark.end;
    }
}

/// Pieces from which texts are thrown together that look like what the rules look for.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[A-Z][a-zäöüßéè]{0,9}",
        "[0-9]{1,12}",
        prop::sample::select(vec![
            " ",
            ". ",
            ", ",
            "-",
            "'s ",
            "’s ",
            "/",
            "#",
            ": ",
            "\n",
            "Dr. ",
            "MRN ",
            "St. ",
            "Hospital",
            "in ",
            "Anna ",
            "Smith ",
            "born ",
            "ZIP ",
            "May ",
            "12.",
            "@",
            "www.",
            "(01)",
            "year-old ",
            "Klinikum ",
            "rue ",
            "tel ",
            "\u{301}",
            "İ",
            "ſ",
            "ŉ",
            "👩🏽‍⚕️",
            "\u{202e}",
            "\u{a0}",
            "\u{202f}",
            "\u{2003}",
            "\t",
            "\r\n",
            "TX",
            "75201",
            "86150",
            "Augsburg",
            "ninety",
            "years",
            "old",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn marks_fit_any_text(text in "\\PC{0,300}") {
        fits(&text, &check(&text, YEAR).expect("short"));
    }

    #[test]
    fn marks_fit_texts_of_likely_pieces(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        fits(&text, &check(&text, YEAR).expect("short"));
    }
}

#[test]
fn a_blank_of_several_bytes_is_a_blank() {
    for blank in ["\u{a0}", "\u{202f}", "\u{2003}"] {
        for (text, part) in [
            ("Lives in Dallas, TX 75201 now.", "75201"),
            ("Wohnhaft in 86150 Augsburg seit 2 Jahren.", "86150 Augsburg"),
            ("A ninety-five years old man.", "ninety-five"),
            ("A one hundred and two years old man.", "one hundred and two"),
            ("Operated on May 5, 2023 , then home.", "May 5, 2023"),
            ("MRN 4711 0815 in the file.", "MRN 4711 0815"),
        ] {
            let [text, part] = [text, part].map(|said| said.replace(' ', blank));
            let marks = check(&text, YEAR).expect("short");
            fits(&text, &marks);
            let at = text.find(&part).expect("part of the text");
            let is_it = |mark: &Mark| mark.start <= at && at + part.len() <= mark.end && mark.level() == Level::High;
            assert!(marks.iter().any(is_it), "{text:?} gave {marks:?}");
        }
    }
}

#[test]
fn a_text_of_the_greatest_length_is_read_whatever_it_repeats() {
    let repeated = [
        "a",
        "A",
        "1",
        "1-",
        "a.",
        "@",
        "a@",
        "A. ",
        "Dr. ",
        "MRN ",
        "id:",
        "Anna ",
        "Anna-",
        "St. ",
        "in ",
        "'",
        "’s",
        " ",
        "\n",
        "https://",
        "www.",
        "12/12/",
        "0 ",
        "+1 ",
        "Rue de la ",
        "the only patient ",
        "Hospital of ",
        "May ",
        "🧬",
        "\u{301}",
        "New York, NY, ",
        "(01)",
        "::",
        "1.",
    ];
    for piece in repeated {
        let text = piece.repeat(TEXT_BYTES_MAX / piece.len());
        let marks = check(&text, YEAR).expect("not too long");
        fits(&text, &marks);
    }
}

#[test]
fn a_longer_text_is_refused_with_its_length() {
    let text = "a".repeat(TEXT_BYTES_MAX + 1);
    let refused = check(&text, YEAR).expect_err("too long");
    assert_eq!(refused, WordsError::TooLong { bytes: TEXT_BYTES_MAX + 1 });
    assert_eq!(
        refused.to_string(),
        format!("text has {} bytes; the limit is {TEXT_BYTES_MAX}; shorten it", TEXT_BYTES_MAX + 1)
    );
}
