//! What is done with the house, and what is looked at, stands in the audit chain with the name of what it was done to.

use house::audit::{Action, Event, Line, ObjectId, Outcome};
use protocol::{CaseId, EntryId};

use super::ward::Ward;
use crate::app::{Audience, NewCase, Word, hospital::speaking_for};

fn events(ward: &Ward) -> Vec<Event> {
    let lines = ward.app.audit_records().filter_map(|record| record.unwrap().line());
    lines.map(|bytes| Line::from_bytes(&bytes).unwrap().event).collect()
}

/// How many lines record an act on an object.
fn lines(ward: &Ward, action: Action, outcome: Outcome, object: impl Into<ObjectId>) -> usize {
    let object = object.into();
    let is_meant =
        |event: &&Event| event.action == action && event.outcome == outcome && event.objects.contains(&object);
    events(ward).iter().filter(is_meant).count()
}

async fn with_a_picture(ward: &Ward, login: &str) -> CaseId {
    let new = NewCase {
        title: "Target lesions".to_owned(),
        question: "What is it?".to_owned(),
        text: "For three days, without fever.".to_owned(),
        specialty: Some("D003880".to_owned()),
        tags: vec![],
        before_after: vec![],
        audience: Audience::Network,
        kept: vec![],
    };
    let picture = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
    let said = ward.app.post_case(&new, vec![picture], Word::Looked, &speaking_for(&ward.app, login)).await.unwrap();
    said.case.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_names_what_it_was_done_to() {
    let ward = Ward::founded().await;
    let joined = ward.app.joined().unwrap();
    let membership = || lines(&ward, Action::ManageMembership, Outcome::Done, joined.id());
    assert_eq!(membership(), 2, "the charter was signed and the network joined");
    assert_eq!(ward.owner().get("/api/v1/invitation").await.status, 200);
    assert_eq!(membership(), 3);
    assert_eq!(ward.owner().get("/api/v1/feeds/own/export").await.status, 200);
    assert_eq!(lines(&ward, Action::Export, Outcome::Done, joined.me()), 1);

    let mut one = ward.physician("one").await;
    ward.browser().sign_in("one", "wrong password").await;
    let account = ward.app.account("one").unwrap().id;
    assert_eq!(lines(&ward, Action::SignIn, Outcome::Refused, account), 1);
    let case = with_a_picture(&ward, "one").await;
    assert_eq!(lines(&ward, Action::ViewPicture, Outcome::Done, case.number), 0);
    assert_eq!(one.get(&format!("/cases/{case}/pictures/1")).await.status, 200);
    assert_eq!(lines(&ward, Action::ViewPicture, Outcome::Done, case.number), 1);
    assert_eq!(one.get(&format!("/api/v1/cases/{case}/pictures/1/manifest")).await.status, 200);
    assert_eq!(lines(&ward, Action::ViewPicture, Outcome::Done, case.number), 2);
    let page = one.get(&format!("/cases/{case}")).await.body;
    let chain = page.split('"').find_map(|text| text.strip_prefix("/chain/")).unwrap();
    let entry: EntryId = chain.parse().unwrap();
    let seen = lines(&ward, Action::ViewCase, Outcome::Done, entry);
    assert_eq!(one.get(&format!("/chain/{chain}")).await.status, 200);
    assert_eq!(lines(&ward, Action::ViewCase, Outcome::Done, entry), seen + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_list_is_one_line_whoever_is_on_it_and_a_refused_one_is_none() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let first = with_a_picture(&ward, "one").await;
    with_a_picture(&ward, "one").await;
    assert_eq!(one.post(&format!("/cases/{first}/saved"), &[]).await.status, 303);
    let account = ward.app.account("one").unwrap().id;
    let shown = [
        ("/", Action::ViewCases),
        ("/?filter=house", Action::ViewCases),
        ("/api/v1/cases", Action::ViewCases),
        ("/saved", Action::ViewSaved),
        ("/api/v1/saved", Action::ViewSaved),
        ("/search?q=lesions", Action::Search),
        ("/api/v1/search?q=lesions", Action::Search),
    ];
    for (path, action) in shown {
        let before = events(&ward).len();
        assert_eq!(one.get(path).await.status, 200, "{path}");
        let new = events(&ward).split_off(before);
        let [line] = new.as_slice() else { panic!("{path}: {new:?}") };
        assert_eq!((line.action, line.outcome, line.account), (action, Outcome::Done, Some(account)), "{path}");
    }
    let before = events(&ward).len();
    let preview = one.get(&format!("/cases/{first}/previews/1")).await;
    assert_eq!((preview.status.as_u16(), events(&ward).len()), (200, before), "a preview belongs to its page");
    let mut stranger = ward.browser();
    for path in ["/saved", "/api/v1/cases", "/admin/people"] {
        assert_ne!(stranger.get(path).await.status, 200, "{path}");
    }
    assert!(!events(&ward).split_off(before).iter().any(|event| event.outcome == Outcome::Done), "nothing was shown");

    for path in ["/api/v1/accounts", "/admin/people"] {
        let before = events(&ward).len();
        assert_eq!(ward.owner().get(path).await.status, 200, "{path}");
        let new = events(&ward).split_off(before);
        assert_eq!(new.iter().map(|event| event.action).collect::<Vec<_>>(), [Action::ViewPeople], "{path}");
    }
}
