//! A network of a story: its hospitals exchange cards, sign one charter, join and find each other.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{house::House, seats::Seats, waiting::wait_until};

/// A network and its hospitals, the first of which is called Hospital A.
pub(crate) struct Network {
    houses: Vec<House>,
    directory: TempDir,
    _seats: Seats,
}

impl Network {
    /// Founds a network of some hospitals.
    pub(crate) fn of(count: usize) -> Self {
        Self::with(count, count, |_| {})
    }

    /// Founds a network of houses that were prepared in their own way, with seats for some that come later.
    pub(crate) fn with(count: usize, seats: usize, prepare: impl Fn(&House)) -> Self {
        let seats = Seats::take(seats);
        let directory = tempfile::tempdir().unwrap();
        let houses: Vec<House> = (0..count).map(|number| make(number, directory.path())).collect();
        houses.iter().for_each(prepare);
        let network = Self { houses, directory, _seats: seats };
        found(&network.houses, network.directory());
        network.houses.iter().for_each(House::serve);
        network.wait_until_connected();
        network
    }

    /// All houses of a network of so many.
    pub(crate) fn houses<const COUNT: usize>(&self) -> [&House; COUNT] {
        so_many(&self.houses)
    }

    /// Another hospital, not yet a member.
    pub(crate) fn newcomer(&self) -> House {
        make(self.houses.len(), self.directory())
    }

    /// A directory for the papers of the story.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Waits until every house may write and is connected to all others.
    pub(crate) fn wait_until_connected(&self) {
        for house in &self.houses {
            wait_until_member(house, self.houses.len());
        }
    }

    /// Waits until every house holds as many entries of each other as that one has.
    pub(crate) fn wait_until_all_hold_all(&self) {
        let houses: Vec<&House> = self.houses.iter().collect();
        wait_until_all_hold_all(&houses);
    }
}

/// Waits until a house may write, has sent everything and is connected to all others of so many.
pub(crate) fn wait_until_member(house: &House, members: usize) {
    wait_until(&format!("{} is ready and connected", house.name()), || {
        house.is_ready() && house.status()["connected"] == members - 1
    });
}

/// Waits until houses hold as many entries of each other as each has.
pub(crate) fn wait_until_all_hold_all(houses: &[&House]) {
    for author in houses {
        for reader in houses.iter().filter(|reader| reader.name() != author.name()) {
            wait_until(&format!("{} holds all of {}", reader.name(), author.name()), || {
                let (status, peers) = (author.status(), reader.peers());
                peers.iter().any(|peer| peer["feed"] == status["feed"] && peer["entries"] == status["entries"])
            });
        }
    }
}

/// Founds a network of houses whose nodes do not run.
pub(crate) fn found(houses: &[House], papers: &Path) {
    let write = |name: &str, text: &serde_json::Value| {
        let path = papers.join(name);
        fs::write(&path, text.as_str().unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut draft = ["charter", "draft", "--name", "Network of a story"].map(str::to_owned).to_vec();
    for (number, house) in houses.iter().enumerate() {
        let card = write(&format!("card-{number}"), &house.ask(&["card"])["card"]);
        draft.extend(["--card".to_owned(), card]);
    }
    let draft: Vec<&str> = draft.iter().map(String::as_str).collect();
    let mut charter = write("charter", &houses[0].ask(&draft)["charter"]);
    for house in houses {
        charter = write("charter", &house.ask(&["charter", "sign", &charter])["charter"]);
    }
    for house in houses {
        house.ask(&["join", &charter]);
    }
}

/// Houses of which there are so many.
pub(crate) fn so_many<const COUNT: usize>(houses: &[House]) -> [&House; COUNT] {
    let houses: Vec<&House> = houses.iter().collect();
    houses.try_into().unwrap_or_else(|houses: Vec<_>| panic!("there are {} houses", houses.len()))
}

/// Makes a hospital, called by the letter of its number, in a directory below one.
pub(crate) fn make(number: usize, directory: &Path) -> House {
    let letter = char::from(b'A' + u8::try_from(number).unwrap());
    House::make(&format!("Hospital {letter}"), &directory.join(letter.to_string()))
}
