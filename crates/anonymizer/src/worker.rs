//! The work that a separate process does, as bytes in and bytes out.
//!
//! Decoders and finders meet hostile files, so they run in a process of their own, with its own resource limits and a
//! deadline that its parent keeps. That process and its parent are the caller's; here are the frames they exchange and the
//! loop that answers. A frame is a length (four bytes, most significant first), a JSON head of that length, and a body whose
//! length follows from the head: the file in a request, the pixels in an answer, before them the file that was written.
//!
//! The worker says once that it is ready; then each request gets one answer. Before that of a look may come one frame with
//! what there is so far, and no more: what a parent reads is bounded whatever became of the worker.

use std::{
    collections::BTreeSet,
    io::{self, Read, Write},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    cover::Cover,
    decode::{Opened, open_view},
    dicom::{self, Secret, Written},
    error::IntakeError,
    finding::{Finder, Finding},
    limits::Limits,
    look::{Looked, Sight, Stage, look_at},
    notice::Notice,
    pixels::Pixels,
    region::Region,
    removed::Removed,
    view::{Series, View},
};

/// Bytes of a head.
const HEAD_BYTES_MAX: usize = 256 * 1024;
/// A body grows by this much at most before its bytes have come.
const BODY_STEP_BYTES: usize = 1 << 20;

/// What the parent wants of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// The pixels of a view, upright, and what the file carried beside them.
    Decode(View),
    /// What the finders see in it, in all its frames.
    Look,
    /// The DICOM object that it is, as it would leave.
    Deidentify {
        /// What pseudonyms and moves of dates come from.
        secret: Secret,
        /// What hides a part of every frame.
        covers: Vec<Cover>,
    },
}

/// What the parent asks of one file under these limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is wanted.
    pub task: Task,
    /// Of the picture.
    pub limits: Limits,
    /// The file as it was sent, or as it was written.
    pub file: Vec<u8>,
}

