//! Whether the audit chain stands as it was written: each line against its neighbours, and all against what was signed.

use house::{
    Actor, HouseEntry, Permission,
    audit::{self, Action, Broken, Checkpoint, Outcome, SignedCheckpoint, Summary},
};
use protocol::{NetworkId, PublicKey};
use serde::Serialize;
use store::{JournalError, Scanned};

use super::{App, AppError};
use crate::{keys::Which, network::ShelfError};

/// What a check of the audit chain came to.
#[derive(Debug, Serialize)]
pub(crate) struct AuditCheck {
    pub(crate) is_whole: bool,
    pub(crate) lines: u64,
    /// How many of them stand under a checkpoint that this institution signed; those behind it are held by their hashes alone.
    pub(crate) signed_lines: u64,
    pub(crate) first_bad: Option<u64>,
    pub(crate) why: Option<String>,
}

/// What stands of the audit chain in the house journal.
pub(crate) enum Audited {
    /// The bytes of a line.
    Line(Vec<u8>),
    /// How long the chain was, as somebody signed it.
    Checkpoint(SignedCheckpoint),
}

impl AuditCheck {
    fn of(chain: Result<Summary, Broken>, verified: &[Checkpoint], forged: u64) -> Self {
        let signed_lines = verified.iter().map(|checkpoint| checkpoint.count).max().unwrap_or_default();
        match chain {
            Ok(chain) => Self {
                is_whole: forged == 0,
                lines: chain.count,
                signed_lines,
                first_bad: None,
                why: (forged > 0).then(|| format!("checkpoints that this institution did not sign: {forged}")),
            },
            Err(broken) => Self {
                is_whole: false,
                lines: 0,
                signed_lines: 0,
                first_bad: Some(broken.seq),
                why: Some(broken.to_string()),
            },
        }
    }
}

impl Audited {
    fn of(scanned: Result<Scanned, JournalError>) -> Result<Option<Self>, AppError> {
        let scanned = scanned.map_err(ShelfError::from)?;
        Ok(match HouseEntry::decode(scanned.kind, &scanned.clear, None).map_err(ShelfError::from)? {
            Some(HouseEntry::Audited(_)) => Some(Self::Line(scanned.clear)),
            Some(HouseEntry::Sealed(signed)) => Some(Self::Checkpoint(signed)),
            _ => None,
        })
    }

    /// The bytes, if it is a line.
    pub(crate) fn line(self) -> Option<Vec<u8>> {
        match self {
            Self::Line(bytes) => Some(bytes),
            Self::Checkpoint(_) => None,
        }
    }
}

impl App {
    /// Checks every line of the audit chain against the checkpoints, and these against the institution's signing keys.
    pub(crate) fn verify_audit(&self, actor: &Actor) -> Result<AuditCheck, AppError> {
        self.verify_audit_and_show(actor, |_| ())
    }

    /// As [`App::verify_audit`]; each line is shown on the way, also behind one that is wrong.
    pub(crate) fn verify_audit_and_show(
        &self,
        actor: &Actor,
        mut show: impl FnMut(&[u8]),
    ) -> Result<AuditCheck, AppError> {
        self.permit(actor, Permission::VerifyAudit)?;
        let signers = self.signers()?;
        let (mut verified, mut forged) = (Vec::new(), 0_u64);
        for record in self.audit_records() {
            match record? {
                Audited::Checkpoint(signed) => match signers.verified(&signed) {
                    Some(checkpoint) => verified.push(checkpoint),
                    None => forged += 1,
                },
                Audited::Line(_) => {}
            }
        }
        let mut unreadable = None;
        let mut lines = self
            .audit_records()
            .map_while(|record| record.map_err(|error| unreadable = Some(error)).ok())
            .filter_map(Audited::line)
            .inspect(|bytes| show(bytes));
        let chain = audit::verify(lines.by_ref(), &verified);
        lines.for_each(drop);
        if let Some(error) = unreadable {
            return Err(error);
        }
        self.desk.note(actor, Action::VerifyAudit, Vec::new(), Outcome::Done)?;
        Ok(AuditCheck::of(chain, &verified, forged))
    }

    /// Audit lines and checkpoints as they stand in the journal, one after another.
    pub(crate) fn audit_records(&self) -> impl Iterator<Item = Result<Audited, AppError>> + Send + use<> {
        self.desk.journal().scan(None).filter_map(|scanned| Audited::of(scanned).transpose())
    }

    /// The signing keys that the own feed has named, and the one that it is about to name. Outside a network nothing is signed.
    fn signers(&self) -> Result<Signers, AppError> {
        let Some(joined) = self.network() else { return Ok(Signers { network: None, keys: Vec::new() }) };
        let mut keys = vec![self.keys.secret(Which::Signing)?.public()];
        joined.exchange(|exchange| {
            if let Some(institution) = exchange.chain(&joined.me()).and_then(feed::Chain::institution) {
                let named = institution.keys();
                keys.extend((1..=named.signing().0).filter_map(|number| named.numbered(number)));
            }
        });
        Ok(Signers { network: Some(joined.id()), keys })
    }
}

/// Whose signature under a checkpoint counts.
struct Signers {
    network: Option<NetworkId>,
    keys: Vec<PublicKey>,
}

impl Signers {
    /// What a checkpoint says, if one of the keys signed it.
    fn verified(&self, signed: &SignedCheckpoint) -> Option<Checkpoint> {
        let network = self.network?;
        self.keys.iter().find(|key| signed.verify(&network, key).is_ok())?;
        signed.claimed().ok()
    }
}

#[cfg(test)]
mod tests {
    use house::limits::CHECKPOINT_LINES;
    use protocol::SecretKey;

    use super::*;
    use crate::app::hospital::Hospital;

    fn write_lines(app: &App, count: u64) {
        for _ in 0..count {
            app.desk.note(&Actor::System, Action::Search, Vec::new(), Outcome::Done).unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_checkpoint_that_the_institution_did_not_sign_vouches_for_nothing() {
        let (_hospital, app) = Hospital::founded().await;
        let network = app.joined().unwrap().id();
        write_lines(&app, CHECKPOINT_LINES);
        app.desk.checkpoint(&network, &app.keys.secret(Which::Signing).unwrap()).unwrap();
        let check = app.verify_audit(&Actor::System).unwrap();
        assert!(check.is_whole && check.signed_lines >= CHECKPOINT_LINES && check.signed_lines <= check.lines);

        write_lines(&app, CHECKPOINT_LINES);
        app.desk.checkpoint(&network, &SecretKey::from_seed(&[9; 32])).unwrap();
        let forged = app.verify_audit(&Actor::System).unwrap();
        assert_eq!((forged.is_whole, forged.signed_lines), (false, check.signed_lines));
        assert_eq!(forged.why.as_deref(), Some("checkpoints that this institution did not sign: 1"));
        app.close().await;
    }
}
