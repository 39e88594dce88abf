//! API tokens: scopes, ends, owners.

use super::*;
use crate::{TokenId, TokenSecret, limits::TOKEN_DAYS_MAX, permission::Permission, token, token::Scope};

const DAY: u64 = 24 * 60 * MINUTE;

impl Office {
    fn mint(&mut self, actor: &Actor, scopes: &[Scope], days: u64) -> Result<TokenSecret, Refusal> {
        let secret = TokenSecret::new(self.draw());
        let until_ms = self.now_ms + days * DAY;
        let label = Text::from("canary export");
        let command = token::Command::Mint { secret: secret.clone(), label, scopes: scopes.to_vec(), until_ms };
        self.tell(command, actor)?;
        Ok(TokenSecret::parse(&secret.text()).unwrap())
    }

    fn only_token(&self, actor: &Actor) -> TokenId {
        self.house.tokens().of(actor.account().unwrap()).next().unwrap().id
    }
}

#[test]
fn a_token_may_do_what_both_its_scopes_and_its_owner_may() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let secret = office.mint(&ada, &[Scope::CasesRead, Scope::Admin], 30).unwrap();
    let actor = office.house.recognize(&secret, office.now_ms).unwrap().acting(true);
    let permit = |permission| office.house.permit(&actor, permission, office.now_ms);
    assert_eq!(permit(Permission::ReadNetwork), Ok(()));
    assert_eq!(permit(Permission::Comment), Err(Refusal::OutOfScope(Permission::Comment)));
    assert!(matches!(permit(Permission::CheckStore), Err(Refusal::NotAllowed { .. })), "its owner is no administrator");
}

#[test]
fn no_scope_covers_making_tokens_attesting_or_withdrawing_for_others() {
    let mut office = Office::new();
    office.staff("max", &[Role::Attester, Role::Moderator]);
    let (max, _) = office.sign_in("max", true);
    let secret = office.mint(&max, Scope::ALL, 30).unwrap();
    let actor = office.house.recognize(&secret, office.now_ms).unwrap().acting(true);
    for permission in [Permission::MakeTokens, Permission::Attest, Permission::Revoke, Permission::WithdrawAny] {
        let refusal = office.house.permit(&actor, permission, office.now_ms);
        assert_eq!(refusal, Err(Refusal::OutOfScope(permission)));
    }
    assert!(office.mint(&actor, &[Scope::CasesRead], 1).is_err());
}

#[test]
fn a_token_for_objects_prepares_drafts_and_neither_publishes_nor_reads() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let may = |office: &mut Office, scope| {
        let secret = office.mint(&ada, &[scope], 30).unwrap();
        let actor = office.house.recognize(&secret, office.now_ms).unwrap().acting(true);
        let is_permitted = |permission: &&Permission| office.house.permit(&actor, **permission, office.now_ms).is_ok();
        Permission::ALL.iter().filter(is_permitted).copied().collect::<Vec<_>>()
    };
    let objects = may(&mut office, Scope::Dicom);
    assert_eq!(objects, [Permission::PrepareDraft, Permission::SendObjects]);
    let words = may(&mut office, Scope::CasesWrite);
    assert!(words.contains(&Permission::PostCase) && !words.contains(&Permission::SendObjects));
}

#[test]
fn a_token_ends_at_its_time_or_when_revoked_or_with_its_owner() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let secret = office.mint(&ada, &[Scope::CasesRead], 1).unwrap();
    assert!(office.house.recognize(&secret, office.now_ms + DAY - 1).is_ok());
    assert_eq!(office.house.recognize(&secret, office.now_ms + DAY), Err(Refusal::ApiToken));

    office.tell(token::Command::Revoke(office.only_token(&ada)), &ada).unwrap();
    assert_eq!(office.house.recognize(&secret, office.now_ms), Err(Refusal::ApiToken));

    let secret = office.mint(&ada, &[Scope::CasesRead], 1).unwrap();
    office.tell(account::Command::Disable(id), &Actor::System).unwrap();
    assert_eq!(office.house.recognize(&secret, office.now_ms), Err(Refusal::ApiToken));
    office.tell(account::Command::Enable(id), &Actor::System).unwrap();
    assert_eq!(office.house.recognize(&secret, office.now_ms), Err(Refusal::ApiToken), "it does not come back");
}

#[test]
fn a_token_ends_with_the_password_under_which_it_was_made() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    office.staff("root", &[Role::Administrator]);
    let (root, _) = office.sign_in("root", false);
    let (ada, _) = office.sign_in("ada", true);

    let secret = office.mint(&ada, &[Scope::CasesRead], 1).unwrap();
    let old = office.house.password_check("ada").verify(PASSWORD).unwrap();
    let new = office.password();
    office.tell(account::Command::ChangePassword { old, new }, &ada).unwrap();
    assert_eq!(office.house.recognize(&secret, office.now_ms), Err(Refusal::ApiToken), "whoever knew the old one");

    let secret = office.mint(&ada, &[Scope::CasesRead], 1).unwrap();
    let one_time = OneTimeSecret::new(office.draw());
    office.tell(account::Command::ResetPassword { account: id, secret: one_time.clone() }, &root).unwrap();
    assert_eq!(office.house.recognize(&secret, office.now_ms), Err(Refusal::ApiToken), "as do the sessions");
    office.redeem("ada", &one_time).unwrap();
    assert_eq!(office.house.tokens().of(id).count(), 0);
}

#[test]
fn a_token_is_made_with_a_fresh_password_and_for_a_year_at_most() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let refusal = office.mint(&ada, &[Scope::CasesRead], TOKEN_DAYS_MAX + 1).unwrap_err();
    assert_eq!(refusal.to_string(), "token life has 367 days; the limit is 366");
    assert!(office.mint(&ada, &[], 1).is_err());
    assert!(office.mint(&ada, &[Scope::CasesRead], 0).is_err());
    office.now_ms += 6 * MINUTE;
    assert_eq!(office.mint(&ada, &[Scope::CasesRead], 1).unwrap_err(), Refusal::StepUp { limit_s: 300 });
}

#[test]
fn somebody_elses_token_is_not_found() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    office.staff("bob", &[]);
    office.staff("root", &[Role::Administrator]);
    let (ada, _) = office.sign_in("ada", true);
    let (bob, _) = office.sign_in("bob", true);
    let (root, _) = office.sign_in("root", false);
    office.mint(&ada, &[Scope::CasesRead], 1).unwrap();
    let token = office.only_token(&ada);
    assert_eq!(office.tell(token::Command::Revoke(token), &bob), Err(Refusal::NotFound("token")));
    assert!(office.tell(token::Command::Revoke(token), &root).is_ok());
}

#[test]
fn scopes_have_names() {
    for scope in Scope::ALL {
        assert_eq!(Scope::from_name(scope.name().unwrap()), Some(*scope));
    }
    assert_eq!(Scope::from_name("cases:erase"), None);
}
