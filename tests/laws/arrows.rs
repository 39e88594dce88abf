//! Arrows between our crates, who may name which heavy dependency, and what stays out of the machines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{cargo, root, text};

/// What the document says where a crate may know every other.
const ALL: &str = "all of them";

/// Heavy dependencies and the one crate that names each. A name ending in `*` stands for all that begin so.
const OWNERS: &[(&str, &str)] = &[
    ("serde_cbor", "protocol"),
    ("ed25519-dalek", "protocol"),
    ("sled", "store"),
    ("object_store", "store"),
    ("tantivy*", "index"),
    ("libp2p*", "p2p"),
    ("image", "anonymizer"),
    ("rustface", "anonymizer"),
    ("heifer", "anonymizer"),
    ("jpeg-encoder", "anonymizer"),
    ("fast_image_resize", "anonymizer"),
    ("rxing", "anonymizer"),
    ("dicom-*", "anonymizer"),
    ("axum*", "node"),
    ("askama*", "node"),
];

/// Crates that are told the time and handed their seeds.
const MACHINES: &[&str] = &["protocol", "trust", "feed", "casebook", "house", "anonymizer"];

/// What would give a machine a runtime, a socket or chance of its own.
const NOT_IN_MACHINES: &[&str] = &["tokio", "mio", "socket2", "async-io", "smol", "getrandom", "rand"];

/// Each crate of ours with the names of all that its manifest depends on, tests and builds included.
fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--locked", "--no-deps"]))
        .expect("cargo writes JSON");
    let name = |value: &Value| value["name"].as_str().expect("it has a name").to_owned();
    let packages = metadata["packages"].as_array().expect("packages are a list");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies are a list");
            (name(package), dependencies.iter().map(name).collect())
        })
        .collect()
}

/// Who may depend on whom: the arrows of docs/ARCHITECTURE.md, and along them. Arrows of tests and benchmarks obey too.
fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let document = text("docs/ARCHITECTURE.md");
    let block = document.split("```text").find(|block| block.contains(ALL)).expect("the arrows are drawn");
    let chains = block.lines().flat_map(|line| line.split("  ")).filter(|part| part.contains(" ─► "));
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for chain in chains {
        let rooms: Vec<&str> = chain.trim().split(" ─► ").collect();
        for pair in rooms.windows(2) {
            let below = pair[1].split(", ").map(ToOwned::to_owned);
            arrows.entry(pair[0].to_owned()).or_default().extend(below);
        }
    }
    arrows
}

/// Whether one leads to the other.
fn leads(arrows: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    arrows.get(from).is_some_and(|below| below.iter().any(|next| next == ALL || next == to || leads(arrows, next, to)))
}

fn names(pattern: &str, dependency: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == dependency, |start| dependency.starts_with(start))
}

#[test]
fn arrows_point_only_as_they_are_drawn() {
    let (manifests, arrows) = (manifests(), drawn());
    for (krate, dependencies) in &manifests {
        for dependency in dependencies.iter().filter(|name| manifests.contains_key(*name)) {
            assert!(leads(&arrows, krate, dependency), "{krate} must not know {dependency}");
        }
    }
    for room in arrows.iter().flat_map(|(from, to)| to.iter().chain([from])).filter(|room| *room != ALL) {
        assert!(manifests.contains_key(room), "the document draws {room}, and there is no such crate");
    }
    for (from, to) in [("house", "trust"), ("index", "casebook"), ("trust", "feed"), ("protocol", "trust")] {
        assert!(!leads(&arrows, from, to), "{from} does not lead to {to}");
    }
}

#[test]
fn each_heavy_dependency_is_named_by_exactly_one_crate() {
    let manifests = manifests();
    for (pattern, owner) in OWNERS {
        let by: Vec<&str> = manifests
            .iter()
            .filter(|(_, dependencies)| dependencies.iter().any(|dependency| names(pattern, dependency)))
            .map(|(krate, _)| krate.as_str())
            .collect();
        assert_eq!(by, [*owner], "who names {pattern}");
    }
}

#[test]
fn machines_know_no_runtime_no_socket_and_no_chance_of_their_own() {
    for krate in MACHINES {
        let tree = cargo(&["tree", "--locked", "-p", krate, "-e", "normal", "--prefix", "none", "--format", "{p}"]);
        let reached: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(reached.contains(krate), "the tree of {krate} begins with it");
        for unwanted in NOT_IN_MACHINES {
            assert!(!reached.contains(unwanted), "{krate} brings {unwanted}: cargo tree -p {krate} -i {unwanted}");
        }
    }
}

#[test]
fn clippy_keeps_clocks_files_and_sockets_out_of_every_machine() {
    let folder = |krate: &str| if krate == "protocol" { krate.to_owned() } else { format!("crates/{krate}") };
    let everywhere: toml::Table = text("clippy.toml").parse().expect("clippy.toml is TOML");
    let first = text(&format!("{}/clippy.toml", folder(MACHINES[0])));
    for krate in MACHINES {
        let own = text(&format!("{}/clippy.toml", folder(krate)));
        assert!(own == first, "the machines have one rule, and {krate} has another than {}", MACHINES[0]);
        assert!(root().join(folder(krate)).join("Cargo.toml").is_file(), "{krate} lies where its rule lies");
    }
    let rule: toml::Table = first.parse().expect("the rule is TOML");
    for (key, value) in &everywhere {
        assert_eq!(rule.get(key), Some(value), "a crate's clippy.toml replaces the root's, so it repeats {key}");
    }
    let forbidden: BTreeSet<&str> = ["disallowed-methods", "disallowed-types"]
        .iter()
        .flat_map(|list| rule[*list].as_array().expect("it is a list"))
        .filter_map(|entry| entry["path"].as_str())
        .collect();
    for path in [
        "std::time::SystemTime::now",
        "std::time::Instant::now",
        "std::thread::spawn",
        "std::env::var",
        "std::fs::read",
        "std::fs::File",
        "std::net::TcpStream",
        "std::process::Command",
    ] {
        assert!(forbidden.contains(path), "{path} is kept out");
    }
}
