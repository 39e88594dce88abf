//! The hospitals of a run: as many as it wants, founded like those of stories.

use std::path::Path;

use tempfile::TempDir;

use crate::{
    founding::{found, wait_until_member},
    house::House,
};

/// Hospitals that are connected, and the directory that holds them.
pub(crate) struct Hospitals {
    houses: Vec<House>,
    directory: TempDir,
}

impl Hospitals {
    /// Founds a network of houses that were prepared, and starts their nodes.
    pub(crate) fn found(count: usize, prepare: impl Fn(&House)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let make =
            |number: usize| House::make(&format!("Hospital {number}"), &directory.path().join(number.to_string()));
        let houses: Vec<House> = (1..=count).map(make).collect();
        houses.iter().for_each(prepare);
        found(&houses, directory.path());
        houses.iter().for_each(House::serve);
        houses.iter().for_each(|house| wait_until_member(house, count));
        Self { houses, directory }
    }

    /// All of them.
    pub(crate) fn houses(&self) -> &[House] {
        &self.houses
    }

    /// A directory for the papers of the run.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }
}