/// A conversation that broke off. None of these is about the picture.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Reading or writing failed, or the other side stopped within a frame.
    #[error("worker's pipe failed")]
    Pipe(#[from] io::Error),
    /// A head longer than any of ours.
    #[error("frame has a head of {0} bytes; the limit is {HEAD_BYTES_MAX}")]
    HeadTooLong(usize),
    /// A head that is none of ours.
    #[error("frame has a head that cannot be read")]
    Head(#[source] serde_json::Error),
    /// A frame that does not answer what was asked.
    #[error("frame answers another question")]
    OutOfPlace,
    /// A body beyond the limits, or of another length than the picture.
    #[error("frame announces a body of {0} bytes, which is outside the limits")]
    Body(u64),
    /// A finding that lies outside its picture, or in a frame that the picture cannot have.
    #[error("frame has a finding outside the picture")]
    Finding,
    /// Frames or names of windows that no object has here.
    #[error("frame names a series that no file is")]
    Series,
    /// A look without every finder, each once.
    #[error("frame does not say of every finder how far it came")]
    Searched,
}

#[derive(Serialize, Deserialize)]
struct RequestHead {
    task: Task,
    limits: Limits,
    file_bytes: u64,
}

#[derive(Serialize, Deserialize)]
enum AnswerHead {
    Ready,
    Refused(IntakeError),
    Decoded { width: u32, height: u32, removed: BTreeSet<Removed>, notices: BTreeSet<Notice>, series: Series },
    Written { width: u32, height: u32, removed: BTreeSet<Removed>, series: Series, file_bytes: u64 },
    Saw { width: u32, height: u32, sight: Sight },
    Looked { width: u32, height: u32, file_sha256: [u8; 32], sight: Sight },
}

/// Says that it is ready, as it is after [`warm`](crate::warm()), then answers requests until the reader ends between two
/// frames.
///
/// # Errors
/// [`WireError`] if the conversation breaks off; a refused picture is an answer, not an error.
pub fn run(mut reader: impl Read, mut writer: impl Write) -> Result<(), WireError> {
    write_answer(&mut writer, &AnswerHead::Ready, &[])?;
    while let Some(Request { task, limits, file }) = read_request(&mut reader)? {
        match task {
            Task::Decode(view) => answer_decode(&mut writer, &file, view, &limits)?,
            Task::Look => answer_look(&mut writer, &file, &limits)?,
            Task::Deidentify { secret, covers } => answer_write(&mut writer, &file, (&secret, &covers), &limits)?,
        }
    }
    Ok(())
}

fn answer_decode(writer: &mut impl Write, file: &[u8], view: View, limits: &Limits) -> Result<(), WireError> {
    let Opened { pixels, removed, notices, series } = match open_view(file, view, limits) {
        Ok(opened) => opened,
        Err(refused) => return write_answer(writer, &AnswerHead::Refused(refused), &[]),
    };
    let (width, height) = (pixels.width(), pixels.height());
    write_answer(writer, &AnswerHead::Decoded { width, height, removed, notices, series }, pixels.rgb())
}

fn answer_write(
    writer: &mut impl Write,
    file: &[u8],
    (secret, covers): (&Secret, &[Cover]),
    limits: &Limits,
) -> Result<(), WireError> {
    let Written { file, opened } = match dicom::write(file, secret, covers, limits) {
        Ok(written) => written,
        Err(refused) => return write_answer(writer, &AnswerHead::Refused(refused), &[]),
    };
    let Opened { pixels, removed, series, notices: _ } = opened;
    let (width, height, file_bytes) = (pixels.width(), pixels.height(), file.len() as u64);
    write_head(writer, &AnswerHead::Written { width, height, removed, series, file_bytes })?;
    writer.write_all(&file)?;
    writer.write_all(pixels.rgb())?;
    Ok(writer.flush()?)
}

fn answer_look(writer: &mut impl Write, file: &[u8], limits: &Limits) -> Result<(), WireError> {
    let mut told = Ok(());
    let looked = look_at(file, limits, &mut |size, sight| {
        let (width, height) = size;
        told = write_answer(writer, &AnswerHead::Saw { width, height, sight: sight.clone() }, &[]);
    });
    told?;
    let head = match looked {
        Ok(Looked { file_sha256, width, height, sight }) => AnswerHead::Looked { width, height, file_sha256, sight },
        Err(refused) => AnswerHead::Refused(refused),
    };
    write_answer(writer, &head, &[])
}

fn write_answer(writer: &mut impl Write, head: &AnswerHead, body: &[u8]) -> Result<(), WireError> {
    write_head(writer, head)?;
    writer.write_all(body)?;
    Ok(writer.flush()?)
}

/// The next request; `None` where the reader ends between two frames.
///
/// # Errors
/// See [`WireError`].
pub fn read_request(reader: &mut impl Read) -> Result<Option<Request>, WireError> {
    let Some(head) = read_head::<RequestHead>(reader)? else { return Ok(None) };
    let file = read_body(reader, head.file_bytes, head.limits.picture_bytes_max as u64)?;
    Ok(Some(Request { task: head.task, limits: head.limits, file }))
}

/// Sends a request.
///
/// # Errors
/// [`WireError::Pipe`] if the writer fails.
pub fn write_request(writer: &mut impl Write, request: &Request) -> Result<(), WireError> {
    let Request { task, limits, file } = request;
    write_head(writer, &RequestHead { task: task.clone(), limits: *limits, file_bytes: file.len() as u64 })?;
    writer.write_all(file)?;
    Ok(writer.flush()?)
}

/// Waits until a worker says that it is ready.
///
/// # Errors
/// See [`WireError`].
pub fn read_ready(reader: &mut impl Read) -> Result<(), WireError> {
    match read_answer(reader)? {
        AnswerHead::Ready => Ok(()),
        _ => Err(WireError::OutOfPlace),
    }
}

/// Reads the answer to [`Task::Decode`]; the parent never takes more than the limits allow, whatever became of the worker.
///
/// # Errors
/// See [`WireError`].
pub fn read_decoded(reader: &mut impl Read, limits: &Limits) -> Result<Result<Opened, IntakeError>, WireError> {
    let (width, height, removed, notices, series) = match read_answer(reader)? {
        AnswerHead::Refused(error) => return Ok(Err(error)),
        AnswerHead::Decoded { width, height, removed, notices, series } => (width, height, removed, notices, series),
        _ => return Err(WireError::OutOfPlace),
    };
    check_series(&series, limits)?;
    let pixels = read_pixels(reader, width, height, limits)?;
    Ok(Ok(Opened { pixels, removed, notices, series }))
}

/// Reads the answer to [`Task::Deidentify`]: a file that nobody has checked yet.
///
/// # Errors
/// See [`WireError`].
pub fn read_written(reader: &mut impl Read, limits: &Limits) -> Result<Result<Written, IntakeError>, WireError> {
    let (width, height, removed, series, file_bytes) = match read_answer(reader)? {
        AnswerHead::Refused(error) => return Ok(Err(error)),
        AnswerHead::Written { width, height, removed, series, file_bytes } => {
            (width, height, removed, series, file_bytes)
        }
        _ => return Err(WireError::OutOfPlace),
    };
    check_series(&series, limits)?;
    let file = read_body(reader, file_bytes, limits.picture_bytes_max as u64)?;
    let pixels = read_pixels(reader, width, height, limits)?;
    let opened = Opened { pixels, removed, notices: BTreeSet::new(), series };
    Ok(Ok(Written { file, opened }))
}

fn read_pixels(reader: &mut impl Read, width: u32, height: u32, limits: &Limits) -> Result<Pixels, WireError> {
    let body = Pixels::bytes_of(width, height);
    limits.check_size(width, height).map_err(|_| WireError::Body(body))?;
    let rgb = read_body(reader, body, body)?;
    Pixels::new(width, height, rgb).ok_or(WireError::Body(body))
}

fn check_series(series: &Series, limits: &Limits) -> Result<(), WireError> {
    if dicom::is_series(series, limits) { Ok(()) } else { Err(WireError::Series) }
}

/// Reads the answer to [`Task::Look`], and tells what comes before it.
///
/// # Errors
/// See [`WireError`].
pub fn read_looked(
    reader: &mut impl Read,
    limits: &Limits,
    told: &mut dyn FnMut(Sight),
) -> Result<Result<Looked, IntakeError>, WireError> {
    let mut answer = read_answer(reader)?;
    if let AnswerHead::Saw { width, height, sight } = answer {
        check_sight(&sight, Stage::Upright, width, height, limits)?;
        told(sight);
        answer = read_answer(reader)?;
    }
    match answer {
        AnswerHead::Refused(error) => Ok(Err(error)),
        AnswerHead::Looked { width, height, file_sha256, sight } => {
            check_sight(&sight, Stage::Whole, width, height, limits)?;
            Ok(Ok(Looked { file_sha256, width, height, sight }))
        }
        _ => Err(WireError::OutOfPlace),
    }
}

/// Every finder is named once, and every finding lies in a picture within the limits.
fn check_sight(sight: &Sight, stage: Stage, width: u32, height: u32, limits: &Limits) -> Result<(), WireError> {
    if sight.stage != stage {
        return Err(WireError::OutOfPlace);
    }
    let is_named = |finder: &Finder| sight.searched.iter().filter(|searched| searched.finder == *finder).count() == 1;
    if sight.searched.len() != Finder::ALL.len() || !Finder::ALL.iter().all(is_named) {
        return Err(WireError::Searched);
    }
    limits.check_size(width, height).map_err(|_| WireError::Finding)?;
    let lies_inside = |region: &Region| region.clipped(width, height) == Some(*region);
    // The series is told with another answer; here no more frames are believed than a picture of this size can have.
    let frame_bytes = (u64::from(width) * u64::from(height)).max(1);
    let frames_max = (limits.picture_bytes_max as u64 / frame_bytes).max(1);
    let is_in_series = |frame: u32| u64::from(frame) < frames_max;
    let is_inside = |finding: &Finding| {
        is_in_series(finding.frame) && lies_inside(&finding.region) && lies_inside(&finding.proposal)
    };
    match sight.findings.iter().all(is_inside) {
        true => Ok(()),
        false => Err(WireError::Finding),
    }
}

fn read_answer(reader: &mut impl Read) -> Result<AnswerHead, WireError> {
    Ok(read_head(reader)?.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof))?)
}

