//! What stories ask of a house: by command line, as its people do, or over its socket where they only look.

use std::{path::Path, process::Output, sync::mpsc, time::Duration};

use serde_json::Value;

use crate::{
    house::House,
    http::{Answer, Ask},
};

/// No command takes longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

impl House {
    /// Runs a command that must succeed. Returns what it prints.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        match self.try_ask(arguments) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{}: consilium {}: {refusal:#}", self.name(), arguments.join(" ")),
        }
    }

    /// Runs a command that must be refused. Returns why it was.
    pub(crate) fn ask_in_vain(&self, arguments: &[&str]) -> Value {
        match self.try_ask(arguments) {
            Ok(answer) => panic!("{}: consilium {:.200} was not refused: {answer:#}", self.name(), arguments.join(" ")),
            Err(refusal) => refusal,
        }
    }

    /// Runs a command. What it prints, or why it did not succeed.
    pub(crate) fn try_ask(&self, arguments: &[&str]) -> Result<Value, Value> {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        let printed = serde_json::from_str(&text).unwrap_or(Value::String(text));
        if output.status.success() {
            return Ok(printed);
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(if printed.is_object() { printed } else { Value::String(said) })
    }

    /// Looks at the API over the owner's socket.
    pub(crate) fn look(&self, path: &str) -> Answer {
        let answer = Ask::get(&format!("/api/v1{path}")).send(&self.socket());
        answer.unwrap_or_else(|_| panic!("{} does not answer", self.name()))
    }

    /// Vouches for somebody new.
    pub(crate) fn employ(&self, login: &str, name: &str, profession: &str) {
        self.ask(&["account", "add", login, "--name", name]);
        self.ask(&["attest", login, "--profession", profession, "--specialty", "D003880"]);
    }

    /// Posts a case. Returns its id.
    pub(crate) fn post(&self, login: &str, title: &str, text: &str, audience: &str) -> String {
        let said = self.ask(&["case", "post", "--as", login, "--title", title, "--text", text, "--audience", audience]);
        assert!(said["waits_for"].is_null(), "the case is sent: {said}");
        said["case"].as_str().unwrap().to_owned()
    }

    /// Posts a case for everybody with a picture whose faces are covered. Returns its id.
    pub(crate) fn post_with_picture(&self, login: &str, title: &str, picture: &Path) -> String {
        let picture = picture.to_str().unwrap();
        let case =
            ["case", "post", "--as", login, "--title", title, "--text", "For two weeks.", "--audience", "public"];
        let said = self.ask(&[case.as_slice(), &["--picture", picture, "--confirm", "--looked"]].concat());
        said["case"].as_str().unwrap().to_owned()
    }

    /// Comments on a case. Returns the entry.
    pub(crate) fn comment(&self, login: &str, case: &str, text: &str) -> String {
        let said = self.ask(&["comment", case, "--as", login, "--text", text]);
        said["entry"].as_str().unwrap_or_else(|| panic!("the comment stands in the feed: {said}")).to_owned()
    }

    /// A case as the owner reads it; absent if it is not there, or not yet.
    pub(crate) fn case(&self, case: &str) -> Option<Value> {
        let answer = self.look(&format!("/cases/{case}"));
        match answer.status {
            200 => Some(answer.json()),
            404 => None,
            status => panic!("{}: case {case}: {status} {}", self.name(), answer.text),
        }
    }

    /// Whether a search for one word finds a case.
    pub(crate) fn finds(&self, word: &str, case: &str) -> bool {
        let found = self.look(&format!("/search?q={word}&limit=20")).json();
        let cases = found["cases"].as_array().unwrap_or_else(|| panic!("{}: search answers {found}", self.name()));
        cases.iter().any(|found| found["id"] == case)
    }

    /// The titles of all cases that the owner can list.
    pub(crate) fn titles(&self) -> Vec<String> {
        let (mut titles, mut after) = (Vec::new(), String::new());
        loop {
            let part = self.look(&format!("/cases?filter=network&limit=100{after}")).json();
            let cases = part["cases"].as_array().unwrap_or_else(|| panic!("{}: cases answers {part}", self.name()));
            titles.extend(cases.iter().map(|case| case["title"].as_str().unwrap().to_owned()));
            match part["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return titles,
            }
        }
    }

    /// How the node stands.
    pub(crate) fn status(&self) -> Value {
        self.look("/status").json()
    }

    /// The other institutions as this one sees them.
    pub(crate) fn peers(&self) -> Vec<Value> {
        let peers = self.look("/peers").json();
        peers.as_array().unwrap_or_else(|| panic!("{}: peers answers {peers}", self.name())).clone()
    }

    /// Entries of a feed that it holds, its own included.
    pub(crate) fn entries_of(&self, feed: &str) -> u64 {
        let (status, peers) = (self.status(), self.peers());
        let all = peers.iter().chain([&status]);
        let held = all.filter(|house| house["feed"] == feed).find_map(|house| house["entries"].as_u64());
        held.unwrap_or_else(|| panic!("{} knows nothing of {feed}", self.name()))
    }

    /// The id of its feed.
    pub(crate) fn feed(&self) -> String {
        self.status()["feed"].as_str().unwrap().to_owned()
    }

    /// Whether entries may be signed and none waits.
    pub(crate) fn is_ready(&self) -> bool {
        let status = self.status();
        status["state"] == "ready" && status["unsent"] == 0
    }

    /// Writes a feed as it is held here to a file.
    pub(crate) fn export(&self, feed: &str, file: &Path) {
        self.ask(&["export", "--feed", feed, file.to_str().unwrap()]);
    }

    /// Says that nothing it keeps is damaged, and that the audit chain is whole.
    pub(crate) fn assert_sound(&self) {
        let check = self.ask(&["store", "check"]);
        assert_eq!((&check["damaged"], &check["tables"]), (&Value::Array(Vec::new()), &Value::Null), "{}", self.name());
        let audit = self.ask(&["audit", "verify"]);
        assert_eq!(audit["is_whole"], true, "{}: {audit}", self.name());
        assert_ne!(audit["lines"], 0, "{}: {audit}", self.name());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.program();
        command.arg("--json").args(arguments).stdin(std::process::Stdio::null());
        let (done, wait) = mpsc::channel();
        std::thread::spawn(move || done.send(command.output()));
        let output = wait.recv_timeout(ANSWER_WITHIN);
        output.unwrap_or_else(|_| panic!("{}: consilium {} does not end", self.name(), arguments.join(" "))).unwrap()
    }
}
