//! Fuzz target: gossip messages.
#![cfg_attr(feature = "libfuzzer", no_main)]

#[cfg(feature = "libfuzzer")]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::gossip(bytes));

/// Without the fuzzer, replays the files named as arguments.
#[cfg(not(feature = "libfuzzer"))]
fn main() {
    std::env::args().skip(1).for_each(|path| fuzz::gossip(&std::fs::read(path).expect("the file can be read")));
}
