//! Every wire type by its name; random values of each, as bytes, made from its shape alone.

use std::{collections::BTreeMap, sync::OnceLock};

use protocol::codec::{Malformed, Wire, decode, encode, item_len};

use crate::shapes::{Form, Shape, all, form};

macro_rules! types {
    ($($module:path { $($name:ident),* })*) => {
        /// Reads bytes as the type of this name and writes it again.
        pub(crate) fn rewrite(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
            match name {
                $($(stringify!($name) => {
                    use $module as module;
                    again::<module::$name>(bytes)
                })*)*
                _ => panic!("{name} is not in the list of wire types"),
            }
        }

        /// The names in the list.
        pub(crate) const NAMES: &[&str] = &[$($(stringify!($name)),*),*];
    };
}

types! {
    protocol::certificate {
        Charter, Growth, Founder, Seat, Certificate, Vote, Membership, Expulsion, Continuation, ForcedWithdrawal, Succession, Card,
        SignedCard, Invitation, NodeOf, Governor, Decision
    }
    protocol::claim { HeadClaim, SignedHeadClaim, ForkProof }
    protocol::message {
        Body, EntryFrame, Hello, Papers, Heads, Buckets, WantBuckets, WantRange, Range, Busy, WantPayloads, PayloadOf, Offer,
        WantHead, HeadOf, WantBlob, BlobHead, Introduction, Frame, Gossip, Absence
    }
    protocol::payload::content {
        Profile, Summary, Picture, Comment, Region, CommentRevision, Star, Outcome, MediaType, Pairing, Status, Certainty,
        AgeBand, Sex
    }
    protocol::payload::control {
        Place, Head, Genesis, RootChange, KeyRotation, EpochStart, EndOfFeed, NodeKey, NodeKeys, Attestation, Scope,
        Revocation, Withdrawal, ErasureReceipt, Witness, Target, Profession, RevocationReason, Ground, EndReason, Destruction
    }
    protocol::payload::manifest { Manifest, Finder, Cover, Dismissal, Shape, Origin, FindingKind, Doubt, Concern, DismissalReason, Removed }
    protocol { EntryBytes, Salted, Statement, Kind, Audience }
}

fn again<T: Wire>(bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    decode::<T>(bytes).map(|value| encode(&value))
}

/// Bytes that choose; when they end, everything is small.
pub(crate) struct Entropy<'a>(pub(crate) std::slice::Iter<'a, u8>);

impl Entropy<'_> {
    fn next(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    /// A number of up to so many bits, often at the edge of a shorter head.
    fn number(&mut self, bits: u32) -> u64 {
        let edges = [0, 1, 23, 24, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFFFF_FFFF, 0x1_0000_0000, u64::MAX];
        edges[usize::from(self.next()) % edges.len()] & (u64::MAX >> (64 - bits))
    }
}

/// Writes a random value of a form.
pub(crate) fn write(form_of: &Form, entropy: &mut Entropy<'_>, out: &mut Vec<u8>) {
    match form_of {
        Form::Optional(inner) => write(inner, entropy, out),
        Form::List(inner) => {
            let len = entropy.next() % 4;
            head(4, u64::from(len), out);
            (0..len).for_each(|_| write(inner, entropy, out));
        }
        Form::Fixed(len) => {
            head(2, *len as u64, out);
            let byte = entropy.next();
            out.extend(std::iter::repeat_n(byte, *len));
        }
        Form::Number(bits) => head(0, entropy.number(*bits), out),
        Form::Bool => out.push(0xF4 + entropy.next() % 2),
        Form::Text => {
            let texts = ["", "a", "é", "twenty-four characters..", "a text that is longer than any head of one byte"];
            let text = texts[usize::from(entropy.next()) % texts.len()];
            head(3, text.len() as u64, out);
            out.extend(text.bytes());
        }
        Form::Bytes => {
            let len = usize::from(entropy.next());
            head(2, len as u64, out);
            (0..len).for_each(|_| out.push(entropy.next()));
        }
        Form::Named(name) => write_named(name, entropy, out),
    }
}

