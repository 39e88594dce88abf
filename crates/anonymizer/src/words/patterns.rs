//! Patterns compiled once.
//!
//! The engine has no backtracking: one search takes time linear in the text, and the text has a limit. Repetitions of several
//! parts are bounded; those of one class of characters may run on to where the class ends.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern that is compiled when it is first used.
pub(super) type Pattern = LazyLock<Regex>;

/// Compiles a pattern of this crate; letters match in both cases.
#[expect(clippy::panic, reason = "the patterns are constants, and a test uses each of them")]
pub(super) fn compile(pattern: &str) -> Regex {
    match Regex::new(&format!("(?ix){pattern}")) {
        Ok(regex) => regex,
        Err(error) => panic!("a pattern of the linter is broken: {error}"),
    }
}

/// Whether the character before `start` and the one behind `end` belong to no longer word or number.
pub(super) fn stands_alone(whole: &str, start: usize, end: usize) -> bool {
    let before = whole[..start].chars().next_back();
    let behind = whole[end..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
}

/// The last `bytes` of `whole[..at]` or a little less, from a character boundary on.
pub(super) fn shortly_before(whole: &str, at: usize, bytes: usize) -> &str {
    let from = (at.saturating_sub(bytes)..=at).find(|from| whole.is_char_boundary(*from)).unwrap_or(at);
    &whole[from..at]
}

/// The first `bytes` of `whole[at..]` or a little less, up to a character boundary.
pub(super) fn shortly_behind(whole: &str, at: usize, bytes: usize) -> &str {
    let most = whole.len().min(at + bytes);
    let to = (at..=most).rev().find(|to| whole.is_char_boundary(*to)).unwrap_or(at);
    &whole[at..to]
}
