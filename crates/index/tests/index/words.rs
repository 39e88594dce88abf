//! What is found by which words.

use index::CaseDocument;
use protocol::EntryId;

use super::{Shelf, blank, case_id, comment, put, titled};

#[test]
fn words_are_found_in_every_part_of_a_case_and_in_every_form() {
    let shelf = Shelf::of([
        put(titled(1, "Two infarctions")),
        put(CaseDocument { question: "Érythème nodosum?".into(), ..blank(2) }),
        put(CaseDocument { body: "given amoxicillin".into(), ..blank(3) }),
        put(CaseDocument {
            tags: vec!["Myocardial Infarction".into()],
            synonyms: vec!["heart attack".into()],
            ..blank(4)
        }),
        put(titled(5, "肺炎の患者")),
    ]);
    for (query, expected) in [
        ("infarction ", vec![4, 1]),
        ("ERYTHEME ", vec![2]),
        ("Amoxicillin ", vec![3]),
        ("heart attack ", vec![4]),
        ("肺炎", vec![5]),
        ("nothing ", vec![]),
    ] {
        let mut found = shelf.numbers(query);
        found.sort_by_key(|number| expected.iter().position(|wanted| wanted == number));
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn a_title_counts_more_than_a_body() {
    let body = CaseDocument { body: "melanoma".into(), ..titled(1, "something else") };
    let shelf = Shelf::of([put(body), put(titled(2, "melanoma")), put(titled(3, "unrelated"))]);
    assert_eq!(shelf.numbers("melanoma "), [2, 1]);
}

#[test]
fn all_words_must_be_spoken_of_but_anywhere_in_the_thread() {
    let shelf = Shelf::of([
        put(titled(1, "rash on the hand")),
        put(titled(2, "rash")),
        comment(7, 1, "was metformin given?"),
        comment(8, 1, "metformin and metformin again"),
        comment(9, 2, "nice picture"),
    ]);
    assert_eq!(shelf.numbers("rash metformin "), [1]);
    assert_eq!(shelf.numbers("rash metformin picture "), [] as [u8; 0]);
    assert_eq!(shelf.numbers("rash -metformin "), [2]);
    assert_eq!(shelf.numbers("-rash "), [] as [u8; 0]);
}

#[test]
fn the_comment_that_answers_is_named() {
    let shelf =
        Shelf::of([put(titled(1, "rash")), comment(7, 1, "nothing"), comment(8, 1, "I suspect granuloma annulare")]);
    let hits = shelf.search("granuloma ").hits;
    assert_eq!((hits[0].case, hits[0].comment), (case_id(1), Some(EntryId([8; 32]))));
    assert_eq!(shelf.search("rash ").hits[0].comment, None, "the case itself answers");
}

#[test]
fn a_comment_without_its_case_is_not_found() {
    let shelf = Shelf::of([comment(7, 1, "granuloma")]);
    assert_eq!(shelf.search("granuloma ").total, 0);
}

#[test]
fn a_phrase_is_found_in_its_order_only() {
    let shelf = Shelf::of([
        put(titled(1, "a target lesion of the palm")),
        put(titled(2, "lesion that is no target")),
        put(CaseDocument { question: "lesion".into(), ..titled(3, "target") }),
        put(titled(4, "after covid-19")),
        put(titled(5, "19 nights after covid")),
    ]);
    assert_eq!(shelf.numbers("\"target lesion\" "), [1], "title and question are no neighbours");
    assert_eq!(shelf.numbers("\"lesion target\" "), [] as [u8; 0]);
    assert_eq!(shelf.numbers("covid-19 "), [4]);
    assert_eq!(shelf.numbers("lesion -\"target lesion\" ").len(), 2);
}

#[test]
fn a_typing_error_is_forgiven_where_the_word_is_nowhere() {
    let shelf = Shelf::of([put(titled(1, "melanoma of the heel")), put(titled(2, "rash")), put(titled(3, "rush"))]);
    for typed in ["melonoma ", "melnaoma ", "mellanoma ", "meanoma ", "melonom"] {
        assert_eq!(shelf.numbers(typed), [1], "{typed}");
    }
    assert_eq!(shelf.numbers("myeloma "), [] as [u8; 0], "two letters are another word");
    assert_eq!(shelf.numbers("rash "), [2], "short words are what they are");
}

#[test]
fn what_must_not_be_said_is_taken_as_it_is_written() {
    let shelf = Shelf::of([put(titled(1, "trade winds")), put(titled(2, "a high grade")), put(titled(3, "grades"))]);
    assert_eq!(shelf.numbers("grade ").len(), 3, "a typing error is forgiven");
    assert_eq!(shelf.numbers("-grade "), [1], "but nobody asked to lose the trade winds");
    assert_eq!(shelf.numbers("-grode ").len(), 3);
}

#[test]
fn a_word_that_many_cases_hold_is_no_typing_error() {
    let common = (1..=5).map(|number| put(titled(number, "lesion")));
    let shelf = Shelf::of(common.chain([put(titled(9, "legion"))]));
    assert_eq!(shelf.search("lesion ").total, 5);
    assert_eq!(shelf.search("legion ").total, 6, "a rare word is helped");
    assert_eq!(shelf.numbers("legion ")[0], 9, "but what was typed comes first");
}

#[test]
fn each_letter_typed_keeps_the_case_in_sight() {
    let shelf = Shelf::of([put(titled(1, "myocardial infarction")), put(titled(2, "eczema"))]);
    let word = "infarction";
    for end in 2..=word.len() {
        assert_eq!(shelf.numbers(&format!("myocardial {}", &word[..end])), [1], "{}", &word[..end]);
    }
    assert_eq!(shelf.numbers("infar "), [] as [u8; 0], "a space ends the word");
}

#[test]
fn filters_narrow_and_one_value_of_each_is_enough() {
    use protocol::payload::content::Status;
    let shelf = Shelf::of([
        put(CaseDocument {
            specialty: Some(3880),
            tags: vec!["Drug Eruption".into()],
            pictures: 2,
            ..titled(1, "rash")
        }),
        put(CaseDocument { specialty: Some(3880), status: Status::Resolved, has_outcome: true, ..titled(2, "rash") }),
        put(CaseDocument { specialty: Some(17), tags: vec!["drug".into()], ..titled(3, "rash") }),
    ]);
    for (query, expected) in [
        ("rash specialty:D003880 ", vec![1, 2]),
        ("status:resolved ", vec![2]),
        ("status:open specialty:3880 ", vec![1]),
        ("status:open status:resolved ", vec![1, 2, 3]),
        ("tag:\"drug eruption\" ", vec![1]),
        ("tag:DRUG ", vec![3]),
        ("has:outcome ", vec![2]),
        ("has:pictures rash ", vec![1]),
        ("institution:01010101 ", vec![1, 2, 3]),
        ("institution:02020202 ", vec![]),
    ] {
        let mut found = shelf.numbers(query);
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn without_words_the_newest_come_first() {
    let shelf = Shelf::of([put(titled(2, "b")), put(titled(3, "c")), put(titled(1, "a"))]);
    assert_eq!(shelf.numbers(""), [3, 2, 1]);
}

#[test]
fn a_revision_takes_the_place_of_what_was_said() {
    let mut shelf = Shelf::of([put(titled(1, "melanoma")), comment(7, 1, "agreed")]);
    shelf.index.apply([put(titled(1, "naevus")), comment(7, 1, "disagreed")]).unwrap();
    shelf.index.commit(2).unwrap();
    assert_eq!(shelf.search("melanoma ").total, 0);
    assert_eq!(shelf.search("agreed ").total, 0);
    assert_eq!(shelf.search("naevus disagreed ").total, 1, "comments stay with a revised case");
    assert_eq!(shelf.search("").total, 1);
}
