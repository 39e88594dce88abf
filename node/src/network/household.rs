//! Cases for the own house: their statements stand in the house journal, where no peer can name them, and are read here as
//! if they stood in a feed.

use house::HouseEntry;
use protocol::{EntryId, InstitutionId, Kind, Payload, StatementId, hash};
use store::{Position, Secret};

use super::{
    rows::HOUSE,
    shelf::{Shelf, ShelfError},
};

/// The name of a statement for the own house, beside the ids of entries.
pub(crate) fn entry_id(me: &InstitutionId, statement: &StatementId) -> EntryId {
    EntryId(hash("house statement", &[&me.0, &statement.0]))
}

impl Shelf {
    /// The statement for the own house that goes by the name of an entry, unless it is the case itself.
    pub(crate) fn house_statement(&self, id: &EntryId) -> Result<Option<StatementId>, ShelfError> {
        let Some(position) = self.tables.get(HOUSE, id)? else { return Ok(None) };
        let read = self.desk.journal().read(Position::from_u64(position))?;
        let Secret::Held(secret) = read.secret else { return Ok(None) };
        Ok(match HouseEntry::decode(read.kind, &read.clear, Some(&secret))? {
            Some(HouseEntry::HouseStated(stated, _)) => {
                Some(stated.statement).filter(|_| !matches!(stated.kind, Kind::Case | Kind::CaseRevision))
            }
            _ => None,
        })
    }

    /// A statement for the own house, if its words were not destroyed.
    pub(crate) fn house_payload(&self, id: &EntryId) -> Result<Option<Payload>, ShelfError> {
        let Some(position) = self.tables.get(HOUSE, id)? else { return Ok(None) };
        let read = self.desk.journal().read(Position::from_u64(position))?;
        let Secret::Held(secret) = read.secret else { return Ok(None) };
        Ok(match HouseEntry::decode(read.kind, &read.clear, Some(&secret))? {
            Some(HouseEntry::HouseStated(stated, said)) => Some(Payload::Statement(stated.kind, said.statement)),
            _ => None,
        })
    }
}