fn write_head(writer: &mut impl Write, head: &impl Serialize) -> Result<(), WireError> {
    let head = serde_json::to_vec(head).map_err(WireError::Head)?;
    if head.len() > HEAD_BYTES_MAX {
        return Err(WireError::HeadTooLong(head.len()));
    }
    writer.write_all(&(head.len() as u32).to_be_bytes())?;
    Ok(writer.write_all(&head)?)
}

fn read_head<Head: DeserializeOwned>(reader: &mut impl Read) -> Result<Option<Head>, WireError> {
    let mut length = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut length)?;
    let length: [u8; 4] = match length.as_slice().try_into() {
        Ok(length) => length,
        Err(_) if length.is_empty() => return Ok(None),
        Err(_) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
    };
    let length = u32::from_be_bytes(length) as usize;
    if length > HEAD_BYTES_MAX {
        return Err(WireError::HeadTooLong(length));
    }
    let head = read_body(reader, length as u64, HEAD_BYTES_MAX as u64)?;
    serde_json::from_slice(&head).map(Some).map_err(WireError::Head)
}

/// Exactly so many bytes; room is made as they come, not as they are announced.
fn read_body(reader: &mut impl Read, bytes: u64, bytes_max: u64) -> Result<Vec<u8>, WireError> {
    if bytes > bytes_max {
        return Err(WireError::Body(bytes));
    }
    let bytes = usize::try_from(bytes).map_err(|_| WireError::Body(bytes))?;
    let mut body = Vec::with_capacity(bytes.min(BODY_STEP_BYTES));
    reader.by_ref().take(bytes as u64).read_to_end(&mut body)?;
    if body.len() < bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(body)
}
