//! One child process as its parent sees it: started with nothing of ours, asked with a deadline, killed when it goes wrong.

use std::{
    ffi::OsString,
    io::{self, BufReader},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use anonymizer::{
    Limits,
    worker::{Request, WireError, read_ready, write_request},
};

/// The program of a child and its arguments.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
}

/// How a conversation went wrong. The child is gone then.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the worker broke off")]
    Off(#[source] WireError),
    #[error("the worker did not answer in time")]
    Late,
    #[error("the conversation with the worker was cut short")]
    Cut,
}

/// A child that waits for a request.
#[derive(Debug)]
pub(super) struct Seat {
    process: Process,
    pipes: Pipes,
}

/// Killed and waited for when it is dropped: none is left over, whoever forgot it.
#[derive(Debug)]
struct Process(Child);

#[derive(Debug)]
struct Pipes {
    input: ChildStdin,
    output: Output,
}

/// What a child says.
pub(super) type Output = BufReader<ChildStdout>;

impl Seat {
    /// Starts a child and waits so long until it is ready.
    pub(super) async fn start(program: &Program, patience: Duration) -> io::Result<Self> {
        let seat = Self::spawn(program)?;
        let (seat, ()) = seat.talk(patience, |pipes| read_ready(&mut pipes.output)).await.map_err(io::Error::other)?;
        Ok(seat)
    }

    /// A child with no environment, no directory of ours, and nobody who hears what it prints.
    fn spawn(program: &Program) -> io::Result<Self> {
        let mut child = Command::new(&program.path)
            .arg0("consilium")
            .args(&program.arguments)
            .env_clear()
            .current_dir("/")
            // Ctrl-C at a terminal is for its parent, which ends it in order.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let process = Process(child);
        let (Some(input), Some(output)) = (input, output) else { return Err(io::ErrorKind::BrokenPipe.into()) };
        Ok(Self { process, pipes: Pipes { input, output: BufReader::new(output) } })
    }

    /// Whether it can be asked: one that was ended from outside while it waited costs nobody a picture.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.process.0.try_wait(), Ok(None))
    }

    /// Asks, and waits so long for what `read` makes of the answer. The child comes back only if it kept to the
    /// conversation.
    pub(super) async fn ask<T: Send + 'static>(
        self,
        request: Request,
        patience: Duration,
        read: impl FnOnce(&mut Output, &Limits) -> Result<T, WireError> + Send + 'static,
    ) -> Result<(Self, T), Broken> {
        let talk = move |pipes: &mut Pipes| {
            let limits = request.limits;
            write_request(&mut pipes.input, &request)?;
            drop(request);
            read(&mut pipes.output, &limits)
        };
        self.talk(patience, talk).await
    }

    async fn talk<T: Send + 'static>(
        self,
        patience: Duration,
        talk: impl FnOnce(&mut Pipes) -> Result<T, WireError> + Send + 'static,
    ) -> Result<(Self, T), Broken> {
        let Self { process, mut pipes } = self;
        let talking = tokio::task::spawn_blocking(move || talk(&mut pipes).map(|answer| (pipes, answer)));
        match tokio::time::timeout(patience, talking).await {
            Ok(Ok(Ok((pipes, answer)))) => Ok((Self { process, pipes }, answer)),
            Ok(Ok(Err(error))) => Err(Broken::Off(error)),
            Ok(Err(_)) => Err(Broken::Cut),
            Err(_) => Err(Broken::Late),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already needs no killing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
