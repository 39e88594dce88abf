//! What the finders say of a picture, step by step: first faces as most photographs show them, then everything.
//!
//! The steps are for the screen alone. Until the last of them every finder that has more to do counts as not having
//! searched, so that nothing can be confirmed on half a look. A [`Looked`] is the finders' whole word on one file, and
//! only finders that have been through that file make one.

mod series;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    codes,
    decode::{Opened, open},
    dicom,
    error::IntakeError,
    faces,
    finding::{Doubt, Finder, Finding, Search, Searched},
    limits::Limits,
    pixels::Pixels,
    print::{self, Capture},
    pyramid::{self, Pyramid},
};

/// How far the finders came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Upright faces were looked for.
    Upright,
    /// Everything was.
    Whole,
}

/// What the finders say of a picture so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// How far they came.
    pub stage: Stage,
    /// What may have to be hidden, the surest first.
    pub findings: Vec<Finding>,
    /// Who looked, every finder once, and how far they came.
    pub searched: Vec<Searched>,
    /// What they cannot settle.
    pub doubts: BTreeSet<Doubt>,
}

impl Sight {
    /// What is said so far; every finder that is not named has not searched.
    fn so_far(findings: Vec<Finding>, searched: &[Searched]) -> Self {
        let unsearched = Finder::ALL.map(|finder| Searched { finder, search: Search::NotSearched });
        let mut sight = Self {
            stage: Stage::Upright,
            findings: Vec::new(),
            searched: unsearched.to_vec(),
            doubts: BTreeSet::new(),
        };
        sight.add(findings, searched);
        sight
    }

    /// Takes in what finders say in the end, as far as there is room.
    fn add(&mut self, findings: Vec<Finding>, searched: &[Searched]) {
        let room = FINDINGS_MAX.saturating_sub(self.findings.len());
        let is_too_much = findings.len() > room;
        self.findings.extend(findings.into_iter().take(room));
        for said in searched {
            for searched in self.searched.iter_mut().filter(|searched| searched.finder == said.finder) {
                searched.search = if is_too_much { said.search.max(Search::BrokeOff) } else { said.search };
            }
        }
    }
}

/// The finders' whole word on one file. [`look_at`] is its maker, here or at the other end of a worker's pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    pub(crate) file_sha256: [u8; 32],
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) sight: Sight,
}

impl Looked {
    /// What they say.
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// Whether this is their word on these bytes.
    pub fn is_of(&self, file: &[u8]) -> bool {
        self.file_sha256 == hash(file)
    }
}

/// Has every finder look at upright pixels; tells once the upright faces are found what there is so far, in a fraction of the
/// whole time. That may still move and grow: only what is returned is to be reviewed.
///
/// Upright faces are looked for alone, since somebody waits for them; turned faces, print and codes side by side. A finder that
/// panics counts as not having searched.
pub fn look(pixels: &Pixels, told: &mut dyn FnMut(&Sight)) -> Sight {
    look_as(pixels, Capture::of(pixels), told)
}

/// The same where it is known what made the picture.
fn look_as(pixels: &Pixels, capture: Capture, told: &mut dyn FnMut(&Sight)) -> Sight {
    let pyramid = Pyramid::of(pixels);
    let upright = pyramid.as_ref().map(faces::upright);
    if let Some(upright) = &upright {
        // Turned faces may still be there, so nobody has searched yet.
        told(&Sight::so_far(upright.findings(pixels), &[]));
    }
    let (mut sight, (print, codes)) = faces::side_by_side(
        || {
            upright
                .zip(pyramid.as_ref())
                .map_or_else(|| Sight::so_far(Vec::new(), &[]), |(upright, pyramid)| faces_in(upright, pyramid))
        },
        || {
            let Some(large) = pyramid::large(pixels) else {
                return ((Vec::new(), Search::NotSearched), (Vec::new(), Search::NotSearched));
            };
            faces::side_by_side(|| print::find(pixels, &large, capture), || codes::find(pixels, &large))
        },
    );
    for (finder, (findings, search)) in [(Finder::Lines, print), (Finder::Codes, codes)] {
        sight.add(findings, &[Searched { finder, search }]);
    }
    sight.findings.sort_by_key(|finding| finding.sureness);
    sight.stage = Stage::Whole;
    sight
}

/// All faces, where the upright ones are known.
fn faces_in(upright: faces::Sight, pyramid: &Pyramid<'_>) -> Sight {
    let faces = upright.joined(faces::turned(pyramid));
    let mut sight = Sight::so_far(faces.findings(pyramid.whole()), faces.searched());
    if faces::may_miss_one(&sight.findings, pyramid) {
        sight.doubts.insert(Doubt::SkinWithoutFace);
    }
    sight
}

/// Decodes a file and has every finder look at it; tells after the upright faces the width and height of the picture, in px,
/// and what there is so far. Of an object every frame is looked at, and what is seen in any of them is said of all: one set
/// of covers hides it.
///
/// # Errors
/// In words for the person who sent the file; see [`IntakeError`].
pub fn look_at(file: &[u8], limits: &Limits, told: &mut dyn FnMut((u32, u32), &Sight)) -> Result<Looked, IntakeError> {
    if dicom::is_object(file) {
        return series::look_at(file, limits, told);
    }
    let Opened { pixels, .. } = open(file, limits)?;
    let (width, height) = (pixels.width(), pixels.height());
    let sight = look(&pixels, &mut |sight| told((width, height), sight));
    Ok(Looked { file_sha256: hash(file), width, height, sight })
}

fn hash(file: &[u8]) -> [u8; 32] {
    Sha256::digest(file).into()
}

/// Findings of one picture. Nobody answers more of them one by one, so beyond it a finder broke off.
const FINDINGS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FindingKind, Region, Sureness};

    #[test]
    fn more_findings_than_anybody_answers_count_as_a_search_that_broke_off() {
        let region = Region { x: 0, y: 0, width: 1, height: 1 };
        let finding = Finding {
            kind: FindingKind::Face,
            region,
            proposal: region,
            frame: 0,
            sureness: Sureness::Sure,
            voices: Vec::new(),
        };
        let of = |count: usize| {
            let searched = Searched { finder: Finder::Lines, search: Search::Finished };
            let mut sight = Sight::so_far(Vec::new(), &[]);
            sight.add(vec![finding.clone(); count], &[searched]);
            let searched = sight.searched.iter().find(|searched| searched.finder == Finder::Lines).unwrap().search;
            (sight.findings.len(), searched)
        };
        assert_eq!(of(FINDINGS_MAX), (FINDINGS_MAX, Search::Finished));
        assert_eq!(of(FINDINGS_MAX + 1), (FINDINGS_MAX, Search::BrokeOff));
    }

    #[test]
    fn a_look_is_that_at_one_file_and_no_other() {
        let picture = image::DynamicImage::new_rgb8(9, 2);
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
        let file = file.into_inner();
        let mut stages = Vec::new();
        let looked = look_at(&file, &Limits::NETWORK, &mut |_, sight| stages.push(sight.stage)).unwrap();
        assert!(looked.is_of(&file) && !looked.is_of(&file[1..]));
        assert_eq!((stages, looked.sight().stage), (vec![Stage::Upright], Stage::Whole));
    }
}
