//! Photographs that say a word of their own where a file can carry words, as other people's programs write them: exiftool,
//! ImageMagick, cwebp and webpmux, heif-enc, libtiff's tools and libjpeg's. What no program writes on request is put in by
//! hand.

#[path = "corpus/by_hand.rs"]
mod by_hand;
#[path = "corpus/by_tools.rs"]
mod by_tools;
#[path = "corpus/profile.rs"]
mod profile;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anonymizer::Removed;

/// Letters that tell the words apart.
const LETTERS: usize = 3;

/// A photograph with one word in it.
pub(crate) struct Planted {
    /// The kind of file and where the word is in it.
    pub(crate) name: String,
    /// Small letters only; no word is part of another.
    pub(crate) word: String,
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// What the person must be told at least; nothing where the word stands among what is kept, or where no structure leads.
    pub(crate) told: Option<Removed>,
}

/// The word of a number.
pub(crate) fn word(number: usize) -> String {
    let letters = (0..LETTERS).map(|place| b'a' + (number / 26_usize.pow(place as u32) % 26) as u8);
    format!("canary{}q", String::from_utf8(letters.collect()).unwrap())
}

/// All of them, made anew in a directory.
pub(crate) fn corpus(directory: &Path) -> Vec<Planted> {
    let bench = Bench::set_up(directory);
    let mut planted = Vec::new();
    by_tools::plant(&bench, &mut planted);
    by_hand::plant(&bench, &mut planted);
    planted
}

/// A directory with the same small picture in every kind of file.
pub(crate) struct Bench {
    directory: PathBuf,
}

impl Bench {
    fn set_up(directory: &Path) -> Self {
        let bench = Self { directory: directory.to_owned() };
        // So flat that no face can be in it, and of so many colours that it becomes a JPEG again.
        bench.run("convert", &["-seed", "7", "-size", "96x6", "plasma:", "-quality", "92", "base.png"]);
        bench.run("convert", &["base.png", "-strip", "base.jpg"]);
        bench.run("convert", &["base.png", "-strip", "-compress", "none", "base.tif"]);
        bench.run("cwebp", &["-quiet", "base.png", "-o", "base.webp"]);
        bench.run("heif-enc", &["-q", "80", "base.png", "-o", "base.heic"]);
        bench
    }

    /// Runs a program there, which must succeed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let output = Command::new(program).args(arguments).current_dir(&self.directory).output();
        let output = output.unwrap_or_else(|error| panic!("{program} does not run; ./test installs it: {error}"));
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Writes a file there.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.directory.join(name), bytes).unwrap();
    }

    /// Reads a file there.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.directory.join(name)).unwrap_or_else(|error| panic!("{name} was not made: {error}"))
    }
}

/// The forms in which a program could store a word, or pass it on: plain, of 16 bits a letter, as digits, as base64 at any
/// place, and percent-encoded. Their names are the word's.
pub(crate) fn forms(word: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = word.as_bytes();
    let wide = |order: fn(u16) -> [u8; 2]| bytes.iter().flat_map(|byte| order(u16::from(*byte))).collect();
    let mut forms = vec![
        bytes.to_vec(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        hex::encode(bytes).into_bytes(),
        bytes.iter().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect(),
    ];
    for before in 0..3 {
        let text = data_encoding::BASE64_NOPAD.encode(&[&vec![0; before], bytes].concat());
        // Letters on either side depend on what stands beside the word.
        let (first, last) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
        forms.push(text[first..last].to_ascii_lowercase().into_bytes());
    }
    forms.into_iter().map(|form| (word.to_owned(), form)).collect()
}
