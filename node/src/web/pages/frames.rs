//! A DICOM object frame by frame, under one window or another: for readers a page of its own, rendered by their own node; for
//! who covers it a part of the editor's page.

use anonymizer::{MediaType, Series, View};
use askama::Template;
use axum::{extract::Path, response::Response};
use protocol::CaseId;

use super::{
    case::readable,
    picture::{Size, held},
};
use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        extract::{Asked, Fields, id},
        frame::{Frame, Reading, html},
        pieces::plain,
        problem::Problem,
        seen::window_name,
    },
};

#[derive(Template)]
#[template(path = "case/frames.html")]
struct FramesPage {
    t: &'static Sentences,
    frame: Frame,
    number: usize,
    back: String,
    object: String,
    width: u32,
    height: u32,
    alt: String,
    frames: FramesView,
}

/// What is chosen of a series, and what else there is.
pub(super) struct FramesView {
    /// The picture itself, and the address of its views.
    pub(super) src: String,
    pub(super) views: String,
    /// Counted from 1.
    pub(super) frame: u32,
    pub(super) count: u32,
    pub(super) windows: Vec<WindowChoice>,
}

/// A window by its place, and what the page calls it.
pub(super) struct WindowChoice {
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

impl FramesView {
    /// The choices of a series whose views are at an address.
    pub(super) fn of(series: &Series, view: View, views: &str) -> Self {
        let frame = view.frame.min(series.frames.saturating_sub(1)) + 1;
        let choice = |(place, name): (usize, &String)| WindowChoice {
            place,
            name: window_name(name),
            is_chosen: place == view.window as usize,
        };
        Self {
            src: if view == View::FIRST {
                views.to_owned()
            } else {
                format!("{views}?frame={frame}&window={}", view.window)
            },
            views: views.to_owned(),
            frame,
            count: series.frames,
            windows: series.windows.iter().enumerate().map(choice).collect(),
        }
    }

    /// Whether there is anything to choose.
    pub(super) fn has_choice(&self) -> bool {
        self.count > 1 || self.windows.len() > 1
    }
}

/// What a request asks to see: a frame counted from 1, a window by its place.
pub(super) fn view_of(asked: &Fields) -> View {
    let number = |name: &str| asked.one(name).parse::<u32>().unwrap_or(0);
    View { frame: number("frame").saturating_sub(1), window: number("window") }
}

pub(super) async fn show(
    reading: Reading,
    Path(place): Path<(String, String)>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let (case, number): (CaseId, usize) = (id("case", &place.0)?, id("picture", &place.1)?);
    let actor = reading.visitor.actor;
    let listed = reading
        .web
        .run(move |app| {
            let view = readable(app, case, &actor)?;
            let listed = number.checked_sub(1).and_then(|index| view.summary.pictures.get(index));
            listed.cloned().ok_or(AppError::NotFound("picture"))
        })
        .await?;
    let held = held(&reading, &place, Size::Full).await?;
    if held.media_type != MediaType::Dicom {
        return Err(Problem::not_found("object"));
    }
    let series = reading.web.run_async(move |app| async move { app.series_of(held).await }).await?;
    let src = format!("/cases/{case}/pictures/{number}");
    html(&FramesPage {
        t: Sentences::english(),
        frame: reading.frame("feed"),
        number,
        back: format!("/cases/{case}?picture={number}"),
        object: format!("{src}/object"),
        width: listed.width,
        height: listed.height,
        alt: plain(listed.alt.as_str()),
        frames: FramesView::of(&series, view_of(&asked), &src),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_that_is_chosen_stays_within_the_series() {
        let series =
            Series { frames: 3, windows: vec!["brain".to_owned(), "preset 2".to_owned(), "full range".to_owned()] };
        let shown = FramesView::of(&series, View { frame: 1, window: 2 }, "/x");
        assert_eq!((shown.frame, shown.src.as_str()), (2, "/x?frame=2&window=2"));
        let names: Vec<_> = shown.windows.iter().map(|window| (window.name.as_str(), window.is_chosen)).collect();
        assert_eq!(names, [("brain", false), ("preset 2", false), ("all shades there are", true)]);
        assert_eq!(FramesView::of(&series, View { frame: 99, window: 0 }, "/x").frame, 3);
        assert_eq!(FramesView::of(&Series::ONE, View::FIRST, "/x").src, "/x");
        assert!(!FramesView::of(&Series::ONE, View::FIRST, "/x").has_choice());
    }
}
