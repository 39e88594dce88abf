//! One number for all that others see of a case: equal on all nodes that hold the same entries.

use protocol::{CaseId, hash};

use crate::{
    hear::Ears,
    key::Key,
    row::{CaseRow, OutcomeRow, StarRow, VersionRow},
    rows::{Read, Rows},
    thread::{ThreadItem, ThreadWhat, ordered},
};

/// Digest of versions, status, stars and thread with order, revisions and what is erased.
///
/// What stands in the house journal is left out, and so is when things came here.
///
/// # Errors
/// If a table cannot be read.
pub fn thread_digest<R: Rows>(case: CaseId, rows: &R) -> Result<[u8; 32], R::Error> {
    let mut bytes = case.to_bytes();
    match rows.read::<CaseRow>(&case)? {
        Some(CaseRow::Withdrawn(withdrawn)) => {
            bytes.push(2);
            bytes.extend_from_slice(&withdrawn.withdrawal.0);
        }
        Some(CaseRow::Open(open)) if open.is_shared => {
            bytes.push(1);
            for (key, version) in rows.all::<VersionRow>(&[&case, &true])? {
                bytes.extend(key.to_bytes());
                bytes.extend([version.standing, u8::try_from(version.reach.code()).unwrap_or(u8::MAX)]);
            }
            bytes.push(0xff);
            for (key, outcome) in rows.all::<OutcomeRow>(&[&case, &true])? {
                bytes.extend(key.to_bytes());
                bytes.push(outcome.standing);
                bytes.extend(outcome.status.code().to_be_bytes());
            }
            bytes.push(0xff);
            let mut ears = Ears::of(case, &open);
            for (key, star) in rows.all::<StarRow>(&[&case])? {
                if ears.hear(star.feed, star.is_shared, rows)? {
                    bytes.extend(key.to_bytes());
                    bytes.push(star.standing);
                }
            }
            bytes.push(0xff);
            ordered(case, true, rows)?.iter().for_each(|item| put_item(&mut bytes, item));
        }
        _ => bytes.push(0),
    }
    Ok(hash("casebook thread", &[&bytes]))
}

/// Each part has a fixed length or its number in front.
fn put_item(bytes: &mut Vec<u8>, item: &ThreadItem) {
    bytes.extend_from_slice(&item.entry.0);
    bytes.extend(item.depth.to_be_bytes());
    match &item.what {
        ThreadWhat::Withdrawn { ground, .. } => {
            bytes.push(0);
            bytes.extend(ground.code().to_be_bytes());
        }
        ThreadWhat::Remark { standing, current, revisions, .. } => {
            bytes.extend([1, crate::standing::code(*standing)]);
            bytes.extend_from_slice(&current.0);
            bytes.extend((revisions.len() as u64).to_be_bytes());
            for revised in revisions {
                bytes.extend_from_slice(&revised.entry.0);
                bytes.push(crate::standing::code(revised.standing));
            }
        }
    }
}
