//! What every file of ours says first, and what none may say: where it was built and which hosts served its parts.

use super::{said, text};

/// Tracked files and new ones that are not ignored.
fn files() -> Vec<String> {
    let listed = said("git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
    listed.lines().filter(|path| super::root().join(path).is_file()).map(str::to_owned).collect()
}

/// Lines that hold one of the needles, as `path:line`.
fn found(path: &str, contents: &str, needles: &[String]) -> Vec<String> {
    let lines = contents.lines().enumerate();
    lines
        .filter(|(_, line)| needles.iter().any(|needle| line.contains(needle)))
        .map(|(number, _)| format!("{path}:{}", number + 1))
        .collect()
}

/// Written in parts, so that this file does not hold what it looks for.
fn needles() -> Vec<String> {
    let hosts = [["crates", "io"], ["pypi", "org"], ["npmjs", "com"], ["npmjs", "org"]];
    let hosts = hosts.iter().map(|parts| parts.join("."));
    let paths = [["", "work", ""], ["", "home", ""], ["", "Users", ""], ["", "root", "."]];
    hosts
        .chain(["deb.debian", "pythonhosted"].map(|start| format!("{start}.org")))
        .chain(paths.iter().map(|parts| parts.join("/")))
        .collect()
}

#[test]
fn every_rust_file_says_in_its_first_line_what_lives_there() {
    let files = files();
    let rust: Vec<&String> = files.iter().filter(|path| path.ends_with(".rs")).collect();
    assert!(rust.len() > 10, "the files were found");
    let says = |path: &&&String| {
        let contents = text(path);
        let first = contents.lines().next().unwrap_or_default();
        first.starts_with("//! ") && first.len() > 12
    };
    assert_eq!(rust.iter().filter(|path| !says(path)).collect::<Vec<_>>(), [] as [&&String; 0]);
}

#[test]
fn no_file_names_a_host_of_a_registry_or_a_path_of_a_machine() {
    let needles = needles();
    let mut lines = Vec::new();
    for path in files().iter().filter(|path| *path != "Cargo.lock") {
        let bytes = std::fs::read(super::root().join(path)).expect("the file is read");
        let Ok(contents) = String::from_utf8(bytes) else { continue };
        lines.extend(found(path, &contents, &needles));
    }
    assert_eq!(lines, [] as [&str; 0]);
}

#[test]
fn a_host_or_a_path_would_be_found() {
    let needles = needles();
    for (host, is_named) in [("crates", false), ("a crate's io", false), (&needles[0], true), (&needles[6], true)] {
        assert_eq!(!found("notes.md", &format!("seen at {host}, once"), &needles).is_empty(), is_named, "{host}");
    }
}
