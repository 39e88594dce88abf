//! Ground for stories about what leaves a house: hospitals whose nodes run, and one more that is only ears.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    founding::{found, make, so_many, wait_until_member},
    house::House,
    member::Member,
    seats::Seats,
};

/// Hospitals of one network, the first of which is called Hospital A, and the member that hears what they tell.
pub(crate) struct Ground {
    pub(crate) houses: Vec<House>,
    pub(crate) ear: Member,
    directory: TempDir,
    _seats: Seats,
}

impl Ground {
    /// Lays it for so many hospitals and the ear.
    pub(crate) fn lay(count: usize) -> Self {
        Self::lay_in(Path::new(""), count, |_| {})
    }

    /// The same with the data of the houses in a directory inside that of the story, and each house prepared first.
    pub(crate) fn lay_in(inside: &Path, count: usize, prepare: impl Fn(&House)) -> Self {
        let members = count + 1;
        let seats = Seats::take(members);
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join(inside);
        fs::create_dir_all(&data).unwrap();
        let mut houses: Vec<House> = (0..members).map(|number| make(number, &data)).collect();
        for house in &houses {
            house.lighten();
            prepare(house);
        }
        found(&houses, directory.path());
        let ears = houses.pop().unwrap();
        houses.iter().for_each(House::serve);
        let ear = Member::of(&ears, &houses.iter().collect::<Vec<_>>());
        houses.iter().for_each(|house| wait_until_member(house, members));
        Self { houses, ear, directory, _seats: seats }
    }

    /// A directory for the papers of the story.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// All hospitals, which are so many.
    pub(crate) fn houses<const COUNT: usize>(&self) -> [&House; COUNT] {
        so_many(&self.houses)
    }
}
