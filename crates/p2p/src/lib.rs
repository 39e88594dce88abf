//! Drives the feed machines over libp2p, and is the only crate that says so.
//!
//! The question this crate answers: *who is there, what do they say, and how do our words reach them?* [`Network`] takes
//! network effects and keeps connections; [`Events`] tells what happened. It decides nothing: who is a member, what a
//! frame means and what a message is worth are answered by `feed`, through the node that owns both.
//!
//! | file | holds |
//! |---|---|
//! | `network` | the handle that the node has |
//! | `event` | what the node is told, and the answers it owes |
//! | `roll` | who may connect, and who lost that for an hour |
//! | `transport` | how bytes travel: TCP, and QUIC where the feature `quic` is on |
//! | `behaviour`, `streams`, `gate` | what libp2p runs: limits, the gate before every protocol, streams |
//! | `gossip` | settings of gossip with their reasons, and what one peer may send of it |
//! | `frame`, `sync`, `blob`, `join` | what is spoken on streams |
//! | `address` | which addresses can be reached, and which may be dialled |
//! | `dial` | whom to call, where, and when again |
//! | `task`, `supervise` | the loop round the swarm, and what happens when it falls |
//!
//! Deliberately absent: discovery of addresses, relays, hole punching, a table of peers: only addresses that the node
//! gives are dialled, none is learned from the wire. `identify` is absent because nothing here needs it.

mod address;
mod behaviour;
mod blob;
mod config;
mod count;
mod dial;
mod event;
mod frame;
mod gate;
mod gossip;
mod join;
mod network;
mod pace;
mod peer;
mod roll;
mod shared;
mod streams;
mod supervise;
mod sync;
mod task;
mod transport;
mod turns;

pub use address::check_announced;
pub use blob::{FetchError, Haste};
pub use config::{Config, StartError};
pub use count::{Blames, Counts};
pub use event::{Answer, BlobAnswer, Event, Events, MessageToken};
pub use network::Network;
