//! The temporary directory of a demo: only its owner can look in, and it is gone when the demo is.

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use super::DemoError;
use crate::entropy;

/// A directory that is removed with all that is in it.
#[derive(Debug)]
pub(super) struct Ground {
    path: PathBuf,
}

impl Ground {
    pub(super) fn lay() -> Result<Self, DemoError> {
        let path = std::env::temp_dir().join(format!("consilium-demo-{}", hex::encode(entropy::draw::<4>())));
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(DemoError::Ground { path, source }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::error!(error = &error as &dyn std::error::Error, directory = %self.path.display(), "The directory of the demo could not be removed.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_ground_is_private_and_gone_afterwards() {
        let ground = Ground::lay().unwrap();
        let path = ground.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(path.join("file"), b"x").unwrap();
        drop(ground);
        assert!(!path.exists());
    }
}
