//! A virtual network and clock round the real machines.
//!
//! The question this crate answers: *whatever wires, disks, clocks and dishonest members do, do all honest nodes come to hold
//! the same, and is nothing lost that was promised?* [`run`] plays a [`Scenario`] from a seed: the machines of `feed`,
//! `trust` and `casebook` as they are, everything round them virtual. One seed is one run, on every machine.

mod chance;
mod change;
mod check;
mod disk;
mod drive;
mod expulsion;
mod faults;
mod member;
mod node;
mod reopen;
mod scenario;
mod shelf;
mod truth;
mod vice;
mod wires;
mod words;
mod world;
mod writing;

pub use scenario::{Faults, Link, Load, Planted, Scenario, Vice};
pub use world::{Figures, Outcome, run};
