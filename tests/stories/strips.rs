//! Pictures so narrow that no face can be in them: they are looked at quickly, and are told apart by their sizes.

/// A grey picture as a baseline TIFF (TIFF 6.0, section 4): one strip, not compressed.
pub(crate) fn strip(width: u16, height: u16) -> Vec<u8> {
    const PIXELS_AT: u32 = 8;
    let bytes = u32::from(width) * u32::from(height);
    let pixels = (0..bytes).map(|at| u8::try_from(at % 251).unwrap());
    // Width, height, bits, no compression, black is zero, where the pixels are, rows of a strip, and its bytes.
    let fields: [(u16, u16, u32); 8] = [
        (256, 3, width.into()),
        (257, 3, height.into()),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, PIXELS_AT),
        (278, 3, height.into()),
        (279, 4, bytes),
    ];
    let count = u16::try_from(fields.len()).unwrap();
    let field = |(tag, kind, value): (u16, u16, u32)| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    [
        b"II*\0".to_vec(),
        (PIXELS_AT + bytes).to_le_bytes().to_vec(),
        pixels.collect(),
        count.to_le_bytes().to_vec(),
        fields.map(field).concat(),
        0_u32.to_le_bytes().to_vec(),
    ]
    .concat()
}
