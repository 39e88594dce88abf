//! Signatures that are not what they seem: each would pass a lenient check, and none passes ours.
//!
//! The cases are those of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (2020), section 5 and table 5: keys and
//! nonces of small order, in canonical form and not, a scalar that is not reduced, a key of mixed order. The points of small
//! order are computed from the torsion subgroup; the forgeries are made here, because our messages carry a tag and a network.

use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    edwards::{CompressedEdwardsY, EdwardsPoint},
    scalar::Scalar,
};
use ed25519_dalek::{Verifier, VerifyingKey};
use protocol::{KeyError, NetworkId, PublicKey, Purpose, SecretKey, Signature};
use sha2::{Digest, Sha512};

const NETWORK: NetworkId = NetworkId([1; 32]);

/// The group order, little-endian (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What is signed, as docs/PROTOCOL.md says.
fn message(bytes: &[u8]) -> Vec<u8> {
    [b"sign entry\0", &NETWORK.0[..], bytes].concat()
}

/// `SHA-512(R ‖ A ‖ message)` as a scalar.
fn challenge(r: &[u8; 32], a: &[u8; 32], bytes: &[u8]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(
        &Sha512::new().chain_update(r).chain_update(a).chain_update(message(bytes)).finalize().into(),
    )
}

fn joined(r: [u8; 32], s: [u8; 32]) -> Signature {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(&s);
    Signature(signature)
}

fn ours(key: [u8; 32], bytes: &[u8], signature: &Signature) -> Result<(), KeyError> {
    PublicKey(key).verify(Purpose::Entry, &NETWORK, bytes, signature)
}

/// What a check does that is not strict.
fn lenient(key: [u8; 32], bytes: &[u8], signature: &Signature) -> bool {
    let key = VerifyingKey::from_bytes(&key).expect("a lenient check takes this key");
    key.verify(&message(bytes), &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
}

/// The prime of the field less `below`, or `2^255 - 19 + over`, little-endian, with a sign bit.
fn near_prime(over: u8, sign: bool) -> [u8; 32] {
    let mut bytes = [0xFF; 32];
    bytes[0] = 0xED + over;
    bytes[31] = if sign { 0xFF } else { 0x7F };
    bytes
}

/// Encodings of points of small order: the eight canonical ones, and those that lenient decoders take besides.
fn small_order() -> Vec<[u8; 32]> {
    let mut encodings: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|point| point.compress().0).collect();
    let (mut minus_one, mut minus_zero) = (near_prime(0, true), [0; 32]);
    minus_one[0] -= 1;
    (minus_zero[0], minus_zero[31]) = (1, 0x80);
    encodings.extend([minus_one, minus_zero]);
    encodings.extend([(0, false), (0, true), (1, false), (1, true)].map(|(over, sign)| near_prime(over, sign)));
    encodings
}

#[test]
fn the_points_are_of_small_order_and_fourteen() {
    let encodings = small_order();
    assert_eq!(encodings.len(), 14);
    for encoding in &encodings {
        let point = CompressedEdwardsY(*encoding).decompress().expect("a lenient decoder takes it");
        assert!(point.is_small_order());
        assert_eq!(encodings.iter().filter(|other| *other == encoding).count(), 1);
    }
}

#[test]
fn a_key_of_small_order_signs_nothing() {
    let identity = EdwardsPoint::default().compress().0;
    let mut deceived = 0;
    for key in small_order() {
        for number in 0..64_u8 {
            let forged = joined(identity, [0; 32]);
            deceived += usize::from(lenient(key, &[number], &forged));
            assert_eq!(ours(key, &[number], &forged), Err(KeyError::Weak));
        }
    }
    assert!(deceived > 64, "a lenient check would take these without any secret: {deceived}");
}

/// The secret scalar behind a key of ours, as RFC 8032 section 5.1.5 derives it.
fn secret_scalar(seed: &[u8; 32]) -> Scalar {
    let wide: [u8; 64] = Sha512::digest(seed).into();
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&wide[..32]);
    Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(bytes))
}

#[test]
fn a_nonce_of_small_order_is_refused_however_it_is_written() {
    let key = SecretKey::from_seed(&[1; 32]);
    let (public, secret) = (key.public().0, secret_scalar(&[1; 32]));
    assert_eq!((secret * ED25519_BASEPOINT_POINT).compress().0, public);
    let identity = EdwardsPoint::default().compress().0;
    let forge = |nonce: [u8; 32]| joined(nonce, (challenge(&nonce, &public, b"bytes") * secret).to_bytes());
    assert!(
        lenient(public, b"bytes", &forge(identity)),
        "with the secret, a nonce of order one passes a lenient check"
    );
    for nonce in small_order() {
        assert_eq!(ours(public, b"bytes", &forge(nonce)), Err(KeyError::BadSignature), "{}", hex::encode(nonce));
    }
}

#[test]
fn a_scalar_that_is_not_reduced_is_refused() {
    let key = SecretKey::from_seed(&[1; 32]);
    let genuine = key.sign(Purpose::Entry, &NETWORK, b"bytes");
    assert_eq!(ours(key.public().0, b"bytes", &genuine), Ok(()));
    let mut carry = 0_u16;
    let mut malleated = genuine;
    for (byte, add) in malleated.0[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert_eq!(carry, 0, "S + L fits into 32 bytes");
    let mut scalar = [0; 32];
    scalar.copy_from_slice(&malleated.0[32..]);
    assert_eq!(Scalar::from_bytes_mod_order(scalar).as_bytes(), &genuine.0[32..], "it is the same scalar");
    assert_eq!(ours(key.public().0, b"bytes", &malleated), Err(KeyError::BadSignature));
    let mut high = genuine;
    high.0[63] |= 0xE0;
    assert_eq!(ours(key.public().0, b"bytes", &high), Err(KeyError::BadSignature));
}

#[test]
fn a_key_that_is_not_written_in_the_one_way_verifies_nothing() {
    let genuine = SecretKey::from_seed(&[1; 32]).sign(Purpose::Entry, &NETWORK, b"bytes");
    for over in 0..=18 {
        for sign in [false, true] {
            let key = near_prime(over, sign);
            assert!(ours(key, b"bytes", &genuine).is_err(), "{}", hex::encode(key));
        }
    }
}

#[test]
fn a_key_of_mixed_order_verifies_by_the_equation_without_cofactor_only() {
    let secret = secret_scalar(&[1; 32]);
    let mixed = (secret * ED25519_BASEPOINT_POINT + EIGHT_TORSION[1]).compress().0;
    let nonce = Scalar::from(7_u8);
    let r = (nonce * ED25519_BASEPOINT_POINT).compress().0;
    let mut taken = 0;
    for number in 0..64_u8 {
        let h = challenge(&r, &mixed, &[number]);
        let signature = joined(r, (nonce + h * secret).to_bytes());
        let is_multiple_of_eight = h.as_bytes()[0].is_multiple_of(8);
        assert_eq!(ours(mixed, &[number], &signature).is_ok(), is_multiple_of_eight, "{number}");
        taken += usize::from(is_multiple_of_eight);
    }
    assert!((1..32).contains(&taken), "both happened");
}
