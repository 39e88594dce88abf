//! Every sentence that people read, from one Fluent file for each language. Pages ask for a sentence by its key.
//!
//! Arguments arrive as text; what is written as a number is taken for one, so that plurals work.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

const ENGLISH: &str = include_str!("../locales/en.ftl");

/// Digits of a number that is read as one; longer rows of digits are names.
const NUMBER_DIGITS_MAX: usize = 15;

/// The sentences of one language.
pub(crate) struct Sentences {
    bundle: FluentBundle<FluentResource>,
}

static IN_ENGLISH: LazyLock<Sentences> = LazyLock::new(|| Sentences::read(ENGLISH));

impl Sentences {
    /// The sentences in English.
    pub(crate) fn english() -> &'static Self {
        &IN_ENGLISH
    }

    /// What cannot be read is left out; a test keeps the file whole.
    fn read(text: &str) -> Self {
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new_concurrent(vec![LanguageIdentifier::from_bytes(b"en").unwrap_or_default()]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { bundle }
    }

    /// A sentence.
    pub(crate) fn get(&self, key: impl AsRef<str>) -> String {
        self.say(key.as_ref(), &FluentArgs::new())
    }

    /// A sentence with one argument.
    pub(crate) fn with(&self, key: impl AsRef<str>, name: impl AsRef<str>, value: impl AsRef<str>) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name.as_ref(), argument(value.as_ref()));
        self.say(key.as_ref(), &arguments)
    }

    /// A sentence with two arguments.
    pub(crate) fn with2(
        &self,
        key: impl AsRef<str>,
        name: impl AsRef<str>,
        value: impl AsRef<str>,
        other_name: impl AsRef<str>,
        other_value: impl AsRef<str>,
    ) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name.as_ref(), argument(value.as_ref()));
        arguments.set(other_name.as_ref(), argument(other_value.as_ref()));
        self.say(key.as_ref(), &arguments)
    }

    /// The sentence, or its key where there is none.
    fn say(&self, key: &str, arguments: &FluentArgs<'_>) -> String {
        let pattern = self.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else { return key.to_owned() };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned()
    }
}

/// A number if it is written as one would write a count, else text: `007`, `1e3` and `nan` are names.
fn argument(text: &str) -> FluentValue<'static> {
    let is_count = !text.is_empty()
        && text.len() <= NUMBER_DIGITS_MAX
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if is_count { FluentValue::try_number(text).into_owned() } else { FluentValue::from(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files.extend(self::files(&path, ending));
            } else if path.extension().is_some_and(|found| found == ending) {
                files.push(path);
            }
        }
        files
    }

    fn keys() -> BTreeSet<String> {
        let lines = ENGLISH.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        lines.filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).collect()
    }

    /// All texts in double quotes, comments of templates left out.
    fn quoted(text: &str) -> Vec<String> {
        let mut rest = text.to_owned();
        while let Some((before, after)) = rest.clone().split_once("{#") {
            let behind = after.split_once("#}").map_or("", |(_, behind)| behind);
            rest = format!("{before}{behind}");
        }
        rest.split('"').map(ToOwned::to_owned).collect()
    }

    /// What templates and code say in quotes.
    fn used() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut used = BTreeSet::new();
        let files = files(&root.join("templates"), "html").into_iter().chain(files(&root.join("src"), "rs"));
        for file in files {
            used.extend(quoted(&fs::read_to_string(&file).unwrap()));
        }
        used
    }

    #[test]
    fn the_file_is_read_without_an_error() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
        let lines = keys().len();
        let all = ENGLISH.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())).count();
        assert_eq!(lines, all, "no key stands twice");
    }

    #[test]
    fn every_key_that_a_template_asks_for_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let keys = keys();
        for file in files(&root, "html") {
            let text = fs::read_to_string(&file).unwrap();
            for call in ["t.get(\"", "t.with(\"", "t.with2(\""] {
                for (_, after) in text.match_indices(call).map(|(at, call)| text.split_at(at + call.len())) {
                    let key = after.split('"').next().unwrap();
                    assert!(keys.contains(key), "{} asks for {key:?}", file.display());
                }
            }
        }
    }

    #[test]
    fn what_a_script_fills_in_is_handed_to_a_script() {
        let filled: Vec<_> = ENGLISH
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .filter(|(_, sentence)| {
                sentence.split('%').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
            })
            .collect();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for file in files(&root, "html") {
            let text = fs::read_to_string(&file).unwrap();
            for (key, _) in &filled {
                for (at, _) in text.match_indices(&format!("{{{{ t.get(\"{key}\")")) {
                    let attribute = text[..at].rsplit([' ', '\n']).next().unwrap();
                    assert!(attribute.starts_with("data-"), "{} says {key:?} itself", file.display());
                }
            }
        }
    }

    #[test]
    fn every_key_is_used() {
        let used = used();
        let unused: Vec<String> = keys().into_iter().filter(|key| !used.contains(key)).collect();
        assert!(unused.is_empty(), "nobody uses {unused:?}");
    }

    #[test]
    fn plurals_work_with_numbers_that_arrive_as_text() {
        let t = Sentences::english();
        assert_eq!(t.with("star-count", "count", "0"), "No star yet");
        assert_eq!(t.with("star-count", "count", "1"), "One star");
        assert_eq!(t.with("star-count", "count", "12"), "12 stars");
    }

    #[test]
    fn a_name_is_said_as_it_is_written() {
        let t = Sentences::english();
        for name in ["007", "nan", "1e3", "inf", "{ $x }", "<b>"] {
            assert_eq!(t.with("footer-network", "network", name), format!("Network {name}"));
        }
    }

    #[test]
    fn a_key_that_does_not_exist_is_said_itself() {
        assert_eq!(Sentences::english().get("no-such-key"), "no-such-key");
    }
}
