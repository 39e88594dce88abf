//! A person's word holds where it was said and nowhere else (docs/THREATS.md, row 18).

use protocol::{CaseId, CaseNumber, Context, FeedId, KeyError, Kind, NetworkId, SecretKey, Statement, StatementId};

use crate::golden::payloads::{STATEMENT_KINDS, comment};

#[test]
fn a_statement_replayed_anywhere_else_is_refused() {
    let mut contexts = Vec::new();
    for kind in STATEMENT_KINDS.into_iter().chain([Kind::Profile, Kind::Other(0x106)]) {
        for (network, feed) in [(1, 1), (1, 2), (2, 1)] {
            for case in [(1, 1), (1, 2), (2, 1)] {
                for id in [1, 2] {
                    let context = Context { network: NetworkId([network; 32]), feed: FeedId([feed; 32]), kind };
                    let case = CaseId { institution: FeedId([case.0; 32]), number: CaseNumber([case.1; 16]) };
                    contexts.push((context, case, StatementId([id; 16])));
                }
            }
        }
    }
    let author = SecretKey::from_seed(&[1; 32]);
    for (said_in, (context, case, id)) in contexts.iter().enumerate().step_by(5) {
        let statement = Statement::sign(context, *case, *id, &comment(), &author);
        for (shown_in, (other, other_case, other_id)) in contexts.iter().enumerate() {
            let shown = Statement { case: *other_case, id: *other_id, ..statement.clone() };
            let expected = if said_in == shown_in { Ok(()) } else { Err(KeyError::BadSignature) };
            assert_eq!(shown.verify(other), expected, "{context:?} {case:?} shown in {other:?} {other_case:?}");
        }
        let other = SecretKey::from_seed(&[2; 32]);
        let stolen = Statement { author: other.clinician(), ..statement };
        assert_eq!(stolen.verify(context), Err(KeyError::BadSignature), "under another name");
    }
}
