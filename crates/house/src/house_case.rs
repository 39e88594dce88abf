//! Cases for the own house only: the same signed statements as in the feed, kept in the house journal, where no peer can name
//! them. What they say is folded by `casebook`; here stands who said what, to decide who may go on.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseNumber, Kind, Statement, StatementId, payload::control::Ground, wire};

use crate::{
    audit::Action,
    decision::{Decision, Deed},
    entry::HouseEntry,
    id::AccountId,
    permission::Permission,
    refusal::Refusal,
};

wire! {
    /// Somebody said something about a case of the house.
    pub struct Stated {
        /// The case.
        1 => case: CaseNumber,
        /// The statement.
        2 => statement: StatementId,
        /// What kind of statement.
        3 => kind: Kind,
        /// Who said it.
        4 => account: AccountId,
        /// When.
        5 => at_ms: u64,
    }

    /// What was said.
    pub struct Said {
        /// Under the person's signature.
        1 => statement: Statement,
    }

    /// A case of the house is withdrawn, or one statement about it.
    pub struct Withdrawn {
        /// The case.
        1 => case: CaseNumber,
        /// The statement; absent: the case with all that hangs on it.
        2 => statement: Option<StatementId>,
        /// Why.
        3 => ground: Ground,
        /// When.
        4 => at_ms: u64,
    }
}

/// A case of the house: who opened it and what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseCase {
    /// Who opened it.
    pub owner: AccountId,
    /// All statements, the one that opened it included: of what kind, by whom.
    pub statements: BTreeMap<StatementId, (Kind, AccountId)>,
}

/// All cases of the house.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseCases {
    rows: BTreeMap<CaseNumber, HouseCase>,
    withdrawn: BTreeSet<CaseNumber>,
}

impl HouseCases {
    /// A case, unless it is withdrawn.
    pub fn get(&self, number: CaseNumber) -> Option<&HouseCase> {
        self.rows.get(&number)
    }

    /// Whether the number is one of a case of the house, withdrawn or not.
    pub fn knows(&self, number: CaseNumber) -> bool {
        self.rows.contains_key(&number) || self.withdrawn.contains(&number)
    }

    /// All cases that are not withdrawn.
    pub fn iter(&self) -> impl Iterator<Item = (&CaseNumber, &HouseCase)> {
        self.rows.iter()
    }

    pub(crate) fn state(&mut self, stated: &Stated) {
        let Stated { case, statement, kind, account, .. } = *stated;
        if kind == Kind::Case {
            self.rows.insert(case, HouseCase { owner: account, statements: BTreeMap::new() });
        }
        if let Some(row) = self.rows.get_mut(&case) {
            row.statements.insert(statement, (kind, account));
        }
    }

    pub(crate) fn withdraw(&mut self, withdrawn: &Withdrawn) {
        match withdrawn.statement {
            None => {
                self.rows.remove(&withdrawn.case);
                self.withdrawn.insert(withdrawn.case);
            }
            Some(statement) => {
                self.rows.get_mut(&withdrawn.case).map(|row| row.statements.remove(&statement));
            }
        }
    }
}

/// Withdraws a case of the house, or one statement about it.
#[derive(Debug)]
pub struct Withdraw {
    /// The case.
    pub case: CaseNumber,
    /// The statement; absent: the case with all that hangs on it.
    pub statement: Option<StatementId>,
    /// Why.
    pub ground: Ground,
}

impl Withdraw {
    pub(crate) const fn action(&self) -> Action {
        Action::Withdraw
    }
}

impl Decision<'_> {
    pub(crate) fn on_house_case(&self, command: &Withdraw) -> Result<Deed, Refusal> {
        let Withdraw { case, statement, ground } = *command;
        let row = self.house.state.house_cases.get(case).ok_or(Refusal::NotFound("case"))?;
        let (statement, author) = match statement {
            None => (None, row.owner),
            Some(id) => match row.statements.get(&id).ok_or(Refusal::NotFound("statement"))? {
                (Kind::Case, author) => (None, *author),
                (_, author) => (Some(id), *author),
            },
        };
        let is_own = self.actor.account() == Some(author);
        self.permit(if is_own { Permission::WithdrawOwn } else { Permission::WithdrawAny })?;
        self.step_up()?;
        let withdrawn = Withdrawn { case, statement, ground, at_ms: self.now_ms };
        let deed = Deed::of(vec![HouseEntry::HouseWithdrawn(withdrawn)]).on(case);
        Ok(match statement {
            Some(statement) => deed.on(statement),
            None => deed,
        })
    }

    /// Whether the actor may say this about a case of the house: only who opened it revises and resolves it, only who made a
    /// comment revises that. `false` if it was said before and counts once.
    pub(crate) fn may_state(
        &self,
        row: &HouseCase,
        kind: Kind,
        account: AccountId,
        of: Option<StatementId>,
    ) -> Result<bool, Refusal> {
        match kind {
            Kind::CaseRevision | Kind::Outcome if row.owner != account => {
                Err(Refusal::Conflict("case is revised and resolved by the person who opened it"))
            }
            Kind::CommentRevision => match of.and_then(|id| row.statements.get(&id)) {
                Some((Kind::Comment, author)) if *author == account => Ok(true),
                _ => Err(Refusal::NotFound("comment")),
            },
            Kind::Star => Ok(!row.statements.values().any(|said| *said == (Kind::Star, account))),
            _ => Ok(true),
        }
    }
}
