//! What is known of an entry by its id, and of a statement by what its author signed.

use protocol::{CaseId, ClinicianId, EntryId, InstitutionId, Kind, StatementId, hash, wire};

use crate::{key::keys, record::Origin, row::rows};

wire! {
    /// An entry. The row outlives the payload, as the header does, and then says nothing of who spoke or of what.
    pub struct EntryRow {
        /// The feed it stands in.
        1 => feed: InstitutionId,
        /// The feed's epoch.
        2 => epoch: u32,
        /// The place.
        3 => seq: u64,
        /// The author's clock in milliseconds since 1970.
        4 => time_ms: u64,
        /// Where it came from, as [`Origin::code`].
        5 => origin: u8,
        /// Its payload is withdrawn here, for ever.
        6 => is_erased: bool,
        /// What it says; absent while there is no payload, and after one was erased.
        7 => what: Option<What>,
    }

    /// Where the rows of an entry are found.
    pub struct What {
        /// Its kind, the real one where the header says sealed.
        1 => kind: Kind,
        /// The case it is about.
        2 => case: Option<CaseId>,
        /// Who says it; in a profile, of whom.
        3 => author: Option<ClinicianId>,
        /// The name of the statement.
        4 => statement: Option<[u8; 32]>,
        /// It is kept for its case but says nothing there: a kind of newer software, a word of somebody who has no say in
        /// it, or the repetition of a statement.
        5 => is_kept_only: bool,
        /// In a comment's revision: the name of the comment's statement.
        6 => revises: Option<[u8; 32]>,
    }

    /// One entry that carries a statement.
    pub struct StatementRow {
        /// The entry is erased, and with it every repetition.
        1 => is_erased: bool,
    }
}

keys! {
    /// A statement's name, then the entries that carry it in the order of their feed: the first is the one that counts.
    pub struct StatementKey {
        /// From [`StatementOf::name`].
        statement: [u8; 32],
        /// The feed's epoch.
        epoch: u32,
        /// The place.
        seq: u64,
        /// The entry.
        entry: EntryId,
    }
}

rows! {
    EntryRow: Entry by EntryId;
    StatementRow: Statement by StatementKey;
}

impl EntryRow {
    /// Where it came from.
    pub const fn origin(&self) -> Origin {
        Origin::from_code(self.origin)
    }
}

/// All that an author's signature binds but the body.
#[derive(Clone, Copy, Debug)]
pub struct StatementOf {
    /// Whether it stands in the shared feed, not in the house journal.
    pub is_shared: bool,
    /// The feed.
    pub feed: InstitutionId,
    /// The kind.
    pub kind: Kind,
    /// The case.
    pub case: CaseId,
    /// Who.
    pub author: ClinicianId,
    /// Their 16 random bytes.
    pub id: StatementId,
}

impl StatementOf {
    /// A name that tells nobody who spoke: it stays when the statement is erased.
    pub fn name(&self) -> [u8; 32] {
        let Self { is_shared, feed, kind, case, author, id } = self;
        let parts: [&[u8]; 7] = [
            &[u8::from(*is_shared)],
            &feed.0,
            &kind.code().to_be_bytes(),
            &case.institution.0,
            &case.number.0,
            &author.0,
            &id.0,
        ];
        hash("casebook statement", &parts)
    }
}
