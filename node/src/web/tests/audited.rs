//! What is done with the house, and what is looked at, stands in the audit chain with the name of what it was done to.

use house::audit::{Action, Line, ObjectId, Outcome};
use protocol::EntryId;

use super::ward::Ward;
use crate::app::Audience;

/// How many lines record an act on an object.
fn lines(ward: &Ward, action: Action, outcome: Outcome, object: impl Into<ObjectId>) -> usize {
    let (object, (lines, _)) = (object.into(), ward.app.audit_lines().unwrap());
    let events = lines.iter().map(|bytes| Line::from_bytes(bytes).unwrap().event);
    events.filter(|event| event.action == action && event.outcome == outcome && event.objects.contains(&object)).count()
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
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let page = one.get(&format!("/cases/{case}")).await.body;
    let chain = page.split('"').find_map(|text| text.strip_prefix("/chain/")).unwrap();
    let entry: EntryId = chain.parse().unwrap();
    let seen = lines(&ward, Action::ViewCase, Outcome::Done, entry);
    assert_eq!(one.get(&format!("/chain/{chain}")).await.status, 200);
    assert_eq!(lines(&ward, Action::ViewCase, Outcome::Done, entry), seen + 1);
}
