//! Many requests at once.

use std::time::Duration;

use futures::future::join_all;
use tokio::runtime::Builder;

use super::ward::Ward;
use crate::{app::Audience, web::WAITING_MAX};

/// Whoever was not answered by then is never answered.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn many_readers_at_once_do_not_take_each_other_the_threads_that_all_of_them_need() {
    let runtime = Builder::new_multi_thread().enable_all().max_blocking_threads(WAITING_MAX + 1).build().unwrap();
    runtime.block_on(async {
        let ward = Ward::founded().await;
        let one = ward.physician("one").await;
        let case = ward.case_with_picture("one", "For the network", Audience::Network).await;
        let picture = format!("/cases/{case}/pictures/1");
        for path in ["/", "/saved", &picture] {
            let readers = (0..4 * WAITING_MAX).map(|_| {
                let mut reader = one.clone();
                async move { reader.get(path).await.status.as_u16() }
            });
            let answers = tokio::time::timeout(ANSWERED_WITHIN, join_all(readers)).await;
            let answers = answers.unwrap_or_else(|_| panic!("{path}: readers wait for each other"));
            assert!(answers.iter().all(|status| *status == 200), "{path}: {answers:?}");
        }
    });
}
