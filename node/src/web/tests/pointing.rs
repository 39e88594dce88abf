//! Places in pictures, as programs point at them.

use serde_json::json;

use super::ward::Ward;
use crate::app::Audience;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_points_at_a_place_in_a_picture_and_reads_it() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case_with_picture("one", "Target lesions", Audience::Network).await;
    let path = format!("/api/v1/cases/{case}");
    let region = json!({ "left": 2_500, "top": 0, "width": 1, "height": 10_000 });
    for (picture, region) in [(json!(1), region.clone()), (json!(1), json!(null)), (json!(null), json!(null))] {
        let said = json!({ "text": "Here.", "picture": picture, "region": region });
        let answer = one.post_json(&format!("{path}/comments"), said).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let read = one.get(&path).await.json();
    let mut places: Vec<_> = read["comments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| (said["picture"].clone(), said["region"].clone()))
        .collect();
    places.sort_by_key(|(picture, region)| (picture.is_null(), region.is_null()));
    assert_eq!(places, [(json!(1), region.clone()), (json!(1), json!(null)), (json!(null), json!(null))]);

    let outside = json!({ "left": 9_999, "top": 0, "width": 2, "height": 1 });
    let empty = json!({ "left": 0, "top": 0, "width": 0, "height": 1 });
    let wrong = [
        (json!(0), region.clone(), "picture"),
        (json!(2), region.clone(), "picture"),
        (json!(null), region, "region"),
        (json!(1), outside, "region"),
        (json!(1), empty, "region"),
        (json!(1), json!({ "left": 1 }), "missing field"),
    ];
    for (picture, region, words) in wrong {
        let said = json!({ "text": "Here.", "picture": picture, "region": region });
        let refused = one.post_json(&format!("{path}/comments"), said.clone()).await;
        assert_eq!(refused.status, 422, "{said}");
        assert!(refused.json()["detail"].as_str().unwrap().contains(words), "{said}: {}", refused.body);
    }
    assert_eq!(one.get(&path).await.json()["comments"].as_array().unwrap().len(), 3);
}
