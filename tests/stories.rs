//! Stories with real nodes: each hospital is a process of the program just built, with a data directory and a loopback
//! address of its own, and is spoken to as people and programs speak to it, by command line and HTTP.
//!
//! | stories | tell |
//! |---|---|
//! | `reading` | a case goes from house to house |
//! | `pages` | every page of the router is looked at in a browser |
//! | `tls` | the default way: `init`, `serve`, and the first administrator comes in over TLS |
//! | `fresh` | the commands that make a node on a fresh machine, as the manual lists them |
//! | `service`, `container` | what the service unit and the container file name, within what they allow |
//! | `stopping` | a node is stopped while pages are open |
//! | `visiting` | people come into a house by its pages |
//! | `sharing` | a photograph becomes a case by the pages |
//! | `covering` | what is found in it is answered place by place, and its original goes |
//! | `pairs` | pictures are put in order, two of them as before and after |
//! | `answering` | a case is answered from another house by the pages |
//! | `away` | a house whose neighbours are all gone goes on |
//! | `photograph` | a photograph does, and tells nobody whom it shows |
//! | `objects` | a DICOM object does, frame by frame; and an archive sends some |
//! | `carriers` | two hundred photographs say a word wherever files can carry one, and nobody hears it |
//! | `contact_sheet` | pictures of a folder are covered without a node |
//! | `guesses` | nobody can tell whether a guess is right |
//! | `viewers` | what somebody reads whom nobody vouches for |
//! | `audience` | a case for one hospital is for that one |
//! | `fetched` | pictures of other hospitals go, and come again |
//! | `withdrawing` | what is withdrawn is gone everywhere |
//! | `hostile` | a member sends what must not stand |
//! | `contested` | a member names the keys of others |
//! | `joining` | a fourth hospital comes in |
//! | `verifying` | a feed is checked without a node |
//! | `kills` | processes die in the middle |
//! | `cuts` | the power goes |
//! | `copies` | a data directory exists twice |
//! | `demo` | the demo comes and goes |
//! | `rebuilding`, `bar` | tables and index are damaged; at a terminal a bar shows how far they are mended |
//! | `bad_files`, `bad_forms` | files and forms that are wrong in every way |
//! | `bad_requests`, `bad_commands` | requests, arguments and configurations that are wrong |
//! | `bent` | pictures bent by chance, and bombs |
//! | `newer` | files of a newer program |
//! | `slow` | uploads that come a byte at a time |
//! | `workers` | the process that reads pictures dies or stands still |
//! | `full` | the disk is full |
//!
//! How often something is tried stands in the environment: `CONSILIUM_KILLS`, `CONSILIUM_CUTS`, `CONSILIUM_FLIPS`,
//! `CONSILIUM_BENT`; and `CONSILIUM_SEED` draws the moments anew. Nothing here measures time; every wait is for a named
//! state.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

#[path = "stories/answering.rs"]
mod answering;
#[path = "stories/arrivals.rs"]
mod arrivals;
#[path = "stories/asking.rs"]
mod asking;
#[path = "stories/audience.rs"]
mod audience;
#[path = "stories/away.rs"]
mod away;
#[path = "stories/bad_commands.rs"]
mod bad_commands;
#[path = "stories/bad_files.rs"]
mod bad_files;
#[path = "stories/bad_forms.rs"]
mod bad_forms;
#[path = "stories/bad_heic.rs"]
mod bad_heic;
#[path = "stories/bad_jpeg.rs"]
mod bad_jpeg;
#[path = "stories/bad_kinds.rs"]
mod bad_kinds;
#[path = "stories/bad_png.rs"]
mod bad_png;
#[path = "stories/bad_requests.rs"]
mod bad_requests;
#[path = "stories/bad_tiff.rs"]
mod bad_tiff;
#[path = "stories/bad_webp.rs"]
mod bad_webp;
#[path = "stories/bar.rs"]
mod bar;
#[path = "stories/bent.rs"]
mod bent;
#[path = "stories/browser.rs"]
mod browser;
#[path = "stories/canaries.rs"]
mod canaries;
#[path = "stories/carriers.rs"]
mod carriers;
#[path = "stories/chance.rs"]
mod chance;
#[path = "stories/coming_in.rs"]
mod coming_in;
#[path = "stories/contact_sheet.rs"]
mod contact_sheet;
#[path = "stories/container.rs"]
mod container;
#[path = "stories/contested.rs"]
mod contested;
#[path = "stories/copies.rs"]
mod copies;
#[path = "stories/corpus.rs"]
mod corpus;
#[path = "stories/covering.rs"]
mod covering;
#[path = "stories/cuts.rs"]
mod cuts;
#[path = "stories/demo.rs"]
mod demo;
#[path = "stories/disk.rs"]
mod disk;
#[path = "stories/fetched.rs"]
mod fetched;
#[path = "stories/files.rs"]
mod files;
#[path = "stories/founding.rs"]
mod founding;
#[path = "stories/fresh.rs"]
mod fresh;
#[path = "stories/full.rs"]
mod full;
#[path = "stories/ground.rs"]
mod ground;
#[path = "stories/guesses.rs"]
mod guesses;
#[path = "stories/hostile.rs"]
mod hostile;
#[path = "stories/house.rs"]
mod house;
#[path = "stories/http.rs"]
mod http;
#[path = "stories/https.rs"]
mod https;
#[path = "stories/inspecting.rs"]
mod inspecting;
#[path = "stories/joining.rs"]
mod joining;
#[path = "stories/kills.rs"]
mod kills;
#[path = "stories/member.rs"]
mod member;
#[path = "stories/newer.rs"]
mod newer;
#[path = "stories/objects.rs"]
mod objects;
#[path = "stories/pages.rs"]
mod pages;
#[path = "stories/pairs.rs"]
mod pairs;
#[path = "stories/pen.rs"]
mod pen;
#[path = "stories/photograph.rs"]
mod photograph;
#[path = "stories/posting.rs"]
mod posting;
#[path = "stories/process.rs"]
mod process;
#[path = "stories/raw.rs"]
mod raw;
#[path = "stories/reading.rs"]
mod reading;
#[path = "stories/rebuilding.rs"]
mod rebuilding;
#[path = "stories/root.rs"]
mod root;
#[path = "stories/sandbox.rs"]
mod sandbox;
#[path = "stories/scanner.rs"]
mod scanner;
#[path = "stories/seats.rs"]
mod seats;
#[path = "stories/service.rs"]
mod service;
#[path = "stories/sharing.rs"]
mod sharing;
#[path = "stories/slow.rs"]
mod slow;
#[path = "stories/stopping.rs"]
mod stopping;
#[path = "stories/strips.rs"]
mod strips;
#[path = "stories/tls.rs"]
mod tls;
#[path = "stories/unsealed.rs"]
mod unsealed;
#[path = "stories/verifying.rs"]
mod verifying;
#[path = "stories/viewers.rs"]
mod viewers;
#[path = "stories/villain.rs"]
mod villain;
#[path = "stories/visiting.rs"]
mod visiting;
#[path = "stories/visitor.rs"]
mod visitor;
#[path = "stories/waiting.rs"]
mod waiting;
#[path = "stories/withdrawing.rs"]
mod withdrawing;
#[path = "stories/workers.rs"]
mod workers;
