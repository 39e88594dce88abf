//! What a person says, under the person's own signature, inside an entry of their institution.

use crate::{
    codec::{Bytes, Malformed, Wire, decode, encode},
    id::{CaseId, ClinicianId, FeedId, NetworkId, StatementId},
    key::{KeyError, PublicKey, Purpose, SecretKey, Signature},
    kind::Kind,
    wire,
};

wire! {
    /// A person's word about a case. It counts once, in one feed, for one kind: all of that is under the signature.
    pub struct Statement {
        /// Who says it.
        1 => author: ClinicianId,
        /// 16 random bytes.
        2 => id: StatementId,
        /// The case it is about.
        3 => case: CaseId,
        /// The body, of a type that the entry's kind names.
        4 => body: Bytes,
        /// By the author, over feed, kind, case, id and body.
        5 => signature: Signature,
    }
}

/// Where a statement is made and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The network.
    pub network: NetworkId,
    /// The feed of the author's institution.
    pub feed: FeedId,
    /// The kind of entry.
    pub kind: Kind,
}

impl Statement {
    /// Signs a statement.
    pub fn sign<B: Wire>(context: &Context, case: CaseId, id: StatementId, body: &B, author: &SecretKey) -> Self {
        let body = encode(body);
        let signature = author.sign(Purpose::Statement, &context.network, &signed_bytes(context, &case, &id, &body));
        Self { author: author.clinician(), id, case, body: Bytes(body), signature }
    }

    /// Verifies the author's signature.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, context: &Context) -> Result<(), KeyError> {
        let bytes = signed_bytes(context, &self.case, &self.id, &self.body.0);
        PublicKey::from(self.author).verify(Purpose::Statement, &context.network, &bytes, &self.signature)
    }

    /// The body as a type.
    ///
    /// # Errors
    /// [`Malformed`] if it is not of that type.
    pub fn body<B: Wire>(&self) -> Result<B, Malformed> {
        decode(&self.body.0)
    }
}

fn signed_bytes(context: &Context, case: &CaseId, id: &StatementId, body: &[u8]) -> Vec<u8> {
    [&context.feed.0[..], &context.kind.code().to_be_bytes(), &case.institution.0, &case.number.0, &id.0, body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codec::Text, id::CaseNumber, payload::content::Comment};

    #[test]
    fn a_statement_holds_in_its_own_context_only() {
        let author = SecretKey::from_seed(&[1; 32]);
        let context = Context { network: NetworkId([1; 32]), feed: FeedId([2; 32]), kind: Kind::Comment };
        let case = CaseId { institution: FeedId([3; 32]), number: CaseNumber([4; 16]) };
        let body = Comment { text: Text::from("agreed"), replies_to: None, seen: vec![], picture: None, region: None };
        let statement = Statement::sign(&context, case, StatementId([5; 16]), &body, &author);
        assert_eq!(statement.verify(&context), Ok(()));
        assert_eq!(statement.body::<Comment>(), Ok(body));

        let other_case = CaseId { number: CaseNumber([9; 16]), ..case };
        let replays = [
            (statement.clone(), Context { network: NetworkId([9; 32]), ..context }, "another network"),
            (statement.clone(), Context { feed: FeedId([9; 32]), ..context }, "another feed"),
            (statement.clone(), Context { kind: Kind::Case, ..context }, "another kind"),
            (Statement { case: other_case, ..statement.clone() }, context, "another case"),
            (Statement { id: StatementId([9; 16]), ..statement.clone() }, context, "another id"),
            (Statement { body: Bytes(vec![0xa0]), ..statement.clone() }, context, "another body"),
        ];
        for (statement, context, what) in replays {
            assert_eq!(statement.verify(&context), Err(KeyError::BadSignature), "{what}");
        }
    }
}
