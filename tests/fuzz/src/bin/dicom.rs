//! Fuzz target: DICOM objects, as they arrive and as they claim to be clean.
#![cfg_attr(feature = "libfuzzer", no_main)]

#[cfg(feature = "libfuzzer")]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::dicom(bytes));

/// Without the fuzzer, replays the files named as arguments.
#[cfg(not(feature = "libfuzzer"))]
fn main() {
    std::env::args().skip(1).for_each(|path| fuzz::dicom(&std::fs::read(path).expect("the file can be read")));
}
