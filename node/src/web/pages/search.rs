//! Search: one field, answered as one types; the question stays on this node.

use askama::Template;
use axum::response::Response;
use house::audit::{Action, Outcome};
use index::OFFSET_MAX;

use crate::{
    app::Found,
    sentences::Sentences,
    web::{
        extract::Asked,
        frame::{Frame, Reading, html},
        pieces::{Preview, plain, preview_of, status_key},
        problem::Problem,
        specialty::specialty_key,
        when::When,
    },
};

/// Hits on one page.
const PAGE_HITS: usize = 20;
/// Letters from which on it is searched.
const LETTERS_MIN: usize = 3;

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    t: &'static Sentences,
    frame: Frame,
    query: String,
    results: Option<Results>,
}

#[derive(Template)]
#[template(path = "search_results.html")]
struct SearchResults {
    t: &'static Sentences,
    frame: Frame,
    results: Option<Results>,
}

struct Results {
    hits: Vec<Hit>,
    total: u64,
    cases: String,
    hospitals: String,
    took_ms: u64,
    next: String,
}

struct Hit {
    href: String,
    title: Vec<Piece>,
    institution: String,
    has_picture: bool,
    preview: Option<Preview>,
    specialty_key: &'static str,
    status_key: &'static str,
    snippet: Vec<Piece>,
    written: When,
}

struct Piece {
    text: String,
    is_match: bool,
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let query = asked.one("q").trim().to_owned();
    let offset: usize = asked.one("from").parse().unwrap_or(0);
    let results = match query.chars().count() >= LETTERS_MIN {
        true => Some(find(&reading, &query, offset).await?),
        false => {
            let actor = reading.visitor.actor;
            reading.web.run(move |app| app.permit(&actor, house::Permission::ReadPublic)).await?;
            None
        }
    };
    let (t, frame) = (Sentences::english(), reading.frame("search"));
    match reading.is_fragment {
        true => html(&SearchResults { t, frame, results }),
        false => html(&Search { t, frame, query, results }),
    }
}

async fn find(reading: &Reading, query: &str, offset: usize) -> Result<Results, Problem> {
    let (actor, text) = (reading.visitor.actor, query.to_owned());
    let is_attested = reading.visitor.person.as_ref().is_some_and(|person| person.is_attested);
    let answer = reading
        .web
        .run(move |app| {
            let answer = app.search(&text, PAGE_HITS, offset, &actor)?;
            app.desk.note(&actor, Action::Search, Vec::new(), Outcome::Done)?;
            Ok(answer)
        })
        .await?;
    let next = match next(offset, answer.hits.hits.len(), answer.hits.total) {
        Some(from) => format!("/search?q={}&from={from}", percent_encoded(query)),
        None => String::new(),
    };
    Ok(Results {
        hits: answer.found.iter().map(|found| hit(found, is_attested)).collect(),
        total: answer.hits.total,
        cases: grouped(answer.hits.searched),
        hospitals: answer.institutions.to_string(),
        took_ms: answer.hits.micros.div_ceil(1_000),
        next,
    })
}

/// Where the next page begins: behind all hits of this one, shown or not. The index goes no further than [`OFFSET_MAX`].
fn next(offset: usize, hits: usize, total: u64) -> Option<usize> {
    let from = offset.saturating_add(hits);
    let is_more = hits > 0 && from <= OFFSET_MAX && u64::try_from(from).is_ok_and(|from| from < total);
    is_more.then_some(from)
}

fn hit(found: &Found, is_attested: bool) -> Hit {
    let view = &found.view;
    Hit {
        href: format!("/cases/{}", view.case),
        title: found.title.iter().map(|(text, is_match)| Piece { text: plain(text), is_match: *is_match }).collect(),
        institution: plain(&view.author.institution_name),
        has_picture: !view.summary.pictures.is_empty(),
        preview: preview_of(view).filter(|_| is_attested),
        specialty_key: specialty_key(view.summary.specialty),
        status_key: status_key(view.open.status),
        snippet: found
            .snippet
            .iter()
            .map(|(text, is_match)| Piece { text: text.clone(), is_match: *is_match })
            .collect(),
        written: When::told(view.open.opened_ms, view.received_ms),
    }
}

/// A number with its thousands set apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Text as a value in a query (RFC 3986 section 2.1).
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_behind_all_hits_and_there_is_a_last_one() {
        assert_eq!(next(0, 20, 45), Some(20), "however few of them may be shown");
        assert_eq!((next(40, 5, 45), next(0, 0, 45)), (None, None));
        assert_eq!(next(OFFSET_MAX - 20, 20, 1_000_000), Some(OFFSET_MAX));
        assert_eq!(next(OFFSET_MAX, 20, 1_000_000), None, "behind it the index has the same page for ever");
        assert_eq!(next(usize::MAX, 20, u64::MAX), None);
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in
            [(0, "0"), (12, "12"), (999, "999"), (1_000, "1,000"), (41_203, "41,203"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
