//! Checks an exported feed down to the charter: without a node, without a network, with the code that judges what peers send.

use std::{collections::BTreeMap, fs::File, io::Read};

use feed::{Answer, Archive, Arrival, Chain, Held};
use protocol::{
    Context, EntryId, FeedId, InstitutionId, NetworkId, Payload, Unverified,
    codec::{Wire, decode_first},
    limits,
    message::{Body, EntryFrame, Papers},
};
use serde::Serialize;
use trust::Question;

use crate::{
    app::EXPORT_HEAD,
    cli::{Failure, Verify, print},
};

/// Bytes of all charters and certificates of a network; one of 5,000 members fits.
const PAPERS_BYTES_MAX: usize = 16 << 20;

/// What was found true.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    network: String,
    feed: String,
    institution: String,
    /// Whether it was expelled since: what it said before stays what it was.
    is_expelled: bool,
    entries: u64,
    payloads: u64,
    erased_or_restricted: u64,
    attestations: usize,
    /// How many words of people have which standing where they stand.
    words: BTreeMap<&'static str, u64>,
}

/// Checks a file and prints what it holds.
pub(crate) fn run(verify: &Verify, is_json: bool) -> Result<(), Failure> {
    let file = File::open(&verify.file).map_err(|source| Failure::File { path: verify.file.clone(), source })?;
    let network = verify.network.as_deref().map(str::parse).transpose();
    let network =
        network.map_err(|_| Failure::Verification("the network is named by 64 hexadecimal digits".to_owned()))?;
    let report = check(file, network).map_err(Failure::Verification)?;
    print::report(&report, is_json)
}

/// Checks an exported feed.
fn check(from: impl Read, expected: Option<NetworkId>) -> Result<Report, String> {
    let mut items = Items::new(from);
    items.take_head()?;
    let papers = items.next::<Papers>(PAPERS_BYTES_MAX)?.ok_or("the file holds no charter")?;
    let papers = collect(&papers)?;
    if expected.is_some_and(|expected| expected != papers.network()) {
        return Err(format!("the feed belongs to network {}, not to the one that was named", papers.network()));
    }
    let mut chain: Option<Chain> = None;
    let (mut payloads, mut absent) = (0, 0);
    let mut words = Vec::new();
    while let Some(frame) = items.next::<EntryFrame>(limits::FRAME_BYTES_MAX)? {
        match &frame.body {
            Body::Held(_) => payloads += 1,
            Body::Absent(_) => absent += 1,
        }
        let feed = Unverified::parse(frame.entry.clone())
            .map_err(|error| format!("entry cannot be read: {error}"))?
            .claimed()
            .feed;
        let chain = chain.get_or_insert_with(|| Chain::new(papers.network(), feed));
        let seq = chain.next_seq();
        let arrival = Arrival::parse(frame).map_err(|error| format!("entry {seq}: {error}"))?;
        match chain.receive(arrival, &Nothing) {
            Answer::Accepted { was_spoiled: false, held } => words.extend(word(&held)?),
            Answer::Accepted { .. } => return Err(format!("entry {seq}: the payload is not the one that was signed")),
            answer => return Err(format!("entry {seq}: it does not continue the feed ({answer:?})")),
        }
    }
    let chain = chain.ok_or("the file holds no entries")?;
    let institution = chain.institution().ok_or("the feed has no genesis")?;
    let is_expelled = papers.roster().is_expelled(&chain.feed());
    if papers.roster().member(&chain.feed()).is_none() && !is_expelled {
        return Err(format!("{} is no member of network {}", institution.name(), papers.network()));
    }
    let mut standings = BTreeMap::new();
    for word in &words {
        *standings.entry(chain.judge(word).name()).or_insert(0) += 1;
    }
    Ok(Report {
        network: papers.network().to_string(),
        feed: chain.feed().to_string(),
        institution: institution.name().to_owned(),
        is_expelled,
        entries: chain.next_seq(),
        payloads,
        erased_or_restricted: absent,
        attestations: institution.attestations().iter().count(),
        words: standings,
    })
}

/// The items of a file, of which no more is held than the longest that may come.
struct Items<R> {
    from: R,
    held: Vec<u8>,
    /// How much of it was taken.
    taken: usize,
    is_at_end: bool,
}

impl<R: Read> Items<R> {
    fn new(from: R) -> Self {
        Self { from, held: Vec::new(), taken: 0, is_at_end: false }
    }

    fn take_head(&mut self) -> Result<(), String> {
        self.reach(EXPORT_HEAD.len())?;
        let is_head = self.ahead().starts_with(EXPORT_HEAD);
        self.taken = EXPORT_HEAD.len();
        is_head
            .then_some(())
            .ok_or_else(|| "the file does not begin with the line of an exported feed, format 1".to_owned())
    }

