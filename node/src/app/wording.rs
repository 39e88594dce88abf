//! Words as people enter them here: more is asked of them than of what other houses wrote.

use house::{is_seen, steers};
use protocol::payload::content::Summary;

use super::Unusable;

/// What of a case's words cannot stay, and why. What is empty is for others to miss, but a tag is never empty.
pub(crate) fn unfit(summary: &Summary) -> Option<Unusable> {
    let lines = [("title", summary.title.as_str())];
    let tags = summary.tags.iter().map(|tag| ("tag", tag.as_str()));
    let texts = [("question", summary.question.as_str()), ("text", summary.body.as_str())];
    let unfit_line = lines
        .into_iter()
        .filter(|(_, line)| !line.is_empty())
        .chain(tags)
        .find_map(|(what, line)| unfit_line(what, line));
    unfit_line.or_else(|| texts.into_iter().find_map(|(what, text)| unfit_text(what, text)))
}

/// What is wrong with one line.
pub(crate) fn unfit_line(what: &'static str, line: &str) -> Option<Unusable> {
    if line.chars().any(steers) {
        return Some(Unusable::Steers(what));
    }
    (!is_seen(line)).then_some(Unusable::Unseen(what))
}

/// What is wrong with a text, if there is one.
fn unfit_text(what: &'static str, text: &str) -> Option<Unusable> {
    (!text.is_empty() && !is_seen(text)).then_some(Unusable::Unseen(what))
}

#[cfg(test)]
mod tests {
    use house::draft::Content;
    use protocol::{Salt, codec::Text};

    use super::*;

    #[test]
    fn words_that_steer_or_cannot_be_seen_do_not_stay() {
        let case = |title: &str, text: &str, tag: &str| Summary {
            title: Text::from(title),
            body: Text::from(text),
            tags: vec![Text::from(tag)],
            ..Content::empty(Salt([0; 32])).summary
        };
        let said = |title, text, tag| unfit(&case(title, text, tag)).map(|unfit| unfit.to_string());
        assert_eq!(said("Rash", "Since\nMonday", "skin"), None);
        assert_eq!(said("", "", "skin"), None, "a draft may have no title yet");
        assert_eq!(said("Ra\u{1b}[2Jsh", "", "skin").unwrap(), "title: it holds control characters");
        assert_eq!(said("\u{200B}", "", "skin").unwrap(), "title: nothing of it can be seen");
        assert_eq!(said("Rash", "\u{200B}", "skin").unwrap(), "text: nothing of it can be seen");
        assert_eq!(said("Rash", "", "").unwrap(), "tag: nothing of it can be seen");
        assert_eq!(said("Rash", "", "a\nb").unwrap(), "tag: it holds control characters");
    }
}
