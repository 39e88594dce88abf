//! Every kind of question against a search by hand: each word counted in each document, nothing left out.

use std::collections::{BTreeMap, BTreeSet};

use index::{Audience, CaseDocument, Change, NoNames, Purge, Query, Viewer};
use proptest::prelude::*;
use protocol::{EntryId, payload::content::Status};

use super::{OURS, Shelf, blank, case_id, put};

/// What is said, as the index holds it: the word, and its stem where that is another.
const WORDS: [(&str, &[&str]); 5] = [
    ("rash", &["rash"]),
    ("fever", &["fever"]),
    ("cough", &["cough"]),
    ("ulcer", &["ulcer"]),
    ("ulcers", &["ulcer", "ulcers"]),
];

const QUESTIONS: [&str; 14] = [
    "rash ",
    "ulcers ",
    "ulcer ",
    "fe",
    "rash fever ",
    "cough ulcers rash ",
    "rash -fever ",
    "-ulcer ",
    "\"rash fever\" ",
    "rash-fever cough ",
    "ulcers co",
    "status:open rash cough ",
    "specialty:1 ",
    "",
];

/// A document as counted by hand: its terms by field, title first, each word as long as its forms.
struct Counted {
    case: u8,
    comment: Option<u8>,
    fields: [Vec<&'static [&'static str]>; 2],
}

impl Counted {
    fn times(&self, field: usize, term: &str) -> f32 {
        self.fields[field].iter().filter(|forms| forms.contains(&term)).count() as f32
    }

    fn length(&self, field: usize) -> f32 {
        self.fields[field].iter().map(|forms| forms.len()).sum::<usize>() as f32
    }

    /// How often the words stand one after the other.
    fn phrases(&self, field: usize, phrase: &[&str]) -> f32 {
        let says = |window: &&[&[&str]]| window.iter().zip(phrase).all(|(forms, word)| forms.contains(word));
        self.fields[field].windows(phrase.len()).filter(says).count() as f32
    }
}

fn said(numbers: &[usize]) -> (String, Vec<&'static [&'static str]>) {
    let text = numbers.iter().map(|number| WORDS[*number].0).collect::<Vec<_>>().join(" ");
    (text, numbers.iter().map(|number| WORDS[*number].1).collect())
}

