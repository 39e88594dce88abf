//! The floor: what the entries of a feed cost a node that does nothing with them but what nobody can leave out.

use std::{
    fs::File,
    io::Write,
    time::{Duration, Instant},
};

use protocol::{NetworkId, Purpose, SecretKey, Signature, hash};

/// Entries of one frame, which go to the disk together.
const GROUP: usize = 512;
/// Looked at of all.
const ENTRIES: usize = 8_192;
const HEADER_BYTES: usize = 200;
const ENTRY_BYTES: usize = 1_024;

/// Prints the rates of one thread: hashes and fdatasync alone, and with both signatures of each entry.
pub(crate) fn tell(entries: u64) {
    let key = SecretKey::from_seed(&[7; 32]);
    let (network, bytes) = (NetworkId([1; 32]), vec![7; ENTRY_BYTES]);
    let signature = key.sign(Purpose::Entry, &network, &bytes[..HEADER_BYTES]);
    let linked = time(|| {
        let mut file = tempfile::tempfile().unwrap();
        for _ in 0..ENTRIES / GROUP {
            write(&mut file, &bytes);
        }
    });
    let signed = time(|| {
        for _ in 0..ENTRIES {
            check(&key, &network, &bytes[..HEADER_BYTES], &signature);
            check(&key, &network, &bytes[..HEADER_BYTES], &signature);
        }
    });
    let rate = |took: Duration| ENTRIES as f64 / took.as_secs_f64();
    println!(
        "floor on one core, of {entries} entries: hashed and on the disk {:.0} a second, with both signatures {:.0} a second",
        rate(linked),
        rate(linked + signed)
    );
}

fn write(file: &mut File, bytes: &[u8]) {
    let mut group = Vec::with_capacity(GROUP * ENTRY_BYTES);
    for _ in 0..GROUP {
        // The id, the payload's hash and the check of the frame on the disk.
        for part in [&bytes[..HEADER_BYTES], &bytes[HEADER_BYTES..], bytes] {
            std::hint::black_box(hash("floor", &[part]));
        }
        group.extend_from_slice(bytes);
    }
    file.write_all(&group).unwrap();
    file.sync_data().unwrap();
}

fn check(key: &SecretKey, network: &NetworkId, bytes: &[u8], signature: &Signature) {
    key.public().verify(Purpose::Entry, network, bytes, signature).unwrap();
}

fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
