//! Captions: how much of what identifies is marked in clinical questions, and how often one without is left untouched.
//!
//! ASQ-PHI, `phi_text/asq_phi_dev.txt`. Every fifth question (5, 10, 15 ... in the order of the file) was set aside before the
//! first rule was written and has never been looked at; rules and lists were tuned on the rest. An identifier is *covered*
//! if every letter and digit of it lies under marks, *touched* if any does. A hard negative is a question without
//! identifiers; it is *untouched* if nothing in it is marked. Presidio's sentences are of another style and were not tuned on.

use std::{collections::BTreeMap, error::Error, fs, io::Write, path::Path, time::Instant};

use anonymizer::words::{HIGH_FROM_THOUSANDTHS, Mark, check};
use serde_json::Value;

/// The year the linter is told.
const YEAR: u16 = 2026;
/// Every question whose number is a multiple of this is set aside.
const ASIDE_NTH: usize = 5;
const SCORES_MIN: [u16; 11] = [0, 250, 300, 350, 400, 450, HIGH_FROM_THOUSANDTHS, 600, 700, 800, 900];
const TIMED_ROUNDS: usize = 20;

struct Question {
    text: String,
    identifiers: Vec<(String, String)>,
}

#[derive(Default)]
struct Tally {
    identifiers: u32,
    touched: u32,
    covered: u32,
}

impl Tally {
    fn count(&mut self, (touched, covered): (bool, bool)) {
        self.identifiers += 1;
        self.touched += u32::from(touched);
        self.covered += u32::from(covered);
    }

    fn row(&self) -> String {
        let share = |part: u32| percent(part, self.identifiers);
        format!("{} | {} | {}", self.identifiers, share(self.touched), share(self.covered))
    }
}

pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let questions = questions(&fs::read_to_string(folder.join("phi_text/asq_phi_dev.txt"))?)?;
    let (aside, tuned): (Vec<_>, Vec<_>) =
        questions.into_iter().enumerate().partition(|(at, _)| (at + 1) % ASIDE_NTH == 0);
    for (name, part) in [("set aside", aside), ("tuned on", tuned)] {
        let part: Vec<Question> = part.into_iter().map(|(_, question)| question).collect();
        report(&mut out, name, &part)?;
    }
    writeln!(out, "\nOthers, on the whole set of 1,051 questions:\n")?;
    writeln!(out, "| linter | touched | covered | untouched hard negatives | source |\n|---|---|---|---|---|")?;
    writeln!(out, "| Presidio 2.2.366, en_core_web_sm, all scores | 91.4 % | 79.5 % | 4.6 % | our run |")?;
    writeln!(
        out,
        "| Amazon Comprehend Medical, all scores | 98.6 % | not given | 10 % | doi 10.1016/j.dib.2026.112586 |"
    )?;
    writeln!(out, "| Amazon Comprehend Medical, scores of 0.5 and more | 95.1 % | not given | 11.4 % | the same |")?;
    other_style(&mut out, &fs::read_to_string(folder.join("phi_text/presidio_synth_dataset_v2.json"))?)
}

/// Questions with what is labelled in them, in the order of the file.
fn questions(file: &str) -> Result<Vec<Question>, Box<dyn Error>> {
    file.split("===QUERY===\n")
        .skip(1)
        .map(|part| {
            let (text, tags) = part.split_once("===PHI_TAGS===\n").ok_or("a question without its part of tags")?;
            let identifiers = tags
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| {
                    let tag: Value = serde_json::from_str(line)?;
                    let field = |name: &str| tag[name].as_str().map(str::to_owned).ok_or("a tag without a field");
                    Ok((field("identifier_type")?, field("value")?))
                })
                .collect::<Result<_, Box<dyn Error>>>()?;
            Ok(Question { text: text.trim().to_owned(), identifiers })
        })
        .collect()
}

fn report(out: &mut impl Write, name: &str, part: &[Question]) -> Result<(), Box<dyn Error>> {
    let marked: Vec<Vec<Mark>> = part.iter().map(|question| check(&question.text, YEAR)).collect::<Result<_, _>>()?;
    writeln!(out, "\n### {name}: {} questions\n", part.len())?;
    writeln!(
        out,
        "| marks from score | identifiers touched | covered | hard negatives untouched | all covered |\n|---|---|---|---|---|"
    )?;
    for score_min in SCORES_MIN {
        let (tallies, untouched, negatives, clean) = tallies(part, &marked, score_min);
        let mut all = Tally::default();
        for tally in tallies.values() {
            all.identifiers += tally.identifiers;
            all.touched += tally.touched;
            all.covered += tally.covered;
        }
        let level = match score_min {
            0 => " (all marks)",
            HIGH_FROM_THOUSANDTHS => " (high marks)",
            _ => "",
        };
        let share = |part: u32| percent(part, all.identifiers);
        let with = part.len() as u32 - negatives;
        writeln!(
            out,
            "| {score_min}{level} | {} of {} | {} | {} of {negatives} | {} of {with} |",
            share(all.touched),
            all.identifiers,
            share(all.covered),
            percent(untouched, negatives),
            percent(clean, with)
        )?;
    }
    writeln!(out, "\n| class, high marks | identifiers | touched | covered |\n|---|---|---|---|")?;
    for (class, tally) in tallies(part, &marked, HIGH_FROM_THOUSANDTHS).0 {
        writeln!(out, "| {class} | {} |", tally.row())?;
    }
    let mut micros: Vec<u128> = part
        .iter()
        .map(|question| {
            let once = || {
                let started = Instant::now();
                std::hint::black_box(check(std::hint::black_box(&question.text), YEAR).is_ok());
                started.elapsed().as_micros()
            };
            // The fastest round: what else the machine does is not to be measured.
            (0..TIMED_ROUNDS).map(|_| once()).min().unwrap_or_default()
        })
        .collect();
    micros.sort_unstable();
    let at = |percent: usize| micros.get(micros.len() * percent / 100).copied().unwrap_or_default();
    writeln!(
        out,
        "\nMicroseconds a question, the fastest of {TIMED_ROUNDS} rounds: median {}, p95 {}.",
        at(50),
        at(95)
    )?;
    Ok(())
}

