//! What only one person has: biometric marks, pictures of the whole face, offices, tattoos with words, and a rare disease
//! in a small place.

use std::sync::LazyLock;

use super::{
    Advice, Class, Mark,
    lists::{PLACES, RARE_DISEASES},
    mark::HIGH_FROM_THOUSANDTHS,
    patterns::{Pattern, compile, shortly_behind},
    tokens::Text,
};

/// Words of the longest rare disease.
const DISEASE_WORDS_MAX: usize = 5;

static BIOMETRIC: Pattern = LazyLock::new(|| {
    compile(
        r"\b (?: finger \s? prints? (?: \s (?: scan | record | template | attached | on \s file ) )? | thumb \s? prints? | palm \s? prints? | voice \s? prints? | voice \s recording | iris \s (?: scan | pattern | recognition | template )
          | retinal? \s (?: scan | pattern ) \s (?: id | identification | template | login ) | biometric \s (?: \w{3,15} ) | facial \s recognition | face \s (?: template | id ) | dna \s (?: profile | fingerprint ) | gait \s (?: signature | recognition )
          | fingerabdr[uü]ck\w{0,2} | stimmabdruck | iris-?scan | empreintes? \s digitales? | empreinte \s vocale ) \b",
    )
});
static FACE: Pattern = LazyLock::new(|| {
    compile(
        r"\b (?: full[\s-]face (?:d)? | whole[\s-]face | unmasked | uncovered | unblurred | identifiable | recogni[sz]able ) \s (?: \w{3,12} \s )? (?: photo\w{0,8} | picture s? | image s? | view | portrait | shot | face )
        | \b (?: photo\w{0,8} | picture s? | image s? | portrait | selfie | snapshot | foto s? | bild | video ) \s (?: shows? | showing | of | with | zeigt | von ) \s (?: \w{1,12} \s ){0,2} (?: whole | full | entire | uncovered | ganze[ns]? )? \s? (?: face | gesicht s? ) \b
        | \b selfies? \b | \b passport \s (?: photo | picture ) | \b passfoto | \b photo \s d['’]identité | \b photo \s du \s visage | \b (?: his | her | patient['’]s ) \s (?: portrait | profile \s (?: picture | photo ) | face \s is \s (?: visible | shown | not \s covered ) )
        | \b (?: eyes | face ) \s (?: are | is ) \s not \s (?: masked | covered | blurred | pixelated ) | \b mugshot | \b headshot",
    )
});
/// With how sure each is.
static UNIQUE: LazyLock<[(Pattern, u16); 2]> = LazyLock::new(|| {
    [
        (
            LazyLock::new(|| {
                compile(
                    r"\b (?: tattoo s? | tätowierung | tatouage | engrav\w{2,3} | necklace | bracelet | ring | medallion | name \s? (?: tag | badge | plate ) ) \s (?: \w{2,12} \s ){0,3} (?: reading | saying | that \s (?: reads | says ) | with \s (?: the \s | his \s | her \s )? (?: name | word s? | letter s? | initial s? | date | number ) | mit \s (?: dem \s )? namen | of \s (?: his | her | the ) \s name | inscribed )
                    | \b (?: mayor | senator | governor | congress (?:man|woman) | minister | president | prime \s minister | ambassador | bishop | archbishop | king | queen | prince | princess | sheriff | chief \s of \s police | head \s of \s state | ceo | bürgermeister (?:in)? | ministerpräsident (?:in)? | maire | ministre ) \s (?: of | von | der | des | de | du ) \s (?: \p{L}+ )
                    | \b (?: well-known | famous | celebrated | prominent | olympic | professional | national \s team | award-winning | bekannte[rn]? | berühmte[rn]? | célèbre ) \s (?: \p{L}{3,15} \s )? (?: actor | actress | singer | politician | athlete | footballer | player | swimmer | skier | gymnast | author | writer | musician | pianist | journalist | television \s presenter | tv \s presenter | influencer | scientist | architect | schauspieler (?:in)? | sänger (?:in)? | politiker (?:in)? | fußballer (?:in)? | acteur | actrice | chanteur | chanteuse )
                    | \b (?: reported | covered | shown | seen | featured | published | went \s viral | was ) \s (?: widely \s )? (?: in | by | on ) \s (?: the \s )? (?: \p{L}{3,15} \s )? (?: news | newspapers? | press | tv | television | media | social \s media | facebook | instagram | tiktok | youtube | zeitung )
                    | \b (?: the \s (?: first | only | second | oldest | youngest ) | der \s (?: erste | einzige ) | die \s (?: erste | einzige ) ) \s (?: living \s | known \s | surviving \s | reported \s | female \s | male \s )? (?: patient | person | man | woman | child | case | survivor | recipient | mensch | frau | mann | kind ) \s (?: in \s (?: the \s )? (?: world | country | state | region | city | town | county | nation ) | to \s (?: receive | undergo | survive | have ) | ever | worldwide | weltweit | in \s (?-i:\p{Lu})\p{L}{2,} )",
                )
            }),
            700,
        ),
        (
            LazyLock::new(|| {
                compile(
                    r"\b (?: tattoo s? | tätowierung (?:en)? | tatouage s? | birth \s? mark \s (?: in | on | shaped ) | piercing s? | wedding \s ring | engraved | twin (?:s)? \s (?: brother | sister ) | identical \s twin | (?: triplet | quadruplet | quintuplet ) s? | conjoined \s twins | victim \s of \s the | survivor \s of \s the | plane \s crash | mass \s shooting | (?: lottery | nobel | olympic ) \s (?: winner | prize | medal (?:l?ist)? ) | witness \s protection | adopted \s from )",
                )
            }),
            350,
        ),
    ]
});

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let whole = text.whole;
    let mut marks = Vec::new();
    for found in BIOMETRIC.find_iter(whole) {
        let behind = shortly_behind(whole, found.end(), 16).trim_start().to_lowercase();
        let is_clinical =
            ["dystrophy", "bod", "pattern", "profile", "corneal"].iter().any(|start| behind.starts_with(start));
        if !is_clinical {
            marks.push(Mark::new(found.start(), found.end(), Class::Biometric, 700, Advice::LeaveOut));
        }
    }
    marks.extend(
        FACE.find_iter(whole)
            .map(|found| Mark::new(found.start(), found.end(), Class::FacePhoto, 700, Advice::CoverFace)),
    );
    for (pattern, score) in UNIQUE.iter() {
        marks.extend(
            pattern
                .find_iter(whole)
                .map(|found| Mark::new(found.start(), found.end(), Class::Other, *score, Advice::General)),
        );
    }
    marks
}

/// Where the text names a rare disease, a place of fewer than 250,000 people is told to go altogether: the state beside it
/// would still leave few.
pub(super) fn warn_of_rarity(text: &Text<'_>, marks: &mut [Mark]) {
    if !names_rare_disease(text) {
        return;
    }
    for mark in marks.iter_mut().filter(|mark| mark.class == Class::Place) {
        let said = text.said(mark.start, mark.end).to_lowercase();
        let town = said.split(',').next().unwrap_or_default();
        if matches!(mark.advice, Advice::Region(_) | Advice::RegionOnly | Advice::NoPlace) && PLACES.weight(town) < 3 {
            mark.advice = Advice::NoPlace;
            mark.score_thousandths = mark.score_thousandths.max(HIGH_FROM_THOUSANDTHS + 100);
        }
    }
}

fn names_rare_disease(text: &Text<'_>) -> bool {
    (0..text.tokens.len()).any(|at| text.longest(at, DISEASE_WORDS_MAX, |phrase| RARE_DISEASES.has(phrase)) > 0)
}
