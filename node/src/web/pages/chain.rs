//! Where a badge leads: the signatures behind one name, from what was written down to the charter.

use askama::Template;
use axum::{extract::Path, response::Response};
use feed::Chain;
use house::{
    Actor, Permission, Role,
    audit::{Action, Outcome},
};
use protocol::{
    Context, Entry, EntryId, FeedId, Kind, Payload, Statement, certificate::Decision, payload::control::Profession,
};
use trust::{Papers, Question, Standing};

use super::case::readable;
use crate::{
    app::{App, AppError, Badge as Author},
    clock::now_ms,
    network::Shared,
    sentences::Sentences,
    web::{
        actor::Visitor,
        extract::id,
        frame::{Frame, Reading, html},
        pieces::{Back, Badge, Fact, plain, role_key, standing_key},
        problem::Problem,
        specialty::specialty_key,
        when::When,
    },
};

#[derive(Template)]
#[template(path = "chain.html")]
struct ChainPage {
    t: &'static Sentences,
    frame: Frame,
    badge: Badge,
    explain_key: &'static str,
    back: Back,
    links: Vec<ChainLink>,
    checked: When,
    command: String,
}

/// The author of an entry, the links of the chain behind it, what that means in a sentence, and the way back.
struct Shown {
    author: Author,
    links: Vec<ChainLink>,
    explain_key: &'static str,
    back: Back,
}

/// One signature.
struct ChainLink {
    key: &'static str,
    who: String,
    what: String,
    standing_key: &'static str,
    when: Option<When>,
    until: Option<When>,
    /// When the institution took it back.
    taken_back: Option<When>,
    facts: Vec<Fact>,
}

pub(super) async fn show(reading: Reading, Path(entry): Path<String>) -> Result<Response, Problem> {
    let entry: EntryId = id("entry", &entry)?;
    let visitor = reading.visitor.clone();
    let Shown { author, links, explain_key, back } = reading
        .web
        .run(move |app| {
            let shown = chain(app, entry, &visitor)?;
            app.desk.note(&visitor.actor, Action::ViewCase, vec![entry.into()], Outcome::Done)?;
            Ok(shown)
        })
        .await?;
    let command = format!(
        "consilium export --feed {0} {1}.feed && consilium verify {1}.feed",
        author.institution,
        author.institution.short()
    );
    html(&ChainPage {
        t: Sentences::english(),
        frame: reading.frame(""),
        badge: Badge::of(&author),
        explain_key,
        back,
        links,
        checked: When::at(now_ms()),
        command,
    })
}

/// What stands behind an entry, for those who may read what it is about.
fn chain(app: &App, entry: EntryId, visitor: &Visitor) -> Result<Shown, AppError> {
    let joined = app.joined()?;
    let shared = joined.shared();
    let held = shared.shelf.entry_by_id(&entry)?;
    // What was said for the own house stands in no feed.
    let feed = held.as_ref().map_or(joined.me(), |held| held.entry.header().feed);
    match shared.shelf.payload(&entry)? {
        Some(Payload::Statement(kind, statement)) => {
            readable(app, statement.case, &visitor.actor)?;
            let entry_of = held.map(|held| held.entry);
            let standing =
                entry_of.as_ref().map_or(Standing::Verified, |entry| standing_of(shared, entry, kind, &statement));
            let author = shared.badge_of(statement.author, feed, entry, standing)?;
            let mut links: Vec<ChainLink> =
                entry_of.iter().map(|entry| statement_link(&author, entry, standing)).collect();
            let at = entry_of.as_ref().map(|entry| (entry.header().seq, entry.header().time_ms));
            let vouched = vouched(shared, &feed, author.attestation, at)?;
            let was_taken_back = vouched.as_ref().is_some_and(|vouched| vouched.taken_back_ms.is_some());
            links.extend(institution_links(shared, &author, &feed, vouched));
            let anchor = if kind == Kind::Comment { format!("#comment-{entry}") } else { String::new() };
            let back = Back { key: "back-to-case", href: format!("/cases/{}{anchor}", statement.case) };
            Ok(Shown { author, links, explain_key: explain_key(standing, was_taken_back), back })
        }
        Some(Payload::Attestation(attestation)) => {
            may_see_people(app, visitor)?;
            let vouched = vouched(shared, &feed, Some(entry), Some((u64::MAX, now_ms())))?;
            let standing = vouched.as_ref().map_or(Standing::Unknown, |vouched| vouched.standing);
            let author = shared.badge_of(attestation.clinician, feed, entry, standing)?;
            let links = institution_links(shared, &author, &feed, vouched);
            let explain_key = match standing {
                Standing::Verified => "explain-vouched",
                Standing::Lapsed => "explain-vouched-lapsed",
                Standing::Revoked => "explain-vouched-revoked",
                other => explain_key(other, false),
            };
            Ok(Shown { author, links, explain_key, back: back_from_badge(app, entry, visitor) })
        }
        _ => Err(AppError::NotFound("entry")),
    }
}