    /// The next item, which has at most so many bytes; none at the end.
    fn next<T: Wire>(&mut self, bytes_max: usize) -> Result<Option<T>, String> {
        self.reach(bytes_max)?;
        let ahead = self.ahead();
        if ahead.is_empty() {
            return Ok(None);
        }
        let begun = ahead.len();
        match decode_first::<T>(ahead) {
            Ok((item, behind)) => {
                self.taken += begun - behind.len();
                Ok(Some(item))
            }
            Err(error) if begun < bytes_max => Err(format!("an item cannot be read: {error}")),
            Err(error) => Err(format!("an item cannot be read, or has more than {bytes_max} bytes: {error}")),
        }
    }

    /// What was read and not taken yet.
    fn ahead(&self) -> &[u8] {
        self.held.get(self.taken..).unwrap_or_default()
    }

    /// Has so much ahead, or all that is left.
    fn reach(&mut self, bytes: usize) -> Result<(), String> {
        if self.held.len() - self.taken < bytes && !self.is_at_end {
            self.held.drain(..self.taken);
            self.taken = 0;
            let wanted = 2 * bytes - self.held.len();
            let read = self.from.by_ref().take(wanted as u64).read_to_end(&mut self.held);
            self.is_at_end = read.map_err(|error| format!("the file cannot be read: {error}"))? < wanted;
        }
        Ok(())
    }
}

/// What a person says in an entry, signed by them.
fn word(held: &Held) -> Result<Option<Question>, String> {
    let Some(Payload::Statement(kind, statement)) = held.payload() else { return Ok(None) };
    let header = held.entry.header();
    let context = Context { network: header.network, feed: header.feed, kind };
    let seq = header.seq;
    statement.verify(&context).map_err(|_| format!("entry {seq}: the person it names did not sign it"))?;
    Ok(Some(Question::of(header, kind, &statement)))
}

fn collect(shown: &Papers) -> Result<trust::Papers, String> {
    let founding = shown.charters.first().ok_or("the file holds no charter")?;
    let mut papers = trust::Papers::found(founding).map_err(|error| format!("founding charter: {error}"))?;
    let (counted, taken) = papers.take(shown);
    taken.map_err(|error| format!("charters and certificates: {error}"))?;
    let votes = |papers: &Papers| papers.certificates.iter().map(|certificate| certificate.votes.len()).sum::<usize>();
    if counted.charters.len() + 1 != shown.charters.len() || votes(&counted) != votes(shown) {
        return Err("charters and certificates: there is one among them that counts for nothing here".to_owned());
    }
    Ok(papers)
}

/// Entries come in order, so nothing is looked up.
struct Nothing;

impl Archive for Nothing {
    fn held(&self, _: &FeedId, _: u64) -> Option<Held> {
        None
    }

    fn id_at(&self, _: &FeedId, _: u64) -> Option<EntryId> {
        None
    }

    fn place_of(&self, _: &EntryId) -> Option<(FeedId, u64)> {
        None
    }

    fn may_have(&self, _: &InstitutionId, _: &EntryId) -> bool {
        false
    }

    fn is_kept_from(&self, _: &InstitutionId, _: &EntryId) -> bool {
        false
    }

    fn sealed_behind(&self, _: Option<&EntryId>, _: usize) -> Vec<EntryId> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use protocol::codec::{Bytes, encode};

    use super::*;

    /// Counts what is read of it.
    struct Counted<R>(R, usize);

    impl<R: Read> Read for Counted<R> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(into)?;
            self.1 += read;
            Ok(read)
        }
    }

    #[test]
    fn a_file_without_end_is_refused_early() {
        let mut endless = Counted(io::repeat(0), 0);
        let said = check(&mut endless, None).err().unwrap();
        assert!(said.contains("does not begin with the line"), "{said}");
        assert!(endless.1 <= 2 * EXPORT_HEAD.len(), "{}", endless.1);

        // Half a gigabyte of a text that never ends.
        let long = [EXPORT_HEAD, &[0x5a, 0x20, 0, 0, 0]].concat();
        let mut endless = Counted(long.as_slice().chain(io::repeat(7)), 0);
        check(&mut endless, None).err().unwrap();
        assert!(endless.1 <= 3 * PAPERS_BYTES_MAX, "{}", endless.1);
    }

    #[test]
    fn items_are_read_one_after_the_other_and_a_cut_one_is_told() {
        let texts: Vec<Bytes> = (0_u8..200).map(|number| Bytes(vec![number; usize::from(number)])).collect();
        let file: Vec<u8> = EXPORT_HEAD.iter().copied().chain(texts.iter().flat_map(encode)).collect();
        let read = |file: &[u8]| {
            let mut items = Items::new(file);
            items.take_head()?;
            let mut found = Vec::new();
            while let Some(text) = items.next::<Bytes>(250)? {
                found.push(text);
            }
            Ok::<_, String>(found)
        };
        assert_eq!(read(&file), Ok(texts));
        let said = read(&file[..file.len() - 1]).unwrap_err();
        assert!(said.contains("cannot be read"), "{said}");
    }
}
