//! What commands print: JSON for programs, a few plain lines for people.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what a command line is for")]

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    process::ExitCode,
};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    AccountCommand, AuditCommand, CaseCommand, CharterCommand, Command, StoreCommand, TokenCommand,
    call::{Answer, Failure},
};
use crate::{config::Origin, node::Made, web::pieces};

/// What `init` made.
pub(crate) fn init(made: &Made, is_json: bool) {
    if is_json {
        let secret: &str = &made.one_time_secret;
        return object(&json!({
            "config": made.config, "admin": made.admin, "one_time_secret": secret, "sign_in": made.sign_in,
        }));
    }
    println!("The node is made. Its configuration is {}.", made.config.display());
    println!();
    println!("Next: consilium serve");
    println!("Then the first administrator, {}, signs in once within 72 hours at", made.admin);
    println!("  {}", made.sign_in);
}

/// Every key of the configuration.
pub(crate) fn config(origins: &BTreeMap<String, (String, Origin)>, with_origin: bool, is_json: bool) {
    if is_json {
        let keys: BTreeMap<_, _> =
            origins.iter().map(|(key, (value, origin))| (key, json!({ "value": value, "origin": origin }))).collect();
        return object(&json!(keys));
    }
    for (key, (value, origin)) in origins {
        match (with_origin, origin) {
            (false, _) => println!("{key} = {value}"),
            (true, Origin::File) => println!("{key} = {value}  # file"),
            (true, Origin::Default) => println!("{key} = {value}  # default"),
        }
    }
}

/// What a check without a node found.
pub(crate) fn report<T: Serialize>(report: &T, is_json: bool) {
    let value = json!(report);
    if is_json { object(&value) } else { lines(&value) }
}

/// The answer of a request.
pub(crate) fn answer(command: &Command, answer: &Answer, is_json: bool) -> Result<(), Failure> {
    if let Command::Export(export) = command {
        write_private(&export.file, &answer.bytes)
            .map_err(|source| Failure::File { path: export.file.clone(), source })?;
        match is_json {
            true => object(&json!({ "file": export.file, "bytes": answer.bytes.len() })),
            false => println!("{} bytes were written to {}.", answer.bytes.len(), export.file.display()),
        }
        return Ok(());
    }
    let value = answer.json();
    if is_json {
        object(&value);
        return Ok(());
    }
    match command {
        Command::Card(card) if card.feed_in.is_some() => println!("{}", text(&value, "feed")),
        Command::Card(_) => println!("{}", text(&value, "card")),
        Command::Charter(CharterCommand::Draft { .. } | CharterCommand::Sign(_)) => {
            println!("{}", text(&value, "charter"))
        }
        Command::Invite => println!("{}", text(&value, "invitation")),
        Command::Join(_) => println!("This node is in network {} now.", text(&value, "network")),
        Command::Account(AccountCommand::Add { .. } | AccountCommand::Reset { .. }) => {
            println!("{} signs in once at the path", text(&value, "login"));
            println!("  {}", text(&value, "path"));
        }
        Command::Token(TokenCommand::Create { .. }) => println!("{}", text(&value, "token")),
        Command::Case(CaseCommand::Post { .. }) | Command::Comment(_) | Command::Star(_) | Command::Withdraw(_) => {
            said(&value)
        }
        Command::Case(CaseCommand::Show { .. }) => case(&value),
        Command::Save(save) if save.take_off => println!("It is off the list."),
        Command::Save(_) => println!("It is on the list."),
        Command::Case(CaseCommand::List { .. }) | Command::Saved(_) => list(&value, "cases", case_line),
        Command::Search(_) => {
            list(&value, "cases", case_line);
            println!(
                "{} found; {} cases searched in {} ms.",
                text(&value, "total"),
                text(&value, "searched"),
                text(&value, "took_ms")
            );
        }
        Command::Audit(AuditCommand::Verify) if value["is_whole"] == json!(true) => {
            println!("All {} lines of the audit chain are as they were written.", text(&value, "lines"));
            println!("{} of them stand under this institution's signature.", text(&value, "signed_lines"));
        }
        Command::Audit(AuditCommand::Verify) => {
            return Err(Failure::Verification(format!("the audit chain: {}", text(&value, "why"))));
        }
        Command::Store(StoreCommand::Rebuild) => println!("Tables and index are built anew at the next start."),
        Command::Store(StoreCommand::Vouch) => println!("Entries are signed from now on."),
        _ => lines(&value),
    }
    Ok(())
}

/// Writes cases to a file that only its owner can read.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Why a command did not succeed. Exit code 1; what is refused says so in words and with a code that the log has too.
pub(crate) fn failure(failure: &Failure, is_json: bool) -> ExitCode {
    let mut causes = Vec::new();
    let mut source = Error::source(failure);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    if is_json {
        let mut value = json!({ "error": failure.to_string(), "causes": causes });
        if let Failure::Refused { status, code, .. } = failure {
            value["status"] = json!(status.as_u16());
            value["code"] = json!(code);
        }
        object(&value);
    } else {
        eprintln!("consilium: {failure}");
        causes.iter().for_each(|cause| eprintln!("  because: {cause}"));
        if let Failure::Refused { code, .. } = failure
            && !code.is_empty()
        {
            eprintln!("  code: {code}");
        }
    }
    ExitCode::FAILURE
}

fn said(value: &Value) {
    println!("{}", text(value, "case"));
    match value["waits_for"].as_str() {
        Some(why) => println!("Not yet sent: {why}."),
        None => println!("entry {}", text(value, "entry")),
    }
}

fn case(value: &Value) {
    if value["withdrawn_ms"].is_u64() {
        return println!("This case was withdrawn.");
    }
    println!("{}", text(value, "title"));
    for key in ["question", "text"] {
        let words = text(value, key);
        if !words.is_empty() {
            println!("\n{words}");
        }
    }
    println!(
        "\n{}, {} · {} · {}",
        text(&value["author"], "name"),
        text(&value["author"], "profession"),
        text(&value["author"], "institution"),
        text(&value["author"], "standing")
    );
    for comment in value["comments"].as_array().into_iter().flatten() {
        let indent =
            "  ".repeat(usize::try_from(comment["depth"].as_u64().unwrap_or_default()).unwrap_or_default() + 1);
        println!("{indent}{}: {}", text(&comment["author"], "name"), text(comment, "text"));
    }
}

fn case_line(value: &Value) {
    println!("{}  {}  ({})", text(value, "id"), text(value, "title"), text(&value["author"], "institution"));
}

fn list(value: &Value, key: &str, line: impl Fn(&Value)) {
    value[key].as_array().into_iter().flatten().for_each(line);
}

/// A value as `key: value` lines; lists one item a line.
fn lines(value: &Value) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value {
            Value::Array(items) => {
                println!("{key}:");
                items.iter().for_each(|item| println!("  {}", plain(item)));
            }
            value => println!("{key}: {}", plain(value)),
        }),
        Value::Array(items) => items.iter().for_each(|item| println!("{}", plain(item))),
        value => println!("{}", plain(value)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        // Words of others must not steer the terminal of whoever reads them.
        Value::String(text) => text.split('\n').map(pieces::plain).collect::<Vec<_>>().join("\n"),
        Value::Null => "-".to_owned(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| format!("{key} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

fn text(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::Null => String::new(),
        value => plain(value),
    }
}

fn object(value: &Value) {
    println!("{value:#}");
}
