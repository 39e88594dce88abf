//! The casebook told in stories, and its laws held against entries drawn at random.

mod any_order;
mod bytes;
mod long_thread;
mod readers;
mod repetitions;
mod shelves;
mod stories;
mod threads;
mod withdrawals;
mod world;
