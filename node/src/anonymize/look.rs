//! One picture in the hands of the workers: looked at, covered wherever anything was found, sure or not, and looked at again
//! as it was written. Of a DICOM object all frames go this way, and the sheet shows each of them in each window.

use std::collections::BTreeSet;

use anonymizer::{
    Cover, Doubt, Finding, Limits, Looked, Notice, Opened, Removed, Series, Unsigned, View,
    dicom::{Secret, Written, is_object},
    in_small,
};

use super::original::NotTaken;
use crate::worker::{Pool, PoolError};

/// How often what was written is looked at, and what is found in it covered.
const LOOKS_MAX: u32 = 3;

/// Frames of an object, times its windows, on a sheet. Nobody looks at more, and each is twice there.
const VIEWS_MAX: usize = 64;

/// A picture as it would be written, and all that a person must be told of it.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) unsigned: Unsigned,
    pub(super) views: Vec<Beside>,
    /// Each of them is covered.
    pub(super) findings: Vec<Finding>,
    pub(super) doubts: BTreeSet<Doubt>,
    /// A finder broke off, so that nobody has seen all of it.
    pub(super) has_unsearched: bool,
    pub(super) removed: BTreeSet<Removed>,
    pub(super) notices: BTreeSet<Notice>,
    /// Px along and down.
    pub(super) size: (u32, u32),
}

/// A view of a picture in small, before and after, as JPEG.
#[derive(Debug)]
pub(super) struct Beside {
    pub(super) view: View,
    /// What the window is called; none where there is one view.
    pub(super) window: Option<String>,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
}

/// Has a picture looked at and covered. Of an object the secret moves dates and makes pseudonyms.
pub(super) async fn propose(pool: &Pool, file: Vec<u8>, secret: &Secret) -> Result<Proposal, NotTaken> {
    let seen = |Opened { pixels, notices, series, .. }| (series, notices, (pixels.width(), pixels.height()));
    let (series, notices, size) = pool.decode(file.clone(), View::FIRST, seen).await?;
    let count = (series.frames as usize).saturating_mul(series.windows.len().max(1));
    if count > VIEWS_MAX {
        return Err(NotTaken::TooManyViews { views: count, views_max: VIEWS_MAX });
    }
    let looked = look(pool, file.clone(), series.frames).await?;
    let mut findings = looked.sight().findings.clone();
    let doubts = looked.sight().doubts.clone();
    let mut has_unsearched = has_unsearched(&looked);
    let mut still_there = 0;
    for _ in 0..LOOKS_MAX {
        let covers = findings.iter().map(Finding::proposed_cover).collect();
        let (unsigned, removed) = cover(pool, file.clone(), covers, secret).await?;
        let again = look(pool, unsigned.file().to_vec(), series.frames).await?;
        has_unsearched |= self::has_unsearched(&again);
        let more = unsigned.still_there(&again).map_err(NotTaken::Release)?;
        if more.is_empty() {
            let views = beside(pool, (&file, unsigned.file()), &series).await?;
            return Ok(Proposal { unsigned, views, findings, doubts, has_unsearched, removed, notices, size });
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
    secret: &Secret,
) -> Result<(Unsigned, BTreeSet<Removed>), NotTaken> {
    if is_object(&file) {
        let under = covers.clone();
        let make = move |written: Written| {
            let removed = written.opened.removed.clone();
            Unsigned::object(written, &under, &Limits::NETWORK).map(|unsigned| (unsigned, removed))
        };
        return pool.write(file, secret.clone(), covers, make).await?.map_err(NotTaken::Release);
    }
    let make = move |opened: Opened| {
        let removed = opened.removed.clone();
        Unsigned::cover(opened, &covers, &Limits::NETWORK).map(|unsigned| (unsigned, removed))
    };
    pool.decode(file, View::FIRST, make).await?.map_err(NotTaken::Release)
}

/// All views of a picture, before and after.
async fn beside(pool: &Pool, (before, after): (&[u8], &[u8]), series: &Series) -> Result<Vec<Beside>, NotTaken> {
    let small = async |file: &[u8], view: View| {
        let small = pool.decode(file.to_vec(), view, |opened| in_small(&opened.pixels)).await?;
        small.map_err(NotTaken::Release)
    };
    let mut all = Vec::new();
    for view in views(series) {
        let (before, after) = (small(before, view).await?, small(after, view).await?);
        let window = (*series != Series::ONE).then(|| series.windows.get(view.window as usize).cloned());
        all.push(Beside { view, window: window.map(Option::unwrap_or_default), before, after });
    }
    Ok(all)
}

/// Every frame in every window.
fn views(series: &Series) -> impl Iterator<Item = View> {
    let windows = series.windows.len().max(1) as u32;
    (0..series.frames).flat_map(move |frame| (0..windows).map(move |window| View { frame, window }))
}

async fn look(pool: &Pool, file: Vec<u8>, frames: u32) -> Result<Looked, NotTaken> {
    let turn = pool.turn(pool.line_up()?).await?;
    Ok(pool.look(turn, file, frames, |_| ()).await?)
}

fn has_unsearched(looked: &Looked) -> bool {
    looked.sight().searched.iter().any(|searched| !searched.search.is_finished())
}

impl From<PoolError> for NotTaken {
    fn from(error: PoolError) -> Self {
        Self::Picture(error)
    }
}
