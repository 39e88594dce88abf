//! Making a node: its keys, its certificate, its configuration and the first administrator. All of it is made beside its place
//! and put there at the end, so that an `init` that was cut short leaves nothing that looks like a node.

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use house::{Actor, Command, Login, OneTimeSecret, Role, Roles, Settings, account};
use protocol::codec::Text;
use serde::Serialize;
use store::DirectoryLock;
use zeroize::Zeroizing;

use super::NodeError;
use crate::{
    app::{AppError, journal_options},
    card::sync_directory,
    cli::Init,
    config::{Config, Institution, Storage},
    desk::Desk,
    entropy,
    keys::KeyFiles,
    layout::Layout,
    reserve::Reserve,
};

/// Days for which the certificate that `init` makes is good.
const CERTIFICATE_DAYS: i64 = 825;

/// What `init` made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) data: PathBuf,
    pub(crate) config: PathBuf,
    pub(crate) admin: String,
    pub(crate) one_time_secret: Zeroizing<String>,
    pub(crate) sign_in: String,
}

/// Makes a new node: keys, certificate, configuration, and the first administrator.
pub(crate) fn init(layout: &Layout, init: &Init) -> Result<Made, NodeError> {
    let (config, login) = (configuration(init)?, Login::parse(&init.admin)?);
    let is_begun = layout.unfinished().root().exists();
    if layout.config().exists() || (layout.keys().exists() && !is_begun) {
        return Err(NodeError::Exists { path: layout.root().to_owned() });
    }
    create_private_dir(layout.root())?;
    let _lock = DirectoryLock::acquire(layout.root()).map_err(AppError::from)?;
    forget_unfinished(layout)?;
    let beside = layout.unfinished();
    create_private_dir(beside.root())?;
    let keys = KeyFiles::new(beside.keys());
    keys.create_all(entropy::seed)?;
    make_certificate(&beside, &config)?;
    let secret = first_administrator(layout, &config.storage, &keys, &login, &init.admin)?;
    write_new(&beside.config(), config_text(&config)?.as_bytes(), 0o640)?;
    finish(layout)?;
    let scheme = if config.web.plain_http { "http" } else { "https" };
    let secret = secret.text();
    let sign_in =
        format!("{scheme}://{}:{}/first/{}/{}", host(&config), config.web.listen.port(), login.as_str(), *secret);
    let data = layout.root().to_owned();
    Ok(Made { data, config: layout.config(), admin: login.as_str().to_owned(), one_time_secret: secret, sign_in })
}

/// Removes what an `init` left that was cut short. Nobody was told of it yet.
fn forget_unfinished(layout: &Layout) -> Result<(), NodeError> {
    let beside = layout.unfinished();
    if !beside.root().exists() {
        return Ok(());
    }
    // The beginning of the end: some of it may have its place already.
    let parts = [layout.house(), layout.keys(), layout.tls(), beside.root().to_owned()];
    parts
        .into_iter()
        .filter(|path| path.exists())
        .try_for_each(|path| fs::remove_dir_all(&path).map_err(|source| NodeError::Write { path, source }))
}

/// Gives everything its place, the configuration last: with it there is a node.
fn finish(layout: &Layout) -> Result<(), NodeError> {
    let beside = layout.unfinished();
    let parts = [
        (beside.house(), layout.house()),
        (beside.keys(), layout.keys()),
        (beside.tls(), layout.tls()),
        (beside.config(), layout.config()),
    ];
    for (from, to) in parts {
        fs::rename(from, &to).map_err(|source| NodeError::Write { path: to, source })?;
    }
    let root = layout.root();
    let removed = sync_directory(root).and_then(|()| fs::remove_dir_all(beside.root()));
    removed.map_err(|source| NodeError::Write { path: root.to_owned(), source })
}

