//! Changes of several tables that happen together.

use std::collections::BTreeMap;

use super::{KEY_BYTES_MAX, Key, ROW_BYTES_MAX, Row, Table, TableError};

/// What one record of the journal, or a few, does to the tables. A later change of a key replaces an earlier one.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(super) changes: BTreeMap<&'static str, Changes>,
}

/// Per key the new row, or nothing where it goes.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

impl Batch {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the row of a key.
    ///
    /// # Errors
    /// [`TableError::RowTooLarge`] or [`TableError::KeyTooLarge`]; the batch is as before.
    pub fn put<K: Key, V: Row>(&mut self, table: Table<K, V>, key: &K, row: &V) -> Result<(), TableError> {
        let row = row.to_bytes();
        if row.len() > ROW_BYTES_MAX {
            return Err(TableError::RowTooLarge { table: table.name(), bytes: row.len() });
        }
        self.change(table, key, Some(row))
    }

    /// Removes the row of a key, if there is one.
    ///
    /// # Errors
    /// [`TableError::KeyTooLarge`]; the batch is as before.
    pub fn remove<K: Key, V: Row>(&mut self, table: Table<K, V>, key: &K) -> Result<(), TableError> {
        self.change(table, key, None)
    }

    fn change<K: Key, V>(&mut self, table: Table<K, V>, key: &K, row: Option<Vec<u8>>) -> Result<(), TableError> {
        let key = key.to_bytes();
        if key.len() > KEY_BYTES_MAX {
            return Err(TableError::KeyTooLarge { table: table.name(), bytes: key.len() });
        }
        self.changes.entry(table.name()).or_default().insert(key, row);
        Ok(())
    }
}
