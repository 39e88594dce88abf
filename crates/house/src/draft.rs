//! Drafts: a case while it is being written. Only its owner sees it; it is gone when discarded, and a case when published.

use std::collections::BTreeMap;

use protocol::{
    CaseNumber, InstitutionId, Salt, StatementId,
    codec::{Text, encode, item_len},
    codes, limits,
    payload::content::Summary,
    wire,
};

use crate::{
    audit::Action,
    decision::{Decision, Deed},
    entry::HouseEntry,
    id::AccountId,
    limits::{DRAFTS_MAX, KEPT_WORDS_MAX},
    permission::Permission,
    refusal::{Refusal, at_most},
};

codes! {
    /// Who is to read the case.
    pub enum AudienceChoice {
        1 => House,
        /// The house and the institutions that the draft names.
        2 => Named,
        3 => Network,
        /// The network, and people without attestation.
        4 => Public,
    }

    /// How far a step of writing has come.
    pub enum StepState {
        1 => Untouched,
        2 => Begun,
        3 => Done,
    }

    /// Why words stay although they look as if they could show who the patient is.
    pub enum KeepReason {
        /// They do not.
        1 => NotIdentifying,
        /// They are about somebody or something else: a publication, a method, a colleague who agreed.
        2 => NotThePatient,
        /// The patient agreed that this is said.
        3 => Agreed,
    }
}

wire! {
    /// A draft reads as it does; the newest entry of a number replaces those before.
    pub struct Saved {
        /// The number of the case, drawn with the first draft.
        1 => number: CaseNumber,
        /// Who writes it.
        2 => owner: AccountId,
        /// When it was saved.
        3 => at_ms: u64,
    }

    /// What stands in a draft.
    pub struct Content {
        /// Words and pictures in their order; audience and publicity stay unset until the draft is published.
        1 => summary: Summary,
        /// Who is to read it.
        2 => audience: AudienceChoice,
        /// If the choice is to name institutions: which.
        3 => institutions: Vec<InstitutionId>,
        /// How far the writing has come.
        4 => steps: Steps,
        /// What the patient agreed to; absent: nobody has said.
        5 => consent: Option<AudienceChoice>,
        /// Words that were marked and stay, each with its reason; absent: none.
        6 => kept: Option<Vec<KeptWords>>,
    }

    /// Marked words that stay as they are, wherever they stand in the draft.
    pub struct KeptWords {
        /// The very words.
        1 => words: Text,
        /// Why.
        2 => reason: KeepReason,
    }

    /// The steps of writing, in the order of the pages.
    pub struct Steps {
        /// Every picture was looked at and confirmed.
        1 => pictures: StepState,
        /// Title, question, context.
        2 => words: StepState,
        /// The audience was chosen.
        3 => audience: StepState,
        /// The list of what identifies a patient was gone through.
        4 => check: StepState,
    }

    /// A draft is gone.
    pub struct Discarded {
        /// Which.
        1 => number: CaseNumber,
    }

    /// A draft has become a case.
    pub struct Published {
        /// Which.
        1 => number: CaseNumber,
        /// Who wrote it.
        2 => owner: AccountId,
        /// For whom.
        3 => audience: AudienceChoice,
        /// The statement that opens the case.
        4 => statement: StatementId,
        /// When.
        5 => at_ms: u64,
        /// What the patient agreed to; absent: nobody has said.
        6 => consent: Option<AudienceChoice>,
    }
}

impl Content {
    /// An empty draft. The salt names the case's pictures and stays as it is.
    pub fn empty(blob_salt: Salt) -> Self {
        let summary = Summary {
            title: Text::default(),
            question: Text::default(),
            body: Text::default(),
            specialty: None,
            tags: vec![],
            age: None,
            sex: None,
            pictures: vec![],
            blob_salt,
            audience: None,
            is_public: false,
        };
        let state = StepState::Untouched;
        let steps = Steps { pictures: state, words: state, audience: state, check: state };
        Self { summary, audience: AudienceChoice::House, institutions: vec![], steps, consent: None, kept: None }
    }

    /// The summary as it is published.
    pub(crate) fn published(&self) -> Summary {
        let named = (self.audience == AudienceChoice::Named).then(|| self.institutions.clone());
        Summary { audience: named, is_public: self.audience == AudienceChoice::Public, ..self.summary.clone() }
    }

    fn check_limits(&self) -> Result<(), Refusal> {
        if self.summary.audience.is_some() || self.summary.is_public {
            return Err(Refusal::Conflict("audience of a draft stands beside its summary"));
        }
        self.summary.check()?;
        at_most("audience", self.institutions.len(), "institutions", limits::AUDIENCE_MAX)?;
        at_most("draft", self.kept.as_ref().map_or(0, Vec::len), "kept words", KEPT_WORDS_MAX)?;
        let bytes = encode(self);
        at_most("draft", bytes.len(), "bytes", limits::PAYLOAD_BYTES_MAX)?;
        item_len(&bytes)?;
        Ok(())
    }

