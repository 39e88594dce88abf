//! A person's browser: Debian's Chromium, driven over WebDriver (W3C, 2018) and, where that has no word for it, over the
//! DevTools protocol that chromedriver passes on. It types and clicks as a person does, waits for what the person waits for,
//! and never for a quiet network: pages keep a line to their node open.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use crate::{
    house::House,
    http::{Ask, Door},
    waiting::wait_until,
};

/// The name under which WebDriver hands an element out.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Nothing is fetched from anywhere but our own nodes.
const FLAGS: [&str; 5] =
    ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
/// Elements that a person passes with the Tab key before giving up.
const TABS_MAX: usize = 120;

/// A key that writes no character.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Tab,
    Enter,
    Space,
    Delete,
    Right,
    Down,
}

impl Key {
    /// As WebDriver calls it (section 17.4.2).
    const fn code(self) -> char {
        match self {
            Self::Tab => '\u{E004}',
            Self::Enter => '\u{E007}',
            Self::Space => ' ',
            Self::Delete => '\u{E017}',
            Self::Right => '\u{E014}',
            Self::Down => '\u{E015}',
        }
    }
}

/// A browser with one window. It is closed when the story is over.
pub(crate) struct Browser {
    driver: Child,
    door: Door,
    session: String,
}

impl Browser {
    /// Opens a browser that has seen nothing yet.
    pub(crate) fn open() -> Self {
        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut driver = driver.spawn().expect("chromedriver starts; ./test installs it");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| port_in(&line)).expect("chromedriver says its port");
        let door = Door::Web(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let mut browser = Self { driver, door, session: String::new() };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": FLAGS },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let opened = browser.order("/session", &wanted).unwrap_or_else(|why| panic!("no browser: {why}"));
        browser.session = format!("/session/{}", opened["sessionId"].as_str().unwrap());
        browser
    }

    /// Goes to a page of a house.
    pub(crate) fn visit(&self, house: &House, path: &str) {
        self.go(&format!("http://{}{path}", house.web()));
    }

    /// Goes to an address.
    pub(crate) fn go(&self, address: &str) {
        self.must("/url", &json!({ "url": address }));
    }

    /// Loads the page once more.
    pub(crate) fn reload(&self) {
        self.must("/refresh", &json!({}));
    }

    /// The path of the page that is open.
    pub(crate) fn path(&self) -> String {
        self.run("location.pathname").as_str().unwrap().to_owned()
    }

    /// Waits until a page is open whose path begins so.
    pub(crate) fn arrives_at(&self, path: &str) {
        wait_until(&format!("the browser is at {path}"), || {
            self.path().starts_with(path) && self.run("document.readyState") == "complete"
        });
    }

    /// Begins a draft, comes to its page for pictures, and returns what the draft is called.
    pub(crate) fn begins_a_draft(&self, house: &House) -> String {
        self.visit(house, "/cases/new");
        self.press("Begin");
        self.arrives_at("/drafts/");
        self.path().split('/').nth(2).unwrap().to_owned()
    }

