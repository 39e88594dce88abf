//! The linter for free text: what it marks in each of the eighteen classes, what it leaves alone, and that no text at all
//! makes it stumble.

mod blanks;
mod cited;
mod classes;
mod properties;
mod untouched;

use anonymizer::words::{Level, Mark, check};

/// The year the linter is told.
const YEAR: u16 = 2026;

/// What is marked, as the text has it, with its class and whether it holds the text back.
fn marked(text: &str) -> Vec<(String, String, bool)> {
    let said = |mark: &Mark| text[mark.start..mark.end].to_owned();
    check(text, YEAR)
        .expect("short")
        .iter()
        .map(|mark| (said(mark), mark.class.code().to_owned(), mark.level() == Level::High))
        .collect()
}

/// The advice for the mark that holds `part`, in English.
fn advice(text: &str, part: &str) -> String {
    let at = text.find(part).expect("part of the text");
    let marks = check(text, YEAR).expect("short");
    let mark = marks.iter().find(|mark| mark.start <= at && at + part.len() <= mark.end).expect("it is marked");
    mark.advice.to_string()
}
