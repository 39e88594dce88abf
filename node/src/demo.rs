//! A network of three hospitals on this machine, with sample people and sample cases, and nothing left of it afterwards.
//!
//! Three processes of this program run as three nodes on 127.0.0.1, .2 and .3, each with a directory of its own. The story
//! below goes through their doors like everybody: the operator over their Unix sockets, people over their pages.
//!
//! | file | holds |
//! |---|---|
//! | `ground` | the temporary directory, gone at the end |
//! | `hospital` | one node: its process, its operator's requests, waiting for what it must come to |
//! | `visitor` | a person with a browser |
//! | `people`, `cases` | who they are and what they bring |
//!
//! Deliberately absent: any way in that a real hospital has not.

mod cases;
mod ground;
mod hospital;
mod people;
mod visitor;

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
};

use serde_json::{Value, json};

use crate::{
    cli::{self, Failure, output::put_all},
    entropy,
    node::{NodeError, told_to_stop},
};

use cases::{CASES, Case, Deed};
use ground::Ground;
use hospital::Hospital;
use people::{HOUSES, House, PEOPLE, Person};
use visitor::Visitor;

/// Why there is no demo. What was begun is ended and removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("the temporary directory {} cannot be made", path.display())]
    Ground { path: PathBuf, source: std::io::Error },
    #[error("{address} is in use or cannot be listened on; choose another port with --port")]
    Port { address: SocketAddr, source: std::io::Error },
    #[error("{name} cannot be started")]
    Start { name: &'static str, source: std::io::Error },
    #[error("{name} ended before its time{}", .last.as_ref().map(|line| format!("; its last words: {line}")).unwrap_or_default())]
    Ended { name: &'static str, last: Option<String> },
    #[error("{name} did not come to this within {seconds} s: {state}")]
    Waited { name: &'static str, state: String, seconds: u64 },
    #[error("{name} refused {what}")]
    Refused {
        name: &'static str,
        what: String,
        #[source]
        source: Box<Failure>,
    },
    #[error("{address} did not answer {what}")]
    Page { address: SocketAddr, what: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("{address} answered {what} with {status}: {words}")]
    Answer { address: SocketAddr, what: String, status: u16, words: String },
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error("what the demo tells cannot be written to standard output")]
    Output(#[source] io::Error),
}

/// Runs the demo until it is told to stop; with `is_once` only until it stands.
pub(crate) fn run(port: u16, is_once: bool, is_json: bool) -> Result<(), Failure> {
    let voice = Voice { is_json };
    let demo = async {
        tokio::select! {
            () = told_to_stop() => Ok(()),
            told = tell(port, is_once, voice) => told,
        }
    };
    let told = crate::node::runtime()?.block_on(demo);
    let told = told.and_then(|()| voice.say("The demo has ended; nothing of it is left."));
    // Whoever has read enough ends the demo so.
    let has_gone =
        |error: &DemoError| matches!(error, DemoError::Output(source) if source.kind() == io::ErrorKind::BrokenPipe);
    let told = told.or_else(|error| if has_gone(&error) { Ok(()) } else { Err(error) });
    told.map_err(|error| Failure::Demo(Box::new(error)))
}

/// How the story is told: in sentences, or as one JSON object when everything stands.
#[derive(Clone, Copy)]
struct Voice {
    is_json: bool,
}

impl Voice {
    fn say(self, sentence: &str) -> Result<(), DemoError> {
        match self.is_json {
            true => Ok(()),
            false => put_all(|out| writeln!(out, "{sentence}")).map_err(DemoError::Output),
        }
    }
}

/// The story. When it is cut short, its parts end in the reverse order: the nodes first, then their directory.
async fn tell(port: u16, is_once: bool, voice: Voice) -> Result<(), DemoError> {
    let ground = Ground::lay()?;
    voice.say(&format!("Three hospitals are set up in {}.", ground.path().display()))?;
    let password = password();
    let mut hospitals = Vec::new();
    for house in &HOUSES {
        hospitals.push(Hospital::open(house, ground.path(), port).await?);
    }
    found_network(&hospitals).await?;
    voice.say("They have founded a network and are connected.")?;
    let mut visitors = open_accounts(&hospitals, &password).await?;
    let attested = PEOPLE.iter().filter(|person| person.profession.is_some()).count();
    voice.say(&format!("Their people have accounts; {attested} of them are attested."))?;
    for case in CASES {
        tell_case(case, &hospitals, &mut visitors, &password).await?;
        voice.say(&format!("  {}: {}", HOUSES[PEOPLE[case.author].house].name, case.title))?;
    }
    show(&hospitals, &password, voice).await?;
    if !is_once {
        voice.say("\nCtrl-C ends the demo and removes everything.")?;
        told_to_stop().await;
    }
    for hospital in &mut hospitals {
        hospital.stop().await;
    }
    Ok(())
}

/// Cards to one founder, a charter from founder to founder, and back to all.
async fn found_network(hospitals: &[Hospital]) -> Result<(), DemoError> {
    let mut cards = Vec::new();
    for hospital in hospitals {
        cards.push(hospital.get("/card", "its card").await?["card"].clone());
    }
    let terms = "SAMPLE. Three hospitals that do not exist agree to show each other cases that never were.";
    let draft = json!({ "name": "SAMPLE network", "cards": cards, "terms": terms });
    let mut charter = hospitals[0].post("/charters", draft, "a charter").await?["charter"].clone();
    for hospital in hospitals {
        charter =
            hospital.post("/charters/signatures", json!({ "charter": charter }), "its signature").await?["charter"]
                .clone();
    }
    for hospital in hospitals {
        hospital.post("/network", json!({ "invitation": charter }), "to join").await?;
    }
    for hospital in hospitals {
        let others = hospitals.len() - 1;
        hospital
            .until("/status", "it is connected to all others", |status| status["connected"] == json!(others))
            .await?;
    }
    Ok(())
}

/// Accounts, attestations, and everybody's first sign-in, in the order of the people.
async fn open_accounts(hospitals: &[Hospital], password: &str) -> Result<Vec<Visitor>, DemoError> {
    for hospital in hospitals {
        Visitor::new(hospital.address()).redeem(hospital.admin_link(), password).await?;
    }
    let mut visitors = Vec::new();
    for person in PEOPLE {
        let hospital = &hospitals[person.house];
        let account = json!({ "login": person.login, "name": person.name, "roles": person.roles });
        let one_time = hospital.post("/accounts", account, "an account").await?;
        if let Some(profession) = person.profession {
            let attestation = json!({
                "login": person.login, "profession": profession, "specialties": person.specialties, "days": 30,
            });
            hospital.post("/attestations", attestation, "an attestation").await?;
        }
        let mut visitor = Visitor::new(hospital.address());
        visitor.redeem(one_time["path"].as_str().unwrap_or_default(), password).await?;
        visitors.push(visitor);
    }
    Ok(visitors)
}

/// A case from its first page to its last comment, each step seen to have arrived where the next one happens.
async fn tell_case(
    case: &Case,
    hospitals: &[Hospital],
    visitors: &mut [Visitor],
    password: &str,
) -> Result<(), DemoError> {
    let mut institutions = Vec::new();
    for house in case.institutions {
        let status = hospitals[*house].get("/status", "its status").await?;
        institutions.push(status["feed"].as_str().unwrap_or_default().to_owned());
    }
    let id = visitors[case.author].post_case(case, &institutions, password).await?;
    for deed in case.thread {
        let Person { house, login, .. } = &PEOPLE[deed.by()];
        let hospital = &hospitals[*house];
        hospital.until(&format!("/cases/{id}"), "the case is there", |case| case["title"].is_string()).await?;
        match deed {
            Deed::Says(_, text) => {
                let comment = json!({ "as": login, "text": text });
                hospital.post(&format!("/cases/{id}/comments"), comment, "a comment").await?;
            }
            Deed::Stars(_) => {
                hospital.post(&format!("/cases/{id}/star"), json!({ "as": login }), "a star").await?;
            }
            Deed::Resolves(author, diagnosis, words) => visitors[*author].resolve(&id, diagnosis, words).await?,
        }
    }
    Ok(())
}

/// Looks from the last hospital, then says where to look.
async fn show(hospitals: &[Hospital], password: &str, voice: Voice) -> Result<(), DemoError> {
    for (house, hospital) in hospitals.iter().enumerate() {
        let wanted = CASES.iter().filter(|case| case.is_for(house)).count();
        let seen = |found: &Value| found["total"] == json!(wanted);
        let found = hospital.until("/search?q=sample&limit=1", "every case is found there", seen).await?;
        voice.say(&format!("{} finds {} cases.", hospital.name(), found["total"]))?;
    }
    let told = put_all(|out| {
        if voice.is_json {
            return writeln!(out, "{:#}", described(hospitals, password));
        }
        writeln!(out, "\nEverything here is a SAMPLE: no hospital, no person and no case of it exists.")?;
        writeln!(out, "All accounts have the password  {password}")?;
        for (index, hospital) in hospitals.iter().enumerate() {
            writeln!(out, "\nhttp://{}  {}", hospital.address(), hospital.name())?;
            writeln!(out, "  {:<14}Administrator", "admin")?;
            for person in PEOPLE.iter().filter(|person| person.house == index) {
                writeln!(out, "  {:<14}{}", person.login, people::described(person))?;
            }
        }
        Ok(())
    });
    told.map_err(DemoError::Output)
}

/// Where to look, for programs.
fn described(hospitals: &[Hospital], password: &str) -> Value {
    let houses = hospitals.iter().enumerate().map(|(index, hospital)| {
        let people = PEOPLE.iter().filter(|person| person.house == index).map(|person| person.login);
        let accounts: Vec<&str> = ["admin"].into_iter().chain(people).collect();
        json!({
            "name": hospital.name(),
            "address": format!("http://{}", hospital.address()),
            "accounts": accounts,
        })
    });
    json!({ "is_sample": true, "password": password, "hospitals": houses.collect::<Vec<_>>() })
}

/// Drawn anew for every demo.
fn password() -> String {
    let words = data_encoding::BASE32.encode(&entropy::draw::<10>()).to_lowercase();
    format!("sample-{}-{}-{}-{}", &words[..4], &words[4..8], &words[8..12], &words[12..])
}
