//! What children that go wrong do to the pool: nothing that lasts.

use super::*;

/// A child that is no worker of ours.
fn stranger(script: &str, patience: Duration) -> Pool {
    let program = Program { path: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()] };
    Pool::of(program, 1, patience)
}

/// One that says that it is ready, and then goes wrong.
fn ready(script: &str, patience: Duration) -> Pool {
    let greeting = r#"printf '\000\000\000\007"Ready"'; "#;
    stranger(&format!("{greeting}{script}"), patience)
}

fn pixel_size(decoded: Opened) -> (u32, u32) {
    (decoded.pixels.width(), decoded.pixels.height())
}

/// A portable network graphic of one grey pixel.
const DOT: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00,
    0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

#[tokio::test]
async fn a_picture_is_read_by_another_process() {
    let pool = Pool::start(1).unwrap();
    for _ in 0..2 {
        assert_eq!(pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await.unwrap(), (1, 1));
    }
    let stages = std::sync::mpsc::channel();
    let turn = pool.turn(pool.line_up().unwrap()).await.unwrap();
    let looked = pool.look(turn, DOT.to_vec(), 1, move |sight| stages.0.send(sight.stage).unwrap()).await.unwrap();
    assert!(looked.is_of(DOT) && looked.sight().stage == anonymizer::Stage::Whole);
    assert_eq!(stages.1.try_iter().collect::<Vec<_>>(), [anonymizer::Stage::Upright], "what there is so far is told");
    assert_eq!(pool.inner.bench().idle.len(), 1, "one child did it all");
}

#[tokio::test]
async fn a_child_that_is_never_ready_is_the_operators_to_see_to() {
    let pool = stranger("exit 1", PATIENCE);
    let refused = pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await.unwrap_err();
    assert!(matches!(refused, PoolError::Start(_)), "{refused}");
    assert_eq!(pool.inner.bench().failures, 1);
}

#[tokio::test]
async fn a_look_that_goes_wrong_harms_no_other() {
    let pool = ready("exit 1", PATIENCE);
    for _ in 0..2 {
        let turn = pool.turn(pool.line_up().unwrap()).await.unwrap();
        let refused = pool.look(turn, DOT.to_vec(), 1, |_| ()).await.unwrap_err();
        assert!(matches!(refused, PoolError::Unreadable), "{refused}");
    }
    let late = ready("exec sleep 1000", Duration::from_millis(50));
    let turn = late.turn(late.line_up().unwrap()).await.unwrap();
    assert!(matches!(late.look(turn, DOT.to_vec(), 1, |_| ()).await, Err(PoolError::Late(_))));
}

#[tokio::test]
async fn only_so_many_wait_to_be_looked_at() {
    let pool = ready("exit 1", PATIENCE);
    let places: Vec<_> = (0..LOOKS_WAITING_MAX + 1).map(|_| pool.line_up().unwrap()).collect();
    assert!(matches!(pool.line_up(), Err(PoolError::Busy)));
    drop(places);
    assert!(pool.line_up().is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_picture_is_refused_in_words_and_costs_no_worker() {
    let pool = Pool::start(1).unwrap();
    let refused = pool.decode(b"not a picture".to_vec(), View::FIRST, pixel_size).await.unwrap_err();
    assert!(matches!(refused, PoolError::Intake(IntakeError::Unknown)), "{refused}");
    assert_eq!(pool.inner.bench().idle.len(), 1);
}

#[tokio::test]
async fn a_child_that_dies_refuses_one_picture_and_no_other() {
    let pool = ready("exit 1", PATIENCE);
    for _ in 0..3 {
        let refused = pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await.unwrap_err();
        assert!(matches!(refused, PoolError::Unreadable), "{refused}");
    }
    let bench = pool.inner.bench();
    assert_eq!((bench.idle.len(), bench.failures), (0, 3));
}

#[tokio::test]
async fn a_child_that_says_nothing_is_ended_at_its_deadline() {
    let pool = ready("exec sleep 1000", Duration::from_millis(50));
    let refused = pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await.unwrap_err();
    assert!(matches!(refused, PoolError::Late(_)), "{refused}");
    assert!(pool.inner.bench().idle.is_empty());
}

#[tokio::test]
async fn a_child_that_talks_without_end_is_not_listened_to() {
    let pool = ready("exec yes", PATIENCE);
    let refused = pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await.unwrap_err();
    assert!(matches!(refused, PoolError::Unreadable), "{refused}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_the_operators_to_see_to() {
    let program = Program { path: "/nonexistent/consilium".into(), arguments: Vec::new() };
    let pool = Pool::of(program, 1, PATIENCE);
    assert!(matches!(pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await, Err(PoolError::Start(_))));
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_is_told_to_come_again() {
    let pool = stranger("exec sleep 1000", PATIENCE);
    let mut waiting: Vec<_> =
        (0..WAITING_MAX + 1).map(|_| Box::pin(pool.decode(DOT.to_vec(), View::FIRST, pixel_size))).collect();
    for one in &mut waiting {
        tokio::select! {
            biased;
            done = one => assert!(done.is_ok(), "it waits"),
            () = std::future::ready(()) => {}
        }
    }
    assert!(matches!(pool.decode(DOT.to_vec(), View::FIRST, pixel_size).await, Err(PoolError::Busy)));
}

#[tokio::test]
async fn large_pictures_take_several_places() {
    let pool = stranger("exec sleep 1000", PATIENCE);
    let large = vec![0; Limits::NETWORK.picture_bytes_max];
    let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(pool.decode(large.clone(), View::FIRST, pixel_size))).collect();
    for one in &mut waiting {
        tokio::select! {
            biased;
            done = one => assert!(done.is_ok(), "it waits"),
            () = std::future::ready(()) => {}
        }
    }
    assert!(matches!(pool.decode(large, View::FIRST, pixel_size).await, Err(PoolError::Busy)));
}

#[tokio::test]
async fn a_file_beyond_the_limit_never_reaches_a_worker() {
    let pool = stranger("exit 1", PATIENCE);
    let refused =
        pool.decode(vec![0; Limits::NETWORK.picture_bytes_max + 1], View::FIRST, pixel_size).await.unwrap_err();
    assert!(matches!(refused, PoolError::Intake(IntakeError::TooManyBytes { .. })), "{refused}");
}

#[test]
fn the_pause_before_a_new_child_grows_and_has_an_end() {
    assert_eq!([0, 1, 2].map(pause), [100, 200, 400].map(Duration::from_millis));
    assert_eq!(pause(u32::MAX), PAUSE_MAX);
}
