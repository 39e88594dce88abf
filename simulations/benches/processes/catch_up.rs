//! One hospital has a long feed; another one pulls it.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    floor,
    founding::wait_until_member,
    hospitals::Hospitals,
    house::House,
    http::{Ask, Door},
    making,
    wire::Wire,
};

/// Between two looks at how far the pulling one is.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Stands in the last case alone.
const LAST_WORD: &str = "quokkapox";

pub(crate) fn run(entries: usize) {
    let wire = Wire::default();
    let hospitals = Hospitals::found(2, |house| wire.lay(house));
    let [a, b] = hospitals.houses() else { panic!("two were founded") };
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.stop();

    let started = Instant::now();
    making::fill(a, "keller", entries, LAST_WORD);
    let held = a.status()["entries"].as_u64().unwrap();
    tell_rate("posted through the API by 64 people at once", held, started.elapsed());
    let exported = hospitals.directory().join("exported");
    a.export(&a.feed(), &exported);
    println!("bytes of an entry: {}", bytes(&exported) / held);
    tell_disk(a, held);

    a.stop();
    let started = Instant::now();
    a.serve();
    assert_eq!(Ask::get("/sign-in").send(&Door::Web(a.web())).unwrap_or_else(|_| panic!("A answers")).status, 200);
    println!("start with {held} entries to the first page served: {:.2} s", started.elapsed().as_secs_f64());

    floor::tell(held);
    let (started, on_wire) = (Instant::now(), wire.bytes());
    b.serve();
    let mut stages = [("durable and linked", None), ("every signature checked", None), ("found", None)];
    while stages.iter().any(|(_, took)| took.is_none()) {
        thread::sleep(LOOK_AGAIN);
        let peer = b.peers().remove(0);
        let is = [
            peer["entries"] == held,
            peer["verified"] == held,
            stages[0].1.is_some() && b.look(&format!("/search?q={LAST_WORD}&limit=1")).text.contains("The last one"),
        ];
        for (stage, _) in stages.iter_mut().zip(is).filter(|(stage, is)| *is && stage.1.is_none()) {
            stage.1 = Some(started.elapsed());
            tell_rate(stage.0, held, started.elapsed());
        }
    }
    println!("bytes on the wire an entry: {}", (wire.bytes() - on_wire) / held);
    println!("most memory of the pulling node: {} MiB", memory(b) >> 20);
    wait_until_member(b, 2);
    b.stop();
    tell_disk(b, held);
}

fn tell_rate(what: &str, entries: u64, took: Duration) {
    let seconds = took.as_secs_f64();
    println!("{what}: {entries} entries in {seconds:.1} s, {:.0} a second", entries as f64 / seconds);
}

fn tell_disk(house: &House, entries: u64) {
    let of = |part: &str| bytes(&house.network_directory(part)) / entries;
    println!(
        "bytes on the disk of {} an entry: journal and keys {}, tables {}, index {}",
        house.name(),
        of("feeds"),
        of("tables"),
        of("index")
    );
}

/// Bytes of a file, or of all files below a directory.
fn bytes(path: &Path) -> u64 {
    // What goes while it is counted counts nothing.
    let Ok(metadata) = fs::metadata(path) else { return 0 };
    if metadata.is_file() {
        return metadata.len();
    }
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    inside.map(|entry| bytes(&entry.path())).sum()
}

/// The most that the process of a house ever had in memory.
fn memory(house: &House) -> u64 {
    let data = house.directory().to_str().unwrap();
    let is_of_house = |process: &Path| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        let mut arguments = line.split(|byte| *byte == 0);
        arguments.any(|argument| argument == data.as_bytes()) && arguments.any(|argument| argument == b"serve")
    };
    let mut processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let process = processes.find(|process| is_of_house(process)).expect("the house runs");
    let status = fs::read_to_string(process.join("status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it is a process");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}
