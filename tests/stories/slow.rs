//! Many send files a byte at a time. There are places for some; whoever comes then is told when to come again, and everybody
//! else reads on. Those who are too slow lose their places.

use serde_json::json;

use crate::{
    founding::Network,
    raw::{Heard, Line},
    visitor::{Part, Visitor, form, words},
    waiting::wait_until,
};

/// Places for uploads: of all people, and of one.
const PLACES: usize = 16;
const PLACES_OF_ONE: usize = 4;

/// An upload that goes on, a byte at a time.
struct Slow {
    line: Line,
    rest: std::vec::IntoIter<u8>,
}

impl Slow {
    /// Begins to send a case with a picture. Once a byte of its body has come the node has made up its mind.
    fn begin(visitor: &Visitor) -> Self {
        let (kind, body) = form(&[words(), Part::file("picture", "a.jpg", "image/jpeg", &vec![7; 1 << 20])]);
        let head = visitor.head("POST", "/api/v1/cases");
        let mut line = Line::to(visitor.web);
        let len = body.len();
        assert!(line.say(format!("{head}Content-Type: {kind}\r\nContent-Length: {len}\r\n\r\n").as_bytes()));
        Self { line, rest: body.into_iter() }
    }

    /// Sends a byte more; false once nobody takes it.
    fn go_on(&mut self) -> bool {
        self.rest.next().is_some_and(|byte| self.line.say(&[byte])) && !self.line.is_answered()
    }

    fn hear(self) -> Option<Heard> {
        self.line.hear()
    }
}

/// Begins again for those who lost their places meanwhile: on a busy machine it takes long until all have come.
fn begin_again(uploads: &mut [(&Visitor, Slow)]) {
    for (visitor, slow) in uploads {
        if !slow.go_on() {
            *slow = Slow::begin(visitor);
        }
    }
}

/// Sends a picture that needs a place and that nobody has looked at. Whether there is no place; else the other refusal comes.
fn is_told_to_come_again(visitor: &Visitor) -> bool {
    let words = Part::case(&json!({ "title": "A picture", "audience": "network" }));
    let picture = Part::file("picture", "a.jpg", "image/jpeg", &vec![7; 300 << 10]);
    let answer = visitor.post_parts("/api/v1/cases", &[words, picture]);
    if answer.status == 409 {
        return false;
    }
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert!(answer.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok()), "{answer:?}");
    assert!(answer.problem().contains("send this one again in a moment"), "{answer:?}");
    true
}

#[test]
fn slow_uploads_take_the_places_for_uploads_and_nothing_else_and_lose_them() {
    let network = Network::of(1);
    let [a] = network.houses();
    let people: Vec<Visitor> = (0..=PLACES / PLACES_OF_ONE)
        .map(|number| {
            let login = format!("slow{number}");
            a.employ(&login, "Dr. Slow", "physician");
            Visitor::sign_in(a, &login)
        })
        .collect();
    let (last, first) = people.split_last().unwrap();
    let peak_before = a.process().peak_bytes();

    let mut uploads: Vec<(&Visitor, Slow)> = Vec::new();
    for person in first {
        uploads.extend((0..PLACES_OF_ONE).map(|_| (person, Slow::begin(person))));
        wait_until("the places of one person are taken", || {
            begin_again(&mut uploads);
            is_told_to_come_again(person)
        });
        let is_last = uploads.len() == PLACES;
        wait_until("the places of all are taken when they are", || {
            begin_again(&mut uploads);
            is_told_to_come_again(last) == is_last
        });
    }
    for page in ["/", "/cases/new", "/search?q=rash", "/help", "/account"] {
        assert_eq!(last.get(page).status, 200, "{page} is read meanwhile");
    }
    assert_eq!(last.post("/api/v1/cases", "application/json", b"{}").status, 422, "words need no place");

    wait_until("all who are slow are told so", || {
        let goes_on: Vec<bool> = uploads.iter_mut().map(|(_, slow)| slow.go_on()).collect();
        !goes_on.contains(&true)
    });
    for (_, slow) in uploads {
        let heard = slow.hear().expect("who is too slow is told");
        assert_eq!((heard.status, heard.problem().contains("too slowly")), (408, true), "{heard:?}");
    }
    assert!(!is_told_to_come_again(last), "the places are free again");
    let grown = a.process().peak_bytes() - peak_before;
    assert!(grown < 64 << 20, "slow uploads are kept as they come: {} MiB more", grown >> 20);
}
