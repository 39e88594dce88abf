//! How often a second look asks for what the first did not see, and how often a finder breaks off, on ordinary pictures.
//!
//! `… -- again FOLDER`: every picture of `FOLDER/negatives`, and every tenth photograph of `FOLDER/faces`, is taken in, told
//! of in a line, and written twice: once with all that was found left open, each with a reason, as for a picture in which
//! nothing needs a cover, and once with all of it covered. What the finders see in each file that nobody answered is counted.

use std::{error::Error, fs, io::Write, path::Path};

use anonymizer::{
    Concern, Confirmation, Cover, Dismissal, DismissalReason, Finding, Inspection, Limits, ReleaseError, Sureness,
    inspect, look_at, prepare, warm,
};
use protocol::ClinicianId;

use crate::faces::labels::labelled;

type Answer<T> = Result<T, Box<dyn Error>>;

/// Of the photographs of faces, every so manieth is taken.
const STEP: usize = 10;
/// Looks after which nobody answers any more.
const LOOKS_MAX: usize = 4;

/// What became of the pictures of one set.
#[derive(Default)]
struct Row {
    pictures: usize,
    broke_off: usize,
    asked_open: usize,
    asked_open_sure: usize,
    asked_covered: usize,
    asked_covered_sure: usize,
    asked_thrice: usize,
}

/// Prints the table.
pub(crate) fn run(folder: &Path) -> Answer<()> {
    warm()?;
    let mut out = std::io::stdout().lock();
    let mut negatives: Vec<_> =
        fs::read_dir(folder.join("negatives"))?.map(|entry| Ok(entry?.path())).collect::<Answer<_>>()?;
    negatives.sort();
    let mut row = Row::default();
    for file in negatives {
        row.add(&mut out, &file.file_name().unwrap_or_default().to_string_lossy(), &fs::read(&file)?)?;
    }
    row.print(&mut out, "clinical")?;
    let mut row = Row::default();
    for picture in labelled(folder)?.iter().filter(|picture| picture.is_plain).step_by(STEP) {
        row.add(&mut out, &picture.path, &picture.bytes)?;
    }
    row.print(&mut out, "with faces")
}

impl Row {
    fn add(&mut self, out: &mut impl Write, name: &str, file: &[u8]) -> Answer<()> {
        let seen = inspect(file, &Limits::NETWORK)?;
        self.pictures += 1;
        let breaks = seen.searched.iter().filter(|searched| !searched.search.is_finished());
        let breaks: Vec<String> = breaks.map(|searched| searched.finder.name().to_owned()).collect();
        self.broke_off += usize::from(!breaks.is_empty());
        let open = asked(&seen, &[])?;
        self.asked_open += usize::from(!open.is_empty());
        self.asked_open_sure += usize::from(is_sure(&open));
        let mut covers: Vec<Cover> = seen.findings.iter().map(Finding::proposed_cover).collect();
        let mut looks = 1;
        let mut first = Vec::new();
        while looks < LOOKS_MAX {
            looks += 1;
            let anew = asked(&seen, &covers)?;
            if anew.is_empty() {
                break;
            }
            covers.extend(anew.iter().map(Finding::proposed_cover));
            if looks == 2 {
                first = anew;
            } else if looks == 3 {
                self.asked_thrice += 1;
            }
        }
        self.asked_covered += usize::from(!first.is_empty());
        self.asked_covered_sure += usize::from(is_sure(&first));
        let say = |findings: &[Finding]| {
            let scored = findings.iter().map(|finding| {
                let score = finding.voices.first().map_or(0, |voice| voice.score_thousandths);
                format!("{:?} {:?} {score}", finding.sureness, finding.kind)
            });
            scored.collect::<Vec<_>>().join(", ")
        };
        writeln!(
            out,
            "{name}: {} found; broke off: [{}]; anew if open: [{}]; anew if covered: [{}]",
            seen.findings.len(),
            breaks.join(", "),
            say(&open),
            say(&first)
        )?;
        Ok(())
    }

    fn print(&self, out: &mut impl Write, name: &str) -> Answer<()> {
        let Self { pictures, broke_off, asked_open, asked_open_sure, asked_covered, asked_covered_sure, .. } = self;
        writeln!(
            out,
            "\n| pictures | a finder broke off | left open: asked anew (for something sure) | covered: asked anew (for something sure) | and asked a third time |"
        )?;
        writeln!(out, "|---|---|---|---|---|")?;
        writeln!(
            out,
            "| {pictures} {name} | {broke_off} | {asked_open} ({asked_open_sure}) | {asked_covered} ({asked_covered_sure}) | {} |\n",
            self.asked_thrice
        )?;
        Ok(())
    }
}

fn is_sure(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.sureness == Sureness::Sure)
}

/// What a second look asks for where these covers were drawn and everything else was dismissed.
fn asked(seen: &Inspection, covers: &[Cover]) -> Answer<Vec<Finding>> {
    let dismissed = seen.findings.iter().map(|finding| Dismissal {
        kind: finding.kind,
        region: finding.region,
        reason: DismissalReason::NotIdentifying,
    });
    let dismissed = if covers.is_empty() { dismissed.collect() } else { Vec::new() };
    let confirmation = Confirmation {
        reviewer: ClinicianId([0; 32]),
        dismissed,
        has_seen_unsearched: true,
        answered: seen.doubts.clone(),
        looked_for: Concern::ALL.into(),
    };
    let candidate = prepare(seen.clone(), covers, confirmation, &Limits::NETWORK)?;
    let looked = look_at(candidate.file(), &Limits::NETWORK, &mut |_, _| ())?;
    match candidate.release(&looked) {
        Err(ReleaseError::StillThere(found)) => Ok(found),
        // A finder broke off over the written picture alone: all that it sees is asked for.
        Err(ReleaseError::Unsearched) => Ok(looked.sight().findings.clone()),
        other => other.map(|_| Vec::new()).map_err(Into::into),
    }
}
