//! What the audit page says of what was done: by whom, how it ended and to what, in words.

use super::ward::{PASSWORD, Ward};
use crate::app::Audience;

/// The cells of every line, the newest first, without their marks: number, when, who, what was done, to what, code.
pub(super) fn lines(page: &str) -> Vec<Vec<String>> {
    let rows = page.split("<tbody").nth(1).unwrap().split("<tr").skip(1);
    rows.map(|row| row.split("<td").skip(1).map(words).collect()).collect()
}

fn words(cell: &str) -> String {
    let mut words = String::new();
    for part in cell.split('<') {
        words.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    words.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_says_who_did_what_to_whom_and_whether_it_was_refused() {
    let ward = Ward::founded().await;
    let mut admin = ward.administrator().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let withdraw = [("why", "patient"), ("password", "wrong password")];
    assert_eq!(one.post(&format!("/cases/{case}/withdraw"), &withdraw).await.status, 422);
    ward.browser().sign_in("one", "wrong password").await;
    let id = ward.app.account("one").unwrap().id;
    assert_eq!(admin.post(&format!("/admin/people/{id}/end-sessions"), &[]).await.status, 303);
    one.sign_in("one", PASSWORD).await;
    let mut auditor = ward.staff("audrey", &["auditor"]).await;
    let page = auditor.get("/admin/audit").await.body;
    let lines = lines(&page);
    let said = |who: &str, act: &str, what: &str| {
        lines.iter().any(|line| (who.is_empty() || line[2] == who) && line[3] == act && line[4].contains(what))
    };
    for (who, act, what) in [
        ("Dr. one (one)", "gave the password once more: refused", "Dr. one (one)"),
        ("somebody not signed in", "signed in: refused", "Dr. one (one)"),
        ("", "vouched for", "Dr. one (one)"),
        ("", "shared a case", &case.number.to_string()[..8]),
        ("", "ended sessions", "Dr. one (one)"),
    ] {
        assert!(said(who, act, what), "{who} {act} {what}: {lines:#?}");
    }
    assert!(lines.iter().all(|line| line[4].split([' ', ',']).all(|word| word.len() < 32)), "{lines:#?}");
    assert!(!page.contains("Target lesions"), "who audits reads no cases");
}
