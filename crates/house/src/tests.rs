//! A house at work: everything that is told to it passes through the bytes of a journal, as it would with a driver.

mod accounts;
mod drafts;
mod lists;
mod redaction;
mod replay;
mod sending;
mod sessions;
mod speaking;
mod tokens;

use protocol::{CaseNumber, FeedId, NetworkId, codec::Text, payload::control::Ground};

use crate::{
    AccountId, Actor, Command, House, HouseEntry, Login, OneTimeSecret, Record, Refusal, Role, Roles, Seed,
    SessionToken, Settings, Subject, account, custody,
    draft::{self, AudienceChoice, Content, StepState, Steps},
    house_case,
    password::{Cost, PasswordHash},
    session,
    speech::{self, Place},
};

const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
const PASSWORD: &str = "canary horse battery";
const PLACE: Place = Place { network: NetworkId([1; 32]), institution: FeedId([2; 32]) };
const MINUTE: u64 = 60_000;

/// A record, and what its sealed part is about.
struct Kept {
    record: Record,
    subjects: Vec<Subject>,
}

struct Office {
    house: House,
    journal: Vec<Kept>,
    now_ms: u64,
    drawn: u64,
}

impl Office {
    fn new() -> Self {
        let settings = Settings { password_cost: CHEAP, ..Settings::default() };
        Self { house: House::new(settings), journal: vec![], now_ms: 1_000_000, drawn: 0 }
    }

    fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        protocol::hash("test seed", &[&self.drawn.to_be_bytes()])
    }

    /// Decides, journals and applies; what is applied was read back from its bytes.
    fn tell(&mut self, command: impl Into<Command>, actor: &Actor) -> Result<Vec<HouseEntry>, Refusal> {
        let seed = Seed::new(self.draw());
        let entries = self.house.decide(&command.into(), actor, self.now_ms, &seed)?;
        entries.iter().for_each(|entry| self.keep(entry));
        Ok(entries)
    }

    fn keep(&mut self, entry: &HouseEntry) {
        let record = entry.encode();
        let read = HouseEntry::decode(record.kind, &record.clear, record.secret.as_ref().map(|secret| &secret[..]));
        assert_eq!(read.unwrap().as_ref(), Some(entry));
        self.house.apply(entry);
        self.journal.push(Kept { record, subjects: entry.subjects() });
    }

    fn invite(&mut self, login: &str, roles: &[Role]) -> (AccountId, OneTimeSecret) {
        let secret = OneTimeSecret::new(self.draw());
        let command = account::Command::Invite {
            login: Login::parse(login).unwrap(),
            name: Text(format!("Canary {login}")),
            roles: Roles::new(roles.iter().copied()).unwrap(),
            secret: secret.clone(),
        };
        self.tell(command, &Actor::System).unwrap();
        (self.house.accounts().by_login(&Login::parse(login).unwrap()).unwrap().id, secret)
    }

    fn password(&mut self) -> PasswordHash {
        let salt = crate::id::first_half(&self.draw());
        PasswordHash::of(PASSWORD, &salt, CHEAP).unwrap()
    }

    fn redeem(&mut self, login: &str, secret: &OneTimeSecret) -> Result<Vec<HouseEntry>, Refusal> {
        let (login, password) = (Login::parse(login).unwrap(), self.password());
        self.tell(account::Command::Redeem { login, secret: secret.clone(), password }, &Actor::Stranger)
    }

    fn staff(&mut self, login: &str, roles: &[Role]) -> AccountId {
        let (id, secret) = self.invite(login, roles);
        self.redeem(login, &secret).unwrap();
        id
    }

    /// Somebody who signed up, and the login name that they were given.
    fn viewer(&mut self, wish: &str) -> (AccountId, String) {
        let (name, password) = (Text::from("Canary viewer"), self.password());
        let command = account::Command::SignUp { wish: Login::parse(wish).unwrap(), name, password };
        let entries = self.tell(command, &Actor::Stranger).unwrap();
        let [HouseEntry::AccountOpened(opened, person), ..] = &entries[..] else { panic!("an account: {entries:?}") };
        (opened.account, person.login.0.clone())
    }

    fn sign_in(&mut self, login: &str, is_attested: bool) -> (Actor, SessionToken) {
        let token = SessionToken::new(self.draw());
        let proven = self.house.password_check(login).verify(PASSWORD).unwrap();
        let agent = Text::from("Canary on Linux");
        let command = session::Command::SignIn { proven, token: token.clone(), agent, before: None };
        self.tell(command, &Actor::Stranger).unwrap();
        (self.house.visit(&token, self.now_ms).unwrap().acting(is_attested), token)
    }

    /// An attested member of the house with a key, signed in.
    fn clinician(&mut self, login: &str) -> Actor {
        let account = self.staff(login, &[]);
        self.tell(custody::HoldKey { account, is_replacement: false }, &Actor::System).unwrap();
        self.sign_in(login, true).0
    }

    fn begin(&mut self, actor: &Actor) -> CaseNumber {
        let entries = self.tell(draft::Command::Begin, actor).unwrap();
        let [HouseEntry::DraftSaved(saved, _)] = &entries[..] else { panic!("one draft: {entries:?}") };
        saved.number
    }

    fn save(&mut self, actor: &Actor, number: CaseNumber, content: Content) -> Result<Vec<HouseEntry>, Refusal> {
        self.tell(draft::Command::Save { number, content: Box::new(content) }, actor)
    }

    /// A draft that can be published.
    fn written(&mut self, actor: &Actor, audience: AudienceChoice) -> CaseNumber {
        let number = self.begin(actor);
        let owner = actor.account().unwrap();
        let mut content = self.house.drafts().get(owner, number).unwrap().content.clone();
        content.summary.title = Text::from("canary title");
        content.audience = audience;
        if audience == AudienceChoice::Named {
            content.institutions = vec![FeedId([7; 32])];
        }
        let done = StepState::Done;
        content.steps = Steps { pictures: done, words: done, audience: done, check: done };
        self.save(actor, number, content).unwrap();
        number
    }

    fn publish(&mut self, actor: &Actor, number: CaseNumber) -> Result<Vec<HouseEntry>, Refusal> {
        self.tell(speech::Command::Publish { number, place: PLACE }, actor)
    }

    fn withdraw(&mut self, actor: &Actor, case: CaseNumber) -> Result<Vec<HouseEntry>, Refusal> {
        self.tell(house_case::Withdraw { case, statement: None, ground: Ground::PatientWish }, actor)
    }

    /// The house of the whole journal.
    fn replayed(&self) -> House {
        fold(self.journal.iter().map(|kept| kept.record.clone()))
    }

    /// The house of the journal in which every superseded secret is destroyed.
    fn replayed_after_erasure(&self) -> House {
        let mut records: Vec<Record> = self.journal.iter().map(|kept| kept.record.clone()).collect();
        for number in 0..records.len() {
            let Some(subject) = read(&self.journal[number].record).and_then(|entry| entry.supersedes()) else {
                continue;
            };
            for (record, kept) in records.iter_mut().zip(&self.journal).take(number) {
                if kept.subjects.contains(&subject) {
                    record.secret = None;
                }
            }
        }
        fold(records)
    }
}

fn read(record: &Record) -> Option<HouseEntry> {
    HouseEntry::decode(record.kind, &record.clear, record.secret.as_ref().map(|secret| &secret[..])).unwrap()
}

fn fold(records: impl IntoIterator<Item = Record>) -> House {
    let mut house = House::new(Settings::default());
    records.into_iter().filter_map(|record| read(&record)).for_each(|entry| house.apply(&entry));
    house
}
