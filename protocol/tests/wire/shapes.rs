//! The shapes of all wire types, read from the sources themselves: what they say is what the document must say, and what
//! random values are made of.

use std::collections::BTreeMap;

/// Where `wire!`, `choice!` and `codes!` stand.
pub(crate) const SOURCES: &[&str] = &[
    include_str!("../../src/kind.rs"),
    include_str!("../../src/header.rs"),
    include_str!("../../src/entry.rs"),
    include_str!("../../src/statement.rs"),
    include_str!("../../src/claim.rs"),
    include_str!("../../src/certificate.rs"),
    include_str!("../../src/message.rs"),
    include_str!("../../src/payload/control.rs"),
    include_str!("../../src/payload/content.rs"),
    include_str!("../../src/payload/manifest.rs"),
];

/// How a field stands in CBOR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Optional(Box<Form>),
    List(Box<Form>),
    Fixed(usize),
    Number(u32),
    Bool,
    Text,
    Bytes,
    Named(String),
}

/// A numbered field or variant: number, name, form as the source writes it.
pub(crate) type Field = (u64, String, String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Fields(Vec<Field>),
    Choice(Vec<Field>),
    Codes(Vec<(u64, String)>),
}

/// All types by name.
pub(crate) fn all() -> BTreeMap<String, Shape> {
    SOURCES.iter().flat_map(|source| of(source)).collect()
}

fn of(source: &str) -> Vec<(String, Shape)> {
    let mut shapes = Vec::new();
    let mut name = "";
    let (mut fields, mut codes) = (Vec::new(), Vec::new());
    let (mut is_choice, mut is_macro) = (false, false);
    for line in source.lines() {
        is_macro = (is_macro && line != "}") || ["wire! {", "choice! {", "codes! {"].contains(&line);
        if !is_macro {
            continue;
        }
        let line = line.trim();
        let start = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let Some(start) = start {
            name = start.trim_end_matches(" {");
            (fields, codes, is_choice) = (Vec::new(), Vec::new(), false);
        } else if let Some((number, rest)) = numbered(line) {
            let rest = rest.trim_end_matches(',');
            if let Some((field, form)) = rest.split_once(": ") {
                fields.push((number, field.to_owned(), form.to_owned()));
            } else if let Some((variant, form)) = rest.trim_end_matches(')').split_once('(') {
                is_choice = true;
                fields.push((number, variant.to_owned(), form.to_owned()));
            } else {
                codes.push((number, rest.to_owned()));
            }
        } else if line == "}" {
            match (std::mem::take(&mut fields), std::mem::take(&mut codes)) {
                (fields, codes) if fields.is_empty() && codes.is_empty() => {}
                (fields, _) if is_choice => shapes.push((name.to_owned(), Shape::Choice(fields))),
                (fields, codes) if codes.is_empty() => shapes.push((name.to_owned(), Shape::Fields(fields))),
                (_, codes) => shapes.push((name.to_owned(), Shape::Codes(codes))),
            }
        }
    }
    shapes
}

/// `7 => rest` or `0x1F => rest`.
fn numbered(line: &str) -> Option<(u64, &str)> {
    let (number, rest) = line.split_once(" => ")?;
    let number = match number.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => number.parse(),
    };
    number.ok().map(|number| (number, rest))
}

/// The form that a Rust type has on the wire.
pub(crate) fn form(text: &str) -> Form {
    let inside = |start: &str| text.strip_prefix(start).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = inside("Option<") {
        return Form::Optional(Box::new(form(inner)));
    }
    if let Some(inner) = inside("Vec<") {
        return Form::List(Box::new(form(inner)));
    }
    match text {
        "u8" => Form::Number(8),
        "u16" => Form::Number(16),
        "u32" => Form::Number(32),
        "u64" => Form::Number(64),
        "bool" => Form::Bool,
        "Text" => Form::Text,
        "Bytes" => Form::Bytes,
        "StatementId" | "CaseNumber" => Form::Fixed(16),
        "CaseId" => Form::Fixed(48),
        "Signature" => Form::Fixed(64),
        "[u8; 32]" | "PublicKey" | "NetworkId" | "FeedId" | "InstitutionId" | "EntryId" | "PayloadHash" | "BlobId"
        | "ClinicianId" | "CharterId" | "Salt" => Form::Fixed(32),
        name => Form::Named(name.to_owned()),
    }
}
