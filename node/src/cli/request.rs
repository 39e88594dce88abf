//! What each command asks of the API.

use std::{fs, io::Read, path::Path};

use protocol::limits::BLOB_BYTES_MAX;
use serde_json::{Value, json};

use super::{
    AccountCommand, AuditCommand, CaseCommand, CharterCommand, Command, StoreCommand, TokenCommand, call::Failure,
};

/// Bytes of a paper that is read from a file.
const PAPER_BYTES_MAX: u64 = 16 << 20;

/// A request to the API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// Files that go with the body.
    pub(crate) pictures: Vec<Vec<u8>>,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: format!("/api/v1{}", path.into()), body: None, pictures: Vec::new() }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: format!("/api/v1{}", path.into()), body: Some(body), pictures: Vec::new() }
    }

    /// The request of a command; `None` if the command needs no node.
    ///
    /// # Errors
    /// If a file that it names cannot be read.
    pub(crate) fn of(command: &Command) -> Result<Option<Self>, Failure> {
        Ok(Some(match command {
            Command::Charter(charter) => of_charter(charter)?,
            Command::Card(card) => match &card.feed_in {
                Some(network) => Self::get(format!("/card?feed_in={}", percent_encode(network))),
                None => Self::get("/card"),
            },
            Command::Admit(paper) => Self::post("/admissions", json!({ "card": read_paper(&paper.file)? })),
            Command::Certify(certify) => match &certify.feed {
                Some(feed) => Self::post("/admissions/votes", json!({ "feed": feed })),
                None => Self::get("/admissions"),
            },
            Command::Expel(expel) => match &expel.feed {
                Some(feed) => Self::post("/expulsions", json!({ "feed": feed })),
                None => Self::get("/expulsions"),
            },
            Command::Invite => Self::get("/invitation"),
            Command::Join(paper) => Self::post("/network", json!({ "invitation": read_paper(&paper.file)? })),
            Command::Account(account) => of_account(account),
            Command::Token(token) => of_token(token),
            Command::Attest(attest) => Self::post(
                "/attestations",
                json!({
                    "login": attest.login, "profession": attest.profession, "specialties": attest.specialties, "days": attest.days,
                }),
            ),
            Command::Revoke(revoke) => {
                Self::post("/revocations", json!({ "login": revoke.login, "reason": revoke.reason }))
            }
            Command::Case(case) => of_case(case)?,
            Command::Comment(comment) => Self::post(
                format!("/cases/{}/comments", percent_encode(&comment.case)),
                json!({ "as": comment.login, "text": comment.text, "replies_to": comment.replies_to, "reasons": reasons(&comment.keep) }),
            ),
            Command::Star(star) => Self::post(
                format!("/cases/{}/star", percent_encode(&star.case)),
                json!({ "as": star.login, "take_back": star.take_back }),
            ),
            Command::Save(save) => Self::post(
                format!("/cases/{}/saved", percent_encode(&save.case)),
                json!({ "as": save.login, "take_off": save.take_off }),
            ),
            Command::Saved(saved) => Self::get(format!("/saved?as={}", percent_encode(&saved.login))),
            Command::Withdraw(withdraw) => Self::post(
                format!("/cases/{}/withdrawal", percent_encode(&withdraw.case)),
                json!({ "as": withdraw.login, "comment": withdraw.comment, "ground": withdraw.ground }),
            ),
            Command::Search(search) => {
                let query = percent_encode(&search.words.join(" "));
                Self::get(format!("/search?q={query}&limit={}", search.limit))
            }
            Command::Peers => Self::get("/peers"),
            Command::Status => Self::get("/status"),
            Command::Audit(AuditCommand::Verify) => Self::post("/audit/verification", json!({})),
            Command::Export(export) => match &export.feed {
                Some(feed) => Self::get(format!("/feeds/{}/export", percent_encode(feed))),
                None => Self::get("/feeds/own/export"),
            },
            Command::Store(StoreCommand::Rebuild) => Self::post("/store/rebuild", json!({})),
            Command::Store(StoreCommand::Vouch) => Self::post("/store/vouching", json!({})),
            Command::Store(StoreCommand::Check) => Self::post("/store/check", json!({})),
            Command::Init(_)
            | Command::Serve
            | Command::Verify(_)
            | Command::Anonymize(_)
            | Command::Config(_)
            | Command::Demo(_)
            | Command::Worker => {
                return Ok(None);
            }
        }))
    }
}

