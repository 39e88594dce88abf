//! What of a file is looked at: a photograph is one picture; an object of a modality has frames, and windows over their values.

use serde::{Deserialize, Serialize};

/// One picture of a file: a frame under a window. A photograph has none but the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    /// Counted from 0.
    pub frame: u32,
    /// By its place among the windows of the frame; one that the frame does not have stands for the first.
    pub window: u32,
}

impl View {
    /// The first frame, as the object itself would have it shown.
    pub const FIRST: Self = Self { frame: 0, window: 0 };
}

/// How many pictures a file is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Series {
    /// At least one.
    pub frames: u32,
    /// The names of the windows of a frame, the full range last; none of a photograph, and of an object in colour.
    pub windows: Vec<String>,
}

impl Series {
    /// That of a photograph.
    pub const ONE: Self = Self { frames: 1, windows: Vec::new() };
}

impl Default for Series {
    fn default() -> Self {
        Self::ONE
    }
}
