//! What lies on the disk is looked after: what a crash left goes, what is missing is found, what is damaged is said.

use super::*;

/// Every file below a directory.
fn files_below(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_a_crash_left_unlisted_are_erased_and_no_others() {
    let (_hospital, app, one) = Hospital::with_physician().await;
    let picture = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
    let said =
        app.post_case(&case("With a picture", Audience::Network), vec![picture], Word::Looked, &one).await.unwrap();
    let (shared, listing): (_, CaseId) = (app.joined().unwrap().shared().clone(), said.case.parse().unwrap());
    let salt = match app.case(listing, &one).unwrap() {
        CaseOrPlate::Case(view) => view.summary.blob_salt,
        CaseOrPlate::Withdrawn { .. } => panic!("it is there"),
    };
    let blobs = shared.blobs.list(listing).await.unwrap();
    let gone = CaseId { institution: FeedId([9; 32]), number: protocol::CaseNumber([9; 16]) };
    for blob in &blobs {
        let store::Found::Held(held) = shared.blobs.get(listing, *blob).await.unwrap() else { panic!("it is held") };
        let replica = anonymizer::Replica::checked(held.bytes.to_vec()).unwrap();
        shared.blobs.put_replica(gone, &salt, *blob, replica).await.unwrap();
    }
    assert_eq!(app.erase_unlisted().await.unwrap(), blobs.len(), "those of a case that is not here");
    assert_eq!(shared.blobs.list(gone).await.unwrap(), []);
    assert_eq!((app.erase_unlisted().await.unwrap(), shared.blobs.list(listing).await.unwrap()), (0, blobs));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_that_is_not_here_is_found_missing_behind_the_start() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let picture = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
    let said =
        app.post_case(&case("With a picture", Audience::Network), vec![picture], Word::Looked, &one).await.unwrap();
    let pictured: CaseId = said.case.parse().unwrap();
    let wordy = post(&app, "Of words alone", Audience::Network, &one).await;
    let missing = async |app: &App| app.joined().unwrap().shared().missing_previews(None, 9).await.unwrap();
    assert_eq!(missing(&app).await, (pictured.max(wordy), vec![]));
    let CaseOrPlate::Case(view) = app.case(pictured, &one).unwrap() else { panic!("it is there") };
    app.joined().unwrap().shared().blobs.erase_blob(pictured, view.summary.pictures[0].preview).await.unwrap();
    let app = hospital.reopened(app).await;
    assert_eq!(missing(&app).await, (pictured.max(wordy), vec![pictured]));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_damaged_shows_in_the_status() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let network = app.joined().unwrap().id();
    let files = files_below(&hospital.layout.network(&network).feeds());
    let segment = files.iter().find(|path| path.extension().is_some_and(|kind| kind == "log")).unwrap();
    let length = || usize::try_from(std::fs::metadata(segment).unwrap().len()).unwrap();
    post(&app, "First", Audience::Network, &one).await;
    let begins = length();
    let picture = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
    let second =
        app.post_case(&case("Second", Audience::Network), vec![picture], Word::Looked, &one).await.unwrap().case;
    let ends = length();
    post(&app, "Third", Audience::Network, &one).await;
    search_until(&app, "third", &one, 1).await;
    assert!(app.status().damaged.is_empty());
    app.close().await;
    drop(app);
    let mut bytes = std::fs::read(segment).unwrap();
    bytes[usize::midpoint(begins, ends)] ^= 1;
    std::fs::write(segment, bytes).unwrap();

    let app = hospital.open().await;
    let damaged = app.status().damaged;
    assert_eq!(damaged.len(), 1, "{damaged:?}");
    assert!(damaged[0].starts_with("the journal of the feeds is damaged and read only: segment"), "{damaged:?}");
    let listed = app.list("network", None, 10, &one).unwrap().cases;
    let titles: Vec<_> = listed.iter().map(|view| view.summary.title.as_str()).collect();
    assert_eq!(titles, ["Third", "First"], "the others are read");
    for title in ["Fourth", "Fifth"] {
        let said = app.post_case(&case(title, Audience::Network), Vec::new(), Word::None, &one).await.unwrap();
        assert_eq!(
            said.waits_for.as_deref(),
            Some("waiting until the journal, which is damaged and can only be read, is repaired")
        );
    }

    assert!(matches!(app.rebuild_store(&Actor::System), Err(AppError::Conflict(_))), "what cannot be made anew stays");
    let check = app.check_store(&Actor::System).await.unwrap();
    assert_eq!((check.cases, check.cases_in_index, check.pictures, check.unlisted), (3, 3, 2, 0), "all is looked at");
    let [record, words] = &check.damaged[..] else { panic!("the record and its case are named: {:?}", check.damaged) };
    assert!(record.starts_with("the journal is damaged: segment 1 at "), "{record}");
    assert_eq!(*words, format!("case {second}: the journal cannot be read: {record}"));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_the_store_names_a_picture_that_is_damaged_or_missing() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let picture = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
    let said =
        app.post_case(&case("With a picture", Audience::Network), vec![picture], Word::Looked, &one).await.unwrap();
    search_until(&app, "picture", &one, 1).await;
    let sound = app.check_store(&Actor::System).await.unwrap();
    assert_eq!((sound.pictures, sound.cases, sound.cases_in_index), (2, 1, 1), "one, and its preview");
    assert!(sound.damaged.is_empty(), "{:?}", sound.damaged);

    let network = app.joined().unwrap().id();
    let mut pictures = files_below(&hospital.layout.network(&network).blobs());
    pictures.retain(|path| path.components().any(|part| part.as_os_str() == "pictures"));
    let mut bytes = std::fs::read(&pictures[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&pictures[0], bytes).unwrap();
    std::fs::remove_file(&pictures[1]).unwrap();
    let found = app.check_store(&Actor::System).await.unwrap();
    assert_eq!((found.pictures, found.damaged.len()), (0, 2), "{:?}", found.damaged);
    assert!(found.damaged.iter().all(|what| what.contains(&said.case)), "{:?}", found.damaged);
    assert!(found.damaged.iter().any(|what| what.ends_with("is missing")), "{:?}", found.damaged);
    app.close().await;
}

/// Flips a bit of a record of the feeds' journal; twice, and it is as it was.
fn flip(hospital: &Hospital, network: &protocol::NetworkId, record: store::Position) {
    let segment = hospital.layout.network(network).feeds().join(format!("{:06}.log", record.segment()));
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[record.offset() as usize + 40] ^= 1;
    std::fs::write(segment, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_read_who_may_speak_is_open_for_reading_until_it_can() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let case = post(&app, "Target lesions", Audience::Network, &one).await;
    let joined = app.joined().unwrap();
    let (network, shelf) = (joined.id(), joined.shared().shelf.clone());
    let account = app.account("one").unwrap().id;
    let clinician = app.desk.look(|house| house.custody().clinician_of(account)).unwrap();
    let attestation = joined.shared().standing_attestations(&clinician)[0];
    let seq = shelf.entry_by_id(&attestation).unwrap().unwrap().entry.header().seq;
    let record = shelf.row(&joined.me(), seq).unwrap().unwrap().record;
    app.close().await;
    drop((app, joined, shelf));
    flip(&hospital, &network, record);

    let app = hospital.open().await;
    let damaged = app.status().damaged;
    let place = format!("segment {} at {}: no sound record", record.segment(), record.offset());
    assert_eq!(damaged.len(), 2, "that it is damaged, and what cannot be known of it: {damaged:?}");
    assert!(damaged.iter().all(|said| said.ends_with(&place)), "{damaged:?}");
    let CaseOrPlate::Case(view) = app.case(case, &one).unwrap() else { panic!("the case is not withdrawn") };
    assert_eq!(view.author.standing, trust::Standing::Verified, "as it was judged when it could be");
    let said = app.comment(case, "Biopsy the border.", None, None, &[], &one).await.unwrap();
    assert!(said.entry.is_none() && said.waits_for.unwrap().contains("repaired"));

    app.close().await;
    drop(app);
    flip(&hospital, &network, record);
    let app = hospital.open().await;
    until("what waited is sent", || app.status().unsent == 0 && app.thread(case).unwrap().len() == 1).await;
    assert_eq!(app.status().damaged, [""; 0]);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_read_its_charter_says_which_record_it_is() {
    let (hospital, app) = Hospital::founded().await;
    let joined = app.joined().unwrap();
    let (network, record) = {
        let scanned = joined.shared().shelf.journal.scan(None).next().unwrap().unwrap();
        (joined.id(), scanned.position)
    };
    app.close().await;
    drop((app, joined));
    flip(&hospital, &network, record);
    let refused = App::open(&hospital.layout, &hospital.config, false).await.err().unwrap();
    let said = super::super::with_causes(&refused);
    let place = format!("segment {} at {}: no sound record", record.segment(), record.offset());
    let directory = hospital.layout.network(&network).feeds().display().to_string();
    assert!(said.contains("founding charter") && said.contains(&place) && said.contains(&directory), "{said}");
    flip(&hospital, &network, record);
    hospital.open().await.close().await;
}

/// What a crash would leave of a directory now.
fn copy_files(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (kind, copy) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_files(&entry.path(), &copy);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), copy).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_newest_records_are_damaged_after_a_crash_is_open_for_reading_what_stands_before() {
    let (hospital, app, one) = Hospital::with_physician().await;
    let mut cases = vec![post(&app, "Written with the tables", Audience::Network, &one).await];
    let app = hospital.reopened(app).await;
    let (network, shelf) = (app.joined().unwrap().id(), app.joined().unwrap().shared().shelf.clone());
    cases.push(post(&app, "Only in the journal", Audience::Network, &one).await);
    let record = shelf.journal.end();
    for title in ["Damaged", "Behind the damage"] {
        cases.push(post(&app, title, Audience::Network, &one).await);
    }
    let crashed = hospital.layout.root().with_file_name("crashed");
    copy_files(hospital.layout.root(), &crashed);
    app.close().await;
    drop((app, shelf));
    std::fs::remove_dir_all(hospital.layout.root()).unwrap();
    std::fs::rename(crashed, hospital.layout.root()).unwrap();

    flip(&hospital, &network, record);
    for _ in ["after the crash", "and a stop in order"] {
        let app = hospital.open().await;
        let damaged = app.status().damaged;
        let place = format!("segment {} at {}: no sound record", record.segment(), record.offset());
        assert_eq!(damaged.len(), 2, "that it is damaged, and that nothing arrives: {damaged:?}");
        assert!(damaged.iter().all(|said| said.ends_with(&place)), "{damaged:?}");
        let titles: Vec<_> = cases[..2].iter().map(|case| title_of(&app, *case, &one)).collect();
        assert_eq!(titles, [Some("Written with the tables".to_owned()), Some("Only in the journal".to_owned())]);
        assert!(app.case(cases[2], &one).is_err() && app.case(cases[3], &one).is_err());
        app.close().await;
    }
    flip(&hospital, &network, record);
    let app = hospital.open().await;
    assert_eq!(app.status().damaged, [""; 0]);
    assert_eq!(title_of(&app, cases[2], &one).as_deref(), Some("Damaged"));
    assert_eq!(title_of(&app, cases[3], &one).as_deref(), Some("Behind the damage"));
    app.close().await;
}
