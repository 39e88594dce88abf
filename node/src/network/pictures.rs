//! Pictures between nodes: fetched when somebody opens them, as `previews` are at once; served to the audience of their case
//! and to nobody else.

use std::{collections::BTreeSet, sync::Arc};

use anonymizer::{MediaType, Replica};
use casebook::Reader;
use feed::{Blame, Effect, Peer};
use house::{
    Actor,
    audit::{Action, Outcome},
};
use p2p::{BlobAnswer, Haste};
use protocol::{
    BlobId, CaseId, InstitutionId, Salt, limits,
    message::WantBlob,
    payload::content::{self, Summary},
};
use store::{BlobError, Found, Picture};
use tokio::task::spawn_blocking;

use super::{
    Shared,
    shelf::{Shelf, ShelfError},
};
use crate::{clock::now_ms, desk::DeskError};

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
    #[error("the picture could not be brought here; the log says why")]
    NotPulled,
    #[error("what lists the picture cannot be read")]
    Shelf(#[from] ShelfError),
}

/// A picture as its case lists it.
pub(super) struct Listed {
    salt: Salt,
    size_max: u64,
    /// Whether it is a DICOM object; no preview is.
    is_object: bool,
    /// So for previews, which pages show, and for our own; others may go again.
    stays: bool,
}

impl Shared {
    /// A picture or preview of a case: from here, else from a peer that holds it.
    pub(crate) async fn picture(
        self: &Arc<Self>,
        case: CaseId,
        blob: BlobId,
        actor: &Actor,
    ) -> Result<Picture, PictureError> {
        let listed = self.away(move |shared| listed(shared, case, blob)).await??;
        let listed = listed.ok_or(PictureError::NotListed)?;
        if let Found::Held(picture) = self.blobs.get(case, blob).await? {
            if !listed.stays
                && let Err(error) = self.blobs.note_look(case, blob, now_ms()).await
            {
                tracing::warn!(error = &error as &dyn std::error::Error, "A look at a picture could not be noted.");
            }
            return Ok(picture);
        }
        self.pull(case, blob, listed, *actor, Haste::SomebodyWaits).await?;
        match self.blobs.get(case, blob).await? {
            Found::Held(picture) => Ok(picture),
            Found::Erased | Found::NotHeld => Err(PictureError::NotReachable),
        }
    }

    /// Whether a picture of a case is here or could be asked for now.
    pub(crate) async fn is_at_hand(self: &Arc<Self>, case: CaseId, blob: BlobId) -> Result<bool, PictureError> {
        let is_here = self.blobs.has(case, blob).await?;
        Ok(is_here || !self.away(move |shared| shared.holders(case)).await??.is_empty())
    }

    /// Asks peers for a picture, its own institution first, until one of them gives the right bytes, and keeps them. Not to be
    /// dropped in between.
    pub(super) async fn fetch(
        self: &Arc<Self>,
        case: CaseId,
        blob: BlobId,
        listed: &Listed,
        actor: &Actor,
        haste: Haste,
    ) -> Result<(), PictureError> {
        let Some(network) = &self.network else { return Err(PictureError::NotReachable) };
        let size_max = usize::try_from(listed.size_max).unwrap_or(usize::MAX);
        if !listed.stays {
            self.make_room(listed.size_max).await?;
        }
        self.reserve.check_picture(size_max).map_err(|_| BlobError::Full)?;
        let want = WantBlob { case, blob };
        for (institution, peer) in self.away(move |shared| shared.holders(case)).await?? {
            let fetched = network.fetch_blob(peer, want.clone(), listed.size_max, haste).await;
            let Ok(bytes) = fetched else { continue };
            let replica = Replica::checked(bytes).ok();
            let Some(replica) = replica.filter(|replica| BlobId::of(&listed.salt, replica.bytes()) == blob) else {
                tracing::warn!(peer.key = %peer, "A peer gave another picture than the one asked for.");
                network.perform(Effect::Penalise(peer, Blame::PayloadMismatch));
                continue;
            };
            if (replica.facts().media_type == MediaType::Dicom) != listed.is_object {
                // Its author said what it is, and every peer gives the same.
                return Err(PictureError::NotListed);
            }
            self.note_pull(*actor, Action::PullAtRecipient, want.clone(), institution).await?;
            self.keep(case, blob, listed, replica).await?;
            return self.keep_if_listed(case, blob).await;
        }
        Err(PictureError::NotReachable)
    }

    /// Keeps what a peer gave, if it is what it was asked for.
    async fn keep(&self, case: CaseId, blob: BlobId, listed: &Listed, replica: Replica) -> Result<(), BlobError> {
        if listed.stays {
            return self.blobs.put_replica(case, &listed.salt, blob, replica).await;
        }
        let bytes = replica.bytes().len() as u64;
        self.blobs.put_fetched(case, &listed.salt, blob, replica, now_ms()).await?;
        self.fetched.grow(bytes);
        Ok(())
    }

    /// Connected peers that may have a case and so its pictures, its own institution first. Others are not asked: they would
    /// learn that there is such a case.
    fn holders(&self, case: CaseId) -> Result<Vec<(InstitutionId, Peer)>, ShelfError> {
        let mut holders = Vec::new();
        for (institution, state) in self.peers() {
            let access = self.shelf.book.may_read(case, Reader::Peer(institution), &self.shelf)?;
            if state.connected_since_ms.is_some() && access.is_allowed() {
                holders.push((institution, state.peer));
            }
        }
        holders.sort_by_key(|(institution, _)| *institution != case.institution);
        Ok(holders)
    }

