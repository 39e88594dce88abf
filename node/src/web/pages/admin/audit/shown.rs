//! A line of the chain as its page shows it: who, what they did and how it ended, and to what, by name where the house knows
//! one. A case is named by its number alone: who audits reads none.

use std::collections::BTreeMap;

use house::{
    AccountId,
    audit::{Action, Line, ObjectId, Outcome},
};

use crate::{
    app::App,
    sentences::Sentences,
    web::{pieces::plain, when::When},
};

/// Hex digits of an id that has no name; all of them stand in the file of all lines.
const ID_DIGITS: usize = 8;

pub(super) struct AuditLine {
    pub(super) number: u64,
    pub(super) when: When,
    pub(super) who: String,
    pub(super) act_key: &'static str,
    /// Empty: it was done.
    pub(super) ended_key: &'static str,
    pub(super) what: String,
    pub(super) code: String,
}

/// Names of what lines speak of.
pub(super) struct Names {
    people: BTreeMap<AccountId, String>,
    things: BTreeMap<ObjectId, String>,
}

impl Names {
    /// The people of the house, and the hospitals of the network.
    pub(super) fn of(app: &App) -> Self {
        let (mut people, mut things) = (BTreeMap::new(), BTreeMap::new());
        app.desk.look(|house| {
            for account in house.accounts().iter() {
                let name = format!("{} ({})", plain(account.name.as_str()), account.login.as_str());
                things.insert(ObjectId::from(account.id), name.clone());
                if let Some(clinician) = house.custody().clinician_of(account.id) {
                    things.insert(clinician.into(), name.clone());
                }
                if let Some(attested) = &account.attestation {
                    things.insert(attested.entry.into(), name.clone());
                }
                people.insert(account.id, name);
            }
        });
        if let Some(joined) = app.network() {
            joined.exchange(|exchange| {
                for member in exchange.roster().members() {
                    let institution = exchange.chain(&member.feed).and_then(feed::Chain::institution);
                    if let Some(institution) = institution {
                        things.insert(member.feed.into(), plain(institution.name()));
                    }
                }
                let papers = exchange.papers();
                if let Some((_, charter)) = papers.charter(&exchange.roster().charter()) {
                    things.insert(joined.id().into(), plain(charter.name.as_str()));
                }
            });
        }
        Self { people, things }
    }

    /// What an act was done to: each by its name, or by the beginning of its id where there is none. What stands beside
    /// itself, as a person and their key, is said once.
    fn what(&self, objects: &[ObjectId]) -> String {
        let short = |object: &ObjectId| hex::encode(object.0).chars().take(ID_DIGITS).collect::<String>();
        let told = |object| self.things.get(object).cloned().unwrap_or_else(|| short(object));
        let mut told: Vec<String> = objects.iter().map(told).collect();
        told.dedup();
        told.join(", ")
    }
}

impl AuditLine {
    pub(super) fn of(line: &Line, names: &Names) -> Self {
        let (event, t) = (&line.event, Sentences::english());
        let who = match event.account {
            Some(account) => names.people.get(&account).cloned().unwrap_or_else(|| account.to_string()),
            None => t.get(nobody_key(event.action, event.outcome)),
        };
        Self {
            number: line.seq,
            when: When::at(line.time_ms),
            who,
            act_key: act_key(event.action),
            ended_key: ended_key(event.outcome),
            what: names.what(&event.objects),
            code: format!("{}-{}-{}", event.action.code(), event.outcome.code(), event.reason.code()),
        }
    }
}

/// Who it was, where a line names no account: somebody outside of a session, or the node with whoever keeps its machine.
const fn nobody_key(action: Action, outcome: Outcome) -> &'static str {
    match (action, outcome) {
        (Action::SignIn | Action::SignUp | Action::StepUp | Action::RedeemOneTimeSecret, _) => "audit-stranger",
        (Action::PullAtSource, _) | (_, Outcome::Done) => "audit-machine",
        _ => "audit-unknown",
    }
}

const fn ended_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "",
        Outcome::Refused => "ended-refused",
        _ => "ended-failed",
    }
}

const fn act_key(action: Action) -> &'static str {
    match action {
        Action::SignIn => "act-signed-in",
        Action::SignOut => "act-signed-out",
        Action::StepUp => "act-stepped-up",
        Action::EndSession => "act-ended-session",
        Action::SignUp => "act-signed-up",
        Action::ViewCase => "act-viewed-case",
        Action::ViewPicture => "act-viewed-picture",
        Action::ViewOriginal => "act-viewed-original",
        Action::ViewCases => "act-listed-cases",
        Action::ViewSaved => "act-listed-saved",
        Action::ViewPeople => "act-listed-people",
        Action::Search => "act-searched",
        Action::PullAtSource => "act-gave-picture",
        Action::PullAtRecipient => "act-fetched-picture",
        Action::Publish => "act-shared",
        Action::Revise => "act-revised",
        Action::Say => "act-said",
        Action::Withdraw => "act-withdrew",
        Action::CancelUnsent => "act-cancelled",
        Action::DiscardDraft => "act-discarded",
        Action::Attest => "act-attested",
        Action::Revoke => "act-revoked",
        Action::HoldKey => "act-key",
        Action::InviteAccount => "act-account",
        Action::RenameAccount => "act-renamed",
        Action::SetRoles => "act-roles",
        Action::DisableAccount => "act-disabled",
        Action::EnableAccount => "act-enabled",
        Action::ResetPassword => "act-link",
        Action::ChangePassword => "act-password",
        Action::RedeemOneTimeSecret => "act-link-used",
        Action::MintToken => "act-token",
        Action::RevokeToken => "act-token-ended",
        Action::ManageMembership => "act-membership",
        Action::CheckStore => "act-checked-store",
        Action::VouchForStore => "act-vouched-store",
        Action::Export => "act-exported",
        Action::ReadAudit => "act-read-audit",
        Action::VerifyAudit => "act-checked-audit",
        Action::ExportAudit => "act-exported-audit",
        Action::Other(_) => "act-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_hides_no_id_that_has_none() {
        let [case, picture, hospital, key] = [1, 2, 3, 4].map(|byte| ObjectId([byte; 16]));
        let things = [hospital, key].map(|object| (object, "Hospital B".to_owned())).into();
        let names = Names { people: BTreeMap::new(), things };
        assert_eq!(names.what(&[case, picture, hospital, key]), "01010101, 02020202, Hospital B");
    }

    #[test]
    fn every_act_has_a_sentence_of_its_own() {
        let t = Sentences::english();
        let mut said: Vec<String> = Action::ALL.iter().map(|action| t.get(act_key(*action))).collect();
        said.push(t.get(act_key(Action::Other(999))));
        assert!(said.iter().all(|sentence| !sentence.starts_with("act-")), "{said:?}");
        let count = said.len();
        said.sort();
        said.dedup();
        assert_eq!(said.len(), count);
    }
}
