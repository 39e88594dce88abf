//! The administration: one room for each duty, shown to those whose roles open it.

mod audit;
mod peers;
mod people;
mod vouching;

use house::{Role, Roles};

use crate::web::routes::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/admin/people", people::show)
        .post("/admin/people", people::add)
        .post("/admin/people/{account}/link", people::link)
        .post("/admin/people/{account}/roles", people::set_roles)
        .post("/admin/people/{account}/attest", vouching::attest)
        .post("/admin/people/{account}/revoke", vouching::revoke)
        .post("/admin/people/{account}/end-sessions", people::end_sessions)
        .get("/admin/peers", peers::show)
        .get("/admin/card", peers::card)
        .get("/admin/audit", audit::show)
        .get("/admin/audit/lines", audit::lines)
}

/// A room of the administration.
pub(crate) struct Room {
    pub(crate) key: &'static str,
    pub(crate) href: &'static str,
    pub(crate) is_current: bool,
}

const ROOMS: [(&str, &str, &[Role]); 3] = [
    ("admin-people", "/admin/people", &[Role::Administrator, Role::Attester]),
    ("admin-peers", "/admin/peers", &[Role::Administrator]),
    ("admin-audit", "/admin/audit", &[Role::Auditor, Role::DataProtectionOfficer]),
];

/// The rooms that roles open; the house decides anew at each of their doors.
pub(crate) fn rooms_of(roles: &Roles) -> Vec<Room> {
    let open = ROOMS.iter().filter(|(_, _, keys)| keys.iter().any(|role| roles.has(*role)));
    open.map(|(key, href, _)| Room { key, href, is_current: false }).collect()
}

/// The same, with the one where the reader stands.
fn rooms(reading: &crate::web::frame::Reading, current: &str) -> Vec<Room> {
    let mut rooms = reading.visitor.person.as_ref().map(|person| rooms_of(&person.roles)).unwrap_or_default();
    rooms.iter_mut().for_each(|room| room.is_current = room.key == current);
    rooms
}
