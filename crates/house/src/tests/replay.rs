//! Whatever happened, the journal tells it again: decided and applied, replayed from bytes, and replayed after the keys of all
//! superseded secrets are destroyed, the house is the same.

use proptest::prelude::*;
use protocol::{
    Audience, CaseId, EntryId, SecretKey,
    payload::{
        content::{Comment, Star},
        control::Profession,
    },
};

use super::*;
use crate::{
    TokenSecret, audit,
    audit::{Action, Reason},
    list, outbox,
    permission::Permission,
    speech::Words,
    token,
};

const LOGINS: [&str; 4] = ["ada", "bob", "eve", "max"];

/// An office with four people who have keys, sign in when they have to, and write drafts.
struct Day {
    office: Office,
    signed_in: [Actor; 4],
    tokens: Vec<Actor>,
    drafts: Vec<(CaseNumber, u8)>,
}

impl Day {
    fn new() -> Self {
        let mut office = Office::new();
        office.staff("root", &[Role::Administrator]);
        for login in LOGINS {
            let account = office.staff(login, &[]);
            office.tell(custody::HoldKey { account, is_replacement: false }, &Actor::System).unwrap();
        }
        let mut day = Self { office, signed_in: [Actor::Stranger; 4], tokens: vec![], drafts: vec![] };
        let ada = day.person(0);
        day.begin(ada, 0).unwrap();
        day
    }

    fn account(&self, which: u8) -> AccountId {
        let login = Login::parse(LOGINS[usize::from(which) % LOGINS.len()]).unwrap();
        self.office.house.accounts().by_login(&login).unwrap().id
    }

    /// Somebody, signed in anew if they must and can be.
    fn person(&mut self, who: u8) -> Actor {
        let place = usize::from(who) % LOGINS.len();
        let (actor, now_ms) = (self.signed_in[place], self.office.now_ms);
        if self.office.house.permit(&actor, Permission::SignIn, now_ms).is_err()
            && self.office.house.password_check(LOGINS[place]).verify(PASSWORD).is_ok()
        {
            self.signed_in[place] = self.office.sign_in(LOGINS[place], true).0;
        }
        self.signed_in[place]
    }

    /// One act on something by the person whose draft it is, by somebody else, or with a token; many are refused, which is as
    /// good.
    fn act(&mut self, what: u8, who: u8, which: u8) {
        let (number, owner) = self.drafts[usize::from(which) % self.drafts.len()];
        let speaker = if who < 160 { owner } else { who };
        let actor = match who {
            0..240 => self.person(speaker),
            _ => self.tokens.last().copied().unwrap_or(Actor::System),
        };
        self.office.now_ms += 100 * u64::from(which);
        let _ = match what % 24 {
            0 => self.begin(actor, speaker),
            1 | 2 => self.write(actor, number, which),
            3 | 4 => self.office.publish(&actor, number),
            5 => self.office.tell(draft::Command::Discard(number), &actor),
            6 => self.office.withdraw(&actor, number),
            7..12 => self.speak(actor, number, which),
            12..15 => self.send(actor, which),
            15..17 => self.list(actor, number, which),
            17..21 => self.administer(which, who),
            21 => self.office.tell(session::Command::SignOut, &actor),
            22 => self.mint(actor),
            _ => self.seal(actor),
        };
    }

    fn speak(&mut self, actor: Actor, number: CaseNumber, which: u8) -> Result<Vec<HouseEntry>, Refusal> {
        let case = CaseId { institution: PLACE.institution, number };
        let said =
            self.office.house.house_cases().get(number).and_then(|row| row.statements.keys().next_back().copied());
        let words = match which % 4 {
            0 => Words::Star(Star { seen: EntryId([which; 32]) }),
            1 => {
                let statement = Some(said.ok_or(Refusal::NotFound("statement"))?);
                let withdraw = house_case::Withdraw { case: number, statement, ground: Ground::AuthorWish };
                return self.office.tell(withdraw, &actor);
            }
            _ => {
                let text = Text(format!("canary {which}"));
                Words::Comment(Comment { text, replies_to: None, seen: vec![], picture: None, region: None })
            }
        };
        self.office.tell(speech::Command::Say { case, words, audience: Audience::Network, place: PLACE }, &actor)
    }

    fn send(&mut self, actor: Actor, which: u8) -> Result<Vec<HouseEntry>, Refusal> {
        let id = self.office.house.outbox().next().ok_or(Refusal::NotFound("unsent payload"))?.id;
        match which % 4 {
            0 => self.office.tell(outbox::Command::Cancel(id), &actor),
            _ => self.office.tell(outbox::Command::Sent(vec![(id, EntryId([1; 32]))]), &Actor::System),
        }
    }

    fn list(&mut self, actor: Actor, number: CaseNumber, which: u8) -> Result<Vec<HouseEntry>, Refusal> {
        let case = CaseId { institution: PLACE.institution, number };
        let topic = list::Topic::Specialty(u32::from(which % 4));
        match which % 2 {
            0 => self.office.tell(list::Command::Save { case, is_saved: !which.is_multiple_of(3) }, &actor),
            _ => self.office.tell(list::Command::Follow { topic, is_followed: !which.is_multiple_of(3) }, &actor),
        }
    }

