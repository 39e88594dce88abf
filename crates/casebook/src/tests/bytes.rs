//! The exact bytes of keys and rows.

use proptest::prelude::*;
use protocol::{
    CaseId, CaseNumber, ClinicianId, EntryId, FeedId, Kind,
    payload::{
        content::{Certainty, Status},
        control::{Destruction, Ground},
    },
};

use crate::{
    key::{Key, Newest},
    row::{
        ActivityKey, ActivityRow, AudienceKey, BadRow, CaseRow, CountRow, EntryRow, ExceptKey, OpenCase, OtherRow,
        OutcomeRow, PendingKey, ProfileKey, ROW_BYTES_MAX, ROW_VERSION, Reach, ReceiptKey, ReceiptRow, RemarkRow,
        RevisionKey, RevisionRow, Row, SharedKey, Shelf, ShelfKey, ShelfRow, StarKey, StarRow, StatementKey,
        StatementRow, Table, Tally, TargetKey, UnderCase, VersionKey, VersionRow, What, WithdrawalKey, WithdrawalRow,
        WithdrawnCase,
    },
};

/// Numbers of which neighbours and extremes are likely.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..3_u64, 254..258_u64, Just(u64::MAX - 1), Just(u64::MAX), any::<u64>()]
}

fn bytes32() -> impl Strategy<Value = [u8; 32]> {
    prop_oneof![
        (0..3_u8).prop_map(|byte| [byte; 32]),
        (0..3_u8).prop_map(|byte| {
            let mut bytes = [0; 32];
            bytes[31] = byte;
            bytes
        }),
        Just([0xff; 32]),
        any::<[u8; 32]>(),
    ]
}

/// What keys and rows are made of.
#[derive(Clone, Debug)]
struct Parts {
    one: [u8; 32],
    two: [u8; 32],
    three: [u8; 32],
    small: [u8; 16],
    number: u64,
    other: u64,
    flags: u8,
}

impl Parts {
    fn case(&self) -> CaseId {
        CaseId { institution: FeedId(self.one), number: CaseNumber(self.small) }
    }

    fn entry(&self) -> EntryId {
        EntryId(self.two)
    }

    fn feed(&self) -> FeedId {
        FeedId(self.three)
    }

    fn person(&self) -> ClinicianId {
        ClinicianId(self.three)
    }

    fn epoch(&self) -> u32 {
        u32::try_from(self.other % 300).unwrap()
    }

    fn flag(&self, bit: u8) -> bool {
        self.flags & (1 << bit) != 0
    }

    fn target(&self) -> TargetKey {
        if self.flag(0) { TargetKey::Case(self.case()) } else { TargetKey::Entry(self.entry()) }
    }

