//! Reasons with which programs keep words that were marked.

use house::draft::KeptWords;
use protocol::codec::Text;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::{AppError, keep_reason};

/// Marked words that stay, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// The very words, as `marks` of the refusal names them.
    words: String,
    /// not-identifying, not-the-patient or agreed.
    reason: String,
}

/// The same as the house keeps them.
pub(super) fn kept(reasons: Vec<Kept>) -> Result<Vec<KeptWords>, AppError> {
    let known = |kept: Kept| {
        let reason = keep_reason(&kept.reason);
        let reason =
            reason.ok_or_else(|| AppError::invalid("reasons", "each is not-identifying, not-the-patient or agreed"))?;
        Ok(KeptWords { words: Text::from(kept.words), reason })
    };
    reasons.into_iter().map(known).collect()
}
