//! Every page a story shows is looked at by axe-core, in both colour schemes and on a desk and a phone; and what the browser
//! complains of, blocked content and errors of scripts, fails the story. Each of these eyes is first shown something that it
//! must see.

use std::{
    cell::{Cell, RefCell},
    fs,
    path::PathBuf,
    sync::LazyLock,
};

use serde_json::json;

use crate::{browser::Browser, house::House, waiting::wait_until};

/// How pages are looked at: scheme, width, height.
const LOOKS: [(&str, u32, u32); 4] =
    [("light", 1_280, 900), ("dark", 1_280, 900), ("light", 390, 844), ("dark", 390, 844)];

/// WCAG 2.2 AA and what axe-core recommends beside it. What is folded is looked at unfolded.
const LOOK: &str = "(async () => {
    const folded = [...document.querySelectorAll('details:not([open])')];
    folded.forEach((details) => { details.open = true; });
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(document, { runOnly: tags });
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) found.push(`wider than the screen: ${scrollWidth} of ${innerWidth}`);
    folded.forEach((details) => { details.open = false; });
    return found;
})()";

/// What every eye must see: an error of a script, a word of a page to the console, something that the policy blocks.
const PLANTED: [(&str, &str); 3] = [
    ("setTimeout(() => { throw new Error('planted error') })", "planted error"),
    ("console.error('planted word')", "planted word"),
    ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
];

static AXE: LazyLock<String> = LazyLock::new(|| {
    let venv = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/ci-venv/lib");
    let pythons = fs::read_dir(&venv).unwrap_or_else(|_| panic!("run ./test once: it brings axe-core")).flatten();
    let files = pythons.map(|python| python.path().join("site-packages/axe_playwright_python/axe.min.js"));
    files.filter_map(|file| fs::read_to_string(file).ok()).next().expect("run ./test once: it brings axe-core")
});

/// A browser with eyes on it: it is looked at page by page, and may not complain of anything.
pub(crate) struct Inspected {
    browser: Browser,
    /// Complaints that nobody has accounted for.
    complaints: RefCell<Vec<String>>,
    looked_at: Cell<u32>,
}

impl std::ops::Deref for Inspected {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Inspected {
    /// Opens a browser, on whose eyes every collector is tried at a house's own page.
    pub(crate) fn at(house: &House) -> Self {
        let browser = Self { browser: Browser::open(), complaints: RefCell::default(), looked_at: Cell::new(0) };
        browser.visit(house, "/help");
        browser.has("h1");
        for (script, complaint) in PLANTED {
            browser.run(script);
            wait_until(&format!("{complaint:?} is collected"), || browser.takes(complaint));
        }
        assert_eq!(browser.complaints(), [] as [String; 0], "nothing but what was planted");
        browser.run("document.querySelector('main').append(document.createElement('input'))");
        let found = browser.look("light", 1_280, 900);
        assert!(
            found.iter().any(|found| found.starts_with("label:")),
            "axe-core sees a field without a name: {found:?}"
        );
        browser.reload();
        browser
    }

    /// Looks at the page in every way; nothing may be wrong with it, nor with what happened before.
    pub(crate) fn inspect(&self) {
        let page = self.path();
        self.looked_at.set(self.looked_at.get() + 1);
        for (scheme, width, height) in LOOKS {
            let found = self.look(scheme, width, height);
            assert_eq!(found, [] as [String; 0], "{page} {scheme} {width}");
            self.keep_a_picture(&page, scheme, width);
        }
        self.appear("light", 1_280, 900);
        assert_eq!(self.complaints(), [] as [String; 0], "{page}");
    }

    /// Accounts for one complaint of the browser that the story means to cause: a form that was not accepted.
    pub(crate) fn is_refused(&self, status: u16) {
        wait_until(&format!("{} answers {status}", self.path()), || self.takes(&format!("status of {status}")));
    }

    fn appear(&self, scheme: &str, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| json!({ "name": name, "value": value }));
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    fn look(&self, scheme: &str, width: u32, height: u32) -> Vec<String> {
        self.appear(scheme, width, height);
        if self.run("typeof axe") == "undefined" {
            self.run(&AXE);
        }
        let found = self.run(LOOK);
        let found: Option<Vec<String>> = serde_json::from_value(found).ok();
        found.unwrap_or_else(|| panic!("axe-core does not look at {}", self.path()))
    }

    /// Whether there is a complaint with these words; it is accounted for then.
    fn takes(&self, words: &str) -> bool {
        self.listen();
        let mut complaints = self.complaints.borrow_mut();
        let at = complaints.iter().position(|complaint| complaint.contains(words));
        at.map(|at| complaints.remove(at)).is_some()
    }

    fn complaints(&self) -> Vec<String> {
        self.listen();
        self.complaints.borrow().clone()
    }

    fn listen(&self) {
        let lines = self.console().into_iter();
        self.complaints.borrow_mut().extend(lines.map(|(source, text)| format!("{source}: {text}")));
    }

    /// Where `CONSILIUM_PICTURES` names a directory, what was looked at is kept there.
    fn keep_a_picture(&self, page: &str, scheme: &str, width: u32) {
        let Some(directory) = std::env::var_os("CONSILIUM_PICTURES") else { return };
        let story = std::thread::current().name().unwrap_or_default().replace("::", "-");
        let number = self.looked_at.get();
        let name: String = page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(24).collect();
        self.photograph(&PathBuf::from(directory).join(format!("{story}-{number:02}{name}-{scheme}-{width}.png")));
    }
}

impl Drop for Inspected {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep_a_picture("last", "", 0);
        } else {
            let complaints = self.complaints();
            assert_eq!(complaints, [] as [String; 0], "the browser complains of nothing to the end");
        }
    }
}
