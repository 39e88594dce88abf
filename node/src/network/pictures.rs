//! Pictures between nodes: previews are fetched at once, pictures when somebody opens them; both are served to the audience
//! of their case and to nobody else.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use anonymizer::Replica;
use casebook::Reader;
use feed::{Blame, Effect, Peer};
use house::{
    Actor,
    audit::{Action, Outcome},
};
use p2p::BlobAnswer;
use protocol::{BlobId, CaseId, InstitutionId, Salt, limits, message::WantBlob, payload::content::Summary};
use store::{BlobError, Found, Picture};
use tokio::{sync::mpsc, task::spawn_blocking, time::interval};
use tokio_util::sync::CancellationToken;

use super::{
    Shared,
    shelf::{Shelf, ShelfError},
};
use crate::desk::DeskError;

/// Until previews that no peer gave are asked for again, and how many cases then have their turn.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);
const RETRIES_A_ROUND: usize = 64;
/// Cases that wait for their previews; beyond that they are fetched when somebody looks at them.
const MISSED_MAX: usize = 10_000;

/// Why a picture cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    #[error("the case does not list this picture")]
    NotListed,
    #[error("no institution that holds the picture can be reached")]
    NotReachable,
    #[error("pictures cannot be read or written")]
    Blob(#[from] BlobError),
    #[error("the pull cannot be audited")]
    NotAudited(#[source] DeskError),
    #[error("what lists the picture cannot be read")]
    Shelf(#[from] ShelfError),
}

/// A picture as its case lists it.
struct Listed {
    salt: Salt,
    size_max: u64,
}

impl Shared {
    /// A picture or preview of a case: from here, else from a peer that holds it.
    pub(crate) async fn picture(&self, case: CaseId, blob: BlobId, actor: &Actor) -> Result<Picture, PictureError> {
        let listed = listed(&self.shelf, case, blob)?.ok_or(PictureError::NotListed)?;
        if let Found::Held(picture) = self.blobs.get(case, blob).await? {
            return Ok(picture);
        }
        self.fetch(case, blob, &listed, actor).await?;
        match self.blobs.get(case, blob).await? {
            Found::Held(picture) => Ok(picture),
            Found::Erased | Found::NotHeld => Err(PictureError::NotReachable),
        }
    }

    /// Asks peers for a picture, its own institution first, until one of them gives the right bytes.
    async fn fetch(&self, case: CaseId, blob: BlobId, listed: &Listed, actor: &Actor) -> Result<(), PictureError> {
        let Some(network) = &self.network else { return Err(PictureError::NotReachable) };
        let size_max = usize::try_from(listed.size_max).unwrap_or(usize::MAX);
        self.reserve.check_picture(size_max).map_err(|_| BlobError::Full)?;
        for peer in self.holders(case)? {
            let fetched = network.fetch_blob(peer, WantBlob { case, blob }, listed.size_max).await;
            let Ok(bytes) = fetched else { continue };
            let Ok(replica) = Replica::checked(bytes) else {
                network.perform(Effect::Penalise(peer, Blame::PayloadMismatch));
                continue;
            };
            self.note(actor, Action::PullAtRecipient, case)?;
            match self.blobs.put_replica(case, &listed.salt, blob, replica).await {
                Ok(()) => return self.keep_if_listed(case, blob).await,
                Err(BlobError::OtherBytes { .. }) => {
                    tracing::warn!(peer.key = %peer, "A peer gave another picture than the one asked for.");
                    network.perform(Effect::Penalise(peer, Blame::PayloadMismatch));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(PictureError::NotReachable)
    }

    /// Connected peers that may have a case and so its pictures, its own institution first. Others are not asked: they would
    /// learn that there is such a case.
    fn holders(&self, case: CaseId) -> Result<Vec<Peer>, ShelfError> {
        let mut holders = Vec::new();
        for (institution, state) in self.peers() {
            let access = self.shelf.book.may_read(case, Reader::Peer(institution), &self.shelf)?;
            if state.connected_since_ms.is_some() && access.is_allowed() {
                holders.push((institution != case.institution, state.peer));
            }
        }
        holders.sort_by_key(|(is_other, _)| *is_other);
        Ok(holders.into_iter().map(|(_, peer)| peer).collect())
    }

    /// Erases a picture again whose case was withdrawn while it was on its way: that erasure did not see it.
    async fn keep_if_listed(&self, case: CaseId, blob: BlobId) -> Result<(), PictureError> {
        if listed(&self.shelf, case, blob)?.is_some() {
            return Ok(());
        }
        self.blobs.erase_blob(case, blob).await?;
        Err(PictureError::NotListed)
    }

    /// Gives a peer a picture, if its institution is in the audience of the case that lists it.
    pub(super) fn serve_blob(self: &Arc<Self>, institution: InstitutionId, want: WantBlob, answer: BlobAnswer) {
        let shared = self.clone();
        self.runtime.spawn(async move {
            match shared.given_to(institution, want).await {
                Some(picture) => answer.give(picture.bytes.to_vec()),
                None => answer.refuse(),
            }
        });
    }

    /// The picture, after its pull stands in the audit.
    async fn given_to(self: Arc<Self>, institution: InstitutionId, want: WantBlob) -> Option<Picture> {
        let WantBlob { case, blob } = want;
        let shared = self.clone();
        spawn_blocking(move || shared.may_give(institution, &want)).await.ok().filter(|may| *may)?;
        let Ok(Found::Held(picture)) = self.blobs.get(case, blob).await else { return None };
        let noted = spawn_blocking(move || self.note(&Actor::System, Action::PullAtSource, case));
        noted.await.is_ok_and(|noted| noted.is_ok()).then_some(picture)
    }

    fn may_give(&self, institution: InstitutionId, want: &WantBlob) -> bool {
        let access = self.shelf.book.may_read(want.case, Reader::Peer(institution), &self.shelf);
        self.exchange().start().is_ready()
            && access.is_ok_and(|access| access.is_allowed())
            && listed(&self.shelf, want.case, want.blob).is_ok_and(|listed| listed.is_some())
    }

    /// Erases the pictures of a case that no living version lists. Blocks.
    pub(super) fn erase_unlisted(&self, case: CaseId) -> Result<(), PictureError> {
        self.wait_for(async {
            let Some(summary) = summary(&self.shelf, case)? else {
                self.blobs.erase_case(case).await?;
                return Ok(());
            };
            let kept: BTreeSet<BlobId> =
                summary.pictures.into_iter().flat_map(|picture| [picture.blob, picture.preview]).collect();
            for blob in self.blobs.list(case).await?.into_iter().filter(|blob| !kept.contains(blob)) {
                self.blobs.erase_blob(case, blob).await?;
            }
            Ok(())
        })
    }

    /// Has previews of cases fetched that are not here.
    pub(super) fn want_pictures(&self, cases: &BTreeSet<CaseId>) {
        for case in cases {
            // At the end of the node nobody fetches any more.
            let _ = self.pictures.send(*case);
        }
    }

    /// Whether all previews of a case are here, after asking for those that were not.
    async fn has_previews(&self, case: CaseId) -> bool {
        let Ok(Some(summary)) = summary(&self.shelf, case) else { return true };
        let mut are_here = true;
        for picture in &summary.pictures {
            if matches!(self.blobs.has(case, picture.preview).await, Ok(true)) {
                continue;
            }
            if let Err(error) = self.picture(case, picture.preview, &Actor::System).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "A preview is not here yet.");
                are_here = false;
            }
        }
        are_here
    }

    /// Writes down who pulled. What cannot be audited is not shown and not given.
    fn note(&self, actor: &Actor, action: Action, case: CaseId) -> Result<(), PictureError> {
        self.desk.note(actor, action, vec![case.number.into()], Outcome::Done).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "A pull of a picture could not be audited.");
            PictureError::NotAudited(error)
        })
    }
}

