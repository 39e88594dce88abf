//! The arguments of each command.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What the institution is called.
    #[arg(long)]
    pub(crate) name: String,
    /// Its country, ISO 3166-1 alpha-2.
    #[arg(long)]
    pub(crate) country: String,
    /// Address and port of pages and API.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    pub(crate) web: String,
    /// Name under which people reach the node; it stands in the certificate.
    #[arg(long, default_value = "localhost")]
    pub(crate) host: String,
    /// Multiaddress for other nodes.
    #[arg(long, value_name = "MULTIADDRESS", default_value = "/ip4/0.0.0.0/tcp/4001")]
    pub(crate) listen: Vec<String>,
    /// Plain HTTP instead of TLS; on loopback addresses only.
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Account name of the first administrator.
    #[arg(long, default_value = "admin")]
    pub(crate) admin: String,
}

/// Founding a network.
#[derive(Debug, Subcommand)]
pub(crate) enum CharterCommand {
    /// Draft the founding charter from the founders' cards. Prints one line that goes from founder to founder.
    Draft {
        /// What the network is called.
        #[arg(long)]
        name: String,
        /// Files with the founders' cards, this institution's own among them.
        #[arg(long = "card", required = true, value_name = "FILE")]
        cards: Vec<PathBuf>,
        /// File with what the members agree on.
        #[arg(long, value_name = "FILE")]
        terms: Option<PathBuf>,
    },
    /// Add this institution's signature. Prints the line with it.
    Sign(Paper),
    /// Show what a line says and who signed.
    Show(Paper),
}

/// A paper in a file, or on standard input.
#[derive(Debug, Args)]
pub(crate) struct Paper {
    /// File that holds the line; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
}

/// Arguments of `card`.
#[derive(Debug, Args)]
pub(crate) struct Card {
    /// Print instead the feed that this institution has in a network, by the network's id: those who vote name it so.
    #[arg(long, value_name = "NETWORK")]
    pub(crate) feed_in: Option<String>,
}

/// Arguments of `certify`.
#[derive(Debug, Args)]
pub(crate) struct Certify {
    /// Feed of the institution to vote for.
    pub(crate) feed: Option<String>,
}

/// Arguments of `expel`.
#[derive(Debug, Args)]
pub(crate) struct Expel {
    /// Feed of the institution. What this node holds of it goes on counting, unless another governor named another end first.
    pub(crate) feed: Option<String>,
}

/// Accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account and print its one-time sign-in.
    Add {
        /// Account name.
        login: String,
        /// The person's name, as readers will see it.
        #[arg(long)]
        name: String,
        /// Duties besides medicine: administrator, moderator, attester, data-protection-officer, data-steward, auditor.
        #[arg(long = "role")]
        roles: Vec<String>,
    },
    /// Print a new one-time sign-in; the old password is void.
    Reset {
        /// Account name.
        login: String,
    },
    /// End all sessions of an account and let it in no more.
    Disable {
        /// Account name.
        login: String,
    },
    /// List accounts.
    List,
}

/// API tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it, once.
    Create {
        /// Account that it acts for.
        login: String,
        /// What it may do: cases:read, cases:write, admin, dicom, audit:read, export.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// Days until it ends.
        #[arg(long, default_value_t = 90)]
        days: u32,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
    },
    /// End a token.
    Revoke {
        /// Its id.
        id: String,
    },
    /// List tokens.
    List,
}

/// Arguments of `attest`.
#[derive(Debug, Args)]
pub(crate) struct Attest {
    /// Account of the person.
    pub(crate) login: String,
    /// Profession, such as physician, nurse, paramedic, medical-student.
    #[arg(long)]
    pub(crate) profession: String,
    /// MeSH descriptor of a specialty, such as D003880.
    #[arg(long = "specialty")]
    pub(crate) specialties: Vec<String>,
    /// Days until the attestation ends.
    #[arg(long, default_value_t = 365)]
    pub(crate) days: u32,
}

/// Arguments of `revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Account of the person.
    pub(crate) login: String,
    /// left-institution, role-changed, key-lost, key-stolen or misuse.
    #[arg(long, default_value = "left-institution")]
    pub(crate) reason: String,
}

