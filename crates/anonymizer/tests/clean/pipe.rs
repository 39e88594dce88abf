//! The conversation between a node and its worker, over any two pipes.

use std::io::Cursor;

use anonymizer::{
    Limits, Region,
    worker::{Request, WireError, read_request, read_response, run, write_request, write_response},
};

use crate::writers::{HEIGHT, WIDTH, chunk, jpeg, png, png_with};

fn answers(requests: &[u8]) -> Vec<u8> {
    let mut answers = Vec::new();
    run(requests, &mut answers).unwrap();
    answers
}

fn requests(files: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for file in files {
        write_request(&mut bytes, &Request { limits: Limits::NETWORK, file: file.clone() }).unwrap();
    }
    bytes
}

#[test]
fn a_worker_answers_as_inspect_does_one_request_after_the_other() {
    let files = [jpeg(), b"GIF89a".to_vec(), png(), Vec::new(), png_with(&png(), &[chunk(b"tEXt", b"who")])];
    let answers = answers(&requests(&files));
    let mut pipe = Cursor::new(answers.as_slice());
    for file in &files {
        assert_eq!(read_response(&mut pipe, &Limits::NETWORK).unwrap(), anonymizer::inspect(file, &Limits::NETWORK));
    }
    assert_eq!(pipe.position() as usize, answers.len());
}

#[test]
fn every_refusal_crosses_the_pipe() {
    for refusal in crate::refusals::all() {
        let mut bytes = Vec::new();
        write_response(&mut bytes, &Err(refusal.clone())).unwrap();
        assert_eq!(read_response(&mut bytes.as_slice(), &Limits::NETWORK).unwrap(), Err(refusal));
    }
}

#[test]
fn the_parent_takes_no_more_than_its_limits() {
    let answers = answers(&requests(&[png()]));
    let small = Limits { pixels_max: u64::from(WIDTH * HEIGHT) - 1, ..Limits::NETWORK };
    assert!(matches!(read_response(&mut answers.as_slice(), &small), Err(WireError::Body(2_400))));
    let endless = [0xff; 64];
    assert!(matches!(read_response(&mut endless.as_slice(), &Limits::NETWORK), Err(WireError::HeadTooLong(_))));
    let mut announced = Vec::new();
    write_request(
        &mut announced,
        &Request { limits: Limits { picture_bytes_max: 3, ..Limits::NETWORK }, file: vec![0; 4] },
    )
    .unwrap();
    assert!(matches!(read_request(&mut announced.as_slice()), Err(WireError::Body(4))));
}

#[test]
fn a_worker_that_dies_within_an_answer_is_an_error() {
    let answers = answers(&requests(&[png()]));
    for end in 0..answers.len() {
        let broken = read_response(&mut &answers[..end], &Limits::NETWORK);
        assert!(matches!(broken, Err(WireError::Pipe(_))), "cut at {end}");
    }
}

#[test]
fn a_finding_outside_the_picture_is_not_believed() {
    let mut seen = anonymizer::inspect(&png(), &Limits::NETWORK).unwrap();
    seen.findings.push(anonymizer::Finding {
        kind: anonymizer::FindingKind::Face,
        region: Region { x: 0, y: 0, width: 2, height: 2 },
        proposal: Region { x: 399, y: 0, width: 2, height: 2 },
        sureness: anonymizer::Sureness::Sure,
        voices: Vec::new(),
    });
    let mut bytes = Vec::new();
    write_response(&mut bytes, &Ok(seen)).unwrap();
    assert!(matches!(read_response(&mut bytes.as_slice(), &Limits::NETWORK), Err(WireError::Finding)));
}

#[test]
fn no_bytes_make_the_readers_panic() {
    let answer = answers(&requests(&[png()]));
    let request = requests(&[b"x".to_vec()]);
    for (n, bytes) in [&answer[..200], &request].into_iter().flat_map(|bytes| (0..bytes.len()).map(move |n| (n, bytes)))
    {
        let mut bent = bytes.to_vec();
        bent[n] ^= 0x15;
        let _ = read_response(&mut bent.as_slice(), &Limits::NETWORK);
        let _ = read_request(&mut bent.as_slice());
    }
}
