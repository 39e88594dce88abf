//! A contact sheet of an earlier run: what somebody looked at, read back picture by picture. None of its pictures is kept in
//! memory.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use anonymizer::{Region, dicom::Secret};

use super::{
    AnonymizeError,
    sheet::{MARK, PICTURE, PICTURE_END, SECRET, Shown, mark},
};

/// No line of a sheet is longer; a longer one is read in pieces.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A sheet that is there.
#[derive(Debug)]
pub(super) struct Earlier {
    path: PathBuf,
    /// By the hashes of their originals.
    pictures: HashMap<[u8; 32], Shown>,
    /// Where each picture stands in the file, by its number.
    places: HashMap<u32, Range<u64>>,
    /// Written whole by this version of the program.
    pub(super) is_of_this_version: bool,
    /// What its pseudonyms come from.
    pub(super) secret: Option<Secret>,
}

impl Earlier {
    /// Reads the sheet at a path; none if there is no file.
    ///
    /// # Errors
    /// If the file is none of ours: it is not to be written over.
    pub(super) fn at(path: &Path) -> Result<Option<Self>, AnonymizeError> {
        let broken = |source| AnonymizeError::File { path: path.to_owned(), source };
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(broken)?,
        };
        let mut reader = BufReader::new(file);
        let mut head = Vec::new();
        reader.by_ref().take(mark().len() as u64).read_to_end(&mut head).map_err(broken)?;
        if !head.starts_with(MARK.as_bytes()) {
            return Err(AnonymizeError::NoSheet { path: path.to_owned() });
        }
        let mut earlier = Self {
            path: path.to_owned(),
            pictures: HashMap::new(),
            places: HashMap::new(),
            is_of_this_version: head == mark().as_bytes(),
            secret: None,
        };
        earlier.read(reader, head.len() as u64).map_err(broken)?;
        // Without it objects would be written with other pseudonyms than those that were looked at.
        earlier.is_of_this_version &= earlier.secret.is_some();
        Ok(Some(earlier))
    }

    fn read(&mut self, mut reader: impl BufRead, mut at: u64) -> io::Result<()> {
        let (mut line, mut open) = (Vec::new(), None);
        loop {
            line.clear();
            let bytes = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? as u64;
            if bytes == 0 {
                return Ok(());
            }
            let begin = at;
            at += bytes;
            if line.starts_with(PICTURE.as_bytes()) {
                open = std::str::from_utf8(&line).ok().and_then(shown).map(|shown| (shown, begin));
            } else if self.places.is_empty() && self.secret.is_none() && line.starts_with(SECRET[0].as_bytes()) {
                self.secret = std::str::from_utf8(&line).ok().and_then(secret);
            } else if line == PICTURE_END.as_bytes()
                && let Some((shown, begin)) = open.take()
            {
                self.places.insert(shown.number, begin..at);
                self.pictures.insert(shown.original, shown);
            }
        }
    }

    /// The picture that was made of an original.
    pub(super) fn of(&self, original: &[u8; 32]) -> Option<&Shown> {
        self.pictures.get(original)
    }

    /// The numbers of its pictures.
    pub(super) fn numbers(&self) -> BTreeSet<u32> {
        self.places.keys().copied().collect()
    }

    /// A picture as it stands in the file.
    pub(super) fn picture(&self, number: u32) -> io::Result<Vec<u8>> {
        let place = self.places.get(&number).ok_or(io::ErrorKind::NotFound)?;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(place.start))?;
        let mut bytes = Vec::new();
        file.take(place.end - place.start).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What the line of the secret holds.
fn secret(line: &str) -> Option<Secret> {
    let mut secret = [0; 32];
    let digits = line.strip_prefix(SECRET[0])?.strip_suffix(SECRET[1])?;
    hex::decode_to_slice(digits, &mut secret).ok().map(|()| Secret::new(secret))
}

/// What the first line of a picture says.
fn shown(line: &str) -> Option<Shown> {
    let attribute = |name: &str| line.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next());
    let hash = |name: &str| {
        let mut hash = [0; 32];
        hex::decode_to_slice(attribute(name)?, &mut hash).ok().map(|()| hash)
    };
    let covers: Option<Vec<Region>> = attribute("data-covers")?.split_whitespace().map(region).collect();
    Some(Shown {
        number: attribute("id")?.strip_prefix('p')?.parse().ok()?,
        original: hash("data-original")?,
        clean: hash("data-clean")?,
        covers: covers?,
    })
}

fn region(text: &str) -> Option<Region> {
    let numbers: Option<Vec<u32>> = text.split(',').map(|number| number.parse().ok()).collect();
    match numbers?.as_slice() {
        [x, y, width, height] => Some(Region { x: *x, y: *y, width: *width, height: *height }),
        _ => None,
    }
}
