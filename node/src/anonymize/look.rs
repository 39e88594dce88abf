//! One picture in the hands of the workers: looked at, covered wherever anything was found, sure or not, and looked at again
//! as it was written.

use std::collections::BTreeSet;

use anonymizer::{Cover, Doubt, Finding, Limits, Looked, Opened, Removed, Search, Unsigned, View};

use super::original::NotTaken;
use crate::worker::{Pool, PoolError};

/// How often what was written is looked at, and what is found in it covered.
const LOOKS_MAX: u32 = 3;

/// A picture as it would be written, and all that a person must be told of it.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) unsigned: Unsigned,
    /// Each of them is covered.
    pub(super) findings: Vec<Finding>,
    pub(super) doubts: BTreeSet<Doubt>,
    /// A finder broke off, so that nobody has seen all of it.
    pub(super) has_unsearched: bool,
    pub(super) removed: BTreeSet<Removed>,
}

/// Has a picture looked at and covered.
pub(super) async fn propose(pool: &Pool, file: Vec<u8>) -> Result<Proposal, NotTaken> {
    let looked = look(pool, file.clone()).await?;
    let mut findings = looked.sight().findings.clone();
    let doubts = looked.sight().doubts.clone();
    let mut has_unsearched = has_unsearched(&looked);
    let mut still_there = 0;
    for _ in 0..LOOKS_MAX {
        let covers = findings.iter().map(Finding::proposed_cover).collect();
        let (unsigned, removed) = cover(pool, file.clone(), covers).await?;
        let again = look(pool, unsigned.file().to_vec()).await?;
        has_unsearched |= self::has_unsearched(&again);
        let more = unsigned.still_there(&again).map_err(NotTaken::Release)?;
        if more.is_empty() {
            return Ok(Proposal { unsigned, findings, doubts, has_unsearched, removed });
        }
        still_there = more.len();
        findings.extend(more);
    }
    Err(NotTaken::StillThere(still_there))
}

/// Has a picture decoded and covers burned in.
pub(super) async fn cover(
    pool: &Pool,
    file: Vec<u8>,
    covers: Vec<Cover>,
) -> Result<(Unsigned, BTreeSet<Removed>), NotTaken> {
    let make = move |opened: Opened| {
        let removed = opened.removed.clone();
        Unsigned::cover(opened, &covers, &Limits::NETWORK).map(|unsigned| (unsigned, removed))
    };
    pool.decode(file, View::FIRST, make).await?.map_err(NotTaken::Release)
}

async fn look(pool: &Pool, file: Vec<u8>) -> Result<Looked, NotTaken> {
    let turn = pool.turn(pool.line_up()?).await?;
    Ok(pool.look(turn, file, 1, |_| ()).await?)
}

fn has_unsearched(looked: &Looked) -> bool {
    looked.sight().searched.iter().any(|searched| searched.search == Search::NotSearched)
}

impl From<PoolError> for NotTaken {
    fn from(error: PoolError) -> Self {
        Self::Picture(error)
    }
}
