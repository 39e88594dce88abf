//! The payload of a restricted entry: real kind, body and zeros up to 256 × 2ⁿ bytes, so that its size says little.

use crate::{codec::Malformed, kind::Kind, limits};

/// Kind (u16) and length of the body (u32), both big-endian.
const HEAD_BYTES: usize = 6;

/// Puts kind and body into their padding.
///
/// # Errors
/// [`Malformed::TooLarge`] if the body does not fit into the largest payload.
pub(crate) fn pad(kind: Kind, body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let limit = limits::PAYLOAD_BYTES_MAX - HEAD_BYTES;
    super::at_most("restricted payload", body.len(), "bytes", limit)?;
    let len = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut padded = Vec::with_capacity(padded_len(body.len()));
    padded.extend_from_slice(&kind.code().to_be_bytes());
    padded.extend_from_slice(&len.to_be_bytes());
    padded.extend_from_slice(body);
    padded.resize(padded_len(body.len()), 0);
    Ok(padded)
}

/// The kind and the body inside the padding, which must be as [`pad`] makes it.
///
/// # Errors
/// [`Malformed::Form`].
pub(crate) fn unpad(padded: &[u8]) -> Result<(Kind, &[u8]), Malformed> {
    let wrong = |what| Malformed::Form { at: 0, what };
    let ([k0, k1, l0, l1, l2, l3], rest) = padded.split_first_chunk::<HEAD_BYTES>().ok_or(wrong("cut off"))?;
    let kind = Kind::from_code(u16::from_be_bytes([*k0, *k1]));
    let len = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
    let (body, zeros) = rest.split_at_checked(len).ok_or(wrong("cut off"))?;
    if padded.len() != padded_len(len) || zeros.iter().any(|byte| *byte != 0) {
        return Err(wrong("padding that is not zeros up to 256 x 2^n"));
    }
    if kind.needs_payload() || kind == Kind::Sealed {
        return Err(wrong("a control kind inside a restricted payload"));
    }
    Ok((kind, body))
}

fn padded_len(body: usize) -> usize {
    (body + HEAD_BYTES).next_power_of_two().max(limits::PADDING_STEP_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_two() {
        for (body, padded) in [(0, 256), (250, 256), (251, 512), (506, 512), (262_138, 262_144)] {
            let bytes = pad(Kind::Comment, &vec![7; body]).unwrap();
            assert_eq!(bytes.len(), padded);
            assert_eq!(unpad(&bytes), Ok((Kind::Comment, &vec![7; body][..])));
        }
        assert!(pad(Kind::Comment, &vec![7; 262_139]).is_err());
    }

    #[test]
    fn other_padding_is_refused() {
        let good = pad(Kind::Comment, b"body").unwrap();
        let mut marked = good.clone();
        marked[255] = 1;
        assert!(unpad(&marked).is_err(), "something hides in the padding");
        assert!(unpad(&good[..255]).is_err(), "another size");
        assert!(unpad(&[good.clone(), vec![0; 256]].concat()).is_err(), "more than it needs");
        assert!(unpad(&pad(Kind::Withdrawal, b"").unwrap()).is_err(), "control cannot be restricted");
    }
}
