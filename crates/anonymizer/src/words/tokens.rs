//! A text as words, numbers and signs, with where its sentences begin and which language it seems to be in.

use super::{folded::is_accent, lists::WORDS};

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters, with an apostrophe inside.
    Word,
    /// Digits and perhaps letters.
    Number,
    /// The "'s" behind a word.
    Possessive,
    /// One character that is neither.
    Sign,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// word
    Small,
    /// Word, McWord
    Capital,
    /// WORD, W
    Shouted,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) case: Case,
    /// In small letters, with a straight apostrophe.
    pub(super) small: String,
    pub(super) begins_sentence: bool,
}

/// Languages that are told apart, because German writes every noun with a capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
}

/// A text whose white space is folded, with its tokens.
pub(super) struct Text<'a> {
    pub(super) whole: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) language: Language,
    /// Most words have capitals, as in the title of a paper, or all of them: capitals then say little.
    pub(super) has_idle_capitals: bool,
}

impl<'a> Text<'a> {
    pub(super) fn of(whole: &'a str) -> Self {
        let tokens = tokens(whole);
        let language = language(&tokens);
        let words = || tokens.iter().filter(|token| token.kind == Kind::Word && token.end - token.start > 3);
        let (long, small) = (words().count(), words().filter(|token| token.case == Case::Small).count());
        let has_idle_capitals = long >= 5 && small * 5 < long;
        Self { whole, tokens, language, has_idle_capitals }
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The token `back` places before `at`.
    pub(super) fn before(&self, at: usize, back: usize) -> Option<&Token> {
        self.tokens.get(at.checked_sub(back)?)
    }

    /// In small letters; empty beyond the end.
    pub(super) fn small(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| token.small.as_str())
    }

    /// In small letters; empty before the beginning.
    pub(super) fn small_before(&self, at: usize, back: usize) -> &str {
        self.before(at, back).map_or("", |token| token.small.as_str())
    }

    /// What stands between this token and the next: nothing, a blank, or an empty line. The end of a line is a blank.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        match (self.get(at), self.get(at + 1)) {
            (Some(token), Some(next)) => match &self.whole[token.end..next.start] {
                "\n" => " ",
                gap => gap,
            },
            _ => "",
        }
    }

    /// Whether a line ends before `at` and nothing else says that a sentence does.
    pub(super) fn is_wrapped(&self, at: usize) -> bool {
        let before = at.checked_sub(1);
        before.is_some_and(|before| self.gap(before) == " " && !matches!(self.small(before), "." | "!" | "?" | ";"))
    }

    /// What stands from `start` to `end`, on one line.
    pub(super) fn said(&self, start: usize, end: usize) -> String {
        self.whole[start..end].replace('\n', " ")
    }

    pub(super) fn is_sign(&self, at: usize, sign: &str) -> bool {
        self.get(at).is_some_and(|token| token.kind == Kind::Sign && token.small == sign)
    }

    /// A word that begins with a capital.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.kind == Kind::Word && token.case != Case::Small)
    }

    /// A word that begins with a capital and is no abbreviation.
    pub(super) fn is_capital_word(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| {
            token.kind == Kind::Word
                && token.end - token.start > 1
                && (token.case == Case::Capital || (token.case == Case::Shouted && token.end - token.start > 4))
        })
    }

    /// An ordinary word, by the list.
    pub(super) fn is_ordinary(&self, at: usize) -> bool {
        WORDS.has(self.small(at))
    }

    /// The longest entry, of `words_max` tokens at most, that begins at token `at`: how many tokens it has. Tokens are put
    /// together with one blank, a hyphen or an apostrophe as the text has them; a point after "st" is dropped.
    pub(super) fn longest(&self, at: usize, words_max: usize, has: impl Fn(&str) -> bool) -> usize {
        let mut phrase = String::new();
        let mut found = 0;
        for count in 1..=words_max {
            let Some(token) = self.get(at + count - 1).filter(|token| token.kind != Kind::Number) else { break };
            append(&mut phrase, token);
            if has(&phrase) && token.small != "." {
                found = count;
            }
            match self.gap(at + count - 1) {
                "" => {}
                " " => phrase.push(' '),
                _ => break,
            }
        }
        found
    }

    /// The `count` tokens from `at` on, put together as [`Text::longest`] does.
    pub(super) fn phrase(&self, at: usize, count: usize) -> String {
        let mut phrase = String::new();
        for token in self.tokens.iter().skip(at).take(count) {
            if !phrase.is_empty() && !self.whole[..token.start].ends_with(|before: char| !before.is_whitespace()) {
                phrase.push(' ');
            }
            append(&mut phrase, token);
        }
        phrase
    }
}

fn append(phrase: &mut String, token: &Token) {
    let is_dropped = token.small == "." && phrase.ends_with("st");
    if !is_dropped {
        phrase.push_str(&token.small);
    }
}

