//! Houses that say things, and a node of one of them that listens.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    CaseId, CaseNumber, ClinicianId, EntryId, FeedId, InstitutionId, Kind, NetworkId, Salt, SecretKey, Statement,
    StatementId,
    codec::{Text, Wire},
    hash,
    payload::{
        content::{Comment, CommentRevision, Outcome, Profile, Star, Status, Summary},
        control::{Destruction, ErasureReceipt, Ground, Target, Withdrawal},
    },
};
use trust::Standing;

use crate::{
    Answer, Casebook, Effect, Folded, Memory, Origin, Pictures, Record, Said,
    row::{CaseRow, OpenCase},
    rows::Read,
    thread_digest,
};

pub(super) const NETWORK: NetworkId = NetworkId([1; 32]);
/// An hour at which everything arrives that does not say otherwise.
pub(super) const NOW: u64 = 1_790_000_000_000;

pub(super) const fn house(number: u8) -> InstitutionId {
    FeedId([number; 32])
}

pub(super) const fn case_of(owner: u8, number: u8) -> CaseId {
    CaseId { institution: house(owner), number: CaseNumber([number; 16]) }
}

pub(super) fn person(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number; 32])
}

pub(super) fn clinician(number: u8) -> ClinicianId {
    person(number).clinician()
}

/// The entry at a place of a house's feed, or of its house journal.
pub(super) fn entry_at(house: u8, is_house_journal: bool, seq: u64) -> EntryId {
    EntryId(hash("test entry", &[&[house, u8::from(is_house_journal)], &seq.to_be_bytes()]))
}

pub(super) fn summary(audience: Option<&[u8]>) -> Summary {
    Summary {
        title: Text::from("A rash"),
        question: Text::from("What is it?"),
        body: Text::from("Since yesterday."),
        specialty: Some(3_880),
        tags: vec![],
        age: None,
        sex: None,
        pictures: vec![],
        blob_salt: Salt([0; 32]),
        audience: audience.map(|houses| houses.iter().map(|number| house(*number)).collect()),
        is_public: false,
    }
}

pub(super) fn comment(replies_to: Option<EntryId>, seen: &[EntryId]) -> Comment {
    Comment { text: Text::from("agreed"), replies_to, seen: seen.to_vec(), picture: None, region: None }
}

pub(super) fn outcome(status: Status) -> Outcome {
    Outcome { status, diagnosis: None, certainty: None, text: Text::from("healed") }
}

/// What one house says, one entry behind the other.
#[derive(Clone)]
pub(super) struct Voice {
    pub(super) number: u8,
    pub(super) origin: Origin,
    pub(super) seq: u64,
    pub(super) time_ms: u64,
}

impl Voice {
    pub(super) const fn of(number: u8) -> Self {
        Self { number, origin: Origin::Network, seq: 1, time_ms: NOW }
    }

    pub(super) const fn sealed(number: u8) -> Self {
        Self { origin: Origin::Restricted, ..Self::of(number) }
    }

    pub(super) const fn at_home(number: u8) -> Self {
        Self { origin: Origin::House, ..Self::of(number) }
    }

    pub(super) fn record(&mut self, said: Said) -> Record {
        let record = Record {
            id: entry_at(self.number, self.origin == Origin::House, self.seq),
            feed: house(self.number),
            epoch: 0,
            seq: self.seq,
            time_ms: self.time_ms,
            received_ms: self.time_ms.min(NOW + 3_600_000),
            origin: self.origin,
            said,
        };
        self.seq += 1;
        self.time_ms += 1_000;
        record
    }

    /// A statement whose 16 random bytes are the place in the feed.
    pub(super) fn say<B: Wire>(&mut self, kind: Kind, author: u8, case: CaseId, body: &B) -> Record {
        let id = u8::try_from(self.seq).expect("stories are short");
        self.say_as(kind, author, case, id, body)
    }

    pub(super) fn say_as<B: Wire>(&mut self, kind: Kind, author: u8, case: CaseId, id: u8, body: &B) -> Record {
        let context = protocol::Context { network: NETWORK, feed: house(self.number), kind };
        let statement = Statement::sign(&context, case, StatementId([id; 16]), body, &person(author));
        statement.verify(&context).expect("it was just signed");
        self.record(Said::Statement(kind, statement))
    }

    pub(super) fn open(&mut self, author: u8, case: CaseId) -> Record {
        self.say(Kind::Case, author, case, &summary(None))
    }

    pub(super) fn open_for(&mut self, author: u8, case: CaseId, audience: &[u8]) -> Record {
        self.say(Kind::Case, author, case, &summary(Some(audience)))
    }

    pub(super) fn comment(&mut self, author: u8, case: CaseId) -> Record {
        self.say(Kind::Comment, author, case, &comment(None, &[]))
    }

    pub(super) fn reply(&mut self, author: u8, case: CaseId, to: &Record) -> Record {
        self.say(Kind::Comment, author, case, &comment(Some(to.id), &[to.id]))
    }

