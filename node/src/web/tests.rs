//! Pages and API without a server: requests go straight into the router of a real node in a directory of its own.

mod audit_page;
mod audited;
mod contested;
mod cross_site;
mod crowds;
mod description;
mod foreign;
mod headers;
mod hiding;
mod leaving;
mod marks;
mod pairs;
mod pictures;
mod pointing;
mod resolving;
mod roles;
mod scripts;
mod searching;
mod sessions;
mod threads;
mod unsent;
mod vouching;
mod ward;
mod writing;
