//! Words that look as if they could show who the patient is: none leaves the house before it was changed, or somebody said
//! why it stays. What is marked, and how surely, decides `anonymizer::words`; nothing is ever rewritten here.

use anonymizer::words::{self, Advice, Class, Level, WordsError};
use house::draft::{Content, KeepReason, KeptWords};
use protocol::{codec::Text, payload::content::Summary};

use super::{AppError, Unusable, case_text::parted};
use crate::clock::now_ms;

/// A stretch of a field that was marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarkedWords {
    pub(crate) field: &'static str,
    pub(crate) words: Text,
    /// Bytes of the field.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) class: Class,
    pub(crate) advice: Advice,
    pub(crate) level: Level,
    /// Why it stays, if somebody said.
    pub(crate) reason: Option<KeepReason>,
}

impl MarkedWords {
    /// Whether it holds the text back.
    pub(crate) fn is_open(&self) -> bool {
        self.level == Level::High && self.reason.is_none()
    }
}

/// What is marked in some fields, with the reasons that were given for the same words.
pub(crate) fn marked(fields: &[(&'static str, &str)], kept: &[KeptWords]) -> Result<Vec<MarkedWords>, AppError> {
    let mut all = Vec::new();
    for (field, text) in fields {
        let marks = words::check(text, this_year())
            .map_err(|error: WordsError| AppError::invalid("text", &error.to_string()))?;
        all.extend(marks.into_iter().map(|mark| {
            let words = Text::from(text.get(mark.start..mark.end).unwrap_or_default());
            MarkedWords {
                field,
                start: mark.start,
                end: mark.end,
                class: mark.class,
                level: mark.level(),
                advice: mark.advice,
                reason: reason_for(&words, kept),
                words,
            }
        }));
    }
    Ok(all)
}

/// Refuses fields with marks that are open.
pub(super) fn refuse_open(fields: &[(&'static str, &str)], kept: &[KeptWords]) -> Result<(), AppError> {
    let open: Vec<MarkedWords> = marked(fields, kept)?.into_iter().filter(MarkedWords::is_open).collect();
    if open.is_empty() { Ok(()) } else { Err(Unusable::Identifying(open).into()) }
}

/// Refuses a draft with marks that are open, in any of its words.
pub(super) fn refuse_open_in(content: &Content) -> Result<(), AppError> {
    refuse_open(&fields_of(&content.summary), kept_in(content))
}

/// All words of a case, history and examination apart as its author wrote them.
fn fields_of(summary: &Summary) -> Vec<(&'static str, &str)> {
    let (history, examination) = parted(summary.body.as_str());
    let whole = [
        ("title", summary.title.as_str()),
        ("question", summary.question.as_str()),
        ("text", history),
        ("text", examination),
    ];
    let tags = summary.tags.iter().map(|tag| ("tag", tag.as_str()));
    let alts = summary.pictures.iter().map(|picture| ("picture", picture.alt.as_str()));
    whole.into_iter().chain(tags).chain(alts).collect()
}

/// The words that stay in a draft.
pub(crate) fn kept_in(content: &Content) -> &[KeptWords] {
    content.kept.as_deref().unwrap_or_default()
}

fn reason_for(words: &Text, kept: &[KeptWords]) -> Option<KeepReason> {
    kept.iter().find(|kept| kept.words == *words).map(|kept| kept.reason)
}

/// What a reason is called by programs, in forms and on the command line.
pub(crate) const KEEP_REASONS: [(&str, KeepReason); 3] = [
    ("not-identifying", KeepReason::NotIdentifying),
    ("not-the-patient", KeepReason::NotThePatient),
    ("agreed", KeepReason::Agreed),
];

/// A reason by its name.
pub(crate) fn keep_reason(name: &str) -> Option<KeepReason> {
    KEEP_REASONS.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}

/// The year in UTC: a year of birth that makes somebody 90 is marked a day early or late at most.
fn this_year() -> u16 {
    let now = i64::try_from(now_ms()).ok().and_then(|now_ms| jiff::Timestamp::from_millisecond(now_ms).ok());
    let year = now.map(|now| now.to_zoned(jiff::tz::TimeZone::UTC).year());
    year.and_then(|year| u16::try_from(year).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_open_until_the_very_words_have_a_reason() {
        let fields = [("title", "Rash"), ("text", "Anna Smith, seen again. Anna Smith is well.")];
        let open = |kept: &[KeptWords]| marked(&fields, kept).unwrap().iter().filter(|mark| mark.is_open()).count();
        let kept = |words: &str| [KeptWords { words: Text::from(words), reason: KeepReason::Agreed }];
        assert_eq!((open(&[]), open(&kept("Anna")), open(&kept("Anna Smith"))), (2, 2, 0));
    }

    #[test]
    fn the_refusal_names_field_words_and_what_to_write() {
        let refused = refuse_open(&[("title", "Rash of Anna Smith")], &[]).unwrap_err().to_string();
        assert_eq!(
            refused,
            "these words could show who the patient is; change them, or say why each stays: title: \"Anna Smith\" (write \"the patient\")"
        );
        refuse_open(&[("title", "Rash after a walk in the woods")], &[]).unwrap();
    }

    #[test]
    fn every_reason_has_one_name() {
        for (name, reason) in KEEP_REASONS {
            assert_eq!(keep_reason(name), Some(reason));
        }
        assert_eq!(keep_reason("because"), None);
    }
}
