//! Room on the disk as the node keeps it: pictures are refused first, then words; what is left is for erasures, for the
//! account of who read what, and for the next start.

use store::{AppendError, Guard, GuardLimits, SpaceError};

use crate::{app::AppError, config::Storage, layout::Layout};

/// Room that a picture takes besides its file: the clean one, the small ones, their keys.
const ROOM_BESIDE_BYTES: u64 = 1 << 20;

/// What of the disk stays free, and for what.
#[derive(Debug)]
pub(crate) struct Reserve(Guard);

impl Reserve {
    /// Looks at the disk before anything else is opened on it. On a full one the ballast goes first.
    pub(crate) fn open(layout: &Layout, storage: &Storage) -> Result<Self, AppError> {
        let limits =
            GuardLimits { floor_bytes: storage.free_bytes_min, floor_percent: 0, ballast_bytes: storage.ballast_bytes };
        let reserve = Self(Guard::open(layout.root(), limits).map_err(refused)?);
        reserve.keep_afloat();
        Ok(reserve)
    }

    /// Whether the disk could ever hold what is to stay free on it.
    pub(crate) fn check_disk(layout: &Layout, storage: &Storage) -> Result<(), AppError> {
        let disk_bytes = store::free_space(layout.root()).map_err(refused)?.total_bytes;
        if storage.ballast_bytes >= disk_bytes {
            let why = format!("it is {}; the whole disk has {disk_bytes} bytes", storage.ballast_bytes);
            return Err(AppError::Invalid { what: "storage.ballast_bytes", why });
        }
        if storage.free_bytes_min >= disk_bytes {
            tracing::warn!(
                storage.free_bytes_min = storage.free_bytes_min,
                disk.bytes = disk_bytes,
                "More is to stay free than the whole disk has: pictures are never taken in. Set storage.free_bytes_min lower, or give the node a larger disk."
            );
        }
        Ok(())
    }

    /// Whether a picture of so many bytes can be taken in and the rest of the node goes on.
    pub(crate) fn check_picture(&self, file_bytes: usize) -> Result<(), AppError> {
        self.0.check_room(file_bytes as u64 + ROOM_BESIDE_BYTES).map_err(refused)
    }

    /// Bytes that pictures could take before they are refused; none if the disk does not say.
    pub(crate) fn free_bytes(&self) -> u64 {
        self.0.free_above_floor().unwrap_or(0)
    }

    /// Whether words can be taken in. A disk that does not say is asked by writing.
    pub(crate) fn check_words(&self) -> Result<(), AppendError> {
        match self.0.check_room_for_words() {
            Err(SpaceError::NoRoom { .. }) => Err(AppendError::Full),
            _ => Ok(()),
        }
    }

    /// Throws the ballast off when little is left.
    pub(crate) fn keep_afloat(&self) {
        match self.0.keep_afloat() {
            Ok(None) => {}
            Ok(Some(bytes)) => tracing::warn!(
                ballast.bytes = bytes,
                "The disk is full. The ballast was thrown off so that reading and erasing go on; nothing new is taken in until there is room."
            ),
            Err(error) => log(&error),
        }
    }

    /// Lays ballast again when there is room.
    pub(crate) fn refill(&self) {
        match self.0.refill() {
            Ok(true) => tracing::info!("There is room on the disk again; the ballast was laid."),
            Ok(false) => {}
            Err(error) => log(&error),
        }
    }
}

fn refused(error: SpaceError) -> AppError {
    match error {
        SpaceError::NoRoom { .. } => AppError::Full,
        error => AppError::Space(error),
    }
}

fn log(error: &SpaceError) {
    tracing::error!(error = error as &dyn std::error::Error, "The room on the disk cannot be kept.");
}
