//! A picture from the camera to the case, with a real worker.

use house::audit::{Action, Line};

use super::ward::{PASSWORD, Ward};
use crate::{
    app::{Audience, hospital::room_for_one},
    sentences::Sentences,
};

pub(super) const BOUNDARY: &str = "----between-the-parts";

/// A grey picture as a baseline TIFF (TIFF 6.0 section 4): one strip, not compressed.
pub(super) fn grey(width: u16, height: u16) -> Vec<u8> {
    let strip_at: u32 = 8;
    let bytes = u32::from(width) * u32::from(height);
    let mut file = b"II*\0".to_vec();
    file.extend((strip_at + bytes).to_le_bytes());
    file.extend((0..bytes).map(|at| (at % 251) as u8));
    let fields: [(u16, u16, u32); 8] = [
        (256, 3, u32::from(width)),
        (257, 3, u32::from(height)),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, strip_at),
        (278, 3, u32::from(height)),
        (279, 4, bytes),
    ];
    file.extend((fields.len() as u16).to_le_bytes());
    for (tag, kind, value) in fields {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend(0u32.to_le_bytes());
    file
}

pub(super) fn multipart(file: &[u8]) -> Vec<u8> {
    of_files(&[file])
}

fn of_files(files: &[&[u8]]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"Ada Byron 1852.tif\"\r\n\r\n"
    );
    let parts = files.iter().map(|file| [head.as_bytes(), file, b"\r\n"].concat());
    [parts.collect::<Vec<_>>().concat(), format!("--{BOUNDARY}--\r\n").into_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_refused_keeps_no_other_out_and_is_named_by_its_place() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let pictures = one.post("/cases/new", &[]).await.header("location").to_owned();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let files = of_files(&[&grey(64, 48), b"no picture", &grey(32, 16), b"%PDF-1.7"]);
    let answer = one.send_bytes("POST", &pictures, &content_type, files.clone(), &[]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("64 × 48") && answer.body.contains("32 × 16"), "{}", answer.body);
    for named in ["File 2: This is not a picture", "File 4: ", "The others were taken in and stand below."] {
        assert!(answer.body.contains(named), "{named}: {}", answer.body);
    }
    let words = one.send_bytes("POST", &pictures, &content_type, files, &[("accept", "text/plain")]).await;
    let lines: Vec<&str> = words.body.lines().collect();
    assert!(lines[0].starts_with("2\tThis is not a picture") && lines[1].starts_with("4\t"), "{}", words.body);
    assert_eq!(lines[2..], ["The others were taken in and stand below."]);
    assert!(!answer.body.contains("File 1") && !answer.body.contains("Byron"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_room_ends_between_two_files_the_page_shows_what_was_taken_in() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let pictures = one.post("/cases/new", &[]).await.header("location").to_owned();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let files = of_files(&[&grey(64, 48), &grey(32, 16)]);
    let room = room_for_one(&ward.app).await;
    let answer = one.send_bytes("POST", &pictures, &content_type, files.clone(), &[]).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("64 × 48") && !answer.body.contains("32 × 16"), "{}", answer.body);
    assert!(answer.body.contains("File 2: ") && !answer.body.contains("File 1"), "{}", answer.body);
    let none = one.send_bytes("POST", &pictures, &content_type, files, &[("accept", "text/plain")]).await;
    assert_eq!((none.status.as_u16(), none.header("content-type")), (503, "text/plain; charset=utf-8"));
    drop(room);
    assert_eq!(one.get(&pictures).await.body.matches("id=\"picture-").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_taken_in_covered_confirmed_and_shown_to_nobody_else() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let pictures = one.post("/cases/new", &[]).await.header("location").to_owned();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let nonsense =
        one.send_bytes("POST", &pictures, &content_type, multipart(b"no picture"), &[("accept", "text/plain")]).await;
    assert!(nonsense.status == 422 && nonsense.body.starts_with("This is not a picture"), "{}", nonsense.body);
    let taken = one.send_bytes("POST", &pictures, &content_type, multipart(&grey(64, 48)), &[]).await;
    assert_eq!(taken.header("location"), pictures, "{}", taken.body);
    let hide = one.get(&pictures.replace("/pictures", "/hide")).await.header("location").to_owned();
    one.looked_at(&hide).await;
    let page = one.get(&pictures).await.body;
    assert!(page.contains("waits for your look") && page.contains("64 × 48") && !page.contains("Byron"), "{page}");
    let small = page.split('"').find(|text| text.ends_with("/small")).unwrap().to_owned();
    let upright = small.replace("/small", "/upright");
    for path in [&small, &upright] {
        let shown = one.get(path).await;
        assert_eq!(
            (shown.status.as_u16(), shown.header("content-type"), shown.header("cache-control")),
            (200, "image/png", "no-store")
        );
        assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(two.get(path).await.status, 404);
    }
    let lines = ward.app.audit_records().filter_map(|record| record.unwrap().line());
    let seen = lines.filter(|line| Line::from_bytes(line).unwrap().event.action == Action::ViewOriginal);
    assert_eq!(seen.count(), 1, "the one look at what is not covered");
    let editor = one.get(&hide).await.body;
    assert!(
        editor.contains("Nothing was found in this picture") && editor.contains("I, Dr. one, have looked"),
        "{editor}"
    );
    let covers = r#"{"covers":[],"dismissed":[]}"#;
    let boxed = [
        ("covers", covers),
        ("do", "add-box"),
        ("box_x", "4"),
        ("box_y", "5"),
        ("box_width", "10"),
        ("box_height", "12"),
    ];
    assert_eq!(one.post(&hide, &boxed).await.header("location"), hide);
    let editor = one.get(&hide).await.body;
    assert!(editor.contains("M 4 5 h 10 v 12 h -10 z"), "{editor}");
    let covers = r#"{"covers":[{"shape":"box","x":4,"y":5,"width":10,"height":12,"finding":null}],"dismissed":[]}"#;
    let confirmed = one.confirmed(&hide, &[("covers", covers)]).await;
    let draft = pictures.trim_end_matches("/pictures").to_owned();
    assert_eq!(confirmed.header("location"), draft, "{}", confirmed.body);
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/context"));
    let broken = one.post(&hide, &[("covers", "{"), ("do", "save")]).await;
    assert_eq!(broken.status, 422);
    assert!(one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await.status == 409);
    let review = one.get(&format!("{draft}/check")).await.body;
    assert!(review.contains("One cover. Confirmed by Dr. one."), "{review}");
    let remove = small.trim_end_matches("/small").to_owned();
    assert_eq!(two.post(&remove, &[("do", "remove")]).await.status, 404);
    assert_eq!(one.post(&remove, &[("do", "remove")]).await.header("location"), pictures);
    assert_eq!(one.get(&small).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_asked_for_without_a_session_says_how_to_see_it() {
    let ward = Ward::founded().await;
    ward.physician("one").await;
    let case = ward.case_with_picture("one", "Target lesions", Audience::Network).await;
    let answer = ward.browser().get(&format!("/cases/{case}/pictures/1")).await;
    let says = |key| answer.body.contains(&Sentences::english().get(key));
    assert_eq!(answer.status, 401);
    assert!(says("next-401-look") && !says("next-401"), "nothing was typed there: {}", answer.body);
    assert!(answer.body.contains("href=\"/sign-in\""), "{}", answer.body);
}
