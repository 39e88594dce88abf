//! Ages of 90 and more, in figures and in words: 45 CFR 164.514(b)(2)(i)(C) lets them stand together as "90 or older".
//!
//! Ages below 90 stay, and so do groups such as "over 90" and "90+".

use std::sync::LazyLock;

use super::{
    Advice, Class, Mark,
    patterns::{Pattern, compile, shortly_before, shortly_behind},
    tokens::Text,
};

/// Nobody is known to have lived longer than 122 years.
const YEARS_MAX: u16 = 125;

static IN_FIGURES: Pattern = LazyLock::new(|| {
    compile(
        r"
        (?: \b(?: aged? | age \s is | im \s alter \s von | âgée? \s de | alter | âge ) [\s:=]{1,3} (?P<aged>\d{2,3}) (?: \s?(?: years? | yrs? | y | ans | jahren? )\b )? )
        | (?P<years>\d{2,3}) (?: [\s-]? (?: years? | yrs? | yr ) [\s-]? (?: olds? | of \s age ) | \s? [\s-]? (?: y \s? / \s? o | yo | y\.o\. | yof | yom ) | \s? jahre \s alt | [\s-]? jährig\w{0,3} | \s ans )
        | (?P<birthday>\d{2,3}) (?: st | nd | rd | th ) \s birthday
        ",
    )
});

static IN_WORDS: Pattern = LazyLock::new(|| {
    compile(
        r"
        \b (?P<years> (?: ninety (?: [\s-](?: one|two|three|four|five|six|seven|eight|nine ))? | (?: one | a ) \s hundred ) (?: [\s-](?: and [\s-])? (?: one|two|three|four|five|six|seven|eight|nine|ten ))? ) [\s-] years? [\s-] old
        | \b (?: nonagenarian | centenarian | supercentenarian | neunzigjährige[rn]? | hundertjährige[rn]? | nonagénaire | centenaire ) s? \b
        ",
    )
});

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let figures = IN_FIGURES.captures_iter(text.whole).filter_map(|found| {
        let whole = found.get(0)?;
        let years = found.name("aged").or_else(|| found.name("years")).or_else(|| found.name("birthday"))?;
        let is_age = years.as_str().parse().is_ok_and(|years: u16| (90..=YEARS_MAX).contains(&years));
        let stands = !text.whole[..years.start()].ends_with(|before: char| before.is_alphanumeric());
        let before = shortly_before(text.whole, whole.start(), 12);
        let behind = shortly_behind(text.whole, years.end(), 24);
        (is_age && stands && !names_a_group(before, behind)).then_some((years.start(), years.end(), 950))
    });
    let words = IN_WORDS
        .captures_iter(text.whole)
        .filter_map(|found| found.name("years").or_else(|| found.get(0)))
        .map(|found| (found.start(), found.end(), 800));
    figures
        .chain(words)
        .map(|(start, end, score)| Mark::new(start, end, Class::Date, score, Advice::NinetyPlus))
        .collect()
}

/// "over 90 years old", "90 years or older": a class of people, nobody's age.
fn names_a_group(before: &str, behind: &str) -> bool {
    const OVER: [&str; 12] =
        ["over", "above", "than", "least", "under", "below", ">", "≥", "<", "until", "über", "unter"];
    let before = before.trim_end().to_lowercase();
    OVER.iter().any(|over| before.ends_with(over)) || behind.starts_with('+') || behind.contains("or older")
}
