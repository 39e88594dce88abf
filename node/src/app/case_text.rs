//! The text of a case holds history and examination one behind the other, so that it reads well where nobody knows the two
//! fields of the form.

const EXAMINATION: &str = "\n\nExamination:\n";

/// Both as one text.
pub(crate) fn joined(history: &str, examination: &str) -> String {
    let (history, examination) = (history.trim(), examination.trim());
    if examination.is_empty() { history.to_owned() } else { format!("{history}{EXAMINATION}{examination}") }
}

/// History and examination of a text.
pub(crate) fn parted(text: &str) -> (&str, &str) {
    text.split_once(EXAMINATION).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_joined_is_parted_again() {
        for (history, examination) in [("Fever.", "Rash."), ("Fever.\n\nCough.", ""), ("", "Rash."), ("", "")] {
            assert_eq!(parted(&joined(history, examination)), (history, examination));
        }
    }

    #[test]
    fn a_text_of_another_hand_is_all_history() {
        assert_eq!(parted("Fever. Examination: rash."), ("Fever. Examination: rash.", ""));
    }
}
