//! Vouching for people of the house, and taking that back, at the page for it.

use super::ward::{Answer, Browser, Ward, a_later_day};
use crate::{
    app::Audience,
    web::when::{When, end_of_day_ms},
};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A day on which a badge may end, as a form holds it and as pages show it.
fn a_shown_day() -> (String, String) {
    let day = a_later_day();
    let shown = When::until(end_of_day_ms(&day).unwrap()).text;
    (day, shown)
}

/// The part of the page that is about one person.
fn about(page: &Answer, id: &str) -> String {
    let from = page.body.split_once(&format!("id=\"person-{id}\"")).unwrap_or_else(|| panic!("{}", page.body)).1;
    from.split("id=\"person-").next().unwrap().to_owned()
}

/// The options of a form that are chosen.
fn chosen(form: &str) -> Vec<&str> {
    form.split("<option value=\"")
        .filter(|option| option.contains("\" selected>"))
        .map(|option| &option[..option.find('"').unwrap()])
        .collect()
}

async fn people(browser: &mut Browser, account: &str) -> String {
    about(&browser.get("/admin/people").await, account)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_is_renewed_as_what_it_is_and_nothing_is_preset_for_somebody_new() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    ward.staff("nora", &[]).await;
    let id = ward.app.account("nora").unwrap().id.to_string();
    let attest = format!("/admin/people/{id}/attest");
    let (until, _) = a_shown_day();
    assert_eq!(chosen(&people(&mut admin, &id).await), Vec::<&str>::new());
    let nothing_chosen = admin.post(&attest, &[("profession", ""), ("specialty", ""), ("until", &*until)]).await;
    assert_eq!(nothing_chosen.status, 422);
    assert!(about(&nothing_chosen, &id).contains(&format!("value=\"{until}\"")), "{}", nothing_chosen.body);
    let badge = [("profession", "nurse"), ("specialty", "D003880"), ("specialty", "D010372"), ("until", &*until)];
    assert_eq!(admin.post(&attest, &badge).await.status, 303);
    let form = people(&mut admin, &id).await;
    assert_eq!(chosen(&form), ["nurse", "D003880"]);
    assert!(form.contains("value=\"D010372\" checked") && form.contains(&format!("value=\"{until}\"")), "{form}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_ends_with_the_day_that_was_chosen() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let mut nora = ward.staff("nora", &[]).await;
    let id = ward.app.account("nora").unwrap().id.to_string();
    let (until, shown) = a_shown_day();
    let badge = [("profession", "nurse"), ("specialty", "0"), ("until", &*until)];
    let done = admin.post(&format!("/admin/people/{id}/attest"), &badge).await;
    let page = admin.get(done.header("location")).await;
    assert!(page.body.contains(&format!("The hospital vouches for Dr. nora until {shown}.")), "{}", page.body);
    assert!(about(&page, &id).contains(&format!("<time datetime=\"{until}\">{shown}</time>")), "{}", page.body);
    let until_ms = ward.app.account("nora").unwrap().attestation.unwrap().until_ms;
    assert_eq!(until_ms % DAY_MS, DAY_MS - 1_000);
    let badge = nora.get("/account").await.body;
    let chain = badge.split('"').find(|text| text.starts_with("/chain/")).unwrap().to_owned();
    assert!(nora.get(&chain).await.body.contains(&format!("{shown}</time>")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_no_badge_can_end_is_said_at_its_field_and_the_rest_stays() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    ward.staff("nora", &[]).await;
    let id = ward.app.account("nora").unwrap().id.to_string();
    for until in ["2020-01-01", "2099-01-01", "soon"] {
        let badge = [("profession", "midwife"), ("specialty", "D003880"), ("until", until)];
        let answer = admin.post(&format!("/admin/people/{id}/attest"), &badge).await;
        assert_eq!(answer.status, 422, "{until}");
        let form = about(&answer, &id);
        assert!(form.contains(&format!("id=\"problem-until-{id}\"")) && form.contains("<details open>"), "{form}");
        assert_eq!(chosen(&form), ["midwife", "D003880"]);
        assert!(form.contains(&format!("value=\"{until}\"")), "{form}");
    }
    assert!(ward.app.account("nora").unwrap().attestation.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badge_is_revoked_for_a_reason_and_by_somebody_who_means_it() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let mut one = ward.physician("one").await;
    let id = ward.app.account("one").unwrap().id.to_string();
    let revoke = format!("/admin/people/{id}/revoke");
    for (fields, field) in [(&[("sure", "yes")][..], "reason"), (&[("reason", "left"), ("search", "dr")][..], "sure")] {
        let answer = admin.post(&revoke, fields).await;
        assert_eq!(answer.status, 422);
        let form = about(&answer, &id);
        assert!(form.contains(&format!("id=\"problem-{field}-{id}\"")), "{form}");
        let is_kept = answer.body.contains("value=\"dr\"") && chosen(&form) == ["physician", "D003880", "left"];
        assert_eq!(is_kept, field == "sure", "what was chosen and searched for stays: {form}");
    }
    assert_eq!(one.get("/cases/new").await.status, 200);
    let done = admin.post(&revoke, &[("reason", "left"), ("sure", "yes")]).await;
    let page = admin.get(done.header("location")).await.body;
    let said = "The hospital has taken back its word on Dr. one.";
    assert!(page.contains(said) && !admin.get(done.header("location")).await.body.contains(said), "once: {page}");
    assert_eq!(one.get("/cases/new").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_hospitals_do_not_know_yet_is_said_to_wait() {
    let (ward, _) = Ward::cut_off().await;
    let mut admin = ward.administrator().await;
    let (until, shown) = a_shown_day();
    let badge = [("profession", "physician"), ("specialty", "0"), ("until", &*until)];
    let revoked = [("reason", "left"), ("sure", "yes")];
    let path = |login: &str, act: &str| format!("/admin/people/{}/{act}", ward.app.account(login).unwrap().id);
    for (form, fields, words) in [
        (path("one", "attest"), &badge[..], "the badge of Dr. one ends as before"),
        (path("one", "revoke"), &revoked[..], "other hospitals do not know it yet"),
    ] {
        let done = admin.post(&form, fields).await;
        let page = admin.get(done.header("location")).await.body;
        assert!(page.contains(words) && !page.contains(&format!("until {shown}.")), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_a_badge_was_revoked_stays_vouched_for_and_says_since_when_not() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let mut one = ward.physician("one").await;
    let mut two = ward.physician("two").await;
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let entry = ward.app.open_case(case).unwrap().current;
    let before = two.get(&format!("/chain/{entry}")).await.body;
    assert!(before.contains("every signature down to the founding") && !before.contains("taken back on"), "{before}");
    let badge = one.get("/account").await.body;
    let badge = badge.split('"').find(|text| text.starts_with("/chain/")).unwrap().to_owned();
    assert!(one.get(&badge).await.body.contains("The hospital vouches for this person,"));
    let id = ward.app.account("one").unwrap().id;
    admin.post(&format!("/admin/people/{id}/revoke"), &[("reason", "left"), ("sure", "yes")]).await;
    let after = two.get(&format!("/chain/{entry}")).await.body;
    assert!(after.contains("It has taken its word back since") && after.contains("taken back on"), "{after}");
    assert!(!after.contains("standing-revoked"), "{after}");
    assert!(after.contains(&format!("href=\"/cases/{case}\"")), "{after}");
    let badge = admin.get(&badge).await.body;
    assert!(badge.contains("standing-revoked"), "{badge}");
    assert!(badge.contains("has taken its word back.") && badge.contains("href=\"/admin/people\""), "{badge}");
}
