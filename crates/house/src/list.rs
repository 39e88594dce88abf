//! Private lists: cases saved for later, specialties and institutions that somebody follows. No peer learns of them.

use std::collections::BTreeMap;

use protocol::{CaseId, InstitutionId, choice, wire};

use crate::{
    decision::{Decision, Deed},
    entry::HouseEntry,
    id::AccountId,
    limits::{FOLLOWED_MAX, SAVED_MAX},
    permission::Permission,
    refusal::{Refusal, at_most},
};

wire! {
    /// A case is saved for later, or no longer.
    pub struct Saved {
        /// By whom.
        1 => account: AccountId,
        /// Which.
        2 => case: CaseId,
        /// Whether it is from now on.
        3 => is_saved: bool,
    }

    /// A topic is followed, or no longer.
    pub struct Followed {
        /// By whom.
        1 => account: AccountId,
        /// Which.
        2 => topic: Topic,
        /// Whether it is from now on.
        3 => is_followed: bool,
    }
}

choice! {
    /// What can be followed.
    pub enum Topic {
        /// A specialty, by its MeSH descriptor number.
        1 => Specialty(u32),
        /// An institution.
        2 => Institution(InstitutionId),
    }
}

/// The lists of all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    saved: BTreeMap<AccountId, Vec<CaseId>>,
    followed: BTreeMap<AccountId, Vec<Topic>>,
}

impl Lists {
    /// The cases that an account saved, in the order of saving.
    pub fn saved_by(&self, account: AccountId) -> &[CaseId] {
        self.saved.get(&account).map_or(&[], Vec::as_slice)
    }

    /// What an account follows, in the order of following.
    pub fn followed_by(&self, account: AccountId) -> &[Topic] {
        self.followed.get(&account).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn save(&mut self, saved: &Saved) {
        keep(self.saved.entry(saved.account).or_default(), &saved.case, saved.is_saved);
    }

    pub(crate) fn follow(&mut self, followed: &Followed) {
        keep(self.followed.entry(followed.account).or_default(), &followed.topic, followed.is_followed);
    }
}

fn keep<T: PartialEq + Clone>(list: &mut Vec<T>, item: &T, is_in: bool) {
    list.retain(|other| other != item);
    if is_in {
        list.push(item.clone());
    }
}

/// A command about the own lists; asked for twice it changes nothing.
#[derive(Debug)]
pub enum Command {
    /// Saves a case for later, or takes it off the list.
    Save {
        /// Which.
        case: CaseId,
        /// Whether it is saved from now on.
        is_saved: bool,
    },
    /// Follows a topic, or no longer.
    Follow {
        /// Which.
        topic: Topic,
        /// Whether it is followed from now on.
        is_followed: bool,
    },
}

impl Decision<'_> {
    pub(crate) fn on_list(&self, command: &Command) -> Result<Deed, Refusal> {
        let account = self.person(Permission::KeepLists)?.id;
        let lists = &self.house.state.lists;
        let entry = match command {
            Command::Save { case, is_saved } => {
                let saved = lists.saved_by(account);
                if saved.contains(case) == *is_saved {
                    return Ok(Deed::default());
                }
                at_most("list", saved.len() + usize::from(*is_saved), "saved cases", SAVED_MAX)?;
                HouseEntry::Saved(Saved { account, case: *case, is_saved: *is_saved })
            }
            Command::Follow { topic, is_followed } => {
                let followed = lists.followed_by(account);
                if followed.contains(topic) == *is_followed {
                    return Ok(Deed::default());
                }
                at_most("list", followed.len() + usize::from(*is_followed), "followed topics", FOLLOWED_MAX)?;
                HouseEntry::Followed(Followed { account, topic: topic.clone(), is_followed: *is_followed })
            }
        };
        Ok(Deed::of(vec![entry]))
    }
}
