//! No text makes the linter stumble, and its marks always fit the text.

use anonymizer::words::{Mark, TEXT_BYTES_MAX, WordsError, check};
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