    fn administer(&mut self, which: u8, how: u8) -> Result<Vec<HouseEntry>, Refusal> {
        let account = self.account(which);
        let secret = OneTimeSecret::new([which % 4; 32]);
        let command = match how % 8 {
            0 => account::Command::Disable(account),
            1 | 2 => account::Command::Enable(account),
            3 => account::Command::ResetPassword { account, secret },
            4 => return self.office.redeem(LOGINS[usize::from(which) % LOGINS.len()], &secret),
            5 => account::Command::Rename { account, name: Text(format!("Canary {which}")) },
            6 => {
                let roles = Role::ALL.get(usize::from(which) % 9).copied();
                account::Command::SetRoles { account, roles: Roles::new(roles).unwrap() }
            }
            _ if which.is_multiple_of(3) => {
                return self.office.tell(custody::HoldKey { account, is_replacement: true }, &Actor::System);
            }
            _ => {
                let entry = EntryId([which; 32]);
                let attested =
                    account::Attested { entry, profession: Profession::Nurse, specialties: vec![3880], until_ms: 1 };
                account::Command::NoteAttestation { account, attestation: (which % 3 == 1).then_some(attested) }
            }
        };
        self.office.tell(command, &Actor::System)
    }

    fn begin(&mut self, actor: Actor, owner: u8) -> Result<Vec<HouseEntry>, Refusal> {
        let entries = self.office.tell(draft::Command::Begin, &actor)?;
        if let [HouseEntry::DraftSaved(saved, _)] = &entries[..] {
            self.drafts.push((saved.number, owner));
        }
        Ok(entries)
    }

    fn write(&mut self, actor: Actor, number: CaseNumber, which: u8) -> Result<Vec<HouseEntry>, Refusal> {
        let owner = actor.account().ok_or(Refusal::SignedOut)?;
        let mut content = self.office.house.drafts().get(owner, number)?.content.clone();
        content.summary.title = Text(format!("canary {which}"));
        content.audience = AudienceChoice::ALL[usize::from(which) % AudienceChoice::ALL.len()];
        content.institutions = vec![FeedId([which; 32])];
        let done = StepState::Done;
        content.steps = Steps { pictures: done, words: done, audience: done, check: done };
        self.office.save(&actor, number, content)
    }

    fn mint(&mut self, actor: Actor) -> Result<Vec<HouseEntry>, Refusal> {
        let (secret, until_ms) = (TokenSecret::new(self.office.draw()), self.office.now_ms + 10 * MINUTE);
        let (label, scopes) = (Text::from("canary"), vec![token::Scope::CasesWrite, token::Scope::CasesRead]);
        let command = token::Command::Mint { secret: secret.clone(), label, scopes, until_ms };
        let entries = self.office.tell(command, &actor)?;
        self.tokens.push(self.office.house.recognize(&secret, self.office.now_ms)?.acting(true));
        Ok(entries)
    }

    fn seal(&mut self, actor: Actor) -> Result<Vec<HouseEntry>, Refusal> {
        let now_ms = self.office.now_ms;
        let noted =
            self.office.house.note(&actor, Action::ViewCase, vec![], audit::Outcome::Done, Reason::None, now_ms);
        self.office.keep(&noted);
        let key = SecretKey::from_seed(&[8; 32]);
        let checkpoint = self.office.house.checkpoint(now_ms, &PLACE.network, &key);
        checkpoint.iter().for_each(|entry| self.office.keep(entry));
        Ok(vec![])
    }

    fn invariants(&self) {
        let house = &self.office.house;
        assert!(house.state == self.office.replayed().state, "replayed from bytes");
        assert!(
            house.state == self.office.replayed_after_erasure().state,
            "replayed after superseded secrets are gone"
        );
        assert_eq!(house.audit().broken(), None);
        let lines = self.office.journal.iter().filter_map(|kept| match read(&kept.record) {
            Some(HouseEntry::Audited(_)) => Some(kept.record.clear.clone()),
            _ => None,
        });
        let sealed = self.office.journal.iter().rev().find_map(|kept| match read(&kept.record) {
            Some(HouseEntry::Sealed(signed)) => Some(signed.claimed().unwrap()),
            _ => None,
        });
        let summary = audit::verify(lines, sealed.as_slice()).unwrap();
        assert_eq!((summary.count, summary.head), (house.audit().count(), house.audit().head()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_journal_tells_the_same_house_again(acts in prop::collection::vec(any::<(u8, u8, u8)>(), 1..80)) {
        let mut day = Day::new();
        for (what, who, which) in acts {
            day.act(what, who, which);
        }
        day.invariants();
    }
}

#[test]
fn a_day_of_every_kind_of_act_leaves_every_kind_of_entry() {
    let mut day = Day::new();
    let mut bytes = protocol::hash("a day", &[]);
    for _ in 0..200 {
        for act in bytes.chunks_exact(3) {
            day.act(act[0], act[1], act[2]);
        }
        bytes = protocol::hash("a day", &[&bytes]);
    }
    day.invariants();
    let mut kinds: Vec<u8> = day.office.journal.iter().map(|kept| kept.record.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let all = [1, 2, 3, 4, 5, 6, 10, 11, 20, 21, 30, 40, 41, 42, 45, 46, 50, 51, 52, 60, 61, 70, 71];
    assert_eq!(kinds, all);
}

#[test]
fn an_entry_of_newer_software_is_refused_not_skipped() {
    let refusal = HouseEntry::decode(0xEE, &[0xA0], None).unwrap_err().to_string();
    assert!(refusal.contains("a kind of house entry that this version does not know"), "{refusal}");
}
