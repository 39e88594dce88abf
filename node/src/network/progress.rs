//! How far building tables from the journal is: a bar for whoever waits at a terminal, and two lines in the log.

use indicatif::{ProgressBar, ProgressStyle};
use store::{Journal, Position};

/// Less than this is done before anybody looks.
const SHOWN_FROM_BYTES: u64 = 64 << 10;
const LINE: &str = "{prefix} {wide_bar} {percent:>3} % of {total_bytes}, {eta} left";

/// A walk along a journal to its end.
pub(super) struct Progress<'j> {
    journal: &'j Journal,
    begin: u64,
    /// None, if the way is short.
    bar: Option<ProgressBar>,
}

impl<'j> Progress<'j> {
    /// From behind a record, or from the beginning, for what the walk makes.
    pub(super) fn along(journal: &'j Journal, behind: Option<Position>, what: &'static str) -> Self {
        let begin = behind.map_or(0, |behind| journal.bytes_before(behind));
        let bytes = journal.bytes_before(journal.end()).saturating_sub(begin);
        if bytes < SHOWN_FROM_BYTES {
            return Self { journal, begin, bar: None };
        }
        tracing::info!(tables.what = what, journal.bytes = bytes, "Tables are brought up to the journal.");
        // Draws nothing where standard error is no terminal.
        let bar = ProgressBar::new(bytes).with_prefix(what);
        if let Ok(style) = ProgressStyle::with_template(LINE) {
            bar.set_style(style);
        }
        Self { journal, begin, bar: Some(bar) }
    }

    /// This record is done.
    pub(super) fn reach(&self, position: Position) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.journal.bytes_before(position).saturating_sub(self.begin));
        }
    }

    /// The end is reached.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish();
            tracing::info!(seconds = bar.elapsed().as_secs_f64(), "Tables are up to the journal.");
        }
    }
}
