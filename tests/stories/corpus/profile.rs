//! A colour profile that says a word: red, green and blue of sRGB with a plain curve (ICC.1:2001-04, a monitor's profile).

/// So much of a header stands before the list of tags.
const HEADER_BYTES: usize = 128;

/// The profile, whose name is the word.
pub(crate) fn named(word: &str) -> Vec<u8> {
    let xyz = |values: [u32; 3]| [b"XYZ \0\0\0\0".as_slice(), &values.map(u32::to_be_bytes).concat()].concat();
    let white = [0xf6d6, 0x1_0000, 0xd32d];
    let name = format!("{word}\0");
    let curve = [b"curv\0\0\0\0".as_slice(), &1_u32.to_be_bytes(), &[2, 0x33, 0, 0]].concat();
    let length = u32::try_from(name.len()).unwrap().to_be_bytes();
    let tags = [
        (b"desc", [b"desc\0\0\0\0".as_slice(), &length, name.as_bytes(), &[0; 78]].concat()),
        (b"cprt", [b"text\0\0\0\0".as_slice(), name.as_bytes()].concat()),
        (b"wtpt", xyz(white)),
        (b"rXYZ", xyz([0x6fa2, 0x38f5, 0x0390])),
        (b"gXYZ", xyz([0x6299, 0xb785, 0x18da])),
        (b"bXYZ", xyz([0x24a0, 0x0f84, 0xb6cf])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut list = u32::try_from(tags.len()).unwrap().to_be_bytes().to_vec();
    let mut data: Vec<u8> = Vec::new();
    let data_at = HEADER_BYTES + 4 + tags.len() * 12;
    for (tag, mut value) in tags {
        let [at, len] = [data_at + data.len(), value.len()].map(|number| u32::try_from(number).unwrap().to_be_bytes());
        list.extend([tag.as_slice(), &at, &len].concat());
        value.resize(value.len().next_multiple_of(4), 0);
        data.append(&mut value);
    }
    let size = u32::try_from(data_at + data.len()).unwrap().to_be_bytes();
    let mut header = [&size[..], &[0; 4], &[2, 0x10, 0, 0], b"mntrRGB XYZ ", &[0; 12], b"acsp", &[0; 28]].concat();
    header.extend(white.map(u32::to_be_bytes).concat());
    header.resize(HEADER_BYTES, 0);
    [header, list, data].concat()
}
