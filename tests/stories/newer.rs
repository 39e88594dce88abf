//! Every file that a node writes begins with a format number. One of a newer program is refused by name; what can be built
//! again is set aside and built again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    bad_jpeg::jpeg,
    files::files_in,
    founding::found,
    house::House,
    seats::Seats,
    visitor::{Part, Visitor},
    waiting::wait_until,
};

/// What a file is, and what becomes of a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The node does not start.
    Key,
    Lock,
    Ballast,
    Configuration,
    Segment,
    Keys,
    Acknowledged,
    RebuildMark,
    Card,
    /// Whoever asks for it is told, and nobody else.
    Blob,
    Original,
    /// Built again.
    TablesFormat,
    Checkpoint,
    IndexFormat,
    /// Of another make: under the format of its directory, or the format of a certificate.
    Foreign,
}

impl Kind {
    fn of(path: &Path) -> Self {
        let is_below = |part: &str| path.components().any(|found| found.as_os_str() == part);
        let name = path.file_name().unwrap().to_str().unwrap();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match (name, extension) {
            ("lock", _) => Self::Lock,
            ("ballast", _) => Self::Ballast,
            ("consilium.toml", _) => Self::Configuration,
            ("rebuild", _) => Self::RebuildMark,
            ("card", _) => Self::Card,
            ("acknowledged", _) => Self::Acknowledged,
            ("format", _) if is_below("tables") => Self::TablesFormat,
            ("checkpoint", _) if is_below("tables") => Self::Checkpoint,
            ("FORMAT", _) if is_below("index") => Self::IndexFormat,
            (_, "key") if is_below("keys") => Self::Key,
            (_, "log") => Self::Segment,
            (_, "keys" | "keys2") => Self::Keys,
            _ if is_below("pictures") => Self::Blob,
            _ if is_below("quarantine") || is_below("originals") => Self::Original,
            _ if is_below("tls") || is_below("index") || is_below("tables") => Self::Foreign,
            _ => panic!("a kind of file that this story does not know: {}", path.display()),
        }
    }

    /// Files that say their format in a line of text, and what stands before the number.
    const fn line(self) -> Option<&'static str> {
        match self {
            Self::Key => Some("consilium-key "),
            Self::Lock => Some("consilium lock, format "),
            Self::RebuildMark => Some("consilium rebuild, format "),
            Self::Card => Some("consilium card, format "),
            Self::IndexFormat => Some("consilium index "),
            Self::Configuration => Some("format = "),
            _ => None,
        }
    }
}

/// A format that no file has yet.
const NEWER: u8 = 9;

/// The bytes as a newer program would have begun them: the number, and where it is checked, the check.
fn newer(kind: Kind, bytes: &[u8]) -> Vec<u8> {
    if let Some(line) = kind.line() {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let at =
            text.find(line).map(|at| at + line.len()).unwrap_or_else(|| panic!("{kind:?} says its format: {text}"));
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = text[at..at + digits].parse().unwrap();
        return format!("{}{}{}", &text[..at], number + 1, &text[at + digits..]).into_bytes();
    }
    let mut newer = bytes.to_vec();
    assert!(matches!(newer[8..12], [0, 0, 0, 1 | 2]), "{kind:?} begins with its format");
    newer[11] = NEWER;
    let check = protocol::hash("format", &[&newer[..12]]);
    newer[12..16].copy_from_slice(&check[..4]);
    newer
}

/// Files with a line of text are one format ahead, others far.
fn tells_of_newer(said: &str) -> bool {
    [2, NEWER].iter().any(|format| said.contains(&format!("has format {format}")))
}

/// One file of each kind.
fn kinds(directory: &Path) -> Vec<(Kind, PathBuf)> {
    let mut found: Vec<(Kind, PathBuf)> =
        files_in(directory).into_iter().map(|path| (Kind::of(path.strip_prefix(directory).unwrap()), path)).collect();
    found.sort();
    found.dedup_by_key(|(kind, _)| *kind);
    found
}

#[test]
fn a_newer_file_of_any_kind_is_refused_by_name_or_built_again() {
    let _seats = Seats::take(1);
    let directory = tempfile::tempdir().unwrap();
    let house = House::make("Hospital A", &directory.path().join("A"));
    found(std::slice::from_ref(&house), directory.path());
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");
    let file = directory.path().join("a.jpg");
    fs::write(&file, jpeg()).unwrap();
    let words = [
        "case",
        "post",
        "--as",
        "keller",
        "--title",
        "A picture",
        "--text",
        "Of quokkapox.",
        "--confirm",
        "--looked",
        "--picture",
    ];
    let said = house.ask(&[&words[..], &[file.to_str().unwrap()]].concat());
    let case = said["case"].as_str().unwrap().to_owned();
    let picture = format!("/cases/{case}/pictures/1");
    let keller = Visitor::sign_in(&house, "keller");
    let draft = keller.begin_draft();
    let laid = keller.upload(&draft, &[Part::file("pictures", "a.jpg", "image/jpeg", &jpeg())]);
    assert_eq!(laid.status, 303, "{}", laid.text());
    wait_until("the case is found", || house.finds("quokkapox", &case));
    house.stop();
    fs::write(house.network_directory("rebuild"), "consilium rebuild, format 1\n").unwrap();

    let kinds = kinds(house.directory());
    assert_eq!(kinds.len(), 15, "{kinds:#?}");
    for (kind, path) in kinds {
        let bytes = fs::read(&path).unwrap();
        let name = path.strip_prefix(house.directory()).unwrap().to_str().unwrap();
        let said_before = house.said().len();
        match kind {
            Kind::Foreign => continue,
            _ => fs::write(&path, newer(kind, &bytes)).unwrap(),
        }
        match kind {
            Kind::Foreign => {}
            Kind::Blob | Kind::Original | Kind::TablesFormat | Kind::Checkpoint | Kind::IndexFormat => {
                house.serve();
                let keller = Visitor::sign_in(&house, "keller");
                match kind {
                    Kind::Blob => {
                        // Picture and preview lie side by side; one of the two is the newer one.
                        let preview = picture.replace("pictures", "previews");
                        let answers = [keller.get(&picture), keller.get(&preview)];
                        assert_eq!(answers.iter().filter(|answer| answer.status == 500).count(), 1, "{answers:?}");
                    }
                    Kind::Original => drop(keller.get(&draft)),
                    _ => wait_until("it is built again", || house.finds("quokkapox", &case)),
                }
                house.stop();
                let said = house.said()[said_before..].to_owned();
                let tells = tells_of_newer(&said) || said.contains("index 2");
                assert!(tells || kind == Kind::Checkpoint, "{kind:?} {name}: {said}");
            }
            _ => {
                let refusal = house.ask_in_vain(&["serve"]).to_string();
                let said = format!("{refusal}{}", &house.said()[said_before..]);
                assert!(said.contains(name) && tells_of_newer(&said), "{kind:?} {name}: {said}");
            }
        }
        // The checkpoint of tables that are gone is none of those that were built again.
        if path.exists() && kind != Kind::Checkpoint {
            fs::write(&path, &bytes).unwrap();
        }
    }
    house.serve();
    let keller = Visitor::sign_in(&house, "keller");
    assert_eq!(keller.get(&picture).status, 200, "with the files of before all is as it was");
    house.assert_sound();
}
