//! Accounts: how they begin, change and end.

use super::*;
use crate::{
    AccountKind,
    account::Standing,
    audit::{Action, Outcome, Reason},
    limits::VIEWERS_MAX,
    permission::Permission,
};

#[test]
fn the_first_administrator_chooses_a_password_with_a_secret_that_is_good_once() {
    let mut office = Office::new();
    let (id, secret) = office.invite("root", &[Role::Administrator]);
    assert_eq!(office.house.accounts().get(id).unwrap().standing(), Standing::Invited);
    assert_eq!(office.house.password_check("root").verify(PASSWORD), Err(Refusal::SignIn));
    let other = OneTimeSecret::new([9; 32]);
    assert_eq!(office.redeem("root", &other), Err(Refusal::OneTimeSecret));
    assert_eq!(office.redeem("nobody", &secret), Err(Refusal::OneTimeSecret));
    office.redeem("root", &secret).unwrap();
    assert_eq!(office.redeem("root", &secret), Err(Refusal::OneTimeSecret), "it was used");
    let (actor, _) = office.sign_in("root", false);
    assert_eq!(office.house.permit(&actor, Permission::ManageAccounts, office.now_ms), Ok(()));
}

#[test]
fn a_one_time_secret_expires() {
    let mut office = Office::new();
    let (_, secret) = office.invite("root", &[]);
    office.now_ms += Settings::default().one_time_secret_ms + 1;
    assert_eq!(office.redeem("root", &secret), Err(Refusal::OneTimeSecret));
}

#[test]
fn whether_a_one_time_secret_is_good_is_seen_without_using_it() {
    let mut office = Office::new();
    let (login, [one, other]) = (Login::parse("ada").unwrap(), ["ada", "bob"].map(|login| office.invite(login, &[]).1));
    let is_good = |office: &Office, secret: &OneTimeSecret| office.house.is_opened_by(&login, secret, office.now_ms);
    assert!(is_good(&office, &one) && is_good(&office, &one));
    assert!(!is_good(&office, &other), "of another account");
    let nobody = Login::parse("nobody").unwrap();
    assert!(!office.house.is_opened_by(&nobody, &one, office.now_ms));
    assert!(!office.house.is_opened_by(&login, &one, office.now_ms + Settings::default().one_time_secret_ms + 1));
    office.redeem("ada", &one).unwrap();
    assert!(!is_good(&office, &one), "used");
}

#[test]
fn a_login_name_is_given_once_whatever_its_case() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (login, secret) = (Login::parse("ADA").unwrap(), OneTimeSecret::new([1; 32]));
    let command = account::Command::Invite { login, name: Text::from("Ada"), roles: Roles::default(), secret };
    let refusal = office.tell(command, &Actor::System).unwrap_err();
    assert_eq!(refusal.to_string(), "login name is taken");
}

#[test]
fn signing_up_does_not_tell_which_names_are_taken() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let mut given: Vec<String> = ["ada", "ada", "free"].map(|wish| office.viewer(wish).1).into();
    for (login, wish) in given.iter().zip(["ada", "ada", "free"]) {
        let number = login.strip_prefix(wish).and_then(|rest| rest.strip_prefix('-'));
        let is_number = |number: &str| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        assert!(number.is_some_and(is_number), "{login} is {wish} with a number");
    }
    given.sort();
    given.dedup();
    assert_eq!(given.len(), 3, "each has a name of its own");
    let (name, password) = (Text::from("Ada"), office.password());
    let command = account::Command::SignUp { wish: Login::parse(&"a".repeat(60)).unwrap(), name, password };
    let refusal = office.tell(command, &Actor::Stranger).unwrap_err();
    assert_eq!(refusal.to_string(), "login name has 65 characters; the limit is 64");
}

#[test]
fn sign_up_opens_viewers_only_and_can_be_closed() {
    let mut office = Office::new();
    let (viewer, login) = office.viewer("vera");
    let (actor, _) = office.sign_in(&login, true);
    let now_ms = office.now_ms;
    assert_eq!(office.house.permit(&actor, Permission::ReadPublic, now_ms), Ok(()));
    for permission in [Permission::PostCase, Permission::Comment, Permission::Star, Permission::ReadNetwork] {
        assert!(matches!(office.house.permit(&actor, permission, now_ms), Err(Refusal::NotAllowed { .. })));
    }
    let roles = Roles::new([Role::Moderator]).unwrap();
    let refusal = office.tell(account::Command::SetRoles { account: viewer, roles }, &Actor::System).unwrap_err();
    assert_eq!(refusal.to_string(), "viewer is no member of the house");

    office.house.settings.is_sign_up_open = false;
    let (name, password) = (Text::from("Eve"), office.password());
    let command = account::Command::SignUp { wish: Login::parse("eve").unwrap(), name, password };
    assert!(office.tell(command, &Actor::Stranger).is_err());
}

