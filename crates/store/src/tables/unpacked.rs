//! Blocks that were unpacked lately. Who reads rows next to each other, or asks again and again for rows that are not there, unpacks their block
//! once.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
};

use super::{block::Block, engine::Placed};

/// Each has one place where it may be, and takes it from the one before. With the packed bytes, by which it is told whether a block
/// was written since, they have at most 15 MiB.
const PLACES: usize = 1_024;

pub(super) struct Unpacked {
    hasher: RandomState,
    places: Vec<Mutex<Place>>,
}

/// A block as the engine has it, and unpacked.
type Place = Option<(Placed, Arc<Block>)>;

impl Unpacked {
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), places: (0..PLACES).map(|_| Mutex::default()).collect() }
    }

    /// The rows of a block, or nothing if its bytes are none. A block that was written since is another one.
    pub(super) fn open(&self, placed: Placed) -> Option<Arc<Block>> {
        let place = self.hasher.hash_one(&placed.at) as usize % PLACES;
        // Nothing is done under this lock that may panic.
        let mut place = self.places[place].lock().unwrap_or_else(PoisonError::into_inner);
        match &*place {
            Some((packed, block)) if *packed == placed => Some(block.clone()),
            _ => {
                let block = Arc::new(Block::unpack(placed.packed())?);
                *place = Some((placed, block.clone()));
                Some(block)
            }
        }
    }
}