    /// Everything that can be read on the page.
    pub(crate) fn words(&self) -> String {
        self.run("document.body?.innerText ?? ''").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until some words can be read.
    pub(crate) fn sees(&self, words: &str) {
        wait_until(&format!("the page says {words:?}"), || self.words().contains(words));
    }

    /// Waits until there is an element.
    pub(crate) fn has(&self, css: &str) {
        wait_until(&format!("the page has {css}"), || self.count(css) > 0);
    }

    /// How many elements there are of a kind.
    pub(crate) fn count(&self, css: &str) -> u64 {
        self.run(&format!("document.querySelectorAll({}).length", json!(css))).as_u64().unwrap()
    }

    /// What stands in a field.
    pub(crate) fn value(&self, css: &str) -> String {
        self.run(&format!("document.querySelector({}).value", json!(css))).as_str().unwrap().to_owned()
    }

    /// Clicks on the button, link or summary with these words; one of the page itself before one of its frame.
    pub(crate) fn press(&self, words: &str) {
        let is_said = format!("normalize-space()={}", quoted(words));
        let begins = format!("starts-with(normalize-space(), {})", quoted(words));
        let places = [
            format!("//main//button[{is_said}]"),
            format!("//main//*[self::a or self::summary][{is_said}]"),
            format!("//*[self::a or self::button][{is_said}]"),
            format!("//main//*[self::a or self::button or self::summary][{begins}]"),
        ];
        self.click(&format!("{words:?} can be pressed"), || {
            places.iter().find_map(|place| self.shown("xpath", place).into_iter().next())
        });
    }

    /// Clicks on an element.
    pub(crate) fn press_at(&self, css: &str) {
        self.click(&format!("{css} can be pressed"), || self.shown("css selector", css).into_iter().next());
    }

    /// Writes into a field, in place of what stands there.
    pub(crate) fn write(&self, css: &str, text: &str) {
        wait_until(&format!("{css} can be written into"), || {
            let Some(field) = self.shown("css selector", css).into_iter().next() else { return false };
            self.post(&format!("/element/{field}/clear"), &json!({})).is_ok()
                && self.post(&format!("/element/{field}/value"), &json!({ "text": text })).is_ok()
        });
    }

    /// Hands a file to the page, as a person does who chooses it.
    pub(crate) fn hand_in(&self, css: &str, file: &Path) {
        let file = fs::canonicalize(file).unwrap();
        wait_until(&format!("{css} takes a file"), || {
            let Some(field) = self.all("css selector", css).into_iter().next() else { return false };
            self.post(&format!("/element/{field}/value"), &json!({ "text": file.to_str().unwrap() })).is_ok()
        });
    }

    /// Chooses an option of a list by its value.
    pub(crate) fn choose(&self, css: &str, value: &str) {
        self.press_at(&format!("{css} option[value='{value}']"));
    }

    /// Types text on the keyboard, wherever the focus is.
    pub(crate) fn types(&self, text: &str) {
        let strokes = text.chars().flat_map(|key| stroke(&[key])).collect();
        self.act(strokes);
    }

    /// Presses a key.
    pub(crate) fn strikes(&self, key: Key) {
        self.act(stroke(&[key.code()]));
    }

    /// Goes on with the Tab key until an element has the focus.
    pub(crate) fn tabs_to(&self, css: &str) {
        let has_focus = format!("document.activeElement?.matches({}) ?? false", json!(css));
        for _ in 0..TABS_MAX {
            if self.run(&has_focus) == true {
                return;
            }
            self.strikes(Key::Tab);
        }
        panic!("{}: {css} is not reached by {TABS_MAX} strokes of the Tab key", self.path());
    }

    /// Forgets every cookie, as a browser does in which nobody has signed in.
    pub(crate) fn forget(&self) {
        self.devtools("Network.clearBrowserCookies", &json!({}));
    }

    /// In which zone the person lives.
    pub(crate) fn live_in(&self, zone: &str) {
        self.devtools("Emulation.setTimezoneOverride", &json!({ "timezoneId": zone }));
    }

    /// What a script finds; promises are waited for.
    pub(crate) fn run(&self, script: &str) -> Value {
        let asked = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let answer = self.devtools("Runtime.evaluate", &asked);
        // A page that is being left has nothing to say.
        answer["result"]["value"].clone()
    }

    /// An order of the DevTools protocol.
    pub(crate) fn devtools(&self, order: &str, parameters: &Value) -> Value {
        self.must("/goog/cdp/execute", &json!({ "cmd": order, "params": parameters }))
    }

    /// The lines of the console since they were asked for last: source and text.
    pub(crate) fn console(&self) -> Vec<(String, String)> {
        let lines = self.must("/se/log", &json!({ "type": "browser" }));
        let lines = lines.as_array().unwrap().iter();
        let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        lines
            .filter(|line| ["WARNING", "SEVERE"].iter().any(|level| line["level"] == **level))
            .map(|line| (text(line, "source"), text(line, "message")))
            .collect()
    }

    /// The page as it looks, as a PNG.
    pub(crate) fn photograph(&self, file: &Path) {
        let taken = self.devtools("Page.captureScreenshot", &json!({ "captureBeyondViewport": true }));
        let picture = data_encoding::BASE64.decode(taken["data"].as_str().unwrap().as_bytes()).unwrap();
        fs::write(file, picture).unwrap();
    }

    fn click(&self, what: &str, find: impl Fn() -> Option<String>) {
        wait_until(what, || {
            find().is_some_and(|element| self.post(&format!("/element/{element}/click"), &json!({})).is_ok())
        });
    }

    fn all(&self, how: &str, what: &str) -> Vec<String> {
        let found = self.post("/elements", &json!({ "using": how, "value": what })).unwrap_or_default();
        let found = found.as_array().cloned().unwrap_or_default();
        found.iter().filter_map(|element| Some(element[ELEMENT].as_str()?.to_owned())).collect()
    }

    fn shown(&self, how: &str, what: &str) -> Vec<String> {
        let is_shown = |element: &String| {
            let path = format!("{}/element/{element}/displayed", self.session);
            Ask::get(&path).send(&self.door).is_ok_and(|answer| answer.json()["value"] == true)
        };
        self.all(how, what).into_iter().filter(is_shown).collect()
    }

    fn act(&self, strokes: Vec<Value>) {
        self.must("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }));
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.order(&format!("{}{path}", self.session), body)
    }

    fn must(&self, path: &str, body: &Value) -> Value {
        self.post(path, body).unwrap_or_else(|why| panic!("the browser does not do {path}: {why}"))
    }

    fn order(&self, path: &str, body: &Value) -> Result<Value, String> {
        let answer = Ask::post(path, body).send(&self.door).map_err(|_| "it is gone".to_owned())?;
        let value = answer.json()["value"].clone();
        if answer.status == 200 { Ok(value) } else { Err(value["message"].as_str().unwrap_or_default().to_owned()) }
    }
}

impl Drop for Browser {
    #[expect(clippy::print_stderr, reason = "a story that failed shows what the browser showed last")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let shown = json!({ "script": "return location.href + '\\n' + document.body.innerText", "args": [] });
            let shown = self.post("/execute/sync", &shown).unwrap_or_default();
            eprintln!("the browser showed last: {}", shown.as_str().unwrap_or("nothing"));
        }
        // It may have gone by itself.
        let _ = Ask::delete(&self.session).send(&self.door);
        let _ = kill_process_group(Pid::from_child(&self.driver), Signal::KILL);
        let _ = self.driver.wait();
    }
}

/// The port in the line in which chromedriver says that it listens.
fn port_in(line: &str) -> Option<u16> {
    line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

/// Text as XPath quotes it; words of a page hold no straight double quote.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Keys pressed in their order and let go in the other.
fn stroke(keys: &[char]) -> Vec<Value> {
    let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
    let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
    down.chain(up).collect()
}
