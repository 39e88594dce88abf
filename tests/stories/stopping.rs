//! A node is stopped, as a service manager does it, while somebody has pages open.

use crate::{founding::Network, raw::Line, visitor::Visitor, waiting::wait_until};

#[test]
fn a_node_ends_in_order_while_pages_are_open() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let case = a.post("keller", "A rash that comes and goes", "For a week.", "network");
    let keller = Visitor::sign_in(a, "keller");
    let open = ["/events?filter=network".to_owned(), format!("/events?case={case}")].map(|path| {
        let mut line = Line::to(keller.web);
        assert!(line.say(format!("{}\r\n", keller.head("GET", &path)).as_bytes()), "the node listens");
        line
    });
    // A page about a case is told at once how long its thread is; on that of the feed nothing happens.
    wait_until("a page listens", || open[1].is_answered());
    a.stop();
    for (line, is_told) in open.into_iter().zip([false, true]) {
        let heard = line.hear().expect("what was said before stands");
        assert_eq!((heard.status, heard.text().contains("event: comment")), (200, is_told), "{}", heard.text());
    }
    let said = a.said();
    assert!(said.contains("The node has stopped.") && !said.contains("broken off"), "{said}");
}
