//! Pairs in a tray: a picture from before and the one behind it, from after. They stand side by side wherever they are moved,
//! confirmed or not; what is moved between them, or taken out, ends the pair.

use protocol::payload::{
    content::{Pairing, Picture},
    pairs::Side,
};
use serde::{Deserialize, Serialize};

use super::tray::{Laid, PictureId, Tray};

/// A picture from before, and the one from after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pair {
    before: PictureId,
    after: PictureId,
}

impl Tray {
    /// Makes a picture and the one behind it a pair; false if none is behind it or one of them belongs to a pair.
    pub(super) fn pair(&mut self, before: PictureId) -> bool {
        let found = self.neighbours().find(|pair| pair.before == before);
        let free = found.filter(|pair| self.side_of(pair.before).or(self.side_of(pair.after)).is_none());
        self.pairs.extend(free);
        free.is_some()
    }

    /// Ends the pair of a picture; false if it has none.
    pub(super) fn part(&mut self, id: PictureId) -> bool {
        let count = self.pairs.len();
        self.pairs.retain(|pair| pair.before != id && pair.after != id);
        self.pairs.len() < count
    }

    /// Which side of a pair a picture shows.
    pub(super) fn side_of(&self, id: PictureId) -> Option<Side> {
        self.pairs.iter().find_map(|pair| match id {
            _ if id == pair.before => Some(Side::Before),
            _ if id == pair.after => Some(Side::After),
            _ => None,
        })
    }

    /// Keeps the pairs whose pictures stand side by side. Where they have changed places, so have before and after.
    pub(super) fn keep_pairs(&mut self) {
        let neighbours: Vec<Pair> = self.neighbours().collect();
        let turned = |pair: Pair| Pair { before: pair.after, after: pair.before };
        let kept = |pair: &Pair| [*pair, turned(*pair)].into_iter().find(|pair| neighbours.contains(pair));
        self.pairs = self.pairs.iter().filter_map(kept).collect();
    }

    /// Takes over the pairs of a draft of whose pictures the tray knew nothing.
    pub(super) fn recall_pairs(&mut self, listed: &[Picture], was_unknown: impl Fn(PictureId) -> bool) {
        for two in listed.windows(2) {
            let [before, after] = two else { continue };
            let id =
                |picture: &Picture| self.pictures.iter().find(|laid| laid.blob() == Some(picture.blob)).map(|l| l.id);
            if before.pairing == Some(Pairing::BeforeAfter)
                && let Some((before, after)) = id(before).zip(id(after))
                && was_unknown(before)
                && was_unknown(after)
            {
                self.pairs.push(Pair { before, after });
            }
        }
    }

    /// Marks the befores among pictures of the tray that stand in its order.
    pub(super) fn mark_pairs(&self, pictures: &mut [(&Laid, Picture)]) {
        let ids: Vec<PictureId> = pictures.iter().map(|(laid, _)| laid.id).collect();
        for (place, (laid, picture)) in pictures.iter_mut().enumerate() {
            let next = ids.get(place + 1).map(|after| Pair { before: laid.id, after: *after });
            picture.pairing = next.filter(|pair| self.pairs.contains(pair)).map(|_| Pairing::BeforeAfter);
        }
    }

    /// What stands side by side.
    fn neighbours(&self) -> impl Iterator<Item = Pair> {
        self.pictures.windows(2).filter_map(|two| match two {
            [before, after] => Some(Pair { before: before.id, after: after.id }),
            _ => None,
        })
    }
}
