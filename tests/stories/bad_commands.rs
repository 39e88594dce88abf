//! The command line with arguments, files and configurations that are wrong: each ends with a sentence that names what is
//! wrong.

use std::{fs, path::Path};

use crate::{bad_jpeg::jpeg, founding::Network, house::House, seats::Seats};

/// That a command is refused, in words that name something, and without a word of its insides.
fn assert_refused(house: &House, arguments: &[&str], says: &str) {
    let refusal = house.ask_in_vain(arguments).to_string();
    assert!(refusal.contains(says), "{arguments:?}: {refusal} does not say `{says}`");
    assert!(!refusal.contains("panicked") && !refusal.contains("RUST_BACKTRACE"), "{arguments:?}: {refusal}");
}

#[test]
fn commands_with_wrong_files_and_ids_are_refused_with_a_sentence() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let case = a.post("keller", "A case", "To be left as it is.", "network");
    let directory = network.directory();
    let file = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (empty, noise, words) = (file("empty", b""), file("noise", &[0xff; 5_000]), file("words", b"Good morning."));
    let long = file("long", &b"x".repeat(17 << 20));
    let folder = directory.to_str().unwrap();

    let post = |picture: &str, says: &str| {
        let words = ["case", "post", "--as", "keller", "--title", "T", "--confirm", "--picture", picture];
        assert_refused(a, &words, says);
    };
    post("/nowhere/at/all.jpg", "file /nowhere/at/all.jpg cannot be read");
    post(folder, "cannot be read");
    post("/proc/self/mem", "file /proc/self/mem cannot be read");
    post("/dev/zero", "is not a file");
    post(&empty, "the file is empty");
    post(&words, "send it as JPEG, HEIC, PNG, WebP, TIFF or DICOM");
    post(&file("huge", &vec![0; 100 << 20]), "picture has 65 MiB; the limit is 64 MiB");
    let without_word = ["case", "post", "--as", "keller", "--title", "T", "--picture", &file("a.jpg", &jpeg())];
    assert_refused(a, &without_word, "--confirm");
    assert_refused(a, &["case", "post", "--as", "nobody", "--title", "T"], "not found");
    assert_refused(a, &["case", "post", "--as", "keller", "--title", ""], "title");
    assert_refused(
        a,
        &["case", "post", "--as", "keller", "--title", "T", "--audience", "mars"],
        "house, network, public",
    );
    assert_refused(a, &["case", "post", "--as", "keller", "--title", "T", "--specialty", "X1"], "specialty");

    for id in ["", "..", "../../etc/passwd", "not an id", "\u{1f4a9}", "00", &"f".repeat(10_000)] {
        assert_refused(a, &["case", "show", id], "not found");
        assert_refused(a, &["comment", id, "--as", "keller", "--text", "T"], "not found");
        assert_refused(a, &["star", id, "--as", "keller"], "not found");
        assert_refused(a, &["withdraw", id, "--as", "keller"], "not found");
        assert_refused(a, &["token", "revoke", id], "not found");
        let exported = directory.join("exported");
        assert_refused(a, &["export", "--feed", id, exported.to_str().unwrap()], "not found");
        assert!(!exported.exists(), "nothing was exported");
    }
    assert_refused(a, &["case", "show", &"f".repeat(100_000)], "longer than any can be");
    assert_refused(a, &["withdraw", &case, "--ground", "boredom"], "patient-wish");
    assert_refused(a, &["comment", &case, "--as", "keller", "--text", " "], "it has no words");
    assert_refused(a, &["comment", &case, "--as", "keller", "--text", "T", "--replies-to", "x"], "comment not found");
    assert_refused(a, &["attest", "keller", "--profession", "wizard"], "profession");
    assert_refused(a, &["attest", "nobody", "--profession", "nurse"], "not found");
    assert_refused(a, &["revoke", "keller", "--reason", "boredom"], "left-institution");
    assert_refused(a, &["account", "add", "../x", "--name", "X"], "login");
    assert_refused(a, &["account", "add", "jones", "--name", "Y", "--role", "king"], "role");
    assert_refused(a, &["token", "create", "keller", "--scope", "everything"], "scope");
    assert_refused(a, &["certify", "x"], "institution not found");
    assert_refused(a, &["case", "list", "--filter", "x"], "filter");
    assert_refused(a, &["search", "--limit", "100000", "x"], "limit");
    assert_refused(a, &["fly"], "fly");

    for paper in ["/nowhere", folder, &empty, &noise, &words, &long] {
        for command in [["charter", "sign"].as_slice(), &["charter", "show"], &["admit"], &["join"], &["verify"]] {
            assert_refused(a, &[command, &[paper]].concat(), "");
        }
    }
    let exported = directory.join("feed");
    a.export(&a.feed(), &exported);
    let whole = fs::read(&exported).unwrap();
    assert_refused(a, &["verify", &file("cut", &whole[..whole.len() / 2])], "cannot be read");
    assert_refused(a, &["verify", exported.to_str().unwrap(), "--network", "x"], "64 hexadecimal digits");
    assert_refused(a, &["verify", exported.to_str().unwrap(), "--network", &"0".repeat(64)], "belongs to network");

    assert_eq!(a.case(&case).unwrap()["title"], "A case", "the case is as it was");
    assert!(!a.said().contains("ERROR") && !a.said().contains("panic"), "nothing of it is a mistake of the node");
}

