//! The consilium program: one hospital's node, and its command line.
//!
//! | room | holds |
//! |---|---|
//! | `cli` | the command line: arguments, the requests they become, what is printed |
//! | `node` | `init` and `serve` |
//! | `web` | HTTP: the server, the API, the pages |
//! | `app` | what can be done, whoever asks |
//! | `desk` | the house and its journal |
//! | `reserve` | room on the disk: what is refused first, and what is always left |
//! | `network` | the machines of a network, what they keep, the engine that drives them |
//! | `worker` | decoding pictures in a process of its own |
//! | `anonymize` | pictures of a folder, covered, without a node |
//! | `demo` | three hospitals on one machine, with sample cases |
//! | `verify` | checking an exported feed without a node |

mod anonymize;
mod app;
mod armor;
mod card;
mod cli;
mod clock;
mod config;
mod demo;
mod desk;
mod entropy;
mod keys;
mod layout;
mod network;
mod node;
mod reserve;
mod sentences;
mod verify;
mod web;
mod worker;

use std::process::ExitCode;

/// Entries are made on one thread and forgotten on another, which the allocator of the C library is slow at
/// (docs/decisions/0020).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