/// Writes a random value of a named type.
pub(crate) fn write_named(name: &str, entropy: &mut Entropy<'_>, out: &mut Vec<u8>) {
    write_fields(shapes().get(name).unwrap_or_else(|| panic!("no shape of {name}")), entropy, out);
}

fn write_fields(shape: &Shape, entropy: &mut Entropy<'_>, out: &mut Vec<u8>) {
    match shape {
        Shape::Codes(codes) => {
            let known = codes[usize::from(entropy.next()) % codes.len()].0;
            head(0, if entropy.next() > 200 { entropy.number(16) } else { known }, out);
        }
        Shape::Choice(variants) => {
            let (number, _, of) = &variants[usize::from(entropy.next()) % variants.len()];
            head(5, 1, out);
            head(0, *number, out);
            write(&form(of), entropy, out);
        }
        Shape::Fields(fields) => {
            let is_there =
                |entropy: &mut Entropy<'_>, of: &str| !of.starts_with("Option<") || entropy.next().is_multiple_of(2);
            let chosen: Vec<_> = fields.iter().filter(|(_, _, of)| is_there(entropy, of)).collect();
            head(5, chosen.len() as u64, out);
            for (number, _, of) in chosen {
                head(0, *number, out);
                write(&form(of), entropy, out);
            }
        }
    }
}

/// The head of an item in the fewest bytes.
pub(crate) fn head(major: u8, value: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match value {
        0..24 => out.push(major | value.to_be_bytes()[7]),
        24..0x100 => out.extend([major | 24, value.to_be_bytes()[7]]),
        0x100..0x1_0000 => out.extend([&[major | 25][..], &value.to_be_bytes()[6..]].concat()),
        0x1_0000..0x1_0000_0000 => out.extend([&[major | 26][..], &value.to_be_bytes()[4..]].concat()),
        _ => out.extend([&[major | 27][..], &value.to_be_bytes()].concat()),
    }
}

fn shapes() -> &'static BTreeMap<String, Shape> {
    static SHAPES: OnceLock<BTreeMap<String, Shape>> = OnceLock::new();
    SHAPES.get_or_init(all)
}

/// Whether bytes that decode as a type hold a field that the type does not have.
pub(crate) fn has_unknown_field(name: &str, bytes: &[u8]) -> bool {
    walk(&Form::Named(name.to_owned()), bytes).0
}

/// Whether there is one, and the bytes behind the item.
fn walk<'a>(of: &Form, bytes: &'a [u8]) -> (bool, &'a [u8]) {
    let behind = &bytes[item_len(bytes).expect("it was scanned before")..];
    match of {
        Form::Optional(inner) => walk(inner, bytes),
        Form::List(inner) => {
            let (len, mut rest) = read_head(bytes);
            let mut found = false;
            for _ in 0..len {
                let (inside, next) = walk(inner, rest);
                (found, rest) = (found || inside, next);
            }
            (found, behind)
        }
        Form::Named(name) => match &shapes()[name] {
            Shape::Codes(_) => (false, behind),
            Shape::Choice(fields) | Shape::Fields(fields) => {
                let (len, mut rest) = read_head(bytes);
                let mut found = false;
                for _ in 0..len {
                    let (key, value) = read_head(rest);
                    let is_negative = rest[0] >> 5 == 1;
                    let field = fields.iter().find(|(number, ..)| *number == key && !is_negative);
                    let inside = field.is_none_or(|(_, _, of)| walk(&form(of), value).0);
                    rest = &value[item_len(value).expect("it was scanned before")..];
                    found = found || inside;
                }
                (found, behind)
            }
        },
        _ => (false, behind),
    }
}

fn read_head(bytes: &[u8]) -> (u64, &[u8]) {
    let len = match bytes[0] & 0x1F {
        0..24 => return (u64::from(bytes[0] & 0x1F), &bytes[1..]),
        24 => 1,
        25 => 2,
        26 => 4,
        _ => 8,
    };
    let value = bytes[1..=len].iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    (value, &bytes[1 + len..])
}

#[test]
fn every_type_in_the_sources_is_in_the_list() {
    let mut listed: Vec<&str> = NAMES.to_vec();
    listed.sort_unstable();
    assert_eq!(shapes().keys().map(String::as_str).collect::<Vec<_>>(), listed);
}
