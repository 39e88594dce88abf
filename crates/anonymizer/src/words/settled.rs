//! Overlapping marks made one, in the order of the text.

use super::{Level, Mark, tokens::Text};

/// Marks of one level that overlap become one that spans them all and takes class and advice from the surest of them, the
/// longer one where two are as sure. Of a low mark that overlaps a high one what stands beside that is kept. Blanks at the
/// rims are left off.
pub(super) fn settle(text: &Text<'_>, marks: Vec<Mark>) -> Vec<Mark> {
    let (high, low): (Vec<Mark>, Vec<Mark>) = marks.into_iter().partition(|mark| mark.level() == Level::High);
    let high = joined(high);
    let rests = joined(low).into_iter().flat_map(|low| rests(text.whole, low, &high)).collect::<Vec<_>>();
    let mut settled = [high, rests].concat();
    settled.sort_by_key(|mark| mark.start);
    for mark in &mut settled {
        let said = &text.whole[mark.start..mark.end];
        mark.start += said.len() - said.trim_start().len();
        mark.end -= said.len() - said.trim_end().len();
    }
    settled.retain(|mark| mark.start < mark.end);
    settled
}

/// Marks of one level, none overlapping another.
fn joined(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut joined: Vec<Mark> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.start < last.end => join(last, mark),
            _ => joined.push(mark),
        }
    }
    joined
}

fn join(last: &mut Mark, mark: Mark) {
    let rank = |mark: &Mark| (mark.score_thousandths, mark.end - mark.start);
    let (start, end) = (last.start.min(mark.start), last.end.max(mark.end));
    if rank(&mark) > rank(last) {
        *last = mark;
    }
    (last.start, last.end) = (start, end);
}

/// What of a low mark no high one holds, without the signs at the cuts.
fn rests(whole: &str, low: Mark, high: &[Mark]) -> Vec<Mark> {
    let first = high.partition_point(|high| high.end <= low.start);
    let mut rests = Vec::new();
    let mut start = low.start;
    for high in high.iter().skip(first).take_while(|high| high.start < low.end) {
        rests.push((start, high.start));
        start = high.end;
    }
    if start == low.start {
        return vec![low];
    }
    rests.push((start, low.end));
    let is_rim = |sign: char| !sign.is_alphanumeric();
    let bare = |(start, end): (usize, usize)| {
        let said = whole.get(start..end)?;
        let is_cut = (start > low.start, end < low.end);
        let start = if is_cut.0 { end - said.trim_start_matches(is_rim).len() } else { start };
        let end = if is_cut.1 { start + whole.get(start..end)?.trim_end_matches(is_rim).len() } else { end };
        let tells = whole.get(start..end)?.contains(char::is_alphanumeric);
        tells.then(|| Mark { start, end, ..low.clone() })
    };
    rests.into_iter().filter_map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Advice, Class};

    /// What becomes of marks on parts of a text, with their scores.
    fn settled(whole: &str, parts: &[(&str, u16)]) -> Vec<(String, u16)> {
        let mark = |(part, score): &(&str, u16)| {
            let at = whole.find(part).unwrap();
            Mark::new(at, at + part.len(), Class::Name, *score, Advice::LeaveOut)
        };
        let marks = settle(&Text::of(whole), parts.iter().map(mark).collect());
        marks.into_iter().map(|mark| (whole[mark.start..mark.end].to_owned(), mark.score_thousandths)).collect()
    }

    fn check(whole: &str, parts: &[(&str, u16)], expected: &[(&str, u16)]) {
        let expected: Vec<_> = expected.iter().map(|(said, score)| ((*said).to_owned(), *score)).collect();
        assert_eq!(settled(whole, parts), expected);
    }

    #[test]
    fn marks_of_one_level_become_one() {
        check("a bb cc dd", &[("a bb", 700), ("bb cc", 900)], &[("a bb cc", 900)]);
        check("a bb cc dd", &[("a bb", 300), ("bb cc", 200)], &[("a bb cc", 300)]);
    }

    #[test]
    fn a_low_mark_stays_where_no_high_one_stands() {
        let whole = "a bb, cc (dd) ee";
        check(whole, &[("a bb, cc", 300), ("cc", 900)], &[("a bb", 300), ("cc", 900)]);
        check(whole, &[("bb, cc (dd) ee", 300), ("cc", 900)], &[("bb", 300), ("cc", 900), ("dd) ee", 300)]);
        check(whole, &[("cc", 900), ("cc (dd)", 300), ("dd", 800)], &[("cc", 900), ("dd", 800)]);
        check(whole, &[("cc (dd)", 900), ("cc", 300)], &[("cc (dd)", 900)]);
        check(whole, &[("bb", 300), ("cc", 900)], &[("bb", 300), ("cc", 900)]);
    }
}
