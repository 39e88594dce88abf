//! Files of kinds that are not taken, by their first bytes; and bytes that are nothing at all.

use crate::bad_files::{Bad, bad};

/// Files that are refused, and what the sentence says.
pub(crate) fn refused() -> Vec<Bad> {
    let film = b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xff\xff\xff!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0!\xf9\x04\0\x0a\0\0\0";
    let dicom = [[0; 128].as_slice(), b"DICM\x02\0\0\0"].concat();
    let noise: Vec<u8> = (0_u32..50_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let unknown = "send it as JPEG, HEIC, PNG, WebP, TIFF or DICOM";
    let table: [(&str, &[u8], &str); 30] = [
        ("empty file", b"", "the file is empty; choose the picture again"),
        ("one byte", b"\xff", unknown),
        ("nothing but zeros", &[0; 4_096], unknown),
        ("noise", &noise, unknown),
        ("words", b"Not a picture.", unknown),
        ("json", b"{\"picture\": 1}", unknown),
        ("program", b"\x7fELF\x02\x01\x01\0", unknown),
        ("gif", b"GIF87a\x01\0\x01\0", "this is a GIF, which is not taken; save the one frame"),
        ("animated gif", film, "this is a GIF"),
        ("gif of 65,535 px a side", b"GIF89a\xff\xff\xff\xff\0\0\0", "this is a GIF"),
        ("bmp", b"BM\x36\0\0\0\0\0", "this is a BMP picture, which is not taken; save it as PNG"),
        (
            "svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
            "an SVG drawing, which can carry programs",
        ),
        ("svg behind a prolog", b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<svg/>", "an SVG drawing"),
        ("pdf", b"%PDF-1.7\n", "this is a PDF document, not a picture; save the page"),
        ("page", b"  <!DOCTYPE html><html><img src=x>", "this is a web page, not a picture"),
        ("dicom", &dicom, "the DICOM file is damaged: its file meta information breaks off"),
        ("heic of its brands alone", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "the HEIC ends too early"),
        ("heif of its brands alone", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "the HEIC ends too early"),
        ("heif of another coding", b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "an AVIF picture"),
        ("avif", b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "an AVIF picture, which cannot be read here; save it as JPEG"),
        ("jpeg xl", b"\xff\x0a\xfa\x7f", "a JPEG XL picture, which cannot be read here; save it as JPEG"),
        ("jpeg xl in a box", b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        ("jpeg 2000", b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        ("bigtiff", b"II\x2b\0\x08\0\0\0", "a BigTIFF, as slide scanners write it"),
        ("photoshop", b"8BPS\0\x01", "a Photoshop document"),
        ("icon", b"\0\0\x01\0\x01\0\x10\x10", "an icon file"),
        ("film", b"\0\0\0\x20ftypisom\0\0\x02\0isomavc1", "this is a video, not a picture; save the frame"),
        ("matroska", b"\x1a\x45\xdf\xa3\x9f\x42", "this is a video"),
        ("archive", b"PK\x03\x04\x14\0", "an archive or an office document; send the pictures in it one by one"),
        ("empty archive", b"PK\x05\x06\0\0", "an archive or an office document"),
    ];
    table.iter().map(|(name, bytes, says)| bad(name, bytes, says)).collect()
}
