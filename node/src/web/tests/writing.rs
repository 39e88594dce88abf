//! Writing cases and threads, with and without scripts.

use house::permission::Role;
use serde_json::json;

use super::{
    audit_page::lines,
    ward::{Answer, Browser, PASSWORD, Ward, a_later_day},
};
use crate::app::Audience;

pub(super) const WORDS: [(&str, &str); 6] = [
    ("title", "Ring-shaped rash after a walk in the woods"),
    ("question", "Is it what I think it is?"),
    ("specialty", "D003880"),
    ("age_band", "adult"),
    ("sex", "female"),
    ("history", "Day 12. No fever."),
];

const CHECKED: [(&str, &str); 7] = [
    ("statement", "names"),
    ("statement", "numbers"),
    ("statement", "dates"),
    ("statement", "faces"),
    ("statement", "marks"),
    ("statement", "place"),
    ("statement", "rare"),
];

pub(super) async fn begun(browser: &mut Browser) -> String {
    let place = browser.post("/cases/new", &[]).await.header("location").to_owned();
    let page = browser.get(&place).await;
    assert!(page.status == 200 && page.body.contains("Go on without a picture"), "{}", page.body);
    place.trim_end_matches("/pictures").to_owned()
}

/// What the page of the check shows, as its form names it.
async fn seen(browser: &mut Browser, draft: &str) -> String {
    let page = browser.get(&format!("{draft}/check")).await.body;
    let (_, rest) = page.split_once("name=\"seen\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Looks at the page of the check and ticks every line.
pub(super) async fn checked(browser: &mut Browser, draft: &str) -> Answer {
    let seen = seen(browser, draft).await;
    let form = [&[("seen", seen.as_str())], &CHECKED[..]].concat();
    browser.post(&format!("{draft}/check"), &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_written_step_by_step_and_shared() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    let saved = one.post(&format!("{draft}/context"), &WORDS).await;
    assert_eq!(saved.header("location"), format!("{draft}/audience"));
    let saved = one.post(&format!("{draft}/audience"), &[("consent", "network"), ("audience", "network")]).await;
    assert_eq!(saved.header("location"), format!("{draft}/check"));
    let review = one.get(&format!("{draft}/check")).await.body;
    for words in ["Ring-shaped rash", "Dermatology", "18 to 39 years", "female", "Day 12. No fever."] {
        assert!(review.contains(words), "{words}: {review}");
    }
    let early = one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await;
    assert_eq!(early.status, 409, "a step before is missing");
    let saved = checked(&mut one, &draft).await;
    assert_eq!(saved.header("location"), format!("{draft}/share"));
    let wrong = one.post(&format!("{draft}/share"), &[("password", "wrong password")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("The password is wrong."), "{}", wrong.body);
    let shared = one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await;
    let place = shared.header("location").to_owned();
    assert!(place.starts_with("/cases/"), "{place} {}", shared.body);
    let page = one.get(&place).await.body;
    assert!(page.contains("Your case is shared. Who may see it: "), "{page}");
    assert!(page.contains("Ring-shaped rash") && page.contains("Dr. one") && page.contains("Verified"), "{page}");
    assert_eq!(one.get(&draft).await.header("location"), place, "what was a draft leads to its case");
    let feed = one.get("/").await.body;
    let case = place.trim_end_matches("?shared=yes");
    assert!(feed.contains(case) && feed.contains("Nobody has answered yet"), "{feed}");
    assert!(!one.get(case).await.body.contains("Your case is shared."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audience_is_never_wider_than_the_consent() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    let choices = ["house", "named", "network", "public"];
    for (consent_rank, consent) in choices.into_iter().enumerate() {
        for (audience_rank, audience) in choices.into_iter().enumerate().filter(|(_, audience)| *audience != "named") {
            let saved = one.post(&format!("{draft}/audience"), &[("consent", consent), ("audience", audience)]).await;
            let is_too_wide = saved.status == 422 && saved.body.contains("wider than what the patient agreed to");
            assert_eq!(
                is_too_wide,
                audience_rank > consent_rank,
                "{audience} with a consent for {consent}: {}",
                saved.status
            );
        }
    }
    let nobody = one.post(&format!("{draft}/audience"), &[("consent", "named"), ("audience", "named")]).await;
    assert!(nobody.body.contains("Name at least one hospital"), "{}", nobody.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_after_the_check_is_checked_again() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    one.post(&format!("{draft}/context"), &WORDS).await;
    one.post(&format!("{draft}/audience"), &[("consent", "public"), ("audience", "house")]).await;
    checked(&mut one, &draft).await;
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/share"));
    one.post(&format!("{draft}/audience"), &[("consent", "public"), ("audience", "public")]).await;
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/check"));
    checked(&mut one, &draft).await;
    one.post(&format!("{draft}/audience"), &[("consent", "public"), ("audience", "house")]).await;
    checked(&mut one, &draft).await;
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/share"));
    one.post(&format!("{draft}/audience"), &[("consent", "house"), ("audience", "house")]).await;
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/check"), "what the patient agreed to, too");
    let seen = seen(&mut one, &draft).await;
    let half = [&[("seen", seen.as_str())], &CHECKED[1..]].concat();
    let half = one.post(&format!("{draft}/check"), &half).await;
    assert!(half.status == 422 && half.body.contains("Tick every line"), "{}", half.body);
    assert!(one.get(&format!("{draft}/check")).await.body.contains(&format!("href=\"{draft}/discard\"")));
    let asked = one.get(&format!("{draft}/discard")).await.body;
    assert!(asked.contains("Discard this draft?") && asked.contains("What you wrote is destroyed."), "{asked}");
    assert_ne!(one.get(&draft).await.status, 404, "asking destroys nothing");
    assert_eq!(one.post(&format!("{draft}/discard"), &[]).await.header("location"), "/cases/new");
    assert_eq!(one.get(&draft).await.status, 404);
}

/// A draft that only waits for the password.
async fn ready(browser: &mut Browser) -> String {
    let draft = begun(browser).await;
    browser.post(&format!("{draft}/context"), &WORDS).await;
    browser.post(&format!("{draft}/audience"), &[("consent", "network"), ("audience", "network")]).await;
    checked(browser, &draft).await;
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_shared_twice_is_one_case_and_both_answers_lead_to_it() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = ready(&mut one).await;
    let share = format!("{draft}/share");
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (mut window, share) = (one.clone(), share.clone());
        sent.spawn(async move {
            let answer = window.post(&share, &[("password", PASSWORD)]).await;
            (answer.status.as_u16(), answer.header("location").to_owned())
        });
    }
    let answers = sent.join_all().await;
    let case = answers[0].1.clone();
    assert!(case.starts_with("/cases/"), "{answers:?}");
    assert_eq!(answers, vec![(303, case.clone()); 3]);
    // The browser never saw an answer: it comes with the cookie from before.
    assert_eq!(one.post(&share, &[("password", PASSWORD)]).await.header("location"), case);
    for page in [draft.clone(), share] {
        assert_eq!(one.get(&page).await.header("location"), case, "{page}");
    }
    assert_eq!(one.get(&case).await.status, 200);
    let mut other = ward.physician("other").await;
    assert_eq!(other.get(&draft).await.status, 404, "for others there is no way from a draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_written_and_taken_back_with_and_without_scripts() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let link = format!("/cases/{case}");
    let plain = one.post(&format!("{link}/comments"), &[("body", "Biopsy the border.")]).await;
    assert_eq!(plain.header("location"), format!("{link}#thread"));
    let page = two.get(&link).await.body;
    let first = page.split('"').find_map(|text| text.strip_prefix("comment-")).unwrap().to_owned();
    let answering = two.get(&format!("{link}?reply={first}")).await.body;
    assert!(answering.contains("You are answering Dr. one"), "{answering}");
    let fields = [("body", "And wait for it."), ("reply_to", first.as_str())];
    let fragment = two.post_fragment(&format!("{link}/comments"), &fields).await;
    assert!(fragment.status == 200 && !fragment.body.contains("<html"), "{}", fragment.body);
    assert!(
        fragment.body.contains("And wait for it.")
            && fragment.body.contains("answers Dr. one")
            && fragment.body.contains("depth-1"),
        "{}",
        fragment.body
    );
    let take_back = fragment.body.split('"').find(|text| text.ends_with("/take-back")).unwrap().to_owned();
    assert_eq!(one.post(&take_back, &[]).await.status, 403, "it is not theirs");
    let after = two.post_fragment(&take_back, &[]).await;
    assert!(after.status == 200 && !after.body.contains("And wait for it."), "{}", after.body);
    assert!(after.body.contains("Your comment is taken back."), "{}", after.body);
    let again = two.post_fragment(&format!("{link}/comments"), &fields).await.body;
    let take_back = again.split('"').find(|text| text.ends_with("/take-back")).unwrap().to_owned();
    let back = two.post(&take_back, &[]).await;
    assert_eq!(back.header("location"), link, "an address says it to nobody else, and not again");
    for is_said in [true, false] {
        assert_eq!(two.get(back.header("location")).await.body.contains("Your comment is taken back."), is_said);
    }
    let empty = two.post_fragment(&format!("{link}/comments"), &[("body", "  ")]).await;
    assert!(empty.status == 422 && empty.body.contains("aria-invalid"), "{}", empty.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_is_given_once_and_taken_back() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let star = format!("/cases/{case}/star");
    for _ in 0..2 {
        let given = two.post_fragment(&star, &[]).await;
        assert!(given.body.contains("One star") && given.body.contains("aria-pressed=\"true\""), "{}", given.body);
    }
    assert!(one.post_fragment(&star, &[]).await.body.contains("2 stars"));
    let taken = two.post_fragment(&format!("{star}/take-back"), &[]).await;
    assert!(taken.body.contains("One star") && taken.body.contains("aria-pressed=\"false\""), "{}", taken.body);
    assert_eq!(two.post(&star, &[]).await.header("location"), format!("/cases/{case}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_case_leaves_a_plate_without_its_title() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let page = format!("/cases/{case}/withdraw");
    assert_eq!(two.get(&page).await.status, 404, "it is not theirs");
    assert!(one.get(&page).await.body.contains("Target lesions"));
    assert!(one.post(&page, &[("password", PASSWORD)]).await.body.contains("Say whose wish it is."));
    let wrong = one.post(&page, &[("why", "patient"), ("password", "wrong password")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("value=\"patient\" checked"), "{}", wrong.body);
    let done = one.post(&page, &[("why", "patient"), ("password", PASSWORD)]).await;
    assert_eq!(done.header("location"), format!("/cases/{case}"), "{}", done.body);
    for person in [&mut one, &mut two] {
        let plate = person.get(&format!("/cases/{case}")).await.body;
        assert!(
            plate.contains("Withdrawn by the patient&#39;s wish") || plate.contains("Withdrawn by the patient's wish"),
            "{plate}"
        );
        assert!(!plate.contains("Target lesions"), "{plate}");
        assert!(!person.get("/").await.body.contains("Target lesions"));
        assert!(person.get(&format!("/api/v1/cases/{case}")).await.json()["withdrawn_ms"].is_u64());
    }
    let entries = ward.app.status().entries;
    let again = [one.post(&page, &[("why", "patient"), ("password", PASSWORD)]).await, one.get(&page).await];
    for answer in again {
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("/cases/{case}").as_str()));
    }
    assert_eq!(ward.app.status().entries, entries, "what is sent twice is one withdrawal");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_accounts_and_an_attester_vouches() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let made = admin.post("/admin/people", &[("account", "una"), ("name", "Dr. Una Nova")]).await;
    let link = made.body.split('"').find(|text| text.contains("/first/una/")).unwrap().to_owned();
    assert!(link.starts_with("http://localhost/first/una/csl1_"), "{link}");
    let path = link.trim_start_matches("http://localhost").to_owned();
    let mut una = ward.browser();
    assert_eq!(una.post(&path, &[("password", PASSWORD), ("again", PASSWORD)]).await.status, 303);
    let id = ward.app.account("una").unwrap().id;
    let until = a_later_day();
    let attested = [("profession", "physician"), ("specialty", "D003880"), ("until", &*until)];
    assert_eq!(admin.post(&format!("/admin/people/{id}/attest"), &attested).await.status, 303);
    let badge = una.get("/account").await.body;
    assert!(badge.contains("Physician, Dermatology"), "{badge}");
    assert!(una.get("/cases/new").await.status == 200);
    assert_eq!(
        admin.post(&format!("/admin/people/{id}/revoke"), &[("reason", "left"), ("sure", "yes")]).await.status,
        303
    );
    assert_eq!(una.get("/cases/new").await.status, 403);
    let roles = [("role", "moderator"), ("role", "data-protection-officer")];
    assert_eq!(admin.post(&format!("/admin/people/{id}/roles"), &roles).await.status, 303);
    assert!(ward.app.account("una").unwrap().roles.has(Role::Moderator));
    assert!(una.get("/account").await.asks_to_sign_in(), "other rights, other session");
    let alone = admin.post(&format!("/admin/people/{id}/roles"), &[("role", "attester")]).await;
    assert_eq!(alone.status, 422);
    assert!(alone.body.contains("made by another administrator"), "{}", alone.body);
    assert_eq!(admin.post(&format!("/admin/people/{}/link", "00".repeat(16)), &[]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_stands_in_the_audit_chain() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    one.get(&format!("/cases/{case}")).await;
    one.get("/search?q=lesions").await;
    ward.browser().sign_in("one", "wrong password").await;
    let mut auditor = ward.staff("audrey", &["auditor"]).await;
    assert_eq!(ward.owner().post_json("/api/v1/audit/verification", json!({})).await.status, 200);
    let page = auditor.get("/admin/audit").await.body;
    let acts = [
        "viewed a case or what stands behind a name",
        "searched",
        "shared a case",
        "signed in: refused",
        "vouched for",
        "made an account",
        "checked the audit",
    ];
    for act in acts {
        assert!(lines(&page).iter().any(|line| line[3] == act), "{act}: {page}");
    }
    assert!(page.contains("chained without a gap") && !page.contains("Target lesions"), "{page}");
    let lines = auditor.get("/admin/audit/lines").await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let count =
        lines.body.lines().inspect(|line| assert!(serde_json::from_str::<serde_json::Value>(line).is_ok())).count();
    assert!(count > 8, "{count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_that_save_at_once_do_not_undo_each_other() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    let mut other = one.clone();
    let mut writing = tokio::task::JoinSet::new();
    let (words, readers) = (format!("{draft}/context"), format!("{draft}/audience"));
    writing.spawn(async move {
        for number in 0..40 {
            let title = format!("Title {number}");
            one.post(&words, &[("title", &title), ("question", "What is it?")]).await;
            let page = one.get(&words).await.body;
            assert!(page.contains(&format!("value=\"{title}\"")), "{title} was undone");
        }
    });
    writing.spawn(async move {
        for number in 0..40 {
            let audience = ["house", "network"][number % 2];
            other.post(&readers, &[("consent", "public"), ("audience", audience)]).await;
            let page = other.get(&readers).await.body;
            let chosen = format!("name=\"audience\" value=\"{audience}\" checked");
            assert!(page.contains(&chosen), "{audience} was undone: {page}");
        }
    });
    while let Some(done) = writing.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_patient_agreed_to_is_kept_and_shown_to_the_author_alone() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let mut other = ward.physician("other").await;
    let draft = begun(&mut one).await;
    one.post(&format!("{draft}/context"), &[("title", "Target lesions"), ("question", "What is it?")]).await;
    one.post(&format!("{draft}/audience"), &[("consent", "public"), ("audience", "network")]).await;
    let page = one.get(&format!("{draft}/audience")).await.body;
    assert!(page.contains("name=\"consent\" value=\"public\" checked"), "{page}");
    assert!(page.contains("name=\"audience\" value=\"network\" checked"), "{page}");
    let check = one.get(&format!("{draft}/check")).await.body;
    assert!(check.contains("The public as well"), "{check}");
    checked(&mut one, &draft).await;
    let shared = one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await;
    let case = shared.header("location").to_owned();
    assert!(case.starts_with("/cases/"), "{}", shared.body);
    assert!(one.get(&case).await.body.contains("The public as well"));
    assert!(!other.get(&case).await.body.contains("The public as well"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_saved_for_later_and_nobody_else_sees_that() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let mut other = ward.physician("other").await;
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let title = |page: &str| page.contains("Target lesions");
    for is_fragment in [true, false] {
        let path = format!("/cases/{case}/saved");
        assert!(!title(&other.get("/saved").await.body));
        let saved = if is_fragment { other.post_fragment(&path, &[]).await } else { other.post(&path, &[]).await };
        assert_eq!(saved.status, if is_fragment { 200 } else { 303 });
        assert!(title(&other.get("/saved").await.body));
        assert!(other.get(&format!("/cases/{case}")).await.body.contains("Take off your list"));
        assert!(!title(&one.get("/saved").await.body), "nobody else's list");
        assert_eq!(other.post(&format!("{path}/take-off"), &[]).await.status, 303);
    }
    let api = format!("/api/v1/cases/{case}/saved");
    assert_eq!(other.post_json(&api, json!({})).await.json()["is_saved"], true);
    assert_eq!(other.get("/api/v1/saved").await.json()["cases"][0]["id"], case.to_string());
    one.post(&format!("/cases/{case}/withdraw"), &[("why", "patient"), ("password", PASSWORD)]).await;
    assert!(!title(&other.get("/saved").await.body), "what was withdrawn is on no list");
    assert_eq!(other.get("/api/v1/saved").await.json()["cases"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_shown_on_the_page_of_the_check_is_not_confirmed() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    one.post(&format!("{draft}/context"), &WORDS).await;
    one.post(&format!("{draft}/audience"), &[("consent", "public"), ("audience", "house")]).await;
    let shown = seen(&mut one, &draft).await;
    // In another window, while the page is open.
    one.post(&format!("{draft}/audience"), &[("consent", "public"), ("audience", "public")]).await;
    let form = [&[("seen", shown.as_str())], &CHECKED[..]].concat();
    let answer = one.post(&format!("{draft}/check"), &form).await;
    assert!(answer.status == 422 && answer.body.contains("look at it again"), "{}", answer.body);
    assert!(answer.body.contains("Everyone") && !answer.body.contains(" checked"), "{}", answer.body);
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/check"));
    assert_eq!(one.post(&format!("{draft}/check"), &CHECKED).await.status, 422, "nor is what was not looked at");
    assert_eq!(checked(&mut one, &draft).await.header("location"), format!("{draft}/share"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_points_at_a_place_and_the_picture_shows_it() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case_with_picture("one", "Target lesions", Audience::Network).await;
    let (link, comments) = (format!("/cases/{case}"), format!("/cases/{case}/comments"));
    let view = ward.app.open_case(case).unwrap();
    let summary = ward.app.network().unwrap().shared().view(case, view).unwrap().unwrap().summary;
    let (width, height) = (summary.pictures[0].width, summary.pictures[0].height);
    let region = format!("{},0,{},{}", width / 2, width / 2, height);
    let pointing = [("body", "Here."), ("picture", "1"), ("region", region.as_str())];
    let answer = one.post_fragment(&comments, &pointing).await;
    let shown = one.get(answer.header("hx-redirect").split('#').next().unwrap()).await.body;
    let (_, drawn) = shown.split_once("<rect id=\"region-").unwrap_or_else(|| panic!("{shown}"));
    let drawn = drawn.split('>').next().unwrap();
    assert!(drawn.contains("is-lit") && drawn.contains(&format!("height=\"{height}\"")), "{drawn}");
    assert!(!one.get(&link).await.body.contains("is-lit"), "only for whoever follows it");
    for wrong in ["1,2,3", "a,b,c,d", "-1,0,5,5"] {
        let refused = one.post(&comments, &[("body", "There."), ("picture", "1"), ("region", wrong)]).await;
        assert_eq!(refused.status, 422, "{wrong}");
    }
    let beside = format!("{width},0,10,10");
    for (picture, region, why) in
        [("1", beside.as_str(), "lies outside of the picture"), ("2", &region, "does not have the picture")]
    {
        let refused = one.post(&comments, &[("body", "Nowhere."), ("picture", picture), ("region", region)]).await;
        assert!(refused.status == 422 && refused.body.contains(why), "{}", refused.body);
    }
    for picture in [0, 2, 255] {
        let body = json!({ "text": "Nowhere.", "picture": picture });
        let refused = one.post_json(&format!("/api/v1{comments}"), body).await;
        assert!(refused.status == 422 && refused.body.contains("no picture with this number"), "{}", refused.body);
    }
    let said = one.post_json(&format!("/api/v1{comments}"), json!({ "text": "All of it.", "picture": 1 })).await;
    assert_eq!(said.status, 200, "{}", said.body);
    let page = one.get(&link).await.body;
    assert_eq!((page.contains("Nowhere."), page.matches("<rect id=\"region-").count()), (false, 1), "{page}");
}
