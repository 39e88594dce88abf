//! Text as words: the same cut for what is indexed, what is asked and what is highlighted.
//!
//! A word is folded (lower case, without accents, apostrophes inside it dropped) and stemmed as English. Where a script writes
//! without spaces each sign is a word, so that such text is found as phrases.

use std::ops::Range;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, Stemmer, TextAnalyzer, Token, TokenStream,
};

/// A longer word is cut, in what is indexed and in what is asked alike.
const WORD_CHARS_MAX: usize = 64;

/// Shorter words are never taken for typing errors of others.
pub(crate) const TYPO_CHARS_MIN: usize = 5;

/// Words that stand everywhere and say nothing; a query of nothing else keeps them.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "of", "on", "or",
    "that", "the", "this", "to", "was", "were", "with",
];

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Folded.
    pub(crate) surface: String,
    /// Folded and stemmed; often the same.
    pub(crate) stem: String,
    /// Where it stands, in bytes.
    pub(crate) range: Range<usize>,
}

impl Word {
    pub(crate) fn is_stop_word(&self) -> bool {
        STOP_WORDS.contains(&self.surface.as_str())
    }
}

/// The words of a text, in order.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut folder =
        TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build();
    let mut stemmer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build();
    let folded = cut(text).into_iter().map(|range| {
        let written = plain(&text[range.clone()]);
        let surface =
            if written.is_ascii() { written.to_ascii_lowercase() } else { plain(&only(&mut folder, &written)) };
        let is_english = surface.len() > 2 && surface.bytes().all(|byte| byte.is_ascii_lowercase());
        let stem = if is_english { only(&mut stemmer, &surface) } else { surface.clone() };
        Word { surface, stem, range }
    });
    folded.filter(|word| !word.surface.is_empty()).collect()
}

/// The tokens of a text as the index takes them: each word at its place, its stem at the same place where it differs.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let at = |position: usize, text: String, range: &Range<usize>| Token {
        offset_from: range.start,
        offset_to: range.end,
        position,
        text,
        position_length: 1,
    };
    let mut tokens = Vec::new();
    for (position, word) in words(text).into_iter().enumerate() {
        if word.stem != word.surface {
            tokens.push(at(position, word.stem, &word.range));
        }
        tokens.push(at(position, word.surface, &word.range));
    }
    tokens
}

/// Whether one inserted, dropped, changed or swapped character makes one word of the other (Damerau, 1964).
pub(crate) fn is_one_edit_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same_start = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same_start..], &long[same_start..]);
    match (short, long) {
        ([], [_]) => true,
        (_, [_, rest @ ..]) if rest == short => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, other_rest @ ..]) => a == d && b == c && rest == other_rest,
        _ => false,
    }
}

/// Where the words stand: runs of letters, digits and marks on them, apostrophes between letters, or one sign of a script
/// without spaces.
fn cut(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut is_open = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, sign)) = chars.next() {
        let end = at + sign.len_utf8();
        let joins = is_apostrophe(sign) && chars.peek().is_some_and(|(_, next)| next.is_alphabetic());
        if is_ideograph(sign) {
            ranges.push(at..end);
            is_open = false;
        } else if is_open && (sign.is_alphanumeric() || is_mark(sign) || joins) {
            if let Some(last) = ranges.last_mut() {
                last.end = end;
            }
        } else {
            is_open = sign.is_alphanumeric();
            if is_open {
                ranges.push(at..end);
            }
        }
    }
    ranges
}

/// Without combining marks and apostrophes, and no longer than a word may be.
fn plain(word: &str) -> String {
    word.chars().filter(|sign| !is_mark(*sign) && !is_apostrophe(*sign)).take(WORD_CHARS_MAX).collect()
}

/// The one token that an analyzer makes of a word.
fn only(analyzer: &mut TextAnalyzer, word: &str) -> String {
    let mut stream = analyzer.token_stream(word);
    if stream.advance() { std::mem::take(&mut stream.token_mut().text) } else { String::new() }
}

fn is_apostrophe(sign: char) -> bool {
    matches!(sign, '\'' | '\u{2019}')
}

fn is_mark(sign: char) -> bool {
    matches!(sign, '\u{300}'..='\u{36f}')
}

fn is_ideograph(sign: char) -> bool {
    matches!(sign, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surfaces(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.surface).collect()
    }

    #[test]
    fn words_are_folded_and_keep_their_places() {
        assert_eq!(surfaces("Sjögren’s café-au-lait, COVID-19"), ["sjogrens", "cafe", "au", "lait", "covid", "19"]);
        assert_eq!(surfaces("cafe\u{301} ÉRYTHÈME Straße"), ["cafe", "erytheme", "strasse"]);
        assert_eq!(surfaces("肺炎 x"), ["肺", "炎", "x"]);
        let text = "— Ödem links";
        assert_eq!(words(text).iter().map(|word| &text[word.range.clone()]).collect::<Vec<_>>(), ["Ödem", "links"]);
    }

    #[test]
    fn inflected_words_have_one_stem() {
        let stem = |text: &str| words(text)[0].stem.clone();
        assert_eq!(stem("infarctions"), stem("infarction"));
        assert_eq!(stem("Crohn's"), stem("Crohn"));
        assert_ne!(stem("rash"), stem("rush"));
    }

    #[test]
    fn a_stem_stands_where_its_word_stands() {
        let tokens: Vec<(usize, String)> =
            tokens("two infarctions").into_iter().map(|t| (t.position, t.text)).collect();
        assert_eq!(tokens, [(0, "two".into()), (1, "infarct".into()), (1, "infarctions".into())]);
    }

    #[test]
    fn one_edit_is_one_edit() {
        for (one, other, is_near) in [
            ("melanoma", "melonoma", true),
            ("melanoma", "melnaoma", true),
            ("melanoma", "melanom", true),
            ("melanoma", "mmelanoma", true),
            ("melanoma", "melanoma", false),
            ("melanoma", "mleonoma", false),
            ("melanoma", "myeloma", false),
            ("a", "", true),
            ("", "", false),
        ] {
            assert_eq!(is_one_edit_apart(one, other), is_near, "{one} {other}");
            assert_eq!(is_one_edit_apart(other, one), is_near, "{other} {one}");
        }
    }

    #[test]
    fn an_endless_word_is_cut_alike_everywhere() {
        assert_eq!(surfaces(&"x".repeat(10_000))[0].len(), WORD_CHARS_MAX);
    }
}
