//! Files of others lie in the repository as their makers gave them out, each with its hash and its licence.

use std::collections::BTreeSet;

use data_encoding::{BASE64, HEXLOWER};
use toml::{Table, Value};

use crate::{said, text};

const VENDOR: &str = "node/web/vendor";

/// The packages that the list names.
fn packages() -> Vec<Value> {
    let list: Table = text(&format!("{VENDOR}/vendor.toml")).parse().unwrap();
    list["package"].as_array().expect("the list names packages").clone()
}

/// Every file that the list names, with its package.
fn files() -> Vec<(Value, Value)> {
    let of = |package: Value| {
        let files = package["file"].as_array().expect("a package names files").clone();
        files.into_iter().map(move |file| (package.clone(), file))
    };
    packages().into_iter().flat_map(of).collect()
}

fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {of}"))
}

#[test]
fn every_file_of_others_has_the_hash_that_the_list_gives() {
    for (_, file) in files() {
        let path = format!("{VENDOR}/{}", word(&file, "file"));
        let digest = said("sha384sum", &[&path]);
        let digest = HEXLOWER.decode(digest.split(' ').next().unwrap().as_bytes()).unwrap();
        assert_eq!(word(&file, "sha384"), format!("sha384-{}", BASE64.encode(&digest)), "{path} was changed");
    }
}

#[test]
fn the_list_names_every_file_of_others_and_why_it_is_here() {
    let listed: BTreeSet<String> = files().iter().map(|(_, file)| word(file, "file").to_owned()).collect();
    let found = said("git", &["ls-files", "--cached", "--others", "--exclude-standard", VENDOR]);
    let found = found.lines().map(|path| path.trim_start_matches(&format!("{VENDOR}/")).to_owned());
    assert_eq!(listed, found.filter(|path| path != "vendor.toml").collect());
    assert!(files().iter().all(|(_, file)| !word(file, "why").is_empty()));
}

#[test]
fn every_package_of_others_stands_with_version_and_licence_where_people_look() {
    let third_party = text("THIRD-PARTY.md");
    for package in packages() {
        let named = format!("`{}` {}", word(&package, "name"), word(&package, "version"));
        let line = third_party.lines().find(|line| line.contains(&named));
        let line = line.unwrap_or_else(|| panic!("THIRD-PARTY.md does not name {named}"));
        for licence in word(&package, "licence").split(" AND ") {
            assert!(line.contains(licence), "THIRD-PARTY.md says another licence of {named} than {licence}");
        }
        let licence = text(&format!("{VENDOR}/{}", word(&package, "licence_file")));
        assert!(!licence.trim().is_empty(), "the licence of {named} lies beside it");
    }
}
