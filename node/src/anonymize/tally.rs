//! What became of every file, and what is said of it: a sentence for people, one object for programs, a number for scripts.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::{Value, json};

use super::{original::NotTaken, sheet, walk::Stray};
use crate::{
    cli::{Anonymize, Failure, output::put},
    sentences::Sentences,
    web::pieces::plain,
};

/// Some files were refused; every other is written.
const SOME_REFUSED: u8 = 3;
/// Some pictures wait for a person's eyes, as all do after a first run.
const SOME_WAIT: u8 = 4;
/// Somebody stopped the command, as a shell says it.
const STOPPED: u8 = 130;

/// What became of a file.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is on the sheet, and nobody has said that they looked.
    OnSheet(u32),
    /// The same picture is, from another file.
    Same(u32),
    /// It is written under a name.
    Written(String),
    /// It was there already under a name.
    There(String),
    /// The operator left it out.
    LeftOut(u32),
    /// It is not on the sheet as it is now, so that nobody has looked.
    Unseen,
    /// It is not taken, for a reason.
    Refused(String),
    /// It is no picture, or nothing that is followed.
    PassedOver(String),
}

/// What became of all.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: Vec<(PathBuf, Fate)>,
    /// Pictures of the sheet whose originals were not among the files.
    pub(super) not_met: usize,
    /// The first file of which nothing became, if the command was stopped.
    pub(super) stopped_before: Option<PathBuf>,
}

impl Fate {
    pub(super) fn stray(stray: &Stray) -> Self {
        let t = Sentences::english();
        match stray {
            Stray::Link => Self::PassedOver(t.get("anonymize-link")),
            Stray::NoFile => Self::PassedOver(t.get("anonymize-no-file")),
            Stray::Unreadable(error) => Self::Refused(t.with("anonymize-unreadable", "why", error.to_string())),
        }
    }

    pub(super) fn not_taken(why: &NotTaken) -> Self {
        match why {
            NotTaken::NoPicture => Self::PassedOver(why.sentence()),
            why => Self::Refused(why.sentence()),
        }
    }

    /// Another file has its name.
    pub(super) fn taken(name: &str) -> Self {
        Self::Refused(Sentences::english().with("anonymize-taken", "name", name))
    }

    /// In words, behind the name of the file.
    pub(super) fn said(&self) -> String {
        let t = Sentences::english();
        let numbered = |key: &str, number: &u32| t.with(key, "number", format!("{number:04}"));
        match self {
            Self::OnSheet(number) => numbered("anonymize-on-sheet", number),
            Self::Same(number) => numbered("anonymize-same", number),
            Self::Written(name) => t.with("anonymize-written", "name", name),
            Self::There(name) => t.with("anonymize-there", "name", name),
            Self::LeftOut(number) => numbered("anonymize-left-out", number),
            Self::Unseen => t.get("anonymize-unseen"),
            Self::Refused(why) | Self::PassedOver(why) => why.clone(),
        }
    }

    /// For programs.
    fn to_json(&self, file: &Path) -> Value {
        let file = file.display().to_string();
        match self {
            Self::OnSheet(number) => json!({ "file": file, "state": "on-sheet", "number": number }),
            Self::Same(number) => json!({ "file": file, "state": "same", "number": number }),
            Self::Written(name) => json!({ "file": file, "state": "written", "name": name }),
            Self::There(name) => json!({ "file": file, "state": "there", "name": name }),
            Self::LeftOut(number) => json!({ "file": file, "state": "left-out", "number": number }),
            Self::Unseen => json!({ "file": file, "state": "unseen" }),
            Self::Refused(why) => json!({ "file": file, "state": "refused", "why": why }),
            Self::PassedOver(why) => json!({ "file": file, "state": "passed-over", "why": why }),
        }
    }

    fn waits(&self) -> bool {
        matches!(self, Self::OnSheet(_) | Self::Same(_) | Self::Unseen)
    }
}

impl Tally {
    pub(super) fn note(&mut self, file: PathBuf, fate: Fate) {
        self.rows.push((file, fate));
    }

    /// How many files have such a fate.
    fn count(&self, is_it: impl Fn(&Fate) -> bool) -> usize {
        self.rows.iter().filter(|(_, fate)| is_it(fate)).count()
    }

    /// What a sheet says at its end.
    pub(super) fn foot(&self) -> sheet::Foot {
        let shown = |file: &Path| plain(&file.display().to_string());
        let refused = |(file, fate): &(PathBuf, Fate)| match fate {
            Fate::Refused(why) => Some(sheet::Refused { file: shown(file), why: why.clone() }),
            _ => None,
        };
        let passed_over = self.rows.iter().filter(|(_, fate)| matches!(fate, Fate::PassedOver(_)));
        sheet::Foot {
            t: Sentences::english(),
            pictures: 0,
            refused: self.rows.iter().filter_map(refused).collect(),
            passed_over: passed_over.map(|(file, _)| shown(file)).collect(),
            stopped_before: self.stopped_before.as_deref().map(shown).unwrap_or_default(),
        }
    }

    /// 0 only if every picture is written.
    pub(super) fn exit(&self) -> u8 {
        if self.stopped_before.is_some() {
            STOPPED
        } else if self.count(Fate::waits) > 0 {
            SOME_WAIT
        } else if self.count(|fate| matches!(fate, Fate::Refused(_))) > 0 {
            SOME_REFUSED
        } else {
            0
        }
    }

