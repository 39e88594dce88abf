//! Checks the bytes of a chain and names the first line that is wrong.

use super::{Checkpoint, line::Link};

/// A chain that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The number of lines.
    pub count: u64,
    /// The hash of the last of them.
    pub head: [u8; 32],
    /// The time of the first line.
    pub first_ms: Option<u64>,
    /// The time of the last line.
    pub last_ms: Option<u64>,
}

/// The first line that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit line {seq}: {fault}")]
pub struct Broken {
    /// The number of the line.
    pub seq: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are no line.
    #[error("not an audit line")]
    Unreadable,
    /// The line does not match its hash, the line after it, or a checkpoint.
    #[error("was changed")]
    Edited,
    /// Another line stands in its place.
    #[error("is missing; line {found} stands in its place")]
    Missing {
        /// Which.
        found: u64,
    },
    /// A checkpoint knows it.
    #[error("is cut off; a checkpoint counts {count} lines")]
    CutOff {
        /// How many lines there were.
        count: u64,
    },
}

/// Checks lines from the first on, each as its bytes stand, against each other and against checkpoints whose signatures the
/// caller has verified.
///
/// # Errors
/// [`Broken`] names the first line that is wrong.
pub fn verify<I>(lines: I, checkpoints: &[Checkpoint]) -> Result<Summary, Broken>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    let mut checkpoints: Vec<&Checkpoint> = checkpoints.iter().collect();
    checkpoints.sort_by_key(|checkpoint| checkpoint.count);
    let mut ahead = checkpoints.into_iter().peekable();
    let mut chain = Summary { count: 0, head: [0; 32], first_ms: None, last_ms: None };
    for line in lines {
        chain = step(&chain, line.as_ref())?;
        while let Some(checkpoint) = ahead.next_if(|checkpoint| checkpoint.count <= chain.count) {
            if checkpoint.count == chain.count && checkpoint.head != chain.head {
                return Err(Broken { seq: chain.count - 1, fault: Fault::Edited });
            }
        }
    }
    match ahead.next_back() {
        Some(checkpoint) => Err(Broken { seq: chain.count, fault: Fault::CutOff { count: checkpoint.count } }),
        None => Ok(chain),
    }
}

fn step(chain: &Summary, bytes: &[u8]) -> Result<Summary, Broken> {
    let broken = |seq, fault| Err(Broken { seq, fault });
    let Some(link) = Link::of(bytes) else { return broken(chain.count, Fault::Unreadable) };
    if !link.is_whole {
        return broken(chain.count, Fault::Edited);
    }
    if link.seq != chain.count {
        return broken(chain.count, Fault::Missing { found: link.seq });
    }
    if link.prev != chain.head {
        return broken(chain.count.saturating_sub(1), Fault::Edited);
    }
    let first_ms = chain.first_ms.or(Some(link.time_ms));
    Ok(Summary { count: chain.count + 1, head: link.hash, first_ms, last_ms: Some(link.time_ms) })
}
