//! Stretches of a text whose numbers and names are nobody's: citations, codes of diseases, genes, trials and substances.
//!
//! What is shielded nobody looks at again, so each kind counts in its own form and its own letters alone: a "blood 2021-11-03"
//! is no journal, an "HP 123-45-6789" no term of an ontology. What holds a day is never shielded, but for the numbers of
//! preprints, which begin with one.

use std::{ops::Range, sync::LazyLock};

use regex::Captures;

use super::patterns::{Pattern, compile};

/// What stands between the name of a list and the code of one of its terms.
const SAID: &str = r"(?: \s (?:no|number|nr|id|ID|code) \.? )? [\s:\#]{0,3}";
/// Number of an issue in brackets, and pages.
const ISSUE: &str = r"\( \d{1,3} (?:-\d{1,3})? \)";
const PAGES: &str = r"[eEmM]? \d{1,6} (?: [-–]\d{1,6} )?";

static CODES: Pattern = LazyLock::new(|| {
    let pattern = r"(?-i:
        \b (?: PMID | pmid | PubMed (?:\sID)? ) [\s:\#]{0,3} \d{3,9} \b
        | \b (?: PMCID [\s:]{0,2} )? PMC \d{5,8} \b
        | (?P<preprint> \b (?: (?i:doi) [\s:]{0,2} | https?://(?:dx\.)?doi\.org/ )? 10\.1101/ (?:19|20)\d\d \.\d\d \.\d\d \.\d{6,8} (?:v\d)? \b )
        | \b (?P<doi> (?i:doi) [\s:]{0,2} | https?://(?:dx\.)?doi\.org/ )? (?P<digital> 10\.\d{4,9}/ [A-Za-z0-9._;()/:<>-]{2,128} )
        | \b (?: NCT\s?\d{8} | ISRCTN\s?\d{8} | DRKS\s?\d{8} | ChiCTR (?:-?[A-Z]{2,5})? -? \d{8,10} | UMIN\s?\d{9} | ACTRN\s?\d{14}
            | JPRN-[A-Za-z]{4,5}\d{8,10} | EudraCT SAID (?:19|20)\d\d-\d{6}-\d\d ) \b
        | \b ICD [\s-]? (?:9|10|11|O)? (?: -?(?:CM|GM|PCS) )? (?: \s(?:code|codes) )? [\s:]{0,2} [A-Z]\d[\dA-Z] (?:\.[\dA-Z]{1,4})? \b
        | \b (?: SNOMED (?:[\s-]?CT)? SAID \d{6,18} | LOINC SAID \d{1,5}-\d | O?MIM SAID [*+]? \d{6} | (?: ORPHA (?:code|net)? | Orphanet | Orphacode ) SAID \d{1,6}
            | MeSH SAID [CD]\d{6,9} | ATC SAID [A-Z]\d\d[A-Z]{2}\d\d | (?: RxNorm | RxCUI | RXCUI ) SAID \d{3,8} | (?: UMLS (?:\sCUI)? | CUI ) SAID C\d{7}
            | CAS SAID \d{2,7}-\d\d-\d | HP:\d{7} | MONDO:\d{7} ) \b
        | \b rs\d{3,12} \b
        | \b (?: [NX][CGMPRTW]_\d{5,9} | ENS[EGPT]\d{11} | GSE\d{3,6} | GSM\d{4,8} | SR[APRX]\d{5,9} | PRJNA\d{4,8} | EGA[DS]\d{11} ) (?:\.\d{1,3})? \b
        | \b https?://(?:[\w-]+\.){0,3}(?:doi\.org|nih\.gov|clinicaltrials\.gov|who\.int|cochranelibrary\.com|nejm\.org|thelancet\.com|bmj\.com|jamanetwork\.com|orpha\.net|omim\.org|wikipedia\.org|cdc\.gov|nice\.org\.uk|awmf\.org)(?:/\S*)?
        | \b \p{Lu}[\p{L}'’-]+ (?: \s(?:and|&|und|et)\s \p{Lu}[\p{L}'’-]+ )? ,? \s et \s al \b \.? (?: ,? \s? \(? (?:19|20)\d\d \b \)? )?
        | \b (?: N\s?Engl\s?J\s?Med | NEJM | Lancet | JAMA | BMJ | Nature | Blood | Chest | Circulation ) \.? ,? \s (?:19|20)\d\d
            (?: \s?; \s? \d{1,4} (?: ISSUE )? (?: : \s? PAGES )? | : \d{3,4} | \s [A-Z][a-z]{2} (?: \s\d{1,2} )? ; \d{1,4} ISSUE (?: : PAGES )? )
        | \b J (?: \s[A-Z][a-z]{2,12} \.? ){1,4} ,? \s (?:19|20)\d\d ; \s? \d{1,4} (?: ISSUE )? : PAGES \b
        )";
    compile(&pattern.replace("SAID", SAID).replace("ISSUE", ISSUE).replace("PAGES", PAGES))
});

/// A day, in figures of which the year has four.
static DAY: Pattern = LazyLock::new(|| {
    compile(r"(?:19|20)\d\d [/.–-] \d{1,2} [/.–-] \d{1,2} \b | \b \d{1,2} [/.–-] \d{1,2} [/.–-] (?:19|20)\d\d \b")
});

/// The shielded stretches, in their order.
pub(super) fn of(whole: &str) -> Vec<Range<usize>> {
    let shielded = CODES.captures_iter(whole).filter(is_nobodys);
    shielded.filter_map(|found| found.get(0)).map(|found| found.range()).collect()
}

/// Whether a stretch of this form holds no day; a digital object's number that nothing announces may not be a month of a year.
fn is_nobodys(found: &Captures<'_>) -> bool {
    let Some(all) = found.get(0) else { return false };
    let is_month =
        |number: &str| matches!(number.as_bytes(), [b'1', b'0', b'.', b'1' | b'2', b'9' | b'0', _, _, b'/', ..]);
    let is_bare_month =
        found.name("doi").is_none() && found.name("digital").is_some_and(|number| is_month(number.as_str()));
    found.name("preprint").is_some() || !is_bare_month && !DAY.is_match(all.as_str())
}

/// Whether a stretch from `start` to `end` lies within one shield.
pub(super) fn hides(shields: &[Range<usize>], start: usize, end: usize) -> bool {
    let behind = shields.partition_point(|shield| shield.end <= start);
    shields.get(behind).is_some_and(|shield| shield.start <= start && end <= shield.end)
}
