//! Entries folded into cases, threads, stars and erasures.
//!
//! The question this crate answers: *given what institutions said, in whatever order it arrived, what cases, threads, stars,
//! outcomes and erasures are there, and who may read them?* Two nodes that were told the same entries hold the same rows: the
//! order inside a feed decides, the order of arrival between feeds does not.
//!
//! [`Casebook::fold`] takes one entry and the rows there are, and returns changes of rows and effects for the driver; the
//! functions that read take rows too. [`Rows`] is implemented over tables on disk by the node, and by [`Memory`]. Rows hold
//! ids, numbers, flags and times: what a person wrote stays in the payload, which can be erased. No IO, no clock.
//! Who is attested is for `trust` to say and comes in as a `Standing`; text is for the driver to read and `index` to find.

mod access;
mod digest;
mod effect;
mod erase;
mod fold;
mod hanging;
mod hear;
mod history;
mod key;
mod memory;
mod narrow;
mod overlay;
mod page;
mod place;
mod profile;
mod receipt;
mod record;
pub mod row;
mod rows;
mod settle;
mod sheet;
mod stand;
mod standing;
mod tally;
mod thread;
mod withdraw;

pub use access::{Access, Reader, WhyNot, named_audience};
pub use digest::thread_digest;
pub use effect::{Answer, Effect, Erasure, Folded, Pictures, WhyKept};
pub use fold::Casebook;
pub use hanging::{entries_with, shared_entries};
pub use history::{case_row, entry_row, outcomes_of, stars_by, versions_of};
pub use key::{Key, Newest};
pub use memory::Memory;
pub use overlay::Overlay;
pub use page::{Cursor, Filter, Listed, Page, cases_behind, count, institutions};
pub use profile::{profile_of, profiles_of};
pub use receipt::{owed_receipts, receipts_of};
pub use record::{Origin, Record, Said};
pub use rows::{Change, Rows, Span, Visitor};
pub use stand::pending_in;
pub use thread::{Revised, ThreadItem, ThreadWhat, thread};

#[cfg(test)]
mod tests;
