//! A DICOM ultrasound of several frames becomes a case by the pages, is gone through frame by frame at another hospital, and
//! says nothing there of what it said before; and an archive sends objects, which wait for the eyes of a person.

use anonymizer::{MediaType, Pixels, Replica, View, open_view};
use serde_json::{Value, json};

use crate::{
    canaries::Canaries,
    covering::{is_looked_through, ticks_every_box},
    founding::Network,
    house::House,
    inspecting::Inspected,
    raw::{Heard, exchange},
    scanner::{of_class, ultrasound},
    sharing::{signs_and_shares, ticks_every_statement},
    unsealed::Unsealed,
    visitor::Visitor,
    waiting::wait_until,
};

const WORD: &str = "quokkacanary";
const INSTANCE: &str = "1.2.826.0.1.4711.3";
const LIMITS: anonymizer::Limits = anonymizer::Limits::NETWORK;

#[test]
fn an_ultrasound_is_covered_shared_and_gone_through_frame_by_frame_elsewhere() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let object = ultrasound(2, WORD, INSTANCE);
    let canaries = Canaries::of(vec![
        (WORD.to_owned(), WORD.as_bytes().to_vec()),
        ("instance".to_owned(), INSTANCE.as_bytes().to_vec()),
        ("birth date".to_owned(), b"19520214".to_vec()),
    ]);
    assert_eq!(canaries.found_in(&object).len(), 3, "it says all of it to begin with");
    let file = network.directory().join("film.dcm");
    std::fs::write(&file, &object).unwrap();

    let author = Inspected::at(a);
    author.comes_in(a, "keller");
    author.begins_a_draft(a);
    author.hand_in("#pictures", &file);
    author.has(".shelf li");
    is_looked_through(&author);
    author.press("Next: hide what shows who it is");
    author.has("mask-editor.is-live");
    author.sees("The same covers lie on every frame");
    author.sees("whatever else the DICOM object says of the patient");
    let drawn: Value = serde_json::from_str(&author.value("input[name='covers']")).unwrap();
    let covers = drawn["covers"].as_array().unwrap().len();
    assert!(covers > 0, "the machine's print is covered: {drawn}");
    slides_to(&author, 2);
    author.inspect();
    ticks_every_box(&author);
    author.press("Save this picture");
    author.arrives_at("/drafts/");
    author.has("#title");
    author.write("#question", "What could it be?");
    author.write("#title", "An ultrasound of the pelvis");
    author.press("Save and go on");
    author.has("input[name='audience']");
    author.press_at("input[name='consent'][value='network']");
    author.press_at("input[name='audience'][value='network']");
    author.press("Save and go on");
    author.sees("I have looked");
    ticks_every_statement(&author);
    let case = signs_and_shares(&author);
    drop(author);

    wait_until("B has the case", || b.case(&case).is_some());
    let reader = Inspected::at(b);
    reader.comes_in(b, "okafor");
    reader.visit(b, &format!("/cases/{case}"));
    reader.press("Go through its frames and shades");
    reader.arrives_at(&format!("/cases/{case}/pictures/1/frames"));
    slides_to(&reader, 2);
    reader.choose("frame-slider select", "1");
    wait_until("the second preset is shown", || shown(&reader).contains("frame=2&window=1"));
    reader.inspect();
    drop(reader);

    let reader = Visitor::sign_in(b, "okafor");
    assert_left_clean(&reader, &case, (&object, &canaries), covers);
    for house in [a, b] {
        house.stop();
        let kept = Unsealed::of(house);
        for (what, pieces) in [
            ("feeds", &kept.feeds),
            ("house journal", &kept.house),
            ("pictures", &kept.pictures),
            ("quarantine", &kept.originals),
            ("index", &kept.index),
            ("files", &kept.files),
        ] {
            for piece in pieces {
                assert_eq!(canaries.found_in(piece), Vec::<&str>::new(), "{what} of {}", house.name());
            }
        }
        assert!(kept.pictures.iter().any(|piece| piece.get(128..132) == Some(b"DICM")), "the object itself is there");
    }
}

