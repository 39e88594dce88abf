//! What must hold of key files: slots are used once, erased is for ever, each copy repairs the other.

use super::*;
use crate::test_entropy::counting;

const HEAD: Head = Head { owner: [9; 16], number: 1 };

struct Room {
    directory: tempfile::TempDir,
    wrapping: WrappingKey,
    entropy: Entropy,
}

impl Room {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), wrapping: WrappingKey::new([1; 32]), entropy: counting(1) }
    }

    fn create(&self) -> KeyFile {
        KeyFile::create(self.directory.path(), HEAD, &self.wrapping, &self.entropy, &Disk::default()).unwrap()
    }

    fn open(&self) -> Result<KeyFile, KeyError> {
        KeyFile::open(self.directory.path(), HEAD, &Keyring::new(self.wrapping.clone()), &Disk::default())
    }

    fn copy(&self, copy: usize) -> PathBuf {
        paths(self.directory.path(), 1)[copy].clone()
    }

    fn flip(&self, copy: usize, byte: usize) {
        let mut bytes = std::fs::read(self.copy(copy)).unwrap();
        bytes[byte] ^= 0x40;
        std::fs::write(self.copy(copy), bytes).unwrap();
    }
}

fn opens(file: &KeyFile, slot: u32, key: &ContentKey) -> bool {
    let sealed = key.seal(0, b"", b"words");
    file.get(slot).unwrap().is_some_and(|held| held.unseal(0, b"", &sealed).is_some())
}

#[test]
fn a_key_is_read_back_after_a_restart() {
    let room = Room::new();
    let keys = room.create().reserve(3, &room.entropy).unwrap();
    let file = room.open().unwrap();
    assert!(keys.iter().all(|(slot, key)| opens(&file, *slot, key)));
    assert_eq!(file.used(), 3);
}

#[test]
fn an_erased_slot_says_erased_and_a_damaged_one_says_damaged() {
    let room = Room::new();
    let file = room.create();
    file.reserve(3, &room.entropy).unwrap();
    file.erase(&[1]).unwrap();
    file.erase(&[1]).unwrap();
    for copy in 0..2 {
        room.flip(copy, HEAD_LEN + 2 * SLOT_LEN + 20);
    }
    assert!(file.get(1).unwrap().is_none());
    assert!(matches!(file.get(2), Err(KeyError::SlotDamaged { slot: 2, .. })));
    assert!(file.get(0).unwrap().is_some());
}

#[test]
fn slots_that_were_read_with_others_are_erased_and_rewritten_all_the_same() {
    let room = Room::new();
    let file = room.create();
    let keys = file.reserve(100, &room.entropy).unwrap();
    assert!(opens(&file, 0, &keys[0].1) && opens(&file, 70, &keys[70].1));
    file.erase(&[5, 71]).unwrap();
    assert!([5, 71].iter().all(|slot| file.get(*slot).unwrap().is_none()));
    assert!(opens(&file, 4, &keys[4].1) && opens(&file, 72, &keys[72].1));
    let later = file.reserve(1, &room.entropy).unwrap();
    assert!(opens(&file, 100, &later[0].1));
    file.rewrite(&WrappingKey::new([9; 32]), &room.entropy).unwrap();
    assert!(opens(&file, 100, &later[0].1) && file.get(5).unwrap().is_none());
}

#[test]
fn a_copy_that_cannot_be_read_leaves_the_other() {
    let room = Room::new();
    let file = room.create();
    let keys = file.reserve(2, &room.entropy).unwrap();
    // Whoever reads a directory gets an error.
    let replace = |copy, by: &dyn Fn(&Path) -> io::Result<()>| {
        let path = room.copy(copy);
        if path.is_dir() { std::fs::remove_dir(&path) } else { std::fs::remove_file(&path) }.unwrap();
        by(&path).unwrap();
    };
    let bytes = std::fs::read(room.copy(0)).unwrap();
    replace(0, &|path| std::fs::create_dir(path));
    assert!(opens(&file, 1, &keys[1].1));
    replace(1, &|path| std::fs::create_dir(path));
    assert!(matches!(file.get(1), Err(KeyError::Io { .. })));
    replace(0, &|path| std::fs::write(path, &bytes));
    assert!(opens(&file, 1, &keys[1].1));
}

#[test]
fn one_copy_repairs_the_other_wherever_it_is_hit() {
    for copy in 0..2 {
        for byte in (0..HEAD_LEN + 2 * SLOT_LEN).step_by(7) {
            let room = Room::new();
            let keys = room.create().reserve(2, &room.entropy).unwrap();
            let whole = std::fs::read(room.copy(copy)).unwrap();
            room.flip(copy, byte);
            let file = room.open().unwrap();
            assert!(keys.iter().all(|(slot, key)| opens(&file, *slot, key)), "copy {copy}, byte {byte}");
            assert_eq!(std::fs::read(room.copy(copy)).unwrap(), whole, "copy {copy}, byte {byte}");
        }
    }
}

