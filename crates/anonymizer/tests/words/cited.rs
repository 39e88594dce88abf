//! What is cited is nobody's, and what only looks like a citation is marked all the same.

use super::marked;

/// What is marked high in a text.
fn high(text: &str) -> Vec<String> {
    marked(text).into_iter().filter(|(.., is_high)| *is_high).map(|(said, ..)| said).collect()
}

#[test]
fn citations_and_codes_of_lists_are_left_alone() {
    for text in [
        "Lancet 2019;394:1145-58 and N Engl J Med. 2020 Apr 30;382(18):1708-20.",
        "Blood 2021;138(11):949-958; Chest. 2023; 163: 1201-1210; BMJ 2020;368:m1091.",
        "J Clin Oncol 2019;37:1234-41.",
        "doi: 10.1016/j.jaad.2019.08.010, https://doi.org/10.1056/NEJMoa2034577 and 10.1001/jama.2020.1585.",
        "Preprint 10.1101/2020.03.04.20031112.",
        "PMID: 31234567, PMC7654321, PMCID PMC7654321.",
        "NCT01234567, ISRCTN12345678, DRKS00012345, EudraCT 2019-001234-56.",
        "HP:0001250, MONDO:0007254, OMIM 301500, OMIM #301500, ORPHA:558, MeSH D008375, ATC L01XC18.",
        "SNOMED CT 73211009, LOINC 4548-4, RxNorm 1234567, CUI C0011849, CAS 50-78-2, rs1801133, NM_000059.3.",
    ] {
        assert_eq!(high(text), [""; 0], "{text}");
    }
}

#[test]
fn organs_with_a_day_are_no_journals() {
    for (text, day) in [
        ("CT chest 2023-04-12", "2023-04-12"),
        ("X-ray chest, 2024-03-05", "2024-03-05"),
        ("Blood 2021-11-03", "2021-11-03"),
        ("Blood 2024-03-05 555 123 4567", "2024-03-05"),
        ("Chest 2024/03/05; 12 mm nodule", "2024/03/05"),
        ("Chest 2023 04.12.2023; normal", "04.12.2023"),
    ] {
        assert!(high(text).iter().any(|said| said.contains(day)), "{text} gave {:?}", marked(text));
    }
    let phone = high("Blood 2024-03-05 555 123 4567");
    assert!(phone.iter().any(|said| said.contains("555 123 4567")), "{phone:?}");
}

#[test]
fn what_is_not_in_the_form_of_its_list_is_marked() {
    for (text, part) in [
        ("HP 123-45-6789", "123-45-6789"),
        ("hp: 0664-1234567", "0664-1234567"),
        ("CAS 123-45-6789", "123-45-6789"),
        ("SNOMED 123-45-6789", "123-45-6789"),
        ("MIM 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("UMIN 123-45-6789", "123-45-6789"),
        ("RS123456789", "RS123456789"),
        ("NC12345678", "NC12345678"),
        ("10.2023/12/04-Smith,John", "John"),
        ("doi 10.2023/12/04-Smith,John", "John"),
        ("doi 10.1056/NEJMoa1234567,MRN 4711815", "4711815"),
    ] {
        assert!(high(text).iter().any(|said| said.contains(part)), "{text} gave {:?}", marked(text));
    }
}