/// Moves the slider, and waits for the frame.
fn slides_to(browser: &Inspected, frame: u32) {
    browser.has("frame-slider input[type='range']");
    browser.run(&format!(
        "(() => {{ const slider = document.querySelector(\"frame-slider input[type='range']\"); \
         slider.value = {frame}; slider.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
    ));
    wait_until("the frame is shown", || {
        let is_whole = "(() => { const shown = document.getElementById('frame'); \
                        return shown.complete && shown.naturalWidth > 0; })()";
        shown(browser).contains(&format!("frame={frame}")) && browser.run(is_whole) == true
    });
    browser.sees(&format!("{frame} of 2"));
}

/// The address of the picture that is shown.
fn shown(browser: &Inspected) -> String {
    browser.run("document.getElementById('frame').getAttribute('src')").as_str().unwrap_or_default().to_owned()
}

/// What another hospital has of it: clean, with all its frames, covered in each; and only for those who sign in.
fn assert_left_clean(reader: &Visitor, case: &str, (original, canaries): (&[u8], &Canaries), covers: usize) {
    let path = format!("/cases/{case}/pictures/1");
    let object = reader.get(&format!("{path}/object"));
    assert_eq!((object.status, object.header("content-type")), (200, Some("application/dicom")), "{}", object.text());
    assert!(object.header("content-disposition").unwrap().starts_with("attachment; filename="));
    assert_eq!(canaries.found_in(&object.body), Vec::<&str>::new());
    let facts = Replica::checked(object.body.clone()).unwrap().facts();
    assert_eq!((facts.media_type, facts.width, facts.height), (MediaType::Dicom, 640, 200));
    let manifest = reader.get(&format!("/api/v1{path}/manifest")).json();
    assert_eq!(manifest["methods"], json!([113_100, 113_101, 113_102, 113_107, 113_108]));
    let boxes: Vec<Vec<u32>> =
        manifest["covers"].as_array().unwrap().iter().map(|cover| numbers(&cover["numbers"])).collect();
    assert_eq!(boxes.len(), covers);
    for frame in 0..2 {
        let view = View { frame, window: 2 };
        let pixels = open_view(&object.body, view, &LIMITS).unwrap().pixels;
        let here = reader.get(&format!("{path}?frame={}&window=2", frame + 1));
        assert_eq!(here.header("content-type"), Some("image/png"));
        assert!(anonymizer::open(&here.body, &LIMITS).unwrap().pixels == pixels, "its own node shows the same");
        assert!(boxes.iter().all(|place| is_even(&pixels, place)), "{boxes:?}");
        let before = open_view(original, view, &LIMITS).unwrap().pixels;
        assert!(boxes.iter().all(|place| !is_even(&before, place)), "there was something to cover");
    }
    assert_eq!(reader.get(&format!("{path}?frame=3")).status, 422);
    for file in ["", "?frame=2", "/object", "/frames"] {
        let stranger = exchange(reader.web, unsigned("GET", &format!("{path}{file}"), reader, "").as_bytes()).unwrap();
        assert!(matches!(stranger.status, 303 | 401), "{file}: {}", stranger.status);
    }
}

/// Whether all pixels of a box are one colour.
fn is_even(pixels: &Pixels, place: &[u32]) -> bool {
    let first = pixels.at(place[0], place[1]);
    let rows = place[1]..(place[1] + place[3]).min(pixels.height());
    let columns = || place[0]..(place[0] + place[2]).min(pixels.width());
    rows.flat_map(|y| columns().map(move |x| (x, y))).all(|(x, y)| pixels.at(x, y) == first)
}

fn numbers(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as u32).collect()
}

/// The head of a request outside of any session.
fn unsigned(method: &str, path: &str, at: &Visitor, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{more}\r\n", at.web)
}

