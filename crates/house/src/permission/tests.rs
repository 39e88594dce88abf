//! The matrix: every kind of account against every permission, each cell spelled out.

use super::*;

/// Columns: viewer, staff, attested staff; then staff with one role and no attestation: administrator, moderator, attester,
/// data-protection officer, data steward, auditor; then an attested auditor and an attested administrator.
const MATRIX: &[(Permission, &str)] = &[
    //                              V S A | Ad Mo At Dp Ds Au | A+Au A+Ad
    (Permission::SignIn, "x x x   x  x  x  x  x  x     x    x"),
    (Permission::ReadPublic, "x x x   x  x  x  x  x  -     -    x"),
    (Permission::ReadHouse, "- - x   -  x  -  x  -  -     -    x"),
    (Permission::ReadNetwork, "- - x   -  x  -  x  x  -     -    x"),
    (Permission::PrepareDraft, "- - x   -  -  -  -  -  -     -    x"),
    (Permission::SendObjects, "- - x   -  -  -  -  -  -     -    x"),
    (Permission::PostCase, "- - x   -  -  -  -  -  -     -    x"),
    (Permission::Comment, "- - x   -  -  -  -  -  -     -    x"),
    (Permission::Star, "- - x   -  -  -  -  -  -     -    x"),
    (Permission::KeepLists, "x x x   x  x  x  x  x  -     -    x"),
    (Permission::WithdrawOwn, "- x x   x  x  x  x  x  x     x    x"),
    (Permission::WithdrawAny, "- - -   -  x  -  x  -  -     -    -"),
    (Permission::Attest, "- - -   -  -  x  -  -  -     -    -"),
    (Permission::Revoke, "- - -   -  -  x  -  -  -     -    -"),
    (Permission::ManageAccounts, "- - -   x  -  -  -  -  -     -    x"),
    (Permission::MakeTokens, "- x x   x  x  x  x  x  x     x    x"),
    (Permission::ManagePeers, "- - -   x  -  -  -  -  -     -    x"),
    (Permission::ManageMembership, "- - -   x  -  -  -  -  -     -    x"),
    (Permission::ViewAudit, "- - -   -  -  -  x  -  x     x    -"),
    (Permission::VerifyAudit, "- - -   x  -  -  x  -  x     x    x"),
    (Permission::Export, "- - -   -  -  -  -  x  -     -    -"),
    (Permission::CheckStore, "- - -   x  -  -  -  -  -     -    x"),
];

fn columns() -> Vec<(AccountKind, Roles, bool)> {
    let one = |role| Roles::new([role]).unwrap();
    let staff = |roles, is_attested| (AccountKind::Staff, roles, is_attested);
    let mut columns = vec![
        (AccountKind::Viewer, Roles::default(), false),
        staff(Roles::default(), false),
        staff(Roles::default(), true),
    ];
    columns.extend(Role::ALL.iter().map(|role| staff(one(*role), false)));
    columns.extend([staff(one(Role::Auditor), true), staff(one(Role::Administrator), true)]);
    columns
}

#[test]
fn the_matrix_is_what_the_function_says() {
    for (permission, cells) in MATRIX {
        let cells: Vec<&str> = cells.split_whitespace().collect();
        let columns = columns();
        assert_eq!(cells.len(), columns.len(), "{permission}");
        for (cell, (kind, roles, is_attested)) in cells.into_iter().zip(columns) {
            let is_allowed = allows(kind, &roles, is_attested, *permission).is_ok();
            assert_eq!(is_allowed, cell == "x", "{permission}: {kind:?} {roles:?} attested: {is_attested}");
        }
    }
}

#[test]
fn the_matrix_has_a_row_for_each_permission() {
    let rows: Vec<Permission> = MATRIX.iter().map(|(permission, _)| *permission).collect();
    assert_eq!(rows, Permission::ALL);
}

#[test]
fn a_viewer_gets_nothing_from_an_attestation_or_a_role() {
    let all_but_auditor = Roles::new(Role::ALL.iter().copied().filter(|role| *role != Role::Auditor)).unwrap();
    for permission in Permission::ALL {
        let plain = allows(AccountKind::Viewer, &Roles::default(), false, *permission);
        let dressed = allows(AccountKind::Viewer, &all_but_auditor, true, *permission);
        assert_eq!(plain.is_ok(), dressed.is_ok(), "{permission}");
    }
}

#[test]
fn an_auditor_holds_no_other_role() {
    let refusal = Roles::new([Role::Auditor, Role::Administrator]).unwrap_err();
    assert_eq!(refusal.to_string(), "auditor holds no other role");
}

#[test]
fn a_refusal_says_what_is_missing() {
    let text = |kind, permission| allows(kind, &Roles::default(), false, permission).unwrap_err().to_string();
    assert_eq!(text(AccountKind::Viewer, Permission::Comment), "may not comment: that needs an attestation");
    assert_eq!(
        text(AccountKind::Staff, Permission::WithdrawAny),
        "may not withdraw any case of the house: that needs a role that the permission belongs to"
    );
}
