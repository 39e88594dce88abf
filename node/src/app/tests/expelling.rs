//! How governors expel an institution, and where its feed ends then: each house before its own data directory.

use std::sync::Arc;

use super::*;

/// Three hospitals in a network of theirs, with their nodes.
async fn three() -> [(Hospital, Arc<App>); 3] {
    let mut houses = Vec::new();
    for _ in 0..3 {
        let hospital = Hospital::begun();
        let app = hospital.open().await;
        houses.push((hospital, app));
    }
    let cards: Vec<_> = houses.iter().map(|(_, app)| app.card().unwrap()).collect();
    let mut charter = houses[0].1.draft_charter("Network of three", &cards, "").unwrap();
    for (_, app) in &houses {
        charter = app.sign_charter(&charter, &Actor::System).unwrap();
    }
    for (_, app) in &houses {
        app.join(&charter, &Actor::System).await.unwrap();
    }
    houses.try_into().ok().unwrap()
}

/// What an expulsion says: its last entry, what is held here, and its votes.
fn told(expulsion: impl serde::Serialize) -> [Option<u64>; 4] {
    let expulsion = serde_json::json!(expulsion);
    ["last_seq", "entries", "votes", "votes_needed"].map(|key| expulsion[key].as_u64())
}

fn waiting(app: &App) -> Vec<[Option<u64>; 4]> {
    app.waiting_expulsions().unwrap().into_iter().map(told).collect()
}

/// Whether a feed is a member's, and the number of the last entry that counts.
fn standing(app: &App, feed: &FeedId) -> (bool, Option<u64>) {
    let joined = app.joined().unwrap();
    joined.exchange(|exchange| {
        let roster = exchange.roster();
        (roster.member(feed).is_some(), roster.last_of(feed).map(|last| last.seq))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn governors_expel_a_member_as_far_as_the_one_who_proposed_it_held_its_feed() {
    let [(first, one), (_second, two), (_third, three)] = three().await;
    let feed = three.joined().unwrap().me();
    three.vouch(&Actor::System).await.unwrap();
    assert_eq!(three.status().entries, 1, "its feed has begun");
    one.close().await;
    drop(one);
    first.hears(&three);
    let one = first.open().await;

    let proposed = [Some(0), Some(1), Some(1), Some(2)];
    for _ in 0..2 {
        assert_eq!(told(one.expel(&feed, &Actor::System).await.unwrap()), proposed);
        assert_eq!(waiting(&one), [proposed], "a second time by the same changes nothing");
    }
    assert_eq!(standing(&one, &feed), (true, None));

    two.join(&one.invitation(&Actor::System).unwrap(), &Actor::System).await.unwrap();
    assert_eq!(waiting(&two), [[Some(0), Some(0), Some(1), Some(2)]], "who holds none of it reads where it is to end");
    let decided = two.expel(&feed, &Actor::System).await.unwrap();
    assert_eq!(told(decided), [Some(0), Some(0), Some(2), Some(2)]);
    assert!(waiting(&two).is_empty());
    one.join(&two.invitation(&Actor::System).unwrap(), &Actor::System).await.unwrap();
    for app in [&one, &two] {
        assert_eq!(standing(app, &feed), (false, Some(0)));
        let again = app.expel(&feed, &Actor::System).await;
        assert!(matches!(again, Err(AppError::NotFound(_))), "{again:?}");
    }
    three.join(&two.invitation(&Actor::System).unwrap(), &Actor::System).await.unwrap();
    assert_eq!(three.status().state, "expelled", "it is told");
    let one = first.reopened(one).await;
    assert_eq!(standing(&one, &feed), (false, Some(0)), "after a restart too");
    for app in [one, two, three] {
        app.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_expels_themselves_or_a_stranger_and_only_governors_expel() {
    let (_hospital, app) = Hospital::founded().await;
    let own = app.expel(&app.joined().unwrap().me(), &Actor::System).await;
    assert!(matches!(own, Err(AppError::Conflict(_))), "{own:?}");
    let stranger = app.expel(&FeedId([9; 32]), &Actor::System).await;
    assert!(matches!(stranger, Err(AppError::NotFound(_))), "{stranger:?}");

    let elsewhere = Hospital::begun();
    let other = elsewhere.open().await;
    app.admit(&other.card().unwrap(), &Actor::System).await.unwrap();
    other.join(&app.invitation(&Actor::System).unwrap(), &Actor::System).await.unwrap();
    let by_a_member = other.expel(&app.joined().unwrap().me(), &Actor::System).await;
    assert!(matches!(by_a_member, Err(AppError::Conflict(_))), "{by_a_member:?}");
    assert!(other.waiting_expulsions().unwrap().is_empty());
    let member = other.joined().unwrap().me();
    app.expel(&member, &Actor::System).await.unwrap();
    assert_eq!(standing(&app, &member), (false, None), "of a feed that nobody holds there is no end to name");
    app.close().await;
    other.close().await;
}
