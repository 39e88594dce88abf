//! Full-text search over the cases of the network. The question this crate answers: *which cases that this viewer may see
//! speak of these words?*
//!
//! A [`Change`] puts the words of a case or a comment into the [`Index`], or takes them out; a [`Reader`] answers a [`Query`]
//! with ids of cases, ranked. The index is a read model: it says up to where it was fed ([`State`]), and whoever holds the
//! journal feeds the rest. It can be thrown away and built again.
//!
//! Absent on purpose: the texts. The index holds terms and their places, and of each document only its id, so what is shown
//! beside a hit is cut by [`snippet`] from text that the caller unseals. [`Index::purge`] rewrites what erased documents left.
//! This is the only crate that names `tantivy`.

mod document;
mod error;
mod highlight;
mod inventory;
mod open;
mod query;
mod schema;
mod search;
mod words;
mod writer;

pub use document::{Audience, CaseDocument, Change, CommentDocument, Viewer};
pub use error::Error;
pub use highlight::{Piece, snippet};
pub use open::State;
pub use query::{Filters, Names, NoNames, QUERY_CHARS_MAX, Query};
pub use search::{Facets, Hit, Hits, LIMIT_MAX, OFFSET_MAX, Reader};
pub use writer::{Index, Purge};
