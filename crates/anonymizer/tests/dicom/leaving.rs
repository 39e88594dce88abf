//! An object's whole way: looked at in every frame, written under covers by a worker, checked by its parent, looked at again.

use std::collections::BTreeSet;

use anonymizer::{
    Candidate, Concern, Confirmation, Cover, Doubt, Finder, Inspection, Limits, MediaType, Region, ReleaseError,
    Removed, Series, Sight, Unsigned, View,
    dicom::{self, Secret, Written},
    look_at, open, open_view, prepare_object,
    worker::{self, Request, Task, WireError},
};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;
use protocol::ClinicianId;

use crate::objects::{JPEG, MR, Parsed, TWO_FRAMES, edited, number, parsed, secret, text, written};

const LIMITS: Limits = Limits::NETWORK;

fn cover() -> Vec<Cover> {
    vec![Cover::Box(Region { x: 20, y: 20, width: 30, height: 9 })]
}

fn confirmation() -> Confirmation {
    Confirmation {
        reviewer: ClinicianId([7; 32]),
        dismissed: Vec::new(),
        has_seen_unsearched: true,
        answered: [Doubt::Head, Doubt::Frames].into(),
        looked_for: Concern::ALL.into(),
    }
}

/// What the finders say of an object of which nothing is found.
fn nothing_found(object: &[u8]) -> Sight {
    let looked = look_at(object, &LIMITS, &mut |_, _| ()).unwrap();
    assert!(looked.sight().findings.is_empty());
    looked.sight().clone()
}

fn prepared(file: Vec<u8>, written: &Written, sight: Sight, covers: &[Cover]) -> Result<Candidate, ReleaseError> {
    let inspection = Inspection::of(written.opened.clone(), sight);
    prepare_object(file, inspection, covers, confirmation(), &LIMITS)
}

#[test]
fn every_frame_leaves_covered_with_what_was_done_in_its_manifest() {
    let sight = nothing_found(TWO_FRAMES);
    let object = dicom::write(TWO_FRAMES, &secret(), &cover(), &LIMITS).unwrap();
    let candidate = prepared(object.file.clone(), &object, sight, &cover()).unwrap();
    let again = look_at(candidate.file(), &LIMITS, &mut |_, _| ()).unwrap();
    let released = candidate.release(&again).unwrap();
    assert_eq!((released.picture.media_type(), released.preview.media_type()), (MediaType::Dicom, MediaType::Jpeg));
    assert_eq!(released.picture.manifest().methods, [113_100, 113_101, 113_102, 113_107, 113_108]);
    assert_eq!((released.picture.width(), released.picture.height()), (100, 100));
    for frame in 0..2 {
        let view = View { frame, window: 0 };
        let [before, after] =
            [TWO_FRAMES, released.picture.bytes()].map(|file| open_view(file, view, &LIMITS).unwrap().pixels);
        for (y, x) in (0..100).flat_map(|y| (0..100).map(move |x| (y, x))) {
            // Whole blocks of eight: from 16 to 56, and from 16 to 32.
            let is_covered = (16..56).contains(&x) && (16..32).contains(&y);
            let expected = if is_covered { Some([0; 3]) } else { before.at(x, y) };
            assert_eq!(after.at(x, y), expected, "frame {frame}: {x}, {y}");
        }
    }
}

#[test]
fn whoever_confirms_several_frames_or_slices_of_a_head_says_that_they_looked() {
    for (file, doubt) in [(TWO_FRAMES, Doubt::Frames), (MR, Doubt::Head)] {
        let object = dicom::write(file, &secret(), &[], &LIMITS).unwrap();
        let inspection = || Inspection::of(object.opened.clone(), nothing_found(file));
        let try_saying = |answered| {
            let confirmation = Confirmation { answered, ..confirmation() };
            prepare_object(object.file.clone(), inspection(), &[], confirmation, &LIMITS)
        };
        assert!(matches!(try_saying([].into()), Err(ReleaseError::OpenDoubt(open)) if open == doubt));
        assert!(try_saying([doubt].into()).is_ok());
    }
}

#[test]
fn what_a_worker_wrote_is_not_believed_unless_it_is_clean_and_covered() {
    let object = dicom::write(TWO_FRAMES, &secret(), &cover(), &LIMITS).unwrap();
    let bare = dicom::write(TWO_FRAMES, &secret(), &[], &LIMITS).unwrap();
    let other = dicom::write(MR, &secret(), &[], &LIMITS).unwrap();
    let second_frame = {
        // The first frame covered, the second as it was.
        let (covered, open) = (parsed(&object.file), parsed(&bare.file));
        let pixels = |object: &Parsed| object.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap().to_vec();
        let half = pixels(&covered).len() / 2;
        let mixed = [&pixels(&covered)[..half], &pixels(&open)[half..]].concat();
        let mut object = covered;
        object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(mixed.into())));
        written(&object)
    };
    let named = {
        let mut object = parsed(&object.file);
        object.put_str(tags::PATIENT_COMMENTS, VR::LT, "CANARY");
        written(&object)
    };
    let sight = nothing_found(TWO_FRAMES);
    let try_file = |file: Vec<u8>| prepared(file, &object, sight.clone(), &cover());
    assert!(try_file(object.file.clone()).is_ok());
    let unsigned = |file: Vec<u8>| Unsigned::object(Written { file, ..object.clone() }, &cover(), &LIMITS);
    assert!(unsigned(object.file.clone()).is_ok());
    for file in [bare.file, other.file, second_frame, named, TWO_FRAMES.to_vec(), Vec::new()] {
        assert_eq!(unsigned(file.clone()), Err(ReleaseError::Encoder), "nor what nobody signs for");
        assert!(matches!(try_file(file), Err(ReleaseError::Encoder)));
    }
}

