//! What only root can have, for stories that cannot be told otherwise.

/// Says why the story stops if this is not root.
pub(crate) fn assert_root(what: &str) {
    assert!(
        rustix::process::geteuid().is_root(),
        "{what}, which only root can have; `./test` says which stories these are"
    );
}
