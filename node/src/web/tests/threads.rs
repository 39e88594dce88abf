//! The thread as a page shows it: answers under what they answer, and what is being answered before whoever answers.

use super::ward::{Browser, Ward};
use crate::app::Audience;

/// The comments of a page in their order: how far each stands in, its id and its words.
fn shown(page: &str) -> Vec<(String, String, String)> {
    let until = |text: &str, end: &str| text.split(end).next().unwrap().to_owned();
    let rows = page.split("<li class=\"comment depth-").skip(1);
    let rows = rows.map(|row| {
        let id = row.split_once("id=\"comment-").map(|(_, rest)| until(rest, "\"")).unwrap_or_default();
        let words = row.split_once("<p class=\"words\" dir=\"auto\">").map(|(_, rest)| until(rest, "<"));
        (until(row, "\""), id, words.unwrap_or_default())
    });
    rows.collect()
}

async fn say(browser: &mut Browser, case: &str, words: &str, to: &str) -> Vec<(String, String, String)> {
    let answer = browser.post(&format!("{case}/comments"), &[("body", words), ("reply_to", to)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    shown(&browser.get(case).await.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stands_under_what_it_answers_however_late_it_came() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = format!("/cases/{}", ward.case("one", "Target lesions", Audience::Network).await);
    let first = say(&mut one, &case, "First.", "").await[0].1.clone();
    say(&mut one, &case, "Second.", "").await;
    let answered = say(&mut one, &case, "To the first.", &first).await;
    let to_first = answered.iter().find(|(_, _, words)| words == "To the first.").unwrap().1.clone();
    say(&mut one, &case, "Third.", "").await;
    let last = say(&mut one, &case, "To the answer.", &to_first).await;
    let last: Vec<(&str, &str)> = last.iter().map(|(depth, _, words)| (depth.as_str(), words.as_str())).collect();
    let expected =
        [("0", "First."), ("1", "To the first."), ("2", "To the answer."), ("0", "Second."), ("0", "Third.")];
    assert_eq!(last, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_keeps_what_they_typed_and_sees_what_they_answer() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = format!("/cases/{}", ward.case("one", "Target lesions", Audience::Network).await);
    let first = say(&mut one, &case, "Biopsy the border.", "").await[0].1.clone();
    let page = one.get(&case).await.body;
    // Only this part of the form is exchanged.
    let exchanged = format!("hx-get=\"{case}?reply={first}\" hx-select=\"#answering\" hx-target=\"#answering\"");
    assert!(page.contains(&exchanged) && page.contains("<div id=\"answering\"></div>"), "{page}");
    let answering = one.get(&format!("{case}?reply={first}")).await.body;
    let (_, part) = answering.split_once("<div id=\"answering\">").unwrap();
    let (part, after) = part.split_once("</div>").unwrap();
    assert!(part.contains("You are answering Dr. one") && part.contains("Biopsy the border.</blockquote>"), "{part}");
    assert!(part.contains(&format!("name=\"reply_to\" value=\"{first}\"")) && after.contains("<textarea"), "{part}");
}
