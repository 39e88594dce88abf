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
    at_b.sees("This comment was taken back.");
    at_b.inspect();
    wait_until("nothing of it is left at A", || {
        let shown = a.case(&case).unwrap();
        shown["stars"] == 0 && !shown.to_string().contains("two of these in May")
    });
}