type Counted = (BTreeMap<String, Tally>, u32, u32, u32);

/// By class; hard negatives untouched, all of them, and questions with every identifier covered.
fn tallies(part: &[Question], marked: &[Vec<Mark>], score_min: u16) -> Counted {
    let mut counted: Counted = Default::default();
    for (question, marks) in part.iter().zip(marked) {
        let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.score_thousandths >= score_min).collect();
        if question.identifiers.is_empty() {
            counted.1 += u32::from(marks.is_empty());
            counted.2 += 1;
        } else {
            counted.3 +=
                u32::from(located(question).all(|(.., start, end)| hidden(&question.text, &marks, start, end).1));
        }
        for (class, _, start, end) in located(question) {
            counted.0.entry(class.to_owned()).or_default().count(hidden(&question.text, &marks, start, end));
        }
    }
    counted
}

/// Where each identifier stands: its first place that no other of the same words has taken. One that is not in the text
/// is left out.
fn located(question: &Question) -> impl Iterator<Item = (&str, &str, usize, usize)> {
    let mut taken: Vec<(usize, usize)> = Vec::new();
    question.identifiers.iter().filter_map(move |(class, value)| {
        let places = question.text.match_indices(value.as_str()).map(|(start, _)| (start, start + value.len()));
        let place = places.into_iter().find(|place| !taken.contains(place))?;
        taken.push(place);
        Some((class.as_str(), value.as_str(), place.0, place.1))
    })
}

/// Whether any and whether every letter and digit of a stretch lies under marks.
fn hidden(text: &str, marks: &[&Mark], start: usize, end: usize) -> (bool, bool) {
    let mut under = text[start..end]
        .char_indices()
        .filter(|(_, character)| character.is_alphanumeric())
        .map(|(at, _)| marks.iter().any(|mark| (mark.start..mark.end).contains(&(start + at))))
        .collect::<Vec<_>>();
    under.sort_unstable();
    (under.last().copied().unwrap_or(false), under.first().copied().unwrap_or(false))
}

/// Sentences of Presidio's own generator: what it counts as identifying differs, so shares are of its spans, and false marks
/// are those that touch none.
fn other_style(out: &mut impl Write, file: &str) -> Result<(), Box<dyn Error>> {
    let sentences: Vec<Value> = serde_json::from_str(file)?;
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut beside, mut without, mut touched) = (0, 0_u32, 0_u32);
    for sentence in &sentences {
        let text = sentence["full_text"].as_str().ok_or("a sentence without its text")?;
        let found = check(text, YEAR)?;
        let marks: Vec<&Mark> = found.iter().filter(|mark| mark.score_thousandths >= HIGH_FROM_THOUSANDTHS).collect();
        let spans: Vec<(String, usize, usize)> = sentence["spans"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|span| {
                let place = |name: &str| {
                    text.char_indices()
                        .map(|(at, _)| at)
                        .chain([text.len()])
                        .nth(usize::try_from(span[name].as_u64()?).ok()?)
                };
                Some((span["entity_type"].as_str()?.to_owned(), place("start_position")?, place("end_position")?))
            })
            .collect();
        without += u32::from(spans.is_empty());
        touched += u32::from(spans.is_empty() && !marks.is_empty());
        beside += marks
            .iter()
            .filter(|mark| !spans.iter().any(|(_, start, end)| mark.start < *end && *start < mark.end))
            .count();
        for (class, start, end) in spans {
            tallies.entry(class).or_default().count(hidden(text, &marks, start, end));
        }
    }
    writeln!(out, "\n### Presidio's sentences: {} of them, {without} without spans\n", sentences.len())?;
    writeln!(
        out,
        "High marks that touch no span: {:.3} a sentence; sentences without spans that are touched: {}.\n",
        beside as f64 / sentences.len() as f64,
        percent(touched, without)
    )?;
    writeln!(out, "| class | spans | touched | covered |\n|---|---|---|---|")?;
    for (class, tally) in tallies {
        writeln!(out, "| {class} | {} |", tally.row())?;
    }
    Ok(())
}

fn percent(part: u32, of: u32) -> String {
    if of == 0 { "none".to_owned() } else { format!("{:.1} %", 100.0 * f64::from(part) / f64::from(of)) }
}
