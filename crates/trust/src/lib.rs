//! Who is a member, which key speaks, and who may say what.
//!
//! The question this crate answers: *is this said by somebody who may say it here?* Answers come from signed entries and
//! certificates alone, so every node that holds the same ones gives the same answer. No IO, no clock, no randomness.

mod attestations;
mod institution;
mod keys;
mod papers;
mod roster;
#[cfg(test)]
mod samples;

pub use attestations::{Attestations, Attested, Question, Standing, Word};
pub use institution::{Institution, Stop, judged_again_from};
pub use keys::{KeyRefusal, Keys};
pub use papers::{PaperError, Papers};
pub use roster::{Member, Roster, recounted_by};
