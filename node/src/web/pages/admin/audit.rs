//! The audit chain: what was done, by whom, and whether the chain is whole. Reading it is a line of it.

mod shown;

use std::collections::VecDeque;

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use house::{
    Permission,
    audit::{Action, Line, Outcome, Reason},
};
use serde_json::json;
use shown::{AuditLine, Names};

use super::{Room, rooms};
use crate::{
    app::AuditCheck,
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
            let names = Names::of(app);
            Ok((check, newest.iter().rev().map(|line| AuditLine::of(line, &names)).collect::<Vec<_>>()))
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
