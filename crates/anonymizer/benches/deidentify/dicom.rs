//! DICOM: identifiers planted wherever an object can carry them, and what is left of them afterwards.
//!
//! FOLDER/originals holds objects (`dicom.py fetch FOLDER` beside this file brings those of three Python packages). Each that
//! is taken in is planted and written to FOLDER/planted, then cleaned to FOLDER/ours. What other programs made of
//! FOLDER/planted (`dicom.py peers FOLDER`) is scored in the same way: any other folder beside it whose files have the same
//! names. FOLDER/unplanted gets the originals cleaned, for `dicom.py conformance`. Scored are the ten kinds of action of the
//! MIDI-B challenge (arXiv 2507.23608); what counts as right stands in `score.rs`. The print that is planted into pixels is
//! covered at its known place, as a person would: how well print is *found* is another subject.

#[path = "dicom/plant.rs"]
mod plant;
#[path = "dicom/score.rs"]
mod score;

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    io::Write,
    path::Path,
    time::Instant,
};

use anonymizer::{
    Cover,
    dicom::{Object, ObjectLimits, Secret},
};

use self::{
    plant::Planted,
    score::{ACTIONS, Scores},
};

/// Objects of one made-up patient, so that consistency can be seen.
const OBJECTS_PER_PATIENT: usize = 3;

/// Folders that hold no results of other programs.
const OWN_FOLDERS: [&str; 4] = ["originals", "unplanted", "planted", "ours"];

/// Prints the tables of the folder.
pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let originals = objects(&folder.join("originals"))?;
    let mut refusals: BTreeMap<String, u32> = BTreeMap::new();
    let mut taken = Vec::new();
    for (name, bytes) in originals {
        match Object::read(&bytes, &ObjectLimits::NETWORK) {
            Ok(object) => taken.push((name, bytes, object.frames().count())),
            Err(refusal) => *refusals.entry(refusal.to_string()).or_default() += 1,
        }
    }
    clean_originals(folder, &taken)?;
    let planted = plant::all(&taken, OBJECTS_PER_PATIENT);
    drop(taken);
    let started = Instant::now();
    let cleaned = clean(folder, &planted)?;
    let seconds = started.elapsed().as_secs_f64();
    writeln!(out, "{} objects planted, {cleaned} cleaned in {seconds:.1} s; refused:\n", planted.len())?;
    for (refusal, count) in refusals {
        writeln!(out, "- {count}: {refusal}")?;
    }
    let mut scores = vec![("ours".to_owned(), score_folder(&folder.join("ours"), &planted)?)];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && !OWN_FOLDERS.contains(&name.as_str()) {
            scores.push((name, score_folder(&entry.path(), &planted)?));
        }
    }
    scores.get_mut(1..).unwrap_or_default().sort_by(|a, b| a.0.cmp(&b.0));
    table(&mut out, &scores)
}

/// A file's name and bytes.
type Named = (String, Vec<u8>);

fn objects(folder: &Path) -> Result<Vec<Named>, Box<dyn Error>> {
    let mut objects = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        objects.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    objects.sort();
    Ok(objects)
}

fn clean(folder: &Path, planted: &[Planted]) -> Result<usize, Box<dyn Error>> {
    let secret = secret();
    let mut cleaned = 0;
    make_empty(&folder.join("planted"))?;
    make_empty(&folder.join("ours"))?;
    for object in planted {
        fs::write(folder.join("planted").join(&object.name), &object.bytes)?;
        let Ok(read) = Object::read(&object.bytes, &ObjectLimits::NETWORK) else { continue };
        let boxes: Vec<Cover> = object.print.iter().copied().map(Cover::Box).collect();
        let clean = read.deidentify(&secret, &boxes)?;
        fs::write(folder.join("ours").join(&object.name), clean.bytes)?;
        cleaned += 1;
    }
    Ok(cleaned)
}

fn clean_originals(folder: &Path, originals: &[(String, Vec<u8>, u32)]) -> Result<(), Box<dyn Error>> {
    let folder = folder.join("unplanted");
    make_empty(&folder)?;
    for (name, bytes, _) in originals {
        let clean = Object::read(bytes, &ObjectLimits::NETWORK)?.deidentify(&secret(), &[])?;
        fs::write(folder.join(name), clean.bytes)?;
    }
    Ok(())
}

fn secret() -> Secret {
    Secret::new([0x5a; 32])
}

fn make_empty(folder: &Path) -> Result<(), Box<dyn Error>> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}

fn score_folder(folder: &Path, planted: &[Planted]) -> Result<Scores, Box<dyn Error>> {
    let mut scores = Scores::default();
    for object in planted {
        let path = folder.join(&object.name);
        if path.exists() {
            scores.add(object, &fs::read(path)?);
        }
    }
    Ok(scores)
}

fn table(out: &mut impl Write, scores: &[(String, Scores)]) -> Result<(), Box<dyn Error>> {
    let names: Vec<_> = scores.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "\n| action | {} |", names.join(" | "))?;
    writeln!(out, "|---|{}", "---|".repeat(names.len()))?;
    for action in ACTIONS {
        let cells: Vec<_> = scores.iter().map(|(_, scores)| scores.cell(Some(action))).collect();
        writeln!(out, "| {action} | {} |", cells.join(" | "))?;
    }
    let cells: Vec<_> = scores.iter().map(|(_, scores)| scores.cell(None)).collect();
    writeln!(out, "| **all** | {} |", cells.join(" | "))?;
    let cells: Vec<_> = scores.iter().map(|(_, scores)| scores.objects.to_string()).collect();
    writeln!(out, "| objects delivered | {} |", cells.join(" | "))?;
    for (name, scores) in scores {
        let wrongs: BTreeSet<_> = scores.wrongs.keys().collect();
        writeln!(out, "\n{name}: {} kinds of wrong, the most frequent:\n", wrongs.len())?;
        let mut wrongs: Vec<_> = scores.wrongs.iter().collect();
        wrongs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (wrong, count) in wrongs.into_iter().take(8) {
            writeln!(out, "- {count}: {wrong}")?;
        }
    }
    Ok(())
}
