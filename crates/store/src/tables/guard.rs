//! The guard: what the engine does to us ends here, be it an error, a panic or silence.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, OnceLock},
};

use super::{TableError, TableOptions, engine::EngineError, layers::Layers, opening, watch::Watch};
use crate::fatal::OnFatal;

/// Runs calls into the engine until one breaks it.
pub(super) struct Guard {
    watch: Option<Watch>,
    unusable: Arc<OnceLock<String>>,
    on_fatal: OnFatal,
}

impl Guard {
    /// For tables in a directory, or for none and why there are none.
    pub(super) fn new(directory: &Path, options: &TableOptions, layers: &Result<Layers, String>) -> Self {
        let unusable = Arc::new(layers.as_ref().err().cloned().map_or_else(OnceLock::new, OnceLock::from));
        let calls = layers.as_ref().map(Layers::calls).unwrap_or_default();
        let watch = Watch::start(calls, options.call_max, late(directory, options, unusable.clone()));
        if let Err(error) = &watch {
            let _ = unusable.set(format!("no thread can watch the engine: {error}"));
        }
        Self { watch: watch.ok(), unusable, on_fatal: options.on_fatal.clone() }
    }

    /// Why nothing can be read or written, once that is so.
    pub(super) fn unusable(&self) -> Option<&str> {
        self.unusable.get().map(String::as_str)
    }

    /// Runs one call into the engine.
    pub(super) fn run<T>(&self, call: impl FnOnce() -> Result<T, EngineError>) -> Result<T, TableError> {
        if self.unusable.get().is_some() {
            return Err(self.is_over());
        }
        let _call = self.watch.as_ref().map(Watch::enter);
        let why = match catch_unwind(AssertUnwindSafe(call)) {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(EngineError::Failed(why))) => return Err(TableError::Failed { why }),
            Ok(Err(EngineError::Broken(why))) => why,
            Err(panic) => panic_text(panic.as_ref()),
        };
        if self.unusable.set(why.clone()).is_ok() {
            self.on_fatal.tables(&why);
        }
        Err(self.is_over())
    }

    /// What is answered once nothing can be asked any more.
    pub(super) fn is_over(&self) -> TableError {
        TableError::Unusable { why: self.unusable().unwrap_or_default().to_owned() }
    }
}

/// What a panic said, as far as it is a sentence: the engine goes on with all that it holds.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let sentence: String =
        text.and_then(|text| text.lines().next()).unwrap_or("without a word").chars().take(300).collect();
    format!("the engine panicked: {sentence}")
}

/// What happens when a call into the engine does not come back.
fn late(directory: &Path, options: &TableOptions, unusable: Arc<OnceLock<String>>) -> impl FnOnce() + use<> {
    let (directory, options) = (directory.to_owned(), options.clone());
    move || {
        let why = format!("a call took more than {:?}", options.call_max);
        opening::distrust(&directory, &why);
        if unusable.set(why.clone()).is_ok() {
            options.on_fatal.tables(&why);
        }
    }
}
