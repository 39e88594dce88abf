//! One full and one bare value of every payload and of every body of a statement.

use protocol::{
    BlobId, CaseId, ClinicianId, FeedId, Kind, Payload, StatementId,
    certificate::{Certificate, Vote},
    codec::{Bytes, Text},
    payload::{
        content::{
            AgeBand, Certainty, Comment, CommentRevision, MediaType, Outcome, Pairing, Picture, Profile, Region, Sex,
            Star, Status, Summary,
        },
        control::{
            Attestation, Destruction, EndOfFeed, EndReason, EpochStart, ErasureReceipt, Genesis, Ground, Head,
            KeyRotation, NodeKey, NodeKeys, Place, Profession, Revocation, RevocationReason, RootChange, Scope, Target,
            Withdrawal, Witness,
        },
        manifest::{
            Concern, Cover, Dismissal, DismissalReason, Doubt, Finder, FindingKind, Manifest, Origin, Removed, Shape,
        },
    },
};
use serde_json::{Value, json};

use super::samples::{case, entry, feed, key, network, salt, typed};

pub(crate) fn place() -> Place {
    Place { epoch: 1, seq: 70_000, entry: entry(0xE1) }
}

pub(crate) fn head() -> Head {
    Head { feed: feed(), place: place() }
}

pub(crate) fn node() -> NodeKey {
    NodeKey { transport: key(9).public(), addresses: addresses(), proof: None }
}

fn addresses() -> Vec<Text> {
    vec![Text::from("/ip4/192.0.2.7/tcp/4001"), Text::from("/dns/house.example/tcp/4001")]
}

pub(crate) fn proven_node() -> NodeKey {
    NodeKey::prove(&key(9), addresses(), &network(), &feed())
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        root: key(1).public(),
        next_root: key(2).public().commitment(),
        signing: key(3).public(),
        name: Text::from("Hôpital du Lac"),
        country: Text::from("CH"),
    }
}

fn revocation() -> Revocation {
    Revocation { attestation: entry(0xA7), reason: RevocationReason::KeyStolen, since: Some(place()) }
}

pub(crate) fn withdrawal(target: Target, from: Option<Vec<FeedId>>) -> Withdrawal {
    Withdrawal { target, ground: Ground::PatientWish, from }
}

fn attestation(pseudonym_in: Option<CaseId>) -> Attestation {
    Attestation {
        clinician: key(20).clinician(),
        profession: Profession::Nurse,
        specialties: vec![3_880, 8_919],
        scope: Scope { stars: pseudonym_in.is_none(), ..Scope::FULL },
        until_ms: 1_830_000_000_000,
        pseudonym_in,
    }
}

fn epoch_start() -> EpochStart {
    let certificate =
        Certificate { decision: Bytes(vec![0xa0]), votes: vec![Vote::sign(&network(), &[0xa0], &key(5))] };
    EpochStart {
        signing: key(4).public(),
        withdrawals: vec![withdrawal(Target::Case(case()), None)],
        revocations: vec![revocation()],
        certificate: Some(certificate),
    }
}

/// Control payloads and the profile, by a name for the vector.
pub(crate) fn plain() -> Vec<(&'static str, Payload)> {
    let root = RootChange { root: key(2).public(), next_root: key(4).public().commitment() };
    let full_rotation = KeyRotation { signing: Some(key(4).public()), root: Some(root.clone()), since: Some(place()) };
    let receipt = |backups_until_ms| ErasureReceipt {
        withdrawals: vec![entry(1), entry(2)],
        destruction: Destruction::KeysDestroyed,
        backups_until_ms,
        software: Text::from("consilium 0.1.0"),
    };
    vec![
        ("genesis", Payload::Genesis(genesis())),
        ("rotation of everything", Payload::KeyRotation(full_rotation.clone())),
        ("rotation of the signing key", Payload::KeyRotation(KeyRotation { root: None, since: None, ..full_rotation })),
        ("change of the root key", Payload::KeyRotation(KeyRotation { signing: None, root: Some(root), since: None })),
        ("epoch start", Payload::EpochStart(epoch_start())),
        ("end with a successor", Payload::EndOfFeed(EndOfFeed { reason: EndReason::Merged, successor: Some(feed()) })),
        ("end", Payload::EndOfFeed(EndOfFeed { reason: EndReason::Left, successor: None })),
        ("node keys", Payload::NodeKeys(NodeKeys { keys: vec![node(), proven_node()] })),
        ("no node keys", Payload::NodeKeys(NodeKeys { keys: vec![] })),
        ("attestation", Payload::Attestation(attestation(None))),
        ("attestation of a pseudonym", Payload::Attestation(attestation(Some(case())))),
        ("revocation", Payload::Revocation(revocation())),
        ("profile", Payload::Profile(Profile { clinician: key(20).clinician(), name: Text::from("Ana Müller") })),
        ("withdrawal of a case", Payload::Withdrawal(withdrawal(Target::Case(case()), None))),
        (
            "withdrawal of an entry for one",
            Payload::Withdrawal(withdrawal(Target::Entry(entry(3)), Some(vec![feed()]))),
        ),
        ("receipt", Payload::ErasureReceipt(receipt(Some(1_790_000_000_000)))),
        ("receipt without backups", Payload::ErasureReceipt(receipt(None))),
        ("witness", Payload::Witness(Witness { heads: vec![head()] })),
    ]
}

