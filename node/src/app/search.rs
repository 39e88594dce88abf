//! Searching: the question goes to this node's own index and nowhere else.

use casebook::Reader;
use house::{Actor, Permission};
use index::{Hits, Names, Query, Viewer, snippet};
use protocol::InstitutionId;

use super::{App, AppError, CaseView};
use crate::network::Shared;

/// Bytes of text that stand beside a hit.
const SNIPPET_BYTES: usize = 240;

/// A case that was found, with the words that answer.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) view: CaseView,
    /// The title in pieces, each with whether it is what was asked for.
    pub(crate) title: Vec<(String, bool)>,
    /// Pieces of text, the same way.
    pub(crate) snippet: Vec<(String, bool)>,
}

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) found: Vec<Found>,
    pub(crate) hits: Hits,
    /// Institutions whose cases were searched.
    pub(crate) institutions: usize,
}

impl App {
    /// Searches all cases that an actor may read.
    pub(crate) fn search(&self, text: &str, limit: usize, offset: usize, actor: &Actor) -> Result<Answer, AppError> {
        let joined = self.joined()?;
        let shared = joined.shared();
        let may_read_house = *actor == Actor::System || self.permit(actor, Permission::ReadHouse).is_ok();
        let viewer = match self.reader(actor)? {
            Reader::Viewer => Viewer::Unattested,
            _ if may_read_house => Viewer::OfThisHouse(joined.me()),
            _ => Viewer::Attested(joined.me()),
        };
        let query = Query::parse(text, &Roll(shared));
        let hits = shared.reader.search(&query, viewer, limit, offset)?;
        let mut found = Vec::new();
        for hit in &hits.hits {
            // The index may be behind, and knows less of a case than the casebook does.
            if !self.access(hit.case, actor)?.is_allowed() {
                continue;
            }
            let Some(open) = shared.shelf.open_case(hit.case)? else { continue };
            let Some(view) = shared.view_if_sound(hit.case, open)? else { continue };
            let comment = match &hit.comment {
                Some(comment) => shared.shelf.remark_text(comment)?,
                None => None,
            };
            let text = comment.unwrap_or_else(|| words_of(&view));
            let title = view.summary.title.as_str();
            let (title, snippet) = (pieces(&query, title, title.len()), pieces(&query, &text, SNIPPET_BYTES));
            found.push(Found { view, title, snippet });
        }
        let institutions = casebook::institutions(&shared.shelf)?.len();
        Ok(Answer { found, hits, institutions })
    }

    /// How many cases the index holds, those for the own house among them.
    pub(super) fn cases_in_index(&self) -> Result<u64, AppError> {
        let joined = self.joined()?;
        let everything = Query::parse("", &Roll(joined.shared()));
        Ok(joined.shared().reader.search(&everything, Viewer::OfThisHouse(joined.me()), 1, 0)?.searched)
    }
}

/// A stretch of a text in pieces, each with whether it is what was asked for.
fn pieces(query: &Query, text: &str, bytes_max: usize) -> Vec<(String, bool)> {
    let pieces = snippet(query, text, bytes_max).into_iter();
    pieces.filter_map(|piece| Some((text.get(piece.range)?.to_owned(), piece.is_match))).collect()
}

fn words_of(view: &CaseView) -> String {
    let summary = &view.summary;
    [summary.question.as_str(), summary.body.as_str()].join("\n")
}

/// Names of institutions, as the roster knows them.
struct Roll<'a>(&'a Shared);

impl Names for Roll<'_> {
    fn specialties(&self, _: &str) -> Vec<u32> {
        Vec::new()
    }

    fn institutions(&self, name: &str) -> Vec<InstitutionId> {
        let exchange = self.0.exchange();
        let name = name.to_lowercase();
        let institutions = exchange.chains().filter_map(feed::Chain::institution);
        institutions
            .filter(|institution| institution.name().to_lowercase().contains(&name))
            .map(trust::Institution::feed)
            .collect()
    }
}
