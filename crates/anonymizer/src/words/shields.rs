//! Stretches of a text whose numbers and names are nobody's: citations, codes of diseases, genes, trials and substances.

use std::{ops::Range, sync::LazyLock};

use super::patterns::{Pattern, compile};

static CODES: Pattern = LazyLock::new(|| {
    compile(
        r"
        \b (?: PMID | PMCID | PMC | PubMed ) [\s:\#]{0,3} \d{3,9}
        | \b (?: doi [\s:]{0,2} | https?://(?:dx\.)?doi\.org/ )? 10\.\d{4,9}/\S+
        | \b (?: NCT | ISRCTN | DRKS | ChiCTR[-\w]{0,6} | UMIN | ACTRN | JPRN- | EudraCT (?:\s{0,1}(?:no|number|nr)\.?)? [\s:]{0,2} ) \s? [\d-]{6,16}
        | \b ICD [\s-]{0,1} (?:9|10|11|O)? (?:-?(?:CM|GM|PCS))? (?:\s(?:code|codes))? [\s:]{0,2} [A-Z]\d[\dA-Z](?:\.[\dA-Z]{1,4})?
        | \b (?: SNOMED (?:[\s-]?CT)? | LOINC | OMIM | MIM | ORPHA (?:code|net)? | MeSH | ATC | RxNorm | HPO | HP | MONDO | UMLS | CUI | CAS )
          (?:\s(?:no|number|nr|id|code)\.?)? [\s:\#]{0,3} [A-Z]{0,2}\d[\dA-Z-]{2,17}
        | \b rs\d{3,12} \b
        | \b (?: NM | NP | NC | NG | XM | ENST | ENSG | ENSP | GSE | GSM | SRR | SRP | PRJNA | EGAS ) _? \d{3,14}(?:\.\d{1,3})?
        | \b https?://(?:[\w-]+\.){0,3}(?:doi\.org|nih\.gov|clinicaltrials\.gov|who\.int|cochranelibrary\.com|nejm\.org|thelancet\.com|bmj\.com|jamanetwork\.com|orpha\.net|omim\.org|wikipedia\.org|cdc\.gov|nice\.org\.uk|awmf\.org)(?:/\S*)?
        | \b \p{Lu}[\p{L}'’-]+ (?: \s(?:and|&|und|et)\s \p{Lu}[\p{L}'’-]+ )? ,? \s et \s al \b \.? (?: ,? \s? \(? (?:19|20)\d\d \)? )?
        | \b (?: N\s?Engl\s?J\s?Med | Lancet | JAMA | BMJ | Nature | Blood | Chest | Circulation | J\s\p{Lu}\w{2,12} ) \.? ,? \s (?:19|20)\d\d (?: \s\w{3} )? ;? \s? [\d:;()\s–-]* \d
        ",
    )
});

/// The shielded stretches, in their order.
pub(super) fn of(whole: &str) -> Vec<Range<usize>> {
    CODES.find_iter(whole).map(|found| found.range()).collect()
}

/// Whether a stretch from `start` to `end` touches a shield.
pub(super) fn touches(shields: &[Range<usize>], start: usize, end: usize) -> bool {
    let behind = shields.partition_point(|shield| shield.end <= start);
    shields.get(behind).is_some_and(|shield| shield.start < end)
}

/// Whether a stretch from `start` to `end` lies within one shield.
pub(super) fn hides(shields: &[Range<usize>], start: usize, end: usize) -> bool {
    let behind = shields.partition_point(|shield| shield.end <= start);
    shields.get(behind).is_some_and(|shield| shield.start <= start && end <= shield.end)
}
