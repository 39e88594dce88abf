//! Whether the audit chain stands as it was written: each line against its neighbours, and all against what was signed.

use house::{
    Actor, HouseEntry, Permission,
    audit::{self, Action, Checkpoint, Outcome, SignedCheckpoint},
};
use protocol::{NetworkId, PublicKey};
use serde::Serialize;

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

impl App {
    /// Checks every line of the audit chain against the checkpoints, and these against the institution's signing keys.
    pub(crate) fn verify_audit(&self, actor: &Actor) -> Result<AuditCheck, AppError> {
        self.permit(actor, Permission::VerifyAudit)?;
        let (lines, signed) = self.audit_lines()?;
        let signers = self.signers()?;
        let (verified, forged): (Vec<_>, Vec<_>) =
            signed.iter().map(|checkpoint| signers.verified(checkpoint)).partition(Option::is_some);
        let verified: Vec<Checkpoint> = verified.into_iter().flatten().collect();
        let signed_lines = verified.iter().map(|checkpoint| checkpoint.count).max().unwrap_or_default();
        let check = match audit::verify(lines, &verified) {
            Ok(summary) => AuditCheck {
                is_whole: forged.is_empty(),
                lines: summary.count,
                signed_lines,
                first_bad: None,
                why: (!forged.is_empty())
                    .then(|| format!("checkpoints that this institution did not sign: {}", forged.len())),
            },
            Err(broken) => AuditCheck {
                is_whole: false,
                lines: 0,
                signed_lines: 0,
                first_bad: Some(broken.seq),
                why: Some(broken.to_string()),
            },
        };
        self.desk.note(actor, Action::VerifyAudit, Vec::new(), Outcome::Done)?;
        Ok(check)
    }

    /// Every audit line as it stands in the journal, and the checkpoints.
    pub(crate) fn audit_lines(&self) -> Result<(Vec<Vec<u8>>, Vec<SignedCheckpoint>), AppError> {
        let (mut lines, mut checkpoints) = (Vec::new(), Vec::new());
        for scanned in self.desk.journal().scan(None) {
            let scanned = scanned.map_err(ShelfError::from)?;
            match HouseEntry::decode(scanned.kind, &scanned.clear, None).map_err(ShelfError::from)? {
                Some(HouseEntry::Audited(_)) => lines.push(scanned.clear),
                Some(HouseEntry::Sealed(signed)) => checkpoints.push(signed),
                _ => {}
            }
        }
        Ok((lines, checkpoints))
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
