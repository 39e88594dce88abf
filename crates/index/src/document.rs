//! What is put into the index, and who may find it.

use protocol::{CaseId, EntryId, InstitutionId, payload::content::Status};

/// Who may find a case. Each node indexes only what it may hold; this is about the people in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, attested or not.
    Public,
    /// Attested people of every institution.
    Network,
    /// Attested people of these institutions, and of the one that owns the case.
    Institutions(Vec<InstitutionId>),
    /// Accounts of this house that may read its own cases; the case never left it.
    House,
}

/// Who is searching, as the node knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Not attested: finds what is public.
    Unattested,
    /// Attested by an institution: finds what is for the network or for that institution as well.
    Attested(InstitutionId),
    /// Attested, with an account of this house that may read the house's own cases: finds those as well.
    OfThisHouse(InstitutionId),
}

/// The words of one case. It replaces what the index knew of the case; comments stay.
#[derive(Clone, Debug)]
pub struct CaseDocument {
    /// Its id.
    pub case: CaseId,
    /// Its title; counts more than the body.
    pub title: String,
    /// What is asked; counts more than the body.
    pub question: String,
    /// Everything else that was written, outcome and captions included.
    pub body: String,
    /// Its tags, as people read them.
    pub tags: Vec<String>,
    /// Other names of its tags: found as words, never matched by `tag:`.
    pub synonyms: Vec<String>,
    /// MeSH descriptor number of the specialty.
    pub specialty: Option<u32>,
    /// Where it stands.
    pub status: Status,
    /// Whether its outcome is known.
    pub has_outcome: bool,
    /// How many pictures it has.
    pub pictures: usize,
    /// Who may find it.
    pub audience: Audience,
    /// When it was opened, milliseconds since 1970.
    pub time_ms: u64,
}

/// The words of one comment. It is found only together with its case, and by whoever may find that.
#[derive(Clone, Debug)]
pub struct CommentDocument {
    /// The entry that holds it.
    pub comment: EntryId,
    /// The case it hangs on.
    pub case: CaseId,
    /// What it says.
    pub text: String,
}

/// One step of what the index is fed. Each may be repeated; the last one counts.
#[derive(Clone, Debug)]
pub enum Change {
    /// A case is new or was revised.
    Put(Box<CaseDocument>),
    /// A comment is new or was revised.
    PutComment(CommentDocument),
    /// A case is erased, with all its comments.
    Erase(CaseId),
    /// A comment is erased.
    EraseComment(EntryId),
}
