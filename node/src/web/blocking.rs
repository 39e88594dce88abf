//! Work that waits for the disk or for a hash, away from the threads that carry requests.

use std::sync::Arc;

use house::{
    Refusal,
    password::{Cost, PasswordHash, Proven},
};
use tokio::{runtime::Handle, task::spawn_blocking};

use super::{Web, actor::Visitor};
use crate::{
    app::{App, AppError},
    entropy,
};

impl Web {
    /// Does something with the node that may wait for its disk.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let app = self.app.clone();
        on_a_thread(move || work(&app)).await
    }

    /// Does something with the node that waits for its disk and for its network. It keeps a thread while it waits, and what it
    /// waits for may need another one: so not all threads are for this.
    pub(crate) async fn run_async<T: Send + 'static, F: Future<Output = Result<T, AppError>>>(
        &self,
        work: impl FnOnce(Arc<App>) -> F + Send + 'static,
    ) -> Result<T, AppError> {
        let _permit = self.waiting.acquire().await.map_err(|_| AppError::Stopping)?;
        let (app, runtime) = (self.app.clone(), Handle::current());
        on_a_thread(move || runtime.block_on(work(app))).await
    }

    /// Checks a password. It takes as long whether there is such an account or not.
    pub(crate) async fn prove(&self, login: &str, password: String) -> Result<Proven, AppError> {
        let _permit = self.hashing.acquire().await.map_err(|_| AppError::Stopping)?;
        let login = login.to_owned();
        self.run(move |app| {
            let check = app.desk.look(|house| house.password_check(&login));
            Ok(check.verify(&password)?)
        })
        .await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: String) -> Result<PasswordHash, AppError> {
        let _permit = self.hashing.acquire().await.map_err(|_| AppError::Stopping)?;
        let salt = entropy::draw();
        on_a_thread(move || PasswordHash::of(&password, &salt, Cost::default()).map_err(AppError::from)).await
    }

    /// Takes one attempt to show a password, before anything is known of the account.
    pub(crate) fn admit(&self, login: &str, visitor: &Visitor) -> Result<(), Refusal> {
        self.attempts().admit(login, visitor.origin(login), crate::clock::now_ms())
    }

    /// Gives whoever showed the right password the attempts back.
    pub(crate) fn succeeded(&self, login: &str, visitor: &Visitor) {
        self.attempts().succeeded(login, visitor.origin(login));
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, house::attempt::Attempts> {
        self.attempts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(AppError::Stopping),
    }
}
