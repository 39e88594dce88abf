//! Configuration: one TOML file, a section for each concern, unknown keys refused, every key with a default.
//!
//! Secrets are never here: keys stand in their own files.

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use house::{is_seen, steers};
use protocol::limits::NAME_CHARS_MAX;
use serde::{Deserialize, Serialize};

const FORMAT: u32 = 1;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// What the keys mean; another number, other keys.
    pub(crate) format: u32,
    /// Who runs the node.
    pub(crate) institution: Institution,
    /// Pages and API.
    pub(crate) web: Web,
    /// The network of hospitals.
    pub(crate) network: Network,
    /// Journal, blobs, tables.
    pub(crate) storage: Storage,
    /// What the house allows.
    pub(crate) policy: Policy,
    /// Log lines.
    pub(crate) log: Log,
}

/// Who runs the node. Both stand in the feed's first entry and cannot be changed after it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Institution {
    /// What it is called.
    pub(crate) name: String,
    /// Its country, ISO 3166-1 alpha-2.
    pub(crate) country: String,
}

/// Pages and API.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Web {
    /// Address and port.
    pub(crate) listen: SocketAddr,
    /// The name under which people reach the node; it stands in the certificate that `init` makes.
    pub(crate) host: String,
    /// Certificate chain in PEM. Empty: the one that `init` made.
    pub(crate) certificate: PathBuf,
    /// Its key in PEM. Empty: the one that `init` made.
    pub(crate) certificate_key: PathBuf,
    /// Plain HTTP; possible on loopback addresses only.
    pub(crate) plain_http: bool,
    /// Whom people ask for help; stands on the help page.
    pub(crate) contact: String,
}

/// The network of hospitals.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Network {
    /// Multiaddresses to listen on.
    pub(crate) listen: Vec<String>,
    /// Multiaddresses under which others reach this node. Empty: those it listens on.
    pub(crate) announce: Vec<String>,
    /// Whether entries are gossiped; without it they arrive by sync alone, a little later.
    pub(crate) gossip: bool,
}

/// Journal, blobs, tables.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Storage {
    /// Bytes that stay free on the disk; below that uploads are refused, while reading and erasing go on.
    pub(crate) free_bytes_min: u64,
    /// Bytes kept in a file that can be given up when the disk is full.
    pub(crate) ballast_bytes: u64,
    /// Bytes of pictures that were fetched from other hospitals; beyond that the longest not looked at go. Never more than half
    /// of the room.
    pub(crate) fetched_bytes_max: u64,
    /// Days after which a picture of another hospital goes at which nobody has looked.
    pub(crate) fetched_days: u64,
    /// Hours that the original of a picture may wait to be covered and shared; then it is destroyed.
    pub(crate) quarantine_hours: u64,
}

/// What the house allows.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Policy {
    /// Whether anybody may sign up to read public cases.
    pub(crate) sign_up: bool,
    /// Minutes without a click after which a session ends.
    pub(crate) session_idle_minutes: u64,
}