/// Cases.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, once a run")]
pub(crate) enum CaseCommand {
    /// Post a case in the name of an attested person of this house.
    Post {
        /// Account of the person.
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
        /// One line.
        #[arg(long)]
        title: String,
        /// What the author wants to know.
        #[arg(long, default_value = "")]
        question: String,
        /// History, findings, course.
        #[arg(long, default_value = "")]
        text: String,
        /// MeSH descriptor of the specialty, such as D003880.
        #[arg(long)]
        specialty: Option<String>,
        /// A free word; several are possible.
        #[arg(long = "tag")]
        tags: Vec<String>,
        /// house, network, public, or feeds of institutions separated by commas.
        #[arg(long, default_value = "network")]
        audience: String,
        /// File with a picture, in the order in which they are shown; several are possible. What is found in it is
        /// covered.
        #[arg(long = "picture", value_name = "FILE", requires = "confirm")]
        pictures: Vec<PathBuf>,
        /// The number, from 1, of a picture that shows before what the next one shows after; several are possible.
        #[arg(long = "before-after", value_name = "NUMBER", requires = "pictures")]
        before_after: Vec<usize>,
        /// The person named by --as has looked at every picture: beside what is found and covered, nothing in it tells who
        /// the patient is.
        #[arg(long)]
        confirm: bool,
        /// They were told that a program broke off over a picture, could not settle whether a face is in it, that slices may show a
        /// head when they are put together, or that an object has several frames or windows, and have looked at all of it because
        /// of that.
        #[arg(long, requires = "confirm")]
        looked: bool,
        /// Words that were marked and stay, and why: WORDS=not-identifying, WORDS=not-the-patient or WORDS=agreed; several
        /// are possible.
        #[arg(long = "keep", value_name = "WORDS=REASON", value_parser = kept)]
        keep: Vec<(String, String)>,
    },
    /// Show a case with its thread.
    Show {
        /// Id of the case.
        id: String,
    },
    /// List cases, the newest activity first.
    List {
        /// network, house, unanswered, open or public.
        #[arg(long, default_value = "network")]
        filter: String,
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
}

/// Arguments of `comment`.
#[derive(Debug, Args)]
pub(crate) struct Comment {
    /// Id of the case.
    pub(crate) case: String,
    /// Account of the person.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// What is said.
    #[arg(long)]
    pub(crate) text: String,
    /// The comment that it answers.
    #[arg(long, value_name = "COMMENT")]
    pub(crate) replies_to: Option<String>,
    /// Words that were marked and stay, and why: WORDS=not-identifying, WORDS=not-the-patient or WORDS=agreed; several are
    /// possible.
    #[arg(long = "keep", value_name = "WORDS=REASON", value_parser = kept)]
    pub(crate) keep: Vec<(String, String)>,
}

/// Words and the reason behind the last sign of equality.
fn kept(text: &str) -> Result<(String, String), String> {
    let (words, reason) = text.rsplit_once('=').ok_or("write the words, a sign of equality and the reason")?;
    Ok((words.to_owned(), reason.to_owned()))
}

/// Arguments of `star`.
#[derive(Debug, Args)]
pub(crate) struct Star {
    /// Id of the case.
    pub(crate) case: String,
    /// Account of the person.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// Take the star back.
    #[arg(long)]
    pub(crate) take_back: bool,
}

/// Arguments of `save`.
#[derive(Debug, Args)]
pub(crate) struct Save {
    /// Id of the case.
    pub(crate) case: String,
    /// Account of the person.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
    /// Take it off the list.
    #[arg(long)]
    pub(crate) take_off: bool,
}

/// Arguments of `saved`.
#[derive(Debug, Args)]
pub(crate) struct Saved {
    /// Account of the person.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: String,
}

/// Arguments of `withdraw`.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Id of the case.
    pub(crate) case: String,
    /// Only this comment.
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// patient-wish, author-wish, identifies-patient, moderation or legal-order.
    #[arg(long, default_value = "patient-wish")]
    pub(crate) ground: String,
    /// Account of the person who withdraws.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: Option<String>,
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words, "phrases", status:open, specialty:D003880, tag:rash, has:outcome.
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    /// How many.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
}

/// The audit chain.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check every line of the chain; names the first bad one.
    Verify,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Feed of the institution; this one unless named.
    #[arg(long)]
    pub(crate) feed: Option<String>,
    /// File to write.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// File that `export` wrote.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The network that it must belong to, if it is known.
    #[arg(long)]
    pub(crate) network: Option<String>,
}

/// Arguments of `anonymize`.
#[derive(Debug, Args)]
pub(crate) struct Anonymize {
    /// Pictures, and folders of pictures. Files are told by what stands in them; links within folders are not followed.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) files: Vec<PathBuf>,
    /// Folder for the covered pictures. It is made if it is not there, and no file in it is written over.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) into: PathBuf,
    /// The contact sheet, a page for a browser: every picture before and after. It shows what is uncovered, so only you can read
    /// it; delete it when you are through. A run that was stopped goes on where its sheet ends.
    #[arg(long, value_name = "SHEET.html")]
    pub(crate) report: PathBuf,
    /// You have looked at every picture of the sheet, at the original where it is too small to tell, for faces, names, dates,
    /// numbers, marks on the skin, belongings and surroundings; what is left to see does not show who the patient is, and you
    /// answer for it. Nobody's name is signed.
    #[arg(long)]
    pub(crate) looked: bool,
    /// Number of a picture of the sheet that is not to be written; several are possible.
    #[arg(long, value_name = "NUMBER", requires = "looked", value_delimiter = ',')]
    pub(crate) except: Vec<u32>,
}

/// Tables, index and journal.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Throw tables and index away and build them from the journal.
    Rebuild,
    /// Read every record of the journals and say what is damaged.
    Check,
    /// Vouch that the store was not restored from a backup: entries are signed without asking others how far our feed had come.
    Vouch,
}

/// Configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every key.
    Show {
        /// Where each value comes from.
        #[arg(long)]
        origin: bool,
    },
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Port of the three pages; the one above it is for the nodes among themselves.
    #[arg(long, default_value_t = 8470, value_parser = clap::value_parser!(u16).range(1..=65_534))]
    pub(crate) port: u16,
    /// End as soon as everything stands.
    #[arg(long)]
    pub(crate) once: bool,
}
