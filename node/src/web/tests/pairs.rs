//! Before and after, by the forms of the page alone.

use super::{
    pictures::{BOUNDARY, grey, multipart},
    ward::{Browser, Ward},
};

/// The pictures of a page in their order: each its width, and the side of a pair that it is.
fn laid(page: &str) -> Vec<(String, String)> {
    let rows = page.split("<div class=\"plate\">").skip(1);
    let between = |row: &str, start: &str, end: &str| {
        row.split_once(start).map(|(_, rest)| rest.split(end).next().unwrap().to_owned()).unwrap_or_default()
    };
    rows.map(|row| (between(row, "class=\"soft\">", " ×"), between(row, "class=\"mark\">", "<"))).collect()
}

/// Sends a form of one of the pictures, by its place, and reads the page it leads to.
async fn sent(one: &mut Browser, pictures: &str, place: usize, wish: &str) -> Vec<(String, String)> {
    let page = one.get(pictures).await.body;
    let form = page.split('"').filter(|text| text.starts_with(&format!("{pictures}/")) && !text.contains("/small"));
    let form = form.collect::<Vec<_>>()[place].to_owned();
    let answer = one.post(&form, &[("do", wish)]).await;
    assert_eq!(answer.header("location"), pictures, "{wish}: {}", answer.body);
    laid(&one.get(pictures).await.body)
}

fn rows(rows: [(&str, &str); 3]) -> Vec<(String, String)> {
    rows.map(|(width, side)| (width.to_owned(), side.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_moves_as_one_turns_round_and_ends() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let pictures = one.post("/cases/new", &[]).await.header("location").to_owned();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    for width in [40, 50, 60] {
        one.send_bytes("POST", &pictures, &content_type, multipart(&grey(width, 48)), &[]).await;
    }
    let (before, after) = ("Before", "After");
    assert_eq!(laid(&one.get(&pictures).await.body), rows([("40", ""), ("50", ""), ("60", "")]));
    assert_eq!(sent(&mut one, &pictures, 0, "pair").await, rows([("40", before), ("50", after), ("60", "")]));
    assert_eq!(sent(&mut one, &pictures, 1, "down").await, rows([("60", ""), ("40", before), ("50", after)]));
    assert_eq!(sent(&mut one, &pictures, 0, "down").await, rows([("40", before), ("50", after), ("60", "")]));
    assert_eq!(sent(&mut one, &pictures, 0, "down").await, rows([("50", before), ("40", after), ("60", "")]));
    assert_eq!(sent(&mut one, &pictures, 1, "part").await, rows([("50", ""), ("40", ""), ("60", "")]));
    assert_eq!(sent(&mut one, &pictures, 1, "pair").await, rows([("50", ""), ("40", before), ("60", after)]));
    let page = one.get(&pictures).await.body;
    let last = page.split('"').rfind(|text| text.starts_with(&format!("{pictures}/"))).unwrap().to_owned();
    for impossible in ["pair", "sideways"] {
        let refused = one.post(&last, &[("do", impossible)]).await;
        assert!(refused.status.is_client_error(), "{impossible}: {}", refused.status);
    }
    one.post(&last, &[("do", "remove")]).await;
    let left = laid(&one.get(&pictures).await.body);
    assert_eq!(left, rows([("50", ""), ("40", ""), ("", "")])[..2], "what is after is gone, and so is the pair");
}