    pub(super) fn revise(&mut self, author: u8, case: CaseId, comment: &Record) -> Record {
        let id = StatementId([u8::try_from(comment.seq).expect("stories are short"); 16]);
        self.say(Kind::CommentRevision, author, case, &CommentRevision { comment: id, text: Text::from("not so") })
    }

    pub(super) fn star(&mut self, author: u8, case: CaseId) -> Record {
        self.say(Kind::Star, author, case, &Star { seen: EntryId([9; 32]) })
    }

    pub(super) fn outcome(&mut self, author: u8, case: CaseId, status: Status) -> Record {
        self.say(Kind::Outcome, author, case, &outcome(status))
    }

    pub(super) fn name(&mut self, of: u8) -> Record {
        self.record(Said::Profile(Profile { clinician: clinician(of), name: Text::from("Dr Who") }))
    }

    pub(super) fn withdraw(&mut self, target: Target, from: Option<&[u8]>) -> Record {
        let from = from.map(|houses| houses.iter().map(|number| house(*number)).collect());
        let withdrawals = vec![Withdrawal { target, ground: Ground::PatientWish, from }];
        self.record(Said::Withdrawals { speaks_for: house(self.number), withdrawals })
    }

    pub(super) fn receipt(&mut self, withdrawals: &[&Record]) -> Record {
        self.record(Said::Receipt(ErasureReceipt {
            withdrawals: withdrawals.iter().map(|record| record.id).collect(),
            destruction: Destruction::KeysDestroyed,
            backups_until_ms: None,
            software: Text::from("a node"),
        }))
    }
}

/// A header without its payload.
pub(super) fn header_of(record: &Record) -> Record {
    Record { said: Said::Absent, ..record.clone() }
}

/// A node: tables, and what its driver does with effects.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) book: Casebook,
    pub(super) rows: Memory,
    /// Entries whose payload is on disk.
    pub(super) held: BTreeSet<EntryId>,
    /// What the search index was last told of each case.
    pub(super) indexed: BTreeMap<CaseId, [u8; 32]>,
    /// Cases all of whose pictures were destroyed.
    pub(super) bare: BTreeSet<CaseId>,
    /// Cases that were offered to their audience.
    pub(super) offered: BTreeSet<CaseId>,
}

impl Node {
    pub(super) fn of(number: u8) -> Self {
        let book = Casebook { me: house(number) };
        let (held, indexed, bare, offered) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { book, rows: Memory::new(), held, indexed, bare, offered }
    }

    pub(super) fn hear(&mut self, record: &Record) -> Answer {
        self.hear_as(record, Standing::Verified)
    }

    pub(super) fn hear_all(&mut self, records: &[&Record]) {
        for record in records {
            self.hear(record);
        }
    }

    /// As a driver does: the payload is on disk before it is folded.
    pub(super) fn hear_as(&mut self, record: &Record, standing: Standing) -> Answer {
        if !matches!(record.said, Said::Absent) {
            self.held.insert(record.id);
        }
        let folded = self.book.fold(record, standing, &self.rows).unwrap();
        self.perform(folded)
    }

    pub(super) fn restand(&mut self, record: &Record, standing: Standing) {
        let folded = self.book.restand(record.id, standing, &self.rows).unwrap();
        self.perform(folded);
    }

    fn perform(&mut self, folded: Folded) -> Answer {
        self.rows.apply(&folded.changes);
        for effect in folded.effects {
            match effect {
                Effect::Erase(erasure) => {
                    erasure.entries.iter().for_each(|entry| {
                        self.held.remove(entry);
                    });
                    if let Pictures::All(case) = erasure.pictures {
                        self.bare.insert(case);
                    }
                }
                Effect::Index(case) => {
                    self.indexed.insert(case, self.text_of(case));
                }
                Effect::Offer(case) => {
                    self.offered.insert(case);
                }
            }
        }
        folded.answer
    }

    /// Which payloads a reader of the case's text would have to open.
    pub(super) fn text_of(&self, case: CaseId) -> [u8; 32] {
        let Some(open) = self.open(case) else { return [0; 32] };
        let thread = crate::thread(case, &self.rows).unwrap();
        let mut entries = vec![open.current];
        entries.extend(open.outcome);
        entries.extend(thread.iter().filter_map(|item| match &item.what {
            crate::ThreadWhat::Remark { current, .. } => Some(*current),
            crate::ThreadWhat::Withdrawn { .. } => None,
        }));
        entries.sort_unstable();
        let parts: Vec<&[u8]> = entries.iter().map(|entry| &entry.0[..]).collect();
        hash("test text", &parts)
    }

    pub(super) fn open(&self, case: CaseId) -> Option<OpenCase> {
        match self.rows.read::<CaseRow>(&case).unwrap()? {
            CaseRow::Open(open) => Some(open),
            CaseRow::Withdrawn(_) => None,
        }
    }

    pub(super) fn digest(&self, case: CaseId) -> [u8; 32] {
        thread_digest(case, &self.rows).unwrap()
    }
}