fn configuration(init: &Init) -> Result<Config, NodeError> {
    let argument = |what: &str| NodeError::Argument { what: what.to_owned() };
    if init.name.trim().is_empty() {
        return Err(argument("--name is empty"));
    }
    if init.country.is_empty() {
        return Err(argument("--country is two capital letters, such as DE (ISO 3166-1 alpha-2)"));
    }
    let mut config = Config {
        institution: Institution { name: init.name.trim().to_owned(), country: init.country.clone() },
        ..Config::default()
    };
    config.web.listen =
        init.web.parse().map_err(|_| argument("--web is an address and a port, such as 127.0.0.1:8443"))?;
    config.web.host.clone_from(&init.host);
    config.web.plain_http = init.plain_http;
    config.network.listen.clone_from(&init.listen);
    config.check()?;
    Ok(config)
}

fn first_administrator(
    layout: &Layout,
    storage: &Storage,
    keys: &KeyFiles,
    login: &Login,
    name: &str,
) -> Result<OneTimeSecret, NodeError> {
    let reserve = Arc::new(Reserve::open(layout, storage)?);
    let desk = Desk::open(&layout.unfinished().house(), journal_options(keys)?, Settings::default(), reserve)
        .map_err(AppError::from)?;
    let secret = OneTimeSecret::new(*entropy::seed());
    // There is nobody else yet, so the first person holds both roles; from here on it takes two to make an attester.
    let roles = Roles::new([Role::Administrator, Role::Attester])?;
    let invite =
        account::Command::Invite { login: login.clone(), name: Text::from(name), roles, secret: secret.clone() };
    desk.perform(Command::Account(invite), &Actor::System)?;
    Ok(secret)
}

fn make_certificate(layout: &Layout, config: &Config) -> Result<(), NodeError> {
    let mut names = vec![config.web.host.clone(), config.web.listen.ip().to_string(), "localhost".to_owned()];
    names.sort();
    names.dedup();
    let mut params = rcgen::CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, config.web.host.as_str());
    let today = jiff::Zoned::now().date();
    let at = |date: jiff::civil::Date| {
        let (month, day) = (u8::try_from(date.month()).unwrap_or(1), u8::try_from(date.day()).unwrap_or(1));
        rcgen::date_time_ymd(i32::from(date.year()), month, day)
    };
    params.not_before = at(today);
    params.not_after = at(today.saturating_add(jiff::Span::new().days(CERTIFICATE_DAYS)));
    let key = rcgen::KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    create_private_dir(&layout.tls())?;
    write_new(&layout.certificate(), certificate.pem().as_bytes(), 0o640)?;
    write_new(&layout.certificate_key(), Zeroizing::new(key.serialize_pem()).as_bytes(), 0o600)
}

fn host(config: &Config) -> String {
    let host = match config.web.host.as_str() {
        "localhost" => config.web.listen.ip().to_string(),
        host => host.to_owned(),
    };
    if host.contains(':') { format!("[{host}]") } else { host }
}

/// What `init` was told; all else has its default.
#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    institution: &'a Institution,
    web: WrittenWeb<'a>,
    network: WrittenNetwork<'a>,
}

#[derive(Serialize)]
struct WrittenWeb<'a> {
    listen: SocketAddr,
    host: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plain_http: Option<bool>,
}

#[derive(Serialize)]
struct WrittenNetwork<'a> {
    listen: &'a [String],
}

fn config_text(config: &Config) -> Result<String, NodeError> {
    let written = toml::to_string(&Written {
        format: config.format,
        institution: &config.institution,
        web: WrittenWeb {
            listen: config.web.listen,
            host: &config.web.host,
            plain_http: config.web.plain_http.then_some(true),
        },
        network: WrittenNetwork { listen: &config.network.listen },
    });
    let head =
        "# Configuration of a Consilium node. Every key that is absent has its default: consilium config show --origin";
    Ok(format!("{head}\n\n{}", written.map_err(|cause| NodeError::Argument { what: cause.to_string() })?))
}

