//! The disk fills up while a hospital works. Pictures are refused first, then words; reading, withdrawing and starting go on,
//! and once there is room everything does.

use crate::{
    bad_jpeg::jpeg,
    disk::Disk,
    founding::found,
    house::House,
    raw::Heard,
    seats::Seats,
    visitor::{Part, Visitor},
    waiting::wait_until,
};

/// What is to stay free, and the ballast, on a disk of 256 MiB.
const FLOOR_BYTES: i64 = 64 << 20;
const BALLAST_BYTES: i64 = 16 << 20;

fn post_words(visitor: &Visitor, title: &str) -> Heard {
    let case = serde_json::json!({ "title": title, "text": "Of quokkapox.", "audience": "network" });
    visitor.post("/api/v1/cases", "application/json", case.to_string().as_bytes())
}

fn case_of(answer: &Heard) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["case"].as_str().unwrap().to_owned()
}

/// That something is refused because of the disk, in words that say so.
fn assert_no_room(what: &str, answer: &Heard) {
    assert_eq!(answer.status, 507, "{what}: {}", answer.text());
    let sentence = answer.problem();
    assert!(
        sentence.contains("too full") || sentence.contains("reading and withdrawing still work"),
        "{what}: {sentence}"
    );
}

/// That a house is read as ever, by browser and command line.
fn assert_read(house: &House, visitor: &Visitor, case: &str) {
    for page in [
        "/",
        &format!("/cases/{case}"),
        &format!("/cases/{case}/pictures/1"),
        "/search?q=rash",
        "/cases/new",
        "/account",
    ] {
        assert_eq!(visitor.get(page).status, 200, "{page}");
    }
    assert!(house.case(case).is_some());
    house.titles();
}

fn withdraw(house: &House, case: &str) {
    house.ask(&["withdraw", case, "--as", "keller", "--ground", "patient-wish"]);
    wait_until("the case is withdrawn", || house.case(case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()));
    wait_until("and not found any more", || !house.finds("quokkapox", case));
}

#[test]
fn a_full_disk_refuses_what_is_new_and_nothing_else() {
    let _seats = Seats::take(1);
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::make(directory.path(), "small");
    let house = House::make("Hospital A", &disk.root().join("A"));
    // The weight that it was made with; a smaller one is laid instead.
    std::fs::remove_file(house.directory().join("ballast")).unwrap_or_default();
    house.configure("storage", "free_bytes_min", FLOOR_BYTES);
    house.configure("storage", "ballast_bytes", BALLAST_BYTES);
    found(std::slice::from_ref(&house), directory.path());
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(&house, "keller");
    let shown = case_of(&keller.posts_picture());
    let [kept, first, second, third] =
        ["Kept", "One", "Two", "Three"].map(|title| case_of(&post_words(&keller, title)));
    wait_until("all are found", || [&kept, &first, &second, &third].iter().all(|case| house.finds("quokkapox", case)));
    let draft = keller.begin_draft();

    disk.fill(FLOOR_BYTES as u64 / 2);
    assert_no_room("a picture below the floor", &keller.posts_picture());
    let answer = keller.upload(&draft, &[Part::file("pictures", "a.jpg", "image/jpeg", &jpeg())]);
    assert_eq!((answer.status, answer.text().contains("running out of space")), (507, true), "{}", answer.text());
    let small = case_of(&post_words(&keller, "Words below the floor"));
    assert_read(&house, &keller, &shown);
    withdraw(&house, &first);

    disk.make_room();
    disk.fill(0);
    wait_until("the ballast is thrown off", || house.said().contains("The ballast was thrown off"));
    assert_no_room("a picture", &keller.posts_picture());
    assert_no_room("words", &post_words(&keller, "More words"));
    let comment =
        keller.post(&format!("/api/v1/cases/{kept}/comments"), "application/json", b"{\"text\": \"One more.\"}");
    assert_no_room("a comment", &comment);
    let page = keller.post("/cases/new", "application/x-www-form-urlencoded", b"");
    assert_eq!((page.status, page.text().contains("running out of space")), (507, true), "{}", page.text());
    assert_read(&house, &keller, &shown);
    withdraw(&house, &second);

    house.stop();
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    assert_read(&house, &keller, &shown);
    withdraw(&house, &third);
    house.kill();
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    assert_read(&house, &keller, &shown);
    assert_no_room("words after a start", &post_words(&keller, "More words"));
    house.stop();

    disk.make_room();
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    let [words, picture] = [post_words(&keller, "Words again"), keller.posts_picture()].map(|answer| case_of(&answer));
    for case in [&shown, &kept, &small, &words, &picture] {
        assert!(house.case(case).is_some_and(|shown| shown["withdrawn_ms"].is_null()), "{case} is there");
    }
    for case in [&first, &second, &third] {
        assert!(house.case(case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()), "{case} stays withdrawn");
    }
    assert_eq!(keller.get(&format!("/cases/{shown}/pictures/1")).status, 200);
    house.assert_sound();
    assert!(
        !house.said().contains("panicked at") && !house.said().contains("ERROR"),
        "a full disk is no mistake of the node"
    );
}

