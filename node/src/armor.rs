//! Papers as one line of text that people can mail, paste and print: `consilium-<what>:<base64url>`.

use data_encoding::BASE64URL_NOPAD;
use protocol::{
    certificate::{Certificate, Invitation, SignedCard},
    codec::{Malformed, Wire, decode, encode},
};

/// Characters of a line; a network of 5,000 members fits.
const CHARS_MAX: usize = 16 * 1024 * 1024;

/// Something that travels as a line of text.
pub(crate) trait Armored: Wire {
    /// What stands before the colon.
    const PREFIX: &'static str;
}

impl Armored for SignedCard {
    const PREFIX: &'static str = "consilium-card";
}

impl Armored for Certificate {
    const PREFIX: &'static str = "consilium-certificate";
}

/// A charter with the votes for it, or an invitation: both are papers and addresses.
impl Armored for Invitation {
    const PREFIX: &'static str = "consilium-network";
}

/// Text that is not such a line. The person who pasted it is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArmorError {
    #[error("this is not a line that begins with {expected}:")]
    Prefix { expected: &'static str },
    #[error("the line is damaged: it was cut off, or characters were changed")]
    Damaged,
    #[error("the line has {found} characters; the limit is {CHARS_MAX}")]
    TooLong { found: usize },
    #[error("the line does not hold what it says")]
    Malformed(#[from] Malformed),
}

/// The line of a paper.
pub(crate) fn to_line<T: Armored>(paper: &T) -> String {
    format!("{}:{}", T::PREFIX, BASE64URL_NOPAD.encode(&encode(paper)))
}

/// The paper of a line; white space is nothing.
///
/// # Errors
/// [`ArmorError`].
pub(crate) fn from_line<T: Armored>(line: &str) -> Result<T, ArmorError> {
    if line.len() > CHARS_MAX {
        return Err(ArmorError::TooLong { found: line.len() });
    }
    let line: String = line.split_whitespace().collect();
    let (prefix, text) = line.split_once(':').ok_or(ArmorError::Prefix { expected: T::PREFIX })?;
    if prefix != T::PREFIX {
        return Err(ArmorError::Prefix { expected: T::PREFIX });
    }
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| ArmorError::Damaged)?;
    Ok(decode(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_read_back_from_its_line() {
        let paper = Invitation { charters: vec![], certificates: vec![], nodes: vec![] };
        let line = to_line(&paper);
        assert_eq!(from_line(&line), Ok(paper));
        let (start, end) = line.split_at(20);
        assert!(from_line::<Invitation>(&format!(" {start}\n{end}\n")).is_ok(), "mail programs wrap lines");
        assert!(matches!(from_line::<SignedCard>(&line), Err(ArmorError::Prefix { .. })));
        assert!(from_line::<Invitation>(&line[..line.len() - 1]).is_err());
    }
}
