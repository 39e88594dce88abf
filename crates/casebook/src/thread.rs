//! The thread of a case, in one order on every node that holds the same entries.
//!
//! A comment stands behind what it answers and what its author had seen; where that leaves a choice, the earlier claimed time
//! comes first, then the smaller id. References to what is not in the thread order nothing. An erased comment leaves no row
//! that says where it stood; so it shows as a neutral plate exactly where a living comment answers it, which every node sees.

mod order;

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseId, ClinicianId, EntryId, InstitutionId, payload::control::Ground};
use trust::Standing;

use crate::{
    hear::Ears,
    row::{CaseRow, EntryRow, OpenCase, RemarkRow, RevisionKey, RevisionRow, TargetKey, WithdrawalRow},
    rows::{Read, Rows},
};

/// One line of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadItem {
    /// The comment's entry.
    pub entry: EntryId,
    /// The feed it stands in.
    pub feed: InstitutionId,
    /// The author's clock in milliseconds since 1970.
    pub time_ms: u64,
    /// 0, or one more than what it answers.
    pub depth: u32,
    /// The item further up that it answers.
    pub answers: Option<EntryId>,
    /// It answers something that is not in the thread.
    pub is_parent_missing: bool,
    /// What stands there.
    pub what: ThreadWhat,
}

/// What stands in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreadWhat {
    /// A comment.
    Remark {
        /// Who says it.
        author: ClinicianId,
        /// Whether it counts.
        standing: Standing,
        /// It stands in the house journal: nobody outside sees it.
        is_house: bool,
        /// The picture it points at.
        picture: Option<u8>,
        /// The entry whose text holds: the newest verified one; where the comment itself is not verified, the newest.
        current: EntryId,
        /// Its revisions, oldest first.
        revisions: Vec<Revised>,
    },
    /// A comment that was withdrawn and is answered by a living one.
    Withdrawn {
        /// Why.
        ground: Ground,
        /// When, by the clock of its institution.
        withdrawn_ms: u64,
    },
}

/// A revision of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revised {
    /// The entry with the text.
    pub entry: EntryId,
    /// Whether it counts.
    pub standing: Standing,
    /// The author's clock in milliseconds since 1970.
    pub time_ms: u64,
}

/// The thread of a case as this house sees it; empty if the case is not here or withdrawn.
///
/// # Errors
/// If a table cannot be read.
pub fn thread<R: Rows>(case: CaseId, rows: &R) -> Result<Vec<ThreadItem>, R::Error> {
    ordered(case, false, rows)
}

/// The thread, with or without what only this house sees.
pub(crate) fn ordered<R: Rows>(case: CaseId, is_shared_only: bool, rows: &R) -> Result<Vec<ThreadItem>, R::Error> {
    let Some(CaseRow::Open(open)) = rows.read(&case)? else { return Ok(Vec::new()) };
    let remarks = audible(case, &open, is_shared_only, rows)?;
    let plates = plates(&remarks, rows)?;
    let mut revisions: BTreeMap<[u8; 32], Vec<(RevisionKey, RevisionRow)>> = BTreeMap::new();
    for (key, row) in rows.all::<RevisionRow>(&[&case])? {
        revisions.entry(key.comment).or_default().push((key, row));
    }
    let mut nodes: Vec<Node> =
        remarks.into_iter().map(|(entry, remark)| Node::remark(entry, remark, &mut revisions)).chain(plates).collect();
    nodes.sort_unstable_by_key(|node| node.item.entry);
    Ok(arrange(nodes))
}

/// A line before it has its place.
struct Node {
    item: ThreadItem,
    replies_to: Option<EntryId>,
    seen: Vec<EntryId>,
}

