//! Which files are meant: those that are named, and those in folders that are named, in the order of their names.
//!
//! A symbolic link is followed where it is named and nowhere else: within a folder it could lead anywhere. What is met twice,
//! as a file and in its folder, is taken once.

use std::{
    collections::BTreeSet,
    fs::{self, FileType},
    io,
    path::{Path, PathBuf},
};

/// A file that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    pub(super) path: PathBuf,
    /// By itself, and not only with its folder.
    pub(super) is_named: bool,
}

/// What is met and is no file.
#[derive(Debug)]
pub(super) enum Stray {
    /// A symbolic link in a folder.
    Link,
    /// A pipe, a socket, a device.
    NoFile,
    /// Nothing that can be looked into.
    Unreadable(io::Error),
}

/// All that is met.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) files: Vec<Meant>,
    pub(super) strays: Vec<(PathBuf, Stray)>,
}

/// A place on the way: as it is shown, and where it really is.
struct Place {
    shown: PathBuf,
    real: PathBuf,
    is_named: bool,
}

impl Walk {
    /// Walks what is named, in that order. What lies at or under one of `aside` is not met.
    pub(super) fn through(named: &[PathBuf], aside: &[&Path]) -> Self {
        let mut walk = Self::default();
        let aside: Vec<PathBuf> = aside.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut met = BTreeSet::new();
        for shown in named {
            let real = match shown.canonicalize() {
                Ok(real) => real,
                Err(error) => {
                    walk.strays.push((shown.clone(), Stray::Unreadable(error)));
                    continue;
                }
            };
            // The next is the last: a folder puts its own on top, the first of them last.
            let mut next = vec![Place { shown: shown.clone(), real, is_named: true }];
            while let Some(place) = next.pop() {
                if !aside.contains(&place.real) && met.insert(place.real.clone()) {
                    walk.step(place, &mut next);
                }
            }
        }
        walk
    }

    fn step(&mut self, place: Place, next: &mut Vec<Place>) {
        let Place { shown, real, is_named } = place;
        let inside = match fs::symlink_metadata(&real).map(|found| found.file_type()) {
            Ok(kind) if kind.is_dir() => children(&shown, &real),
            Ok(kind) if kind.is_file() => return self.files.push(Meant { path: shown, is_named }),
            Ok(kind) => return self.strays.push((shown, stray(kind))),
            Err(error) => Err(error),
        };
        match inside {
            Ok(inside) => next.extend(inside.into_iter().rev()),
            Err(error) => self.strays.push((shown, Stray::Unreadable(error))),
        }
    }
}

fn stray(kind: FileType) -> Stray {
    if kind.is_symlink() { Stray::Link } else { Stray::NoFile }
}

/// What lies in a folder, in the order of its names.
fn children(shown: &Path, real: &Path) -> io::Result<Vec<Place>> {
    let names: io::Result<BTreeSet<_>> =
        fs::read_dir(real)?.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let place = |name| Place { shown: shown.join(&name), real: real.join(&name), is_named: false };
    Ok(names?.into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn laid(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        root
    }

    fn met(walk: &Walk, root: &Path) -> Vec<(String, bool)> {
        let shown = |file: &Meant| file.path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        walk.files.iter().map(|file| (shown(file), file.is_named)).collect()
    }

    #[test]
    fn folders_are_walked_in_the_order_of_names_and_nothing_is_met_twice() {
        let root = laid(&["b.jpg", "a/z.jpg", "a/c/1.jpg", "d.jpg"]);
        let path = |name: &str| root.path().join(name);
        let walk = Walk::through(&[path("d.jpg"), path(""), path("a/../a/z.jpg")], &[]);
        let expected = [("d.jpg", true), ("a/c/1.jpg", false), ("a/z.jpg", false), ("b.jpg", false)];
        assert_eq!(met(&walk, root.path()), expected.map(|(name, is_named)| (name.to_owned(), is_named)));
        assert!(walk.strays.is_empty(), "{walk:?}");
    }

    #[test]
    fn a_link_is_followed_only_where_it_is_named() {
        let root = laid(&["in/a.jpg", "out/b.jpg"]);
        let path = |name: &str| root.path().join(name);
        symlink(path("out"), path("in/folder")).unwrap();
        symlink(path("out/b.jpg"), path("in/file")).unwrap();
        symlink(path("in"), path("in/round")).unwrap();
        let walk = Walk::through(&[path("in")], &[]);
        assert_eq!(met(&walk, root.path()), [("in/a.jpg".to_owned(), false)]);
        assert!(
            walk.strays.len() == 3 && walk.strays.iter().all(|(_, stray)| matches!(stray, Stray::Link)),
            "{walk:?}"
        );
        let walk = Walk::through(&[path("in/folder"), path("in/file")], &[]);
        assert_eq!(met(&walk, root.path()), [("in/folder/b.jpg".to_owned(), false)], "once");
    }

    #[test]
    fn what_the_command_writes_is_not_met_and_what_is_no_file_is_named() {
        let root = laid(&["a.jpg", "clean/0001.jpg", "sheet.html"]);
        let path = |name: &str| root.path().join(name);
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let (into, sheet) = (path("clean"), path("sheet.html"));
        let walk = Walk::through(&[path(""), path("nowhere")], &[&into, &sheet]);
        assert_eq!(met(&walk, root.path()), [("a.jpg".to_owned(), false)]);
        let strays: Vec<_> = walk.strays.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(strays, [path("socket"), path("nowhere")]);
        assert!(matches!(walk.strays[0].1, Stray::NoFile) && matches!(walk.strays[1].1, Stray::Unreadable(_)));
    }
}
