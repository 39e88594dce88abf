//! No bytes make the door panic: cut, bent or drawn at random, each gives an object that can be cleaned, or a refusal.

use anonymizer::dicom::{Object, ObjectLimits};
use proptest::{collection::vec, prelude::*};

use crate::objects::{DEFLATED, JPEG, MR, MR_JPEG_2000, MR_RLE, TWO_FRAMES, secret};

/// Enough for the objects here, so that a bent size does not become one that takes long.
const LIMITS: ObjectLimits = ObjectLimits { pixel_bytes_max: 1 << 20, ..ObjectLimits::NETWORK };

fn try_all(bytes: &[u8]) {
    if let Ok(object) = Object::read(bytes, &LIMITS) {
        let _ = object.deidentify(&secret(), &[]);
    }
}

#[test]
fn an_object_cut_anywhere_is_refused_or_read() {
    for object in [MR, MR_RLE, MR_JPEG_2000, DEFLATED] {
        for end in (0..object.len()).step_by(23) {
            try_all(&object[..end]);
        }
    }
}

#[test]
fn an_object_bent_anywhere_is_refused_or_read() {
    for object in [MR, MR_RLE, MR_JPEG_2000, JPEG, DEFLATED, TWO_FRAMES] {
        for at in (132..object.len()).step_by(11) {
            let mut bent = object.to_vec();
            bent[at] ^= [0xff, 0x01, 0x80][at / 11 % 3];
            try_all(&bent);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_drawn_at_random_behind_a_meta_group_are_refused_or_read(syntax in 0..4_usize, tail in vec(any::<u8>(), 0..400)) {
        let head = [MR, MR_RLE, MR_JPEG_2000, DEFLATED][syntax];
        let end = 132 + 200;
        try_all(&[&head[..end], tail.as_slice()].concat());
        try_all(&tail);
    }

    #[test]
    fn attributes_drawn_at_random_are_refused_or_read(
        group in prop_oneof![Just(0x08_u16), Just(0x18), Just(0x20), Just(0x28), Just(0x40), Just(0x5200)],
        element in any::<u16>(),
        vr in prop_oneof![Just(*b"SQ"), Just(*b"US"), Just(*b"DS"), Just(*b"UN"), Just(*b"DA"), Just(*b"UI"), Just(*b"CS")],
        value in vec(any::<u8>(), 0..60),
    ) {
        let mut attribute = [group.to_le_bytes(), element.to_le_bytes()].concat();
        attribute.extend(vr);
        if matches!(&vr, b"SQ" | b"UN") {
            attribute.extend([0, 0]);
            attribute.extend((value.len() as u32).to_le_bytes());
        } else {
            attribute.extend((value.len() as u16).to_le_bytes());
        }
        attribute.extend(value);
        try_all(&[MR, &attribute].concat());
    }
}
