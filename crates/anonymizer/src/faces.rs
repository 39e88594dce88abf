//! Faces: CenterFace on all levels of the pyramid and in four orientations, rustface beside it.
//!
//! The upright pass is apart from the turned one, so that the first covers can be shown while the rest is still searched.
//! All hits of all passes are then joined into one finding a face: a tight region, a proposal that hides the whole head, and
//! voices that say who saw it. A finder that fails or panics counts as not having searched.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    finding::{Finder, Finding, Search, Searched, Sureness},
    pixels::Pixels,
    pyramid::{LEVEL_PIXELS, Pyramid},
    warm::ModelError,
};

pub(crate) mod centerface;
mod hit;
mod merge;
pub(crate) mod rustface;
mod skin;
#[cfg(test)]
mod tests;
mod view;

use centerface::CenterFace;
use hit::Hit;
use view::View;

/// Pixels of the finest level at which CenterFace looks for turned faces, and of the one at which rustface looks: once, in a
/// third of a second.
const SECOND_LEVEL_PIXELS: u32 = LEVEL_PIXELS[1];
/// The least scores of a hit of CenterFace; what lies between them and a sure hit is the reviewer's to answer.
const CENTERFACE_MIN_UPRIGHT: f64 = 0.15;
const CENTERFACE_MIN_TURNED: f64 = 0.2;
/// The least score of a hit of rustface: none of its hits on pictures without faces reaches it.
const RUSTFACE_MIN: f64 = 2.0;

/// What the passes saw so far.
pub(crate) struct Sight {
    hits: Vec<Hit>,
    searched: Vec<Searched>,
}

/// Loads the models and starts the threads that run them.
pub(crate) fn warm() -> Result<(), ModelError> {
    rten::thread_pool();
    CenterFace::loaded().ok_or(ModelError(Finder::CenterFace))?;
    rustface::loaded().ok_or(ModelError(Finder::Rustface))?;
    Ok(())
}

/// Faces as most photographs show them, once Exif is applied. Both finders look.
pub(crate) fn upright(pyramid: &Pyramid<'_>) -> Sight {
    let looks = pyramid.levels().iter().map(|level| View::new(level, 0));
    let rustface_look = || {
        let level = pyramid.levels_up_to(SECOND_LEVEL_PIXELS).next()?;
        rustface::look(&View::new(level, 0), RUSTFACE_MIN, pyramid.whole())
    };
    let (ours, theirs) = side_by_side(
        || guarded(Finder::CenterFace, || centerface_looks(pyramid, looks)),
        || guarded(Finder::Rustface, rustface_look),
    );
    ours.joined(theirs)
}

/// In the threads that run the models; one after the other where there are none.
pub(crate) fn side_by_side<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rten::thread_pool().run(|| if rayon::current_thread_index().is_some() { rayon::join(a, b) } else { (a(), b()) })
}

/// Faces that lie on their side or upside down. CenterFace looks.
pub(crate) fn turned(pyramid: &Pyramid<'_>) -> Sight {
    let levels = || pyramid.levels_up_to(SECOND_LEVEL_PIXELS);
    let looks = (1..4).flat_map(|quarters| levels().map(move |level| View::new(level, quarters)));
    guarded(Finder::CenterFace, || centerface_looks(pyramid, looks))
}

impl Sight {
    /// What both passes saw; a finder that failed in one of them broke off.
    pub(crate) fn joined(mut self, other: Self) -> Self {
        self.hits.extend(other.hits);
        for theirs in other.searched {
            match self.searched.iter_mut().find(|ours| ours.finder == theirs.finder) {
                Some(ours) => ours.search = ours.search.and(theirs.search),
                None => self.searched.push(theirs),
            }
        }
        self
    }

    /// Who looked, and how far they came.
    pub(crate) fn searched(&self) -> &[Searched] {
        &self.searched
    }

    /// One finding a face, the surest first.
    pub(crate) fn findings(&self, whole: &Pixels) -> Vec<Finding> {
        merge::merged(&self.hits, whole)
    }
}

/// Whether so much of a picture looks like skin that a person must look, as no finder is sure of a face in it.
pub(crate) fn may_miss_one(found: &[Finding], pyramid: &Pyramid<'_>) -> bool {
    let is_sure = found.iter().any(|finding| finding.sureness == Sureness::Sure);
    !is_sure && pyramid.levels().last().is_some_and(skin::has_skin)
}

fn centerface_looks<'a>(pyramid: &Pyramid<'_>, looks: impl Iterator<Item = View<'a>>) -> Option<Vec<Hit>> {
    let centerface = CenterFace::loaded()?;
    let mut hits = Vec::new();
    for view in looks {
        let score_min = if view.quarters() == 0 { CENTERFACE_MIN_UPRIGHT } else { CENTERFACE_MIN_TURNED };
        hits.extend(centerface.look(&view, score_min, pyramid.whole())?);
    }
    Some(hits)
}

/// What a finder saw; nothing, and not searched, if it failed or panicked.
fn guarded(finder: Finder, look: impl FnOnce() -> Option<Vec<Hit>>) -> Sight {
    let (hits, search) = match catch_unwind(AssertUnwindSafe(look)) {
        Ok(Some(hits)) => (hits, Search::Finished),
        Ok(None) | Err(_) => (Vec::new(), Search::NotSearched),
    };
    Sight { hits, searched: vec![Searched { finder, search }] }
}
