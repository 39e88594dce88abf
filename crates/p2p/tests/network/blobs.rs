//! Pictures between members.

use p2p::{Event, FetchError, Haste};
use protocol::{BlobId, CaseId, CaseNumber, FeedId, message::WantBlob};

use crate::house::{House, institution, members, peer, within};

fn want(number: u8) -> WantBlob {
    let case = CaseId { institution: FeedId([2; 32]), number: CaseNumber([number; 16]) };
    WantBlob { case, blob: BlobId([number; 32]) }
}

/// Answers every wish for a picture: number 0 is not had, others are so many times 256 KiB and one byte.
async fn serve(mut house: House) {
    loop {
        let (asker, want, answer) = loop {
            match house.next().await {
                Some(Event::BlobWanted { institution, want, answer, .. }) => break (institution, want, answer),
                Some(_) => {}
                None => return,
            }
        };
        assert_eq!(asker, institution(1));
        match want.blob.0[0] {
            0 => answer.refuse(),
            1 => drop(answer),
            number => answer.give(picture(number)),
        }
    }
}

fn picture(number: u8) -> Vec<u8> {
    let length = usize::from(number) * 262_144 + 1;
    (0..length).map(|place| (place % 251) as u8 ^ number).collect()
}

#[tokio::test]
async fn a_picture_of_three_mebibytes_is_fetched_whole_and_limits_hold() {
    let (one, two) = House::pair().await;
    let served = tokio::spawn(serve(two));
    let fetch = |number, size_max| one.network.fetch_blob(peer(2), want(number), size_max, Haste::SomebodyWaits);
    let bytes = within("a picture", fetch(12, 64 << 20)).await.unwrap();
    assert_eq!(bytes.len(), 3 * 1_048_576 + 1);
    assert!(bytes == picture(12));
    let size = u64::try_from(bytes.len()).unwrap();
    assert!(within("a picture", fetch(12, size)).await.is_ok());
    let error = within("a refusal", fetch(12, size - 1)).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { size: said, .. } if said == size));
    for refused in [0, 1] {
        assert!(matches!(within("a refusal", fetch(refused, size)).await, Err(FetchError::NotHad)));
    }
    let nobody = one.network.fetch_blob(peer(7), want(2), 100, Haste::SomebodyWaits).await;
    assert!(matches!(nobody, Err(FetchError::NotConnected)));
    served.abort();
}

#[tokio::test]
async fn many_pictures_at_once_take_turns() {
    let (one, two) = House::pair().await;
    fetches_many_pictures(one, two).await;
}

/// The first house fetches from the second.
pub(crate) async fn fetches_many_pictures(one: House, two: House) {
    let served = tokio::spawn(serve(two));
    let fetches = (2..22).map(|number| one.network.fetch_blob(peer(2), want(number), 64 << 20, Haste::SomebodyWaits));
    let fetched = within("twenty pictures", futures::future::join_all(fetches)).await;
    for (number, bytes) in (2..22).zip(fetched) {
        assert!(bytes.unwrap() == picture(number), "picture {number} is another");
    }
    served.abort();
}

#[tokio::test]
async fn whoever_answers_no_question_keeps_nobody_else_waiting() {
    let (mut one, two) = House::pair().await;
    let mut silent = House::open(3).await;
    one.network.members(members(&[2, 3]));
    silent.network.members(members(&[1]));
    one.call(3, &silent);
    one.connected(3).await;
    silent.connected(1).await;
    let served = tokio::spawn(serve(two));
    let asking: Vec<_> = (0..40)
        .map(|number| {
            let network = one.network.clone();
            tokio::spawn(async move { network.fetch_blob(peer(3), want(number), 64 << 20, Haste::SomebodyWaits).await })
        })
        .collect();
    let _unanswered = silent
        .wait("a question", |event| match event {
            // Its answer stays open as long as the silent one keeps it.
            Event::BlobWanted { answer, .. } => Ok(answer),
            other => Err(other),
        })
        .await;
    let fetched =
        within("a picture of the other one", one.network.fetch_blob(peer(2), want(12), 64 << 20, Haste::SomebodyWaits))
            .await;
    assert!(fetched.unwrap() == picture(12));
    asking.iter().for_each(tokio::task::JoinHandle::abort);
    served.abort();
}

#[tokio::test]
async fn what_nobody_waits_for_yet_leaves_a_turn_to_whoever_waits() {
    let (one, two) = House::pair().await;
    let ahead: Vec<_> = (13..53)
        .map(|number| {
            let network = one.network.clone();
            tokio::spawn(async move { network.fetch_blob(peer(2), want(number), 64 << 20, Haste::NobodyWaits).await })
        })
        .collect();
    let (asked, mut questions) = tokio::sync::mpsc::unbounded_channel();
    let answering = tokio::spawn(answer_only(12, two, asked));
    for _ in 0..2 {
        assert!(within("a question ahead", questions.recv()).await.unwrap() > 12);
    }
    let waited_for = one.network.fetch_blob(peer(2), want(12), 64 << 20, Haste::SomebodyWaits);
    assert!(within("what somebody waits for", waited_for).await.unwrap() == picture(12));
    assert_eq!(questions.recv().await, Some(12));
    ahead.iter().for_each(tokio::task::JoinHandle::abort);
    answering.abort();
}

/// Answers the wishes for one picture and leaves all others open. Says which were asked for.
async fn answer_only(number: u8, mut house: House, asked: tokio::sync::mpsc::UnboundedSender<u8>) {
    let mut open = Vec::new();
    while let Some(event) = house.next().await {
        let Event::BlobWanted { want, answer, .. } = event else { continue };
        let which = want.blob.0[0];
        asked.send(which).unwrap();
        if which == number { answer.give(picture(number)) } else { open.push(answer) }
    }
}
