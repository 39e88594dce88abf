//! Before and after: two pictures of a case that are looked at together.
//!
//! A pair is said by one mark on its first picture, and its second is the one behind that. So no pair can name a picture that
//! is not there or itself, and what is left to get wrong is refused: a before that nothing follows, and a picture that is the
//! after of one and the before of another.

use super::content::{Pairing, Summary};
use crate::codec::Malformed;

/// Which side of a pair a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What it was like.
    Before,
    /// What became of it.
    After,
}

impl Summary {
    /// Which side of a pair a picture shows, by its place in the case; none if it belongs to no pair.
    pub fn side_of(&self, place: usize) -> Option<Side> {
        let is_before = |place: usize| {
            let picture = self.pictures.get(place);
            picture.is_some_and(|picture| picture.pairing == Some(Pairing::BeforeAfter))
        };
        match () {
            () if is_before(place) => Some(Side::Before),
            () if place < self.pictures.len() && place.checked_sub(1).is_some_and(is_before) => Some(Side::After),
            () => None,
        }
    }

    pub(super) fn check_pairs(&self) -> Result<(), Malformed> {
        let is_before: Vec<bool> =
            self.pictures.iter().map(|picture| picture.pairing == Some(Pairing::BeforeAfter)).collect();
        if is_before.last() == Some(&true) {
            return Err(Malformed::Form { at: 0, what: "a picture before nothing" });
        }
        match is_before.windows(2).any(|two| two == [true, true]) {
            true => Err(Malformed::Form { at: 0, what: "a picture that is after one and before another" }),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        codec::Text,
        id::{BlobId, ClinicianId, Salt},
        payload::{
            content::{MediaType, Picture},
            manifest::Manifest,
        },
    };

    fn case(pairings: &[Option<Pairing>]) -> Summary {
        let manifest = Manifest {
            reviewer: ClinicianId([0; 32]),
            finders: vec![],
            covers: vec![],
            dismissed: vec![],
            removed: vec![],
            answered: vec![],
            looked_for: vec![],
            methods: vec![],
        };
        let picture = |pairing: &Option<Pairing>| Picture {
            blob: BlobId([1; 32]),
            blob_size: 1,
            media_type: MediaType::Jpeg,
            width: 1,
            height: 1,
            preview: BlobId([2; 32]),
            preview_size: 1,
            alt: Text::default(),
            manifest: manifest.clone(),
            pairing: *pairing,
        };
        Summary {
            title: Text::default(),
            question: Text::default(),
            body: Text::default(),
            specialty: None,
            tags: vec![],
            age: None,
            sex: None,
            pictures: pairings.iter().map(picture).collect(),
            blob_salt: Salt([0; 32]),
            audience: None,
            is_public: false,
        }
    }

    const BEFORE: Option<Pairing> = Some(Pairing::BeforeAfter);
    const OF_LATER_SOFTWARE: Option<Pairing> = Some(Pairing::Other(2));

    #[test]
    fn a_pair_is_a_picture_and_the_one_behind_it() {
        let case = case(&[None, BEFORE, None, BEFORE, None]);
        case.check().unwrap();
        let sides: Vec<_> = (0..6).map(|place| case.side_of(place)).collect();
        let (before, after) = (Some(Side::Before), Some(Side::After));
        assert_eq!(sides, [None, before, after, before, after, None]);
    }

    #[test]
    fn a_before_without_an_after_and_a_chain_are_refused() {
        for wrong in [&[BEFORE][..], &[None, BEFORE], &[BEFORE, BEFORE, None], &[BEFORE, None, BEFORE]] {
            case(wrong).check().unwrap_err();
        }
        assert_eq!(case(&[BEFORE]).side_of(1), None, "nothing is after the last");
    }

    #[test]
    fn a_way_to_belong_together_that_is_not_known_means_nothing_and_is_kept() {
        let case = case(&[OF_LATER_SOFTWARE, BEFORE, OF_LATER_SOFTWARE]);
        case.check().unwrap();
        assert_eq!([0, 1, 2].map(|place| case.side_of(place)), [None, Some(Side::Before), Some(Side::After)]);
        let read: Summary = crate::codec::decode(&crate::codec::encode(&case)).unwrap();
        assert_eq!(read, case);
    }
}