fn tokens(whole: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut characters = whole.char_indices().peekable();
    let mut begins_sentence = true;
    while let Some((start, first)) = characters.next() {
        if first.is_whitespace() {
            begins_sentence |= first == '\n';
            continue;
        }
        let mut end = start + first.len_utf8();
        let kind = if is_apostrophe(first) && is_possessive(&whole[end..]) && follows_word(&tokens, start) {
            characters.next();
            end += 1;
            Kind::Possessive
        } else if first.is_alphanumeric() {
            let mut kind = if first.is_numeric() { Kind::Number } else { Kind::Word };
            while let Some((at, next)) = characters.next_if(|(at, next)| {
                is_accent(*next)
                    || next.is_alphanumeric()
                    || (is_apostrophe(*next) && joins(whole, *at, next.len_utf8()))
            }) {
                end = at + next.len_utf8();
                if next.is_numeric() {
                    kind = Kind::Number;
                }
            }
            kind
        } else {
            Kind::Sign
        };
        let said = &whole[start..end];
        let token =
            Token {
                start, end, kind, case: case(said), small: said.to_lowercase().replace('’', "'"), begins_sentence
            };
        begins_sentence = ends_sentence(&token, tokens.last(), begins_sentence);
        tokens.push(token);
    }
    tokens
}

const fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’')
}

/// Whether an "s" and then no letter follows.
fn is_possessive(rest: &str) -> bool {
    let mut rest = rest.chars();
    rest.next().is_some_and(|next| matches!(next, 's' | 'S')) && !rest.next().is_some_and(char::is_alphanumeric)
}

fn follows_word(tokens: &[Token], start: usize) -> bool {
    tokens.last().is_some_and(|last| last.end == start && last.kind == Kind::Word)
}

/// Whether the apostrophe at `at` stands inside a word, as in O'Neill, and neither begins a possessive nor ends an article, as
/// in "l'hôpital".
fn joins(whole: &str, at: usize, bytes: usize) -> bool {
    let rest = &whole[at + bytes..];
    let mut before = whole[..at].chars().rev();
    let is_article = before.next().is_some_and(char::is_lowercase) && !before.next().is_some_and(char::is_alphanumeric);
    !is_article && rest.chars().next().is_some_and(char::is_alphabetic) && !is_possessive(rest)
}

fn case(said: &str) -> Case {
    let mut letters = said.chars().filter(|letter| letter.is_alphabetic());
    match letters.next() {
        Some(first) if first.is_uppercase() => {
            // "MoCA" and "HFpEF" are abbreviations, "McAdam" is none.
            let (large, all) =
                letters.fold((1, 1), |(large, all), letter| (large + usize::from(letter.is_uppercase()), all + 1));
            if large * 2 > all { Case::Shouted } else { Case::Capital }
        }
        _ => Case::Small,
    }
}

/// Points after titles and initials end no sentence.
fn ends_sentence(token: &Token, last: Option<&Token>, began: bool) -> bool {
    const ABBREVIATED: [&str; 18] = [
        "dr", "mr", "mrs", "ms", "prof", "st", "mt", "vs", "pt", "no", "nr", "med", "approx", "e.g", "fr", "hr", "ca",
        "dx",
    ];
    match token.small.as_str() {
        "!" | "?" | ":" | ";" => true,
        "." => last.is_none_or(|last| {
            last.kind != Kind::Word || (last.end - last.start > 1 && !ABBREVIATED.contains(&last.small.as_str()))
        }),
        _ => token.kind == Kind::Sign && began,
    }
}

fn language(tokens: &[Token]) -> Language {
    const GERMAN: [&str; 22] = [
        "der",
        "die",
        "das",
        "und",
        "mit",
        "bei",
        "eine",
        "einer",
        "eines",
        "einem",
        "einen",
        "nach",
        "ist",
        "wurde",
        "wird",
        "vom",
        "zum",
        "im",
        "auf",
        "seit",
        "jähriger",
        "jährige",
    ];
    const FRENCH: [&str; 20] = [
        "le", "la", "les", "un", "une", "des", "du", "et", "avec", "chez", "pour", "est", "dans", "au", "aux", "ans",
        "vu", "âgé", "âgée", "né",
    ];
    const ENGLISH: [&str; 20] = [
        "the", "of", "and", "with", "in", "a", "for", "is", "was", "at", "to", "on", "what", "who", "by", "are", "his",
        "her", "from", "an",
    ];
    let count = |list: &[&str]| tokens.iter().filter(|token| list.contains(&token.small.as_str())).count();
    let (english, german, french) = (count(&ENGLISH), count(&GERMAN), count(&FRENCH));
    if german > english && german > french {
        Language::German
    } else if french > english {
        Language::French
    } else {
        Language::English
    }
}
