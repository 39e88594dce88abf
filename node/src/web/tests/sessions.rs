//! Signing in and out, and how often it may be tried.

use super::ward::{PASSWORD, Ward};

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let ward = Ward::open().await;
    let login = ward.viewer("vera").await.login;
    let answer = ward.browser().sign_in(&login, PASSWORD).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("consilium=csls_") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "it ends with the browser: {cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_ends_the_session_that_the_browser_came_with() {
    let ward = Ward::open().await;
    let mut person = ward.viewer("vera").await;
    let login = person.login.clone();
    let mut thief = person.clone();
    assert_eq!(thief.get("/account").await.status, 200);
    person.sign_in(&login, PASSWORD).await;
    assert_ne!(person.cookie, thief.cookie);
    assert!(thief.get("/account").await.asks_to_sign_in());
    assert_eq!(person.get("/account").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_chosen_by_somebody_else_is_not_taken_over() {
    let ward = Ward::open().await;
    let login = ward.viewer("vera").await.login;
    let mut browser = ward.browser();
    browser.cookie = Some(format!("consilium=csls_{}", "00".repeat(36)));
    browser.sign_in(&login, PASSWORD).await;
    assert!(!browser.cookie.unwrap().contains("0000000000000000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_out_the_session_opens_nothing_and_the_browser_forgets() {
    let ward = Ward::open().await;
    let mut person = ward.viewer("vera").await;
    let mut copy = person.clone();
    let answer = person.post("/sign-out", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/sign-in"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    assert_eq!(person.cookie, None);
    assert!(copy.get("/account").await.asks_to_sign_in());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_every_other_session() {
    let ward = Ward::open().await;
    let mut here = ward.viewer("vera").await;
    let login = here.login.clone();
    let mut there = ward.browser();
    there.sign_in(&login, PASSWORD).await;
    let new = "another horse battery";
    let wrong = here.post("/account/password", &[("current", "wrong"), ("password", new), ("again", new)]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("The password is wrong."), "{}", wrong.body);
    let differs = here.post("/account/password", &[("current", PASSWORD), ("password", new), ("again", "x")]).await;
    assert_eq!(differs.status, 422);
    let short =
        here.post("/account/password", &[("current", PASSWORD), ("password", "short"), ("again", "short")]).await;
    assert!(short.body.contains("That has 5 characters; the least is 12."), "{}", short.body);
    assert_eq!(there.get("/account").await.status, 200, "nothing has changed yet");
    let changed = here.post("/account/password", &[("current", PASSWORD), ("password", new), ("again", new)]).await;
    assert_eq!(changed.header("location"), "/account");
    assert!(
        here.get("/help").await.status == 200 && here.get("/account").await.body.contains("Your password is changed.")
    );
    assert!(!here.get("/account").await.body.contains("Your password is changed."), "it is said once");
    assert!(there.get("/account").await.asks_to_sign_in());
    assert_eq!(ward.browser().sign_in(&login, new).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one_and_all_together() {
    let ward = Ward::open().await;
    let mut here = ward.viewer("vera").await;
    let login = here.login.clone();
    let mut there = ward.browser();
    there.sign_in(&login, PASSWORD).await;
    let page = here.get("/account").await.body;
    let end = page
        .split('"')
        .find(|text| text.starts_with("/account/sessions/") && text.ends_with("/end"))
        .unwrap()
        .to_owned();
    assert_eq!(here.post(&end, &[]).await.status, 303);
    assert!(there.get("/account").await.asks_to_sign_in());
    assert_eq!(here.get("/account").await.status, 200);
    here.post("/account/sessions/end-all", &[]).await;
    assert!(here.get("/account").await.asks_to_sign_in());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_attempt_waits_whether_there_is_such_an_account_or_not() {
    let ward = Ward::open().await;
    let login = ward.viewer("vera").await.login;
    let mut answers = Vec::new();
    for login in [login.as_str(), "nobody"] {
        let mut browser = ward.browser();
        let mut statuses = Vec::new();
        for _ in 0..5 {
            let answer = browser.sign_in(login, "wrong password").await;
            assert!(answer.body.contains("Account name or password is wrong."), "{}", answer.body);
            statuses.push(answer.status.as_u16());
        }
        let sixth = browser.sign_in(login, PASSWORD).await;
        let wait_s: u64 = sixth.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait_s), "{wait_s}");
        assert!(sixth.body.contains(&format!("Wait {wait_s} second")), "{}", sixth.body);
        assert!(sixth.body.contains(&format!("value=\"{login}\"")), "what was typed stays: {}", sixth.body);
        statuses.push(sixth.status.as_u16());
        answers.push(statuses);
    }
    assert_eq!(answers, [[401, 401, 401, 401, 401, 429], [401, 401, 401, 401, 401, 429]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_knows_a_login_name_keeps_nobody_out() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", crate::app::Audience::Network).await;
    let mut stranger = ward.elsewhere();
    let mut last = 0;
    for _ in 0..6 {
        last = stranger.sign_in("one", "wrong password").await.status.as_u16();
    }
    assert_eq!(last, 429);
    assert_eq!(ward.browser().sign_in("one", PASSWORD).await.status, 303, "from another address");

    // Now at the very address of the person.
    let mut beside = ward.browser();
    while beside.sign_in("one", "wrong password").await.status != 429 {}
    let fields = [("why", "patient"), ("password", PASSWORD)];
    assert_eq!(one.post(&format!("/cases/{case}/withdraw"), &fields).await.status, 303, "in a session");
    assert_eq!(one.sign_in(" One ", PASSWORD).await.status, 303, "and with one");
    for _ in 0..5 {
        let wrong = [("current", "wrong password"), ("password", "x"), ("again", "x")];
        assert_eq!(one.post("/account/password", &wrong).await.status, 422);
    }
    let sixth = [("current", PASSWORD), ("password", "x"), ("again", "x")];
    assert_eq!(one.post("/account/password", &sixth).await.status, 429, "a session guesses no faster");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_that_is_sent_twice_opens_one_account() {
    let ward = Ward::open().await;
    let page = ward.browser().get("/sign-up").await.body;
    let (_, rest) = page.split_once("name=\"form\" value=\"").unwrap_or_else(|| panic!("{page}"));
    let number = rest.split('"').next().unwrap().to_owned();
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (mut browser, number) = (ward.browser(), number.clone());
        sent.spawn(async move {
            let fields =
                [("form", number.as_str()), ("account", "weird.user"), ("name", "Vera"), ("password", PASSWORD)];
            let answer = browser.post("/sign-up", &fields).await;
            (answer.header("location").to_owned(), browser.get("/account").await.status.as_u16())
        });
    }
    assert_eq!(sent.join_all().await, vec![("/account?new=yes".to_owned(), 200); 2]);
    let count = ward.app.desk.look(|house| {
        house.accounts().iter().filter(|account| account.login.as_str().starts_with("weird.user")).count()
    });
    assert_eq!(count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_a_one_time_link_spends_nothing_and_using_it_spends_it() {
    let ward = Ward::open().await;
    let new = crate::app::NewAccount { login: "una".to_owned(), name: "Una".to_owned(), roles: vec![] };
    let path = ward.app.add_account(&new, &house::Actor::System).unwrap().path;
    let mut browser = ward.browser();
    for _ in 0..3 {
        let page = browser.get(&path).await;
        assert!(page.status == 200 && page.body.contains("autocomplete=\"new-password\""), "{}", page.body);
    }
    let fields = [("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(browser.post(&path, &fields).await.status, 303);
    assert_eq!(browser.get("/account").await.status, 200);
    let again = ward.browser().post(&path, &fields).await;
    assert!(again.status == 410 && again.body.contains("This link has ended"), "{}", again.body);
    let slip = ward.browser().get(&format!("{}0", &path[..path.len() - 1])).await;
    assert!(slip.status == 410 && slip.body.contains("This link has ended"), "{}", slip.body);
    for (login, what) in [("una", "used"), ("nobody", "of nobody")] {
        let page = ward.browser().get(&path.replace("una", login)).await;
        assert!(page.status == 410 && page.body.contains("This link has ended"), "{what}: {}", page.body);
        assert!(page.body.contains("Ask your administrator for a new link."), "{what}: {}", page.body);
    }
    let replaced = ward.app.reset_account("una", &house::Actor::System).unwrap().path;
    let path = ward.app.reset_account("una", &house::Actor::System).unwrap().path;
    assert_eq!(ward.browser().get(&replaced).await.status, 410, "a newer one has replaced it");
    assert_eq!(ward.browser().get(&path).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_in_one_is_where_one_wanted_to_be() {
    let ward = Ward::open().await;
    let mut browser = ward.browser();
    let login = ward.viewer("vera").await.login;
    let asked = browser.get("/account").await;
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, "/sign-in?next=/account"));
    let fields = [("account", login.as_str()), ("password", PASSWORD), ("next", "/account")];
    assert_eq!(browser.post("/sign-in", &fields).await.header("location"), "/account");
    let fields = [("account", login.as_str()), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(browser.post("/sign-in", &fields).await.header("location"), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_pages_look_is_kept_on_the_device() {
    let ward = Ward::open().await;
    let mut person = ward.viewer("vera").await;
    let answer = person.post("/account/look", &[("scheme", "dark"), ("density", "compact")]).await;
    let look = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(look, "look=dark.compact");
    let page = person.send("GET", "/help", "", "", &[("cookie", &look)]).await.body;
    assert!(page.contains("data-scheme=\"dark\" data-density=\"compact\""), "{page}");
    let page = person.send("GET", "/help", "", "", &[("cookie", "look=\"><script>.x")]).await.body;
    assert!(page.contains("data-scheme=\"auto\" data-density=\"calm\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_the_end_of_the_session() {
    let ward = Ward::founded().await;
    let mut here = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", crate::app::Audience::Network).await;
    let mut elsewhere = ward.browser();
    elsewhere.sign_in("one", PASSWORD).await;
    elsewhere.post("/account/sessions/end-all", &[]).await;
    let asked = here.get("/sign-in?next=/account").await;
    assert!(asked.body.contains("Your session has ended"), "{}", asked.body);
    assert!(
        !ward.browser().get("/sign-in").await.body.contains("Your session has ended"),
        "to strangers nothing is said"
    );

    let (path, typed) = (format!("/cases/{case}/comments"), "Was a \"tick\" found?");
    let beside = here.post_fragment(&path, &[("body", typed)]).await;
    assert_eq!((beside.status.as_u16(), beside.header("hx-retarget")), (401, "#problem"));
    assert!(beside.body.contains("What you typed is still here."), "{}", beside.body);
    let instead = here.post(&path, &[("body", typed), ("password", "never kept")]).await;
    assert_eq!(instead.status, 401);
    assert!(instead.body.contains("name=\"kept:body\" value=\"Was a &#34;tick&#34; found?\""), "{}", instead.body);
    assert!(!instead.body.contains("never kept"), "{}", instead.body);
    assert!(!instead.body.contains("href=\"/sign-in\""), "no way that would drop it: {}", instead.body);

    let (_, whose) =
        instead.body.split_once("name=\"kept-for\" value=\"").unwrap_or_else(|| panic!("{}", instead.body));
    let whose = ("kept-for", whose.split('"').next().unwrap());
    let brought = [("account", "one"), ("next", "/"), ("kept-path", &*path), whose, ("kept:body", typed)];
    ward.physician("two").await;
    let another = [[("account", "two"), ("password", PASSWORD)].as_slice(), &brought[1..]].concat();
    let shown = here.clone().post("/sign-in", &another).await;
    assert_eq!((shown.status.as_u16(), shown.header("location")), (303, "/"), "nobody else is shown it");
    assert!(!shown.body.contains("Was a"), "{}", shown.body);
    let wrong = here.post("/sign-in", &[brought.as_slice(), &[("password", "wrong password")]].concat()).await;
    assert!(wrong.status == 401 && wrong.body.contains("kept:body"), "and a wrong password: {}", wrong.body);
    let right = here.post("/sign-in", &[brought.as_slice(), &[("password", PASSWORD)]].concat()).await;
    assert!(right.status == 200 && right.body.contains(&format!("action=\"{path}\"")), "{}", right.body);
    assert!(right.body.contains("name=\"body\" value=\"Was a &#34;tick&#34; found?\""), "{}", right.body);
    let shown = right.body.contains("<dd dir=\"auto\">Was a &#34;tick&#34; found?</dd>");
    assert!(right.body.contains("<dd>the comments of a case</dd>"), "{}", right.body);
    assert!(shown && right.body.contains("Dr. one") && !right.body.contains("href=\"/sign-in\""), "{}", right.body);
    assert_eq!(here.post(&path, &[("body", typed)]).await.status, 303);
    let elsewhere =
        [("account", "one"), ("password", PASSWORD), whose, ("kept-path", "//evil.example"), ("kept:body", "x")];
    assert_eq!(here.post("/sign-in", &elsewhere).await.header("location"), "/", "nothing is sent to another site");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_came_after_signing_out_nothing_is_promised() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", crate::app::Audience::Network).await;
    one.post("/sign-out", &[]).await;
    let asked = one.post(&format!("/cases/{case}/comments"), &[("body", "Was a tick found?")]).await;
    assert_eq!(asked.header("location"), format!("/sign-in?next=/cases/{case}"), "{}", asked.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_wrote_is_not_sent_on_but_asked_for_again() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", crate::app::Audience::Network).await;
    let id = ward.app.account("one").unwrap().id;
    for browser in [&mut admin, &mut one] {
        let before = browser.clone();
        browser.post("/account/sessions/end-all", &[]).await;
        *browser = before;
    }
    let revoke = format!("/admin/people/{id}/revoke");
    let asked = admin.post(&revoke, &[("reason", "left"), ("sure", "yes")]).await;
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, "/sign-in?next=/admin/people"));
    let take_back = format!("/cases/{case}/comments/{}/take-back", "00".repeat(32));
    let asked = one.post(&take_back, &[]).await;
    let place = format!("/sign-in?next=/cases/{case}");
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, &*place));
    let whose = one.cookie.as_ref().unwrap().split_once('.').unwrap().1.to_owned();
    let brought = [("account", "one"), ("password", PASSWORD), ("next", "/"), ("kept-for", &*whose)];
    let form = [brought.as_slice(), &[("kept-path", &*revoke), ("kept:sure", "yes")]].concat();
    assert_eq!(one.clone().post("/sign-in", &form).await.header("location"), "/", "nor is it by another page's form");

    let draft = &*format!("/drafts/{}/context", case.number);
    let written = [("title", ""), ("alt-07", "The left hand"), ("covers", "[]"), ("specialty", "D003880")];
    let instead = one.post(draft, &written).await;
    assert!(instead.status == 401 && instead.body.contains("kept:specialty"), "{}", instead.body);
    let kept = [("kept-path", draft), ("kept:alt-07", "The left hand"), ("kept:covers", "[]")];
    let shown = one.post("/sign-in", &[brought.as_slice(), &kept].concat()).await.body;
    for fact in ["Description of a picture</dt><dd dir=\"auto\">The left hand", "Covers on a picture</dt>"] {
        assert!(shown.contains(fact), "{fact}: {shown}");
    }
}
