//! The work that a separate process does, as bytes in and bytes out.
//!
//! Decoders and finders meet hostile files, so they run in a process of their own, with its own resource limits and a
//! deadline that its parent keeps. That process and its parent are the caller's; here are the frames they exchange and
//! the loop that answers. A frame is a length (four bytes, most significant first), a JSON head of that length, and a
//! body whose length follows from the head: the file in a request, the pixels in a response.

use std::{
    collections::BTreeSet,
    io::{self, Read, Write},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    error::IntakeError,
    finding::{Doubt, Finding, Searched},
    inspect::{Inspection, inspect},
    limits::Limits,
    notice::Notice,
    pixels::Pixels,
    removed::Removed,
};

/// Bytes of a head.
const HEAD_BYTES_MAX: usize = 256 * 1024;
/// A body grows by this much at most before its bytes have come.
const BODY_STEP_BYTES: usize = 1 << 20;

/// What the parent asks: to inspect this file under these limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Of the picture.
    pub limits: Limits,
    /// The file as it was sent.
    pub file: Vec<u8>,
}

/// What the worker answers.
pub type Response = Result<Inspection, IntakeError>;

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
    /// A body beyond the limits, or of another length than the picture.
    #[error("frame announces a body of {0} bytes, which is outside the limits")]
    Body(u64),
    /// A finding that lies outside its picture.
    #[error("frame has a finding outside the picture")]
    Finding,
}

#[derive(Serialize, Deserialize)]
struct RequestHead {
    limits: Limits,
    file_bytes: u64,
}

#[derive(Serialize, Deserialize)]
enum ResponseHead {
    Taken(Taken),
    Refused(IntakeError),
}

#[derive(Serialize, Deserialize)]
struct Taken {
    width: u32,
    height: u32,
    findings: Vec<Finding>,
    searched: Vec<Searched>,
    doubts: BTreeSet<Doubt>,
    removed: BTreeSet<Removed>,
    notices: BTreeSet<Notice>,
}

/// Answers requests until the reader ends between two frames.
///
/// # Errors
/// [`WireError`] if the conversation breaks off; a refused picture is an answer, not an error.
pub fn run(mut reader: impl Read, mut writer: impl Write) -> Result<(), WireError> {
    while let Some(request) = read_request(&mut reader)? {
        write_response(&mut writer, &inspect(&request.file, &request.limits))?;
    }
    Ok(())
}

/// The next request; `None` where the reader ends between two frames.
///
/// # Errors
/// See [`WireError`].
pub fn read_request(reader: &mut impl Read) -> Result<Option<Request>, WireError> {
    let Some(head) = read_head::<RequestHead>(reader)? else { return Ok(None) };
    let file = read_body(reader, head.file_bytes, head.limits.picture_bytes_max as u64)?;
    Ok(Some(Request { limits: head.limits, file }))
}

/// Sends a request.
///
/// # Errors
/// [`WireError::Pipe`] if the writer fails.
pub fn write_request(writer: &mut impl Write, request: &Request) -> Result<(), WireError> {
    write_head(writer, &RequestHead { limits: request.limits, file_bytes: request.file.len() as u64 })?;
    writer.write_all(&request.file)?;
    Ok(writer.flush()?)
}

/// Reads a response; the parent never takes more than the limits allow, whatever became of the worker.
///
/// # Errors
/// See [`WireError`].
pub fn read_response(reader: &mut impl Read, limits: &Limits) -> Result<Response, WireError> {
    let head = read_head::<ResponseHead>(reader)?.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof))?;
    let taken = match head {
        ResponseHead::Refused(error) => return Ok(Err(error)),
        ResponseHead::Taken(taken) => taken,
    };
    let body = Pixels::bytes_of(taken.width, taken.height);
    limits.check_size(taken.width, taken.height).map_err(|_| WireError::Body(body))?;
    let rgb = read_body(reader, body, body)?;
    let pixels = Pixels::new(taken.width, taken.height, rgb).ok_or(WireError::Body(body))?;
    let lies_inside = |region: &crate::Region| region.clipped(taken.width, taken.height) == Some(*region);
    if !taken.findings.iter().all(|finding| lies_inside(&finding.region) && lies_inside(&finding.proposal)) {
        return Err(WireError::Finding);
    }
    let Taken { findings, searched, doubts, removed, notices, .. } = taken;
    Ok(Ok(Inspection { pixels, findings, searched, doubts, removed, notices }))
}

/// Sends a response.
///
/// # Errors
/// [`WireError::Pipe`] if the writer fails.
pub fn write_response(writer: &mut impl Write, response: &Response) -> Result<(), WireError> {
    match response {
        Err(error) => write_head(writer, &ResponseHead::Refused(error.clone()))?,
        Ok(inspection) => {
            let head = Taken {
                width: inspection.pixels.width(),
                height: inspection.pixels.height(),
                findings: inspection.findings.clone(),
                searched: inspection.searched.clone(),
                doubts: inspection.doubts.clone(),
                removed: inspection.removed.clone(),
                notices: inspection.notices.clone(),
            };
            write_head(writer, &ResponseHead::Taken(head))?;
            writer.write_all(inspection.pixels.rgb())?;
        }
    }
    Ok(writer.flush()?)
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
