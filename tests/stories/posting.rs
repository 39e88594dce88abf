//! Somebody who posts one case after the other until the node is gone, and remembers what was acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use serde_json::json;

use crate::{
    bad_jpeg::jpeg,
    house::House,
    http::{Ask, Door},
    waiting::wait_until,
};

/// Nobody has more to say in one go.
const CASES_MAX: usize = 2_000;
/// Every so many cases have a picture.
const PICTURE_EVERY: usize = 3;

/// A case that the node said it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) case: String,
    pub(crate) title: String,
    pub(crate) has_picture: bool,
}

/// Posting that goes on beside the story.
pub(crate) struct Posting {
    thread: JoinHandle<Vec<Acknowledged>>,
    count: Arc<AtomicUsize>,
}

impl Posting {
    /// Begins. A title says in which round and as which case it was posted.
    pub(crate) fn begin(house: &House, login: &'static str, round: usize) -> Self {
        let (door, count) = (house.socket(), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        let thread = std::thread::spawn(move || {
            let posted = (0..CASES_MAX).map_while(|number| {
                post(&door, login, format!("Round {round} case {number}"), number % PICTURE_EVERY == 0)
            });
            let mut acknowledged = Vec::new();
            for posted in posted {
                acknowledged.push(posted);
                counted.store(acknowledged.len(), Ordering::Relaxed);
            }
            acknowledged
        });
        Self { thread, count }
    }

    /// Waits until so many cases were acknowledged.
    pub(crate) fn wait_for(&self, count: usize) {
        wait_until(&format!("{count} cases are acknowledged"), || self.count.load(Ordering::Relaxed) >= count);
    }

    /// Everything that was acknowledged before the node was gone.
    pub(crate) fn end(self) -> Vec<Acknowledged> {
        self.thread.join().unwrap()
    }
}

/// Posts a case; `None` once the node is gone.
fn post(door: &Door, login: &str, title: String, has_picture: bool) -> Option<Acknowledged> {
    let mut case = json!({ "as": login, "title": title, "text": "Seen this morning.", "audience": "network" });
    let ask = if has_picture {
        case["confirm"] = true.into();
        case["looked"] = true.into();
        Ask::case(&case, &jpeg())
    } else {
        Ask::post("/api/v1/cases", &case)
    };
    let answer = ask.send(door).ok()?;
    let said = answer.json();
    assert!((200..300).contains(&answer.status), "{title}: {} {}", answer.status, answer.text);
    Some(Acknowledged { case: said["case"].as_str().unwrap().to_owned(), title, has_picture })
}
