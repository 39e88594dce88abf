//! Charters and certificates: taken from whoever brings them, told to everybody once.

use protocol::message::{Frame, Framed, Papers};
use trust::PaperError;

use super::{Digests, Exchange};
use crate::effect::{Blame, Effect, Peer, Record};

/// Papers in one frame, in bytes: few enough that their items stay under `limits::CBOR_ITEMS_MAX`.
const PAPERS_BYTES: usize = 65_536;
/// A vote with what stands round it.
const VOTE_BYTES: usize = 128;

impl Exchange {
    /// Papers that a peer sent. What there is no room for is nobody's fault.
    pub(super) fn papers_of(&mut self, peer: Peer, papers: &Papers, effects: &mut Vec<Effect>) {
        match self.take_papers(papers, effects) {
            Ok(()) | Err(PaperError::TooMany { .. }) => {}
            Err(_) => effects.push(Effect::Penalise(peer, Blame::Malformed)),
        }
    }

    pub(super) fn take_papers(&mut self, papers: &Papers, effects: &mut Vec<Effect>) -> Result<(), PaperError> {
        let (news, result) = self.papers.take(papers);
        if !(news.charters.is_empty() && news.certificates.is_empty()) {
            self.spread(news, effects);
        }
        result
    }

    /// Tells of new papers, and asks peers anew for heads of feeds that may count only now.
    fn spread(&mut self, news: Papers, effects: &mut Vec<Effect>) {
        self.roster = self.papers.roster();
        self.end_feeds();
        self.digests = Digests { papers: self.papers.digest(), heads: None };
        let roster = &self.roster;
        self.sessions.retain(|_, session| !roster.is_expelled(&session.institution));
        effects.push(Effect::Journal(vec![Record::Papers(news.clone())]));
        effects.push(Effect::RosterChanged);
        let frames = frames_of(news);
        for (peer, session) in &mut self.sessions {
            session.has_hello_due = true;
            effects.extend(frames.iter().map(|frame| Effect::Send(*peer, frame.clone())));
        }
    }

    /// Says hello to peers for whom the roster changed.
    pub(super) fn greet_again(&mut self, effects: &mut Vec<Effect>) {
        let sessions = self.sessions.iter_mut();
        let peers: Vec<Peer> = sessions
            .filter_map(|(peer, session)| std::mem::take(&mut session.has_hello_due).then_some(*peer))
            .collect();
        if peers.is_empty() {
            return;
        }
        let hello = self.hello();
        effects.extend(peers.into_iter().map(|peer| Effect::Send(peer, hello.clone())));
    }

    pub(super) fn send_papers(&self, peer: Peer, effects: &mut Vec<Effect>) {
        let frames = frames_of(self.papers.to_message());
        effects.extend(frames.into_iter().map(|frame| Effect::Send(peer, frame)));
    }
}

/// Papers in as many frames as they need, charters first.
fn frames_of(all: Papers) -> Vec<Framed> {
    let mut frames = Frames { done: Vec::new(), bytes: 0 };
    for charter in all.charters {
        frames.room_for(charter.0.len()).charters.push(charter);
    }
    for certificate in all.certificates {
        let bytes = certificate.decision.0.len() + certificate.votes.len() * VOTE_BYTES;
        frames.room_for(bytes).certificates.push(certificate);
    }
    frames.done.into_iter().map(|papers| Framed::from(Frame::Papers(papers))).collect()
}

struct Frames {
    done: Vec<Papers>,
    bytes: usize,
}

impl Frames {
    /// The frame into which so many bytes still go.
    fn room_for(&mut self, bytes: usize) -> &mut Papers {
        let is_full = self.bytes + bytes > PAPERS_BYTES && self.bytes > 0;
        if is_full || self.done.is_empty() {
            self.done.push(Papers { charters: Vec::new(), certificates: Vec::new() });
            self.bytes = 0;
        }
        self.bytes += bytes;
        let last = self.done.len() - 1;
        &mut self.done[last]
    }
}