/// What one clause asks for: terms with what each counts, or a phrase.
enum Asked {
    Terms(Vec<(&'static str, f32)>),
    Phrase(Vec<&'static str>),
}

/// The scores of a clause by document (BM25, k1 = 1.2, b = 0.75; the best of all terms and fields, a fifth of the others).
fn scores(documents: &[Counted], asked: &Asked) -> Vec<f32> {
    let idf = |holders: usize| (1.0 + (documents.len() as f32 - holders as f32 + 0.5) / (holders as f32 + 0.5)).ln();
    let holders = |field: usize, term: &str| documents.iter().filter(|one| one.times(field, term) > 0.0).count();
    let mut scores = vec![(0.0_f32, 0.0_f32); documents.len()];
    for (field, boost) in [(0, 3.0), (1, 1.0)] {
        let average = documents.iter().map(|one| one.length(field)).sum::<f32>() / documents.len() as f32;
        let mut add = |times: &dyn Fn(&Counted) -> f32, weight: f32| {
            for (score, one) in scores.iter_mut().zip(documents).filter(|(_, one)| times(one) > 0.0) {
                let norm = 1.2 * (0.25 + 0.75 * one.length(field) / average);
                let worth = weight * 2.2 * times(one) / (times(one) + norm);
                *score = (score.0.max(worth), score.1 + worth);
            }
        };
        match asked {
            Asked::Terms(terms) => {
                for (term, counts) in terms {
                    add(&|one| one.times(field, term), idf(holders(field, term)) * boost * counts);
                }
            }
            Asked::Phrase(words) => {
                let rarity: f32 = words.iter().map(|word| idf(holders(field, word))).sum();
                add(&|one| one.phrases(field, words), rarity * boost);
            }
        }
    }
    scores.into_iter().map(|(best, sum)| best + (sum - best) * 0.2).collect()
}

/// A typed word as its terms; where two documents or fewer hold them, what is one letter away counts too.
fn word(documents: &[Counted], typed: &str) -> Asked {
    let forms = WORDS.iter().find(|(word, _)| *word == typed).map_or(&[][..], |(_, forms)| forms);
    let mut terms: Vec<(&str, f32)> = forms.iter().rev().map(|term| (*term, 1.0)).collect();
    let holds = |one: &Counted, term: &str| (0..2).filter(|field| one.times(*field, term) > 0.0).count();
    let held: usize = documents.iter().flat_map(|one| terms.iter().map(move |(term, _)| holds(one, term))).sum();
    if typed == "ulcer" && held < 3 {
        terms.push(("ulcers", 0.4));
    }
    Asked::Terms(terms)
}

fn beginning(typed: &str) -> Asked {
    let known: BTreeSet<&str> = WORDS.iter().flat_map(|(_, forms)| forms.iter().copied()).collect();
    Asked::Terms(known.into_iter().filter(|term| term.starts_with(typed)).map(|term| (term, 0.6)).collect())
}

/// What a question asks for, read by hand: clauses, each with whether it is excluded.
fn clauses(documents: &[Counted], question: &str) -> Vec<(Asked, bool)> {
    let mut clauses = Vec::new();
    if let Some(phrase) = question.strip_prefix('"') {
        return vec![(Asked::Phrase(named(phrase.trim_end_matches("\" "), ' ')), false)];
    }
    for part in question.split_whitespace().filter(|part| !part.contains(':')) {
        let (typed, is_excluded) = part.strip_prefix('-').map_or((part, false), |typed| (typed, true));
        let asked = match typed {
            _ if typed.contains('-') => Asked::Phrase(named(typed, '-')),
            _ if typed.len() == 2 => beginning(typed),
            _ => word(documents, typed),
        };
        clauses.push((asked, is_excluded));
    }
    clauses
}

fn named(phrase: &str, between: char) -> Vec<&'static str> {
    phrase
        .split(between)
        .filter_map(|word| WORDS.iter().find(|(known, _)| *known == word))
        .map(|(word, _)| *word)
        .collect()
}

/// Cases by number with the score of each, and the best single score of any document of the thread.
fn by_hand(cases: &[CaseDocument], documents: &[Counted], question: &str) -> BTreeMap<u8, (f32, f32)> {
    let clauses = clauses(documents, question);
    let heard: Vec<(Vec<f32>, bool)> =
        clauses.iter().map(|(asked, is_excluded)| (scores(documents, asked), *is_excluded)).collect();
    let mut found = BTreeMap::new();
    for case in cases {
        let number = case.case.number.0[0];
        let best_of = |scores: &[f32]| {
            let own = documents.iter().zip(scores).filter(|(one, _)| one.case == number);
            own.map(|(_, score)| *score).fold(0.0, f32::max)
        };
        let best: Vec<(f32, bool)> = heard.iter().map(|(scores, excluded)| (best_of(scores), *excluded)).collect();
        let passes = best.iter().all(|(score, is_excluded)| (*score > 0.0) != *is_excluded);
        let passes_filters = (!question.contains("status:open") || case.status == Status::Open)
            && (!question.contains("specialty:1") || case.specialty == Some(1));
        if passes && passes_filters && case.audience == Audience::Network {
            let sum = best.iter().map(|(score, _)| score).sum();
            found.insert(number, (sum, best.iter().map(|(score, _)| *score).fold(0.0, f32::max)));
        }
    }
    found
}

/// A case or a comment as drawn: words of the title, words of the body, who may find it, specialty, status.
type Drawn = (Vec<usize>, Vec<usize>, bool, u32, bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    let words = |most: usize| prop::collection::vec(0..WORDS.len(), 0..most);
    (words(4), words(9), prop::bool::weighted(0.8), 0u32..3, any::<bool>())
}

fn case_of(number: u8, (title, body, is_shared, specialty, is_open): &Drawn) -> CaseDocument {
    CaseDocument {
        title: said(title).0,
        body: said(body).0,
        audience: if *is_shared { Audience::Network } else { Audience::House },
        specialty: specialty.checked_sub(1),
        status: if *is_open { Status::Open } else { Status::Resolved },
        ..blank(number)
    }
}

fn near(one: f32, other: f32) -> bool {
    (one - other).abs() <= 1e-4 * one.abs().max(other.abs()).max(1e-3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_question_is_answered_as_by_a_search_by_hand(
        first in prop::collection::vec(drawn(), 1..30),
        revised in prop::collection::vec((0u8..30, drawn()), 0..6),
        remarks in prop::collection::vec((0u8..30, prop::collection::vec(0..WORDS.len(), 1..6)), 0..30),
        erased in prop::collection::vec(0u8..30, 0..4),
        commits in 1usize..6,
    ) {
        let mut changes: Vec<Change> = (0..).zip(&first).map(|(number, one)| put(case_of(number, one))).collect();
        let mut cases: BTreeMap<u8, &Drawn> = (0..).zip(&first).collect();
        for (number, again) in &revised {
            changes.push(put(case_of(*number, again)));
            cases.insert(*number, again);
        }
        for (comment, (case, words)) in (0..).zip(&remarks) {
            changes.push(super::comment(comment, *case, &said(words).0));
        }
        changes.extend(erased.iter().map(|number| Change::Erase(case_id(*number))));
        cases.retain(|number, _| !erased.contains(number));

        let mut shelf = Shelf::of([]);
        let at_once = changes.len().div_ceil(commits);
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            shelf.index.apply(changes.by_ref().take(at_once)).unwrap();
            shelf.index.commit(2).unwrap();
        }
        prop_assert_eq!(shelf.index.purge(3).unwrap(), Purge::Done);

        let mut documents = Vec::new();
        for (number, (title, body, ..)) in &cases {
            documents.push(Counted { case: *number, comment: None, fields: [said(title).1, said(body).1] });
        }
        for (comment, (case, words)) in (0..).zip(&remarks).filter(|(_, (case, _))| !erased.contains(case)) {
            documents.push(Counted { case: *case, comment: Some(comment), fields: [Vec::new(), said(words).1] });
        }
        let cases: Vec<CaseDocument> = cases.iter().map(|(number, one)| case_of(*number, one)).collect();
        let shared = cases.iter().filter(|case| case.audience == Audience::Network).count() as u64;
        for question in QUESTIONS {
            let expected = by_hand(&cases, &documents, question);
            let answer = shelf.search_as(question, Viewer::Attested(OURS));
            prop_assert_eq!((answer.total, answer.searched), (expected.len() as u64, shared), "{}", question);
            let open = cases.iter().filter(|case| expected.contains_key(&case.case.number.0[0]) && case.status == Status::Open);
            prop_assert_eq!(answer.facets.statuses.get(&Status::Open).copied().unwrap_or_default(), open.count() as u64);
            for hit in &answer.hits {
                let number = hit.case.number.0[0];
                let Some((score, best)) = expected.get(&number) else { return Err(TestCaseError::fail(question)) };
                prop_assert!(near(hit.score, *score), "{} of {}: {} is {} by hand", question, number, hit.score, score);
                let shown = documents.iter().position(|one| {
                    one.case == number && one.comment.map(|comment| EntryId([comment; 32])) == hit.comment
                });
                let heard = clauses(&documents, question).into_iter().filter(|(_, is_excluded)| !is_excluded);
                let heard = heard.map(|(asked, _)| scores(&documents, &asked)[shown.unwrap()]).fold(0.0, f32::max);
                prop_assert!(near(heard, *best), "{} of {}: {} shown, {} is best", question, number, heard, best);
            }
            for pair in answer.hits.windows(2) {
                let is_newer = pair[0].case.number.0 > pair[1].case.number.0;
                prop_assert!(pair[0].score > pair[1].score || (pair[0].score >= pair[1].score && is_newer), "{}", question);
            }
            let parsed = Query::parse(question, &NoNames);
            let second = shelf.index.reader().search(&parsed, Viewer::Attested(OURS), 3, 2).unwrap();
            let page: Vec<_> = answer.hits.iter().skip(2).take(3).collect();
            prop_assert_eq!(second.hits.iter().collect::<Vec<_>>(), page, "{}", question);
        }
    }
}