/// Log lines.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// `text` or `json`.
    pub(crate) format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`, or directives by module.
    pub(crate) level: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A configuration that cannot be used. The operator is told what to change.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("configuration {} cannot be read", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("configuration {}: {cause}", path.display())]
    Parse { path: PathBuf, cause: String },
    #[error("configuration {} has format {found}; this program knows up to {FORMAT}: use a newer one", path.display())]
    Newer { path: PathBuf, found: i64 },
    #[error("web.plain_http is possible on loopback addresses only; web.listen is {listen}")]
    PlainHttp { listen: SocketAddr },
    #[error("network.listen is empty; name at least one multiaddress such as /ip4/0.0.0.0/tcp/4001")]
    NoListen,
    #[error("institution.name is longer than {NAME_CHARS_MAX} characters, cannot be seen, or holds control characters")]
    Name,
    #[error("institution.country is {found:?}; it is two capital letters such as DE (ISO 3166-1 alpha-2)")]
    Country { found: String },
    #[error(
        "web.host is {found:?}; it is an IP address, or a name of letters, digits, - and . such as node.hospital.example, where \
         other letters are written in Punycode: xn--ber-goa.de for über.de"
    )]
    Host { found: String },
    #[error("configuration {} has format {found}; formats begin with 1", path.display())]
    NoFormat { path: PathBuf, found: i64 },
    #[error("log.level is {found:?}; it is error, warn, info, debug or trace, or directives such as info,libp2p=warn")]
    Level { found: String },
    #[error("network.listen")]
    Listen(#[source] p2p::StartError),
    #[error("network.announce")]
    Announce(#[source] p2p::StartError),
    #[error("storage.quarantine_hours is {found}; it is at least 1 and at most 168, a week")]
    Quarantine { found: u64 },
    #[error("policy.session_idle_minutes is {found}; it is at least 5 and at most 60")]
    Idle { found: u64 },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            format: FORMAT,
            institution: Institution::default(),
            web: Web::default(),
            network: Network::default(),
            storage: Storage::default(),
            policy: Policy::default(),
            log: Log::default(),
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            host: "localhost".to_owned(),
            certificate: PathBuf::new(),
            certificate_key: PathBuf::new(),
            plain_http: false,
            contact: String::new(),
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self { listen: vec!["/ip4/0.0.0.0/tcp/4001".to_owned()], announce: Vec::new(), gossip: true }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            free_bytes_min: 1 << 30,
            ballast_bytes: 64 << 20,
            fetched_bytes_max: 10 << 30,
            fetched_days: 30,
            quarantine_hours: 24,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { sign_up: true, session_idle_minutes: 15 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Config {
    /// Reads and checks a file.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let parse = |cause: toml::de::Error| ConfigError::Parse {
            path: path.to_owned(),
            cause: cause.to_string().trim_end().to_owned(),
        };
        check_format(path, &toml::from_str(&text).map_err(parse)?)?;
        let config: Self = toml::from_str(&text).map_err(parse)?;
        config.check()?;
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.web.plain_http && !self.web.listen.ip().is_loopback() {
            return Err(ConfigError::PlainHttp { listen: self.web.listen });
        }
        if self.network.listen.is_empty() {
            return Err(ConfigError::NoListen);
        }
        let check = |addresses: &[String]| p2p::Config { listen: addresses.to_vec(), ..p2p::Config::default() }.check();
        check(&self.network.listen).map_err(ConfigError::Listen)?;
        let mut announced = self.network.announce.iter();
        announced.try_for_each(|address| p2p::check_announced(address)).map_err(ConfigError::Announce)?;
        self.check_institution()?;
        if !is_host(&self.web.host) {
            return Err(ConfigError::Host { found: self.web.host.clone() });
        }
        if !is_level(&self.log.level) {
            return Err(ConfigError::Level { found: self.log.level.clone() });
        }
        if !(5..=60).contains(&self.policy.session_idle_minutes) {
            return Err(ConfigError::Idle { found: self.policy.session_idle_minutes });
        }
        if !(1..=168).contains(&self.storage.quarantine_hours) {
            return Err(ConfigError::Quarantine { found: self.storage.quarantine_hours });
        }
        Ok(())
    }

    /// What others will read of us. Before it is set both are empty.
    fn check_institution(&self) -> Result<(), ConfigError> {
        let Institution { name, country } = &self.institution;
        let is_line = is_seen(name) && !name.chars().any(steers) && name.chars().count() <= NAME_CHARS_MAX;
        if !name.is_empty() && !is_line {
            return Err(ConfigError::Name);
        }
        let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !country.is_empty() && !is_code {
            return Err(ConfigError::Country { found: country.clone() });
        }
        Ok(())
    }

    /// Every key with its value and where that comes from: the file or the default.
    pub(crate) fn origins(&self, path: &Path) -> Result<BTreeMap<String, (String, Origin)>, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let parse = |cause: toml::de::Error| ConfigError::Parse { path: path.to_owned(), cause: cause.to_string() };
        let written: toml::Table = toml::from_str(&text).map_err(parse)?;
        let whole = toml::Table::try_from(self)
            .map_err(|cause| ConfigError::Parse { path: path.to_owned(), cause: cause.to_string() })?;
        let mut origins = BTreeMap::new();
        for (section, keys) in whole.iter().filter_map(|(section, keys)| Some((section, keys.as_table()?))) {
            let in_file = written.get(section).and_then(toml::Value::as_table);
            for (key, value) in keys {
                let origin =
                    if in_file.is_some_and(|keys| keys.contains_key(key)) { Origin::File } else { Origin::Default };
                origins.insert(format!("{section}.{key}"), (value.to_string(), origin));
            }
        }
        Ok(origins)
    }
}

/// Whether a certificate and a link can name this host (RFC 1123 section 2.1).
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(is_label))
}

/// Whether a text is levels by themselves or of modules, and nothing that would be taken for a module's name.
fn is_level(text: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_known = |part: &str| {
        let (_, level) = part.rsplit_once('=').unwrap_or(("", part));
        LEVELS.contains(&level.to_ascii_lowercase().as_str())
    };
    text.split(',').all(is_known) && tracing_subscriber::EnvFilter::try_new(text).is_ok()
}

/// A newer number is told before keys that only newer programs know.
fn check_format(path: &Path, written: &toml::Table) -> Result<(), ConfigError> {
    match written.get("format").and_then(toml::Value::as_integer) {
        Some(found) if found > i64::from(FORMAT) => Err(ConfigError::Newer { path: path.to_owned(), found }),
        Some(found) if found < 1 => Err(ConfigError::NoFormat { path: path.to_owned(), found }),
        _ => Ok(()),
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Origin {
    /// Nobody wrote it.
    Default,
    /// The operator did.
    File,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Config::load(file.path())
    }

    #[test]
    fn an_empty_file_is_all_defaults() {
        assert_eq!(load("").unwrap(), Config::default());
    }

    #[test]
    fn the_sample_configuration_is_all_defaults() {
        assert_eq!(load(include_str!("../../config/consilium.toml")).unwrap(), Config::default());
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_and_line() {
        let error = load("[web]\nlisten = \"127.0.0.1:1\"\nlissten = \"x\"\n").unwrap_err().to_string();
        assert!(error.contains("lissten") && error.contains("line 3"), "{error}");
    }

    #[test]
    fn plain_http_stays_on_loopback() {
        let error = load("[web]\nlisten = \"0.0.0.0:80\"\nplain_http = true\n").unwrap_err().to_string();
        assert!(error.contains("loopback") && error.contains("0.0.0.0:80"), "{error}");
        assert!(load("[web]\nlisten = \"127.0.0.2:0\"\nplain_http = true\n").is_ok());
    }

    #[test]
    fn an_address_that_no_node_can_use_is_named_with_its_key() {
        for (key, names) in [("listen", "network.listen"), ("announce", "network.announce")] {
            let error = load(&format!("[network]\n{key} = [\"192.0.2.7:4001\"]\n")).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(error.to_string() == names && cause.contains("192.0.2.7:4001"), "{error}: {cause}");
        }
    }

    #[test]
    fn an_address_that_nobody_can_call_is_not_announced() {
        for address in ["/ip4/192.0.2.7/tcp/0", "/ip4/0.0.0.0/tcp/4001"] {
            let error = load(&format!("[network]\nannounce = [\"{address}\"]\n")).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(error.to_string() == "network.announce" && cause.contains(address), "{error}: {cause}");
        }
        assert!(load("[network]\nlisten = [\"/ip4/0.0.0.0/tcp/0\"]\n").is_ok());
    }

    #[test]
    fn a_value_that_means_nothing_is_refused_with_its_key() {
        for (text, says) in [
            ("format = 0", "has format 0"),
            ("format = -3", "has format -3"),
            ("format = 99999999999", "has format 99999999999; this program knows up to 1"),
            ("[log]\nlevel = \"loud\"", "log.level is \"loud\""),
            ("[log]\nlevel = \"\"", "log.level is \"\""),
            ("[log]\nlevel = \"info,libp2p\"", "log.level"),
            ("[institution]\nname = \"A\\u001b[2J\"", "institution.name"),
            ("[institution]\nname = \"\\u200b\"", "institution.name"),
            ("[institution]\ncountry = \"Germany\"", "institution.country is \"Germany\""),
            ("[web]\nhost = \"über.de\"", "xn--ber-goa.de"),
        ] {
            let said = load(text).unwrap_err().to_string();
            assert!(said.contains(says), "{text}: {said}");
        }
        let long = format!("[institution]\nname = \"{}\"", "a".repeat(121));
        assert!(load(&long).unwrap_err().to_string().contains("120 characters"));
        for level in ["off", "INFO", "info,libp2p=warn", "debug,p2p::task=trace"] {
            assert!(load(&format!("[log]\nlevel = \"{level}\"")).is_ok(), "{level}");
        }
    }

    #[test]
    fn a_host_is_an_address_or_a_name_of_ascii_letters() {
        for host in ["localhost", "node.hospital.example", "xn--ber-goa.de", "192.0.2.7", "::1", "2001:db8::1"] {
            assert!(is_host(host), "{host}");
        }
        for host in ["", "a b", "x.y/..;", "über.de", "[::1]", "a..b", "-a", "a:80", &"a".repeat(64)] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[test]
    fn every_value_knows_where_it_comes_from() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "[network]\ngossip = false\n").unwrap();
        let origins = Config::load(file.path()).unwrap().origins(file.path()).unwrap();
        assert_eq!(origins["network.gossip"], ("false".to_owned(), Origin::File));
        assert_eq!(origins["web.plain_http"], ("false".to_owned(), Origin::Default));
    }
}
