//! What became of a case, in the words of who opened it.

use super::ward::Ward;
use crate::app::Audience;

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_not_accepted_keeps_all_that_was_typed_and_stays_open() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = format!("/cases/{}", ward.case("one", "Target lesions", Audience::Network).await);
    let status = format!("{case}/status");
    let page = one.get(&case).await.body;
    assert!(page.contains("<details class=\"owner\">") && page.contains("value=\"probable\" selected"), "{page}");
    let typed = [("status", "resolved"), ("certainty", "possible"), ("words", "It went away \"by itself\".")];
    let refused = one.post(&status, &typed).await;
    assert_eq!(refused.status, 422);
    let kept = [
        "<details class=\"owner\" open>",
        "value=\"resolved\" selected",
        "value=\"possible\" selected",
        "It went away &#34;by itself&#34;.</textarea>",
        "Write the final diagnosis",
    ];
    for words in kept {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    for (state, certainty, field) in [("open", "possible", "status"), ("working", "confirmed", "certainty")] {
        let typed = [("status", state), ("certainty", certainty), ("diagnosis", "Erythema migrans")];
        let refused = one.post(&status, &typed).await;
        assert_eq!(refused.status, 422, "{state}");
        assert!(refused.body.contains(&format!("id=\"problem-{field}\"")), "{}", refused.body);
        assert!(refused.body.contains("value=\"Erythema migrans\""));
    }
    let letter = "x".repeat(20_001);
    for (field, diagnosis, words) in [("words", "Erythema migrans", &*letter), ("diagnosis", &*letter, "It went away.")]
    {
        let typed = [("status", "resolved"), ("certainty", "probable"), ("diagnosis", diagnosis), ("words", words)];
        let refused = one.post(&status, &typed).await;
        assert_eq!(refused.status, 422, "{field}");
        let (_, problem) = refused.body.split_once(&format!("id=\"problem-{field}\"")).expect(field);
        assert!(problem.split("</p>").next().unwrap().contains("20001"), "{field}: {problem}");
        assert!(refused.body.contains(&letter), "what was typed stays");
    }
    let probable = [("status", "working"), ("certainty", "probable"), ("diagnosis", "Erythema migrans")];
    assert_eq!(one.post(&status, &probable).await.header("location"), case);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_stands_is_what_its_author_goes_on_from() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let case = format!("/cases/{}", ward.case("one", "Target lesions", Audience::Network).await);
    let typed = [
        ("status", "resolved"),
        ("certainty", "probable"),
        ("diagnosis", "Erythema migrans"),
        ("words", "Doxycycline."),
    ];
    assert_eq!(one.post(&format!("{case}/status"), &typed).await.header("location"), case);
    let page = one.get(&case).await.body;
    for words in [
        "value=\"resolved\" selected",
        "value=\"probable\" selected",
        "value=\"Erythema migrans\"",
        "Doxycycline.</textarea>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!two.get(&case).await.body.contains("<textarea id=\"words\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_could_show_who_the_patient_is_waits_until_it_is_changed_or_has_a_reason() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = format!("/cases/{}", ward.case("one", "Target lesions", Audience::Network).await);
    let status = format!("{case}/status");
    let typed = [
        ("status", "resolved"),
        ("certainty", "probable"),
        ("diagnosis", "Erythema migrans"),
        ("words", "As Dr. Rebecca Green wrote."),
    ];
    let refused = one.post(&status, &typed).await;
    assert_eq!(refused.status, 422);
    for words in ["id=\"problem-words\"", "As <mark>Dr. Rebecca Green</mark> wrote.", "Green wrote.</textarea>"] {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    assert!(!one.get(&case).await.body.contains("Rebecca Green"));
    let reason = [("kept-words", "Dr. Rebecca Green"), ("kept-reason", "not-the-patient")];
    let said = one.post(&status, &[&typed[..], &reason].concat()).await;
    assert_eq!(said.header("location"), case);
    assert!(one.get(&case).await.body.contains("As Dr. Rebecca Green wrote."));
}
