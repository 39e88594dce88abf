//! White space folded: a run of it is one blank, one line end or one empty line, whatever it was written with.
//!
//! Rules look for one blank between words. Texts have two, tabs, blanks that do not break, and names that a line end divides.

/// A text with its white space folded, and where each of its bytes stood before.
pub(super) struct Folded {
    /// Blanks, line ends and empty lines are " ", "\n" and "\n\n".
    pub(super) text: String,
    /// A place in the folded text, and where it was before: the first behind each run that became shorter.
    moved: Vec<(usize, usize)>,
}

impl Folded {
    pub(super) fn of(whole: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(whole.len()), moved: Vec::new() };
        let mut rest = whole;
        while let Some(start) = rest.find(char::is_whitespace) {
            let (words, behind) = rest.split_at(start);
            rest = behind.trim_start();
            let run = &behind[..behind.len() - rest.len()];
            folded.text.push_str(words);
            folded.text.push_str(match line_ends(run) {
                0 => " ",
                1 => "\n",
                _ => "\n\n",
            });
            let before = whole.len() - rest.len();
            if folded.origin(folded.text.len()) != before {
                folded.moved.push((folded.text.len(), before));
            }
        }
        folded.text.push_str(rest);
        folded
    }

    /// Where the byte at `at` stood; of a place where words begin or end, exactly that place.
    pub(super) fn origin(&self, at: usize) -> usize {
        let behind = self.moved.partition_point(|(place, _)| *place <= at);
        let last = behind.checked_sub(1).and_then(|last| self.moved.get(last));
        last.map_or(at, |(place, before)| before + (at - place))
    }
}

/// Ends of lines in a run of white space; the two characters of Windows are one.
fn line_ends(run: &str) -> usize {
    run.chars().filter(|blank| matches!(blank, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_without_an_empty_line_is_one_blank() {
        for (whole, expected) in [
            ("a  b\t\u{a0}c", "a b c"),
            ("a \r\n b\u{2003}c", "a\nb c"),
            ("a\r\n \r\nb\n\n\nc", "a\n\nb\n\nc"),
            ("\u{202f} a ", " a "),
            ("", ""),
        ] {
            assert_eq!(Folded::of(whole).text, expected, "{whole:?}");
        }
    }

    #[test]
    fn every_word_is_found_again_where_it_stood() {
        let whole = "\t\té \u{a0}Anna\u{2003}\u{2003}Smith\r\n\r\nand  Ⅷ\u{a0}👩🏽\u{a0}";
        let folded = Folded::of(whole);
        for word in ["é", "Anna", "Smith", "and", "Ⅷ", "👩🏽"] {
            let (at, before) = (folded.text.find(word).unwrap(), whole.find(word).unwrap());
            assert_eq!((folded.origin(at), folded.origin(at + word.len())), (before, before + word.len()), "{word}");
        }
    }
}
