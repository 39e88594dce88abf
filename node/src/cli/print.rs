//! What commands print: JSON for programs, a few plain lines for people.

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
    AccountCommand, AuditCommand, CaseCommand, CharterCommand, Command, DATA_DEFAULT, StoreCommand, TokenCommand,
    call::{Answer, Failure},
    output::{complain, put, put_all},
};
use crate::{config::Origin, node::Made, web::pieces};

/// What `init` made. The sign-in is shown this once, so it is told if nobody read it.
pub(crate) fn init(made: &Made, is_json: bool) -> Result<(), Failure> {
    let told = put_all(|out| {
        if is_json {
            let secret: &str = &made.one_time_secret;
            return object(
                out,
                &json!({
                    "config": made.config, "admin": made.admin, "one_time_secret": secret, "sign_in": made.sign_in,
                }),
            );
        }
        writeln!(out, "The node is made. Its configuration is {}.", made.config.display())?;
        writeln!(out)?;
        writeln!(out, "Next: {} serve", program(&made.data))?;
        writeln!(out, "Then the first administrator, {}, signs in once within 72 hours at", made.admin)?;
        writeln!(out, "  {}", made.sign_in)
    });
    told.map_err(|source| {
        complain(|out| {
            writeln!(out, "consilium: the node is made, but its first sign-in was not read")?;
            writeln!(out, "  another one: {} account reset {}", program(&made.data), made.admin)
        });
        Failure::Output(source)
    })
}

/// How the program is called for a data directory, as a shell reads it.
fn program(data: &Path) -> String {
    let data = data.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:,".contains(c);
    match data.as_str() {
        DATA_DEFAULT => "consilium".to_owned(),
        plain if plain.chars().all(is_plain) => format!("consilium --data {plain}"),
        data => format!("consilium --data '{}'", data.replace('\'', "'\\''")),
    }
}

/// Every key of the configuration.
pub(crate) fn config(
    origins: &BTreeMap<String, (String, Origin)>,
    with_origin: bool,
    is_json: bool,
) -> Result<(), Failure> {
    put(|out| {
        if is_json {
            let keys: BTreeMap<_, _> = origins
                .iter()
                .map(|(key, (value, origin))| (key, json!({ "value": value, "origin": origin })))
                .collect();
            return object(out, &json!(keys));
        }
        origins.iter().try_for_each(|(key, (value, origin))| match (with_origin, origin) {
            (false, _) => writeln!(out, "{key} = {value}"),
            (true, Origin::File) => writeln!(out, "{key} = {value}  # file"),
            (true, Origin::Default) => writeln!(out, "{key} = {value}  # default"),
        })
    })
}

/// What a check without a node found.
pub(crate) fn report<T: Serialize>(report: &T, is_json: bool) -> Result<(), Failure> {
    let value = json!(report);
    put(|out| if is_json { object(out, &value) } else { lines(out, &value) })
}

