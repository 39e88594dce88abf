//! A text as its readers see it: a run of white space is one blank, one line end or one empty line, whatever it was
//! written with; an accent is part of its letter; what nobody sees is not there.
//!
//! Rules look for one blank between words, and lists have each letter in one way. Texts have two blanks, tabs, blanks that do
//! not break, and names that a line end divides; what is pasted has soft hyphens, and accents behind their letters.

use icu_normalizer::properties::CanonicalCompositionBorrowed;

const LETTERS: CanonicalCompositionBorrowed<'static> = CanonicalCompositionBorrowed::new();

/// A folded text, and where each of its bytes stood before.
pub(super) struct Folded {
    /// Blanks, line ends and empty lines are " ", "\n" and "\n\n".
    pub(super) text: String,
    /// A place in the folded text, and where it was before: the first behind each piece whose length changed.
    moved: Vec<(usize, usize)>,
}

impl Folded {
    pub(super) fn of(whole: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(whole.len()), moved: Vec::new() };
        let mut rest = whole;
        while let Some(start) = rest.find(|next| is_blank(next) || is_accent(next)) {
            let (words, behind) = rest.split_at(start);
            folded.text.push_str(words);
            rest = match behind.strip_prefix(is_accent) {
                Some(after) => {
                    folded.join(&behind[..behind.len() - after.len()]);
                    after
                }
                None => {
                    let after = behind.trim_start_matches(is_blank);
                    folded.text.push_str(blank(&behind[..behind.len() - after.len()]));
                    after
                }
            };
            let before = whole.len() - rest.len();
            if folded.origin(folded.text.len()) != before {
                folded.moved.push((folded.text.len(), before));
            }
        }
        folded.text.push_str(rest);
        folded
    }

    /// Puts an accent on the letter before it, if there is a letter with both.
    fn join(&mut self, accent: &str) {
        let pair = self.text.chars().last().zip(accent.chars().next());
        match pair.and_then(|(letter, accent)| LETTERS.compose(letter, accent)) {
            Some(letter) => {
                self.text.pop();
                self.text.push(letter);
            }
            None => self.text.push_str(accent),
        }
    }

    /// Where the byte at `at` stood; of a place where words begin or end, exactly that place.
    pub(super) fn origin(&self, at: usize) -> usize {
        let behind = self.moved.partition_point(|(place, _)| *place <= at);
        let last = behind.checked_sub(1).and_then(|last| self.moved.get(last));
        last.map_or(at, |(place, before)| before + (at - place))
    }
}

/// The one way to write a run of blanks and of what nobody sees.
fn blank(run: &str) -> &'static str {
    // The two characters of Windows are one end of a line.
    match run.chars().filter(|blank| matches!(blank, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')).count() {
        0 if run.chars().all(is_unseen) => "",
        0 => " ",
        1 => "\n",
        _ => "\n\n",
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_unseen(character)
}

/// Hyphens and joints that show only where a line ends, marks of direction, variants of signs.
const fn is_unseen(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// What stands above or below the letter before it.
pub(super) const fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_see_alike_is_written_in_one_way() {
        for (whole, expected) in [
            ("a  b\t\u{a0}c", "a b c"),
            ("a \r\n b\u{2003}c", "a\nb c"),
            ("a\r\n \r\nb\n\n\nc", "a\n\nb\n\nc"),
            ("\u{202f} a ", " a "),
            ("a\u{ad}b\u{200b} \u{2060} c\u{feff}", "ab c"),
            ("Mu\u{308}nch\u{e9}\u{302} x\u{307}\u{323}", "M\u{fc}nch\u{e9}\u{302} \u{1e8b}\u{323}"),
            ("", ""),
        ] {
            assert_eq!(Folded::of(whole).text, expected, "{whole:?}");
        }
    }

    #[test]
    fn every_word_is_found_again_where_it_stood() {
        let whole =
            "\t\té \u{a0}Anna\u{2003}\u{2003}Smith\r\n\r\nand  Ⅷ\u{a0}👩🏽\u{a0}Zo\u{308}e\u{308} Lang\u{ad}hans Kay";
        let folded = Folded::of(whole);
        let same = ["é", "Anna", "Smith", "and", "Ⅷ", "👩🏽", "Kay"].map(|word| (word, word));
        for (word, written) in same.into_iter().chain([("Zöë", "Zo\u{308}e\u{308}"), ("Langhans", "Lang\u{ad}hans")])
        {
            let (at, before) = (folded.text.find(word).unwrap(), whole.find(written).unwrap());
            let expected = (before, before + written.len());
            assert_eq!((folded.origin(at), folded.origin(at + word.len())), expected, "{word}");
        }
    }
}
