//! Pictures of a folder are covered without a node: a contact sheet first, and after somebody looked, what it shows.

use std::{
    fs::{self, File},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anonymizer::{COVER_RGB, Limits, MediaType, Pixels, Region, Replica, open};
use data_encoding::BASE64;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

use crate::{
    arrivals::Arrivals,
    canaries::{Canaries, planted, word},
    files::files_in,
    house::PROGRAM,
    photograph::assert_covered,
    process::Process,
    scanner::ultrasound,
    strips::strip,
    waiting::{wait_for, wait_until},
};

const PORTRAIT: &[u8] = include_bytes!("../../node/demo/pictures/portrait.jpg");
/// In small inside the portrait.
const EYE: &[u8] = include_bytes!("../../node/demo/pictures/microaneurysms.jpg");
/// A frame with the lines of a patient in it, and where one of them is.
const ULTRASOUND: &[u8] = include_bytes!("../../crates/anonymizer/tests/pictures/ultrasound_shoulder.png");
const LINE: Region = Region { x: 109, y: 0, width: 136, height: 27 };
/// The eyes in the portrait.
const EYES: Region = Region { x: 190, y: 90, width: 70, height: 24 };

/// What the portrait says wherever a photograph can.
const MARK: &str = "quokka";

/// A folder of pictures, and what the command makes of them.
struct Desk {
    root: tempfile::TempDir,
}

impl Desk {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let desk = Self { root: tempfile::tempdir().unwrap() };
        for name in ["photos", "temporary"] {
            fs::create_dir(desk.path(name)).unwrap();
        }
        for (name, bytes) in files {
            let path = desk.path("photos").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.root.path()).env("TMPDIR", self.path("temporary")).stdin(Stdio::null());
        command.args(["anonymize", "photos", "--into", "clean", "--report", "sheet.html"]).args(more);
        command
    }

    /// Runs the command; how it ended, and what it says to programs.
    fn run(&self, more: &[&str]) -> (i32, Value) {
        let Output { status, stdout, stderr } = self.command(&[more, &["--json"]].concat()).output().unwrap();
        let said = serde_json::from_slice(&stdout);
        (status.code().unwrap(), said.unwrap_or_else(|_| panic!("{status}: {}", String::from_utf8_lossy(&stderr))))
    }

    /// The files of the folder that is written to.
    fn clean(&self) -> Vec<(String, Vec<u8>)> {
        let path = self.path("clean");
        let name = |file: &Path| file.strip_prefix(&path).unwrap().to_str().unwrap().to_owned();
        let mut files: Vec<_> = files_in(&path).iter().map(|file| (name(file), fs::read(file).unwrap())).collect();
        files.sort();
        files
    }

    /// The small pictures on the sheet, before and after by turns.
    fn shown(&self) -> Vec<Vec<u8>> {
        let page = fs::read_to_string(self.path("sheet.html")).unwrap();
        let images = page.split("<img src=\"data:image/jpeg;base64,").skip(1);
        images.map(|image| BASE64.decode(image.split('"').next().unwrap().as_bytes()).unwrap()).collect()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn state<'a>(said: &'a Value, file: &str) -> &'a Value {
    let files = said["files"].as_array().unwrap();
    files.iter().find(|found| found["file"] == file).unwrap_or_else(|| panic!("{file}: {said:#}"))
}

fn pixels(file: &[u8]) -> Pixels {
    open(file, &Limits::NETWORK).unwrap().pixels
}

/// Whether every pixel of a place has the colour of covers.
fn is_covered(pixels: &Pixels, place: Region) -> bool {
    let columns = place.x..place.x + place.width;
    (place.y..place.y + place.height).all(|y| columns.clone().all(|x| pixels.at(x, y) == Some(COVER_RGB)))
}

