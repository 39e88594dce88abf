//! What is shown beside a hit: the stretch of a text that says most of what was asked, with the words marked.
//!
//! The index knows no texts, so the caller hands one in; ranges are bytes of it, at the edges of characters. Escaping is for
//! whoever puts the pieces on a page.

use std::ops::Range;

use crate::{
    query::{CLAUSES_MAX, Clause, Query, What},
    words::{TYPO_CHARS_MIN, Word, is_one_edit_apart, words},
};

/// How many bytes before the first marked word are shown too.
const LEAD_BYTES: usize = 48;

/// Words and phrases of a text that are looked at; what answers behind them is not shown.
const MATCHES_MAX: usize = 1_024;

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

/// In the order of the text, no more than [`MATCHES_MAX`] of them.
fn matches(query: &Query, words: &[Word], is_said: impl Fn(&Clause, &[Word]) -> Option<usize>) -> Vec<Match> {
    let asked: Vec<(usize, &Clause)> = query.clauses.iter().enumerate().filter(|(_, c)| !c.is_excluded).collect();
    let mut found = Vec::new();
    for at in 0..words.len() {
        for (clause, asked) in &asked {
            if let Some(length) = is_said(asked, &words[at..]) {
                found.push(Match { range: words[at].range.start..words[at + length - 1].range.end, clause: *clause });
            }
            if found.len() == MATCHES_MAX {
                return found;
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

/// From a little before the match behind which most different clauses are answered.
fn window(text: &str, words: &[Word], matches: &[Match], bytes_max: usize) -> Range<usize> {
    let best = fullest(matches, bytes_max.saturating_sub(LEAD_BYTES).max(1));
    let lead = best.map_or(0, |found| found.range.start.saturating_sub(LEAD_BYTES));
    let start =
        words.iter().map(|word| word.range.start).find(|start| *start >= lead).filter(|_| lead > 0).unwrap_or(0);
    if text.len() - start <= bytes_max {
        return start..text.len();
    }
    let limit = start + bytes_max;
    let end = words.iter().map(|word| word.range.end).take_while(|end| *end <= limit).last().filter(|end| *end > start);
    start..end.unwrap_or_else(|| text.floor_char_boundary(limit))
}

/// The first match with most different clauses within reach behind it. Looks at each match twice, for a text may be hostile.
fn fullest(matches: &[Match], reach: usize) -> Option<&Match> {
    let mut counts = [0_usize; CLAUSES_MAX];
    let mut by_end: Vec<&Match> = matches.iter().collect();
    by_end.sort_unstable_by_key(|found| found.range.end);
    let mut coming = by_end.into_iter().peekable();
    let mut best: Option<(usize, &Match)> = None;
    for first in matches {
        let limit = first.range.start + reach;
        while let Some(found) = coming.next_if(|found| found.range.end <= limit) {
            if found.range.start >= first.range.start {
                counts[found.clause] += 1;
            }
        }
        let clauses = counts.iter().filter(|count| **count > 0).count();
        if best.is_none_or(|(most, _)| clauses > most) {
            best = Some((clauses, first));
        }
        if first.range.end <= limit {
            counts[first.clause] -= 1;
        }
    }
    best.map(|(_, first)| first)
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

    #[test]
    fn a_text_and_a_question_that_repeat_themselves_are_answered_too() {
        let shown = marked(&"a ".repeat(16), &"a ".repeat(20_000), 240);
        assert!(shown.starts_with("[a] [a] [a]") && shown.len() <= 240 * 3, "{shown}");
        let shown = marked(&format!("{} rash ", "a ".repeat(15)), &format!("{} rash", "a ".repeat(20_000)), 240);
        assert!(shown.ends_with("[rash]"), "words that say nothing are not looked at: {shown}");
    }

    #[test]
    fn a_phrase_counts_where_all_of_it_is_shown() {
        let text = format!("rash and fever {} rash and target lesion of the palm", "x ".repeat(200));
        let shown = marked("\"target lesion of the palm\" rash ", &text, 48 + 34);
        assert!(shown.contains("[rash] and [target lesion of the palm]"), "{shown}");
    }

    /// Words between signs, and some of the words again as a question.
    fn text_and_question() -> impl Strategy<Value = (String, String)> {
        let word =
            || prop::sample::select(vec!["fever", "rashes", "Naïve", "érythème", "皮疹", "x7", "İstanbul", "the"]);
        let sign = || prop::sample::select(vec![" ", ", ", "—", "\n", " (", "’ "]);
        let text = prop::collection::vec((word(), sign()), 1..40);
        (text, prop::collection::vec(any::<prop::sample::Index>(), 1..5)).prop_map(|(words, asked)| {
            let text = words.iter().map(|(word, sign)| format!("{word}{sign}")).collect();
            (text, asked.iter().map(|at| format!("{} ", at.get(&words).0)).collect())
        })
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

        #[test]
        fn a_text_that_says_what_was_asked_shows_it((text, question) in text_and_question(), bytes in 0usize..600) {
            let pieces = snippet(&Query::parse(&question, &NoNames), &text, bytes);
            for pair in pieces.windows(2) {
                prop_assert_eq!(pair[0].range.end, pair[1].range.start);
            }
            let asked: Vec<String> = words(&question).into_iter().map(|word| word.stem).collect();
            for piece in pieces.iter().filter(|piece| piece.is_match) {
                let marked = words(&text[piece.range.clone()]);
                prop_assert!(marked.iter().all(|word| asked.contains(&word.stem)), "{:?} in {}", marked, question);
            }
            prop_assert!(bytes < text.len() || pieces.iter().any(|piece| piece.is_match));
        }
    }
}