/// Fetches previews, one case after the other. What no peer gives now is asked for again, the longest waiting first.
pub(super) async fn fetch_previews(
    shared: Arc<Shared>,
    mut cases: mpsc::UnboundedReceiver<CaseId>,
    stop: CancellationToken,
) {
    let mut missed: VecDeque<CaseId> = VecDeque::new();
    let mut rounds = interval(RETRY_INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            case = cases.recv() => {
                let Some(case) = case else { return };
                if !shared.has_previews(case).await && !missed.contains(&case) {
                    missed.push_back(case);
                    missed.truncate(MISSED_MAX);
                }
            }
            _ = rounds.tick() => {
                for case in missed.drain(..missed.len().min(RETRIES_A_ROUND)).collect::<Vec<_>>() {
                    if !shared.has_previews(case).await {
                        missed.push_back(case);
                    }
                }
            }
        }
    }
}

/// The summary of a case as it reads now.
pub(crate) fn summary(shelf: &Shelf, case: CaseId) -> Result<Option<Summary>, ShelfError> {
    match shelf.open_case(case)? {
        Some(open) => shelf.body(&open.current),
        None => Ok(None),
    }
}

fn listed(shelf: &Shelf, case: CaseId, blob: BlobId) -> Result<Option<Listed>, ShelfError> {
    let Some(summary) = summary(shelf, case)? else { return Ok(None) };
    let salt = summary.blob_salt;
    Ok(summary.pictures.iter().find_map(|picture| {
        if picture.blob == blob {
            return Some(Listed { salt, size_max: u64::from(picture.blob_size).min(limits::BLOB_BYTES_MAX as u64) });
        }
        (picture.preview == blob).then_some(Listed { salt, size_max: limits::PREVIEW_BYTES_MAX as u64 })
    }))
}
