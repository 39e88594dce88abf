//! docs/PROTOCOL.md says what the code does: every type with its numbers, every code, every limit, every tag.

use std::fmt::Write;

use crate::shapes::{Form, SOURCES, Shape, all, form};

const DOCUMENT: &str = include_str!("../../../docs/PROTOCOL.md");
const LIMITS: &str = include_str!("../../src/limits.rs");
const KEYS: &str = include_str!("../../src/key.rs");

/// A form in the words of the document.
fn words(form_of: &Form, source: &str) -> String {
    match form_of {
        Form::Optional(inner) => {
            format!("{}?", words(inner, source.trim_start_matches("Option<").trim_end_matches('>')))
        }
        Form::List(inner) => format!("[{}]", words(inner, source.trim_start_matches("Vec<").trim_end_matches('>'))),
        Form::Fixed(len) if source.starts_with('[') => format!("{len} bytes"),
        Form::Fixed(_) | Form::Number(_) | Form::Bool | Form::Named(_) => source.to_owned(),
        Form::Text => "text".to_owned(),
        Form::Bytes => "bytes".to_owned(),
    }
}

/// The row of a type as it must stand in the document.
fn row(name: &str, shape: &Shape) -> String {
    let mut row = format!("| {name} |");
    let columns = match shape {
        Shape::Fields(fields) | Shape::Choice(fields) => fields
            .iter()
            .map(|(number, field, of)| format!("{number} {field}: {}", words(&form(of), of)))
            .collect::<Vec<_>>(),
        Shape::Codes(codes) => codes.iter().map(|(code, name)| format!("{code} {name}")).collect(),
    };
    write!(row, " {} |", columns.join(" · ")).expect("writing to a string does not fail");
    row
}

fn missing(rows: Vec<String>) -> String {
    rows.into_iter()
        .filter(|row| !DOCUMENT.lines().any(|line| line.starts_with(row.as_str())))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_type_stands_in_the_document_with_its_numbers() {
    let shapes = all();
    assert!(shapes.len() > 60 && SOURCES.len() == 10, "the types were found");
    let rows = shapes.iter().filter(|(name, _)| *name != "Kind").map(|(name, shape)| row(name, shape)).collect();
    assert_eq!(missing(rows), "", "these rows are missing in docs/PROTOCOL.md");
}

#[test]
fn every_kind_stands_in_the_document_with_its_class() {
    let rows =
        protocol::Kind::ALL.iter().map(|kind| format!("| {:#06X} | {kind:?} | {:?} |", kind.code(), kind.class()));
    assert_eq!(missing(rows.map(|row| row.replace("0X", "0x")).collect()), "");
}

#[test]
fn every_limit_stands_in_the_document() {
    let constants = LIMITS.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": "));
    let rows: Vec<String> = constants
        .map(|(name, rest)| {
            let value = rest.split_once("= ").expect("a constant has a value").1.trim_end_matches(';');
            format!(
                "| {name} | {} |",
                value.replace("1 << 48", "2^48").replace("10 * 60 * 1_000", "600,000").replace('_', ",")
            )
        })
        .collect();
    assert!(rows.len() > 30, "the limits were found");
    assert_eq!(missing(rows), "");
}

#[test]
fn every_tag_of_a_signature_stands_in_the_document() {
    let tags: Vec<&str> =
        KEYS.lines().filter_map(|line| line.trim().split_once("=> \"sign ")).map(|(_, tag)| tag).collect();
    assert!(tags.len() >= 5, "the tags were found");
    for tag in tags {
        let quoted = format!("`sign {}`", tag.trim_end_matches("\","));
        assert!(DOCUMENT.contains(&quoted), "{quoted}");
    }
}