fn manifest() -> Manifest {
    Manifest {
        reviewer: key(20).clinician(),
        finders: vec![Finder {
            name: Text::from("faces"),
            version: Text::from("1.0"),
            model: Some([0xF1; 32]),
            has_finished: true,
        }],
        covers: vec![
            Cover { shape: Shape::Box, origin: Origin::Finder, numbers: vec![10, 20, 300, 70_000] },
            Cover { shape: Shape::Polygon, origin: Origin::Person, numbers: vec![0, 0, 5, 0, 5, 5] },
        ],
        dismissed: vec![Dismissal {
            kind: FindingKind::Face,
            area: vec![1, 2, 3, 4],
            reason: DismissalReason::NotThere,
        }],
        removed: vec![Removed::Place, Removed::Time],
        answered: vec![Doubt::SkinWithoutFace],
        looked_for: vec![Concern::Faces, Concern::Rarity],
        methods: vec![113_100, 113_101],
    }
}

/// A case with everything that a case can have.
pub(crate) fn summary(audience: Option<Vec<FeedId>>) -> Summary {
    Summary {
        title: Text::from("Fever after travel"),
        question: Text::from("What next?"),
        body: Text::from("38.9 °C, day 3."),
        specialty: Some(3_880),
        tags: vec![Text::from("fever"), Text::from("travel")],
        age: Some(AgeBand::Adult40To64),
        sex: Some(Sex::Female),
        pictures: vec![Picture {
            blob: BlobId::of(&salt(7), b"picture"),
            blob_size: 7,
            media_type: MediaType::Jpeg,
            width: 640,
            height: 480,
            preview: BlobId::of(&salt(7), b"preview"),
            preview_size: 7,
            alt: Text::from("a rash on a forearm"),
            manifest: manifest(),
            pairing: None,
        }],
        blob_salt: salt(7),
        is_public: audience.is_none(),
        audience,
    }
}

/// A case with a picture from before, the one after it, and a third.
fn paired_summary() -> Summary {
    let full = summary(None);
    let picture = |number: u8| {
        let blob = BlobId::of(&salt(7), &[number]);
        let pairing = (number == 0).then_some(Pairing::BeforeAfter);
        full.pictures.iter().cloned().map(move |picture| Picture { blob, pairing, ..picture })
    };
    Summary { pictures: (0..3).flat_map(picture).collect(), ..summary(None) }
}

/// A case with a de-identified DICOM object.
fn object_summary() -> Summary {
    let full = summary(None);
    let methods = vec![113_100, 113_101, 113_102, 113_107, 113_108];
    let object = |picture: Picture| {
        let manifest = Manifest { methods: methods.clone(), ..picture.manifest };
        Picture { media_type: MediaType::Dicom, manifest, ..picture }
    };
    Summary { pictures: full.pictures.into_iter().map(object).collect(), ..summary(None) }
}

/// A case with nothing that it need not have.
fn bare_summary() -> Summary {
    let (tags, pictures) = (vec![], vec![]);
    Summary { specialty: None, tags, age: None, sex: None, pictures, is_public: false, ..summary(None) }
}

pub(crate) fn comment() -> Comment {
    Comment {
        text: Text::from("agreed"),
        replies_to: Some(entry(4)),
        seen: vec![entry(4), entry(5)],
        picture: Some(0),
        region: None,
    }
}

/// Payload bytes by kind.
pub(crate) fn payloads() -> Vec<Value> {
    let of = |(name, payload): (&str, Payload)| {
        let kind = payload.kind();
        json!({
            "name": name, "kind": kind.code(), "type": format!("{kind:?}"), "bytes": hex::encode(payload.encode()),
        })
    };
    plain().into_iter().map(of).collect()
}

/// Bodies of statements.
pub(crate) fn bodies() -> Vec<Value> {
    let bare_comment = Comment { text: Text::from(""), replies_to: None, seen: vec![], picture: None, region: None };
    let region = Region { left: 2_500, top: 0, width: 1, height: 10_000 };
    let pointing_comment = Comment { region: Some(region), ..comment() };
    let revision = CommentRevision { comment: StatementId([5; 16]), text: Text::from("agreed, with one doubt") };
    let full_outcome = Outcome {
        status: Status::Resolved,
        diagnosis: Some(Text::from("dengue")),
        certainty: Some(Certainty::Confirmed),
        text: Text::from("recovered"),
    };
    let bare_outcome = Outcome { status: Status::Open, diagnosis: None, certainty: None, text: Text::from("") };
    vec![
        typed("full case", "Summary", &summary(None)),
        typed("restricted case", "Summary", &summary(Some(vec![feed(), FeedId([9; 32])]))),
        typed("bare case", "Summary", &bare_summary()),
        typed("case with a pair", "Summary", &paired_summary()),
        typed("case with an object", "Summary", &object_summary()),
        typed("full comment", "Comment", &comment()),
        typed("bare comment", "Comment", &bare_comment),
        typed("comment that points at a place", "Comment", &pointing_comment),
        typed("comment revision", "CommentRevision", &revision),
        typed("star", "Star", &Star { seen: entry(4) }),
        typed("full outcome", "Outcome", &full_outcome),
        typed("bare outcome", "Outcome", &bare_outcome),
    ]
}

/// Every kind that carries a statement, with the author of the vectors.
pub(crate) const STATEMENT_KINDS: [Kind; 6] =
    [Kind::Case, Kind::CaseRevision, Kind::Outcome, Kind::Comment, Kind::CommentRevision, Kind::Star];

pub(crate) fn author() -> ClinicianId {
    key(20).clinician()
}
