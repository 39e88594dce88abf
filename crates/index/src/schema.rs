//! The fields of the index. One document is a case or a comment; both name their case.
//!
//! Nothing that somebody wrote is stored: `own`, an id, is the only stored field. Audience, tags and codes stand with the case
//! alone, so that a revision changes one document however many comments there are. How often a term comes and how long a field
//! is counts in words only; the other fields keep neither.

use protocol::{CaseId, EntryId, hash, payload::content::Status};
use tantivy::{
    TantivyDocument, Term,
    schema::{BytesOptions, FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{PreTokenizedString, RAW_TOKENIZER_NAME},
};

use crate::{
    document::{Audience, CaseDocument, CommentDocument, Viewer},
    query::folded,
    words::tokens,
};

/// Columns that are read for each hit, by name.
pub(crate) const KEY_HIGH: &str = "key_high";
pub(crate) const KEY_LOW: &str = "key_low";
pub(crate) const TIME: &str = "time";
pub(crate) const STATUS: &str = "status";
pub(crate) const SPECIALTY: &str = "specialty";
pub(crate) const INSTITUTION: &str = "institution";

/// Enough of a hash.
const KEY_BYTES: usize = 16;

/// Who may find a case, as a term.
const PUBLIC: &str = "public";
const NETWORK: &str = "network";
const HOUSE: &str = "house";

/// What a case has, as a term.
pub(crate) const OUTCOME: &str = "outcome";
pub(crate) const PICTURES: &str = "pictures";

/// The fields, as numbers of the schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// What is returned of a document: the 16 bytes of a case's number, the 32 of a comment's id.
    pub(crate) own: Field,
    /// By what a document is replaced: the key of a case, the beginning of a comment's id.
    id: Field,
    /// The key of the case that a comment hangs on.
    case: Field,
    /// Title, question, tags and their synonyms.
    pub(crate) head: Field,
    /// Body of a case, or a comment.
    pub(crate) text: Field,
    pub(crate) audience: Field,
    pub(crate) tag: Field,
    pub(crate) has: Field,
    pub(crate) status: Field,
    pub(crate) specialty: Field,
    pub(crate) institution: Field,
    time: Field,
    key_high: Field,
    key_low: Field,
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let words = TextOptions::default().set_indexing_options(words);
    let name = TextFieldIndexing::default().set_tokenizer(RAW_TOKENIZER_NAME).set_fieldnorms(false);
    let name = TextOptions::default().set_indexing_options(name.set_index_option(IndexRecordOption::Basic));
    let code = NumericOptions::default().set_indexed().set_fast();
    let key = BytesOptions::default().set_indexed();
    let fields = Fields {
        own: schema.add_bytes_field("own", BytesOptions::default().set_stored()),
        id: schema.add_bytes_field("id", key.clone()),
        case: schema.add_bytes_field("case", key),
        head: schema.add_text_field("head", words.clone()),
        text: schema.add_text_field("text", words),
        audience: schema.add_text_field("audience", name.clone()),
        tag: schema.add_text_field("tag", name.clone()),
        has: schema.add_text_field("has", name.clone()),
        status: schema.add_u64_field(STATUS, code.clone()),
        specialty: schema.add_u64_field(SPECIALTY, code),
        institution: schema.add_text_field(INSTITUTION, name.set_fast(RAW_TOKENIZER_NAME)),
        time: schema.add_u64_field(TIME, FAST),
        key_high: schema.add_u64_field(KEY_HIGH, FAST),
        key_low: schema.add_u64_field(KEY_LOW, FAST),
    };
    (schema.build(), fields)
}

impl Fields {
    /// A case as a document.
    pub(crate) fn case(&self, case: &CaseDocument) -> TantivyDocument {
        let mut document = self.bare(&case.case);
        document.add_bytes(self.own, case.case.number.as_bytes());
        document.add_bytes(self.id, &key(&case.case));
        for text in [&case.title, &case.question].into_iter().chain(&case.tags).chain(&case.synonyms) {
            document.add_pre_tokenized_text(self.head, pre_tokenized(text));
        }
        document.add_pre_tokenized_text(self.text, pre_tokenized(&case.body));
        for tag in &case.tags {
            document.add_text(self.tag, folded(tag));
        }
        for reader in readers(&case.audience, &case.case) {
            document.add_text(self.audience, reader);
        }
        for (name, has) in [(OUTCOME, case.has_outcome), (PICTURES, case.pictures > 0)] {
            if has {
                document.add_text(self.has, name);
            }
        }
        document.add_u64(self.status, code(case.status));
        document.add_u64(self.specialty, specialty_code(case.specialty));
        document.add_text(self.institution, case.case.institution.to_string());
        document.add_u64(self.time, case.time_ms);
        document
    }

