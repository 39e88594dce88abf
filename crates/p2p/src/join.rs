//! Introductions: a stranger shows its papers in one frame and is told in another whether it is let in.
//!
//! Who is let in is put on the roll and calls again: the connection of a stranger never becomes one of a member, so what
//! it has was decided once, at the gate.

use std::{sync::Arc, time::Duration};

use feed::Peer;
use futures::AsyncWriteExt;
use libp2p::Stream;
use protocol::{
    limits,
    message::{FRAME_VERSION, Introduction, decode_versioned},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    count::count,
    event::{Answer, Event},
    frame,
    peer::short,
    shared::Shared,
    streams::STRANGER_TIMEOUT,
};

/// What a stranger is told, behind the version of frames.
const ADMITTED: u8 = 1;
const REFUSED: u8 = 0;
const VERDICT_BYTES: usize = 2;
/// How long the other side may take; it closes us before.
const SHOW_TIMEOUT: Duration = Duration::from_secs(15);

/// Receives a stranger's introduction, asks the node and answers.
pub(crate) async fn receive(stream: Stream, peer: Peer, events: mpsc::Sender<Event>, shared: Arc<Shared>) {
    let received = timeout(STRANGER_TIMEOUT, receive_in_time(stream, peer, events, &shared));
    let is_admitted = tokio::select! {
        received = received => received.ok().flatten(),
        () = shared.stop.cancelled() => None,
    };
    tracing::debug!(peer = short(&peer), is_admitted, "a stranger was heard");
}

/// Returns whether the stranger was let in, if it came to that.
async fn receive_in_time(mut stream: Stream, peer: Peer, events: mpsc::Sender<Event>, shared: &Shared) -> Option<bool> {
    let bytes = frame::read(&mut stream, limits::INTRODUCTION_BYTES_MAX).await.ok()??;
    let Ok(shown) = decode_versioned::<Introduction>(&bytes) else {
        count(&shared.counters.introductions_malformed);
        return None;
    };
    let (sender, answer) = oneshot::channel();
    events.send(Event::Stranger { peer, shown, answer: Answer(sender) }).await.ok()?;
    let institution = answer.await.ok().flatten();
    if let Some(institution) = institution {
        shared.roll().admit(peer, institution);
    }
    let verdict = if institution.is_some() { ADMITTED } else { REFUSED };
    frame::write(&mut stream, &[FRAME_VERSION, verdict]).await.ok()?;
    stream.close().await.ok()?;
    Some(institution.is_some())
}

/// Shows our introduction. Returns whether we are let in; an error says why we do not know.
pub(crate) async fn show(mut stream: Stream, introduction: &[u8]) -> Result<bool, String> {
    let verdict = timeout(SHOW_TIMEOUT, async {
        frame::write(&mut stream, introduction).await?;
        frame::read(&mut stream, VERDICT_BYTES).await
    });
    let verdict = verdict.await.map_err(|_| "it did not answer our introduction".to_owned())?;
    match verdict.map_err(|error| error.to_string())?.as_deref() {
        Some([FRAME_VERSION, ADMITTED]) => Ok(true),
        Some([FRAME_VERSION, REFUSED]) => Ok(false),
        _ => Err("it closed without an answer to our introduction".to_owned()),
    }
}
