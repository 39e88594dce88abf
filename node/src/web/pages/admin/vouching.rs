//! Vouching for a person of the house, and taking that back. What is signed in the hospital's name is never preset for somebody
//! new, and begins for others with what the hospital says of them now.

use axum::{extract::Path, http::StatusCode, response::IntoResponse, response::Response};
use house::{AccountId, Permission, account::Account};
use protocol::payload::control::Profession;

use super::people::{Done, Extra, done, find, page};
use crate::{
    app::{self, ATTESTATION_DAYS_MAX, NewAttestation},
    clock::now_ms,
    sentences::Sentences,
    web::{
        extract::{Fields, Posted, id},
        frame::{FieldProblem, Reading, html},
        pages::new::context::specialties,
        pieces::{Choice, PROFESSIONS, choices, chosen, role_key, value_of},
        problem::Problem,
        specialty::{SPECIALTIES, specialty_key},
        when::{date, end_of_day_ms},
    },
};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Why a badge is taken back.
const REASONS: [(&str, &str); 3] = [("left", "revoke-left"), ("role", "revoke-role"), ("stolen", "revoke-stolen")];

/// What is to be signed of a person, as a form says it.
#[derive(Clone, Default)]
pub(super) struct Wish {
    profession: String,
    specialties: Vec<String>,
    until: String,
    /// Why it is taken back.
    reason: String,
}

/// The form with which a person is vouched for.
pub(super) struct VouchForm {
    pub(super) professions: Vec<Choice>,
    pub(super) specialties: Vec<Choice>,
    /// Specialties beyond the first.
    pub(super) further: Vec<Choice>,
    pub(super) until: String,
    pub(super) reasons: Vec<Choice>,
    /// Ids of the fields, which stand once for each person.
    pub(super) profession_id: String,
    pub(super) specialty_id: String,
    pub(super) until_id: String,
    pub(super) reason_id: String,
    pub(super) sure_id: String,
}

/// The first and the last day on which a badge may end.
pub(super) fn days() -> (String, String) {
    let now_ms = now_ms();
    (date(now_ms + DAY_MS), date(now_ms + u64::from(ATTESTATION_DAYS_MAX) * DAY_MS))
}

pub(super) async fn attest(
    reading: Reading,
    Path(account): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    let login = reading.web.run(move |app| {
        app.permit(&actor, Permission::Attest)?;
        Ok(find(app, account)?.login.as_str().to_owned())
    });
    let (login, wish) = (login.await?, Wish::of(&form));
    let new = match wish.attestation(login, account) {
        Ok(new) => new,
        Err(problem) => return again(&reading, Extra::refused(problem, account, Some(wish), &form)).await,
    };
    let vouched = reading.web.run_async(move |app| async move { app.attest(&new, &actor).await }).await?;
    done(&reading, Done::Vouched { is_sent: vouched.waits_for.is_none() }, account).await
}

pub(super) async fn revoke(
    reading: Reading,
    Path(account): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    let whose = reading.web.run(move |app| {
        app.permit(&actor, Permission::Revoke)?;
        find(app, account)
    });
    let whose = whose.await?;
    let refused = |field: &str, key: &str| {
        let wish = Wish { reason: form.one("reason").to_owned(), ..Wish::now(&whose) };
        Extra::refused(at(field, account, Sentences::english().get(key)), account, Some(wish), &form)
    };
    let reason = match form.one("reason") {
        "left" => "left-institution",
        "role" => "role-changed",
        "stolen" => "key-stolen",
        _ => return again(&reading, refused("reason", "people-revoke-why")).await,
    };
    if form.filled("sure").is_none() {
        return again(&reading, refused("sure", "people-revoke-unsure")).await;
    }
    let login = whose.login.as_str().to_owned();
    let waits_for = reading.web.run_async(move |app| async move { app.revoke(&login, reason, &actor).await }).await?;
    done(&reading, Done::Revoked { is_sent: waits_for.is_none() }, account).await
}

async fn again(reading: &Reading, extra: Extra) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(reading, extra).await?)?).into_response())
}

fn at(field: &str, account: AccountId, text: String) -> FieldProblem {
    FieldProblem { field: format!("{field}-{account}"), text }
}

impl Wish {
    fn of(form: &Fields) -> Self {
        let named = form.all("specialty").into_iter().filter(|value| !value.is_empty());
        Self {
            profession: form.one("profession").to_owned(),
            specialties: named.map(ToOwned::to_owned).collect(),
            until: form.one("until").trim().to_owned(),
            reason: String::new(),
        }
    }

    /// What the hospital says of a person now; nothing of somebody new.
    fn now(account: &Account) -> Self {
        let Some(attested) = &account.attestation else { return Self::default() };
        let mut specialties: Vec<String> =
            attested.specialties.iter().map(|number| app::specialty_name(*number)).collect();
        if specialties.is_empty() {
            specialties.push("0".to_owned());
        }
        let profession = value_of(PROFESSIONS, role_key(attested.profession)).to_owned();
        Self { profession, specialties, until: date(attested.until_ms), reason: String::new() }
    }

    /// The attestation, or the field that is missing or cannot be.
    fn attestation(&self, login: String, account: AccountId) -> Result<NewAttestation, FieldProblem> {
        let t = Sentences::english();
        if chosen(Profession::ALL, PROFESSIONS, role_key, &self.profession).is_none() {
            return Err(at("profession", account, t.get("field-missing")));
        }
        if self.specialties.is_empty() {
            return Err(at("specialty", account, t.get("field-missing")));
        }
        let today = now_ms() / DAY_MS;
        let days =
            end_of_day_ms(&self.until).and_then(|end_ms| u32::try_from((end_ms / DAY_MS).checked_sub(today)?).ok());
        let Some(days) = days.filter(|days| (1..=ATTESTATION_DAYS_MAX).contains(days)) else {
            let (first, last) = self::days();
            return Err(at("until", account, t.with2("people-until-out", "first", first, "last", last)));
        };
        let named = self.specialties.iter().filter(|value| *value != "0").cloned();
        Ok(NewAttestation { login, profession: self.profession.clone(), specialties: named.collect(), days })
    }
}

impl VouchForm {
    /// The form for a person, with what was wished before it was not accepted.
    pub(super) fn of(account: &Account, wish: Option<&Wish>) -> Self {
        let wish = wish.cloned().unwrap_or_else(|| Wish::now(account));
        let (first, further) =
            wish.specialties.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let mut known = specialties(None);
        known.iter_mut().for_each(|choice| choice.is_chosen = Some(&choice.value) == first);
        let listed = known.iter().any(|choice| choice.is_chosen);
        // What another list named is kept, too.
        let beyond = first.filter(|_| !listed).into_iter().chain(further);
        let field = |name: &str| format!("{name}-{}", account.id);
        Self {
            professions: choices(PROFESSIONS, &wish.profession),
            further: beyond.map(kept).collect(),
            specialties: known,
            until: wish.until,
            reasons: choices(&REASONS, &wish.reason),
            profession_id: field("profession"),
            specialty_id: field("specialty"),
            until_id: field("until"),
            reason_id: field("reason"),
            sure_id: field("sure"),
        }
    }
}

fn kept(value: &String) -> Choice {
    let number = SPECIALTIES.iter().map(|(number, _)| *number).find(|number| app::specialty_name(*number) == *value);
    Choice {
        value: value.clone(),
        key: number.map_or("specialty-other", |number| specialty_key(Some(number))),
        is_chosen: true,
    }
}
