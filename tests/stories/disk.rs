//! A disk of our own: an ext4 file system in a file, on a loop device. What is copied from the file while a node is held
//! still is what a power cut would have left of it on a disk that keeps its promises.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Command,
};

use crate::root::assert_root;

/// Enough for a node; the file is sparse.
const DISK_BYTES: u64 = 256 << 20;

/// A mounted disk. It is unmounted, and its device given back, when it is dropped.
pub(crate) struct Disk {
    image: PathBuf,
    device: String,
    mounted: PathBuf,
}

impl Disk {
    /// An empty file system.
    pub(crate) fn make(directory: &Path, name: &str) -> Self {
        assert_root("power cuts and full disks are played on a loop device");
        let image = directory.join(format!("{name}.ext4"));
        File::create(&image).unwrap().set_len(DISK_BYTES).unwrap();
        run("mkfs.ext4", &["-q", "-F", path(&image)]);
        Self::mount(image)
    }

    /// What the power would leave if it went now.
    pub(crate) fn as_cut_now(&self, name: &str) -> Cut {
        let image = self.image.with_file_name(format!("{name}.ext4"));
        run("cp", &["--sparse=always", path(&self.image), path(&image)]);
        Cut(image)
    }

    /// Where its files are.
    pub(crate) fn root(&self) -> &Path {
        &self.mounted
    }

    /// Fills it with something of somebody else until so many bytes are left; none, if that is all.
    pub(crate) fn fill(&self, bytes_left: u64) {
        let stat = rustix::fs::statvfs(&self.mounted).unwrap();
        let mut file = File::create(self.filling()).unwrap();
        let bytes = (stat.f_bavail * stat.f_frsize).saturating_sub(bytes_left);
        if bytes > 0 {
            rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes).unwrap();
        }
        if bytes_left == 0 {
            file.seek(SeekFrom::End(0)).unwrap();
            // What is set aside for root goes too, but nothing that is given up meanwhile.
            let set_aside = (stat.f_bfree - stat.f_bavail) * stat.f_frsize;
            let mut blocks = 0..set_aside.div_ceil(4_096);
            while blocks.next().is_some() && file.write_all(&[7; 4_096]).is_ok() {}
        }
        // A full disk may refuse this as well; what was written counts.
        let _ = file.sync_all();
    }

    /// Takes away what it was filled with.
    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.filling()).unwrap();
        File::open(&self.mounted).unwrap().sync_all().unwrap();
    }

    fn filling(&self) -> PathBuf {
        self.mounted.join("of-somebody-else")
    }

    fn mount(image: PathBuf) -> Self {
        let mounted = image.with_extension("mounted");
        std::fs::create_dir(&mounted).unwrap();
        let device = run("losetup", &["--find", "--show", path(&image)]).trim().to_owned();
        let disk = Self { image, device, mounted };
        run("mount", &["-t", "ext4", &disk.device, path(&disk.mounted)]);
        disk
    }
}

impl Drop for Disk {
    #[expect(clippy::print_stderr, reason = "who cleans up must know what was left behind")]
    fn drop(&mut self) {
        for (program, argument) in [("umount", path(&self.mounted)), ("losetup", self.device.as_str())] {
            let detach: &[&str] = if program == "losetup" { &["--detach"] } else { &[] };
            let status = Command::new(program).args(detach).arg(argument).status();
            if !status.is_ok_and(|status| status.success()) {
                eprintln!("{program} {argument} failed");
            }
        }
        // The directory of the story goes as a whole afterwards.
        let _ = std::fs::remove_file(&self.image);
    }
}

/// A disk as a power cut left it.
pub(crate) struct Cut(PathBuf);

impl Cut {
    /// The power is back: the file system replays its journal.
    pub(crate) fn mount(self) -> Disk {
        Disk::mount(self.0)
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}
