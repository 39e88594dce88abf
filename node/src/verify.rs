//! Checks an exported feed down to the charter: without a node, without a network, with the code that judges what peers send.

use std::{collections::BTreeMap, fs};

use feed::{Answer, Archive, Arrival, Chain, Held};
use protocol::{
    Context, EntryId, FeedId, InstitutionId, NetworkId, Payload, Unverified,
    codec::decode_first,
    message::{Body, EntryFrame, Papers},
};
use serde::Serialize;
use trust::Question;

use crate::{
    app::EXPORT_HEAD,
    cli::{Failure, Verify, print},
};

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
    let bytes = fs::read(&verify.file).map_err(|source| Failure::File { path: verify.file.clone(), source })?;
    let network = verify.network.as_deref().map(str::parse).transpose();
    let network =
        network.map_err(|_| Failure::Verification("the network is named by 64 hexadecimal digits".to_owned()))?;
    let report = check(&bytes, network).map_err(Failure::Verification)?;
    print::report(&report, is_json)
}

/// Checks the bytes of an exported feed.
fn check(bytes: &[u8], expected: Option<NetworkId>) -> Result<Report, String> {
    let rest =
        bytes.strip_prefix(EXPORT_HEAD).ok_or("the file does not begin with the line of an exported feed, format 1")?;
    let (papers, mut rest) =
        decode_first::<Papers>(rest).map_err(|error| format!("charters and certificates: {error}"))?;
    let papers = collect(&papers)?;
    if expected.is_some_and(|expected| expected != papers.network()) {
        return Err(format!("the feed belongs to network {}, not to the one that was named", papers.network()));
    }
    let mut chain: Option<Chain> = None;
    let (mut payloads, mut absent) = (0, 0);
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (frame, behind) =
            decode_first::<EntryFrame>(rest).map_err(|error| format!("entry cannot be read: {error}"))?;
        rest = behind;
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
