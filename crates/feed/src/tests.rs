//! Stories of feeds: what one machine answers, and what several come to know of each other.

mod appending;
mod archive;
mod author;
mod forks;
mod gossip;
mod growth;
mod ingest;
mod introductions;
mod own_head;
mod papers;
mod runs;
mod sealed;
mod serving;
mod sessions;
mod world;
