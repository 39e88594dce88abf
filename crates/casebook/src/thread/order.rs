//! A topological order that depends on nothing but the set: of what may come next, the lowest rank comes next.

use std::{cmp::Reverse, collections::BinaryHeap};

/// The order of things that each stand behind others. Where they stand behind each other in a ring, which ids that are
/// hashes cannot but rows might, the lowest rank of what is left breaks it.
pub(super) fn arrange<Rank: Ord + Copy>(ranks: &[Rank], behind: &[Vec<usize>]) -> Vec<usize> {
    let mut waits: Vec<usize> = behind.iter().map(Vec::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); ranks.len()];
    for (at, before) in behind.iter().enumerate() {
        before.iter().for_each(|before| followers[*before].push(at));
    }
    let mut by_rank: Vec<usize> = (0..ranks.len()).collect();
    by_rank.sort_unstable_by_key(|at| ranks[*at]);
    let mut left = by_rank.iter().copied();

    let free = by_rank.iter().filter(|at| waits[**at] == 0);
    let mut ready: BinaryHeap<Reverse<(Rank, usize)>> = free.map(|at| Reverse((ranks[*at], *at))).collect();
    let mut is_placed = vec![false; ranks.len()];
    let mut order = Vec::with_capacity(ranks.len());
    while let Some(at) = ready.pop().map(|Reverse((_, at))| at).or_else(|| left.find(|at| !is_placed[*at])) {
        if std::mem::replace(&mut is_placed[at], true) {
            continue;
        }
        order.push(at);
        for follower in &followers[at] {
            waits[*follower] -= 1;
            if waits[*follower] == 0 {
                ready.push(Reverse((ranks[*follower], *follower)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_comes_first_then_the_rank() {
        assert_eq!(arrange(&[30, 20, 10], &[vec![], vec![], vec![]]), [2, 1, 0]);
        assert_eq!(arrange(&[30, 20, 10], &[vec![], vec![], vec![0]]), [1, 0, 2], "the last has seen the first");
        assert_eq!(arrange(&[30, 20, 10], &[vec![], vec![0, 0], vec![1, 0]]), [0, 1, 2]);
    }

    #[test]
    fn a_ring_is_broken_at_its_lowest_rank() {
        assert_eq!(arrange(&[30, 20, 10], &[vec![1], vec![2], vec![0]]), [2, 1, 0]);
        assert_eq!(
            arrange(&[30, 20, 10, 15], &[vec![2], vec![2], vec![1], vec![]]),
            [3, 2, 1, 0],
            "what is free comes first"
        );
        assert_eq!(arrange(&[1, 2], &[vec![0], vec![]]), [1, 0], "what stands behind itself is no better off");
    }
}