#[test]
fn what_an_archive_sends_waits_in_a_draft_of_the_person_whose_token_it_has() {
    let network = Network::with(1, 1, |house| house.configure("log", "level", "debug"));
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let token =
        |scope: &str| a.ask(&["token", "create", "keller", "--scope", scope])["token"].as_str().unwrap().to_owned();
    let (dicom, writing) = (token("dicom"), token("cases:write"));
    let [one, two, damaged] = [1, 2, 3].map(|number| format!("{INSTANCE}.{number}"));
    let report = of_class("1.2.840.10008.5.1.4.1.1.88.33", 1, WORD, &two);
    let instances =
        [ultrasound(1, WORD, &one), report, ultrasound(1, WORD, &damaged)[..4_000].to_vec(), b"no object".to_vec()];

    assert_eq!(stored(a, &keller, "", &instances).status, 403, "nobody sends anything without a token");
    assert_eq!(stored(a, &keller, &writing, &instances).status, 403, "nor with one for something else");
    assert_eq!(keller.drafts(), 0);
    let answer = stored(a, &keller, &dicom, &instances);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (202, Some("application/dicom+json")),
        "{}",
        answer.text()
    );
    let said = answer.json();
    assert_eq!(said["00081199"]["Value"].as_array().unwrap().len(), 1);
    assert_eq!(said["00081199"]["Value"][0]["00081155"]["Value"][0], one);
    let failed: Vec<(&str, u64)> = said["00081198"]["Value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let instance = item["00081155"]["Value"][0].as_str().unwrap_or("");
            (instance, item["00081197"]["Value"][0].as_u64().unwrap())
        })
        .collect();
    assert_eq!(failed, [(two.as_str(), 0x0122), (damaged.as_str(), 0xc000), ("", 0xc000)]);

    assert_eq!(keller.drafts(), 1, "one draft for the request");
    let page = keller.get("/cases/new").text();
    let draft = page.split("href=\"/drafts/").nth(1).unwrap().split(['"', '/']).next().unwrap().to_owned();
    wait_until("programs have looked at it", || {
        !keller.get(&format!("/drafts/{draft}/pictures")).text().contains("<progress")
    });
    let pictures = keller.get(&format!("/drafts/{draft}/pictures")).text();
    assert!(pictures.contains("640 × 200") && pictures.contains("waits for your look"), "{pictures}");
    assert_eq!(stored(a, &keller, &dicom, &[b"no object".to_vec()]).status, 409);
    assert_eq!(keller.drafts(), 1, "and none where nothing was taken");

    let bearer = format!("Authorization: Bearer {dicom}\r\n");
    for path in ["/api/v1/cases", "/", &format!("/drafts/{draft}/pictures")] {
        let asked = exchange(a.web(), unsigned("GET", path, &keller, &bearer).as_bytes()).unwrap();
        assert!(!asked.text().contains("ultrasound"), "{path}");
        assert_eq!(asked.status, 403, "{path}: a token of this scope reads neither cases nor drafts");
    }
    let log = a.said();
    assert!(log.contains("/dicomweb/studies"), "the log is one that says what was asked");
    assert!(!log.contains(INSTANCE) && !log.contains(WORD), "UIDs go back to the archive and nowhere else");
}

/// Stores instances with a token.
fn stored(house: &House, keller: &Visitor, token: &str, instances: &[Vec<u8>]) -> Heard {
    let parts = instances.iter().map(|instance| {
        [b"--between\r\nContent-Type: application/dicom\r\n\r\n".as_slice(), instance, b"\r\n"].concat()
    });
    let body = [parts.collect::<Vec<_>>().concat(), b"--between--\r\n".to_vec()].concat();
    let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let head = format!(
        "{bearer}Accept: application/dicom+json\r\nContent-Length: {}\r\n\
         Content-Type: multipart/related; type=\"application/dicom\"; boundary=between\r\n",
        body.len()
    );
    let head = unsigned("POST", "/dicomweb/studies", keller, &head);
    exchange(house.web(), &[head.as_bytes(), &body].concat()).unwrap()
}
