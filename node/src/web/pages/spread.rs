//! What a reader looks at together: one picture of a case, or the two of a pair side by side.

use protocol::{BlobId, CaseId, payload::content::MediaType};

use crate::{
    app::{App, AppError, CaseView},
    sentences::Sentences,
    web::{
        frame::Reading,
        pieces::{Badge, plain, side_key},
        problem::Problem,
    },
};

/// What is looked at together: one picture, or two of a pair.
pub(super) struct Spread {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) is_current: bool,
    pub(super) pictures: Vec<Picture>,
}

/// A picture of a case.
pub(super) struct Picture {
    blob: BlobId,
    pub(super) number: usize,
    pub(super) side_key: &'static str,
    /// Empty: it is not here, and nobody who has it can be reached.
    pub(super) src: String,
    pub(super) preview: String,
    pub(super) alt: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) covers: usize,
    pub(super) reviewer: String,
    pub(super) manifest: String,
    /// Where its frames are gone through; empty for a photograph.
    pub(super) frames: String,
}

/// The pictures of a case in their order, with the one of a number, from 1, before the reader.
pub(super) fn spreads(app: &App, view: &CaseView, current: usize) -> Result<Vec<Spread>, AppError> {
    let count = view.summary.pictures.len();
    let current = current.clamp(1, count.max(1));
    let mut spreads: Vec<Spread> = Vec::new();
    for number in 1..=count {
        let picture = picture(app, view, number)?;
        match spreads.last_mut() {
            Some(spread) if picture.side_key == "picture-after" => spread.pictures.push(picture),
            _ => {
                let href = format!("/cases/{}?picture={number}", view.case);
                spreads.push(Spread { href, name: String::new(), is_current: false, pictures: vec![picture] });
            }
        }
    }
    for spread in &mut spreads {
        spread.name = name_of(&spread.pictures);
        spread.is_current = spread.pictures.iter().any(|picture| picture.number == current);
    }
    Ok(spreads)
}

/// Of what is before the reader, what is not here and cannot be fetched now is shown as being on its way.
pub(super) async fn leave_out_the_away(reading: &Reading, case: CaseId, spreads: &mut [Spread]) -> Result<(), Problem> {
    let joined = reading.web.run(App::joined).await?;
    for picture in spreads.iter_mut().filter(|spread| spread.is_current).flat_map(|spread| &mut spread.pictures) {
        if !joined.shared().is_at_hand(case, picture.blob).await.map_err(AppError::from)? {
            picture.src.clear();
        }
    }
    Ok(())
}

fn name_of(pictures: &[Picture]) -> String {
    let (t, numbers) = (Sentences::english(), pictures.iter().map(|picture| picture.number.to_string()));
    match &numbers.collect::<Vec<_>>()[..] {
        [before, after] => t.with2("case-pair", "before", before, "after", after),
        numbers => t.with("picture-number", "number", numbers.concat()),
    }
}

fn picture(app: &App, view: &CaseView, number: usize) -> Result<Picture, AppError> {
    let picture = view.summary.pictures.get(number - 1).ok_or(AppError::NotFound("picture"))?;
    let reviewer = app.joined()?.shared().badge_of(
        picture.manifest.reviewer,
        view.case.institution,
        view.open.current,
        view.open.standing(),
    )?;
    let href = format!("/cases/{}", view.case);
    Ok(Picture {
        blob: picture.blob,
        number,
        side_key: side_key(view.summary.side_of(number - 1)),
        src: format!("{href}/pictures/{number}"),
        preview: format!("{href}/previews/{number}"),
        manifest: format!("{href}/pictures/{number}/manifest"),
        frames: match picture.media_type {
            MediaType::Dicom => format!("{href}/pictures/{number}/frames"),
            MediaType::Jpeg | MediaType::Png | MediaType::Other(_) => String::new(),
        },
        alt: plain(picture.alt.as_str()),
        width: picture.width,
        height: picture.height,
        covers: picture.manifest.covers.len(),
        reviewer: Badge::of(&reviewer).name,
    })
}
