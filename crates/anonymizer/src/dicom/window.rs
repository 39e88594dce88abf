//! Which values of a modality are shown, from black to white (PS3.3 section C.11.2).

use std::fmt;

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::dicom::{lookup::Table, value};

/// Presets beyond this are not offered.
pub(crate) const PRESETS_MAX: usize = 16;
/// Names that devices give their presets. Any other may be a person's, and the preset then goes by its number.
const NAMES: &[&str] = &[
    "ABDOMEN",
    "ANGIO",
    "BONE",
    "BRAIN",
    "CHEST",
    "DEFAULT",
    "HARDER",
    "HEAD",
    "INNER EAR",
    "LIVER",
    "LUNG",
    "MEDIASTINUM",
    "NORMAL",
    "PELVIS",
    "SOFT",
    "SOFTER",
    "SOFT TISSUE",
    "SPINE",
    "STANDARD",
    "WIDE",
    "WINDOW1",
    "WINDOW2",
    "WINDOW3",
];

/// What other windows are called.
const FULL: &str = "full range";
const TABLE: &str = "table";

/// A window over the values of a modality.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    name: String,
    curve: Curve,
}

#[derive(Clone, Debug, PartialEq)]
enum Curve {
    Linear { center: f64, width: f64 },
    LinearExact { center: f64, width: f64 },
    Sigmoid { center: f64, width: f64 },
    Table(Table),
}

impl Window {
    /// Windows of one frame: its presets and the full range.
    pub(crate) const NAMES_MAX: usize = PRESETS_MAX + 1;

    /// Whether a name is one that windows of objects have here.
    pub(crate) fn is_name(name: &str) -> bool {
        let number = name.strip_prefix("preset ").and_then(|number| number.parse::<usize>().ok());
        matches!(name, FULL | TABLE)
            || number.is_some_and(|number| (1..=PRESETS_MAX).contains(&number))
            || NAMES.iter().any(|known| known.to_ascii_lowercase() == name)
    }

    /// A window that a person chose, linear; a width below 1 counts as 1.
    pub fn new(center: f64, width: f64) -> Self {
        Self { name: format!("{center:.0} / {width:.0}"), curve: Curve::Linear { center, width: width.max(1.0) } }
    }

    /// From the smallest to the largest value.
    pub(crate) fn full(low: f64, high: f64) -> Self {
        let (center, width) = ((low + high) / 2.0, (high - low).max(f64::MIN_POSITIVE));
        Self { name: FULL.to_owned(), curve: Curve::LinearExact { center, width } }
    }

    pub(crate) fn of_table(table: Table) -> Self {
        Self { name: TABLE.to_owned(), curve: Curve::Table(table) }
    }

    /// The same under another name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The presets that an object, or a functional group of it, carries.
    pub(crate) fn presets(item: &InMemDicomObject) -> Vec<Self> {
        let names = value::texts(item, tags::WINDOW_CENTER_WIDTH_EXPLANATION);
        let function = value::text(item, tags::VOILUT_FUNCTION).unwrap_or_default();
        let centers = value::reals(item, tags::WINDOW_CENTER);
        let widths = value::reals(item, tags::WINDOW_WIDTH);
        let presets = centers.into_iter().zip(widths).filter(|(_, width)| *width > 0.0).take(PRESETS_MAX);
        presets
            .enumerate()
            .map(|(index, (center, width))| Self {
                name: name(names.get(index), index),
                curve: match function.as_str() {
                    "SIGMOID" => Curve::Sigmoid { center, width },
                    "LINEAR_EXACT" => Curve::LinearExact { center, width },
                    _ => Curve::Linear { center, width: width.max(1.0) },
                },
            })
            .collect()
    }

    /// What the page calls it: never a text of the file that could name a person.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Grey from 0 to 255 for a value of the modality.
    pub(crate) fn grey(&self, value: f64) -> u8 {
        let part = match &self.curve {
            Curve::Linear { width, center } if *width <= 1.0 => f64::from(u8::from(value > center - 0.5)),
            Curve::Linear { center, width } => (value - (center - 0.5)) / (width - 1.0) + 0.5,
            Curve::LinearExact { center, width } => (value - center) / width + 0.5,
            Curve::Sigmoid { center, width } => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
            Curve::Table(table) => table.at(value) / table.top.max(1.0),
        };
        (part.clamp(0.0, 1.0) * 255.0).round() as u8
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn name(of_file: Option<&String>, index: usize) -> String {
    let known = of_file.map(|name| name.to_ascii_uppercase()).filter(|name| NAMES.contains(&name.as_str()));
    known.map_or_else(|| numbered(index), |name| name.to_ascii_lowercase())
}

/// What a preset is called that has no name of its own.
pub(crate) fn numbered(index: usize) -> String {
    format!("preset {}", index + 1)
}
