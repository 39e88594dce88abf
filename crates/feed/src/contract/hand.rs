//! Institutions that write entries by hand: one that has cases, one that reads them, and one that does not.

use protocol::{
    Audience as Restriction, CaseId, CaseNumber, ClinicianId, Context, Entry, EntryId, FeedId, InstitutionId, Kind,
    NetworkId, NewEntry, Payload, Salt, SecretKey, Statement, StatementId,
    codec::{Text, Wire},
    message::Body,
    payload::{
        content::{Comment, Profile, Summary},
        control::{Genesis, Ground, Target, Withdrawal},
    },
};

use super::Audience;
use crate::archive::Held;

const NETWORK: NetworkId = NetworkId([1; 32]);
pub(super) const OWNER: InstitutionId = FeedId([2; 32]);
pub(super) const READER: InstitutionId = FeedId([3; 32]);
pub(super) const STRANGER: InstitutionId = FeedId([4; 32]);
pub(super) const HOUSES: [InstitutionId; 3] = [OWNER, READER, STRANGER];
/// When everything is written.
const NOW_MS: u64 = 1_790_000_000_000;

/// An institution with what it has written.
pub(super) struct Hand {
    pub(super) feed: FeedId,
    pub(super) genesis: Held,
    written: Vec<EntryId>,
}

impl Hand {
    pub(super) fn of(feed: FeedId) -> Self {
        let key = key_of(feed);
        let genesis = Payload::Genesis(Genesis {
            root: key.public(),
            next_root: [0; 32],
            signing: key.public(),
            name: Text::from("A hospital"),
            country: Text::from("CH"),
        });
        let genesis = signed(feed, &[], &genesis, Restriction::Network);
        Self { feed, written: vec![genesis.entry.id()], genesis }
    }

    fn write(&mut self, payload: &Payload, audience: Audience) -> Held {
        let restriction = match audience {
            Audience::Open => Restriction::Network,
            Audience::Sealed => Restriction::Restricted,
        };
        let held = signed(self.feed, &self.written, payload, restriction);
        self.written.push(held.entry.id());
        held
    }

    /// What somebody is called.
    pub(super) fn name(&mut self, audience: Audience) -> Held {
        let clinician = ClinicianId([self.number(); 32]);
        self.write(&Payload::Profile(Profile { clinician, name: Text::from("Somebody") }), audience)
    }

    /// A case for all, or for one institution besides the own.
    pub(super) fn open_case(&mut self, reader: Option<InstitutionId>) -> (Held, CaseId) {
        let case = CaseId { institution: self.feed, number: CaseNumber([self.number(); 16]) };
        (self.state(Kind::Case, case, &summary(reader), audience_of(reader)), case)
    }

    /// The case for others.
    pub(super) fn revise(&mut self, case: CaseId, reader: Option<InstitutionId>) -> Held {
        self.state(Kind::CaseRevision, case, &summary(reader), audience_of(reader))
    }

    pub(super) fn comment(&mut self, case: CaseId, seen: EntryId, audience: Audience) -> Held {
        let comment =
            Comment { text: Text::from("I see."), replies_to: None, seen: vec![seen], picture: None, region: None };
        self.state(Kind::Comment, case, &comment, audience)
    }

    /// Takes something back from all, or from one institution.
    pub(super) fn withdraw(&mut self, target: Target, from: Option<InstitutionId>) -> Held {
        let withdrawal = Withdrawal { target, ground: Ground::AuthorWish, from: from.map(|from| vec![from]) };
        self.write(&Payload::Withdrawal(withdrawal), Audience::Open)
    }

    fn state<B: Wire>(&mut self, kind: Kind, case: CaseId, body: &B, audience: Audience) -> Held {
        let context = Context { network: NETWORK, feed: self.feed, kind };
        let id = StatementId([self.number(); 16]);
        let statement = Statement::sign(&context, case, id, body, &key_of(self.feed));
        self.write(&Payload::Statement(kind, statement), audience)
    }

    /// One that is used once.
    fn number(&self) -> u8 {
        u8::try_from(self.written.len()).expect("stories are short")
    }
}

fn key_of(feed: FeedId) -> SecretKey {
    SecretKey::from_seed(&feed.0)
}

const fn audience_of(reader: Option<InstitutionId>) -> Audience {
    if reader.is_some() { Audience::Sealed } else { Audience::Open }
}

fn summary(reader: Option<InstitutionId>) -> Summary {
    Summary {
        title: Text::from("A rash"),
        question: Text::from("What is it?"),
        body: Text::from("Since yesterday."),
        specialty: None,
        tags: Vec::new(),
        age: None,
        sex: None,
        pictures: Vec::new(),
        blob_salt: Salt([0; 32]),
        audience: reader.map(|reader| vec![reader]),
        is_public: false,
    }
}

fn signed(feed: FeedId, written: &[EntryId], payload: &Payload, audience: Restriction) -> Held {
    let mut salt = feed.0;
    salt[0] = u8::try_from(written.len()).expect("stories are short");
    let new = NewEntry {
        network: NETWORK,
        feed,
        epoch: 0,
        seq: written.len() as u64,
        prev: written.last().copied().unwrap_or(EntryId::NONE),
        time_ms: NOW_MS,
        payload,
        audience,
        salt: Salt(salt),
    };
    let number = u32::from(!written.is_empty());
    let (entry, salted) = Entry::sign(&new, number, &key_of(feed)).expect("it is a good one");
    Held { entry, body: Body::Held(salted) }
}
