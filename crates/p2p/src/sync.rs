//! A session with a member: frames out on a stream that we opened, frames in on one that it opened.
//!
//! The session itself says `Connected` first and `Disconnected` last, so that both stand in order with its frames. A frame
//! that is lost would leave the exchange waiting, so a broken stream ends the session; the next one starts from hello.

use std::{
    future::pending,
    sync::Arc,
    time::{Duration, Instant},
};

use feed::{Blame, Peer};
use futures::AsyncWriteExt;
use libp2p::Stream;
use protocol::{
    InstitutionId, limits,
    message::{Frame, Framed},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    event::Event,
    frame::{self, FrameError},
    peer::short,
    shared::{Outbox, Shared},
    task::Note,
};

/// How long the other side may take to open its stream.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long what is queued may take to be read by the peer when we stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a node that stops may take to hear of it.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// One session.
pub(crate) struct Session {
    pub(crate) peer: Peer,
    pub(crate) institution: InstitutionId,
    /// Tells the sessions of a peer apart.
    pub(crate) number: u64,
    pub(crate) outbound: Stream,
    /// Brings the stream that the peer opened.
    pub(crate) inbound: oneshot::Receiver<Stream>,
    pub(crate) outbox: Outbox,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) notes: mpsc::Sender<Note>,
    pub(crate) cancel: CancellationToken,
    pub(crate) shared: Arc<Shared>,
}

impl Session {
    /// Runs until either stream ends, it is cancelled or the network stops.
    pub(crate) async fn run(mut self) {
        let (peer, since) = (self.peer, Instant::now());
        let connected = Event::Connected { peer, institution: self.institution };
        let is_heard = tokio::select! {
            sent = self.events.send(connected) => sent.is_ok(),
            () = self.shared.stop.cancelled() => false,
        };
        if is_heard {
            tracing::info!(peer = short(&peer), institution = self.institution.short(), "a member is connected");
            let reason = self.exchange().await;
            tracing::info!(peer = short(&peer), reason, "a member is no longer connected");
        }
        self.shared.remove_route(&peer, self.number);
        if is_heard {
            say_farewell(peer, &self.events, &self.shared.stop).await;
        }
        // The loop may have ended before us.
        let _ = self.notes.send(Note::Ended { peer, number: self.number, lasted: since.elapsed() }).await;
    }

    /// Both directions, until one ends. Returns why.
    ///
    /// When we stop, our stream is closed behind the last frame, and the peer ends the session when it has read that. To close
    /// the connection before would throw away what it has not: streams end with their connection here.
    async fn exchange(&mut self) -> String {
        let stop = &self.shared.stop;
        let from = (self.peer, &self.institution);
        let listen = listen(from, &mut self.inbound, &self.events, &self.shared);
        let speak = async {
            match speak(&mut self.outbound, &mut self.outbox, &self.institution, &self.shared).await {
                Ok(()) => pending().await,
                Err(error) => error.to_string(),
            }
        };
        tokio::select! {
            () = self.cancel.cancelled() => "closed by us".to_owned(),
            reason = listen => reason,
            reason = speak => reason,
            () = async { stop.cancelled().await; sleep(DRAIN_TIMEOUT).await } => "stopped in haste".to_owned(),
        }
    }
}

/// Waits for a busy node as long as it takes, for one that stops a moment.
async fn say_farewell(peer: Peer, events: &mpsc::Sender<Event>, stop: &CancellationToken) {
    let patience = async {
        stop.cancelled().await;
        sleep(FAREWELL_TIMEOUT).await;
    };
    tokio::select! {
        // A node that hears no events any more is stopping.
        _ = events.send(Event::Disconnected { peer }) => {}
        () = patience => {}
    }
}

/// Sends what is queued. Looks up from it between frames only: half a frame would spoil the stream.
async fn speak(
    stream: &mut Stream,
    outbox: &mut Outbox,
    institution: &InstitutionId,
    shared: &Shared,
) -> Result<(), FrameError> {
    while let Some(Some(frame)) = shared.stop.run_until_cancelled(outbox.next()).await {
        shared.grant(institution, frame.len()).await;
        frame::write(stream, &frame).await?;
    }
    while let Some(frame) = outbox.next_waiting() {
        frame::write(stream, &frame).await?;
    }
    Ok(stream.close().await?)
}

/// Receives frames. While the node is busy, or the peer has asked for too much, none is read, and the peer has to wait.
async fn listen(
    (peer, institution): (Peer, &InstitutionId),
    inbound: &mut oneshot::Receiver<Stream>,
    events: &mpsc::Sender<Event>,
    shared: &Shared,
) -> String {
    let Ok(Ok(mut stream)) = timeout(ANSWER_TIMEOUT, inbound).await else {
        return "it opened no stream".to_owned();
    };
    loop {
        let bytes = match frame::read(&mut stream, limits::FRAME_BYTES_MAX).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return "it closed its stream".to_owned(),
            Err(error) => {
                if matches!(error, FrameError::TooLong { .. }) {
                    let _ = events.send(Event::Malformed { peer }).await;
                    shared.blame(&peer, Blame::Malformed);
                }
                return error.to_string();
            }
        };
        let decoded = Framed::decode(&bytes).ok();
        // What it says behind a question waits with it; who pulls from it asks others meanwhile.
        if decoded.as_ref().is_some_and(|framed| asks_for_much(&framed.frame)) {
            shared.hear_question(institution).await;
        }
        let is_malformed = decoded.is_none();
        let event = decoded.map_or(Event::Malformed { peer }, |framed| Event::Frame { peer, framed });
        if events.send(event).await.is_err() {
            return "the node hears no more".to_owned();
        }
        // Behind what the node is told: who is refused for it is cut off at once.
        if is_malformed {
            shared.blame(&peer, Blame::Malformed);
        }
    }
}

/// Whether the answer has to be read from the disk.
const fn asks_for_much(frame: &Frame) -> bool {
    matches!(frame, Frame::WantRange(_) | Frame::WantPayloads(_))
}