const fn explain_key(standing: Standing, was_taken_back: bool) -> &'static str {
    match standing {
        Standing::Verified if was_taken_back => "explain-verified-then",
        Standing::Verified => "explain-verified",
        Standing::Pending => "explain-pending",
        Standing::Lapsed => "explain-lapsed",
        Standing::Disputed => "explain-disputed",
        Standing::Revoked => "explain-revoked",
        Standing::Unknown => "explain-unknown",
    }
}

/// A badge is looked at from the own account, from the list of people, or from a case.
fn back_from_badge(app: &App, attestation: EntryId, visitor: &Visitor) -> Back {
    let person = visitor.person.as_ref();
    let own = person.and_then(|person| {
        app.desk.look(|house| house.accounts().get(person.account).and_then(|account| account.attestation.clone()))
    });
    let keeps_people =
        person.is_some_and(|person| person.roles.has(Role::Administrator) || person.roles.has(Role::Attester));
    match () {
        () if own.is_some_and(|own| own.entry == attestation) => {
            Back { key: "back-to-account", href: "/account".to_owned() }
        }
        () if keeps_people => Back { key: "back-to-people", href: "/admin/people".to_owned() },
        () => Back { key: "back-to-cases", href: "/".to_owned() },
    }
}

/// Names of people are for the people of the house who are vouched for, and for those with a duty.
fn may_see_people(app: &App, visitor: &Visitor) -> Result<(), AppError> {
    let has_duty = visitor.person.as_ref().is_some_and(|person| !person.roles.is_empty());
    if has_duty || visitor.is_owner() || app.permit(&visitor.actor, Permission::ReadNetwork).is_ok() {
        return Ok(());
    }
    match visitor.actor {
        Actor::Stranger => Err(house::Refusal::SignedOut.into()),
        _ => Err(AppError::NotFound("entry")),
    }
}

fn standing_of(shared: &Shared, entry: &Entry, kind: Kind, statement: &Statement) -> Standing {
    let header = entry.header();
    let context = Context { network: header.network, feed: header.feed, kind };
    if statement.verify(&context).is_err() {
        return Standing::Unknown;
    }
    let question = Question::of(header, kind, statement);
    shared.exchange().chain(&header.feed).map_or(Standing::Pending, |chain| chain.judge(&question))
}

fn statement_link(author: &Author, entry: &Entry, standing: Standing) -> ChainLink {
    ChainLink {
        key: "chain-statement",
        who: Badge::of(author).name,
        what: plain(&author.institution_name),
        standing_key: standing_key(standing),
        when: Some(When::at(entry.header().time_ms)),
        until: None,
        taken_back: None,
        facts: vec![
            Fact { key: "fact-key", value: author.clinician.to_string() },
            Fact { key: "fact-entry", value: entry.id().to_string() },
        ],
    }
}

/// What an institution says of a person, as it counts for something said.
struct Vouched {
    entry: EntryId,
    profession: Profession,
    specialties: Vec<u32>,
    until_ms: u64,
    standing: Standing,
    /// When it was taken back, before or after that was said.
    taken_back_ms: Option<u64>,
}

