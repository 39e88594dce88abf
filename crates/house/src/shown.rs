//! Text that others will see: what has no place in one line, and what nobody could see at all.

use protocol::codec::Text;

use crate::refusal::{Refusal, at_most};

/// Whether a character steers a terminal, breaks a line or turns the reading direction (Unicode TR 36).
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

/// Whether there is anything in a text that can be seen.
pub fn is_seen(text: &str) -> bool {
    // Beside white space, what leaves no mark by itself (Default_Ignorable_Code_Point) and the empty Braille pattern.
    let leaves_no_mark = |c: char| {
        matches!(
            c,
            '\u{00AD}' | '\u{034F}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}'
        )
    };
    text.chars().any(|c| !(c.is_whitespace() || steers(c) || leaves_no_mark(c)))
}

/// Checks one line of text: its length, and that nothing in it steers a terminal or turns the reading direction.
pub(crate) fn check_line(what: &'static str, text: &Text, chars_max: usize) -> Result<(), Refusal> {
    at_most(what, text.as_str().chars().count(), "characters", chars_max)?;
    if text.as_str().chars().any(steers) {
        return Err(Refusal::Characters { what, allowed: "no control characters" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_nothing_that_can_be_seen_is_none() {
        for text in ["", " \t\n", "\u{200B}", "\u{FEFF}\u{00A0}\u{2060}", "\u{1b}", "\u{E0041}", "\u{FE0F}"] {
            assert!(!is_seen(text), "{text:?}");
        }
        for text in ["a", "王", "\u{200B}a\u{200B}", "क्\u{200D}ष", "?"] {
            assert!(is_seen(text), "{text:?}");
        }
    }

    #[test]
    fn what_breaks_or_turns_a_line_steers() {
        assert!("\u{1b}\n\u{7f}\u{85}\u{2028}\u{2029}\u{202E}\u{2067}\u{061C}".chars().all(steers));
        assert!(!"Müller-Łukasz 王 क्\u{200D}ष\u{00A0}".chars().any(steers));
    }
}
