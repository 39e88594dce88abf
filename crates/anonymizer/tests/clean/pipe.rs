//! The conversation between a node and its worker, over any two pipes.

use std::io::Cursor;

use anonymizer::{
    Finder, Limits, Region, Stage, View, look_at, open, warm,
    worker::{Request, Task, WireError, read_decoded, read_looked, read_ready, read_request, run, write_request},
};

use crate::writers::{HEIGHT, WIDTH, chunk, frame, jpeg, png, png_with};

const LIMITS: Limits = Limits::NETWORK;

/// What a worker says, from the first word on.
fn said(requests: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    run(requests, &mut said).unwrap();
    said
}

/// What it answers, once it said that it is ready.
fn answers(requests: &[u8]) -> Vec<u8> {
    let said = said(requests);
    let mut rest = said.as_slice();
    read_ready(&mut rest).unwrap();
    rest.to_vec()
}

fn requests(task: Task, files: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in files {
        write_request(&mut bytes, &Request { task: task.clone(), limits: LIMITS, file: file.clone() }).unwrap();
    }
    bytes
}

/// The frames of an answer with a word of its head exchanged for one of the same length.
fn bent(answer: &[u8], word: &str, other: &str) -> Vec<u8> {
    let at = answer.windows(word.len()).position(|bytes| bytes == word.as_bytes()).unwrap();
    [&answer[..at], other.as_bytes(), &answer[at + word.len()..]].concat()
}

fn looked(mut answer: &[u8]) -> Result<(), WireError> {
    read_looked(&mut answer, &LIMITS, &mut |_| ()).map(|_| ())
}

#[test]
fn a_worker_decodes_one_file_after_the_other() {
    let files = [jpeg(), b"GIF89a".to_vec(), png(), Vec::new(), png_with(&png(), &[chunk(b"tEXt", b"who")])];
    let answers = answers(&requests(Task::Decode(View::FIRST), &files));
    let mut pipe = Cursor::new(answers.as_slice());
    for file in &files {
        assert_eq!(read_decoded(&mut pipe, &LIMITS).unwrap(), open(file, &LIMITS));
    }
    assert_eq!(pipe.position() as usize, answers.len());
}

#[test]
fn a_worker_looks_and_tells_first_what_it_has_so_far() {
    let files = [png(), b"GIF89a".to_vec(), jpeg()];
    let answers = answers(&requests(Task::Look, &files));
    let mut pipe = Cursor::new(answers.as_slice());
    for file in &files {
        let mut stages = Vec::new();
        let looked = read_looked(&mut pipe, &LIMITS, &mut |sight| stages.push(sight.stage)).unwrap();
        assert_eq!(looked, look_at(file, &LIMITS, &mut |_, _| ()));
        assert_eq!(stages.len(), usize::from(looked.is_ok()), "{stages:?}");
        assert!(looked.is_ok_and(|looked| looked.is_of(file)) || stages.is_empty());
    }
    assert_eq!(pipe.position() as usize, answers.len());
}

#[test]
fn a_worker_says_that_it_is_ready_before_it_reads_anything() {
    warm().unwrap();
    let said = said(b"");
    read_ready(&mut said.as_slice()).unwrap();
    assert!(matches!(read_ready(&mut [0, 0, 0, 2, b'{', b'}'].as_slice()), Err(WireError::Head(_))));
    assert!(matches!(read_ready(&mut [].as_slice()), Err(WireError::Pipe(_))));
}

#[test]
fn every_refusal_crosses_the_pipe() {
    for refusal in crate::refusals::all() {
        let head = serde_json::to_vec(&serde_json::json!({ "Refused": refusal })).unwrap();
        let frame = [&(head.len() as u32).to_be_bytes()[..], &head].concat();
        assert_eq!(read_decoded(&mut frame.as_slice(), &LIMITS).unwrap(), Err(refusal.clone()));
        assert_eq!(read_looked(&mut frame.as_slice(), &LIMITS, &mut |_| ()).unwrap(), Err(refusal));
    }
}

