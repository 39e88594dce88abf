//! A PNG of pixels (ISO/IEC 15948): 8 bits a channel, rows as differences to the row above, nothing beside the pixels.
//!
//! It is for the screen of the person who covers a picture, quick rather than small. Published pictures are written by the
//! anonymizer.

/// Level of compression: the quickest.
const LEVEL: u8 = 1;
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// 8 bits a channel, truecolour, deflate, adaptive filters, not interlaced.
const KIND: [u8; 5] = [8, 2, 0, 0, 0];
/// The filter that takes the difference to the row above.
const UP: u8 = 2;

/// The file. `rgb` has three bytes a pixel, row by row.
pub(super) fn encode(width: u32, height: u32, rgb: &[u8]) -> Vec<u8> {
    let stride = width as usize * 3;
    let mut filtered = Vec::with_capacity(rgb.len() + height as usize);
    let mut above: &[u8] = &vec![0; stride];
    for row in rgb.chunks_exact(stride.max(1)) {
        filtered.push(UP);
        filtered.extend(row.iter().zip(above).map(|(byte, above)| byte.wrapping_sub(*above)));
        above = row;
    }
    let pixels = miniz_oxide::deflate::compress_to_vec_zlib(&filtered, LEVEL);
    drop(filtered);
    let head = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &KIND].concat();
    let mut file = Vec::with_capacity(pixels.len() + 64);
    file.extend_from_slice(SIGNATURE);
    for (name, content) in [(b"IHDR", head.as_slice()), (b"IDAT", &pixels), (b"IEND", &[])] {
        file.extend_from_slice(&(content.len() as u32).to_be_bytes());
        let start = file.len();
        file.extend_from_slice(name);
        file.extend_from_slice(content);
        let check = crc32(&file[start..]);
        file.extend_from_slice(&check.to_be_bytes());
    }
    file
}

/// The check of a chunk (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }
}
