//! The fields of the index. One document is a case or a comment; both name their case.
//!
//! Nothing that somebody wrote is stored: `own`, an id, is the only stored field. Audience, tags and codes stand with the case
//! alone, so that a revision changes one document however many comments there are.

use protocol::{CaseId, EntryId, hash, payload::content::Status};
use tantivy::{
    TantivyDocument, Term,
    schema::{BytesOptions, FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
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
    /// The id of the document itself: 48 bytes of a case, 32 of a comment.
    pub(crate) own: Field,
    /// The case that the document belongs to.
    pub(crate) case: Field,
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
    let words = TextOptions::default()
        .set_indexing_options(TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqsAndPositions));
    let fields = Fields {
        own: schema.add_bytes_field("own", BytesOptions::default().set_indexed().set_stored()),
        case: schema.add_bytes_field("case", INDEXED),
        head: schema.add_text_field("head", words.clone()),
        text: schema.add_text_field("text", words),
        audience: schema.add_text_field("audience", STRING),
        tag: schema.add_text_field("tag", STRING),
        has: schema.add_text_field("has", STRING),
        status: schema.add_u64_field(STATUS, INDEXED | FAST),
        specialty: schema.add_u64_field(SPECIALTY, INDEXED | FAST),
        institution: schema.add_text_field(INSTITUTION, STRING.set_fast(RAW_TOKENIZER_NAME)),
        time: schema.add_u64_field(TIME, FAST),
        key_high: schema.add_u64_field(KEY_HIGH, FAST),
        key_low: schema.add_u64_field(KEY_LOW, FAST),
    };
    (schema.build(), fields)
}

impl Fields {
    /// A case as a document.
    pub(crate) fn case(&self, case: &CaseDocument) -> TantivyDocument {
        let mut document = self.bare(&case_bytes(&case.case), &case.case);
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
        if let Some(number) = case.specialty {
            document.add_u64(self.specialty, number.into());
        }
        document.add_text(self.institution, case.case.institution.to_string());
        document.add_u64(self.time, case.time_ms);
        document
    }

    /// A comment as a document.
    pub(crate) fn comment(&self, comment: &CommentDocument) -> TantivyDocument {
        let mut document = self.bare(comment.comment.as_bytes(), &comment.case);
        document.add_pre_tokenized_text(self.text, pre_tokenized(&comment.text));
        document
    }

    /// The document of a case itself.
    pub(crate) fn own_case(&self, case: &CaseId) -> Term {
        Term::from_field_bytes(self.own, &case_bytes(case))
    }

    /// The document of a comment.
    pub(crate) fn own_comment(&self, comment: &EntryId) -> Term {
        Term::from_field_bytes(self.own, comment.as_bytes())
    }

    /// All documents of a case.
    pub(crate) fn all_of(&self, case: &CaseId) -> Term {
        Term::from_field_bytes(self.case, &case_bytes(case))
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

    /// Ids and key. The key is a hash, so that nobody can make an id whose key is that of another's case.
    fn bare(&self, own: &[u8], case: &CaseId) -> TantivyDocument {
        let digest = hash("index case", &[&case_bytes(case)]);
        let part = |at: usize| digest[at..at + 8].iter().fold(0, |key, byte| key << 8 | u64::from(*byte));
        let mut document = TantivyDocument::new();
        document.add_bytes(self.own, own);
        document.add_bytes(self.case, &case_bytes(case));
        document.add_u64(self.key_high, part(0));
        document.add_u64(self.key_low, part(8));
        document
    }
}

/// A status as it stands in its column.
pub(crate) fn code(status: Status) -> u64 {
    status.code().into()
}

/// The 48 bytes of a case id: institution, number.
pub(crate) fn case_bytes(case: &CaseId) -> [u8; 48] {
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
