//! Lists of words, sorted by bytes, one a line, in small letters; a digit behind a tab says how common an entry is.
//!
//! They stay text: a stranger can read them and look up why something was marked. A look-up halves the list by bytes, so
//! nothing is built at the start.

/// A sorted list.
#[derive(Clone, Copy)]
pub(super) struct List(&'static str);

/// Given names; 2 is common.
pub(super) const FIRST_NAMES: List = List(include_str!("../../lists/first_names.txt"));
/// Family names; 2 is common.
pub(super) const LAST_NAMES: List = List(include_str!("../../lists/last_names.txt"));
/// Places below state; 1 has fewer than 50,000 people, 3 has 250,000 and more.
pub(super) const PLACES: List = List(include_str!("../../lists/places.txt"));
/// Ordinary and clinical words of English, and those that could be taken for names.
pub(super) const WORDS: List = List(include_str!("../../lists/words.txt"));
/// Names that stand for diseases, signs, scores, devices and trials.
pub(super) const EPONYMS: List = List(include_str!("../../lists/eponyms.txt"));
/// Hospitals by the names people use for them.
pub(super) const HOSPITALS: List = List(include_str!("../../lists/hospitals.txt"));
/// Diseases of which there is one in a small place.
pub(super) const RARE_DISEASES: List = List(include_str!("../../lists/rare_diseases.txt"));
/// Words that announce a number, and the class of the number; a question mark behind words that often announce none.
pub(super) const ANNOUNCEMENTS: List = List(include_str!("../../lists/announcements.txt"));
/// What is named after people and places: "disease", "score", "catheter".
pub(super) const THINGS: List = List(include_str!("../../lists/things.txt"));
/// Words in front of "clinic" that say what is done there and not where it is.
pub(super) const KINDS: List = List(include_str!("../../lists/kinds.txt"));
/// Titles of persons; those of weight 1 are also words, and need a listed name behind.
pub(super) const TITLES: List = List(include_str!("../../lists/titles.txt"));
/// Words after which a name of the patient or of somebody near comes.
pub(super) const ANNOUNCING: List = List(include_str!("../../lists/announcing.txt"));
/// Small words inside a name: "van", "de la".
pub(super) const PARTICLES: List = List(include_str!("../../lists/particles.txt"));
/// States and countries, which may stay.
pub(super) const REGIONS: List = List(include_str!("../../lists/regions.txt"));
/// Two and three letters that stand for a state or country behind a place.
pub(super) const REGION_CODES: List = List(include_str!("../../lists/region_codes.txt"));

impl List {
    /// What stands behind the tab of `entry`, empty where there is no tab; `None` where there is no such entry.
    pub(super) fn find(&self, entry: &str) -> Option<&'static str> {
        let bytes = self.0.as_bytes();
        let (mut from, mut to) = (0, bytes.len());
        while from < to {
            let middle = from + (to - from) / 2;
            let start = bytes[from..middle].iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
            let end = bytes[middle..to].iter().position(|byte| *byte == b'\n').map_or(to, |at| middle + at);
            let line = &self.0[start..end];
            let (word, rest) = line.split_once('\t').unwrap_or((line, ""));
            match word.cmp(entry) {
                std::cmp::Ordering::Equal => return Some(rest),
                std::cmp::Ordering::Less => from = (end + 1).min(to),
                std::cmp::Ordering::Greater => to = start,
            }
        }
        None
    }

    /// Whether there is such an entry.
    pub(super) fn has(&self, entry: &str) -> bool {
        self.find(entry).is_some()
    }

    /// How common an entry is: 0 where there is none, 1 where it says nothing.
    pub(super) fn weight(&self, entry: &str) -> u8 {
        self.find(entry).map_or(0, |rest| rest.parse().unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sorted_and_every_entry_is_found() {
        for list in [
            FIRST_NAMES,
            LAST_NAMES,
            PLACES,
            WORDS,
            EPONYMS,
            HOSPITALS,
            RARE_DISEASES,
            REGIONS,
            REGION_CODES,
            THINGS,
            KINDS,
            TITLES,
            ANNOUNCING,
            PARTICLES,
            ANNOUNCEMENTS,
        ] {
            let words = || list.0.lines().map(|line| line.split('\t').next().unwrap_or_default());
            for (word, next) in words().zip(words().skip(1)) {
                assert!(word < next, "{word} stands before {next}");
            }
            for word in words() {
                assert!(list.has(word), "{word} is found");
                assert_eq!(word, word.to_lowercase(), "{word} is in small letters");
            }
            assert!(!list.has("") && !list.has("zzzzzz") && !list.has("\n"));
        }
    }

    #[test]
    fn a_weight_tells_common_from_rare() {
        assert_eq!((FIRST_NAMES.weight("anna"), PLACES.weight("boston"), PLACES.weight("qqq")), (2, 3, 0));
    }
}
