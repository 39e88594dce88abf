//! What must hold of blobs: only what a person released or a payload lists comes in, and erased is gone.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use anonymizer::{Concern, Confirmation, Finder, Inspection, Limits, Looked, Pixels};
use protocol::{CaseNumber, ClinicianId, FeedId};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;
use crate::{fatal::Fatal, test_entropy::counting};

pub(super) const SALT: Salt = Salt([5; 32]);

pub(super) struct Room {
    pub(super) directory: tempfile::TempDir,
    options: BlobOptions,
    disk: Disk,
    losses: Arc<AtomicU32>,
}

impl Room {
    pub(super) fn new() -> Self {
        let losses = Arc::new(AtomicU32::new(0));
        let counted = losses.clone();
        let on_fatal = OnFatal::new(move |fatal| {
            assert!(matches!(fatal, Fatal::Loss { .. }), "{fatal:?}");
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let options = BlobOptions { keyring: Keyring::new(WrappingKey::new([1; 32])), entropy: counting(3), on_fatal };
        Self { directory: tempfile::tempdir().unwrap(), options, disk: Disk::default(), losses }
    }

    pub(super) fn open(&self) -> Blobs {
        Blobs::open_on(self.directory.path(), self.options.clone(), &self.disk).unwrap()
    }

    fn object(&self, blob: BlobId) -> PathBuf {
        self.directory.path().join("objects").join(picture_path(case(1), blob))
    }
}

pub(super) fn case(number: u8) -> CaseId {
    CaseId { institution: FeedId([2; 32]), number: CaseNumber([number; 16]) }
}

/// A clean picture by the one way there is, with pixels that do not compress; about three bytes a pixel.
pub(super) fn picture(width: u32, height: u32, seed: u8) -> CleanImage {
    let mut state = u32::from(seed) + 1;
    let noise = (0..width * height * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let pixels = Pixels::new(width, height, noise.collect()).unwrap();
    let (findings, searched) = (Vec::new(), Vec::new());
    let (doubts, removed, notices) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let inspection = Inspection { pixels, findings, searched, doubts, removed, notices };
    let reviewer = ClinicianId([4; 32]);
    let confirmation = Confirmation {
        reviewer,
        dismissed: Vec::new(),
        has_seen_unsearched: false,
        answered: BTreeSet::new(),
        looked_for: Concern::ALL.into(),
    };
    let candidate = anonymizer::prepare(inspection, &[], confirmation, &Limits::NETWORK).unwrap();
    let looked = seen_again(candidate.file());
    candidate.release(&looked).unwrap().picture
}

/// What a worker says of a file in which it sees nothing: what finders see in noise is not the question here.
fn seen_again(file: &[u8]) -> Looked {
    let searched = Finder::ALL.map(|finder| json!({ "finder": finder, "search": "Finished" }));
    let sight = json!({ "stage": "Whole", "findings": [], "searched": searched, "doubts": [] });
    let file_sha256: [u8; 32] = Sha256::digest(file).into();
    let head = json!({ "Looked": { "width": 1, "height": 1, "file_sha256": file_sha256, "sight": sight } });
    let head = serde_json::to_vec(&head).unwrap();
    let frame = [&(head.len() as u32).to_be_bytes()[..], &head].concat();
    anonymizer::worker::read_looked(&mut frame.as_slice(), &Limits::NETWORK, &mut |_| ()).unwrap().unwrap()
}

pub(super) fn held<T>(found: Found<T>) -> T {
    match found {
        Found::Held(value) => value,
        Found::Erased => panic!("erased"),
        Found::NotHeld => panic!("not held"),
    }
}

#[tokio::test]
async fn a_picture_is_read_back_after_a_restart_whole_and_in_parts() {
    let room = Room::new();
    let picture = picture(500, 400, 1);
    let bytes = picture.bytes();
    assert!(bytes.len() as u64 > 2 * CHUNK_BYTES, "{} bytes are too few for this test", bytes.len());
    let blob = room.open().put_clean(case(1), &SALT, &picture).await.unwrap();
    assert_eq!(blob, BlobId::of(&SALT, bytes));
    let blobs = room.open();
    let read = held(blobs.get(case(1), blob).await.unwrap());
    assert_eq!((read.bytes.as_slice(), read.media_type), (bytes, picture.media_type()));
    let facts = Facts { media_type: picture.media_type(), bytes: bytes.len() as u64 };
    assert_eq!(held(blobs.facts(case(1), blob).await.unwrap()), facts);
    let end = bytes.len() as u64;
    for range in [
        0..1,
        0..end,
        CHUNK_BYTES - 3..CHUNK_BYTES + 3,
        CHUNK_BYTES..2 * CHUNK_BYTES,
        end - 2..end + 9,
        end..end + 1,
        7..7,
    ] {
        let expected = &bytes[range.start as usize..(range.end.min(end)) as usize];
        assert_eq!(held(blobs.read(case(1), blob, range.clone()).await.unwrap()).as_slice(), expected, "{range:?}");
    }
}

#[tokio::test]
async fn a_replica_under_another_name_is_refused() {
    let room = Room::new();
    let blobs = room.open();
    let bytes = picture(40, 30, 1).bytes().to_vec();
    let replica = Replica::checked(bytes.clone()).unwrap();
    let (blob, other) = (BlobId::of(&SALT, &bytes), BlobId::of(&Salt([6; 32]), &bytes));
    let refused = blobs.put_replica(case(1), &SALT, other, replica.clone()).await;
    assert!(matches!(refused, Err(BlobError::OtherBytes { .. })));
    assert!(!blobs.has(case(1), other).await.unwrap());
    blobs.put_replica(case(1), &SALT, blob, replica).await.unwrap();
    assert_eq!(held(blobs.get(case(1), blob).await.unwrap()).bytes.as_slice(), bytes);
}

#[tokio::test]
async fn pictures_belong_to_their_case() {
    let room = Room::new();
    let blobs = room.open();
    let one = picture(40, 30, 1);
    let blob = blobs.put_clean(case(1), &SALT, &one).await.unwrap();
    assert_eq!(blobs.put_clean(case(1), &SALT, &one).await.unwrap(), blob, "twice is once");
    assert_eq!(blobs.get(case(2), blob).await.unwrap(), Found::NotHeld);
    assert_eq!(blobs.list(case(1)).await.unwrap(), [blob]);
    assert!(blobs.list(case(2)).await.unwrap().is_empty());
    let size = fs::metadata(room.object(blob)).unwrap().len();
    assert_eq!(blobs.usage().await.unwrap(), size);
    let elsewhere = room.directory.path().join("objects").join(picture_path(case(2), blob));
    fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    fs::copy(room.object(blob), elsewhere).unwrap();
    assert!(matches!(blobs.get(case(2), blob).await, Err(BlobError::Damaged { .. })), "a copy does not open elsewhere");
}

#[tokio::test]
async fn nothing_of_a_picture_can_be_read_in_the_files() {
    let room = Room::new();
    let picture = picture(200, 100, 1);
    let blob = room.open().put_clean(case(1), &SALT, &picture).await.unwrap();
    let object = fs::read(room.object(blob)).unwrap();
    let canary = &picture.bytes()[1_000..1_016];
    assert!(picture.bytes().windows(16).any(|run| run == canary) && !object.windows(16).any(|run| run == canary));
}

#[tokio::test]
async fn an_erased_case_is_gone_and_its_copies_do_not_open() {
    let room = Room::new();
    let blobs = room.open();
    let mut names = Vec::new();
    for seed in 0..3 {
        names.push(blobs.put_clean(case(1), &SALT, &picture(40, 30, seed)).await.unwrap());
    }
    let kept = blobs.put_clean(case(2), &SALT, &picture(40, 30, 9)).await.unwrap();
    let backup = fs::read(room.object(names[0])).unwrap();
    assert_eq!(blobs.erase_case(case(1)).await.unwrap(), ErasedBlobs { erased: 3, without_key: 0 });
    assert_eq!(blobs.erase_case(case(1)).await.unwrap(), ErasedBlobs::default());
    assert_eq!(blobs.get(case(1), names[1]).await.unwrap(), Found::NotHeld);
    fs::write(room.object(names[0]), backup).unwrap();
    let blobs = room.open();
    assert_eq!(blobs.get(case(1), names[0]).await.unwrap(), Found::Erased);
    assert!(!blobs.has(case(1), names[0]).await.unwrap());
    assert!(blobs.has(case(2), kept).await.unwrap());
}

#[tokio::test]
async fn a_picture_that_comes_several_times_at_once_is_sealed_under_one_key() {
    let room = Room::new();
    let blobs = room.open();
    let (one, other) = (picture(40, 30, 1), picture(40, 30, 2));
    let put = || blobs.put_clean(case(1), &SALT, &one);
    let names = tokio::join!(put(), put(), put());
    assert_eq!(names.0.unwrap(), names.1.unwrap());
    let after = blobs.put_clean(case(1), &SALT, &other).await.unwrap();
    let head = Head::decode(&fs::read(room.object(after)).unwrap()[..object::HEAD_LEN], Path::new("")).unwrap();
    assert_eq!((head.place.file, head.place.slot), (1, 1), "the first took one slot");
}

#[tokio::test]
async fn a_key_that_an_older_key_file_never_had_is_not_counted_as_erased() {
    let room = Room::new();
    let blobs = room.open();
    let first = blobs.put_clean(case(1), &SALT, &picture(40, 30, 0)).await.unwrap();
    let copies = ["keys/000001.keys", "keys/000001.keys2"].map(|copy| room.directory.path().join(copy));
    let older = copies.each_ref().map(|copy| fs::read(copy).unwrap());
    let (mut last, mut seeds) = (first, 1..);
    while copies.each_ref().map(|copy| fs::read(copy).unwrap()) == older {
        last = blobs.put_clean(case(1), &SALT, &picture(40, 30, seeds.next().unwrap())).await.unwrap();
    }
    drop(blobs);
    for (copy, bytes) in copies.iter().zip(older) {
        fs::write(copy, bytes).unwrap();
    }
    let blobs = room.open();
    assert_eq!(blobs.erase_blob(case(1), last).await.unwrap(), ErasedBlobs { erased: 0, without_key: 1 });
    assert_eq!(blobs.erase_blob(case(1), first).await.unwrap(), ErasedBlobs { erased: 1, without_key: 0 });
}

#[tokio::test]
async fn one_picture_is_erased_without_the_others() {
    let room = Room::new();
    let blobs = room.open();
    let one = blobs.put_clean(case(1), &SALT, &picture(40, 30, 1)).await.unwrap();
    let other = blobs.put_clean(case(1), &SALT, &picture(40, 30, 2)).await.unwrap();
    blobs.erase_blob(case(1), one).await.unwrap();
    assert_eq!(blobs.list(case(1)).await.unwrap(), [other]);
}

#[tokio::test]
async fn any_flipped_bit_or_cut_of_an_object_is_told() {
    let room = Room::new();
    let blobs = room.open();
    let blob = blobs.put_clean(case(1), &SALT, &picture(200, 150, 1)).await.unwrap();
    let whole = fs::read(room.object(blob)).unwrap();
    for byte in (0..whole.len()).step_by(whole.len() / 60).chain(0..80) {
        let mut flipped = whole.clone();
        flipped[byte] ^= 2;
        fs::write(room.object(blob), flipped).unwrap();
        assert!(matches!(blobs.get(case(1), blob).await, Err(BlobError::Damaged { .. })), "byte {byte}");
    }
    for length in [0, 10, object::HEAD_LEN, object::HEAD_LEN + 70_000, whole.len() - 1] {
        fs::write(room.object(blob), &whole[..length.min(whole.len() - 1)]).unwrap();
        assert!(matches!(blobs.get(case(1), blob).await, Err(BlobError::Damaged { .. })), "cut to {length}");
    }
    fs::write(room.object(blob), &whole[..20]).unwrap();
    assert_eq!(blobs.erase_case(case(1)).await.unwrap(), ErasedBlobs { erased: 0, without_key: 1 });
}

#[tokio::test]
async fn a_damaged_picture_is_replaced_by_a_peers() {
    let room = Room::new();
    let blobs = room.open();
    let bytes = picture(200, 150, 1).bytes().to_vec();
    let (blob, replica) = (BlobId::of(&SALT, &bytes), Replica::checked(bytes).unwrap());
    for byte in [3, 30, object::HEAD_LEN + 9] {
        blobs.put_replica(case(1), &SALT, blob, replica.clone()).await.unwrap();
        let mut object = fs::read(room.object(blob)).unwrap();
        object[byte] ^= 1;
        fs::write(room.object(blob), object).unwrap();
        assert!(blobs.get(case(1), blob).await.is_err());
        blobs.put_replica(case(1), &SALT, blob, replica.clone()).await.unwrap();
        assert!(matches!(blobs.get(case(1), blob).await.unwrap(), Found::Held(_)));
    }
}

#[tokio::test]
async fn an_original_is_due_at_its_deadline_and_then_destroyed() {
    let room = Room::new();
    let blobs = room.open();
    let put = |deadline_ms| blobs.put_original(Original { bytes: vec![7; 100_000].into(), deadline_ms });
    let (soon, later) = (put(1_000).await.unwrap(), put(2_000).await.unwrap());
    assert!(blobs.originals_due(999).await.unwrap().is_empty());
    assert_eq!(blobs.originals_due(1_000).await.unwrap(), [soon]);
    assert_eq!(held(blobs.get_original(soon).await.unwrap()).as_slice(), [7; 100_000]);
    let path = room.directory.path().join(format!("objects/originals/{soon}"));
    let stolen = fs::read(&path).unwrap();
    assert!(!stolen.windows(8).any(|run| run == [7; 8]), "it lies sealed");
    blobs.destroy_original(soon).await.unwrap();
    assert_eq!(blobs.get_original(soon).await.unwrap(), Found::NotHeld);
    fs::write(&path, stolen).unwrap();
    assert_eq!(blobs.get_original(soon).await.unwrap(), Found::Erased);
    fs::write(&path, b"spoiled").unwrap();
    assert_eq!(blobs.originals_due(0).await.unwrap(), [soon], "what cannot say its deadline is due");
    assert_eq!(blobs.originals_due(5_000).await.unwrap().len(), 2);
    assert!(blobs.originals_due(5_000).await.unwrap().contains(&later));
}

#[tokio::test]
async fn slots_are_used_once_over_restarts_and_lost_key_files() {
    let room = Room::new();
    let mut used = Vec::new();
    for seed in 0..6 {
        if seed == 3 {
            for copy in ["keys/000001.keys", "keys/000001.keys2"] {
                fs::write(room.directory.path().join(copy), b"spoiled").unwrap();
            }
        }
        let blobs = room.open();
        let blob = blobs.put_clean(case(1), &SALT, &picture(40, 30, seed)).await.unwrap();
        let head = Head::decode(&fs::read(room.object(blob)).unwrap()[..object::HEAD_LEN], Path::new("")).unwrap();
        assert!(!used.contains(&(head.place.file, head.place.slot)));
        used.push((head.place.file, head.place.slot));
        assert!(blobs.has(case(1), blob).await.unwrap());
    }
    assert_eq!((used[2].0, used[3].0), (1, 2), "a new file follows the lost one");
    assert_eq!(room.open().erase_case(case(1)).await.unwrap(), ErasedBlobs { erased: 3, without_key: 3 });
}

#[tokio::test]
async fn a_half_written_object_is_removed_at_open() {
    let room = Room::new();
    let blob = room.open().put_clean(case(1), &SALT, &picture(40, 30, 1)).await.unwrap();
    let staged = PathBuf::from(format!("{}#1", room.object(blob).display()));
    fs::copy(room.object(blob), &staged).unwrap();
    let blobs = room.open();
    assert!(!staged.exists() && blobs.has(case(1), blob).await.unwrap());
}

#[tokio::test]
async fn after_a_rewrite_of_keys_pictures_open_under_the_new_one_only() {
    let mut room = Room::new();
    let blobs = room.open();
    let blob = blobs.put_clean(case(1), &SALT, &picture(40, 30, 1)).await.unwrap();
    blobs.rewrite_key_files(&WrappingKey::new([2; 32])).unwrap();
    assert!(Blobs::open(room.directory.path(), room.options.clone()).is_err());
    room.options.keyring = Keyring::new(WrappingKey::new([2; 32]));
    assert!(room.open().has(case(1), blob).await.unwrap());
}

#[tokio::test]
async fn a_full_disk_is_a_word_of_its_own_and_a_failed_sync_is_told() {
    let room = Room::new();
    let blobs = room.open();
    room.disk.faults.full_after(Some(10));
    assert!(matches!(blobs.put_clean(case(1), &SALT, &picture(40, 30, 1)).await, Err(BlobError::Full)));
    room.disk.faults.full_after(None);
    let blob = blobs.put_clean(case(1), &SALT, &picture(40, 30, 1)).await.unwrap();
    assert_eq!(room.losses.load(Ordering::SeqCst), 0);
    room.disk.faults.fail_sync_after(0);
    assert!(blobs.erase_case(case(1)).await.is_err());
    assert_eq!(room.losses.load(Ordering::SeqCst), 1);
    assert!(room.object(blob).exists(), "the object goes only after its key");
}

#[tokio::test]
async fn a_picture_whose_keeper_went_away_half_way_is_sealed_under_one_key() {
    let room = Room::new();
    let blobs = room.open();
    let mut slots = BTreeSet::new();
    for polls in 1..40 {
        let picture = picture(40, 30, polls);
        let mut left = Box::pin(blobs.put_clean(case(1), &SALT, &picture));
        for _ in 0..polls {
            if futures::poll!(&mut left).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(left);
        let blob = blobs.put_clean(case(1), &SALT, &picture).await.unwrap();
        let object = fs::read(room.object(blob)).unwrap();
        slots.insert(Head::decode(&object[..object::HEAD_LEN], Path::new("")).unwrap().place.slot);
    }
    let last = *slots.last().unwrap();
    assert_eq!((slots.len(), last), (39, 38), "no key lies between them that nothing names");
}