/// The answer of a request.
pub(crate) fn answer(command: &Command, answer: &Answer, is_json: bool) -> Result<ExitCode, Failure> {
    if let Command::Export(export) = command {
        write_private(&export.file, &answer.bytes)
            .map_err(|source| Failure::File { path: export.file.clone(), source })?;
        put(|out| match is_json {
            true => object(out, &json!({ "file": export.file, "bytes": answer.bytes.len() })),
            false => writeln!(out, "{} bytes were written to {}.", answer.bytes.len(), export.file.display()),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let value = answer.json();
    let damage = damage(command, &value);
    if is_json {
        put(|out| object(out, &value))?;
        return Ok(if damage.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    put(|out| said_of(out, command, &value))?;
    damage.map_or(Ok(ExitCode::SUCCESS), |damage| Err(Failure::Verification(damage)))
}

/// What a check found that is not as it should be.
fn damage(command: &Command, value: &Value) -> Option<String> {
    match command {
        Command::Audit(AuditCommand::Verify) if value["is_whole"] != json!(true) => {
            Some(format!("the audit chain: {}", text(value, "why")))
        }
        Command::Store(StoreCommand::Check)
            if value["damaged"].as_array().is_none_or(|damaged| !damaged.is_empty()) || !value["tables"].is_null() =>
        {
            Some("the store is damaged; what is listed above cannot be read".to_owned())
        }
        _ => None,
    }
}

fn said_of(out: &mut Vec<u8>, command: &Command, value: &Value) -> io::Result<()> {
    match command {
        Command::Card(card) if card.feed_in.is_some() => writeln!(out, "{}", text(value, "feed")),
        Command::Card(_) => writeln!(out, "{}", text(value, "card")),
        Command::Charter(CharterCommand::Draft { .. } | CharterCommand::Sign(_)) => {
            writeln!(out, "{}", text(value, "charter"))
        }
        Command::Invite => writeln!(out, "{}", text(value, "invitation")),
        Command::Join(_) => writeln!(out, "This node is in network {} now.", text(value, "network")),
        Command::Account(AccountCommand::Add { .. } | AccountCommand::Reset { .. }) => {
            writeln!(out, "{} signs in once at the path", text(value, "login"))?;
            writeln!(out, "  {}", text(value, "path"))
        }
        Command::Token(TokenCommand::Create { .. }) => writeln!(out, "{}", text(value, "token")),
        Command::Case(CaseCommand::Post { .. }) | Command::Comment(_) | Command::Star(_) | Command::Withdraw(_) => {
            said(out, value)
        }
        Command::Case(CaseCommand::Show { .. }) => case(out, value),
        Command::Save(save) if save.take_off => writeln!(out, "It is off the list."),
        Command::Save(_) => writeln!(out, "It is on the list."),
        Command::Case(CaseCommand::List { .. }) | Command::Saved(_) => list(out, value),
        Command::Search(_) => {
            list(out, value)?;
            let (total, searched, took_ms) = (text(value, "total"), text(value, "searched"), text(value, "took_ms"));
            writeln!(out, "{total} found; {searched} cases searched in {took_ms} ms.")
        }
        Command::Audit(AuditCommand::Verify) if value["is_whole"] == json!(true) => {
            writeln!(out, "All {} lines of the audit chain are as they were written.", text(value, "lines"))?;
            writeln!(out, "{} of them stand under this institution's signature.", text(value, "signed_lines"))
        }
        Command::Audit(AuditCommand::Verify) => Ok(()),
        Command::Store(StoreCommand::Rebuild) => writeln!(out, "Tables and index are built anew at the next start."),
        Command::Store(StoreCommand::Vouch) if value["is_lasting"] == json!(true) => {
            writeln!(out, "Entries are signed from now on.")
        }
        Command::Store(StoreCommand::Vouch) => {
            writeln!(
                out,
                "What waited is signed. A node that starts asks others again, or is vouched for while it runs."
            )
        }
        _ => lines(out, value),
    }
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
    let mut value = json!({ "error": failure.to_string(), "causes": causes });
    if let Failure::Refused { status, code, .. } = failure {
        value["status"] = json!(status.as_u16());
        value["code"] = json!(code);
    }
    // Standard output has just shown that it takes nothing.
    let is_told = is_json && !matches!(failure, Failure::Output(_)) && put_all(|out| object(out, &value)).is_ok();
    if !is_told {
        complain(|out| in_words(out, failure, &causes));
    }
    ExitCode::FAILURE
}

/// A command line that cannot be understood, for programs.
pub(super) fn misuse(complaint: &str) {
    // There is nobody to tell if this cannot be written.
    let _ = put_all(|out| object(out, &json!({ "error": complaint, "causes": [] })));
}

fn in_words(out: &mut Vec<u8>, failure: &Failure, causes: &[String]) -> io::Result<()> {
    writeln!(out, "consilium: {failure}")?;
    causes.iter().try_for_each(|cause| writeln!(out, "  because: {cause}"))?;
    match failure {
        Failure::Refused { code, .. } if !code.is_empty() => writeln!(out, "  code: {code}"),
        _ => Ok(()),
    }
}

fn said(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    writeln!(out, "{}", text(value, "case"))?;
    match value["waits_for"].as_str() {
        Some(why) => writeln!(out, "Not yet sent: {why}."),
        None => writeln!(out, "entry {}", text(value, "entry")),
    }
}

fn case(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    if value["withdrawn_ms"].is_u64() {
        return writeln!(out, "This case was withdrawn.");
    }
    writeln!(out, "{}", line(value, "title"))?;
    for key in ["question", "text"] {
        let words = text(value, key);
        if !words.is_empty() {
            writeln!(out, "\n{words}")?;
        }
    }
    if let Some(pictures) = pictures(value) {
        writeln!(out, "\n{pictures}")?;
    }
    let author = &value["author"];
    writeln!(
        out,
        "\n{}, {} · {} · {}",
        line(author, "name"),
        text(author, "profession"),
        line(author, "institution"),
        text(author, "standing")
    )?;
    for comment in value["comments"].as_array().into_iter().flatten() {
        let indent =
            "  ".repeat(usize::try_from(comment["depth"].as_u64().unwrap_or_default()).unwrap_or_default() + 1);
        writeln!(out, "{indent}{}: {}", line(&comment["author"], "name"), text(comment, "text"))?;
    }
    Ok(())
}

/// How many pictures a case has, and which of them are before and after.
fn pictures(value: &Value) -> Option<String> {
    let count = value["pictures"].as_u64().filter(|count| *count > 0)?;
    let pairs = value["before_after"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let pairs: String = pairs.map(|before| format!("; {before} is before, {} after", before + 1)).collect();
    Some(format!("{count} {}{pairs}", if count == 1 { "picture" } else { "pictures" }))
}

/// One case a line, whatever its title holds.
fn list(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    value["cases"].as_array().into_iter().flatten().try_for_each(|case| {
        writeln!(out, "{}  {}  ({})", text(case, "id"), line(case, "title"), line(&case["author"], "institution"))
    })
}

/// A value as `key: value` lines; lists one item a line.
fn lines(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    match value {
        Value::Object(map) => map.iter().try_for_each(|(key, value)| match value {
            Value::Array(items) => {
                writeln!(out, "{key}:")?;
                items.iter().try_for_each(|item| writeln!(out, "  {}", plain(item).replace('\n', "\n    ")))
            }
            // What others wrote on several lines is no line of ours.
            value => writeln!(out, "{key}: {}", plain(value).replace('\n', "\n  ")),
        }),
        Value::Array(items) => items.iter().try_for_each(|item| writeln!(out, "{}", plain(item))),
        value => writeln!(out, "{}", plain(value)),
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

/// The same where one line is one thing.
fn line(value: &Value, key: &str) -> String {
    text(value, key).replace('\n', " ")
}

fn object(out: &mut Vec<u8>, value: &Value) -> io::Result<()> {
    writeln!(out, "{value:#}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn checked(words: &str, answer: &str) -> (bool, Option<String>) {
        let command = Cli::try_parse_from(format!("consilium {words}").split(' ')).unwrap().command;
        let damage = damage(&command, &serde_json::from_str(answer).unwrap());
        (damage.is_some(), damage)
    }

    #[test]
    fn what_would_steer_a_terminal_is_not_printed() {
        let author = serde_json::json!({ "institution": "Hospital A" });
        let case = serde_json::json!({ "id": "1", "title": "a\u{7}b\u{1b}]0;c\u{202e}d", "author": author });
        let mut printed = Vec::new();
        list(&mut printed, &serde_json::json!({ "cases": [case] })).unwrap();
        assert_eq!(String::from_utf8(printed).unwrap(), "1  ab]0;cd  (Hospital A)\n");
    }

    #[test]
    fn what_others_wrote_on_several_lines_is_no_line_of_ours() {
        let charter = serde_json::json!({ "founders": ["a\nb"], "terms": "Be kind.\nis_complete: true" });
        let mut printed = Vec::new();
        lines(&mut printed, &charter).unwrap();
        let expected = "founders:\n  a\n    b\nterms: Be kind.\n  is_complete: true\n";
        assert_eq!(String::from_utf8(printed).unwrap(), expected);
    }

    #[test]
    fn a_check_that_found_damage_does_not_succeed() {
        for (words, answer) in [
            ("store check", r#"{ "damaged": [], "tables": null }"#),
            ("audit verify", r#"{ "is_whole": true }"#),
            ("status", r#"{ "damaged": ["x"] }"#),
        ] {
            assert_eq!(checked(words, answer), (false, None), "{words} {answer}");
        }
        for (words, answer) in [
            ("store check", r#"{ "damaged": ["picture 1 is missing"], "tables": null }"#),
            ("store check", r#"{ "damaged": [], "tables": "set aside" }"#),
            ("audit verify", r#"{ "is_whole": false, "why": "line 7 is another" }"#),
        ] {
            assert!(checked(words, answer).0, "{words} {answer}");
        }
    }

    #[test]
    fn what_to_do_next_names_the_data_directory_unless_it_is_the_usual_one() {
        for (data, said) in [
            ("consilium-data", "consilium"),
            ("/var/lib/consilium", "consilium --data /var/lib/consilium"),
            ("/tmp/St Mary's", r"consilium --data '/tmp/St Mary'\''s'"),
        ] {
            assert_eq!(program(Path::new(data)), said);
        }
    }

    #[test]
    fn a_list_has_one_line_a_case_whatever_others_wrote() {
        let title = "Two\nlines \u{1b}[2J\u{202e}turned\u{2028}thrice";
        let cases = json!({ "cases": [{ "id": "1", "title": title, "author": { "institution": "A\nB" } }] });
        let mut out = Vec::new();
        list(&mut out, &cases).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "1  Two lines [2Jturnedthrice  (A B)\n");
    }

    #[test]
    fn pictures_are_counted_and_pairs_are_named() {
        let line = |pictures: u32, pairs: &[u32]| pictures_line(pictures, pairs);
        assert_eq!(line(0, &[]), None);
        assert_eq!(line(1, &[]).as_deref(), Some("1 picture"));
        assert_eq!(line(4, &[1, 3]).as_deref(), Some("4 pictures; 1 is before, 2 after; 3 is before, 4 after"));
    }

    fn pictures_line(pictures: u32, before_after: &[u32]) -> Option<String> {
        super::pictures(&json!({ "pictures": pictures, "before_after": before_after }))
    }
}