#[test]
fn pictures_are_shown_and_then_written_and_tell_nothing_more() {
    let (portrait, named) = (planted(PORTRAIT, EYE, MARK), format!("{}/a.jpg", word("filename", MARK)));
    let dicom = [&[0; 128][..], b"DICM\x02\0", &[0; 400]].concat();
    let desk = Desk::with(&[
        (&named, &portrait),
        ("broken.jpg", &PORTRAIT[..PORTRAIT.len() / 2]),
        ("letter.jpg", b"Dear colleague"),
        ("scan.dcm", &dicom),
        ("ultrasound.png", ULTRASOUND),
    ]);
    std::os::unix::fs::symlink(desk.path("photos"), desk.path("photos/round")).unwrap();
    let temporary = Arrivals::at(&desk.path("temporary"));

    let (code, said) = desk.run(&[]);
    assert_eq!(code, 4, "everything waits for a person: {said:#}");
    assert!(!desk.path("clean").exists(), "nothing is written before");
    assert_eq!(mode(&desk.path("sheet.html")), 0o600);
    let states = [
        ("broken.jpg", "refused", "The JPEG ends too early"),
        ("letter.jpg", "passed-over", "no picture"),
        ("scan.dcm", "refused", "DICOM"),
        ("round", "passed-over", "symbolic link"),
    ];
    for (file, expected, why) in states {
        let found = state(&said, &format!("photos/{file}"));
        assert!(found["state"] == expected && found["why"].as_str().unwrap().contains(why), "{found}");
    }
    assert_eq!(state(&said, "photos/ultrasound.png")["state"], "on-sheet");

    let page = fs::read_to_string(desk.path("sheet.html")).unwrap();
    for says in ["Looks like a face", "the place where it was taken", "a small copy of the uncovered picture", &named] {
        assert!(page.contains(says), "{says}");
    }
    let shown = desk.shown();
    let eyes = Region { x: EYES.x * 320 / 512, y: EYES.y * 320 / 512, width: 40, height: 12 };
    let [before, after] = [&shown[2], &shown[3]].map(|file| pixels(file));
    assert_eq!(shown.len(), 4);
    let faces: Vec<bool> = shown.iter().map(|file| is_covered(&pixels(file), eyes)).collect();
    assert_eq!(faces.iter().filter(|is_covered| **is_covered).count(), 1, "once after, and never before: {faces:?}");
    assert!(before != after, "print is covered too");

    let (code, said) = desk.run(&["--looked"]);
    assert_eq!(code, 3, "two were refused: {said:#}");
    assert_eq!(mode(&desk.path("clean")), 0o700);
    let clean = desk.clean();
    assert_eq!(clean.len(), 2, "{said:#}");
    for (name, bytes) in &clean {
        assert_eq!(mode(&desk.path("clean").join(name)), 0o600);
        Replica::checked(bytes.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let of = |file: &str| {
        let name = state(&said, &format!("photos/{file}"))["name"].as_str().unwrap();
        clean.iter().find(|(known, _)| known == name).unwrap().1.clone()
    };
    assert_covered(&of(&named));
    assert!(is_covered(&pixels(&of("ultrasound.png")), LINE));

    // What a photograph said is nowhere, and the name of its folder only where the operator reads it.
    let words: Vec<String> =
        ["exif", "xmp", "iptc", "comment", "thumbnail", "trailing"].map(|carrier| word(carrier, MARK)).into();
    let in_carriers = Canaries::of(words.iter().map(|word| (word.clone(), word.clone().into_bytes())).collect());
    assert!(!in_carriers.found_in(&portrait).is_empty(), "they can be found");
    let everything: Vec<&[u8]> = clean.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    for bytes in everything.iter().copied().chain(shown.iter().map(Vec::as_slice)).chain([page.as_bytes()]) {
        assert_eq!(in_carriers.found_in(bytes), [] as [&str; 0]);
        assert_eq!(Canaries::pieces(EYE).found_in(bytes), [] as [&str; 0]);
    }
    for bytes in everything {
        assert_eq!(Canaries::words(MARK).found_in(bytes), [] as [&str; 0]);
        assert_eq!(Canaries::pieces(&portrait).found_in(bytes), [] as [&str; 0]);
    }
    assert_eq!(temporary.names(), [] as [&str; 0], "no temporary files");
    let mut left: Vec<String> = fs::read_dir(desk.root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["clean", "photos", "sheet.html", "temporary"]);

    let (code, said) = desk.run(&["--looked"]);
    assert_eq!((code, &state(&said, "photos/ultrasound.png")["state"]), (3, &"there".into()), "{said:#}");
    assert_eq!(desk.clean(), clean);
}

#[test]
fn a_command_that_is_stopped_leaves_nothing_half_and_goes_on_where_it_was() {
    const COUNT: u16 = 12;
    let strips: Vec<(String, Vec<u8>)> = (0..COUNT).map(|at| (format!("{at:02}.tif"), strip(900 + at, 90))).collect();
    let files: Vec<(&str, &[u8])> = strips.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let desk = Desk::with(&files);
    let said = desk.path("said");
    // As at a terminal, where Ctrl-C is for everything in the foreground.
    let mut command = desk.command(&[]);
    let command = command.process_group(0).stdout(Stdio::null()).stderr(File::create(&said).unwrap());
    let mut running = command.spawn().unwrap();
    let process = Process(Pid::from_child(&running));
    wait_until("a line for a picture", || {
        fs::read_to_string(&said).unwrap().contains("2 of 12, photos/01.tif: on the sheet")
    });
    let workers = process.children();
    assert!(!workers.is_empty(), "workers are at it");
    kill_process_group(process.0, Signal::INT).unwrap();
    let status = wait_for("it ended", || running.try_wait().unwrap());
    assert_eq!(status.code(), Some(130));
    wait_until("its workers ended", || workers.iter().all(|worker| worker.is_dead()));
    let told = fs::read_to_string(&said).unwrap();
    assert!(!told.contains("could not be read safely"), "a picture is not blamed for it: {told}");
    let page = fs::read_to_string(desk.path("sheet.html")).unwrap();
    let looked_at = page.matches("<article id=\"p").count();
    assert!((2..usize::from(COUNT)).contains(&looked_at), "{looked_at}");
    assert!(page.contains("The command was stopped before photos/"), "the sheet says so");
    assert!(!desk.path(".sheet.html.part").exists());
    let articles = |page: &str| -> Vec<String> {
        page.lines().filter(|line| line.starts_with("<article id=\"p")).map(str::to_owned).collect()
    };

    let (code, said) = desk.run(&[]);
    assert_eq!((code, &said["stopped_before"]), (4, &Value::Null));
    let whole = fs::read_to_string(desk.path("sheet.html")).unwrap();
    assert_eq!(articles(&whole).len(), usize::from(COUNT));
    assert_eq!(articles(&whole)[..looked_at], articles(&page), "what was looked at stays as it was");
    assert_eq!(desk.run(&["--looked"]).0, 0);
    assert_eq!(desk.clean().len(), usize::from(COUNT));
}

#[test]
fn a_terminal_shows_how_far_it_is_and_a_wrong_command_says_what_is_wrong() {
    let desk = Desk::with(&[("a.tif", &strip(300, 4)), ("b.tif", &strip(301, 4))]);
    let typed = format!("stty cols 100; exec {PROGRAM} anonymize photos --into clean --report sheet.html");
    let (seen, screen) = (desk.path("seen"), File::create(desk.path("screen")).unwrap());
    let mut script = Command::new("script");
    script.args(["--quiet", "--flush", "--return", "--command", &typed]).arg(&seen).current_dir(desk.root.path());
    let status = script.stdin(Stdio::null()).stdout(screen).status().expect("script is installed");
    let shown = String::from_utf8_lossy(&fs::read(&seen).unwrap()).into_owned();
    assert_eq!(status.code(), Some(4), "{shown}");
    assert!(shown.contains("0 of 2, ") && shown.contains("1 of 2, ") && shown.contains(" left"), "{shown}");
    assert!(shown.contains("photos/b.tif: on the sheet as 0002") && shown.contains("Next: open sheet.html"), "{shown}");

    for (more, code, says) in [
        (&["--except", "1"][..], 2, "--looked"),
        (&["--looked", "--except", "9"], 1, "no picture 0009"),
        (&["--looked", "--report", "photos/a.tif"], 2, "--report"),
    ] {
        let Output { status, stderr, .. } = desk.command(more).output().unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert!(status.code() == Some(code) && said.contains(says), "{more:?}: {status}: {said}");
    }
    let picture = fs::read(desk.path("photos/a.tif")).unwrap();
    let mut over = Command::new(PROGRAM);
    over.current_dir(desk.root.path());
    over.args(["anonymize", "photos/b.tif", "--into", "clean", "--report", "photos/a.tif"]);
    let Output { status, stderr, .. } = over.output().unwrap();
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.code() == Some(1) && said.contains("is no contact sheet and is not written over"), "{said}");
    assert_eq!(fs::read(desk.path("photos/a.tif")).unwrap(), picture);
}

#[test]
fn a_dicom_object_is_shown_frame_by_frame_and_written_as_it_was_shown() {
    let object = ultrasound(2, "wallabycanary", "1.2.826.0.1.4711.5");
    let desk = Desk::with(&[("film.dcm", &object)]);
    let (code, said) = desk.run(&[]);
    assert_eq!((code, &state(&said, "photos/film.dcm")["state"]), (4, &"on-sheet".into()), "{said:#}");
    let page = fs::read_to_string(desk.path("sheet.html")).unwrap();
    for says in ["Frame 1, ", "Frame 2, all shades there are", "The same covers lie on every frame"] {
        assert!(page.contains(says), "{says}");
    }
    let windows = open(&object, &Limits::NETWORK).unwrap().series.windows.len();
    assert_eq!(desk.shown().len(), 2 * 2 * windows, "two frames in each window, before and after");
    let (code, said) = desk.run(&["--looked"]);
    assert_eq!(code, 0, "{said:#}");
    let clean = desk.clean();
    let [(name, bytes)] = clean.as_slice() else { panic!("{said:#}") };
    assert_eq!(name, "0001.dcm");
    assert_eq!(Replica::checked(bytes.clone()).unwrap().facts().media_type, MediaType::Dicom);
    assert_eq!(Canaries::word("wallabycanary").found_in(bytes), [] as [&str; 0]);
    let of_its_own = Canaries::word("1.2.826.0.1.4711.5");
    assert!(of_its_own.found_in(bytes).is_empty() && !of_its_own.found_in(&object).is_empty());

    // Pseudonyms stay those of the sheet, so a second run finds what the first wrote.
    let (code, said) = desk.run(&["--looked"]);
    assert_eq!((code, &state(&said, "photos/film.dcm")["state"]), (0, &"there".into()), "{said:#}");
}