    /// Says it, and how the command ends.
    pub(super) fn tell(&self, order: &Anonymize, is_json: bool) -> Result<ExitCode, Failure> {
        put(|out| match is_json {
            true => writeln!(out, "{:#}", self.to_json(order)),
            false => self.in_words(out, order),
        })?;
        Ok(ExitCode::from(self.exit()))
    }

    fn to_json(&self, order: &Anonymize) -> Value {
        let files: Vec<Value> = self.rows.iter().map(|(file, fate)| fate.to_json(file)).collect();
        json!({
            "report": order.report.display().to_string(),
            "into": order.into.display().to_string(),
            "has_looked": order.looked,
            "files": files,
            "not_met": self.not_met,
            "stopped_before": self.stopped_before.as_ref().map(|file| file.display().to_string()),
        })
    }

    fn in_words(&self, out: &mut Vec<u8>, order: &Anonymize) -> io::Result<()> {
        let t = Sentences::english();
        let shown = |path: &Path| plain(&path.display().to_string());
        for (file, fate) in &self.rows {
            writeln!(out, "{}: {}", shown(file), fate.said())?;
        }
        let (sheet, into) = (shown(&order.report), shown(&order.into));
        let counted = |key: &str, is_it: fn(&Fate) -> bool| t.with(key, "count", self.count(is_it).to_string());
        if !self.rows.is_empty() {
            writeln!(out)?;
        }
        if order.looked {
            let written = self.count(|fate| matches!(fate, Fate::Written(_) | Fate::There(_)));
            writeln!(out, "{}", t.with2("anonymize-sum-written", "count", written.to_string(), "into", &into))?;
        } else {
            writeln!(out, "{}", counted("anonymize-sum-on-sheet", |fate| matches!(fate, Fate::OnSheet(_))))?;
        }
        for (key, is_it) in [
            ("anonymize-sum-unseen", (|fate| matches!(fate, Fate::Unseen)) as fn(&Fate) -> bool),
            ("anonymize-sum-left-out", |fate| matches!(fate, Fate::LeftOut(_))),
            ("anonymize-sum-refused", |fate| matches!(fate, Fate::Refused(_))),
            ("anonymize-sum-passed-over", |fate| matches!(fate, Fate::PassedOver(_))),
        ] {
            if self.count(is_it) > 0 {
                writeln!(out, "{}", counted(key, is_it))?;
            }
        }
        if self.not_met > 0 {
            writeln!(out, "{}", t.with("anonymize-sum-not-met", "count", self.not_met.to_string()))?;
        }
        if let Some(file) = &self.stopped_before {
            writeln!(out, "{}", t.with("anonymize-stopped", "file", shown(file)))?;
        } else if self.exit() == SOME_WAIT {
            let key = if order.looked { "anonymize-next-again" } else { "anonymize-next" };
            writeln!(out, "{}", t.with2(key, "sheet", &sheet, "into", &into))?;
        }
        let is_shown = |fate: &Fate| !matches!(fate, Fate::Refused(_) | Fate::PassedOver(_) | Fate::Unseen);
        if self.count(is_shown) > 0 {
            writeln!(out, "{}", t.with("anonymize-delete", "sheet", &sheet))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(fates: Vec<Fate>) -> u8 {
        let mut tally = Tally::default();
        for fate in fates {
            tally.note("a".into(), fate);
        }
        tally.exit()
    }

    fn refused() -> Fate {
        Fate::Refused("The file is empty.".to_owned())
    }

    #[test]
    fn only_what_is_all_written_ends_with_nothing() {
        let written = || vec![Fate::Written("0001.jpg".to_owned()), Fate::There("0002.jpg".to_owned())];
        let with = |fate: Fate| exit(written().into_iter().chain([fate]).collect());
        assert_eq!(exit(written()), 0);
        assert_eq!(with(Fate::PassedOver("no picture".to_owned())), 0);
        assert_eq!(with(Fate::LeftOut(3)), 0, "as the operator wished");
        assert_eq!(with(refused()), 3);
        assert_eq!(with(Fate::Unseen), 4);
        assert_eq!(exit(vec![Fate::OnSheet(1)]), 4);
        assert_eq!(exit(vec![refused(), Fate::Unseen]), 4, "eyes first: what is refused stays so");
        let stopped = Tally { stopped_before: Some("b".into()), ..Tally::default() };
        assert_eq!(stopped.exit(), 130);
    }

    #[test]
    fn every_fate_is_said_in_words_that_are_there() {
        let fates = [
            Fate::OnSheet(1),
            Fate::Same(1),
            Fate::Written("0001.jpg".to_owned()),
            Fate::There("0001.jpg".to_owned()),
            Fate::LeftOut(1),
            Fate::Unseen,
            Fate::taken("0001.jpg"),
            Fate::not_taken(&NotTaken::NoPicture),
            Fate::not_taken(&NotTaken::StillThere(2)),
            Fate::stray(&Stray::Link),
            Fate::stray(&Stray::NoFile),
            Fate::stray(&Stray::Unreadable(io::ErrorKind::NotFound.into())),
        ];
        for fate in fates {
            let said = fate.said();
            assert!(!said.contains("anonymize-") && !said.contains('{') && said.contains(' '), "{fate:?}: {said}");
        }
    }
}
