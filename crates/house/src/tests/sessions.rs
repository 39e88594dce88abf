//! Sessions: how long they live, and how they end.

use super::*;
use crate::{
    Via,
    limits::{REPLACED_TOKEN_MS, SESSIONS_MAX},
    permission::Permission,
};

fn is_in(office: &Office, actor: &Actor) -> bool {
    office.house.permit(actor, Permission::SignIn, office.now_ms).is_ok()
}

#[test]
fn a_session_ends_after_fifteen_idle_minutes() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, token) = office.sign_in("ada", true);
    for _ in 0..4 {
        office.now_ms += 14 * MINUTE;
        assert!(office.house.visit(&token, office.now_ms).is_ok());
    }
    office.now_ms += 15 * MINUTE;
    assert!(!is_in(&office, &ada));
    assert_eq!(office.house.visit(&token, office.now_ms), Err(Refusal::SignedOut));
    assert!(office.house.sessions_of(ada.account().unwrap(), office.now_ms).is_empty());
}

#[test]
fn a_session_ends_after_ten_hours_however_busy() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (_, token) = office.sign_in("ada", true);
    let mut minutes = 0;
    while office.house.visit(&token, office.now_ms).is_ok() {
        office.now_ms += MINUTE;
        minutes += 1;
    }
    assert_eq!(minutes, 600);
}

#[test]
fn a_step_up_renews_the_token_and_does_not_prolong_the_ten_hours() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (ada, token) = office.sign_in("ada", true);
    let since_ms = office.now_ms;
    office.now_ms += 10 * MINUTE;
    let proven = office.house.password_check("ada").verify(PASSWORD).unwrap();
    let fresh = SessionToken::new(office.draw());
    office.tell(session::Command::StepUp { proven, token: fresh.clone() }, &ada).unwrap();
    assert!(office.house.visit(&fresh, office.now_ms).is_ok());
    assert!(office.house.visit(&token, office.now_ms).is_ok(), "what is on its way is still heard");
    let [(session, last_used_ms)] = office.house.sessions_of(id, office.now_ms)[..] else { panic!("one session") };
    assert_eq!((session.since_ms, session.authenticated_ms, last_used_ms), (since_ms, office.now_ms, office.now_ms));
    office.now_ms += REPLACED_TOKEN_MS;
    assert_eq!(office.house.visit(&token, office.now_ms), Err(Refusal::SignedOut), "then it is worth nothing");
    assert!(office.house.visit(&fresh, office.now_ms).is_ok());
}

/// Gives the password once more.
fn step_up(office: &mut Office, actor: &Actor) -> SessionToken {
    let proven = office.house.password_check("ada").verify(PASSWORD).unwrap();
    let token = SessionToken::new(office.draw());
    office.tell(session::Command::StepUp { proven, token: token.clone() }, actor).unwrap();
    token
}

#[test]
fn a_step_up_whose_answer_is_lost_signs_nobody_out() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, token) = office.sign_in("ada", true);
    let lost = step_up(&mut office, &ada);
    office.now_ms += REPLACED_TOKEN_MS + 1;
    assert!(office.house.visit(&token, office.now_ms).is_ok(), "nobody has shown the new one");
    let fresh = step_up(&mut office, &ada);
    assert!(office.house.visit(&fresh, office.now_ms).is_ok());
    assert_eq!(office.house.visit(&token, office.now_ms), Err(Refusal::SignedOut), "replaced twice, and long ago");
    assert!(office.house.visit(&lost, office.now_ms).is_ok(), "replaced just now");
    let mut restarted = office.replayed();
    assert!(restarted.visit(&lost, office.now_ms + 14 * MINUTE).is_ok());
    let mut restarted = office.replayed();
    assert_eq!(restarted.visit(&lost, office.now_ms + 15 * MINUTE), Err(Refusal::SignedOut));
}

#[test]
fn two_step_ups_at_once_leave_one_session_that_each_of_their_tokens_opens() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (ada, token) = office.sign_in("ada", true);
    let tokens = [token, step_up(&mut office, &ada), step_up(&mut office, &ada)];
    for token in &tokens {
        assert!(office.house.visit(token, office.now_ms).is_ok());
    }
    assert_eq!(office.house.sessions_of(id, office.now_ms).len(), 1);
    for _ in 0..10 {
        step_up(&mut office, &ada);
    }
    assert_eq!(office.house.visit(&tokens[0], office.now_ms), Err(Refusal::SignedOut), "memory is bounded");
    let last = step_up(&mut office, &ada);
    office.tell(session::Command::SignOut, &ada).unwrap();
    assert_eq!(office.house.visit(&last, office.now_ms), Err(Refusal::SignedOut));
    assert_eq!(office.house.visit(&tokens[2], office.now_ms), Err(Refusal::SignedOut));
}