    /// Whether it can be published; if not, what is to be done first.
    fn check_ready(&self) -> Result<(), Refusal> {
        let Steps { pictures, words, audience, check } = self.steps;
        let steps = [
            (pictures, "pictures of the draft are not all confirmed"),
            (words, "words of the draft are not finished"),
            (audience, "audience of the draft is not chosen"),
            (check, "checklist of the draft is not finished"),
        ];
        if let Some((_, open)) = steps.into_iter().find(|(state, _)| *state != StepState::Done) {
            return Err(Refusal::Conflict(open));
        }
        if self.summary.title.as_str().trim().is_empty() {
            return Err(Refusal::TooShort { what: "title", found: 0, least: 1 });
        }
        match self.audience {
            AudienceChoice::Named if self.institutions.is_empty() => {
                Err(Refusal::Conflict("audience names no institution"))
            }
            _ if matches!(self.consent, Some(AudienceChoice::Other(_))) => {
                Err(Refusal::Conflict("consent is of a kind that this version does not know"))
            }
            audience if self.consent.is_some_and(|consent| audience > consent) => {
                Err(Refusal::Conflict("audience is wider than what the patient agreed to"))
            }
            AudienceChoice::Other(_) => Err(Refusal::Conflict("audience is of a kind that this version does not know")),
            _ => Ok(()),
        }
    }
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The number that the case will have.
    pub number: CaseNumber,
    /// When it was saved last.
    pub saved_ms: u64,
    /// What stands in it.
    pub content: Content,
    owner: AccountId,
}

/// All drafts, and what has become of those that were published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts {
    rows: BTreeMap<CaseNumber, Draft>,
    published: BTreeMap<CaseNumber, Published>,
}

impl Drafts {
    /// The drafts of an account, newest first.
    pub fn of(&self, owner: AccountId) -> Vec<&Draft> {
        let mut drafts: Vec<&Draft> = self.rows.values().filter(|draft| draft.owner == owner).collect();
        drafts.sort_by_key(|draft| (std::cmp::Reverse(draft.saved_ms), draft.number));
        drafts
    }

    /// A draft, for its owner; for everybody else there is none.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub fn get(&self, owner: AccountId, number: CaseNumber) -> Result<&Draft, Refusal> {
        self.rows.get(&number).filter(|draft| draft.owner == owner).ok_or(Refusal::NotFound("draft"))
    }

    /// Whether there is such a draft, whosever it is.
    pub fn has(&self, number: CaseNumber) -> bool {
        self.rows.contains_key(&number)
    }

    /// What a published draft has become.
    pub fn published(&self, number: CaseNumber) -> Option<&Published> {
        self.published.get(&number)
    }

    pub(crate) fn save(&mut self, saved: &Saved, content: &Content) {
        let Saved { number, owner, at_ms } = *saved;
        self.rows.insert(number, Draft { number, owner, saved_ms: at_ms, content: content.clone() });
    }

    pub(crate) fn discard(&mut self, discarded: &Discarded) {
        self.rows.remove(&discarded.number);
    }

    pub(crate) fn publish(&mut self, published: &Published) {
        self.rows.remove(&published.number);
        self.published.insert(published.number, published.clone());
    }
}

/// A command about drafts; publishing is in [`crate::speech`].
#[derive(Debug)]
pub enum Command {
    /// Begins an empty draft and draws the number of the case.
    Begin,
    /// Saves what was written; the same content again changes nothing.
    Save {
        /// Which.
        number: CaseNumber,
        /// All of it.
        content: Box<Content>,
    },
    /// Throws a draft away.
    Discard(CaseNumber),
}

impl Command {
    pub(crate) const fn action(&self) -> Option<Action> {
        match self {
            Self::Begin | Self::Save { .. } => None,
            Self::Discard(_) => Some(Action::DiscardDraft),
        }
    }
}

impl Decision<'_> {
    pub(crate) fn on_draft(&self, command: &Command) -> Result<Deed, Refusal> {
        let owner = self.person(Permission::PrepareDraft)?.id;
        let drafts = &self.house.state.drafts;
        match command {
            Command::Begin => {
                at_most("account", drafts.of(owner).len() + 1, "drafts", DRAFTS_MAX)?;
                let number = CaseNumber(self.seed.draw_id("case number"));
                let content = Content::empty(Salt(self.seed.draw("blob salt")));
                Ok(Deed::of(vec![self.saved(number, owner, content)]))
            }
            Command::Save { number, content } => {
                let present = &drafts.get(owner, *number)?.content;
                if *present == **content {
                    return Ok(Deed::default());
                }
                if present.summary.blob_salt != content.summary.blob_salt {
                    return Err(Refusal::Conflict("salt of a draft stays as it was drawn"));
                }
                content.check_limits()?;
                Ok(Deed::of(vec![self.saved(*number, owner, (**content).clone())]))
            }
            Command::Discard(number) => {
                drafts.get(owner, *number)?;
                Ok(Deed::of(vec![HouseEntry::DraftDiscarded(Discarded { number: *number })]).on(*number))
            }
        }
    }

    /// The draft of a number if it can be published now.
    pub(crate) fn ready_draft(&self, owner: AccountId, number: CaseNumber) -> Result<&Draft, Refusal> {
        let draft = self.house.state.drafts.get(owner, number)?;
        draft.content.check_ready()?;
        Ok(draft)
    }

    fn saved(&self, number: CaseNumber, owner: AccountId, content: Content) -> HouseEntry {
        HouseEntry::DraftSaved(Saved { number, owner, at_ms: self.now_ms }, content)
    }
}

impl Published {
    /// Whether an account wrote it.
    pub fn is_of(&self, account: AccountId) -> bool {
        self.owner == account
    }
}
