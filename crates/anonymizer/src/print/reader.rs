//! What a line says: PP-OCRv4's recogniser, as the second opinion on what the detector takes for print.
//!
//! What was read is only asked what it seems to be, and then dropped.

use std::{cmp::Reverse, sync::OnceLock};

use rten::{Model, Value};

use crate::{pixels::Pixels, print::line::Line};

static MODEL_BYTES: &[u8] = include_bytes!("../../models/ch_PP-OCRv4_rec_infer.onnx");
static READER: OnceLock<Option<Reader>> = OnceLock::new();

/// Rows of a line as the recogniser sees it.
const HEIGHT: usize = 48;
/// Columns of a line are a multiple of this, so that few sizes occur, and at most the other: print runs on, reading need not.
const WIDTH_STEP: usize = 64;
const WIDTH_MAX: usize = 640;
/// Scores from which a reading counts: of a word, of two characters, of a single one, and of what may be print.
const WORD_MIN: f32 = 0.5;
const PAIR_MIN: f32 = 0.7;
const LETTER_MIN: f32 = 0.8;
const HALF_MIN: f32 = 0.3;
const HALF_CHARACTERS_MIN: usize = 4;
/// Lines read at once.
const BATCH: usize = 8;

/// What a line says, and how sure the recogniser is on average over its characters, 0 to 1.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Reading {
    /// The characters.
    pub(super) text: String,
    /// 0 if there are none.
    pub(super) score: f32,
}

impl Reading {
    fn alphanumerics(&self) -> usize {
        self.text.chars().filter(|character| character.is_alphanumeric()).count()
    }

    /// Whether it is print for sure.
    pub(super) fn is_print(&self) -> bool {
        match self.alphanumerics() {
            0 | 1 => false,
            2 => self.score >= PAIR_MIN,
            _ => self.score >= WORD_MIN,
        }
    }

    /// Whether it may be print that is blurred or handwritten: noise does not read as so many characters.
    pub(super) fn is_half_print(&self) -> bool {
        self.alphanumerics() >= HALF_CHARACTERS_MIN && self.score >= HALF_MIN
    }

    /// Whether it is one letter, as clear as those that stand alone must be: noise reads as one often enough.
    pub(super) fn is_letter(&self) -> bool {
        self.alphanumerics() == 1 && self.score >= LETTER_MIN && self.text.chars().any(char::is_alphabetic)
    }
}

/// The recogniser and its characters.
pub(super) struct Reader {
    model: Model,
    /// Class 0 is "nothing new"; the others are these, one after the other.
    characters: Vec<char>,
}

/// The recogniser; `None` if it cannot be loaded.
pub(super) fn reader() -> Option<&'static Reader> {
    READER
        .get_or_init(|| {
            let model = Model::load_static_slice(MODEL_BYTES).ok()?;
            let listed = model.metadata().get("character")?;
            let characters = listed.lines().filter_map(|line| line.chars().next()).chain([' ']).collect();
            Some(Reader { model, characters })
        })
        .as_ref()
}

impl Reader {
    /// Reads lines of a picture, each in its own direction; `None` if the recogniser fails.
    pub(super) fn read(&self, picture: &Pixels, lines: &[Line]) -> Option<Vec<Reading>> {
        let mut order: Vec<(usize, usize)> = lines.iter().map(columns).zip(0..).collect();
        order.sort_unstable_by_key(|&(width, line)| (Reverse(width), line));
        let mut readings = vec![Reading::default(); lines.len()];
        for like in order.chunk_by(|(width, _), (other, _)| width == other) {
            for batch in like.chunks(BATCH) {
                let width = batch.first()?.0;
                let mut shown = Vec::with_capacity(batch.len() * 3 * HEIGHT * width);
                batch.iter().for_each(|(_, line)| show(picture, &lines[*line], width, &mut shown));
                let shown = Value::from_shape([batch.len(), 3, HEIGHT, width], shown).ok()?;
                let ([count, steps, classes], likely) =
                    self.model.run_one(shown.into(), None).ok()?.into_shape_vec::<f32, 3>().ok()?;
                if count != batch.len() || classes != self.characters.len() + 1 {
                    return None;
                }
                for ((_, line), likely) in batch.iter().zip(likely.chunks_exact(steps * classes)) {
                    readings[*line] = self.spell(likely.chunks_exact(classes));
                }
            }
        }
        Some(readings)
    }

