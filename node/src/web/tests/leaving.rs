//! A node that stops.

use std::time::Duration;

use super::ward::Ward;

/// Whoever was not answered by then is never answered.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_says_so_and_ends_the_streams_of_open_pages() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    assert_eq!(ward.browser().get("/health/ready").await.status, 200);
    // The stream is read to its end, which never comes while the node runs.
    let open_page = async { one.get("/events").await };
    tokio::pin!(open_page);
    assert!(futures::poll!(&mut open_page).is_pending());
    ward.app.leaving().cancel();
    let events = tokio::time::timeout(ANSWERED_WITHIN, open_page).await.expect("the stream ends");
    assert_eq!(events.status, 200);
    let ready = ward.browser().get("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("the node is stopping"), "{}", ready.body);
}
