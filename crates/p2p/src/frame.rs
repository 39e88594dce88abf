//! Frames on a stream: four bytes of length, most significant first, and as many bytes.

use std::{io, time::Duration};

use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// From the first byte of a frame to its last: a mebibyte at 70 KB/s. Who drips slower holds our memory for nothing.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(15);
/// Until a peer has taken a frame of ours: its node may be busy writing to disk.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// Memory grows with the bytes that came, not with the length that was promised.
const GROWTH_BYTES: usize = 65_536;

/// Why no frame came, or none went.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("frame has {bytes} bytes; the limit is {bytes_max}")]
    TooLong { bytes: usize, bytes_max: usize },
    #[error("frame was not done within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    #[error("stream broke")]
    Broken(#[from] io::Error),
}

/// The next frame; none if the stream ended where one could begin. Waits for its first byte as long as it takes.
pub(crate) async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    bytes_max: usize,
) -> Result<Option<Vec<u8>>, FrameError> {
    let mut length = [0; 4];
    if stream.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    let rest = timeout(READ_TIMEOUT, read_rest(stream, length, bytes_max)).await;
    rest.map_err(|_| FrameError::TooSlow(READ_TIMEOUT))?.map(Some)
}

async fn read_rest<S: AsyncRead + Unpin>(
    stream: &mut S,
    mut length: [u8; 4],
    bytes_max: usize,
) -> Result<Vec<u8>, FrameError> {
    stream.read_exact(&mut length[1..]).await?;
    let promised = u32::from_be_bytes(length);
    let bytes = usize::try_from(promised).unwrap_or(usize::MAX);
    if bytes > bytes_max {
        return Err(FrameError::TooLong { bytes, bytes_max });
    }
    let mut frame = Vec::with_capacity(bytes.min(GROWTH_BYTES));
    stream.take(u64::from(promised)).read_to_end(&mut frame).await?;
    if frame.len() < bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(frame)
}

/// Sends one frame and sees it off.
pub(crate) async fn write<S: AsyncWrite + Unpin>(stream: &mut S, frame: &[u8]) -> Result<(), FrameError> {
    let length = u32::try_from(frame.len()).map_err(|_| FrameError::TooLong {
        bytes: frame.len(),
        bytes_max: usize::try_from(u32::MAX).unwrap_or(usize::MAX),
    })?;
    let written = timeout(WRITE_TIMEOUT, async {
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(frame).await?;
        stream.flush().await
    });
    Ok(written.await.map_err(|_| FrameError::TooSlow(WRITE_TIMEOUT))??)
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;

    use super::*;

    async fn read_all(bytes: &[u8], bytes_max: usize) -> Result<Option<Vec<u8>>, FrameError> {
        read(&mut Cursor::new(bytes), bytes_max).await
    }

    #[tokio::test]
    async fn a_frame_is_read_back() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"words").await.unwrap();
        assert_eq!(bytes, b"\0\0\0\x05words");
        assert_eq!(read_all(&bytes, 5).await.unwrap().unwrap(), b"words");
        assert_eq!(read_all(&[], 5).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_frame_beyond_the_limit_is_refused_before_its_bytes_come() {
        let error = read_all(&[0xff, 0xff, 0xff, 0xff], 5).await.unwrap_err();
        assert_eq!(error.to_string(), "frame has 4294967295 bytes; the limit is 5");
    }

    #[tokio::test]
    async fn a_frame_that_ends_early_is_no_frame() {
        assert!(matches!(read_all(b"\0\0", 5).await, Err(FrameError::Broken(_))));
        assert!(matches!(read_all(b"\0\0\0\x05word", 5).await, Err(FrameError::Broken(_))));
    }
}
