//! The audit chain: what was done, by whom, and whether the chain is whole. Reading it is a line of it.

use std::collections::{BTreeMap, VecDeque};

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use house::{
    AccountId, Permission,
    audit::{Action, Line, Outcome, Reason},
};
use serde_json::json;

use super::{Room, rooms};
use crate::{
    app::{App, AuditCheck},
    clock::now_ms,
    sentences::Sentences,
    web::{
        extract::Asked,
        frame::{Frame, Reading, html},
        problem::Problem,
        streamed::streamed,
        when::{When, rfc_3339},
    },
};

/// Lines on one page.
const PAGE_LINES: usize = 100;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Audit {
    t: &'static Sentences,
    frame: Frame,
    rooms: Vec<Room>,
    chain: AuditChain,
    lines: Vec<AuditLine>,
    older: String,
    export: &'static str,
}

struct AuditChain {
    is_whole: bool,
    entries: u64,
    signed: u64,
    first_bad: String,
    checked: When,
}

struct AuditLine {
    number: u64,
    when: When,
    who: String,
    act_key: &'static str,
    what: String,
    code: String,
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let before = asked.one("before").parse().unwrap_or(u64::MAX);
    let (check, lines) = reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ViewAudit)?;
            let mut newest = VecDeque::with_capacity(PAGE_LINES);
            let check = app.verify_audit_and_show(&actor, |bytes| {
                // What cannot be read is named by the check of the chain.
                let Some(line) = Line::from_bytes(bytes).ok().filter(|line| line.seq < before) else { return };
                if newest.len() == PAGE_LINES {
                    newest.pop_front();
                }
                newest.push_back(line);
            })?;
            app.desk.note(&actor, Action::ReadAudit, Vec::new(), Outcome::Done)?;
            let logins = logins(app);
            Ok((check, newest.iter().rev().map(|line| shown(line, &logins)).collect::<Vec<AuditLine>>()))
        })
        .await?;
    let older = lines.last().filter(|line| line.number > 0 && lines.len() == PAGE_LINES);
    html(&Audit {
        t: Sentences::english(),
        frame: reading.frame("admin"),
        rooms: rooms(&reading, "admin-audit"),
        chain: chain(&check),
        older: older.map(|line| format!("/admin/audit?before={}", line.number)).unwrap_or_default(),
        lines,
        export: "/admin/audit/lines",
    })
}

/// All lines, one JSON object each, with the bytes that the chain is made of.
pub(super) async fn lines(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let records = reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ViewAudit)?;
            app.desk.note(&actor, Action::ExportAudit, Vec::new(), Outcome::Done)?;
            Ok(app.audit_records())
        })
        .await?;
    let lines = records.filter_map(|record| match record {
        Ok(audited) => Some(Ok(format!("{}\n", exported(&Line::from_bytes(&audited.line()?).ok()?)).into_bytes())),
        Err(error) => Some(Err(error)),
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.jsonl\"")),
    ];
    Ok((headers, streamed(lines)).into_response())
}

fn chain(check: &AuditCheck) -> AuditChain {
    AuditChain {
        is_whole: check.is_whole,
        entries: check.lines,
        signed: check.signed_lines,
        first_bad: check.first_bad.map(|line| line.to_string()).unwrap_or_default(),
        checked: When::at(now_ms()),
    }
}

fn logins(app: &App) -> BTreeMap<AccountId, String> {
    app.desk
        .look(|house| house.accounts().iter().map(|account| (account.id, account.login.as_str().to_owned())).collect())
}

fn shown(line: &Line, logins: &BTreeMap<AccountId, String>) -> AuditLine {
    let event = &line.event;
    let who = event.account.map(|account| logins.get(&account).cloned().unwrap_or_else(|| account.to_string()));
    AuditLine {
        number: line.seq,
        when: When::at(line.time_ms),
        who: who.unwrap_or_else(|| "–".to_owned()),
        act_key: act_key(event.action, event.outcome),
        what: objects(line).join(" "),
        code: format!("{}-{}-{}", event.action.code(), event.outcome.code(), event.reason.code()),
    }
}

fn exported(line: &Line) -> serde_json::Value {
    let event = &line.event;
    json!({
        "number": line.seq,
        "time": rfc_3339(line.time_ms),
        "account": event.account.map(|account| account.to_string()),
        "session": event.session.map(|session| session.to_string()),
        "action": event.action.code(),
        "outcome": event.outcome.code(),
        "reason": Some(event.reason).filter(|reason| *reason != Reason::None).map(Reason::code),
        "objects": objects(line),
        "bytes": hex::encode(line.to_bytes()),
    })
}

fn objects(line: &Line) -> Vec<String> {
    line.event.objects.iter().map(|object| hex::encode(object.0)).collect()
}

const fn act_key(action: Action, outcome: Outcome) -> &'static str {
    match (action, outcome) {
        (Action::SignIn, Outcome::Done) => "act-signed-in",
        (Action::SignIn, _) => "act-sign-in-refused",
        (Action::SignOut, _) => "act-signed-out",
        (Action::ViewCases | Action::ViewSaved | Action::ViewPeople, _) => "act-listed",
        (Action::ViewCase | Action::ViewPicture | Action::ViewOriginal | Action::ReadAudit, _) => "act-viewed",
        (Action::Search, _) => "act-searched",
        (Action::Publish, _) => "act-shared",
        (Action::Withdraw, _) => "act-withdrew",
        (Action::Say, _) => "act-commented",
        (Action::Attest, _) => "act-attested",
        (Action::Revoke, _) => "act-revoked",
        (Action::SetRoles, _) => "act-roles",
        (Action::InviteAccount | Action::SignUp, _) => "act-account",
        (Action::Export | Action::ExportAudit, _) => "act-exported",
        (Action::VerifyAudit | Action::CheckStore, _) => "act-checked",
        _ => "act-other",
    }
}
