//! Peers as the house names them, and as libp2p does.
//!
//! The name of a peer in libp2p is a multihash; of an Ed25519 key it is no hash but the key itself, so that one can be
//! read from the other. Names that hide their key, and keys of other kinds, are refused.

use feed::Peer;
use libp2p::{
    PeerId,
    identity::{Keypair, PublicKey, ed25519},
};
use protocol::SecretKey;

use crate::config::StartError;

/// The multihash code of bytes that stand for themselves.
const IDENTITY: u64 = 0;

/// The libp2p name of a peer, if its bytes are a key.
pub(crate) fn peer_id_of(peer: &Peer) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(peer.as_bytes()).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

/// The peer behind a libp2p name, if the name is an Ed25519 key.
pub(crate) fn peer_of(id: &PeerId) -> Option<Peer> {
    let multihash = id.as_ref();
    if multihash.code() != IDENTITY {
        return None;
    }
    let key = PublicKey::try_decode_protobuf(multihash.digest()).ok()?;
    Some(protocol::PublicKey(key.try_into_ed25519().ok()?.to_bytes()))
}

/// The transport key in libp2p's clothes.
pub(crate) fn keypair(identity: &SecretKey) -> Result<Keypair, StartError> {
    let mut seed = identity.seed();
    Keypair::ed25519_from_bytes(&mut seed[..])
        .map_err(|error| StartError::Setup { part: "transport key", reason: error.to_string() })
}

/// A peer in a log line: enough to tell it from others.
pub(crate) fn short(peer: &Peer) -> String {
    peer.as_bytes()[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use libp2p::multihash::Multihash;

    use super::*;

    #[test]
    fn a_peer_is_read_back_from_its_libp2p_name() {
        let identity = SecretKey::from_seed(&[7; 32]);
        let id = peer_id_of(&identity.public()).unwrap();
        assert_eq!(peer_of(&id), Some(identity.public()));
        assert_eq!(keypair(&identity).unwrap().public().to_peer_id(), id);
    }

    #[test]
    fn names_that_are_no_ed25519_key_are_refused() {
        let hashed = PeerId::from_multihash(Multihash::wrap(0x12, &[9; 32]).unwrap()).unwrap();
        assert_eq!(peer_of(&hashed), None);
        let too_short = PeerId::from_multihash(Multihash::wrap(0, &[8, 1, 18, 2, 1, 1]).unwrap()).unwrap();
        assert_eq!(peer_of(&too_short), None);
    }

    #[test]
    fn bytes_that_are_no_point_of_the_curve_have_no_name() {
        let mut bytes = [0; 32];
        bytes[0] = 2;
        assert_eq!(peer_id_of(&protocol::PublicKey(bytes)), None);
    }
}
