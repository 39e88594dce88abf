//! Where commands write: all of it at once, and a reader that has gone away is no reason to fail.

use std::io::{self, Write};

use super::call::Failure;

/// Writes lines to standard output. If its reader has gone away, nothing is written and that is well.
///
/// # Errors
/// [`Failure::Output`]: the disk behind it is full, for example.
pub(crate) fn put(lines: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<(), Failure> {
    match put_all(lines) {
        Err(source) if source.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::Output),
    }
}

/// The same for what somebody must have read: also that its reader has gone away is told.
pub(crate) fn put_all(lines: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    put_on(&mut io::stdout().lock(), lines)
}

/// Writes lines to standard error. There is nobody to tell if that fails.
pub(crate) fn complain(lines: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
    let _ = put_on(&mut io::stderr().lock(), lines);
}

fn put_on(out: &mut impl Write, lines: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    lines(&mut text)?;
    out.write_all(&text)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes some bytes and then no more.
    struct Narrow {
        room: usize,
        then: io::ErrorKind,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.room.min(bytes.len()) {
                0 => Err(self.then.into()),
                taken => {
                    self.room -= taken;
                    Ok(taken)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_output_that_takes_no_more_is_an_error_and_no_panic() {
        for then in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
            let lines = |out: &mut Vec<u8>| writeln!(out, "a line").and_then(|()| writeln!(out, "another"));
            assert_eq!(put_on(&mut Narrow { room: 9, then }, lines).unwrap_err().kind(), then);
            put_on(&mut Narrow { room: 15, then }, lines).unwrap();
        }
    }
}
