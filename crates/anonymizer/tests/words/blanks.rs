//! White space without an empty line counts as one blank, whatever it is made of; what nobody sees counts as nothing, and an
//! accent as part of its letter.

use super::marked;

/// What may stand where a text has one blank.
const BLANKS: [&str; 8] = ["  ", "\t", "\n", "\r\n", " \n  ", "\u{a0}", "\u{202f}", "\u{2003}\u{2003}"];

/// Texts with marks that would fall apart if one of their blanks were none.
const TEXTS: [&str; 14] = [
    "the results of Anna Smith were normal",
    "the results of Anna S. were normal",
    "the results of J. Smith were normal",
    "the results of Maria de la Cruz were normal",
    "the results of Smith, Anna were normal",
    "the results of Mr. Patterson were normal",
    "seen by Dr. Rebecca Green for chest pain",
    "the patient Patterson has the same rash",
    "with a medical record number 4711 on the form",
    "the daughter answers at phone number 310 555 1234 all day",
    "admitted to Cedar Creek Clinic with fever",
    "admitted to St. Vincent's Hospital with fever",
    "verlegt aus dem Klinikum Großhadern nach Sturz mit der Rettung",
    "he lives in New Orleans, Louisiana and works outdoors",
];

/// Marks of a text whose white space is read as it was before.
fn on_one_line(text: &str) -> Vec<(String, String, bool)> {
    let one_blank = |said: String| said.split_whitespace().collect::<Vec<_>>().join(" ");
    marked(text).into_iter().map(|(said, class, is_high)| (one_blank(said), class, is_high)).collect()
}

#[test]
fn any_white_space_counts_as_one_blank() {
    let mut other = Vec::new();
    for text in TEXTS {
        let expected = marked(text);
        assert!(expected.iter().any(|(.., is_high)| *is_high), "{text}");
        for blank in BLANKS {
            for (at, _) in text.match_indices(' ') {
                let text = format!("{}{blank}{}", &text[..at], &text[at + 1..]);
                if on_one_line(&text) != expected {
                    other.push(format!("{text:?} gave {:?}", marked(&text)));
                }
            }
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
}

#[test]
fn an_empty_line_divides_names() {
    for gap in ["\n\n", "\r\n\r\n", "\n \u{a0}\n"] {
        let names = marked(&format!("Seen with Anna{gap}Smith was not there."));
        assert!(names.iter().all(|(said, ..)| said != &format!("Anna{gap}Smith")), "{names:?}");
        assert!(names.iter().any(|(said, class, _)| said == "Anna" && class == "name"), "{names:?}");
    }
}

#[test]
fn two_unknown_words_of_a_column_hold_no_text_back() {
    let column = marked("Takes every day:\nZyprolixan\nMetoprovane\nand nothing else.");
    assert!(column.iter().all(|(.., is_high)| !is_high), "{column:?}");
    assert!(marked("We saw Zyprolixan\nMetoprovane again.").iter().any(|(.., is_high)| *is_high));
}

#[test]
fn a_name_is_marked_whole_with_what_nobody_sees_in_it() {
    for (text, said) in [
        ("seen by Dr. Rebecca Gre\u{ad}en for chest pain", "Dr. Rebecca Gre\u{ad}en"),
        ("the patient Patter\u{200b}son has the same rash", "Patter\u{200b}son"),
        ("admitted to Cedar \u{200b}Cre\u{ad}ek Clinic with fever", "Cedar \u{200b}Cre\u{ad}ek Clinic"),
        ("phone number 310 555\u{2060} 12\u{200d}34 all day", "310 555\u{2060} 12\u{200d}34"),
        ("verlegt aus dem Klinikum Gro\u{ad}ßhadern nach Sturz", "Klinikum Gro\u{ad}ßhadern"),
        ("a patient from Zu\u{308}rich with fever", "Zu\u{308}rich"),
        ("le patient Benoi\u{302}t Lefe\u{300}vre est venu", "Benoi\u{302}t Lefe\u{300}vre"),
    ] {
        let marks = marked(text);
        assert!(marks.iter().any(|(mark, _, is_high)| mark == said && *is_high), "{text:?} gave {marks:?}");
    }
}