fn of_charter(command: &CharterCommand) -> Result<Request, Failure> {
    Ok(match command {
        CharterCommand::Draft { name, cards, terms } => {
            let cards: Vec<String> = cards.iter().map(|file| read_paper(file)).collect::<Result<_, _>>()?;
            let terms = terms.as_ref().map(|file| read_paper(file)).transpose()?.unwrap_or_default();
            Request::post("/charters", json!({ "name": name, "cards": cards, "terms": terms }))
        }
        CharterCommand::Sign(paper) => {
            Request::post("/charters/signatures", json!({ "charter": read_paper(&paper.file)? }))
        }
        CharterCommand::Show(paper) => {
            Request::post("/charters/reading", json!({ "charter": read_paper(&paper.file)? }))
        }
    })
}

fn of_account(command: &AccountCommand) -> Request {
    match command {
        AccountCommand::Add { login, name, roles } => {
            Request::post("/accounts", json!({ "login": login, "name": name, "roles": roles }))
        }
        AccountCommand::Reset { login } => {
            Request::post(format!("/accounts/{}/reset", percent_encode(login)), json!({}))
        }
        AccountCommand::Disable { login } => {
            Request::post(format!("/accounts/{}/disable", percent_encode(login)), json!({}))
        }
        AccountCommand::List => Request::get("/accounts"),
    }
}

fn of_token(command: &TokenCommand) -> Request {
    match command {
        TokenCommand::Create { login, scopes, days, label } => {
            Request::post("/tokens", json!({ "login": login, "scopes": scopes, "days": days, "label": label }))
        }
        TokenCommand::Revoke { id } => Request::post(format!("/tokens/{}/revoke", percent_encode(id)), json!({})),
        TokenCommand::List => Request::get("/tokens"),
    }
}

fn of_case(command: &CaseCommand) -> Result<Request, Failure> {
    Ok(match command {
        CaseCommand::Post {
            login,
            title,
            question,
            text,
            specialty,
            tags,
            audience,
            pictures,
            before_after,
            confirm,
            looked,
            keep,
        } => {
            let mut case = json!({
                "as": login, "title": title, "question": question, "text": text,
                "specialty": specialty, "tags": tags, "audience": audience,
                "reasons": reasons(keep),
            });
            if !pictures.is_empty() {
                case["confirm"] = json!(confirm);
                case["looked"] = json!(looked);
                case["before_after"] = json!(before_after);
            }
            let pictures = pictures.iter().map(|file| read_picture(file)).collect::<Result<_, _>>()?;
            Request { pictures, ..Request::post("/cases", case) }
        }
        CaseCommand::Show { id } => Request::get(format!("/cases/{}", percent_encode(id))),
        CaseCommand::List { filter, limit } => {
            Request::get(format!("/cases?filter={}&limit={limit}", percent_encode(filter)))
        }
    })
}

/// Words that stay, each with its reason.
fn reasons(keep: &[(String, String)]) -> Vec<Value> {
    keep.iter().map(|(words, reason)| json!({ "words": words, "reason": reason })).collect()
}

/// Reads a picture; of one that is larger than any may be, enough for the node to say so.
fn read_picture(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if fs::metadata(file).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return Err(Failure::NoFile { path: file.to_owned() });
    }
    let read = fs::File::open(file).and_then(|file| file.take(BLOB_BYTES_MAX as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|source| Failure::File { path: file.to_owned(), source })?;
    Ok(bytes)
}

/// Reads a paper from a file, or from standard input where the file is `-`.
fn read_paper(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().take(PAPER_BYTES_MAX).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|file| file.take(PAPER_BYTES_MAX).read_to_string(&mut text))
    };
    read.map_err(|source| Failure::File { path: file.to_owned(), source })?;
    Ok(text.trim().to_owned())
}

/// Text as part of a path or query (RFC 3986 section 2.1).
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