#[test]
fn however_many_sign_themselves_up_staff_is_still_invited() {
    let mut office = Office::new();
    for number in 0..VIEWERS_MAX {
        let account = AccountId(crate::id::first_half(&protocol::hash("test viewer", &[&number.to_be_bytes()])));
        let opened = account::Opened { account, kind: AccountKind::Viewer, roles: Roles::default(), at_ms: 1 };
        let person = account::Person { login: Text(format!("viewer-{number}")), name: Text::from("Canary viewer") };
        office.house.apply(&HouseEntry::AccountOpened(opened, person));
    }
    let (name, password) = (Text::from("One too many"), office.password());
    let sign_up = account::Command::SignUp { wish: Login::parse("one.more").unwrap(), name, password };
    let refusal = office.tell(sign_up, &Actor::Stranger).unwrap_err();
    assert_eq!(refusal.to_string(), "house has 20001 accounts of readers; the limit is 20000");
    office.staff("ada", &[]);
}

#[test]
fn a_password_is_changed_by_who_knows_the_old_one_and_ends_the_other_sessions() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    office.staff("bob", &[]);
    let (elsewhere, _) = office.sign_in("ada", true);
    let (here, _) = office.sign_in("ada", true);
    let bobs = office.house.password_check("bob").verify(PASSWORD).unwrap();
    let new = office.password();
    let stolen = account::Command::ChangePassword { old: bobs, new: new.clone() };
    assert_eq!(office.tell(stolen, &here), Err(Refusal::SignIn));

    let old = office.house.password_check("ada").verify(PASSWORD).unwrap();
    let stale = office.house.password_check("ada").verify(PASSWORD).unwrap();
    office.tell(account::Command::ChangePassword { old, new: new.clone() }, &here).unwrap();
    assert_eq!(office.tell(account::Command::ChangePassword { old: stale, new }, &here), Err(Refusal::SignIn));
    assert_eq!(office.house.permit(&elsewhere, Permission::SignIn, office.now_ms), Err(Refusal::SignedOut));
    assert_eq!(office.house.permit(&here, Permission::SignIn, office.now_ms), Ok(()));
    assert_eq!(office.house.sessions_of(id, office.now_ms).len(), 1);
}

#[test]
fn a_reset_ends_the_sessions_and_the_old_password() {
    let mut office = Office::new();
    office.staff("root", &[Role::Administrator]);
    let id = office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let (root, _) = office.sign_in("root", false);
    let secret = OneTimeSecret::new(office.draw());
    office.tell(account::Command::ResetPassword { account: id, secret: secret.clone() }, &root).unwrap();
    assert_eq!(office.house.permit(&ada, Permission::SignIn, office.now_ms), Err(Refusal::SignedOut));
    assert_eq!(office.house.password_check("ada").verify(PASSWORD), Err(Refusal::SignIn));
    office.redeem("ada", &secret).unwrap();
    office.sign_in("ada", true);
}

#[test]
fn a_disabled_account_loses_its_sessions_at_once_and_opens_no_more() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (ada, token) = office.sign_in("ada", true);
    office.tell(account::Command::Disable(id), &Actor::System).unwrap();
    assert_eq!(office.house.permit(&ada, Permission::ReadPublic, office.now_ms), Err(Refusal::SignedOut));
    assert_eq!(office.house.visit(&token, office.now_ms), Err(Refusal::SignedOut));
    assert_eq!(office.house.password_check("ada").verify(PASSWORD), Err(Refusal::SignIn));
    assert_eq!(office.tell(account::Command::Disable(id), &Actor::System), Ok(vec![]), "it is so already");
    office.tell(account::Command::Enable(id), &Actor::System).unwrap();
    assert_eq!(office.house.visit(&token, office.now_ms), Err(Refusal::SignedOut), "old sessions stay ended");
    office.sign_in("ada", true);
}

#[test]
fn a_proof_from_before_the_account_was_disabled_opens_nothing() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let proven = office.house.password_check("ada").verify(PASSWORD).unwrap();
    office.tell(account::Command::Disable(id), &Actor::System).unwrap();
    let token = SessionToken::new(office.draw());
    let command = session::Command::SignIn { proven, token, agent: Text::from("x"), before: None };
    assert_eq!(office.tell(command, &Actor::Stranger), Err(Refusal::SignIn));
}

#[test]
fn new_roles_end_the_sessions_of_the_old_ones() {
    let mut office = Office::new();
    let id = office.staff("mia", &[Role::Moderator]);
    let (mia, _) = office.sign_in("mia", false);
    let set = account::Command::SetRoles { account: id, roles: Roles::default() };
    office.tell(set, &Actor::System).unwrap();
    assert_eq!(office.house.permit(&mia, Permission::WithdrawAny, office.now_ms), Err(Refusal::SignedOut));
    let (mia, _) = office.sign_in("mia", false);
    assert!(matches!(
        office.house.permit(&mia, Permission::WithdrawAny, office.now_ms),
        Err(Refusal::NotAllowed { permission: Permission::WithdrawAny, .. })
    ));
}

#[test]
fn nobody_gives_roles_to_themselves() {
    let mut office = Office::new();
    let root = office.staff("root", &[Role::Administrator]);
    let (actor, _) = office.sign_in("root", false);
    let roles = Roles::new([Role::Administrator, Role::Attester]).unwrap();
    let refusal = office.tell(account::Command::SetRoles { account: root, roles }, &actor).unwrap_err();
    assert_eq!(refusal.to_string(), "own roles are set by another administrator");
}

