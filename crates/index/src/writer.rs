//! Feeding the index, committing, and taking out what was erased.
//!
//! Merging is done here and not by threads behind the back: a commit merges what has become too many, and a purge can
//! promise that no file is left behind. Whoever calls gives the index a thread of its own.

use std::{collections::HashSet, fs, path::PathBuf};

use tantivy::{
    IndexWriter,
    index::SegmentId,
    merge_policy::{LogMergePolicy, MergePolicy},
};

use crate::{
    document::Change,
    error::Error,
    open::{Opened, State, aside, open},
    schema::Fields,
    search::Reader,
};

/// Segments of one size before they are merged: fewer make searches faster, more make commits cheaper.
const SEGMENTS_PER_MERGE: usize = 6;

/// Larger segments are merged no more, except to purge.
const MERGED_DOCUMENTS_MAX: usize = 500_000;

/// The index, as whoever feeds it holds it. There is one for a folder.
pub struct Index {
    folder: PathBuf,
    index: tantivy::Index,
    writer: IndexWriter,
    reader: Reader,
    fields: Fields,
}

/// What a purge has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// No file holds anything of what was erased.
    Done,
    /// A search still reads the files of before; purge again when it is over.
    StillRead,
}

impl Index {
    /// Opens the folder, which is made if it is absent. An index that is damaged or of another format is set aside as
    /// `<folder>.bad-<n>` and begun anew.
    ///
    /// # Errors
    /// [`Error::InUse`] if another process holds it, [`Error::Folder`] if the disk refuses.
    pub fn open(folder: impl Into<PathBuf>) -> Result<(Self, State), Error> {
        let folder = folder.into();
        let Opened { index, writer, reader, fields, state } = open(&folder)?;
        Ok((Self { folder, index, writer, reader, fields }, state))
    }

    /// A handle to search with, cheap to clone; it sees each commit at once.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Takes changes in, in order. Nothing of them is found or kept before the next [`commit`](Self::commit).
    ///
    /// # Errors
    /// [`Error::Write`]; the index must then be opened again.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> Result<(), Error> {
        for change in changes {
            self.change(change)?;
        }
        Ok(())
    }

    /// Makes what was applied durable and findable, with the watermark up to which the index was fed.
    ///
    /// # Errors
    /// [`Error::Write`]; the index must then be opened again.
    pub fn commit(&mut self, applied: u64) -> Result<(), Error> {
        let mut commit = self.writer.prepare_commit().map_err(Error::write)?;
        commit.set_payload(&applied.to_string());
        commit.commit().map_err(Error::write)?;
        self.merge_many()?;
        self.reader.reload().map_err(Error::write)
    }

    /// Begins again from the last commit after a write failed: what was applied since is forgotten. Returns the watermark of that
    /// commit; none if there was none.
    ///
    /// # Errors
    /// [`Error::Write`] if the disk still refuses.
    pub fn recover(&mut self) -> Result<Option<u64>, Error> {
        self.writer.rollback().map_err(Error::write)?;
        let committed = self.index.load_metas().map_err(Error::write)?;
        Ok(committed.payload.and_then(|watermark| watermark.parse().ok()))
    }

    /// Commits, then rewrites every segment that holds something erased or revised, and removes its files and the folders set
    /// aside. Takes about as long as feeding those segments anew; little if there are none.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Folder`].
    pub fn purge(&mut self, applied: u64) -> Result<Purge, Error> {
        self.commit(applied)?;
        for (_, folder) in aside(&self.folder)? {
            fs::remove_dir_all(&folder).map_err(Error::folder(folder))?;
        }
        for segment in self.segments_with_erased()? {
            self.merge(&[segment])?;
        }
        self.reader.reload().map_err(Error::write)?;
        self.writer.garbage_collect_files().wait().map_err(Error::write)?;
        let is_done = self.segments_with_erased()?.is_empty() && self.unneeded_files()?.is_empty();
        Ok(if is_done { Purge::Done } else { Purge::StillRead })
    }

    fn change(&mut self, change: Change) -> Result<(), Error> {
        match change {
            Change::Put(case) => {
                self.writer.delete_term(self.fields.own_case(&case.case));
                self.writer.add_document(self.fields.case(&case)).map_err(Error::write)?;
            }
            Change::PutComment(comment) => {
                self.writer.delete_term(self.fields.own_comment(&comment.comment));
                self.writer.add_document(self.fields.comment(&comment)).map_err(Error::write)?;
            }
            Change::Erase(case) => {
                self.writer.delete_term(self.fields.own_case(&case));
                self.writer.delete_term(self.fields.comments_of(&case));
            }
            Change::EraseComment(comment) => {
                self.writer.delete_term(self.fields.own_comment(&comment));
            }
        }
        Ok(())
    }

    /// Merges segments of like size, as many times as there are enough of them.
    fn merge_many(&mut self) -> Result<(), Error> {
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(SEGMENTS_PER_MERGE);
        policy.set_max_docs_before_merge(MERGED_DOCUMENTS_MAX);
        loop {
            let segments = self.index.searchable_segment_metas().map_err(Error::write)?;
            let Some(candidate) = policy.compute_merge_candidates(&segments).into_iter().next() else { return Ok(()) };
            self.merge(&candidate.0)?;
        }
    }

    fn merge(&mut self, segments: &[SegmentId]) -> Result<(), Error> {
        self.writer.merge(segments).wait().map(drop).map_err(Error::write)
    }

    fn segments_with_erased(&self) -> Result<Vec<SegmentId>, Error> {
        let segments = self.index.searchable_segment_metas().map_err(Error::write)?;
        Ok(segments.iter().filter(|segment| segment.has_deletes()).map(|segment| segment.id()).collect())
    }

    /// Files of segments that the last commit does not need.
    fn unneeded_files(&self) -> Result<Vec<PathBuf>, Error> {
        let segments = self.index.searchable_segment_metas().map_err(Error::write)?;
        let needed: HashSet<String> = segments.iter().map(|segment| segment.id().uuid_string()).collect();
        let mut unneeded = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(Error::folder(&self.folder))? {
            let path = entry.map_err(Error::folder(&self.folder))?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_of_a_segment = stem.len() >= 32 && stem.bytes().take(32).all(|byte| byte.is_ascii_hexdigit());
            if is_of_a_segment && !needed.contains(&stem[..32]) {
                unneeded.push(path);
            }
        }
        Ok(unneeded)
    }
}
