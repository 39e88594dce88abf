//! QUIC: the same key, the same deadline and the same streams as over TCP. A peer may make us hold less than the defaults allow.

use std::{env, ffi::OsStr, time::Duration};

use futures::future::Either;
use libp2p::{Transport, core::muxing::StreamMuxerBox, identity::Keypair, quic};

use super::{Connections, HANDSHAKE_TIMEOUT, STREAMS_MAX};
use crate::config::StartError;

/// After so much silence a connection is over: no sooner than ping finds that out.
const SILENCE_MAX: Duration = Duration::from_secs(35);
/// Firewalls forget within half a minute who spoke to whom over UDP.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Bytes that came and were not read: of a stream two of the largest frames, of a connection a few such streams.
const STREAM_BYTES_MAX: u32 = 2 << 20;
const CONNECTION_BYTES_MAX: u32 = 6 << 20;
/// Names the file into which the TLS under QUIC would write the secrets of every connection.
const KEY_LOG: &str = "SSLKEYLOGFILE";

/// A transport that also does QUIC.
pub(super) fn beside(other: Connections, key: &Keypair) -> Result<Connections, StartError> {
    refuse_key_log(env::var_os(KEY_LOG).as_deref())?;
    let over_quic = quic::tokio::Transport::new(settings(key));
    let over_quic = over_quic.map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection)));
    let either = other.or_transport(over_quic).map(|connected, _| match connected {
        Either::Left(connected) | Either::Right(connected) => connected,
    });
    Ok(either.boxed())
}

fn settings(key: &Keypair) -> quic::Config {
    let mut config = quic::Config::new(key);
    config.handshake_timeout = HANDSHAKE_TIMEOUT;
    config.max_idle_timeout = u32::try_from(SILENCE_MAX.as_millis()).unwrap_or(u32::MAX);
    config.keep_alive_interval = KEEP_ALIVE;
    config.max_concurrent_stream_limit = STREAMS_MAX.into();
    config.max_stream_data = STREAM_BYTES_MAX;
    config.max_connection_data = CONNECTION_BYTES_MAX;
    config
}

/// What hospitals say to each other is not to be read by whoever can set a variable.
fn refuse_key_log(file: Option<&OsStr>) -> Result<(), StartError> {
    let reason = |file: &OsStr| format!("{KEY_LOG} is set to {}; unset it", file.display());
    file.map_or(Ok(()), |file| Err(StartError::Setup { part: "quic", reason: reason(file) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quic_does_not_start_where_its_secrets_would_be_written_to_a_file() {
        assert!(refuse_key_log(None).is_ok());
        let said = refuse_key_log(Some(OsStr::new("keys.txt"))).unwrap_err().to_string();
        assert_eq!(said, "cannot set up quic: SSLKEYLOGFILE is set to keys.txt; unset it");
    }
}