#[test]
fn the_parent_takes_no_more_than_its_limits() {
    let answers = answers(&requests(Task::Decode(View::FIRST), &[png()]));
    let small = Limits { pixels_max: u64::from(WIDTH * HEIGHT) - 1, ..LIMITS };
    assert!(matches!(read_decoded(&mut answers.as_slice(), &small), Err(WireError::Body(2_400))));
    let endless = [0xff; 64];
    assert!(matches!(read_decoded(&mut endless.as_slice(), &LIMITS), Err(WireError::HeadTooLong(_))));
    let mut announced = Vec::new();
    let limits = Limits { picture_bytes_max: 3, ..LIMITS };
    write_request(&mut announced, &Request { task: Task::Look, limits, file: vec![0; 4] }).unwrap();
    assert!(matches!(read_request(&mut announced.as_slice()), Err(WireError::Body(4))));
}

#[test]
fn a_worker_that_dies_within_an_answer_is_an_error() {
    let answer = answers(&requests(Task::Decode(View::FIRST), &[png()]));
    for end in 0..answer.len() {
        let broken = read_decoded(&mut &answer[..end], &LIMITS);
        assert!(matches!(broken, Err(WireError::Pipe(_))), "cut at {end}");
    }
    let answer = answers(&requests(Task::Look, &[png()]));
    for end in 0..answer.len() {
        assert!(matches!(looked(&answer[..end]), Err(WireError::Pipe(_))), "cut at {end}");
    }
}

#[test]
fn an_answer_to_another_question_is_not_believed() {
    let [decoded, seen] = [Task::Decode(View::FIRST), Task::Look].map(|task| answers(&requests(task, &[png()])));
    assert!(matches!(looked(&decoded), Err(WireError::OutOfPlace)));
    assert!(matches!(read_decoded(&mut seen.as_slice(), &LIMITS), Err(WireError::OutOfPlace)));
    let whole_at_once = bent(&seen, "\"Upright\"", "  \"Whole\"");
    assert!(matches!(looked(&whole_at_once), Err(WireError::OutOfPlace)), "half a look is not called a whole one");
    let first = seen.len() - seen.windows(4).rev().position(|bytes| bytes == b"{\"Lo").unwrap() - 4;
    let twice = [&seen[..first - 4], &seen].concat();
    assert!(matches!(looked(&twice), Err(WireError::OutOfPlace)), "nor are there more of them than one");
}

#[test]
fn a_look_that_names_no_finder_is_not_believed() {
    let seen = look_at(&png(), &LIMITS, &mut |_, _| ()).unwrap();
    assert_eq!(seen.sight().stage, Stage::Whole);
    let named: Vec<_> = seen.sight().searched.iter().map(|searched| searched.finder).collect();
    assert_eq!(named, Finder::ALL, "each finder says of itself how far it came");
    let sight = serde_json::json!({ "stage": "Whole", "findings": [], "searched": [], "doubts": [] });
    assert!(matches!(looked(&frame(&sight, [0; 32])), Err(WireError::Searched)));
}

#[test]
fn a_finding_outside_the_picture_is_not_believed() {
    let finding = |x: u32| {
        let region = Region { x: 0, y: 0, width: 2, height: 2 };
        let proposal = Region { x, ..region };
        serde_json::json!({ "kind": "Face", "region": region, "proposal": proposal, "sureness": "Sure", "voices": [] })
    };
    let searched: Vec<_> =
        Finder::ALL.iter().map(|finder| serde_json::json!({ "finder": finder, "search": "Finished" })).collect();
    let sight =
        |x| serde_json::json!({ "stage": "Whole", "findings": [finding(x)], "searched": searched, "doubts": [] });
    looked(&frame(&sight(398), [0; 32])).unwrap();
    assert!(matches!(looked(&frame(&sight(399), [0; 32])), Err(WireError::Finding)));
}

#[test]
fn no_bytes_make_the_readers_panic() {
    let decoded = answers(&requests(Task::Decode(View::FIRST), &[png()]));
    let seen = answers(&requests(Task::Look, &[png()]));
    let request = requests(Task::Look, &[b"x".to_vec()]);
    for bytes in [&decoded[..200], &seen, &request] {
        for n in 0..bytes.len() {
            let mut bent = bytes.to_vec();
            bent[n] ^= 0x15;
            let _ = read_decoded(&mut bent.as_slice(), &LIMITS);
            let _ = looked(&bent);
            let _ = read_request(&mut bent.as_slice());
        }
    }
}