    /// A comment as a document.
    pub(crate) fn comment(&self, comment: &CommentDocument) -> TantivyDocument {
        let mut document = self.bare(&comment.case);
        document.add_bytes(self.own, comment.comment.as_bytes());
        document.add_bytes(self.id, beginning(&comment.comment));
        document.add_bytes(self.case, &key(&comment.case));
        document.add_pre_tokenized_text(self.text, pre_tokenized(&comment.text));
        document
    }

    /// The document of a case itself.
    pub(crate) fn own_case(&self, case: &CaseId) -> Term {
        Term::from_field_bytes(self.id, &key(case))
    }

    /// The document of a comment.
    pub(crate) fn own_comment(&self, comment: &EntryId) -> Term {
        Term::from_field_bytes(self.id, beginning(comment))
    }

    /// The comments of a case.
    pub(crate) fn comments_of(&self, case: &CaseId) -> Term {
        Term::from_field_bytes(self.case, &key(case))
    }

    /// What stands as audience with the cases that a viewer may find; one is enough.
    pub(crate) fn audience_of(&self, viewer: Viewer) -> Vec<Term> {
        let mut readers = vec![PUBLIC.to_owned()];
        match viewer {
            Viewer::Unattested => {}
            Viewer::Attested(institution) => readers.extend([NETWORK.into(), institution.to_string()]),
            Viewer::OfThisHouse(institution) => {
                readers.extend([NETWORK.into(), institution.to_string(), HOUSE.into()]);
            }
        }
        readers.iter().map(|reader| Term::from_field_text(self.audience, reader)).collect()
    }

    /// The key alone.
    fn bare(&self, case: &CaseId) -> TantivyDocument {
        let key = u128::from_be_bytes(key(case));
        let mut document = TantivyDocument::new();
        #[expect(clippy::cast_possible_truncation, reason = "the other half stands beside it")]
        let (high, low) = ((key >> 64) as u64, key as u64);
        document.add_u64(self.key_high, high);
        document.add_u64(self.key_low, low);
        document
    }
}

/// The key of a case: a hash, so that nobody can make an id whose key is that of another's case.
fn key(case: &CaseId) -> [u8; KEY_BYTES] {
    let digest = hash("index case", &[&case_bytes(case)]);
    std::array::from_fn(|at| digest[at])
}

/// As much of a comment's id as tells it from every other: an id is a hash.
fn beginning(comment: &EntryId) -> &[u8] {
    &comment.as_bytes()[..KEY_BYTES]
}

/// A status as it stands in its column.
pub(crate) fn code(status: Status) -> u64 {
    status.code().into()
}

/// A specialty as it stands in its column: every case has one there, and zero stands for none.
pub(crate) fn specialty_code(specialty: Option<u32>) -> u64 {
    specialty.map_or(0, |number| u64::from(number) + 1)
}

/// The specialty that a column tells.
pub(crate) fn specialty_of(code: u64) -> Option<u32> {
    code.checked_sub(1).and_then(|number| number.try_into().ok())
}

/// The 48 bytes of a case id: institution, number.
fn case_bytes(case: &CaseId) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[..32].copy_from_slice(case.institution.as_bytes());
    bytes[32..].copy_from_slice(case.number.as_bytes());
    bytes
}

fn readers(audience: &Audience, case: &CaseId) -> Vec<String> {
    match audience {
        Audience::Public => vec![PUBLIC.into()],
        Audience::Network => vec![NETWORK.into()],
        Audience::House => vec![HOUSE.into()],
        Audience::Institutions(named) => named.iter().chain([&case.institution]).map(ToString::to_string).collect(),
    }
}

/// The text itself is left out: it would be stored if the field ever were.
fn pre_tokenized(text: &str) -> PreTokenizedString {
    PreTokenizedString { text: String::new(), tokens: tokens(text) }
}
