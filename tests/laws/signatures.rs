//! What a crate's public face shows: no type of the heavy dependency that it keeps to itself.
//!
//! The lint `unreachable_pub` makes `pub` mean public, so it is enough to look at what is marked so.

use std::collections::BTreeSet;

use syn::{
    Fields, ImplItem, Item, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

use super::{said, text};

/// Crates and what stays inside them, as paths begin in Rust.
const KEPT: &[(&str, &[&str])] = &[
    ("protocol", &["serde_cbor", "ed25519_dalek", "curve25519_dalek"]),
    ("crates/store", &["sled", "object_store"]),
    ("crates/index", &["tantivy"]),
    ("crates/p2p", &["libp2p", "libp2p_stream"]),
    (
        "crates/anonymizer",
        &[
            "image",
            "heifer",
            "rustface",
            "jpeg_encoder",
            "fast_image_resize",
            "rxing",
            "rten",
            "dicom_core",
            "dicom_encoding",
            "dicom_object",
            "dicom_parser",
            "jpeg_decoder",
            "hayro_jpeg2000",
        ],
    ),
];

/// Finds foreign types in what is public in one file.
struct Face<'a> {
    kept: &'a [&'a str],
    /// Names that stand for something foreign in this file.
    imported: BTreeSet<String>,
    found: Vec<String>,
}

impl Face<'_> {
    /// What shows something foreign in a file.
    fn of(source: &str, kept: &[&str]) -> Vec<String> {
        let file = syn::parse_file(source).expect("the file is Rust");
        let mut face = Face { kept, imported: BTreeSet::new(), found: Vec::new() };
        face.items(&file.items);
        face.found
    }

    fn items(&mut self, items: &[Item]) {
        items.iter().for_each(|item| {
            if let Item::Use(import) = item {
                self.import(import);
            }
        });
        items.iter().for_each(|item| self.item(item));
    }

    fn import(&mut self, import: &ItemUse) {
        let mut names = Vec::new();
        leaves(&import.tree, None, &mut names);
        let foreign: Vec<_> = names.into_iter().filter(|(krate, _)| self.kept.contains(&krate.as_str())).collect();
        if matches!(import.vis, Visibility::Public(_)) {
            self.found.extend(foreign.iter().map(|(krate, name)| format!("pub use {krate}::…::{name}")));
        }
        self.imported.extend(foreign.into_iter().map(|(_, name)| name));
    }

    fn item(&mut self, item: &Item) {
        let is_public = |vis: &Visibility| matches!(vis, Visibility::Public(_));
        match item {
            Item::Fn(function) if is_public(&function.vis) => self.visit_signature(&function.sig),
            Item::Const(constant) if is_public(&constant.vis) => self.visit_type(&constant.ty),
            Item::Type(alias) if is_public(&alias.vis) => self.visit_type(&alias.ty),
            Item::Enum(choice) if is_public(&choice.vis) => self.visit_item_enum(choice),
            Item::Trait(promise) if is_public(&promise.vis) => self.visit_item_trait(promise),
            Item::Struct(whole) if is_public(&whole.vis) => {
                self.visit_generics(&whole.generics);
                self.fields(&whole.fields);
            }
            Item::Impl(block) => {
                for member in &block.items {
                    match member {
                        ImplItem::Fn(method) if is_public(&method.vis) => self.visit_signature(&method.sig),
                        ImplItem::Const(constant) if is_public(&constant.vis) => self.visit_type(&constant.ty),
                        _ => {}
                    }
                }
            }
            Item::Mod(module) if is_public(&module.vis) => {
                self.items(module.content.as_ref().map_or(&[], |(_, items)| items));
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields) {
        let public = fields.iter().filter(|field| matches!(field.vis, Visibility::Public(_)));
        public.for_each(|field| self.visit_type(&field.ty));
    }
}

impl<'ast> Visit<'ast> for Face<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let first = path.segments[0].ident.to_string();
        if self.kept.contains(&first.as_str()) || self.imported.contains(&first) {
            let last = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            self.found.push(last);
        }
        visit::visit_path(self, path);
    }

    /// What a function does inside is its own matter.
    fn visit_block(&mut self, _: &'ast syn::Block) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// The names that a `use` brings, each with the first piece of its path.
fn leaves(tree: &UseTree, krate: Option<&str>, names: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            leaves(&path.tree, Some(krate.unwrap_or(&first)), names);
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| leaves(item, krate, names)),
        UseTree::Name(name) => names.push((krate.unwrap_or_default().to_owned(), name.ident.to_string())),
        UseTree::Rename(rename) => names.push((krate.unwrap_or_default().to_owned(), rename.rename.to_string())),
        UseTree::Glob(_) => {}
    }
}

#[test]
fn no_public_signature_shows_a_type_of_a_heavy_dependency() {
    let mut shown = Vec::new();
    for (folder, kept) in KEPT {
        let files = said("git", &["ls-files", &format!("{folder}/src/*.rs"), &format!("{folder}/src/**/*.rs")]);
        assert!(files.lines().count() > 3, "{folder} has files");
        for file in files.lines() {
            shown.extend(Face::of(&text(file), kept).into_iter().map(|name| format!("{file} shows {name}")));
        }
    }
    assert_eq!(shown, Vec::<String>::new());
}

#[test]
fn a_foreign_type_in_public_would_be_found() {
    let shown = |source: &str| Face::of(source, &["sled"]);
    assert_eq!(shown("use sled::Db; pub fn open() -> Db { sled::open() }"), ["Db"]);
    assert_eq!(shown("pub enum Error { Tables(sled::Error) }"), ["Error"]);
    assert_eq!(shown("use sled::{Tree as Branch}; pub struct A { pub tree: Vec<Branch> }"), ["Branch"]);
    assert_eq!(shown("impl A { pub fn of(tree: &sled::Tree) -> A { A } }"), ["Tree"]);
    assert_eq!(shown("pub use sled::Db;"), ["pub use sled::…::Db"]);
    assert_eq!(shown("pub struct A { tree: sled::Tree } pub(crate) fn b(db: &sled::Db) {}"), Vec::<String>::new());
    assert_eq!(shown("pub fn open() { let db: sled::Db = sled::open(); }"), Vec::<String>::new());
}
