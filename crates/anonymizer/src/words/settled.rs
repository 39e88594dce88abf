//! Overlapping marks made one, in the order of the text.

use super::{Mark, tokens::Text};

/// Marks that overlap become one that spans them all and takes class and advice from the surest of them, the longer one
/// where two are as sure. A low mark widens no high one. Blanks at the rims are left off.
pub(super) fn settle(text: &Text<'_>, mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut settled: Vec<Mark> = Vec::new();
    for mark in marks {
        match settled.last_mut() {
            Some(last) if mark.start < last.end => join(last, mark),
            _ => settled.push(mark),
        }
    }
    for mark in &mut settled {
        let said = &text.whole[mark.start..mark.end];
        mark.start += said.len() - said.trim_start().len();
        mark.end -= said.len() - said.trim_end().len();
    }
    settled.retain(|mark| mark.start < mark.end);
    settled
}

fn join(last: &mut Mark, mark: Mark) {
    let rank = |mark: &Mark| (mark.score_thousandths, mark.end - mark.start);
    let is_alike = mark.level() == last.level();
    let (start, end) = (last.start.min(mark.start), last.end.max(mark.end));
    if rank(&mark) > rank(last) {
        *last = mark;
    }
    if is_alike {
        (last.start, last.end) = (start, end);
    }
}
