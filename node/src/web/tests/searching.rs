//! What a page of hits shows of each.

use std::time::{Duration, Instant};

use super::ward::{Browser, Ward};
use crate::app::Audience;

/// The page of a search once the index knows something of it.
async fn found(one: &mut Browser, path: &str) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let page = one.get(path).await.body;
        if page.contains("<li class=\"hit") {
            return page;
        }
        assert!(Instant::now() < end, "nothing is found: {page}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hit_shows_where_its_title_answers_and_no_place_for_a_picture_that_it_has_not() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    ward.case("one", "Target lesions of the shin", Audience::Network).await;
    let page = found(&mut one, "/search?q=lesions").await;
    assert!(page.contains("Target <mark>lesions</mark> of the shin"), "{page}");
    assert!(page.contains("class=\"hit hit-words\"") && !page.contains("image-off"), "{page}");
    ward.case_with_picture("one", "Rash that comes back", Audience::Network).await;
    let page = found(&mut one, "/search?q=comes").await;
    assert!(page.contains("class=\"hit\"") && page.contains("alt=\"Picture 1, not described\""), "{page}");
}
