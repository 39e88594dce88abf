//! Who may see it, never wider than what the patient agreed to.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::draft::{AudienceChoice, Content, StepState};
use protocol::InstitutionId;

use super::{Draft, Step, Work};
use crate::{
    app::{App, AppError, Unusable},
    sentences::Sentences,
    web::{
        extract::{Fields, Posted},
        frame::{FieldProblem, Frame, Reading, html},
        pieces::{Choice, choices, chosen, plain},
        problem::Problem,
        when::When,
    },
};

const AUDIENCES: [(&str, &str); 4] = [
    ("house", "audience-house"),
    ("named", "audience-named"),
    ("network", "audience-network"),
    ("public", "audience-public"),
];
const CONSENTS: [(&str, &str); 4] = [
    ("house", "consent-house"),
    ("named", "consent-named"),
    ("network", "consent-network"),
    ("public", "consent-public"),
];

#[derive(Template)]
#[template(path = "new/audience.html")]
struct Audience {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    consents: Vec<Choice>,
    audiences: Vec<Choice>,
    institutions: Vec<AudienceInstitution>,
}

struct AudienceInstitution {
    value: String,
    name: String,
    is_chosen: bool,
    last_contact: Option<When>,
}

pub(super) async fn show(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    let is_chosen = work.content.steps.audience == StepState::Done;
    let audience = if is_chosen { value_of(work.content.audience) } else { "" };
    let consent = work.content.consent.map_or("", value_of);
    html(&page(&reading, &work, consent, audience, None).await?)
}

pub(super) async fn save(
    reading: Reading,
    Path(draft): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let mut work = Work::open(&reading, &draft).await?;
    let problem = match choose(&form) {
        Ok(Chosen { consent, audience, institutions }) if are_members(&reading, &institutions).await? => {
            let change = move |content: &mut Content| {
                content.consent = Some(consent);
                content.audience = audience;
                content.institutions = institutions;
                content.steps.audience = StepState::Done;
            };
            work.change(&reading, change).await?;
            return Ok(work.next());
        }
        Ok(_) => ("institution", "audience-no-member"),
        Err(problem) => problem,
    };
    let (field, key) = problem;
    let problem = FieldProblem { field: field.to_owned(), text: Sentences::english().get(key) };
    let page = page(&reading, &work, form.one("consent"), form.one("audience"), Some(problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

/// Whether all that a form names are in the network.
async fn are_members(reading: &Reading, named: &[InstitutionId]) -> Result<bool, Problem> {
    if named.is_empty() {
        return Ok(true);
    }
    let named = named.to_vec();
    let checked = reading.web.run(move |app| match app.check_members(&named) {
        Err(AppError::Unusable(Unusable::NoMember(_))) => Ok(false),
        checked => checked.map(|()| true),
    });
    Ok(checked.await?)
}

/// What was chosen.
struct Chosen {
    consent: AudienceChoice,
    audience: AudienceChoice,
    institutions: Vec<InstitutionId>,
}

/// What was chosen, or which field does not allow it and the key of the sentence that says so.
fn choose(form: &Fields) -> Result<Chosen, (&'static str, &'static str)> {
    let consent = choice_of(form.one("consent")).ok_or(("consent", "field-missing"))?;
    let audience = choice_of(form.one("audience")).ok_or(("audience", "field-missing"))?;
    if audience > consent {
        return Err(("audience", "audience-too-wide"));
    }
    if audience != AudienceChoice::Named {
        return Ok(Chosen { consent, audience, institutions: Vec::new() });
    }
    let named = form.all("institution").into_iter().map(str::parse).collect::<Result<Vec<InstitutionId>, _>>();
    let named = named.map_err(|_| ("institution", "audience-name-one"))?;
    if named.is_empty() {
        return Err(("institution", "audience-name-one"));
    }
    Ok(Chosen { consent, audience, institutions: named })
}

fn choice_of(value: &str) -> Option<AudienceChoice> {
    chosen(AudienceChoice::ALL, &AUDIENCES, audience_key, value)
}

fn value_of(audience: AudienceChoice) -> &'static str {
    AUDIENCES.iter().find(|(_, key)| *key == audience_key(audience)).map_or("", |(value, _)| value)
}

const fn audience_key(audience: AudienceChoice) -> &'static str {
    match audience {
        AudienceChoice::Named => "audience-named",
        AudienceChoice::Network => "audience-network",
        AudienceChoice::Public => "audience-public",
        AudienceChoice::House | AudienceChoice::Other(_) => "audience-house",
    }
}

/// The key of what the patient agreed to.
pub(in crate::web::pages) const fn consent_key(consent: Option<AudienceChoice>) -> &'static str {
    match consent {
        Some(AudienceChoice::House) => "consent-house",
        Some(AudienceChoice::Named) => "consent-named",
        Some(AudienceChoice::Network) => "consent-network",
        Some(AudienceChoice::Public) => "consent-public",
        Some(AudienceChoice::Other(_)) | None => "consent-unknown",
    }
}

/// The key of who will read it.
pub(super) const fn readers_key(audience: AudienceChoice) -> &'static str {
    match audience {
        AudienceChoice::Named => "readers-named",
        AudienceChoice::Network => "readers-network",
        AudienceChoice::Public => "readers-public",
        AudienceChoice::House | AudienceChoice::Other(_) => "readers-house",
    }
}

async fn page(
    reading: &Reading,
    work: &Work,
    consent: &str,
    audience: &str,
    problem: Option<FieldProblem>,
) -> Result<Audience, Problem> {
    let named = work.content.institutions.clone();
    let institutions = reading.web.run(move |app| Ok(institutions(app, &named))).await?;
    let mut frame = reading.frame("new");
    frame.problems.extend(problem);
    Ok(Audience {
        t: Sentences::english(),
        frame,
        draft: work.draft(),
        steps: work.steps("audience"),
        consents: choices(&CONSENTS, consent),
        audiences: choices(&AUDIENCES, audience),
        institutions,
    })
}

/// The other members, by their names.
fn institutions(app: &App, named: &[InstitutionId]) -> Vec<AudienceInstitution> {
    let Some(joined) = app.network() else { return Vec::new() };
    let shared = joined.shared();
    let members: Vec<InstitutionId> =
        joined.exchange(|exchange| exchange.roster().members().map(|member| member.feed).collect());
    let peers = shared.peers();
    let others = members.into_iter().filter(|feed| *feed != joined.me());
    let mut institutions: Vec<AudienceInstitution> = others
        .map(|feed| AudienceInstitution {
            value: feed.to_string(),
            name: plain(&shared.institution_name(&feed)),
            is_chosen: named.contains(&feed),
            last_contact: peers.get(&feed).map(|peer| When::at(peer.last_contact_ms)),
        })
        .collect();
    institutions.sort_by(|a, b| a.name.cmp(&b.name));
    institutions
}

/// The names of the institutions that a draft names.
pub(super) fn names(app: &App, named: &[InstitutionId]) -> Vec<String> {
    let Some(joined) = app.network() else { return Vec::new() };
    named.iter().map(|institution| plain(&joined.shared().institution_name(institution))).collect()
}
