//! Texts as a page shows them with what was marked in them: in place, and in a list with what to write instead and, where a
//! mark holds the text back, why it may stay.

use anonymizer::words::{Advice, Level};
use house::draft::KeptWords;
use protocol::codec::Text;

use crate::{
    app::{AppError, KEEP_REASONS, MarkedWords, keep_reason, marked},
    sentences::Sentences,
    web::{extract::Fields, pieces::Choice},
};

/// A text with marks.
#[derive(Clone)]
pub(super) struct MarkedText {
    /// The id of its input.
    pub(super) field: String,
    pub(super) field_key: &'static str,
    pub(super) pieces: Vec<Piece>,
    pub(super) marks: Vec<Mark>,
}

/// A stretch of a text.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_marked: bool,
}

/// Marked words; those that stand in a text twice are there once, as what weighs most there.
#[derive(Clone)]
pub(super) struct Mark {
    pub(super) words: String,
    pub(super) instead: String,
    pub(super) is_open: bool,
    /// Why they may stay; none where nobody is asked.
    pub(super) reasons: Vec<Choice>,
}

/// The text of a field, if anything in it is marked.
pub(super) fn marked_text(
    field: String,
    field_key: &'static str,
    text: &str,
    kept: &[KeptWords],
) -> Result<Option<MarkedText>, AppError> {
    let found = marked(&[("", text)], kept)?;
    if found.is_empty() {
        return Ok(None);
    }
    let marks = heaviest(&found).into_iter().map(listed).collect();
    Ok(Some(MarkedText { field, field_key, pieces: pieces(text, &found), marks }))
}

/// Of the same words the first mark that asks for an answer, else the first: in the order in which words first stand there.
fn heaviest(found: &[MarkedWords]) -> Vec<&MarkedWords> {
    let mut marks: Vec<&MarkedWords> = Vec::new();
    for mark in found {
        match marks.iter_mut().find(|known| known.words == mark.words) {
            None => marks.push(mark),
            Some(known) if known.level < mark.level => *known = mark,
            Some(_) => {}
        }
    }
    marks
}

fn listed(mark: &MarkedWords) -> Mark {
    Mark {
        words: mark.words.0.clone(),
        instead: instead(&mark.advice),
        is_open: mark.is_open(),
        reasons: reasons(mark),
    }
}

fn pieces(text: &str, found: &[MarkedWords]) -> Vec<Piece> {
    let piece = |from: usize, to: usize, is_marked| {
        let text = text.get(from..to).unwrap_or_default().to_owned();
        Some(Piece { text, is_marked }).filter(|piece| !piece.text.is_empty())
    };
    let starts = std::iter::once(0).chain(found.iter().map(|mark| mark.end));
    let between = starts.zip(found.iter().map(|mark| mark.start).chain([text.len()]));
    let marked = found.iter().map(|mark| piece(mark.start, mark.end, true)).chain([None]);
    between
        .map(|(from, to)| piece(from, to, false))
        .zip(marked)
        .flat_map(|(plain, marked)| [plain, marked])
        .flatten()
        .collect()
}

fn reasons(mark: &MarkedWords) -> Vec<Choice> {
    if mark.level == Level::Low {
        return Vec::new();
    }
    let none = Choice { value: String::new(), key: "keep-choose", is_chosen: mark.reason.is_none() };
    let known = KEEP_REASONS.iter().map(|(value, reason)| Choice {
        value: (*value).to_owned(),
        key: match *value {
            "not-identifying" => "keep-not-identifying",
            "not-the-patient" => "keep-not-the-patient",
            _ => "keep-agreed",
        },
        is_chosen: mark.reason == Some(*reason),
    });
    std::iter::once(none).chain(known).collect()
}

/// What to write instead, in a sentence.
fn instead(advice: &Advice) -> String {
    let t = Sentences::english();
    let key = match advice {
        Advice::YearOrDay { year, day } => {
            return t.with2("instead-year-or-day", "year", year.to_string(), "day", format!("{day:+}"));
        }
        Advice::LeaveOut => "instead-leave-out",
        Advice::RegionOnly => "instead-region-only",
        Advice::NoPlace => "instead-no-place",
        Advice::Day => "instead-day",
        Advice::Hour => "instead-hour",
        Advice::Age => "instead-age",
        Advice::WithoutNumber => "instead-without-number",
        Advice::CoverFace => "instead-cover-face",
        Advice::General => "instead-general",
        Advice::Patient { .. }
        | Advice::Colleague
        | Advice::House(_)
        | Advice::Region(_)
        | Advice::Postal(_)
        | Advice::Year(_)
        | Advice::NinetyPlus => {
            return t.with("instead-words", "words", advice.replacement().unwrap_or_default());
        }
    };
    t.get(key)
}

/// The words that stay, as the form says: each of `kept-words` with the `kept-reason` at the same place.
pub(super) fn kept_of(form: &Fields) -> Vec<KeptWords> {
    let named = form.all("kept-words").into_iter().zip(form.all("kept-reason"));
    named
        .filter_map(|(words, reason)| {
            Some(KeptWords { words: Text::from(words.replace("\r\n", "\n")), reason: keep_reason(reason)? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use house::draft::KeepReason;

    use super::*;

    fn shown(text: &str, kept: &[KeptWords]) -> MarkedText {
        marked_text("history".to_owned(), "field-history", text, kept).unwrap().unwrap()
    }

    #[test]
    fn a_text_is_shown_whole_with_its_marks_in_place() {
        let shown = shown("Anna Smith came with Anna Smith.", &[]);
        let pieces: Vec<_> = shown.pieces.iter().map(|piece| (piece.text.as_str(), piece.is_marked)).collect();
        assert_eq!(pieces, [("Anna Smith", true), (" came with ", false), ("Anna Smith", true), (".", false)]);
        assert_eq!(shown.marks.len(), 1, "the same words are listed once");
        assert_eq!(shown.marks[0].instead, "Write “the patient”.");
        assert!(shown.marks[0].is_open && shown.marks[0].reasons.len() == 4);
    }

    #[test]
    fn words_with_a_reason_are_not_open_and_show_it() {
        let kept = KeptWords { words: Text::from("Anna Smith"), reason: KeepReason::Agreed };
        let shown = shown("Anna Smith came.", &[kept]);
        assert!(!shown.marks[0].is_open);
        let chosen: Vec<_> = shown.marks[0].reasons.iter().filter(|reason| reason.is_chosen).collect();
        assert_eq!((chosen.len(), chosen[0].key), (1, "keep-agreed"));
    }

    #[test]
    fn of_the_same_words_those_count_that_hold_the_text_back() {
        let mut found = marked(&[("", "Anna Smith came with Anna Smith.")], &[]).unwrap();
        found[0].level = Level::Low;
        for _ in 0..2 {
            let marks = heaviest(&found);
            assert_eq!((marks.len(), marks[0].level), (1, Level::High));
            assert!(listed(marks[0]).is_open && listed(marks[0]).reasons.len() == 4, "the page asks for an answer");
            found.reverse();
        }
    }

    #[test]
    fn a_text_without_marks_is_not_shown_again() {
        assert!(marked_text(String::new(), "field-history", "Day 12. No fever.", &[]).unwrap().is_none());
    }
}
