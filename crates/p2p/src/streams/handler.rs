//! Streams on one connection: opens those that are asked for, reports those that come.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    mem::replace,
    task::{Context, Poll, Waker},
    time::Duration,
};

use libp2p::{
    Stream, StreamProtocol,
    core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo},
    swarm::{
        ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol,
        handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};
use tokio::sync::oneshot;

use super::{JOIN, Opened};

/// How long the other side may take to agree on a protocol.
const NEGOTIATION_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks for a stream.
#[derive(Debug)]
pub(crate) struct Open {
    pub(super) protocol: StreamProtocol,
    pub(super) reply: oneshot::Sender<Opened>,
}

/// Why a stream did not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// The other side does not speak this protocol with us.
    #[error("the other side does not speak this with us")]
    Unsupported,
    /// It broke, or took too long.
    #[error("stream did not open: {0}")]
    Broken(String),
}

/// One connection.
pub(crate) struct Handler {
    spoken: Vec<StreamProtocol>,
    wanted: VecDeque<Open>,
    arrived: VecDeque<(StreamProtocol, Stream)>,
    /// Whether the other side has introduced itself; it does so once.
    is_introduced: bool,
    waker: Option<Waker>,
}

impl Handler {
    pub(super) fn new(spoken: Vec<StreamProtocol>) -> Self {
        Self { spoken, wanted: VecDeque::new(), arrived: VecDeque::new(), is_introduced: false, waker: None }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Open;
    type ToBehaviour = (StreamProtocol, Stream);
    type InboundProtocol = Speak;
    type OutboundProtocol = Speak;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = oneshot::Sender<Opened>;

    fn listen_protocol(&self) -> SubstreamProtocol<Speak> {
        SubstreamProtocol::new(Speak(self.spoken.clone()), ()).with_timeout(NEGOTIATION_TIMEOUT)
    }

    /// Connections stay until somebody closes them: members are kept, strangers have a deadline.
    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>> {
        if let Some(arrived) = self.arrived.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(arrived));
        }
        if let Some(Open { protocol, reply }) = self.wanted.pop_front() {
            let protocol = SubstreamProtocol::new(Speak(vec![protocol]), reply).with_timeout(NEGOTIATION_TIMEOUT);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, open: Open) {
        self.wanted.push_back(open);
        self.wake();
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, Speak, Speak, Self::InboundOpenInfo, Self::OutboundOpenInfo>,
    ) {
        // Who asked for a stream may have given up: then its answer is dropped, and the stream with it.
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info: () }) => {
                if protocol.0 == JOIN && replace(&mut self.is_introduced, true) {
                    return;
                }
                self.arrived.push_back(protocol);
                self.wake();
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: (_, stream), info }) => {
                let _ = info.send(Ok(stream));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) => {
                let error = match error {
                    StreamUpgradeError::NegotiationFailed => OpenError::Unsupported,
                    StreamUpgradeError::Timeout => OpenError::Broken("negotiation took too long".to_owned()),
                    StreamUpgradeError::Io(error) => OpenError::Broken(error.to_string()),
                    StreamUpgradeError::Apply(never) => match never {},
                };
                let _ = info.send(Err(error));
            }
            _ => {}
        }
    }
}

/// Agrees on one of some protocols and hands the stream on as it is.
pub(crate) struct Speak(Vec<StreamProtocol>);

impl UpgradeInfo for Speak {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for Speak {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((protocol, stream)))
    }
}

impl OutboundUpgrade<Stream> for Speak {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((protocol, stream)))
    }
}
