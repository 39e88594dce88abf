//! The contact sheet: one page that needs nothing beside it, with every picture before and after it is covered.
//!
//! It is written from the top to the bottom, a picture at a time, under another name until it is whole; a sheet that was
//! there stays until then. Each picture says in its first line what it was made of and what would be written, so that the
//! same program can read it back ([`earlier`](super::earlier)).

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{OpenOptionsExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use anonymizer::{Cover, Finding, Region, Sureness, dicom::Secret};
use askama::Template;
use data_encoding::BASE64;

use super::look::{Beside, Proposal};
use crate::{
    cli::percent_encode,
    sentences::Sentences,
    web::{
        pieces::plain,
        seen::{CONCERNS, doubt_key, kind_key, notice_keys, removed_key, window_name},
        stylesheet,
    },
};

/// How every sheet begins, of whichever version.
pub(super) const MARK: &str = "<!doctype html>\n<!-- consilium contact sheet 1, ";
/// How a picture begins in a sheet, at the start of a line.
pub(super) const PICTURE: &str = "<article id=\"p";
/// The line with which it ends.
pub(super) const PICTURE_END: &str = "</article>\n";

/// The beginning of a sheet of this version.
pub(super) fn mark() -> String {
    format!("{MARK}{} -->\n", env!("CARGO_PKG_VERSION"))
}

/// How the line begins and ends that holds the secret of a sheet's pseudonyms, in hexadecimal digits.
pub(super) const SECRET: [&str; 2] = ["<!-- pseudonyms ", " -->\n"];

fn secret_line(secret: &Secret) -> String {
    SECRET.join(&hex::encode(secret.bytes()))
}

/// What a sheet says before its first picture.
#[derive(Template)]
#[template(path = "sheet/head.html")]
struct Head {
    t: &'static Sentences,
    style: &'static str,
    concerns: &'static [&'static str],
    files: usize,
}

/// A picture.
#[derive(Template)]
#[template(path = "sheet/picture.html")]
struct Picture {
    t: &'static Sentences,
    number: String,
    original: String,
    clean: String,
    covers: String,
    file: String,
    href: String,
    views: Vec<SheetView>,
    found: Vec<Found>,
    has_unsearched: bool,
    doubts: Vec<&'static str>,
    removed: Vec<&'static str>,
    notices: Vec<&'static str>,
}

/// A view of it, before and after.
struct SheetView {
    /// Empty where there is one.
    name: String,
    before: String,
    after: String,
}

/// What was found in it, as often as the same finders found the same.
struct Found {
    kind_key: &'static str,
    who: String,
    is_sure: bool,
    count: usize,
}

/// What a sheet says behind its last picture.
#[derive(Template)]
#[template(path = "sheet/foot.html")]
pub(super) struct Foot {
    pub(super) t: &'static Sentences,
    pub(super) pictures: usize,
    pub(super) refused: Vec<Refused>,
    /// Names of what is no picture.
    pub(super) passed_over: Vec<String>,
    /// The file before which the command was stopped; empty if it came to its end.
    pub(super) stopped_before: String,
}

/// A file that was not taken.
pub(super) struct Refused {
    pub(super) file: String,
    pub(super) why: String,
}

/// A picture of a sheet: what it was made of, and what would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) number: u32,
    /// A hash of the file as it is.
    pub(super) original: [u8; 32],
    /// A hash of the file as it would be written.
    pub(super) clean: [u8; 32],
    pub(super) covers: Vec<Region>,
}

impl Shown {
    /// A picture that gets a number.
    pub(super) fn new(number: u32, original: [u8; 32], proposal: &Proposal) -> Self {
        let covers = proposal.findings.iter().map(|finding| finding.proposal).collect();
        Self { number, original, clean: of_clean(proposal.unsigned.file()), covers }
    }

    /// As they are burned in.
    pub(super) fn covers(&self) -> Vec<Cover> {
        self.covers.iter().copied().map(Cover::Box).collect()
    }
}

/// Tells an original from every other.
pub(super) fn of_original(file: &[u8]) -> [u8; 32] {
    protocol::hash("contact sheet original", &[file])
}

/// Tells a covered file from every other.
pub(super) fn of_clean(file: &[u8]) -> [u8; 32] {
    protocol::hash("contact sheet clean", &[file])
}

/// Regions as a sheet lists them.
pub(super) fn listed(covers: &[Region]) -> String {
    let mut text = String::new();
    for Region { x, y, width, height } in covers {
        let space = if text.is_empty() { "" } else { " " };
        // Writing to a text does not fail.
        let _ = write!(text, "{space}{x},{y},{width},{height}");
    }
    text
}