#[test]
fn no_administrator_becomes_an_attester_without_a_second_one() {
    let mut office = Office::new();
    office.staff("root", &[Role::Administrator]);
    office.staff("second", &[Role::Administrator]);
    let (root, _) = office.sign_in("root", false);
    let (second, _) = office.sign_in("second", false);
    let attester = || Roles::new([Role::Attester]).unwrap();
    let secret = OneTimeSecret::new(office.draw());
    let invite = |roles, secret: &OneTimeSecret| account::Command::Invite {
        login: Login::parse("puppet").unwrap(),
        name: Text::from("Canary puppet"),
        roles,
        secret: secret.clone(),
    };
    let needed = "administrators and attesters are made by another administrator than the one who let them in, \
                  or on the machine itself";
    for roles in [attester(), Roles::new([Role::Administrator]).unwrap()] {
        assert_eq!(office.tell(invite(roles, &secret), &root).unwrap_err().to_string(), needed);
    }
    office.tell(invite(Roles::default(), &secret), &root).unwrap();
    office.redeem("puppet", &secret).unwrap();
    let puppet = office.house.accounts().by_login(&Login::parse("puppet").unwrap()).unwrap().id;
    let give = || account::Command::SetRoles { account: puppet, roles: attester() };
    assert_eq!(office.tell(give(), &root).unwrap_err().to_string(), needed, "also after the secret was used");
    office.tell(give(), &second).unwrap();

    let reset = account::Command::ResetPassword { account: puppet, secret: OneTimeSecret::new(office.draw()) };
    office.tell(reset, &root).unwrap();
    assert!(office.house.accounts().get(puppet).unwrap().roles.is_empty(), "who resets it could use it");
    assert_eq!(office.tell(give(), &root).unwrap_err().to_string(), needed);
    assert_eq!(office.replayed_after_erasure(), office.house);
}

#[test]
fn managing_accounts_asks_for_the_password() {
    let mut office = Office::new();
    office.staff("root", &[Role::Administrator]);
    let ada = office.staff("ada", &[]);
    let (root, _) = office.sign_in("root", false);
    office.now_ms += Settings::default().step_up_ms + 1;
    let (secret, roles) = (OneTimeSecret::new(office.draw()), Roles::new([Role::Moderator]).unwrap());
    let (login, name) = (Login::parse("eve").unwrap(), Text::from("Eve"));
    for command in [
        account::Command::Invite { login, name, roles: Roles::default(), secret: secret.clone() },
        account::Command::ResetPassword { account: ada, secret },
        account::Command::SetRoles { account: ada, roles },
    ] {
        assert!(matches!(office.tell(command, &root), Err(Refusal::StepUp { .. })));
    }
}

#[test]
fn the_last_administrator_stays() {
    let mut office = Office::new();
    let first = office.staff("root", &[Role::Administrator]);
    let none = || account::Command::SetRoles { account: first, roles: Roles::default() };
    assert!(office.tell(none(), &Actor::System).is_err());
    let refusal = office.tell(account::Command::Disable(first), &Actor::System).unwrap_err();
    assert_eq!(refusal.to_string(), "this is the last administrator");
    let (_, secret) = office.invite("second", &[Role::Administrator]);
    assert_eq!(office.tell(none(), &Actor::System), Err(refusal), "who never came administers nothing");
    office.redeem("second", &secret).unwrap();
    assert!(office.tell(none(), &Actor::System).is_ok());
}

#[test]
fn who_does_not_manage_accounts_is_refused_and_the_refusal_can_be_noted() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let command = Command::from(account::Command::Disable(id));
    let refusal = office.house.decide(&command, &ada, office.now_ms, &Seed::new([1; 32])).unwrap_err();
    let noted = office.house.note_refused(&command, &ada, &refusal, office.now_ms).unwrap();
    let HouseEntry::Audited(line) = &noted else { panic!("an audit line") };
    let found = (line.event.action, line.event.outcome, line.event.reason, line.event.account);
    assert_eq!(found, (Action::DisableAccount, Outcome::Refused, Reason::NotPermitted, Some(id)));
}

#[test]
fn each_act_of_administration_leaves_one_line_that_names_account_and_object() {
    let mut office = Office::new();
    let root = office.staff("root", &[Role::Administrator]);
    let id = office.staff("ada", &[]);
    let (actor, _) = office.sign_in("root", false);
    let entries = office.tell(account::Command::Disable(id), &actor).unwrap();
    let lines: Vec<_> = entries.iter().filter(|entry| matches!(entry, HouseEntry::Audited(_))).collect();
    let [HouseEntry::Audited(line)] = lines[..] else { panic!("one line: {entries:?}") };
    assert_eq!((line.event.account, line.event.session), (Some(root), actor.session()));
    assert_eq!((line.event.action, &line.event.objects[..]), (Action::DisableAccount, &[id.into()][..]));
}