/// A directory that only its owner can look into, also if it was there before.
fn create_private_dir(path: &Path) -> Result<(), NodeError> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o700)))
        .map_err(|source| NodeError::Write { path: path.to_owned(), source })
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), NodeError> {
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        sync_directory(path.parent().unwrap_or(Path::new(".")))
    });
    written.map_err(|source| NodeError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::{app::hospital::Hospital, web::server::Server};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_cannot_be_made_whole_is_not_begun() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path().join("data"));
        assert!(matches!(init(&layout, &Hospital::wished("Bad Name")), Err(NodeError::Refused(_))));
        assert!(!layout.root().exists(), "nothing is left of it");
        init(&layout, &Hospital::wished("admin")).unwrap();
    }

    #[test]
    fn what_init_writes_is_read_back_whatever_the_name_is() {
        for name in ["St\u{a0}Mary's", "A\u{301}rztehaus", "Klinik \"Am Berg\" \\ 'Tal'", "क्\u{200D}ष", "\u{200B}x"]
        {
            let directory = tempfile::tempdir().unwrap();
            let layout = Layout::new(directory.path().join("data"));
            init(&layout, &Init { name: name.to_owned(), ..Hospital::wished("admin") }).unwrap();
            assert_eq!(Config::load(&layout.config()).unwrap().institution.name, name);
        }
    }

    #[test]
    fn an_institution_or_a_host_that_cannot_be_is_refused_before_anything_is_made() {
        let wished = || Hospital::wished("admin");
        let refused = |wish: Init, says: &str| {
            let directory = tempfile::tempdir().unwrap();
            let layout = Layout::new(directory.path().join("data"));
            let said = init(&layout, &wish).unwrap_err().to_string();
            assert!(said.contains(says) && !layout.root().exists(), "{said} does not say {says}");
        };
        for name in ["A\u{1b}[2J", "two\nlines", "\u{200B}", "", &"a".repeat(121)] {
            refused(Init { name: name.to_owned(), ..wished() }, "name");
        }
        for country in ["", "D", "de", "Germany", "D\u{1b}", "\u{dc}"] {
            refused(Init { country: country.to_owned(), ..wished() }, "country");
        }
        for host in ["", "a b", "x.y/..;", "über.de"] {
            refused(Init { host: host.to_owned(), ..wished() }, "web.host");
        }
        let directory = tempfile::tempdir().unwrap();
        let six = Init { host: "::1".to_owned(), ..wished() };
        let made = init(&Layout::new(directory.path().join("data")), &six).unwrap();
        assert!(made.sign_in.starts_with("http://[::1]:0/first/"), "{}", made.sign_in);
    }

    #[test]
    fn an_init_that_was_cut_short_is_done_again() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path().join("data"));
        let wished = Hospital::wished("admin");
        init(&layout, &wished).unwrap();
        assert!(!layout.unfinished().root().exists());
        // A kill before the last step leaves everything but the configuration in its place.
        create_private_dir(layout.unfinished().root()).unwrap();
        fs::rename(layout.config(), layout.unfinished().config()).unwrap();
        let before = fs::read(layout.keys().join("root.key")).unwrap();
        init(&layout, &wished).unwrap();
        assert_ne!(fs::read(layout.keys().join("root.key")).unwrap(), before, "all of it is new");
        assert!(!layout.unfinished().root().exists());
        // A node whose configuration stands elsewhere is one.
        fs::remove_file(layout.config()).unwrap();
        assert!(matches!(init(&layout, &wished), Err(NodeError::Exists { .. })));
    }

    #[tokio::test]
    async fn nobody_else_gets_at_the_data_directory_or_the_socket() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o775)).unwrap();
        create_private_dir(&data).unwrap();
        assert_eq!(mode(&data), 0o700, "also if it was there before");
        let socket = data.join("consilium.sock");
        for _ in 0..2 {
            let listener = Server::bind_socket(&socket).unwrap();
            assert_eq!(mode(&socket), 0o600);
            tokio::net::UnixStream::connect(&socket).await.unwrap();
            listener.accept().await.unwrap();
        }
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "nothing stays beside it");
    }
}
