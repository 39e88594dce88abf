//! What somebody reads and may do whom nobody vouches for.

use serde_json::json;

use crate::{
    founding::Network,
    http::{Answer, Ask, Door},
    waiting::wait_until,
};

#[test]
fn a_viewer_without_attestation_reads_public_cases_and_says_nothing() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let public = a.post("keller", "Seen by everybody", "A textbook picture.", "public");
    let inner = a.post("keller", "Seen by colleagues", "Not for everybody.", "network");
    wait_until("both cases are at B", || b.case(&public).is_some() && b.case(&inner).is_some());

    let web = Door::Web(b.web());
    let send = |ask: &Ask| -> Answer { ask.send(&web).expect("B answers on the web") };
    let form = [("account", "visitor"), ("name", "Vera"), ("password", "a-long-walk-along-the-river")];
    let signed_up = send(&Ask::form("/sign-up", &form));
    assert_eq!(signed_up.status, 303, "{signed_up:?}");
    let session = signed_up.cookies.first().expect("signing up opens a session").clone();
    let get = |path: &str| send(&Ask::get(path).with_cookie(&session));
    let post = |path: &str, body| send(&Ask::post(path, &body).with_cookie(&session));

    let listed = get("/api/v1/cases?filter=public&limit=20").json();
    assert_eq!(listed["cases"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["cases"][0]["id"], *public);
    let shown = get(&format!("/api/v1/cases/{public}"));
    assert_eq!((shown.status, &shown.json()["text"]), (200, &json!("A textbook picture.")));
    assert_eq!(get(&format!("/api/v1/cases/{inner}")).status, 404, "what is not for everybody is not there");

    let case = json!({ "title": "Mine", "text": "Words.", "audience": "public" });
    let refused = [
        ("case", post("/api/v1/cases", case)),
        ("comment", post(&format!("/api/v1/cases/{public}/comments"), json!({ "text": "First!" }))),
        ("star", post(&format!("/api/v1/cases/{public}/star"), json!({}))),
    ];
    for (what, answer) in refused {
        assert_eq!(answer.status, 403, "{what}: {answer:?}");
    }
    let stranger = send(&Ask::get(&format!("/api/v1/cases/{public}")));
    assert_eq!(stranger.status, 401, "who has no account reads nothing: {stranger:?}");
    let shown = b.case(&public).unwrap();
    assert_eq!((&shown["comments"], &shown["stars"]), (&json!([]), &json!(0)));
}
