//! What is done with the house, and what is looked at, stands in the audit chain with the name of what it was done to.

use house::audit::{Action, Line, ObjectId, Outcome};
use protocol::{CaseId, EntryId};

use super::ward::Ward;
use crate::app::{Audience, NewCase, hospital::speaking_for};

/// How many lines record an act on an object.
fn lines(ward: &Ward, action: Action, outcome: Outcome, object: impl Into<ObjectId>) -> usize {
    let object = object.into();
    let lines = ward.app.audit_records().filter_map(|record| record.unwrap().line());
    let events = lines.map(|bytes| Line::from_bytes(&bytes).unwrap().event);
    events.filter(|event| event.action == action && event.outcome == outcome && event.objects.contains(&object)).count()
}

async fn with_a_picture(ward: &Ward, login: &str) -> CaseId {
    let new = NewCase {
        title: "Target lesions".to_owned(),
        question: "What is it?".to_owned(),
        text: "For three days, without fever.".to_owned(),
        specialty: Some("D003880".to_owned()),
        tags: vec![],
        audience: Audience::Network,
    };
    let picture = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
    let said = ward.app.post_case(&new, vec![picture], true, &speaking_for(&ward.app, login)).await.unwrap();
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