    /// The likeliest class of each step, without repetitions and "nothing new" (greedy CTC decoding).
    fn spell<'a>(&self, steps: impl Iterator<Item = &'a [f32]>) -> Reading {
        let (mut text, mut sum, mut before) = (String::new(), 0.0, 0);
        for step in steps {
            let (class, likely) = step
                .iter()
                .enumerate()
                .fold((0, 0.0), |best, (class, &it)| if it > best.1 { (class, it) } else { best });
            if class != before
                && let Some(character) = class.checked_sub(1).and_then(|class| self.characters.get(class))
            {
                text.push(*character);
                sum += likely;
            }
            before = class;
        }
        let count = text.chars().count();
        Reading { text, score: if count == 0 { 0.0 } else { sum / count as f32 } }
    }
}

/// Columns in which a line is shown.
fn columns(line: &Line) -> usize {
    let width = HEIGHT as f32 * line.half_length / line.half_height.max(0.5);
    (width.ceil() as usize).next_multiple_of(WIDTH_STEP).clamp(WIDTH_STEP, WIDTH_MAX)
}

/// Appends a line, upright and 48 px high, blue, green and red one behind the other, -1 to 1; what is left of the width is 0.
fn show(picture: &Pixels, line: &Line, width: usize, shown: &mut Vec<f32>) {
    let filled =
        (HEIGHT as f32 * line.half_length / line.half_height.max(0.5)).round().clamp(1.0, width as f32) as usize;
    let (step_along, step_across) = (2.0 * line.half_length / filled as f32, 2.0 * line.half_height / HEIGHT as f32);
    let start = shown.len();
    shown.resize(start + 3 * HEIGHT * width, 0.0);
    let plane = HEIGHT * width;
    for y in 0..HEIGHT {
        for x in 0..filled {
            let along = (x as f32 + 0.5) * step_along - line.half_length;
            let across = (y as f32 + 0.5) * step_across - line.half_height;
            let colour = mean(picture, line, (along, across), (step_along, step_across));
            for (channel, value) in colour.into_iter().rev().enumerate() {
                shown[start + channel * plane + y * width + x] = value / 127.5 - 1.0;
            }
        }
    }
}

/// The colour of a piece of a line round a place: the mean over as many places as it has px each way, up to four.
fn mean(picture: &Pixels, line: &Line, (along, across): (f32, f32), (wide, high): (f32, f32)) -> [f32; 3] {
    let count = wide.max(high).round().clamp(1.0, 4.0);
    let mut sum = [0.0; 3];
    for part in 0..(count * count) as u32 {
        let part = part as f32;
        let (column, row) = ((part % count + 0.5) / count - 0.5, ((part / count).floor() + 0.5) / count - 0.5);
        let colour = sample(picture, line.place(along + column * wide, across + row * high));
        sum.iter_mut().zip(colour).for_each(|(sum, value)| *sum += value);
    }
    sum.map(|sum| sum / (count * count))
}

/// The colour at a place between pixels; beyond the edge, that of the edge.
fn sample(picture: &Pixels, (x, y): (f32, f32)) -> [f32; 3] {
    let (x, y) =
        ((x - 0.5).clamp(0.0, (picture.width() - 1) as f32), (y - 0.5).clamp(0.0, (picture.height() - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (wide, high) = (picture.width() as usize, picture.height() as usize);
    let (right, bottom) = ((left + 1).min(wide - 1), (top + 1).min(high - 1));
    let (part_x, part_y) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize, channel: usize| f32::from(picture.rgb()[3 * (y * wide + x) + channel]);
    [0, 1, 2].map(|channel| {
        let upper = at(left, top, channel) * (1.0 - part_x) + at(right, top, channel) * part_x;
        let lower = at(left, bottom, channel) * (1.0 - part_x) + at(right, bottom, channel) * part_x;
        upper * (1.0 - part_y) + lower * part_y
    })
}