/// An attestation and what became of it, for what was said at a place of the feed and a time; `None` where neither is known.
fn vouched(
    shared: &Shared,
    feed: &FeedId,
    attestation: Option<EntryId>,
    said: Option<(u64, u64)>,
) -> Result<Option<Vouched>, AppError> {
    let Some(entry) = attestation else { return Ok(None) };
    let found = {
        let exchange = shared.exchange();
        let institution = exchange.chain(feed).and_then(Chain::institution);
        institution.and_then(|institution| {
            let attested = institution.attestations().get(&entry)?;
            // Of what stands in no feed it is not known whether it was said before or after something else.
            let (seq, time_ms) = said.unwrap_or_default();
            let standing = institution.standing_of(&entry, seq, time_ms)?;
            Some((attested.profession(), attested.attestation.clone(), standing, institution.revoked_at(&entry)))
        })
    };
    let Some((profession, attestation, standing, revoked_at)) = found else { return Ok(None) };
    let taken_back_ms = match revoked_at {
        Some(seq) => shared.shelf.entry(feed, seq)?.map(|held| held.entry.header().time_ms),
        None => None,
    };
    let (specialties, until_ms) = (attestation.specialties, attestation.until_ms);
    Ok(Some(Vouched { entry, profession, specialties, until_ms, standing, taken_back_ms }))
}

/// What the institution signed, how its keys hang together, and how it came into the network.
fn institution_links(shared: &Shared, author: &Author, feed: &FeedId, vouched: Option<Vouched>) -> Vec<ChainLink> {
    let exchange = shared.exchange();
    let Some(institution) = exchange.chain(feed).and_then(Chain::institution) else { return Vec::new() };
    let name = plain(institution.name());
    let mut links = Vec::new();
    if let Some(vouched) = vouched {
        links.push(ChainLink {
            key: "chain-attestation",
            who: Badge::of(author).name,
            what: name.clone(),
            standing_key: standing_key(vouched.standing),
            when: None,
            until: Some(When::until(vouched.until_ms)),
            taken_back: vouched.taken_back_ms.map(When::at),
            facts: attestation_facts(vouched.profession, &vouched.specialties, &vouched.entry),
        });
    }
    let (number, signing) = institution.keys().signing();
    links.push(verified(
        "chain-signing-key",
        &name,
        number.to_string(),
        Fact { key: "fact-key", value: signing.to_string() },
    ));
    let root = institution.keys().root();
    links.push(verified(
        "chain-root",
        &name,
        root.to_string().chars().take(8).collect(),
        Fact { key: "fact-key", value: root.to_string() },
    ));
    let papers = exchange.papers();
    let roster = exchange.roster();
    if let Some((signed, of)) = admission(papers, feed) {
        let standing = if roster.member(feed).is_some() { Standing::Verified } else { Standing::Revoked };
        let fact = Fact { key: "fact-certificate", value: feed.to_string() };
        links.push(ChainLink {
            standing_key: standing_key(standing),
            ..verified("chain-admission", &name, format!("{signed} of {of}"), fact)
        });
    }
    if let Some((_, charter)) = papers.charter(&roster.charter()) {
        let fact = Fact { key: "fact-certificate", value: roster.charter().to_string() };
        links.push(verified("chain-charter", &plain(charter.name.as_str()), charter.version.to_string(), fact));
    }
    links
}

fn verified(key: &'static str, who: &str, what: String, fact: Fact) -> ChainLink {
    ChainLink {
        key,
        who: who.to_owned(),
        what,
        standing_key: standing_key(Standing::Verified),
        when: None,
        until: None,
        taken_back: None,
        facts: vec![fact],
    }
}

fn attestation_facts(profession: Profession, specialties: &[u32], entry: &EntryId) -> Vec<Fact> {
    let t = Sentences::english();
    let mut facts = vec![Fact { key: "fact-role", value: t.get(role_key(profession)) }];
    facts.extend(
        specialties
            .iter()
            .map(|specialty| Fact { key: "fact-specialty", value: t.get(specialty_key(Some(*specialty))) }),
    );
    facts.push(Fact { key: "fact-entry", value: entry.to_string() });
    facts
}

/// How many of the governors signed that an institution belongs to the network; founders signed the charter itself.
fn admission(papers: &Papers, feed: &FeedId) -> Option<(usize, usize)> {
    let roster = papers.roster();
    let network = papers.network();
    let (_, charter) = papers.charter(&roster.charter())?;
    let governors = charter.governors.len();
    if charter.governors.iter().any(|governor| governor.feed(&network) == *feed) {
        return Some((governors, governors));
    }
    let votes = papers.certificates().filter_map(|certificate| match certificate.decision() {
        Ok(Decision::Admission(membership)) if membership.feed == *feed => {
            Some(certificate.votes.iter().filter(|vote| roster.is_governor(&vote.key)).count())
        }
        _ => None,
    });
    votes.max().map(|votes| (votes, governors))
}
