//! Fuzz target: free text.
#![cfg_attr(feature = "libfuzzer", no_main)]

#[cfg(feature = "libfuzzer")]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::words(bytes));

/// Without the fuzzer, replays the files named as arguments.
#[cfg(not(feature = "libfuzzer"))]
fn main() {
    std::env::args().skip(1).for_each(|path| fuzz::words(&std::fs::read(path).expect("the file can be read")));
}
