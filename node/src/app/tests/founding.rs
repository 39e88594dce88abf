//! How a network is founded and grows, and what stands in the way: without peers, each house before its own data directory.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn joining_that_was_cut_short_is_done_again() {
    let hospital = Hospital::begun();
    let app = hospital.open().await;
    let charter = app.draft_charter("Network of one", &[app.card().unwrap()], "").unwrap();
    let invitation = app.sign_charter(&charter, &Actor::System).unwrap();
    // What a kill leaves behind the first file of the network.
    std::fs::create_dir_all(hospital.layout.joining().feeds()).unwrap();
    let app = hospital.reopened(app).await;
    assert!(app.network().is_none());
    app.join(&invitation, &Actor::System).await.unwrap();
    assert!(!hospital.layout.joining().root().exists());
    let app = hospital.reopened(app).await;
    assert!(app.network().is_some());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_nobody_can_call_prints_no_card_and_founds_nothing() {
    let (mut first, second) = (Hospital::begun(), Hospital::begun());
    first.config.network.listen = vec!["/ip4/0.0.0.0/tcp/4001".to_owned()];
    let (app, other) = (first.open().await, second.open().await);
    let said = app.card().unwrap_err().to_string();
    assert!(said.contains("/ip4/0.0.0.0/tcp/4001") && said.contains("network.announce"), "{said}");

    let uncallable = to_line(&app.keys.card(&app.identity, app.own_node().unwrap()).unwrap());
    let own = other.card().unwrap();
    let drafted = |cards: &[String]| other.draft_charter("Network of two", cards, "").unwrap_err().to_string();
    let forged =
        other.draft_charter("Network\nis_complete: true", std::slice::from_ref(&own), "").unwrap_err().to_string();
    assert!(forged.contains("name of the network"), "{forged}");
    let said = drafted(&[own.clone(), uncallable]);
    assert!(said.contains("/ip4/0.0.0.0/tcp/4001") && said.contains("network.announce"), "{said}");
    assert_eq!(drafted(&[own.clone(), own]), "cards: the card of St Mary's is there twice");

    first.config.network.announce = vec!["/dns4/node.hospital.example/tcp/4001".to_owned()];
    let app = first.reopened(app).await;
    app.card().unwrap();
    app.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_to_the_own_network_brings_addresses() {
    let (mut first, second) = (Hospital::begun(), Hospital::begun());
    let (one, two) = (first.open().await, second.open().await);
    let charter = one.draft_charter("Network of two", &[one.card().unwrap(), two.card().unwrap()], "").unwrap();
    let charter = two.sign_charter(&one.sign_charter(&charter, &Actor::System).unwrap(), &Actor::System).unwrap();
    one.join(&charter, &Actor::System).await.unwrap();
    two.join(&charter, &Actor::System).await.unwrap();
    let moved = "/ip4/192.0.2.7/tcp/4001";
    first.config.network.announce = vec![moved.to_owned()];
    let one = first.reopened(one).await;

    let (network, them) = (one.joined().unwrap().id(), one.joined().unwrap().me());
    let invitation = one.invitation(&Actor::System).unwrap();
    assert_eq!(two.join(&invitation, &Actor::System).await.unwrap(), network);
    let two = second.reopened(two).await;
    let known = two.joined().unwrap().known_nodes().into_iter().filter(|node| node.feed == them);
    let addresses: Vec<Text> = known.flat_map(|node| node.node.addresses).collect();
    assert_eq!(addresses, [Text::from(moved)], "and what was told before is forgotten");

    let (_elsewhere, stranger) = Hospital::founded().await;
    let foreign = stranger.invitation(&Actor::System).unwrap();
    assert!(matches!(two.join(&foreign, &Actor::System).await, Err(AppError::Conflict(_))));
    one.close().await;
    two.close().await;
    stranger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_proposes_what_another_governor_proposed_votes_for_it() {
    let (first, second, third) = (Hospital::begun(), Hospital::begun(), Hospital::begun());
    let (one, two, newcomer) = (first.open().await, second.open().await, third.open().await);
    let charter = one.draft_charter("Network of two", &[one.card().unwrap(), two.card().unwrap()], "").unwrap();
    let charter = one.sign_charter(&charter, &Actor::System).unwrap();
    let early = one.join(&charter, &Actor::System).await.unwrap_err().to_string();
    assert!(early.ends_with("missing are: St Mary's"), "{early}");
    let charter = two.sign_charter(&charter, &Actor::System).unwrap();
    one.join(&charter, &Actor::System).await.unwrap();
    two.join(&charter, &Actor::System).await.unwrap();

    let card = newcomer.card().unwrap();
    for _ in 0..2 {
        one.admit(&card, &Actor::System).await.unwrap();
        let waiting = serde_json::json!(one.waiting_admissions().unwrap());
        assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
        let votes = [&waiting[0]["votes"], &waiting[0]["votes_needed"]];
        assert_eq!(votes, [1, 2], "a second time by the same changes nothing");
        assert_eq!([&waiting[0]["name"], &waiting[0]["country"]], ["St Mary's", "DE"]);
    }
    two.join(&one.invitation(&Actor::System).unwrap(), &Actor::System).await.unwrap();
    two.admit(&card, &Actor::System).await.unwrap();
    assert!(two.waiting_admissions().unwrap().is_empty());
    newcomer.join(&two.invitation(&Actor::System).unwrap(), &Actor::System).await.unwrap();
    one.close().await;
    two.close().await;
    newcomer.close().await;
}
