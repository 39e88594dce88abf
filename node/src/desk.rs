//! The house with its journal: decides a command, writes what follows, and only then takes account of it.

use std::{
    collections::BTreeMap,
    iter,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use house::{
    Actor, Command, House, HouseEntry, Permission, Refusal, Seed, Settings, Subject,
    audit::{Action, ObjectId, Outcome, Reason},
};
use store::{AppendError, Journal, JournalError, JournalOptions, NewRecord, OpenError, Position, Scanned, Secret};

use crate::{clock::now_ms, entropy, reserve::Reserve};

/// So many records are read while so many are folded: one core checks what another one folds.
const RECORDS_AT_ONCE: usize = 64;

/// What the house answers when it does not do what it was told, or could not write it down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeskError {
    /// The person is told.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The disk is full or the journal read-only.
    #[error("the house journal cannot be written")]
    Append(#[from] AppendError),
    /// A key could not be destroyed.
    #[error("a key in the house journal cannot be destroyed")]
    Erase(#[source] JournalError),
}

/// A house journal that cannot be opened. The operator is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeskOpenError {
    #[error("the house journal cannot be opened")]
    Open(#[from] OpenError),
    #[error("a record of the house journal cannot be read")]
    Read(#[from] JournalError),
    #[error("a record of the house journal was written by newer software")]
    Newer(#[source] protocol::codec::Malformed),
}

/// The house and its journal.
pub(crate) struct Desk {
    journal: Journal,
    reserve: Arc<Reserve>,
    room: Mutex<Room>,
}

struct Room {
    house: House,
    /// Where the sealed parts about a subject stand, to be destroyed when they are superseded.
    sealed: BTreeMap<Subject, Vec<Position>>,
    /// Where sealed parts stand that are superseded and not yet destroyed.
    worthless: Vec<Position>,
}

impl Desk {
    /// Opens the journal and folds it.
    pub(crate) fn open(
        directory: &Path,
        options: JournalOptions,
        settings: Settings,
        reserve: Arc<Reserve>,
    ) -> Result<Self, DeskOpenError> {
        let journal = Journal::open(directory, options)?;
        crate::network::log_recovery(&journal, "house");
        let mut room = Room { house: House::new(settings), sealed: BTreeMap::new(), worthless: Vec::new() };
        thread::scope(|scope| {
            let (records, read) = mpsc::sync_channel(1);
            let journal = &journal;
            // Whoever folds has gone when it cannot be told.
            scope.spawn(move || read_all(journal).try_for_each(|read| records.send(read)));
            read.into_iter().try_for_each(|read| read?.iter().try_for_each(|scanned| room.fold(scanned, journal)))
        })?;
        let desk = Self { journal, reserve, room: Mutex::new(room) };
        desk.destroy_what_a_crash_left();
        Ok(desk)
    }

    /// Looks at the house.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&House) -> T) -> T {
        look(&self.lock().house)
    }

    /// Lets the house note something that is not worth a journal entry: a visit, an attempt.
    pub(crate) fn touch<T>(&self, touch: impl FnOnce(&mut House) -> T) -> T {
        touch(&mut self.lock().house)
    }

    /// Decides a command and journals what follows. Blocks until it is on the disk. A refusal is audited too.
    pub(crate) fn perform(&self, command: impl Into<Command>, actor: &Actor) -> Result<Vec<HouseEntry>, DeskError> {
        let command = command.into();
        self.perform_on(|_| Ok(command), actor)
    }

    /// The same for a command that is made from the house as it stands at that moment: nothing happens in between.
    pub(crate) fn perform_on<E: From<DeskError> + From<Refusal>>(
        &self,
        command: impl FnOnce(&House) -> Result<Command, E>,
        actor: &Actor,
    ) -> Result<Vec<HouseEntry>, E> {
        let (now_ms, seed) = (now_ms(), Seed::new(*entropy::seed()));
        let mut room = self.lock();
        let command = command(&room.house)?;
        if takes_room(&command) {
            self.reserve.check_words().map_err(DeskError::from)?;
        }
        match room.house.decide(&command, actor, now_ms, &seed) {
            Ok(entries) => {
                self.keep(&mut room, &entries)?;
                Ok(entries)
            }
            Err(refusal) => {
                if let Some(line) = room.house.note_refused(&command, actor, &refusal, now_ms) {
                    self.keep(&mut room, &[line])?;
                }
                Err(refusal.into())
            }
        }
    }

    /// Whether an actor may do something that is no command of the house.
    pub(crate) fn permit(&self, actor: &Actor, permission: Permission) -> Result<(), Refusal> {
        self.lock().house.permit(actor, permission, now_ms())
    }

    /// Writes an audit line for something that was done elsewhere. If it cannot be written, it must not be done.
    pub(crate) fn note(
        &self,
        actor: &Actor,
        action: Action,
        objects: Vec<ObjectId>,
        outcome: Outcome,
    ) -> Result<(), DeskError> {
        let mut room = self.lock();
        let line = room.house.note(actor, action, objects, outcome, Reason::None, now_ms());
        self.keep(&mut room, &[line])
    }

    /// Signs the audit chain so far, if that is due.
    pub(crate) fn checkpoint(&self, network: &protocol::NetworkId, key: &protocol::SecretKey) -> Result<(), DeskError> {
        let mut room = self.lock();
        match room.house.checkpoint(now_ms(), network, key) {
            Some(entry) => self.keep(&mut room, &[entry]),
            None => Ok(()),
        }
    }

    /// The journal, for checks and for reading the audit chain.
    pub(crate) const fn journal(&self) -> &Journal {
        &self.journal
    }

    fn keep(&self, room: &mut Room, entries: &[HouseEntry]) -> Result<(), DeskError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.reserve.keep_afloat();
        let records = entries.iter().map(to_journal).collect();
        let positions = self.journal.append_blocking(records)?;
        let before = room.worthless.len();
        entries.iter().zip(positions).for_each(|(entry, at)| room.take(entry, at));
        if room.worthless.len() == before {
            return Ok(());
        }
        self.destroy(room).map_err(DeskError::Erase)
    }

    /// Destroys the keys of what is superseded. What cannot be destroyed now is tried again with the next of its kind.
    fn destroy(&self, room: &mut Room) -> Result<(), JournalError> {
        self.journal.erase(&room.worthless)?;
        room.worthless.clear();
        Ok(())
    }

    /// A crash may have come between an entry and the end of what it supersedes. A house that cannot end it now is opened
    /// all the same: others read and withdraw in it.
    fn destroy_what_a_crash_left(&self) {
        let mut room = self.lock();
        if let Err(error) = self.destroy(&mut room) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                keys.left = room.worthless.len(),
                "Keys of superseded secrets in the house journal could not be destroyed; it is tried again."
            );
        }
    }

    /// A panic in between leaves the house as it was before the entry, which is what the journal says too.
    fn lock(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All records of the house journal in their order, some at a time, still sealed: checking them and opening them take as long.
fn read_all(journal: &Journal) -> impl Iterator<Item = Result<Vec<Scanned>, JournalError>> {
    let mut scan = journal.scan(None);
    iter::from_fn(move || {
        let read = scan.by_ref().take(RECORDS_AT_ONCE).collect::<Result<Vec<_>, _>>();
        read.map(|read| Some(read).filter(|read| !read.is_empty())).transpose()
    })
}

impl Room {
    fn fold(&mut self, scanned: &Scanned, journal: &Journal) -> Result<(), DeskOpenError> {
        let secret = match journal.unseal(scanned)? {
            Secret::Held(secret) => Some(secret),
            Secret::None | Secret::Erased => None,
        };
        let secret = secret.as_ref().map(|secret| secret.as_slice());
        let entry = HouseEntry::decode(scanned.kind, &scanned.clear, secret).map_err(DeskOpenError::Newer)?;
        if let Some(entry) = entry {
            self.take(&entry, scanned.position);
        }
        Ok(())
    }

    /// Folds an entry, and notes which sealed parts it makes worthless.
    fn take(&mut self, entry: &HouseEntry, at: Position) {
        self.worthless.extend(entry.supersedes().and_then(|subject| self.sealed.remove(&subject)).unwrap_or_default());
        for subject in entry.subjects() {
            self.sealed.entry(subject).or_default().push(at);
        }
        self.house.apply(entry);
    }
}

/// What a node without room does not take in. Saving a draft is not of it: that is how pictures are taken out of one.
const fn takes_room(command: &Command) -> bool {
    use house::{account, draft};
    matches!(
        command,
        Command::Speech(_)
            | Command::Draft(draft::Command::Begin)
            | Command::Account(account::Command::Invite { .. } | account::Command::SignUp { .. })
    )
}

fn to_journal(entry: &HouseEntry) -> NewRecord {
    let house::Record { kind, clear, secret } = entry.encode();
    NewRecord { kind, clear, secret }
}

#[cfg(test)]
mod tests {
    use house::{Login, OneTimeSecret, Roles, account};
    use protocol::codec::Text;

    use super::*;
    use crate::{app::journal_options, config::Storage, keys::KeyFiles, layout::Layout};

    /// What a house decides, written down as a node does that is killed before it destroys keys.
    fn write_and_crash(journal: &Journal, house: &mut House, command: account::Command, seed: u8) {
        let entries = house.decide(&command.into(), &Actor::System, now_ms(), &Seed::new([seed; 32])).unwrap();
        journal.append_blocking(entries.iter().map(to_journal).collect()).unwrap();
        entries.iter().for_each(|entry| house.apply(entry));
    }

    /// For each sealed part of the journal whether its key is still there.
    fn held(desk: &Desk) -> Vec<bool> {
        let secrets = desk.journal.scan(None).map(|scanned| desk.journal.unseal(&scanned.unwrap()).unwrap());
        secrets.filter(|secret| *secret != Secret::None).map(|secret| matches!(secret, Secret::Held(_))).collect()
    }

    #[test]
    fn what_was_superseded_before_a_crash_is_destroyed_at_the_next_start() {
        let directory = tempfile::tempdir().unwrap();
        let keys = KeyFiles::new(directory.path().join("keys"));
        keys.create_all(entropy::seed).unwrap();
        let (at, mut house) = (directory.path().join("house"), House::new(Settings::default()));
        let journal = Journal::open(&at, journal_options(&keys).unwrap()).unwrap();
        let (login, secret) = (Login::parse("ada").unwrap(), OneTimeSecret::new([1; 32]));
        let (name, roles) = (Text::from("Ada"), Roles::default());
        let invite = account::Command::Invite { login: login.clone(), name, roles, secret };
        write_and_crash(&journal, &mut house, invite, 1);
        let account = house.accounts().by_login(&login).unwrap().id;
        let reset = account::Command::ResetPassword { account, secret: OneTimeSecret::new([2; 32]) };
        write_and_crash(&journal, &mut house, reset, 2);
        drop(journal);

        let reserve = Reserve::open(&Layout::new(directory.path()), &Storage::default()).unwrap();
        let desk = Desk::open(&at, journal_options(&keys).unwrap(), Settings::default(), Arc::new(reserve)).unwrap();
        assert_eq!(held(&desk), [true, false, true], "the name, the first secret, and the one that took its place");
        assert_eq!(desk.look(|house| house.accounts().iter().count()), 1);
    }
}