#[test]
fn a_disk_that_fills_up_and_empties_while_cases_are_posted_loses_none() {
    let _seats = Seats::take(1);
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::make(directory.path(), "filling");
    let house = House::make("Hospital A", &disk.root().join("A"));
    // Without floor and ballast nothing refuses words before the disk itself does.
    std::fs::remove_file(house.directory().join("ballast")).unwrap_or_default();
    house.configure("storage", "free_bytes_min", 0);
    house.configure("storage", "ballast_bytes", 0);
    found(std::slice::from_ref(&house), directory.path());
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(&house, "keller");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        acknowledged.push(case_of(&post_words(&keller, &format!("Round {round} before"))));
        disk.fill(0);
        wait_until("the disk itself refuses words", || {
            let answer = post_words(&keller, &format!("Round {round} meanwhile"));
            if answer.status == 200 {
                acknowledged.push(case_of(&answer));
            } else {
                assert_eq!(answer.status, 507, "{}", answer.text());
            }
            answer.status == 507
        });
        if round == 1 {
            house.kill();
        }
        disk.make_room();
        if round == 1 {
            house.serve();
        }
        wait_until("words are taken again", || {
            let answer = post_words(&keller, &format!("Round {round} after"));
            if answer.status == 200 {
                acknowledged.push(case_of(&answer));
            }
            answer.status == 200
        });
        wait_until("nothing waits", || house.is_ready());
        for case in &acknowledged {
            wait_until("what was acknowledged is there", || house.case(case).is_some());
        }
    }
    wait_until("the last is found", || house.finds("quokkapox", acknowledged.last().unwrap()));
    house.assert_sound();
    assert!(!house.said().contains("panicked at"), "nothing falls over");
}

#[test]
fn tables_whose_own_disk_is_full_hold_up_nothing() {
    let _seats = Seats::take(1);
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::make(directory.path(), "tables");
    let house = House::make("Hospital A", &directory.path().join("A"));
    found(std::slice::from_ref(&house), directory.path());
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(&house, "keller");
    let shown = case_of(&keller.posts_picture());
    house.stop();
    let (tables, moved) = (house.network_directory("tables"), disk.root().join("tables"));
    let copied = std::process::Command::new("cp").arg("--archive").args([&tables, &moved]).status();
    assert!(copied.unwrap().success());
    std::fs::remove_dir_all(&tables).unwrap();
    std::os::unix::fs::symlink(&moved, &tables).unwrap();
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());

    let mut posted = Vec::new();
    for round in ["before", "after a start"] {
        disk.fill(0);
        let answer = post_words(&keller, &format!("Words {round}"));
        assert!(answer.json()["waits_for"].is_null(), "rows wait in memory, words do not: {}", answer.text());
        posted.push(case_of(&answer));
        for _ in ["before", "after a kill"] {
            assert_read(&house, &keller, &shown);
            for case in &posted {
                wait_until("it is found", || house.finds("quokkapox", case));
            }
            house.kill();
            house.serve();
            wait_until("the hospital is ready", || house.is_ready());
        }
        disk.make_room();
    }
    house.assert_sound();
    assert!(!house.said().contains("set aside"), "sound tables stay where they are");
}
