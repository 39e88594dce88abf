//! Counts and what they say: shares, and how far chance alone may have moved them.

use std::collections::BTreeMap;

use super::{Seen, labels::Labelled};

const FOUND_OVERLAP_MIN: f64 = 0.35;
const HIDDEN_SHARE_MIN: f64 = 0.85;
/// Standard deviations of a 95 % interval.
const Z: f64 = 1.96;

/// Faces of one stratum.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) faces: u32,
    pub(crate) found: u32,
    pub(crate) covered: u32,
}

/// What one method did on all pictures.
#[derive(Default)]
pub(crate) struct Account {
    pub(crate) strata: BTreeMap<String, Tally>,
    /// Of each picture that was not cut or turned, the covered share that shows no face.
    pub(crate) beside: Vec<f64>,
    pub(crate) overcovered: u32,
    pub(crate) seconds: f64,
    pub(crate) pictures: u32,
}

impl Tally {
    /// Found and covered, in per cent.
    pub(crate) fn shares(&self) -> String {
        format!("{:.1} / {:.1}", percent(self.found, self.faces), percent(self.covered, self.faces))
    }

    /// The 95 % interval of the found share by Wilson's score (JASA 22, 1927), in per cent.
    pub(crate) fn interval(&self) -> String {
        let (n, p) = (f64::from(self.faces), f64::from(self.found) / f64::from(self.faces));
        let middle = p + Z * Z / (2.0 * n);
        let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let bound = |bound: f64| 100.0 * bound / (1.0 + Z * Z / n);
        format!("{:.0} to {:.0}", bound(middle - reach), bound(middle + reach))
    }
}

impl Account {
    pub(crate) fn count(&mut self, picture: &Labelled, seen: &Seen) {
        let (covered_share, beside) = picture.covered_shares(&seen.covers);
        let is_overcovered = picture.is_overcovered(covered_share);
        self.overcovered += u32::from(is_overcovered);
        self.seconds += seen.seconds;
        self.pictures += 1;
        if picture.is_plain {
            self.beside.push(beside);
        }
        for face in picture.faces.iter().filter(|face| face.counts) {
            let overlaps = seen.regions.iter().any(|region| face.place.overlap(region) >= FOUND_OVERLAP_MIN);
            let is_hidden = picture.hidden_share(&face.place, &seen.covers) >= HIDDEN_SHARE_MIN;
            for stratum in &face.strata {
                let tally = self.strata.entry(stratum.clone()).or_default();
                tally.faces += 1;
                tally.found += u32::from(overlaps && !is_overcovered);
                tally.covered += u32::from(is_hidden && !is_overcovered);
            }
        }
    }

    /// Median and 95th percentile of the covered share that shows no face, in per cent.
    pub(crate) fn beside(&self) -> String {
        let mut shares = self.beside.clone();
        shares.sort_by(f64::total_cmp);
        let at = |part: f64| shares.get((part * (shares.len() as f64 - 1.0)).round() as usize).copied();
        format!("{:.1} / {:.1}", 100.0 * at(0.5).unwrap_or(0.0), 100.0 * at(0.95).unwrap_or(0.0))
    }

    pub(crate) fn seconds_a_picture(&self) -> f64 {
        self.seconds / f64::from(self.pictures.max(1))
    }
}

pub(crate) fn percent(part: u32, of: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(of.max(1))
}
