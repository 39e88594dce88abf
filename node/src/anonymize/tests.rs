//! Two runs with the workers that cargo builds beside this test.

use std::fs;

use super::*;

/// A portable network graphic of one grey pixel.
const DOT: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00,
    0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

struct Bench {
    root: tempfile::TempDir,
    order: Anonymize,
}

impl Bench {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let photos = root.path().join("photos");
        fs::create_dir(&photos).unwrap();
        for (name, bytes) in files {
            fs::write(photos.join(name), bytes).unwrap();
        }
        let order = Anonymize {
            files: vec![photos],
            into: root.path().join("clean"),
            report: root.path().join("sheet.html"),
            looked: false,
            except: Vec::new(),
        };
        Self { root, order }
    }

    async fn run(&mut self, looked: bool, except: &[u32]) -> Result<Tally, AnonymizeError> {
        (self.order.looked, self.order.except) = (looked, except.to_vec());
        perform(&self.order).await
    }

    fn clean(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.order.into) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }
}

#[tokio::test]
async fn nothing_is_written_before_somebody_looked_and_then_what_was_shown() {
    // The same pixel with a word behind its end.
    let other = [DOT, b"quokka"].concat();
    let mut bench = Bench::with(&[("a.png", DOT), ("b.txt", b"Dear colleague"), ("c.png", DOT), ("d.png", &other)]);
    let refused = bench.run(true, &[]).await.unwrap_err();
    assert!(matches!(refused, AnonymizeError::NotShown { .. }), "{refused}");
    assert_eq!(bench.run(false, &[]).await.unwrap().exit(), 4);
    assert_eq!(bench.clean(), [] as [&str; 0]);
    let again = Earlier::at(&bench.order.report).unwrap().unwrap();
    assert_eq!(again.numbers(), [1, 2].into(), "a picture that is there twice is shown once");

    fs::write(bench.root.path().join("photos/e.png"), [DOT, b"wombat"].concat()).unwrap();
    let refused = bench.run(true, &[3]).await.unwrap_err();
    assert!(matches!(refused, AnonymizeError::NoSuchNumber(3)), "{refused}");
    assert_eq!(bench.run(true, &[2]).await.unwrap().exit(), 4, "one came after the look");
    assert_eq!(bench.clean(), ["0001.png"]);
    assert_eq!(bench.run(false, &[]).await.unwrap().exit(), 4);
    let tally = bench.run(true, &[]).await.unwrap();
    assert_eq!((tally.exit(), tally.not_met), (0, 0));
    assert_eq!(bench.clean(), ["0001.png", "0002.png", "0003.png"], "numbers stay");
}

#[tokio::test]
async fn what_is_refused_waits_for_nobody() {
    let mut bench = Bench::with(&[("a.png", DOT), ("broken.png", &DOT[..40])]);
    assert_eq!(bench.run(false, &[]).await.unwrap().exit(), 4);
    assert_eq!(bench.run(true, &[]).await.unwrap().exit(), 3);
    assert_eq!(bench.clean(), ["0001.png"]);
    bench.order.files = vec![bench.root.path().join("photos/broken.png")];
    assert_eq!(bench.run(false, &[]).await.unwrap().exit(), 3, "no picture is left that waits");
}

#[tokio::test]
async fn what_a_sheet_shows_otherwise_is_not_written() {
    let mut bench = Bench::with(&[("a.png", DOT)]);
    bench.run(false, &[]).await.unwrap();
    let sheet = fs::read_to_string(&bench.order.report).unwrap();
    let (before, rest) = sheet.split_once("data-clean=\"").unwrap();
    let other = if rest.starts_with('0') { '1' } else { '0' };
    fs::write(&bench.order.report, format!("{before}data-clean=\"{other}{}", &rest[1..])).unwrap();
    assert_eq!(bench.run(true, &[]).await.unwrap().exit(), 4);
    assert_eq!(bench.clean(), [] as [&str; 0]);
}

#[tokio::test]
async fn another_file_keeps_its_name_and_a_new_batch_has_numbers_of_its_own() {
    let mut bench = Bench::with(&[("a.png", DOT)]);
    bench.run(false, &[]).await.unwrap();
    fs::create_dir(&bench.order.into).unwrap();
    fs::write(bench.order.into.join("0001.png"), "another").unwrap();
    assert_eq!(bench.run(true, &[]).await.unwrap().exit(), 3);
    assert_eq!(fs::read(bench.order.into.join("0001.png")).unwrap(), b"another");
    bench.order.report = bench.root.path().join("second.html");
    bench.run(false, &[]).await.unwrap();
    assert_eq!(bench.run(true, &[]).await.unwrap().exit(), 0);
    assert_eq!(bench.clean(), ["0001.png", "0002.png"]);
}

#[tokio::test]
async fn what_is_uncovered_and_what_is_covered_lie_apart() {
    let mut bench = Bench::with(&[("a.png", DOT)]);
    fs::create_dir(&bench.order.into).unwrap();
    let report = std::mem::replace(&mut bench.order.report, bench.order.into.join("sheet.html"));
    let refused = bench.run(false, &[]).await.unwrap_err();
    assert!(matches!(refused, AnonymizeError::SheetInFolder { .. }), "{refused}");
    bench.order.report = report;
    bench.order.into = bench.order.files[0].clone();
    let refused = bench.run(false, &[]).await.unwrap_err();
    assert!(matches!(refused, AnonymizeError::InFolder { .. }), "{refused}");
}
