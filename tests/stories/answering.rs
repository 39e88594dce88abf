//! A case is answered from another house, by the pages: found by a word, opened, looked at, commented; and who has the case
//! open there learns of it without asking.

use crate::{founding::Network, inspecting::Inspected, pages::portrait, waiting::wait_until};

/// Whether the large picture of a case is there, whole.
fn shows_its_picture(browser: &Inspected) -> bool {
    browser.run("document.querySelector('.case-picture image-stage img')?.naturalWidth > 0") == true
}

#[test]
fn a_nurse_finds_the_case_of_another_hospital_and_her_comment_stands_there() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let at_b = Inspected::at(b);
    at_b.comes_in(b, "okafor");
    at_b.visit(b, "/");
    at_b.sees("Nothing here yet");
    let case = a.post_with_picture("keller", "A ring of scales", portrait());
    at_b.sees("Show one new case");
    at_b.press("Show one new case");
    at_b.sees("A ring of scales");
    at_b.inspect();
    let at_a = Inspected::at(a);
    at_a.comes_in(a, "keller");
    at_a.visit(a, &format!("/cases/{case}"));
    at_a.sees("Nobody has answered yet.");
    at_a.write("#body", "A thought that is not yet finished");

    at_b.press("Search");
    at_b.write("#q", "scales");
    at_b.sees("One case.");
    at_b.inspect();
    at_b.press("A ring of scales");
    at_b.arrives_at(&format!("/cases/{case}"));
    wait_until("B shows the picture", || shows_its_picture(&at_b));
    at_b.write("#body", "We saw two of these in May.");
    at_b.press("Comment");
    at_b.sees("One comment");

    at_a.sees("Show one new comment");
    at_a.inspect();
    at_a.press("Show one new comment");
    at_a.sees("We saw two of these in May.");
    let thread = at_a.run("document.querySelector('.comments').innerText").to_string();
    assert!(["Ben Okafor", "Nurse", "Hospital B", "Verified"].iter().all(|word| thread.contains(word)), "{thread}");
    assert_eq!(at_a.value("#body"), "A thought that is not yet finished", "nothing is pushed under the finger");
    at_a.press("Reply");
    at_a.sees("You are answering Ben Okafor.");
    assert_eq!(at_a.value("#body"), "A thought that is not yet finished", "who answers goes on writing");
    at_a.inspect();
    at_a.press("Comment on the case instead");
    wait_until("whoever answers nobody goes on writing", || at_a.run("document.activeElement.id") == "body");
    assert_eq!(at_a.value("#body"), "A thought that is not yet finished");
    at_a.press("Reply");
    at_a.sees("You are answering Ben Okafor.");
    at_a.write("#body", "Was a tick found?");
    at_a.press("Comment");
    at_a.sees("answers Ben Okafor");
    at_a.inspect();

    at_b.sees("Show one new comment");
    at_b.press("Star this case");
    at_b.sees("One star");
    at_b.press("Take back your star");
    at_b.sees("No star yet");
    at_b.press("Take back your comment");
    at_b.press("Take it back");
    at_b.sees("This comment was taken back.");
    at_b.has("#taken-back:focus");
    at_b.inspect();
    at_b.press("Save for later");
    at_b.sees("Take off your list");
    at_b.press("Saved");
    at_b.arrives_at("/saved");
    at_b.sees("A ring of scales");
    wait_until("nothing of it is left at A", || {
        let shown = a.case(&case).unwrap();
        shown["stars"] == 0 && !shown.to_string().contains("two of these in May")
    });
}

#[test]
fn what_came_late_says_when_it_came_in_the_zone_of_the_reader() {
    let network = Network::with(2, 2, |house| {
        if house.name() == "Hospital B" {
            house.live_behind(25);
        }
    });
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let theirs = b.post("okafor", "Written a while ago", "By a clock that is behind.", "network");
    let ours = a.post("keller", "Written just now", "By the clock of this house.", "network");
    wait_until("both have both", || a.case(&theirs).is_some() && b.case(&ours).is_some());
    b.comment("okafor", &ours, "Said a while ago.");
    a.comment("keller", &ours, "Said just now.");
    wait_until("A has both comments", || a.case(&ours).unwrap()["comments"][1].is_object());

    let browser = Inspected::at(a);
    browser.live_in("Asia/Kathmandu");
    browser.comes_in(a, "keller");
    browser.visit(a, &format!("/cases/{theirs}"));
    browser.sees("(received ");
    let zone = browser.run("new Date().getTimezoneOffset()");
    assert_eq!(zone, -345, "the browser lives in another zone than its node");
    let is_local = "[...document.querySelectorAll('.case-words > .ages local-time')].every((shown) => {
        const format = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeStyle: 'short' });
        const time = shown.querySelector('time');
        const late = format.format(new Date(shown.dataset.received));
        return time.textContent === format.format(new Date(time.dateTime)) && shown.textContent.includes(late);
    })";
    assert_eq!(browser.run(is_local), true, "both times are those of the reader's zone");
    browser.inspect();
    browser.visit(a, &format!("/cases/{ours}"));
    browser.sees("Said a while ago.");
    assert_eq!(browser.count(".comment .received"), 1, "only what came late says so");
    assert_eq!(browser.count(".case-words > .ages .received"), 0);
}

#[test]
fn a_case_that_waits_for_the_network_is_shown_to_its_author() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    a.employ("lind", "Dr. Sven Lind", "physician");
    wait_until("everything is sent", || a.is_ready());
    b.stop();
    a.stop();
    a.serve();
    let posted = ["case", "post", "--as", "keller", "--title", "Told to nobody yet", "--text", "It waits."];
    let said = a.ask(&posted);
    assert!(said["waits_for"].is_string(), "nobody has confirmed how far the feed had come: {said}");
    let browser = Inspected::at(a);
    browser.comes_in(a, "lind");
    browser.visit(a, "/");
    assert!(!browser.words().contains("Told to nobody yet"), "of others nothing is shown");
    browser.comes_in(a, "keller");
    browser.visit(a, "/");
    browser.sees("Not yet sent");
    browser.sees("Told to nobody yet");
    browser.inspect();
    b.serve();
    wait_until("B has the case", || b.titles().contains(&"Told to nobody yet".to_owned()));
    browser.visit(a, "/");
    browser.has("#cases article");
    assert!(!browser.words().contains("Not yet sent"));
}