#[test]
fn a_candidate_leaves_only_with_a_look_at_itself() {
    let object = dicom::write(TWO_FRAMES, &secret(), &cover(), &LIMITS).unwrap();
    let candidate = prepared(object.file.clone(), &object, nothing_found(TWO_FRAMES), &cover()).unwrap();
    let looked = look_at(TWO_FRAMES, &LIMITS, &mut |_, _| ()).unwrap();
    assert!(matches!(candidate.release(&looked), Err(ReleaseError::OtherFile)));
}

#[test]
fn a_view_is_a_frame_under_a_window_and_the_series_says_what_there_is() {
    let two = open(TWO_FRAMES, &LIMITS).unwrap();
    assert_eq!((two.series.frames, two.series.windows.len()), (2, 0));
    assert!(open_view(TWO_FRAMES, View { frame: 1, window: 9 }, &LIMITS).unwrap().pixels != two.pixels);
    let beyond = open_view(TWO_FRAMES, View { frame: 2, window: 0 }, &LIMITS).unwrap_err();
    assert_eq!(beyond.to_string(), "the DICOM object has no frame 2; it has 2");
    let slice = open(MR, &LIMITS).unwrap();
    assert_eq!(slice.series.windows, ["preset 1", "full range"]);
    assert!(open_view(MR, View { frame: 0, window: 1 }, &LIMITS).unwrap().pixels != slice.pixels);
    let told = BTreeSet::from([Removed::Identity, Removed::OtherAttributes]);
    assert!(slice.removed.is_superset(&told), "{:?}", slice.removed);
}

#[test]
fn more_pixels_than_a_picture_may_have_bytes_are_refused_before_they_are_unpacked() {
    let many = edited(|object| {
        object.put_str(tags::NUMBER_OF_FRAMES, VR::IS, "9000");
        number(object, tags::BITS_STORED, 16);
    });
    let refused = open(&many, &LIMITS).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the DICOM object has 9000 frames of 64 x 64 px; its pixels may take 63 MiB; send fewer frames"
    );
}

fn asked(task: Task, file: &[u8]) -> Vec<u8> {
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    worker::write_request(&mut request, &Request { task, limits: LIMITS, file: file.to_vec() }).unwrap();
    worker::run(request.as_slice(), &mut answer).unwrap();
    let mut rest = answer.as_slice();
    worker::read_ready(&mut rest).unwrap();
    rest.to_vec()
}

#[test]
fn a_worker_writes_what_would_be_written_here() {
    let task = Task::Deidentify { secret: secret(), covers: cover() };
    let answer = asked(task.clone(), TWO_FRAMES);
    let written = worker::read_written(&mut answer.as_slice(), &LIMITS).unwrap().unwrap();
    assert_eq!(written, dicom::write(TWO_FRAMES, &secret(), &cover(), &LIMITS).unwrap());
    assert!(text(&parsed(&written.file), tags::PATIENT_ID).starts_with('C'));
    let refused = asked(task, b"GIF89a");
    assert!(worker::read_written(&mut refused.as_slice(), &LIMITS).unwrap().is_err());
    for end in (0..answer.len()).step_by(97) {
        assert!(matches!(worker::read_written(&mut &answer[..end], &LIMITS), Err(WireError::Pipe(_))), "cut at {end}");
    }
    assert!(matches!(worker::read_decoded(&mut answer.as_slice(), &LIMITS), Err(WireError::OutOfPlace)));
}

#[test]
fn names_of_windows_that_no_object_has_are_not_believed() {
    let answer = asked(Task::Decode(View::FIRST), MR);
    let place = answer.windows(8).position(|window| window == b"preset 1").unwrap();
    let mut other = answer.clone();
    other[place..place + 8].copy_from_slice(b"Jane Doe");
    assert!(worker::read_decoded(&mut answer.as_slice(), &LIMITS).is_ok());
    assert!(matches!(worker::read_decoded(&mut other.as_slice(), &LIMITS), Err(WireError::Series)));
}

#[test]
fn a_finding_in_a_frame_that_no_object_has_is_not_believed() {
    let searched: Vec<_> =
        Finder::ALL.iter().map(|finder| serde_json::json!({ "finder": finder, "search": "Finished" })).collect();
    let region = Region { x: 0, y: 0, width: 8, height: 8 };
    let file_sha256 = [0_u8; 32];
    let answer = |frame: u32| {
        let finding = serde_json::json!({
            "kind": "Face", "region": region, "proposal": region, "frame": frame, "sureness": "Sure", "voices": []
        });
        let sight = serde_json::json!({ "stage": "Whole", "findings": [finding], "searched": searched, "doubts": [] });
        let head = serde_json::json!({
            "Looked": { "width": 1024, "height": 1024, "file_sha256": file_sha256, "sight": sight }
        });
        let head = head.to_string().into_bytes();
        let bytes = [&(head.len() as u32).to_be_bytes()[..], &head].concat();
        worker::read_looked(&mut bytes.as_slice(), &LIMITS, &mut |_| ())
    };
    assert!(answer(63).unwrap().is_ok());
    for frame in [64, u32::MAX] {
        assert!(matches!(answer(frame), Err(WireError::Finding)), "{frame}");
    }
}

#[test]
fn the_secret_of_pseudonyms_is_not_told_by_what_holds_it() {
    let task = Task::Deidentify { secret: Secret::new([0xab; 32]), covers: Vec::new() };
    assert!(format!("{task:?}").contains("Secret([redacted])"));
}

#[test]
fn a_colour_object_has_no_windows_to_choose_from() {
    assert_eq!(open(JPEG, &LIMITS).unwrap().series, Series::ONE);
}