#[test]
fn a_configuration_that_is_wrong_is_refused_with_the_line() {
    let _seats = Seats::take(1);
    let directory = tempfile::tempdir().unwrap();
    let house = House::make("Hospital A", &directory.path().join("A"));
    let path = house.directory().join("consilium.toml");
    let good = fs::read_to_string(&path).unwrap();
    let line = good.lines().count() + 1;
    let at_line = format!("line {line}");
    let with = |text: &str| format!("{good}{text}\n");
    for (what, text, says) in [
        ("no TOML", with("= ="), at_line.as_str()),
        ("a key that is unknown", with("gosip = true"), "gosip"),
        ("a key that is unknown, by its line", with("gosip = true"), at_line.as_str()),
        ("a value of another kind", with("gossip = \"perhaps\""), at_line.as_str()),
        ("a key twice", with("listen = []"), at_line.as_str()),
        ("a section that is unknown", with("[printer]\nink = 1"), "printer"),
        ("a quarantine of a month", with("[storage]\nquarantine_hours = 720"), "at most 168"),
        ("a number beyond all", with("[storage]\nfree_bytes_min = -1"), "line"),
        ("a level that is none", with("[log]\nlevel = \"info=loud\""), "log.level"),
        (
            "a session without end",
            with("[policy]\nsession_idle_minutes = 100000"),
            "policy.session_idle_minutes is 100000",
        ),
        ("plain HTTP for all", good.replace("127.", "0."), ""),
        (
            "a transport that is not built in",
            good.replace("listen = [\"", "listen = [\"/ip4/0.0.0.0/udp/1/quic-v1\", \""),
            "--features quic",
        ),
        ("nowhere to listen", good.replace("listen = [\"", "listen = [\"nowhere"), "nowhere"),
        ("no text", String::from_utf8_lossy(&[0; 100]).into_owned(), "line 1"),
    ] {
        fs::write(&path, text).unwrap();
        let refusal = house.ask_in_vain(&["serve"]).to_string();
        assert!(refusal.contains(says), "{what}: {refusal} does not say `{says}`");
        assert!(!refusal.contains("panicked"), "{what}: {refusal}");
    }
    fs::write(&path, [0xff; 50]).unwrap();
    assert_refused(&house, &["serve"], "consilium.toml cannot be read");
    fs::remove_file(&path).unwrap();
    assert_refused(&house, &["serve"], "consilium.toml cannot be read");
    fs::create_dir(&path).unwrap();
    assert_refused(&house, &["serve"], "consilium.toml cannot be read");
    fs::remove_dir(&path).unwrap();
    fs::write(&path, &good).unwrap();
    lacks_a_key(&house);
    house.serve();
    house.stop();
}

/// Every key that the node needs at its start is missed by name.
fn lacks_a_key(house: &House) {
    let keys = house.directory().join("keys");
    let (key, aside): (&Path, &Path) = (&keys.join("wrapping.key"), &keys.join("aside"));
    fs::rename(key, aside).unwrap();
    assert_refused(house, &["serve"], "wrapping.key cannot be read");
    fs::write(key, "consilium-key 1 wrapping 00\n").unwrap();
    assert_refused(house, &["serve"], "wrapping.key");
    fs::rename(aside, key).unwrap();
}