#[test]
fn a_missing_copy_is_made_again_and_two_missing_ones_are_told() {
    let room = Room::new();
    let keys = room.create().reserve(2, &room.entropy).unwrap();
    std::fs::remove_file(room.copy(0)).unwrap();
    assert!(opens(&room.open().unwrap(), 1, &keys[1].1));
    assert!(room.copy(0).exists());
    for copy in 0..2 {
        std::fs::remove_file(room.copy(copy)).unwrap();
    }
    assert!(matches!(room.open(), Err(KeyError::FileDamaged { .. })));
}

#[test]
fn an_erasure_that_reached_one_copy_is_finished_at_open() {
    for reached in 0..2 {
        let room = Room::new();
        let file = room.create();
        file.reserve(2, &room.entropy).unwrap();
        let before = std::fs::read(room.copy(1 - reached)).unwrap();
        file.erase(&[0]).unwrap();
        std::fs::write(room.copy(1 - reached), before).unwrap();
        assert!(room.open().unwrap().get(0).unwrap().is_none());
        assert_eq!(std::fs::read(room.copy(0)).unwrap(), std::fs::read(room.copy(1)).unwrap());
    }
}

#[test]
fn a_slot_that_was_ever_begun_is_not_given_out_again() {
    for torn in 1..=SLOT_LEN {
        let room = Room::new();
        let file = room.create();
        file.reserve(2, &room.entropy).unwrap();
        let length = slot_offset(1) + torn as u64;
        for copy in 0..2 {
            File::options().write(true).open(room.copy(copy)).unwrap().set_len(length).unwrap();
        }
        assert_eq!(room.open().unwrap().reserve(1, &room.entropy).unwrap()[0].0, 2, "{torn} bytes of slot 1");
    }
}

#[test]
fn a_rewrite_leaves_nothing_for_the_old_wrapping_key() {
    let room = Room::new();
    let file = room.create();
    let keys = file.reserve(3, &room.entropy).unwrap();
    file.erase(&[2]).unwrap();
    let new = WrappingKey::new([2; 32]);
    file.rewrite(&new, &room.entropy).unwrap();
    assert!(opens(&file, 0, &keys[0].1) && file.get(2).unwrap().is_none());
    assert!(matches!(room.open(), Err(KeyError::WrongWrappingKey { .. })));
    let room = Room { wrapping: new, ..room };
    let file = room.open().unwrap();
    assert!(opens(&file, 1, &keys[1].1) && file.get(2).unwrap().is_none());
}

#[test]
fn a_rewrite_cut_short_between_the_copies_goes_on_with_the_newer() {
    let room = Room::new();
    let file = room.create();
    let keys = file.reserve(1, &room.entropy).unwrap();
    let old = std::fs::read(room.copy(1)).unwrap();
    let new = WrappingKey::new([2; 32]);
    file.rewrite(&new, &room.entropy).unwrap();
    std::fs::write(room.copy(1), old).unwrap();
    let keyring = Keyring { current: new, previous: Some(room.wrapping.clone()) };
    let file = KeyFile::open(room.directory.path(), HEAD, &keyring, &Disk::default()).unwrap();
    assert!(opens(&file, 0, &keys[0].1));
    assert!(matches!(room.open(), Err(KeyError::WrongWrappingKey { .. })), "the old second copy is gone too");
}

#[test]
fn erasing_works_when_the_disk_is_full() {
    let room = Room::new();
    let disk = Disk::default();
    let file = KeyFile::create(room.directory.path(), HEAD, &room.wrapping, &room.entropy, &disk).unwrap();
    file.reserve(2, &room.entropy).unwrap();
    disk.faults.full_after(Some(50));
    assert!(matches!(file.reserve(1, &room.entropy), Err(KeyError::Io { source, .. }) if is_full(&source)));
    file.erase(&[1]).unwrap();
    assert!(file.get(1).unwrap().is_none());
    disk.faults.full_after(None);
    assert_eq!(file.reserve(1, &room.entropy).unwrap()[0].0, 2, "nothing of the failed reservation was given out");
}

#[test]
fn a_newer_key_file_is_refused() {
    let room = Room::new();
    room.create();
    let newer = crate::format::Format { magic: *b"CNSLkeys", number: 2, what: "" }.stamp();
    let file = File::options().write(true).open(room.copy(0)).unwrap();
    file.write_all_at(&newer, 0).unwrap();
    let said = room.open().err().unwrap().to_string();
    assert!(said.contains("has format 2; this program knows up to 1"), "{said}");
}