/// A sheet that is being written.
#[derive(Debug)]
pub(super) struct Sheet {
    out: BufWriter<File>,
    part: PathBuf,
    path: PathBuf,
    pictures: usize,
}

impl Sheet {
    /// Begins a sheet of so many files, with the secret of their pseudonyms, so that a second run makes the same again.
    pub(super) fn begin(path: &Path, files: usize, secret: &Secret) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(".part");
        let part = path.with_file_name(part);
        if let Err(error) = fs::remove_file(&part)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        // Whatever the mask of the process says.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        let mut sheet = Self { out: BufWriter::new(file), part, path: path.to_owned(), pictures: 0 };
        sheet.out.write_all(mark().as_bytes())?;
        sheet.out.write_all(secret_line(secret).as_bytes())?;
        sheet.say(&Head { t: Sentences::english(), style: &stylesheet::INLINE, concerns: &CONCERNS, files })?;
        Ok(sheet)
    }

    /// Adds a picture.
    pub(super) fn add(&mut self, shown: &Shown, file: &Path, proposal: &Proposal) -> io::Result<()> {
        self.pictures += 1;
        self.say(&Picture {
            t: Sentences::english(),
            number: format!("{:04}", shown.number),
            original: hex::encode(shown.original),
            clean: hex::encode(shown.clean),
            covers: listed(&shown.covers),
            file: plain(&file.display().to_string()),
            href: address(file)?,
            views: proposal.views.iter().map(view).collect(),
            found: found(&proposal.findings),
            has_unsearched: proposal.has_unsearched,
            doubts: proposal.doubts.iter().map(|doubt| doubt_key(*doubt)).collect(),
            removed: proposal.removed.iter().map(|removed| removed_key(*removed)).collect(),
            notices: notice_keys(&proposal.notices, proposal.size),
        })
    }

    /// Adds a picture as another sheet shows it.
    pub(super) fn copy(&mut self, picture: &[u8]) -> io::Result<()> {
        self.pictures += 1;
        self.out.write_all(picture)
    }

    /// Ends it, and puts it in its place.
    pub(super) fn end(mut self, foot: Foot) -> io::Result<()> {
        self.say(&Foot { pictures: self.pictures, ..foot })?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        fs::rename(&self.part, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn say(&mut self, page: &impl Template) -> io::Result<()> {
        let text = page.render().map_err(io::Error::other)?;
        self.out.write_all(text.trim().as_bytes())?;
        self.out.write_all(b"\n")
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        // One that was ended has no part any more; of one that was not, nothing uncovered is left over.
        let _ = fs::remove_file(&self.part);
    }
}

fn view(beside: &Beside) -> SheetView {
    let image = |bytes: &[u8]| format!("data:image/jpeg;base64,{}", BASE64.encode(bytes));
    let frame = (beside.view.frame + 1).to_string();
    let name = beside.window.as_deref().map_or_else(String::new, |window| match window {
        "" => Sentences::english().with("sheet-frame", "frame", frame),
        window => Sentences::english().with2("sheet-frame-window", "frame", frame, "window", window_name(window)),
    });
    SheetView { name, before: image(&beside.before), after: image(&beside.after) }
}

fn found(findings: &[Finding]) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for finding in findings {
        let who: Vec<String> = finding.voices.iter().map(|voice| voice.finder.to_string()).collect();
        let (kind_key, who, is_sure) = (kind_key(finding.kind), who.join(", "), finding.sureness == Sureness::Sure);
        match all.iter_mut().find(|found| (found.kind_key, &found.who, found.is_sure) == (kind_key, &who, is_sure)) {
            Some(found) => found.count += 1,
            None => all.push(Found { kind_key, who, is_sure, count: 1 }),
        }
    }
    all
}

/// The address of a file on this machine.
fn address(file: &Path) -> io::Result<String> {
    let path = std::path::absolute(file)?;
    let pieces = path.as_os_str().as_bytes().split(|byte| *byte == b'/');
    // A name need not be UTF-8; bytes are escaped one by one.
    let escaped = pieces.map(|piece| match std::str::from_utf8(piece) {
        Ok(text) => percent_encode(text),
        Err(_) => piece.iter().map(|byte| format!("%{byte:02X}")).collect(),
    });
    Ok(format!("file://{}", escaped.collect::<Vec<_>>().join("/")))
}

#[cfg(test)]
mod tests;
