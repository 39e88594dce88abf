//! What is shown beside a hit: the stretch of a text that says most of what was asked, with the words marked.
//!
//! The index knows no texts, so the caller hands one in; ranges are bytes of it, at the edges of characters. Escaping is for
//! whoever puts the pieces on a page.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    query::{Clause, Query, What},
    words::{TYPO_CHARS_MIN, Word, is_one_edit_apart, words},
};

/// How many bytes before the first marked word are shown too.
const LEAD_BYTES: usize = 48;

/// A part of the stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which bytes of the text.
    pub range: Range<usize>,
    /// Whether it is one of the words that were asked for.
    pub is_match: bool,
}

/// A word or phrase of the text that answers a clause.
struct Match {
    range: Range<usize>,
    clause: usize,
}

/// The pieces of a stretch of at most about `bytes_max` bytes, in order and without gaps; of a text that says nothing of what
/// was asked, its beginning. Empty for an empty text.
pub fn snippet(query: &Query, text: &str, bytes_max: usize) -> Vec<Piece> {
    let words = words(text);
    let mut matches = matches(query, &words, is_said);
    if matches.is_empty() {
        matches = self::matches(query, &words, is_nearly_said);
    }
    let window = window(text, &words, &matches, bytes_max);
    let mut pieces = Vec::new();
    let mut at = window.start;
    for range in matches.into_iter().map(|found| found.range).filter(|range| range.end <= window.end) {
        if range.start < at {
            continue;
        }
        pieces.push(Piece { range: at..range.start, is_match: false });
        at = range.end;
        pieces.push(Piece { range, is_match: true });
    }
    pieces.push(Piece { range: at..window.end, is_match: false });
    pieces.retain(|piece| !piece.range.is_empty());
    pieces
}

/// In the order of the text.
fn matches(query: &Query, words: &[Word], is_said: impl Fn(&Clause, &[Word]) -> Option<usize>) -> Vec<Match> {
    let asked: Vec<(usize, &Clause)> = query.clauses.iter().enumerate().filter(|(_, c)| !c.is_excluded).collect();
    let mut found = Vec::new();
    for at in 0..words.len() {
        for (clause, asked) in &asked {
            if let Some(length) = is_said(asked, &words[at..]) {
                found.push(Match { range: words[at].range.start..words[at + length - 1].range.end, clause: *clause });
            }
        }
    }
    found
}

/// How many words from the first on say it.
fn is_said(clause: &Clause, words: &[Word]) -> Option<usize> {
    match &clause.what {
        What::Word { word, is_prefix } => {
            let here = words.first()?;
            let begins = *is_prefix && here.surface.starts_with(&word.surface);
            (here.stem == word.stem || begins).then_some(1)
        }
        What::Phrase { words: asked, is_exact } => {
            let here = words.get(..asked.len())?;
            let same = |(a, b): (&Word, &Word)| if *is_exact { a.surface == b.surface } else { a.stem == b.stem };
            (!asked.is_empty() && asked.iter().zip(here).all(same)).then_some(asked.len())
        }
    }
}

fn is_nearly_said(clause: &Clause, words: &[Word]) -> Option<usize> {
    let What::Word { word, is_prefix } = &clause.what else { return None };
    let (asked, here) = (&word.surface, &words.first()?.surface);
    let letters = asked.chars().count();
    if letters < TYPO_CHARS_MIN {
        return None;
    }
    let begins =
        |length: usize| here.char_indices().nth(length).is_some_and(|(end, _)| is_one_edit_apart(asked, &here[..end]));
    let is_near = is_one_edit_apart(asked, here) || (*is_prefix && (letters - 1..=letters + 1).any(begins));
    is_near.then_some(1)
}

/// From a little before the match round which most different clauses are answered.
fn window(text: &str, words: &[Word], matches: &[Match], bytes_max: usize) -> Range<usize> {
    let reach = bytes_max.saturating_sub(LEAD_BYTES).max(1);
    let answered = |first: &Match| {
        let near =
            matches.iter().filter(|m| m.range.start >= first.range.start && m.range.end <= first.range.start + reach);
        near.map(|m| m.clause).collect::<BTreeSet<_>>().len()
    };
    let mut best: Option<(usize, &Match)> = None;
    for found in matches {
        let count = answered(found);
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, found));
        }
    }
    let lead = best.map_or(0, |(_, found)| found.range.start.saturating_sub(LEAD_BYTES));
    let start =
        words.iter().map(|word| word.range.start).find(|start| *start >= lead).filter(|_| lead > 0).unwrap_or(0);
    if text.len() - start <= bytes_max {
        return start..text.len();
    }
    let limit = start + bytes_max;
    let end = words.iter().map(|word| word.range.end).take_while(|end| *end <= limit).last().filter(|end| *end > start);
    start..end.unwrap_or_else(|| text.floor_char_boundary(limit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::NoNames;

    /// The snippet with its matches in brackets.
    fn marked(query: &str, text: &str, bytes_max: usize) -> String {
        let pieces = snippet(&Query::parse(query, &NoNames), text, bytes_max);
        let shown = pieces.into_iter().map(|piece| {
            let words = &text[piece.range];
            if piece.is_match { format!("[{words}]") } else { words.to_owned() }
        });
        shown.collect()
    }

    #[test]
    fn words_are_marked_in_every_form_that_is_found() {
        let text = "An old Infarction; two infarctions, and the érythème.";
        assert_eq!(marked("infarction ", text, 200), "An old [Infarction]; two [infarctions], and the érythème.");
        assert_eq!(marked("eryth", text, 200), "An old Infarction; two infarctions, and the [érythème].");
        assert_eq!(
            marked("\"two infarctions\" ", text, 200),
            "An old Infarction; [two infarctions], and the érythème."
        );
        assert_eq!(marked("-old erytheme ", text, 200), "An old Infarction; two infarctions, and the [érythème].");
    }

    #[test]
    fn a_typing_error_marks_what_was_meant() {
        assert_eq!(marked("melonoma ", "a melanoma here", 200), "a [melanoma] here");
        assert_eq!(marked("melonom", "a melanoma here", 200), "a [melanoma] here", "also where it is not finished");
        assert_eq!(marked("rush ", "a rash here", 200), "a rash here", "short words are what they are");
    }

    #[test]
    fn the_stretch_is_where_most_of_the_question_is_answered() {
        let filler = "nothing to see ".repeat(40);
        let text = format!("fever. {filler} fever and rash after amoxicillin. {filler}");
        let shown = marked("fever rash amoxicillin ", &text, 160);
        assert!(shown.contains("[fever] and [rash] after [amoxicillin]"), "{shown}");
        assert!(shown.len() <= 160 + 6, "{}", shown.len());
    }

    #[test]
    fn a_text_that_says_nothing_of_it_shows_its_beginning() {
        assert_eq!(marked("fever ", "one two three four", 9), "one two");
        assert_eq!(marked("fever ", "", 9), "");
    }

    proptest! {
        #[test]
        fn pieces_join_without_gaps_at_edges_of_characters(query in "\\PC{0,40}", text in "\\PC{0,200}", bytes in 0usize..120) {
            let pieces = snippet(&Query::parse(&query, &NoNames), &text, bytes);
            for pair in pieces.windows(2) {
                prop_assert_eq!(pair[0].range.end, pair[1].range.start);
            }
            for piece in pieces {
                prop_assert!(text.get(piece.range).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}
