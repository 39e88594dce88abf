//! How far the command is: a bar for whoever waits at a terminal, else a line a file.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::tally::Fate;
use crate::{cli::output::complain, sentences::Sentences, web::pieces::plain};

const LINE: &str = "{wide_bar} {msg}, {eta} left";
/// A picture takes seconds; the time that is left runs on meanwhile.
const BEAT: Duration = Duration::from_secs(1);

/// A way through so many files.
pub(super) struct Progress {
    /// None, if nobody watches.
    bar: Option<ProgressBar>,
    at: usize,
    count: usize,
}

impl Progress {
    pub(super) fn through(count: usize) -> Self {
        let bar = (io::stderr().is_terminal() && count > 0).then(|| {
            let bar = ProgressBar::new(count as u64);
            if let Ok(style) = ProgressStyle::with_template(LINE) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(BEAT);
            bar
        });
        let progress = Self { bar, at: 0, count };
        progress.show();
        progress
    }

    /// That became of the next file.
    pub(super) fn step(&mut self, file: &Path, fate: &Fate) {
        self.at += 1;
        self.show();
        if self.bar.is_none() {
            let file = plain(&file.display().to_string());
            complain(|out| writeln!(out, "{}, {file}: {}", self.place(), fate.said()));
        }
    }

    fn show(&self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.at as u64);
            bar.set_message(self.place());
        }
    }

    fn place(&self) -> String {
        let (at, count) = (self.at.to_string(), self.count.to_string());
        Sentences::english().with2("anonymize-place", "at", at, "count", count)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
