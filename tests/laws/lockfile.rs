//! The versions in Cargo.lock against known advisories (config/advisories.toml) and our floors (config/floors.toml).
//!
//! deny.toml says which advisories are borne, why, and until when; nothing else excuses one. The extract has a date and is
//! made anew by config/extract_advisories.py.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Prerelease, Version, VersionReq};
use serde::Deserialize;

use super::{said, text};

#[derive(Deserialize)]
struct Lockfile {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Version,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Extract {
    date: String,
    source: String,
    advisory: Vec<Advisory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisory {
    id: String,
    #[serde(rename = "crate")]
    krate: String,
    kind: String,
    title: String,
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floor {
    minimum: Version,
    why: String,
}

#[derive(Deserialize)]
struct Deny {
    advisories: Ignores,
}

#[derive(Deserialize)]
struct Ignores {
    ignore: Vec<Ignore>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    id: String,
    reason: String,
}

impl Advisory {
    /// Ranges do not match pre-releases, so `0.5.0-alpha` is judged as `0.5.0`.
    fn hits(&self, package: &Package) -> bool {
        let released = Version { pre: Prerelease::EMPTY, ..package.version.clone() };
        let spared = self.patched.iter().chain(&self.unaffected).any(|range| range.matches(&released));
        self.krate == package.name && package.source.is_some() && !spared
    }
}

impl Ignore {
    /// The last day on which the advisory is borne, as `YYYY-MM-DD`, and the reason behind it.
    fn parts(&self) -> Option<(&str, &str)> {
        let (day, reason) = self.reason.strip_prefix("until ")?.split_once(": ")?;
        (is_day(day) && reason.len() > 20).then_some((day, reason))
    }
}

fn is_day(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('-').collect();
    numbers.iter().map(|number| number.len()).eq([4, 2, 2])
        && numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn locked() -> Vec<Package> {
    toml::from_str::<Lockfile>(&text("Cargo.lock")).expect("Cargo.lock is understood").package
}

fn extract() -> Extract {
    toml::from_str(&text("config/advisories.toml")).expect("the extract is understood")
}

fn ignores() -> Vec<Ignore> {
    toml::from_str::<Deny>(&text("deny.toml")).expect("deny.toml is understood").advisories.ignore
}

fn floors() -> BTreeMap<String, Floor> {
    toml::from_str(&text("config/floors.toml")).expect("the floors are understood")
}

/// Every hit as `id crate version: title`, by id.
fn hits(packages: &[Package], advisories: &[Advisory]) -> BTreeMap<String, String> {
    let pairs = advisories.iter().flat_map(|advisory| packages.iter().map(move |package| (advisory, package)));
    pairs
        .filter(|(advisory, package)| advisory.hits(package))
        .map(|(a, package)| (a.id.clone(), format!("{} {} {}: {}", a.kind, package.name, package.version, a.title)))
        .collect()
}

/// Every package under its floor, as a sentence.
fn below_floors(packages: &[Package], floors: &BTreeMap<String, Floor>) -> Vec<String> {
    let found = packages.iter().filter_map(|package| Some((package, floors.get(&package.name)?)));
    found
        .filter(|(package, floor)| package.version < floor.minimum)
        .map(|(package, floor)| format!("{} {} < {}: {}", package.name, package.version, floor.minimum, floor.why))
        .collect()
}

fn package(name: &str, version: &str) -> Package {
    Package { name: name.into(), version: version.parse().unwrap(), source: Some("registry".into()) }
}

#[test]
fn no_locked_version_is_hit_by_an_advisory_that_nobody_answered_for() {
    let borne: BTreeSet<String> = ignores().into_iter().map(|ignore| ignore.id).collect();
    let mut hits = hits(&locked(), &extract().advisory);
    hits.retain(|id, _| !borne.contains(id));
    assert!(hits.is_empty(), "update the crate, or answer for it in deny.toml: {hits:#?}");
}

#[test]
fn what_only_a_feature_brings_is_looked_at_too() {
    let locked = locked();
    for name in ["libp2p-quic", "quinn", "aws-lc-sys"] {
        assert!(locked.iter().any(|package| package.name == name), "{name} comes with the feature quic");
    }
}

#[test]
fn an_advisory_is_borne_with_a_reason_until_a_day_that_has_not_passed() {
    let today = said("date", &["-u", "+%F"]);
    for ignore in ignores() {
        let (last_day, _) = ignore.parts().unwrap_or_else(|| panic!("{} has no reason and day", ignore.id));
        assert!(last_day >= today.trim(), "{} was to be thought over again after {last_day}", ignore.id);
    }
}

#[test]
fn nothing_is_borne_that_hits_nothing() {
    let hits = hits(&locked(), &extract().advisory);
    for ignore in ignores() {
        assert!(hits.contains_key(&ignore.id), "{} hits nothing any more: strike it from deny.toml", ignore.id);
    }
}

#[test]
fn no_locked_version_is_below_its_floor() {
    let floors = floors();
    assert!(floors.values().all(|floor| floor.why.len() > 20), "each floor says why");
    assert_eq!(below_floors(&locked(), &floors), [] as [&str; 0]);
}

#[test]
fn the_extract_is_dated_and_whole() {
    let extract = extract();
    assert!(is_day(&extract.date), "{}", extract.date);
    assert!(extract.source.len() > 40, "the source names its commit");
    assert!(extract.advisory.len() > 1_000, "the whole database, not what hits today");
}

#[test]
fn a_vulnerable_version_is_hit_and_its_patch_is_not() {
    let advisories = extract().advisory;
    let found =
        |name: &str, version: &str| hits(&[package(name, version)], &advisories).into_keys().collect::<Vec<_>>();
    assert_eq!(found("hickory-proto", "0.25.2"), ["RUSTSEC-2026-0118", "RUSTSEC-2026-0119"]);
    assert_eq!(found("hickory-proto", "0.26.3"), [] as [&str; 0]);
    assert_eq!(found("h2", "0.4.15"), ["RUSTSEC-2026-0258"]);
    assert!(found("snow", "0.9.4-alpha.1").contains(&"RUSTSEC-2024-0011".to_owned()), "a pre-release is no way out");
}

#[test]
fn a_version_below_its_floor_is_named_with_the_reason() {
    let floors = floors();
    let below = below_floors(&[package("libp2p-gossipsub", "0.49.4"), package("yamux", "0.14.1")], &floors);
    assert_eq!(below.len(), 1);
    assert!(below[0].starts_with("libp2p-gossipsub 0.49.4 < 0.50.1: "), "{}", below[0]);
}

#[test]
fn a_reason_without_a_day_or_words_is_none() {
    let parts = |reason: &str| Ignore { id: "RUSTSEC-2021-0127".into(), reason: reason.into() }.parts().is_some();
    assert!(parts("until 2027-05-22: archived, and only one file of ours names it"));
    for reason in [
        "archived, and only one file of ours names it",
        "until 2027-05-22: archived",
        "until soon: archived, and one file names it",
    ] {
        assert!(!parts(reason), "{reason}");
    }
}