    /// Erases a picture again whose case was withdrawn while it was on its way: that erasure did not see it.
    async fn keep_if_listed(self: &Arc<Self>, case: CaseId, blob: BlobId) -> Result<(), PictureError> {
        if self.away(move |shared| listed(shared, case, blob)).await??.is_some() {
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
        let asked = want.clone();
        self.away(move |shared| shared.may_give(institution, &asked)).await.ok().filter(|may| *may)?;
        let Ok(Found::Held(picture)) = self.blobs.get(want.case, want.blob).await else { return None };
        self.note_pull(Actor::System, Action::PullAtSource, want, institution).await.ok().map(|()| picture)
    }

    fn may_give(&self, institution: InstitutionId, want: &WantBlob) -> bool {
        let access = self.shelf.book.may_read(want.case, Reader::Peer(institution), &self.shelf);
        self.exchange().start().is_ready()
            && access.is_ok_and(|access| access.is_allowed())
            && listed(self, want.case, want.blob).is_ok_and(|listed| listed.is_some())
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

    /// The pictures of a case that lie here and that no living version of it lists; none while one of them cannot be read.
    pub(crate) async fn unlisted(self: &Arc<Self>, case: CaseId) -> Result<Vec<BlobId>, PictureError> {
        let mut held = self.blobs.list(case).await?;
        match self.away(move |shared| listed_ever(&shared.shelf, case)).await?? {
            Some(listed) => held.retain(|blob| !listed.contains(blob)),
            None => held.clear(),
        }
        Ok(held)
    }

    /// Has previews of cases fetched that are not here.
    pub(super) fn want_pictures(&self, cases: &BTreeSet<CaseId>) {
        cases.iter().for_each(|case| self.wanted.add(*case));
    }

    /// Whether all previews of a case are here, after asking for those that were not.
    pub(super) async fn has_previews(self: &Arc<Self>, case: CaseId) -> bool {
        let Ok(Ok(Some(summary))) = self.away(move |shared| summary(&shared.shelf, case)).await else { return true };
        let mut are_here = true;
        for picture in &summary.pictures {
            if matches!(self.blobs.has(case, picture.preview).await, Ok(true)) {
                continue;
            }
            if let Err(error) = self.fetch_ahead(case, picture.preview).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "A preview is not here yet.");
                are_here = false;
            }
        }
        are_here
    }

    /// Fetches a picture that nobody waits for yet.
    async fn fetch_ahead(self: &Arc<Self>, case: CaseId, blob: BlobId) -> Result<(), PictureError> {
        let listed = self.away(move |shared| listed(shared, case, blob)).await??;
        let listed = listed.ok_or(PictureError::NotListed)?;
        self.pull(case, blob, listed, Actor::System, Haste::NobodyWaits).await
    }

    /// Writes down which picture went to which institution, or came from it. What cannot be audited is not shown and not given.
    async fn note_pull(
        self: &Arc<Self>,
        actor: Actor,
        action: Action,
        picture: WantBlob,
        other: InstitutionId,
    ) -> Result<(), PictureError> {
        let objects = vec![picture.case.number.into(), picture.blob.into(), other.into()];
        let noted = self.away(move |shared| shared.desk.note(&actor, action, objects, Outcome::Done)).await?;
        noted.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "A pull of a picture could not be audited.");
            PictureError::NotAudited(error)
        })
    }

    /// Reads or writes what blocks on a thread for that.
    pub(super) async fn away<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, PictureError> {
        let shared = self.clone();
        // It ends early only with the node.
        spawn_blocking(move || work(&shared)).await.map_err(|_| PictureError::NotReachable)
    }
}

/// The summary of a case as it reads now.
pub(crate) fn summary(shelf: &Shelf, case: CaseId) -> Result<Option<Summary>, ShelfError> {
    match shelf.open_case(case)? {
        Some(open) => shelf.body(&open.current),
        None => Ok(None),
    }
}

/// The pictures that the living versions of a case list; none if one of them cannot be read.
fn listed_ever(shelf: &Shelf, case: CaseId) -> Result<Option<BTreeSet<BlobId>>, ShelfError> {
    let mut listed = BTreeSet::new();
    for (version, _) in casebook::versions_of(case, shelf)? {
        let summary = match shelf.body::<Summary>(&version.entry) {
            // The journal is damaged there, which whoever opened it was told.
            Err(ShelfError::Journal(_)) => None,
            summary => summary?,
        };
        let Some(summary) = summary else { return Ok(None) };
        listed.extend(summary.pictures.into_iter().flat_map(|picture| [picture.blob, picture.preview]));
    }
    Ok(Some(listed))
}

fn listed(shared: &Shared, case: CaseId, blob: BlobId) -> Result<Option<Listed>, ShelfError> {
    let Some(summary) = summary(&shared.shelf, case)? else { return Ok(None) };
    let is_preview = summary.pictures.iter().any(|picture| picture.preview == blob);
    let picture = summary.pictures.iter().find(|picture| picture.blob == blob);
    let size_max = match picture {
        Some(picture) => u64::from(picture.blob_size).min(limits::BLOB_BYTES_MAX as u64),
        None if is_preview => limits::PREVIEW_BYTES_MAX as u64,
        None => return Ok(None),
    };
    let is_object = picture.is_some_and(|picture| picture.media_type == content::MediaType::Dicom);
    Ok(Some(Listed {
        salt: summary.blob_salt,
        size_max,
        is_object,
        stays: is_preview || case.institution == shared.me,
    }))
}