    fn shelf(&self) -> Shelf {
        let specialty = self.epoch();
        match self.flags % 6 {
            0 => Shelf::All,
            1 => Shelf::Public,
            2 => Shelf::Unanswered,
            3 => Shelf::Institution(self.feed()),
            4 => Shelf::Specialty(specialty),
            _ => Shelf::UnansweredIn(specialty),
        }
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let small = prop_oneof![(0..2_u8).prop_map(|byte| [byte; 16]), any::<[u8; 16]>()];
    (bytes32(), bytes32(), bytes32(), small, number(), number(), any::<u8>()).prop_map(
        |(one, two, three, small, number, other, flags)| Parts { one, two, three, small, number, other, flags },
    )
}

/// Read back, no shorter and no longer, and sorted as their bytes are.
fn check_keys<K: Key + std::fmt::Debug>(a: K, b: K) {
    assert_eq!(K::from_bytes(&a.to_bytes()), Ok(a));
    assert_eq!(a.to_bytes().cmp(&b.to_bytes()), a.cmp(&b), "{a:?} {b:?}");
    let bytes = a.to_bytes();
    assert!(K::from_bytes(&bytes[1..]).is_err());
    assert!(K::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
}

fn check_row<T: Row + PartialEq + std::fmt::Debug>(row: &T) {
    let bytes = row.to_bytes();
    assert!(bytes.len() <= ROW_BYTES_MAX && bytes[0] == ROW_VERSION);
    assert_eq!(T::from_bytes(&bytes).as_ref(), Ok(row));
    let newer = [&[ROW_VERSION + 1], &bytes[1..]].concat();
    assert_eq!(T::from_bytes(&newer), Err(BadRow::Version { table: T::TABLE.name(), found: ROW_VERSION + 1 }));
    assert!(T::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    assert!(T::from_bytes(&[]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn keys_are_read_back_and_sort_as_their_bytes(a in parts(), b in parts()) {
        macro_rules! both {
            ($($make:expr),* $(,)?) => {$(check_keys($make(&a), $make(&b));)*};
        }
        let version = |p: &Parts| VersionKey {
            case: p.case(),
            is_shared: p.flag(0),
            is_verified: p.flag(1),
            epoch: p.epoch(),
            seq: p.number,
            entry: p.entry(),
        };
        both!(
            version,
            Parts::case,
            Parts::entry,
            Parts::shelf,
            |p: &Parts| StatementKey { statement: p.one, epoch: p.epoch(), seq: p.number, entry: p.entry() },
            |p: &Parts| UnderCase { case: p.case(), entry: p.entry() },
            |p: &Parts| RevisionKey {
                case: p.case(),
                comment: p.three,
                is_verified: p.flag(0),
                epoch: p.epoch(),
                seq: p.number,
                entry: p.entry(),
            },
            |p: &Parts| StarKey { case: p.case(), clinician: p.person(), entry: p.entry() },
            |p: &Parts| AudienceKey { case: p.case(), entry: p.entry(), institution: p.feed() },
            |p: &Parts| SharedKey { institution: p.feed(), case: p.case(), entry: p.entry() },
            |p: &Parts| ActivityKey { case: p.case(), newest: Newest(p.number), entry: p.entry() },
            |p: &Parts| PendingKey { feed: p.feed(), entry: p.entry() },
            |p: &Parts| ProfileKey {
                clinician: p.person(),
                feed: p.feed(),
                epoch: p.epoch(),
                seq: p.number,
                entry: p.entry()
            },
            |p: &Parts| ExceptKey { target: p.target(), feed: p.feed(), institution: FeedId(p.one) },
            |p: &Parts| WithdrawalKey {
                target: p.target(),
                feed: p.feed(),
                epoch: p.epoch(),
                seq: p.number,
                entry: p.entry(),
                number: u16::from(p.flags),
            },
            |p: &Parts| ReceiptKey { withdrawal: p.entry(), institution: p.feed() },
            |p: &Parts| ShelfKey { shelf: p.shelf(), newest: Newest(p.number), case: p.case() },
        );
    }

    #[test]
    fn rows_are_read_back_from_their_bytes(p in parts()) {
        let standing = p.flags;
        let (time_ms, shown_ms) = (p.number, p.other);
        let what = What {
            kind: Kind::from_code(u16::from(p.flags)),
            case: p.flag(0).then(|| p.case()),
            author: p.flag(1).then(|| p.person()),
            statement: p.flag(2).then_some(p.one),
            is_kept_only: p.flag(3),
            revises: p.flag(4).then_some(p.two),
        };
        check_row(&EntryRow {
            feed: p.feed(),
            epoch: p.epoch(),
            seq: p.number,
            time_ms,
            origin: p.flags % 3,
            is_erased: p.flag(0),
            what: p.flag(5).then_some(what),
        });
        check_row(&StatementRow { is_erased: p.flag(0) });
        check_row(&CaseRow::Withdrawn(WithdrawnCase {
            withdrawal: p.entry(),
            ground: Ground::from_code(u16::from(p.flags)),
            time_ms,
            is_everywhere: p.flag(1),
        }));
        check_row(&CaseRow::Open(OpenCase {
            current: p.entry(),
            author: p.person(),
            standing,
            reach: Reach::from_code(u16::from(p.flags)),
            is_shared: p.flag(0),
            specialty: p.flag(1).then_some(p.epoch()),
            opener: p.person(),
            opened_ms: time_ms,
            outcome: p.flag(2).then(|| p.entry()),
            status: Status::from_code(u16::from(p.flags)),
            tally: Tally { comments: p.epoch(), answers: u32::MAX, stars: 0 },
            activity_ms: shown_ms,
        }));
        check_row(&VersionRow {
            author: p.person(),
            standing,
            time_ms,
            shown_ms,
            reach: Reach::Named,
            specialty: None,
            pictures: p.epoch(),
        });
        check_row(&OutcomeRow {
            author: p.person(),
            standing,
            time_ms,
            shown_ms,
            status: Status::Resolved,
            certainty: p.flag(0).then_some(Certainty::Confirmed),
        });
        check_row(&RemarkRow {
            feed: p.feed(),
            author: p.person(),
            statement: p.one,
            standing,
            is_shared: p.flag(1),
            time_ms,
            shown_ms,
            replies_to: p.flag(2).then(|| p.entry()),
            seen: vec![p.entry(); protocol::limits::SEEN_MAX],
            picture: p.flag(3).then_some(p.flags),
        });
        check_row(&RevisionRow { author: p.person(), standing, time_ms });
        check_row(&StarRow { feed: p.feed(), standing, is_shared: p.flag(0), seen: p.flag(1).then(|| p.entry()) });
        check_row(&OtherRow { kind: Kind::from_code(u16::from(p.flags)) });
        check_row(&WithdrawalRow {
            ground: Ground::LegalOrder,
            time_ms,
            is_everywhere: p.flag(0),
            is_ours: p.flag(1),
            is_shared: p.flag(2),
        });
        check_row(&ReceiptRow {
            entry: p.entry(),
            epoch: p.epoch(),
            seq: p.number,
            time_ms,
            destruction: Destruction::Logical,
            backups_until_ms: p.flag(0).then_some(shown_ms),
        });
        check_row(&ShelfRow { opened_ms: time_ms });
        check_row(&CountRow { cases: p.number });
        check_row(&ActivityRow);
    }
}

#[test]
fn a_row_of_this_version_has_these_bytes() {
    assert_eq!(hex(&CountRow { cases: 258 }.to_bytes()), "01a101190102");
    assert_eq!(hex(&ActivityRow.to_bytes()), "01");
    let key = ShelfKey {
        shelf: Shelf::Specialty(3_880),
        newest: Newest(1),
        case: CaseId { institution: FeedId([0xaa; 32]), number: CaseNumber([0xbb; 16]) },
    };
    let expected =
        ["04", "00000f28", &"00".repeat(28), "fffffffffffffffe", &"aa".repeat(32), &"bb".repeat(16)].concat();
    assert_eq!(hex(&key.to_bytes()), expected);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_table_has_a_name_of_its_own() {
    let mut names: Vec<_> = Table::ALL.iter().map(|table| table.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Table::ALL.len());
}
