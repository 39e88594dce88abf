//! Doors that types alone cannot keep: who may call an entry verified without verifying it.

use syn::visit::{self, Visit};

use super::{said, text};

/// Makes an [`Entry`](protocol::Entry) of anything that has the form of one.
const UNCHECKED: &str = "as_journaled";

/// The journal holds only what was verified; the fuzzer looks at what would happen if it did not.
const ALLOWED: &[&str] = &["node/src/network/record.rs", "tests/fuzz/src/lib.rs"];

/// Whether the word stands anywhere in the code of a file, its definition apart.
struct Uses(bool);

impl Uses {
    fn of(source: &str) -> bool {
        let file = syn::parse_file(source).expect("the file is Rust");
        let mut uses = Self(false);
        uses.visit_file(&file);
        uses.0
    }
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        signature.inputs.iter().for_each(|input| self.visit_fn_arg(input));
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.0 |= ident == UNCHECKED;
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.0 |=
            mac.tokens.to_string().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == UNCHECKED);
        visit::visit_macro(self, mac);
    }
}

#[test]
fn nobody_but_the_reader_of_the_journal_makes_an_entry_of_what_was_not_verified() {
    let files = said("git", &["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]);
    let files = files.lines().filter(|path| super::root().join(path).is_file());
    let mut uses: Vec<&str> = files.filter(|path| Uses::of(&text(path))).collect();
    uses.sort_unstable();
    assert_eq!(uses, ALLOWED);
}

#[test]
fn a_call_of_it_would_be_found() {
    for source in [
        "fn f(a: Unverified) -> Entry { a.as_journaled(Proof::Link) }",
        "fn f() { let make = Unverified::as_journaled; }",
        "fn f() { assert!(a.as_journaled(p).is_ok()); }",
    ] {
        assert!(Uses::of(source), "{source}");
    }
    for source in ["impl A { pub fn as_journaled(self) {} }", "/// as_journaled\nfn f() {}"] {
        assert!(!Uses::of(source), "{source} makes nothing");
    }
}
