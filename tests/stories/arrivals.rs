//! A directory that is watched: what came to be in it, however short its life was.

use std::{mem::MaybeUninit, path::Path};

use rustix::{
    fd::OwnedFd,
    fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init},
    io::Errno,
};

/// Room for a few names at a time.
const EVENTS_BYTES: usize = 4_096;

/// A watch on one directory, not on those within.
pub(crate) struct Arrivals(OwnedFd);

impl Arrivals {
    /// Watches from now on.
    pub(crate) fn at(directory: &Path) -> Self {
        let watch = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
        add_watch(&watch, directory, WatchFlags::CREATE | WatchFlags::MOVED_TO).unwrap();
        Self(watch)
    }

    /// Names of what came since.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut buffer = [MaybeUninit::uninit(); EVENTS_BYTES];
        let mut events = Reader::new(&self.0, &mut buffer);
        let mut names = Vec::new();
        loop {
            match events.next() {
                Ok(event) => names.extend(event.file_name().map(|name| name.to_string_lossy().into_owned())),
                Err(Errno::WOULDBLOCK) => return names,
                Err(error) => panic!("the watch does not answer: {error}"),
            }
        }
    }
}
