//! The index as its users see it: real folders, real searches.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "index/audience.rs"]
mod audience;
#[path = "index/counts.rs"]
mod counts;
#[path = "index/erasure.rs"]
mod erasure;
#[path = "index/keeping.rs"]
mod keeping;
#[path = "index/plain.rs"]
mod plain;
#[path = "index/words.rs"]
mod words;

use index::{Audience, CaseDocument, Change, CommentDocument, Hits, Index, NoNames, Query, State, Viewer};
use protocol::{CaseId, CaseNumber, EntryId, FeedId, InstitutionId, payload::content::Status};
use tempfile::TempDir;

const OURS: InstitutionId = FeedId([1; 32]);
const THEIRS: InstitutionId = FeedId([2; 32]);
const COLLEAGUE: Viewer = Viewer::Attested(OURS);

fn case_id(number: u8) -> CaseId {
    CaseId { institution: OURS, number: CaseNumber([number; 16]) }
}

/// A case for the network that says nothing yet.
fn blank(number: u8) -> CaseDocument {
    CaseDocument {
        case: case_id(number),
        title: String::new(),
        question: String::new(),
        body: String::new(),
        tags: Vec::new(),
        synonyms: Vec::new(),
        specialty: None,
        status: Status::Open,
        has_outcome: false,
        pictures: 0,
        audience: Audience::Network,
        time_ms: 1_000 + u64::from(number),
    }
}

fn titled(number: u8, title: &str) -> CaseDocument {
    CaseDocument { title: title.into(), ..blank(number) }
}

fn comment(number: u8, case: u8, text: &str) -> Change {
    Change::PutComment(CommentDocument { comment: EntryId([number; 32]), case: case_id(case), text: text.into() })
}

fn put(case: CaseDocument) -> Change {
    Change::Put(Box::new(case))
}

/// An index in a folder of its own.
struct Shelf {
    index: Index,
    folder: TempDir,
}

impl Shelf {
    fn of(changes: impl IntoIterator<Item = Change>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (mut index, state) = Index::open(folder.path().join("index")).unwrap();
        assert_eq!(state, State::Fresh);
        index.apply(changes).unwrap();
        index.commit(1).unwrap();
        Self { index, folder }
    }

    fn search(&self, query: &str) -> Hits {
        self.search_as(query, COLLEAGUE)
    }

    fn search_as(&self, query: &str, viewer: Viewer) -> Hits {
        self.index.reader().search(&Query::parse(query, &NoNames), viewer, 100, 0).unwrap()
    }

    /// Numbers of the cases found, best first.
    fn numbers(&self, query: &str) -> Vec<u8> {
        numbers(&self.search(query))
    }
}

fn numbers(hits: &Hits) -> Vec<u8> {
    hits.hits.iter().map(|hit| hit.case.number.0[0]).collect()
}
