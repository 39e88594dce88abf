//! Forms with files that are put together in ways no browser does, and files whose names mean harm.

use serde_json::json;

use crate::{
    bad_jpeg::jpeg,
    canaries::Canaries,
    files::files_in,
    founding::Network,
    unsealed::Unsealed,
    visitor::{Part, Visitor, form, words},
    waiting::wait_until,
};

/// Pictures of one case at most.
const PICTURES_MAX: usize = 32;

fn picture() -> Part {
    Part::file("picture", "a.jpg", "image/jpeg", &jpeg())
}

/// Forms, and what is answered.
fn forms() -> Vec<(&'static str, Vec<Part>, u16, &'static str)> {
    let case = |text: &[u8]| Part::raw("Content-Disposition: form-data; name=\"case\"", text);
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let crowd = |count: usize| [vec![words()], vec![picture(); count]].concat();
    let not_looked_at = Part::case(&json!({ "title": "A picture", "audience": "network" }));
    vec![
        ("no parts", vec![], 422, "the part with the case is missing"),
        ("a picture alone", vec![picture()], 422, "the part with the case is missing"),
        ("two cases", vec![words(), words()], 422, "the part with the case comes twice"),
        (
            "a part of another name",
            vec![words(), Part::file("virus", "a", "image/jpeg", b"x")],
            422,
            "one case and its pictures",
        ),
        (
            "a part without name",
            vec![Part::raw("Content-Disposition: form-data", "x")],
            422,
            "one case and its pictures",
        ),
        ("a part that is no field", vec![Part::raw("Content-Type: text/plain", "x")], 422, ""),
        ("a part with a head of 1 MiB", vec![Part::raw(&format!("X: {}", "x".repeat(1 << 20)), "x")], 422, ""),
        ("more pictures than a case has", crowd(PICTURES_MAX + 1), 422, "a case has at most 32 pictures"),
        (
            "10,000 empty pictures",
            vec![Part::file("picture", "a", "image/png", b""); 10_000],
            422,
            "a case has at most 32 pictures",
        ),
        ("words that are no JSON", vec![case(b"{\"title\": ")], 422, "EOF while parsing"),
        ("words that are no text", vec![case(b"{\"title\": \"\xff\xfe\"}")], 422, ""),
        ("words in 100,000 brackets", vec![case(&deep)], 422, ""),
        ("words of another shape", vec![case(b"[1, 2, 3]"), picture()], 422, ""),
        (
            "words with a key that is unknown",
            vec![case(b"{\"title\": \"T\", \"sudo\": true}")],
            422,
            "unknown field `sudo`",
        ),
        ("a picture that nobody looked at", vec![not_looked_at, picture()], 409, "a person must look at every picture"),
        (
            "no title",
            vec![Part::case(&json!({ "title": "", "audience": "network", "confirm": true })), picture()],
            422,
            "",
        ),
        (
            "nobody to read it",
            vec![Part::case(&json!({ "title": "T", "audience": "mars", "confirm": true })), picture()],
            422,
            "house, network, public",
        ),
    ]
}

#[test]
fn forms_that_no_browser_sends_are_refused_in_words() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    for (name, parts, status, says) in forms() {
        let answer = keller.post_parts("/api/v1/cases", &parts);
        let sentence = answer.problem();
        assert_eq!(answer.status, status, "{name}: {sentence}");
        assert!(sentence.contains(says), "{name}: `{sentence}` does not say `{says}`");
    }

    let (kind, body) = form(&[words(), picture()]);
    let shapes: [(&str, &str, &[u8]); 5] = [
        ("no line between the parts is named", "multipart/form-data", &body),
        ("another line is named", "multipart/form-data; boundary=elsewhere", &body),
        ("the last part has no end", &kind, &body[..body.len() - 60]),
        ("nothing comes", &kind, b""),
        (
            "the line between the parts is 10 KB long",
            &format!("multipart/form-data; boundary={}", "b".repeat(10_000)),
            &body,
        ),
    ];
    for (name, kind, body) in shapes {
        let answer = keller.post("/api/v1/cases", kind, body);
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        answer.problem();
    }
    let draft = keller.begin_draft();
    let answer = keller.upload(&draft, &vec![Part::file("pictures", "a.jpg", "image/jpeg", &jpeg()); PICTURES_MAX + 1]);
    assert_eq!((answer.status, answer.text().contains("a case has at most 32")), (422, true), "{}", answer.text());
    assert_eq!(keller.upload(&draft, &[Part::file("pictures", "", "application/octet-stream", b"")]).status, 303);
    assert!(!a.said().contains("ERROR"), "nothing of it is a mistake of the node");
}

#[test]
fn names_of_files_lead_nowhere_and_stand_nowhere() {
    const MARK: &str = "quokkapox";
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let long = MARK.repeat(400);
    let names = [
        "../../../../../../tmp/quokkapox.jpg",
        "..\\..\\quokkapox.jpg",
        "/etc/quokkapox",
        "C:\\quokkapox.exe",
        "quokkapox.jpg%00.html",
        "quokkapox\u{202e}gpj.exe",
        "quokkapox<script>alert(1)</script>.jpg",
        "quokkapox\\\"; name=\\\"case",
        "CON",
        &long,
    ];
    let mut last = String::new();
    for name in names {
        let answer = keller.posts_case_with(Part::file("picture", name, "image/jpeg", &jpeg()));
        assert_eq!(answer.status, 200, "{name:?}: {}", answer.text());
        assert!(!answer.text().contains(MARK), "{}", answer.text());
        last = answer.json()["case"].as_str().unwrap().to_owned();
    }
    let controls = Part::file("picture", "quokkapox\u{1}\u{1b}[31m.jpg", "image/jpeg", &jpeg());
    let answer = keller.posts_case_with(controls);
    assert_eq!((answer.status, answer.problem().contains(MARK)), (422, false), "{}", answer.text());
    wait_until("all is in the index", || a.titles().len() == names.len() && a.finds("picture", &last));
    a.stop();
    let kept = Unsealed::of(a);
    let places = [
        ("payloads", &kept.feeds, "Seen today"),
        ("the house journal", &kept.house, "keller"),
        ("the index", &kept.index, "picture"),
        ("files as they lie", &kept.files, a.name()),
    ];
    for (place, things, control) in places {
        let says = |word| things.iter().any(|thing| !Canaries::word(word).found_in(thing).is_empty());
        assert!(says(control), "the search finds {control} in {place}");
        assert!(!says(MARK), "the name of a file stands in {place}");
    }
    assert!(a.said().contains(a.directory().to_str().unwrap()) && !a.said().contains(MARK), "the log does not say it");
    let named = files_in(a.directory()).into_iter().filter(|file| file.to_string_lossy().contains(MARK));
    assert_eq!(named.count(), 0, "no file is called so");
}
