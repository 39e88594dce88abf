//! Several pictures of one case: put in order, two of them said to be before and after; as they stand in the draft, so they
//! are after a restart, and so they open at another hospital, the pair side by side.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{
    browser::Key,
    covering::{is_looked_through, ticks_every_box},
    founding::Network,
    house::House,
    inspecting::Inspected,
    sharing::{signs_and_shares, ticks_every_statement},
    waiting::wait_until,
};

/// Pictures of the demo of which no two are equally wide, and how wide.
const PICTURES: [(&str, u64); 3] = [("tibia", 432), ("colon", 512), ("chest", 848)];
/// The widths of the three in the order third, first, second.
const REORDERED: [u64; 3] = [848, 432, 512];
const PHONE: (u32, u32) = (390, 844);
const DESK: (u32, u32) = (1_280, 900);

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/pictures")).join(name).with_extension("jpg")
}

/// The pictures of the draft that is open, in their order, by their widths, each with the side of a pair that it is.
fn laid(browser: &Inspected) -> Value {
    browser.run(
        "[...document.querySelectorAll('.shelf li')].map((li) =>
            [parseInt(li.querySelector('.soft').textContent), li.querySelector('.mark')?.textContent ?? ''])",
    )
}

/// The pictures that a page of a case shows at once, by their widths, once they are there whole.
fn shown(browser: &Inspected, house: &House, case: &str, number: usize) -> Value {
    browser.visit(house, &format!("/cases/{case}?picture={number}"));
    let images = "[...document.querySelectorAll('.case-picture image-stage img')]";
    wait_until(&format!("{} shows picture {number}", house.name()), || {
        browser.run(&format!("{images}.length > 0 && {images}.every((image) => image.naturalWidth > 0)")) == true
    });
    browser.run(&format!("{images}.map((image) => image.naturalWidth)"))
}

/// Where the stages of a pair are on a screen: left, top, right, bottom.
fn places(browser: &Inspected, (width, height): (u32, u32)) -> [[f64; 4]; 2] {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    browser.devtools("Emulation.setDeviceMetricsOverride", &size);
    let places = browser.run(
        "[...document.querySelectorAll('.pair image-stage')].map((stage) => {
            const { left, top, right, bottom } = stage.getBoundingClientRect();
            return [left, top, right, bottom];
        })",
    );
    serde_json::from_value(places).unwrap()
}

/// Looks at each picture that waits, and confirms it.
fn confirm_all(browser: &Inspected, draft: &str) {
    for _ in PICTURES {
        browser.has("mask-editor.is-live");
        ticks_every_box(browser);
        let path = browser.path();
        browser.press("Save this picture");
        wait_until("the next page is there", || browser.path() != path);
    }
    browser.arrives_at(&format!("/drafts/{draft}/context"));
}

/// Goes through the other steps and shares. Returns the case.
fn share(browser: &Inspected) -> String {
    browser.write("#title", "A cyst, before and after");
    browser.write("#question", "Was it worth it?");
    browser.press("Save and go on");
    browser.has("input[name='audience']");
    browser.press_at("input[name='consent'][value='network']");
    browser.press_at("input[name='audience'][value='network']");
    browser.press("Save and go on");
    browser.sees("I have looked");
    assert_eq!(
        browser.run("[...document.querySelectorAll('.review .mark')].map((mark) => mark.textContent)"),
        json!(["Before", "After"])
    );
    browser.inspect();
    ticks_every_statement(browser);
    signs_and_shares(browser)
}

