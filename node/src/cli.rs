//! The command line. `consilium --help` reads like a table of contents.
//!
//! Nearly every command is a request to the node's own API: over its Unix socket while it runs, else to the same handlers in
//! this process, with the data directory opened under its lock. What needs no node at all (`init`, `verify`, `anonymize`,
//! `demo`) stands in files of its own.

mod call;
mod command;
mod multipart;
pub(crate) mod output;
pub(crate) mod print;
mod request;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

pub(crate) use call::{Answer, Failure, over_socket};
pub(crate) use command::{
    AccountCommand, Anonymize, AuditCommand, CaseCommand, CharterCommand, ConfigCommand, Init, StoreCommand,
    TokenCommand, Verify,
};
pub(crate) use multipart::{Part, multipart};
pub(crate) use request::{Request, percent_encode};

/// The data directory, unless another is named.
const DATA_DEFAULT: &str = "consilium-data";

/// A node of a federated network for clinical cases.
#[derive(Debug, Parser)]
#[command(name = "consilium", version, about, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Data directory.
    #[arg(long, global = true, env = "CONSILIUM_DATA", default_value = DATA_DEFAULT, value_name = "DIRECTORY")]
    data: PathBuf,
    /// Configuration file; it stands in the data directory unless named.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new node: keys, certificate, configuration, and the first administrator.
    Init(command::Init),
    /// Run the node.
    Serve,
    /// Found a network: draft a charter, sign it, look at it.
    #[command(subcommand)]
    Charter(CharterCommand),
    /// Print this institution's card, to be given to a member of a network.
    Card(command::Card),
    /// Propose to admit an institution, by its card; this node's vote is the first.
    Admit(command::Paper),
    /// Vote for an admission that waits, by the feed of the institution; without it, list those that wait.
    Certify(command::Certify),
    /// Propose to expel a member, or vote for what another governor proposed; without a feed, list the expulsions that wait.
    Expel(command::Expel),
    /// Print the invitation for an admitted institution.
    Invite,
    /// Join a network, by a charter that all founders signed or by an invitation.
    Join(command::Paper),
    /// Accounts of people: add, reset, disable, list.
    #[command(subcommand)]
    Account(AccountCommand),
    /// API tokens: create, revoke, list.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Vouch for a person of this house.
    Attest(command::Attest),
    /// Vouch no longer.
    Revoke(command::Revoke),
    /// Cases: post, show, list.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Comment on a case.
    Comment(command::Comment),
    /// Star a case, or take the star back.
    Star(command::Star),
    /// Save a case for later, or take it off the list.
    Save(command::Save),
    /// Show the cases that somebody saved for later.
    Saved(command::Saved),
    /// Withdraw a case, or one own comment.
    Withdraw(command::Withdraw),
    /// Search all cases of the network; the question does not leave this node.
    Search(command::Search),
    /// Other institutions: who is connected, what they hold.
    Peers,
    /// This node: institution, network, keys, whether it may write.
    Status,
    /// The audit chain.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Write all entries of an institution's feed to a file that `verify` can check.
    Export(command::Export),
    /// Check an exported feed down to the charter, without a node and without a network.
    Verify(command::Verify),
    /// Cover what identifies in pictures of this machine, without a node: a contact sheet first, then the files.
    ///
    /// Nothing is written that nobody has looked at. A first run has programs look for faces, print and codes, covers what they
    /// find, and writes the contact sheet alone. You look at it; a second run with --looked writes what it shows, and nothing
    /// else. Place, time, camera and whatever more the files held beside their pixels is in nothing that is written.
    ///
    /// Written files are called 0001.jpg and so on, without their folders, because the name of a file or a folder often says
    /// whom a picture shows. Which is which stands on the sheet, and is said when they are written.
    ///
    /// Ends with 0 if every picture is written, with 3 if files were refused, with 4 if pictures wait for your eyes, as all do
    /// after a first run, and with 130 if it was stopped; it then goes on where it was when it is run again.
    Anonymize(command::Anonymize),
    /// Tables, index and journal.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Three hospitals on this machine with sample cases; nothing is left of it afterwards.
    Demo(command::Demo),
    /// Decodes pictures for the node, in a process of its own.
    #[command(hide = true)]
    Worker,
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error, std::env::args_os().any(|word| word == "--json")),
    };
    match call::perform(&cli) {
        Ok(code) => code,
        Err(failure) => print::failure(&failure, cli.json),
    }
}

/// A command line that cannot be understood, or a question for help: exit code 2, or 0.
fn misused(error: &clap::Error, is_json: bool) -> ExitCode {
    match complaint(error, is_json) {
        Some(complaint) => print::misuse(&complaint),
        // There is nobody to tell if this cannot be written.
        None => drop(error.print()),
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// What is said to programs, which get no help but an error.
fn complaint(error: &clap::Error, is_json: bool) -> Option<String> {
    let said = error.to_string();
    (is_json && error.use_stderr()).then(|| said.trim().trim_start_matches("error: ").to_owned())
}
