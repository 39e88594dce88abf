//! What happens when the swarm falls: everybody is disconnected, it is counted, and after a while a new one stands.
//!
//! A flaw in a protocol library must cost connections for a moment, never the node.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures::FutureExt;
use libp2p::Swarm;
use tokio::time::sleep;

use crate::{
    behaviour::{self, Node},
    count::count,
    event::Event,
    task::{Driver, End},
};

/// Waits between falls, doubling; a swarm that stood for the longest of them starts from the first again.
const BACKOFF_FIRST: Duration = Duration::from_millis(500);
const BACKOFF_LONGEST: Duration = Duration::from_secs(60);

/// Drives swarms, one after another, until the network stops.
pub(crate) async fn supervise(mut driver: Driver, first: Swarm<Node>) {
    let mut swarm = Some(first);
    let mut wait = BACKOFF_FIRST;
    loop {
        let since = Instant::now();
        if let Some(swarm) = swarm.take() {
            let end = AssertUnwindSafe(driver.run(swarm)).catch_unwind().await;
            if matches!(end, Ok(End::Stopped)) {
                return;
            }
            count(&driver.shared.counters.restarts);
            tracing::error!(is_connection = end.is_ok(), "the swarm fell and is started anew");
            driver.bury().await;
        }
        if since.elapsed() >= BACKOFF_LONGEST {
            wait = BACKOFF_FIRST;
        }
        tokio::select! {
            () = driver.shared.stop.cancelled() => return,
            () = sleep(wait) => {}
        }
        wait = wait.saturating_mul(2).min(BACKOFF_LONGEST);
        swarm = stand(&driver);
        if swarm.is_some() {
            driver.tell(Event::Restarted);
        }
    }
}

/// A new swarm that listens where the last one did.
fn stand(driver: &Driver) -> Option<Swarm<Node>> {
    let built = behaviour::swarm(&driver.config, &driver.key, &driver.topics, &driver.shared);
    let mut swarm = built.inspect_err(|error| tracing::error!(reason = %error, "no swarm can be built")).ok()?;
    for address in &driver.listen {
        if let Err(error) = swarm.listen_on(address.clone()) {
            tracing::error!(address = %address, reason = %error, "a new swarm cannot listen where the last one did");
            return None;
        }
    }
    Some(swarm)
}