#[test]
fn a_step_up_asks_for_the_password_of_the_same_account() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    office.staff("bob", &[]);
    let (ada, _) = office.sign_in("ada", true);
    let proven = office.house.password_check("bob").verify(PASSWORD).unwrap();
    let token = SessionToken::new(office.draw());
    assert_eq!(office.tell(session::Command::StepUp { proven, token }, &ada), Err(Refusal::SignIn));
}

#[test]
fn signing_in_again_ends_the_session_that_the_browser_had() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (old, _) = office.sign_in("ada", true);
    let proven = office.house.password_check("ada").verify(PASSWORD).unwrap();
    let token = SessionToken::new(office.draw());
    let command = session::Command::SignIn { proven, token, agent: Text::from("x"), before: old.session() };
    office.tell(command, &Actor::Stranger).unwrap();
    assert!(!is_in(&office, &old));
    assert_eq!(office.house.sessions_of(id, office.now_ms).len(), 1);
}

#[test]
fn a_session_fixed_by_somebody_else_is_not_taken_over() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    office.staff("eve", &[]);
    let (eve, planted) = office.sign_in("eve", true);
    let proven = office.house.password_check("ada").verify(PASSWORD).unwrap();
    let token = SessionToken::new(office.draw());
    let command = session::Command::SignIn { proven, token, agent: Text::from("x"), before: eve.session() };
    office.tell(command, &Actor::Stranger).unwrap();
    let recognized = office.house.visit(&planted, office.now_ms).unwrap();
    assert_eq!(Some(recognized.account), eve.account(), "the planted token stays the attacker's own");
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    office.staff("bob", &[]);
    let (first, _) = office.sign_in("ada", true);
    let (second, _) = office.sign_in("ada", true);
    let (bob, _) = office.sign_in("bob", true);
    let one = first.session().unwrap();
    assert_eq!(office.tell(session::Command::End(one), &bob), Err(Refusal::NotFound("session")));
    assert!(matches!(office.tell(session::Command::EndAll(id), &bob), Err(Refusal::NotAllowed { .. })));
    office.tell(session::Command::End(one), &second).unwrap();
    assert!(!is_in(&office, &first) && is_in(&office, &second));
    office.tell(session::Command::EndAll(id), &second).unwrap();
    assert!(!is_in(&office, &second) && is_in(&office, &bob));
}

#[test]
fn signing_out_ends_the_session() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, token) = office.sign_in("ada", true);
    office.tell(session::Command::SignOut, &ada).unwrap();
    assert_eq!(office.house.visit(&token, office.now_ms), Err(Refusal::SignedOut));
    assert_eq!(office.tell(session::Command::SignOut, &ada), Err(Refusal::SignedOut));
}

#[test]
fn one_session_too_many_ends_the_oldest() {
    let mut office = Office::new();
    let id = office.staff("ada", &[]);
    let (first, _) = office.sign_in("ada", true);
    for _ in 0..SESSIONS_MAX {
        office.now_ms += 1;
        office.sign_in("ada", true);
    }
    assert_eq!(office.house.sessions_of(id, office.now_ms).len(), SESSIONS_MAX);
    assert!(!is_in(&office, &first));
}

#[test]
fn a_sweep_clears_expired_sessions_away() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (ada, _) = office.sign_in("ada", true);
    assert_eq!(office.tell(session::Command::Sweep, &Actor::System), Ok(vec![]));
    office.now_ms += 15 * MINUTE;
    assert_eq!(office.tell(session::Command::Sweep, &Actor::System).unwrap().len(), 1);
    assert!(office.house.state.sessions.get(ada.session().unwrap()).is_none());
}

#[test]
fn after_a_restart_a_session_counts_as_unused_since_it_was_opened() {
    let mut office = Office::new();
    office.staff("ada", &[]);
    let (_, token) = office.sign_in("ada", true);
    office.now_ms += 10 * MINUTE;
    office.house.visit(&token, office.now_ms).unwrap();
    let mut restarted = office.replayed();
    assert!(restarted.visit(&token, office.now_ms).is_ok());
    let mut restarted = office.replayed();
    assert_eq!(restarted.visit(&token, office.now_ms + 5 * MINUTE), Err(Refusal::SignedOut));
}

#[test]
fn an_actor_with_a_session_of_another_account_is_nobody() {
    let mut office = Office::new();
    let ada = office.staff("ada", &[Role::Administrator]);
    office.staff("bob", &[]);
    let (bob, _) = office.sign_in("bob", true);
    let mixed = crate::Recognized { account: ada, via: Via::Session(bob.session().unwrap()) }.acting(true);
    assert_eq!(office.house.permit(&mixed, Permission::SignIn, office.now_ms), Err(Refusal::SignedOut));
}