#[test]
fn pictures_keep_their_order_and_a_pair_opens_side_by_side_at_another_hospital() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let at_a = Inspected::at(a);
    at_a.comes_in(a, "keller");
    let draft = at_a.begins_a_draft(a);
    for (number, (name, _)) in (1..).zip(PICTURES) {
        at_a.hand_in("#pictures", &file(name));
        at_a.has(&format!(".shelf li:nth-child({number})"));
    }
    is_looked_through(&at_a);
    // By keyboard alone: the third picture becomes the first, and the two behind it a pair.
    for (number, wish) in [(3, "up"), (2, "up"), (2, "pair")] {
        let before = laid(&at_a);
        at_a.tabs_to(&format!(".shelf li:nth-child({number}) button[value='{wish}']"));
        at_a.strikes(Key::Enter);
        wait_until("the page shows it", || {
            laid(&at_a).as_array().is_some_and(|now| now.len() == 3) && laid(&at_a) != before
        });
    }
    let [first, second, third] = REORDERED;
    let wanted = json!([[first, ""], [second, "Before"], [third, "After"]]);
    assert_eq!(laid(&at_a), wanted);
    at_a.inspect();
    a.stop();
    a.serve();
    at_a.visit(a, &format!("/drafts/{draft}/pictures"));
    assert_eq!(laid(&at_a), wanted, "after a restart it stands as it did");
    at_a.press("Next: hide what shows who it is");
    confirm_all(&at_a, &draft);
    network.wait_until_connected();
    let case = share(&at_a);
    assert_eq!(shown(&at_a, a, &case, 1), json!([first]));
    at_a.visit(a, "/help");
    a.stop();
    a.serve();
    assert_eq!(shown(&at_a, a, &case, 2), json!([second, third]), "and after another restart");

    let at_b = Inspected::at(b);
    at_b.comes_in(b, "okafor");
    wait_until("B has the case", || b.case(&case).is_some());
    assert_eq!(b.case(&case).unwrap()["before_after"], json!([2]));
    assert_eq!(shown(&at_b, b, &case, 1), json!([first]));
    assert_eq!(at_b.count(".pair"), 0);
    at_b.inspect();
    assert_eq!(shown(&at_b, b, &case, 3), json!([second, third]), "whichever of the two is asked for");
    let [before, after] = places(&at_b, DESK);
    assert!(before[2] <= after[0] && before[1] == after[1], "side by side: {before:?} {after:?}");
    let [before, after] = places(&at_b, PHONE);
    assert!(before[3] <= after[1] && before[0] == after[0], "one above the other: {before:?} {after:?}");
    at_b.inspect();

    at_b.press("Point at a place in the picture: After");
    at_b.press_at(".strip li:first-child a");
    wait_until("another picture stands there", || at_b.count(".pair") == 0);
    let is_led = |number: usize| {
        at_b.run("document.activeElement.matches('.strip [aria-current]')") == true
            && at_b.run("location.search") == format!("?picture={number}")
    };
    wait_until("whoever pressed is where they were", || is_led(1));
    assert_eq!(at_b.value("input[name='region']"), "", "what pointed into another picture points nowhere");
    at_b.press_at(".strip li:last-child a");
    wait_until("the pair stands there again", || at_b.count(".pair") == 1 && is_led(2));
    at_b.reload();
    at_b.has(".pair");

    at_b.press("Point at a place in the picture: After");
    at_b.write("#body", "Here the edge is sharp again.");
    at_b.press("Comment");
    at_b.sees("Points at picture 3");
    assert_eq!(
        at_b.count("figure:last-child .regions rect.is-lit"),
        1,
        "the place stands out in the picture from after"
    );
    at_b.inspect();
    wait_until("A has the comment and its place", || {
        let comment = a.case(&case).unwrap()["comments"][0].clone();
        comment["picture"] == 3 && comment["region"]["width"].as_u64() > Some(0)
    });
    a.ask(&["withdraw", &case, "--as", "keller", "--ground", "patient-wish"]);
    wait_until("nothing of it is left at B", || b.case(&case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()));
    at_b.visit(b, &format!("/cases/{case}?picture=2"));
    at_b.has(".plate-erased");
    assert_eq!(at_b.count("image-stage"), 0);
}

#[test]
fn a_pair_is_posted_by_command_and_told_to_whoever_reads_the_case_elsewhere() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let files = PICTURES.map(|(name, _)| file(name).to_str().unwrap().to_owned());
    let post = |before: &str| {
        let mut words = vec!["case", "post", "--as", "keller", "--title", "Before and after", "--confirm", "--looked"];
        files.iter().for_each(|file| words.extend(["--picture", file]));
        words.extend(["--before-after", before]);
        a.program().args(words).arg("--json").output().unwrap()
    };
    for wrong in ["0", "3"] {
        let refused = post(wrong);
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(!refused.status.success() && said.contains("a picture that another one follows"), "{wrong}: {said}");
    }
    let said: Value = serde_json::from_slice(&post("1").stdout).unwrap();
    let case = said["case"].as_str().unwrap();
    wait_until("B has the case", || b.case(case).is_some());
    assert_eq!(b.case(case).unwrap()["before_after"], json!([1]));
    let read = b.program().args(["case", "show", case]).output().unwrap();
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(read.contains("3 pictures; 1 is before, 2 after"), "{read}");
    assert_eq!(a.titles().len(), 1, "what was refused left nothing");
}