impl Node {
    fn remark(
        entry: EntryId,
        remark: RemarkRow,
        revisions: &mut BTreeMap<[u8; 32], Vec<(RevisionKey, RevisionRow)>>,
    ) -> Self {
        let mut history = revisions.remove(&remark.statement).unwrap_or_default();
        history.sort_unstable_by_key(|(key, _)| (key.epoch, key.seq, key.entry));
        let standing = remark.standing();
        let newest = |is_wanted: &dyn Fn(&RevisionKey) -> bool| {
            history.iter().rev().find(|(key, _)| is_wanted(key)).map(|(key, _)| key.entry)
        };
        let verified = newest(&|key| key.is_verified);
        let fallback = newest(&|_| standing != Standing::Verified);
        let what = ThreadWhat::Remark {
            author: remark.author,
            standing,
            is_house: !remark.is_shared,
            picture: remark.picture,
            current: verified.or(fallback).unwrap_or(entry),
            revisions: history.iter().map(|(key, row)| revised(key, row)).collect(),
        };
        let item = ThreadItem {
            entry,
            feed: remark.feed,
            time_ms: remark.time_ms,
            depth: 0,
            answers: None,
            is_parent_missing: false,
            what,
        };
        Self { item, replies_to: remark.replies_to, seen: remark.seen }
    }
}

const fn revised(key: &RevisionKey, row: &RevisionRow) -> Revised {
    Revised { entry: key.entry, standing: row.standing(), time_ms: row.time_ms }
}

/// The comments of those who are heard, and what the house says among itself.
fn audible<R: Rows>(
    case: CaseId,
    open: &OpenCase,
    is_shared_only: bool,
    rows: &R,
) -> Result<Vec<(EntryId, RemarkRow)>, R::Error> {
    let mut ears = Ears::of(case, open);
    let mut audible = Vec::new();
    for (key, remark) in rows.all::<RemarkRow>(&[&case])? {
        let is_audible = if remark.is_shared { ears.hear(remark.feed, true, rows)? } else { !is_shared_only };
        if is_audible {
            audible.push((key.entry, remark));
        }
    }
    Ok(audible)
}

/// What is answered and was withdrawn.
fn plates<R: Rows>(remarks: &[(EntryId, RemarkRow)], rows: &R) -> Result<Vec<Node>, R::Error> {
    let is_living = |entry: &EntryId| remarks.binary_search_by_key(entry, |(entry, _)| *entry).is_ok();
    let answered: BTreeSet<EntryId> =
        remarks.iter().filter_map(|(_, remark)| remark.replies_to).filter(|entry| !is_living(entry)).collect();
    let mut plates = Vec::new();
    for entry in answered {
        let Some(row) = rows.read::<EntryRow>(&entry)?.filter(|row| row.is_erased) else { continue };
        let withdrawals = rows.all::<WithdrawalRow>(&[&TargetKey::Entry(entry), &row.feed])?;
        let Some((_, withdrawal)) = withdrawals.into_iter().find(|(_, withdrawal)| withdrawal.is_ours) else {
            continue;
        };
        let what = ThreadWhat::Withdrawn { ground: withdrawal.ground, withdrawn_ms: withdrawal.time_ms };
        let EntryRow { feed, time_ms, .. } = row;
        let item = ThreadItem { entry, feed, time_ms, depth: 0, answers: None, is_parent_missing: false, what };
        plates.push(Node { item, replies_to: None, seen: Vec::new() });
    }
    Ok(plates)
}

/// Puts the lines, sorted by entry, into their order.
fn arrange(nodes: Vec<Node>) -> Vec<ThreadItem> {
    let ids: Vec<EntryId> = nodes.iter().map(|node| node.item.entry).collect();
    let find = |entry: &EntryId| ids.binary_search(entry).ok();
    let parents: Vec<Option<usize>> = nodes.iter().map(|node| node.replies_to.as_ref().and_then(find)).collect();
    let behind: Vec<Vec<usize>> = nodes
        .iter()
        .zip(&parents)
        .map(|(node, parent)| parent.iter().copied().chain(node.seen.iter().filter_map(find)).collect())
        .collect();
    let ranks: Vec<(u64, EntryId)> = nodes.iter().map(|node| (node.item.time_ms, node.item.entry)).collect();
    let order = order::arrange(&ranks, &behind);

    let mut depths: Vec<Option<u32>> = vec![None; nodes.len()];
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let mut items = Vec::with_capacity(order.len());
    for at in order {
        let Some(Node { mut item, replies_to, .. }) = nodes[at].take() else { continue };
        let parent = parents[at].and_then(|parent| Some((ranks[parent].1, depths[parent]?)));
        item.answers = parent.map(|(entry, _)| entry);
        item.depth = parent.map_or(0, |(_, depth)| depth.saturating_add(1));
        item.is_parent_missing = replies_to.is_some() && parent.is_none();
        depths[at] = Some(item.depth);
        items.push(item);
    }
    items
}
