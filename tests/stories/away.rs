//! Every other hospital is gone, and the node was restarted meanwhile: people go on with their work.

use crate::{founding::Network, pages::portrait, raw::Heard, visitor::Visitor, waiting::wait_until};

const FORM: &str = "application/x-www-form-urlencoded";

/// Says something by a form of a page and comes to the page that it leads to.
fn said(visitor: &Visitor, path: &str, form: &str) -> Heard {
    let answer = visitor.post(path, FORM, form.as_bytes());
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    let place = answer.header("location").unwrap();
    visitor.get(place.split('#').next().unwrap())
}

#[test]
fn with_all_other_hospitals_gone_people_sign_in_read_search_and_write() {
    let network = Network::of(3);
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let foreign = b.post("okafor", "Blisters after gardening", "Since Monday, on both hands.", "network");
    let pictured = b.post_with_picture("okafor", "Photographed in the garden", portrait());
    wait_until("A has both cases", || a.case(&foreign).is_some() && a.case(&pictured).is_some());
    b.kill();
    c.kill();
    a.stop();
    a.serve();

    let keller = Visitor::sign_in(a, "keller");
    let page = format!("/cases/{foreign}");
    assert!(keller.get(&page).text().contains("Blisters after gardening"), "a copy is read");
    let pictured = format!("/cases/{pictured}");
    let image = format!("<img src=\"{pictured}/pictures/1\"");
    let shown = keller.get(&pictured).text();
    assert!(shown.contains("The picture is still on its way") && !shown.contains(&image), "{shown}");
    wait_until("the words are found", || keller.get("/search?q=gardening").text().contains(&page));
    let written = a.ask(&["case", "post", "--as", "keller", "--title", "Rash after swimming", "--audience", "network"]);
    assert!(written["waits_for"].is_string(), "{written}");
    let feed = keller.get("/").text();
    assert!(feed.contains("Rash after swimming") && feed.contains("Not yet sent"), "{feed}");
    let thread = said(&keller, &format!("{page}/comments"), "body=Hogweed").text();
    assert!(thread.contains("Hogweed") && thread.contains("Not yet sent"), "{thread}");
    let thread = said(&keller, &format!("{page}/comments"), "body=Nettles").text();
    let nettles = thread.split('"').rfind(|text| text.starts_with("/unsent/")).unwrap().to_owned();
    let thread = said(&keller, &nettles, "").text();
    assert!(thread.contains("Hogweed") && !thread.contains("Nettles"), "{thread}");
    for _ in 0..2 {
        said(&keller, &format!("{page}/star"), "");
    }
    assert_eq!(a.status()["unsent"], 3, "a case, a comment and one star");

    b.serve();
    c.serve();
    network.wait_until_connected();
    wait_until("B has what was said meanwhile", || {
        b.case(&foreign).is_some_and(|case| case["stars"] == 1 && case["comments"][0]["text"] == "Hogweed")
    });
    let shown = keller.get(&pictured).text();
    assert!(!shown.contains("The picture is still on its way") && shown.contains(&image), "{shown}");
    let case = b.case(&foreign).unwrap();
    assert_eq!(case["comments"].as_array().map(Vec::len), Some(1), "what was taken back was never said: {case}");
    wait_until("B has the case of A", || b.titles().iter().any(|title| title == "Rash after swimming"));
    assert!(!keller.get("/").text().contains("Not yet sent"), "nothing waits any more");
}
