//! The look of the pages within one file: for a page that is kept on a disk and can load nothing.

use std::sync::LazyLock;

use data_encoding::BASE64;

use super::assets;

/// Where the fonts are, seen from the stylesheet.
const FONTS: &str = "../vendor/atkinson/";

/// The stylesheet of words and forms with its fonts in it.
pub(crate) static INLINE: LazyLock<String> = LazyLock::new(|| {
    let style = assets::bytes("css/consilium.css").map(String::from_utf8_lossy).unwrap_or_default();
    let mut parts = style.split(FONTS);
    let mut inline = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // What stands up to the end of a quoted address is the name of a file.
        let (name, rest) = part.split_once('"').unwrap_or((part, ""));
        let font = assets::bytes(&format!("vendor/atkinson/{name}")).unwrap_or_default();
        inline.push_str(&format!("data:font/woff2;base64,{}\"{rest}", BASE64.encode(font)));
    }
    inline
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        let addresses: Vec<&str> = INLINE.split("url(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(addresses.len(), 3, "the fonts");
        for address in addresses {
            let font = address.strip_prefix("data:font/woff2;base64,").unwrap();
            assert!(BASE64.decode(font.as_bytes()).unwrap().starts_with(b"wOF2"));
        }
        assert!(!INLINE.contains("@import") && INLINE.contains("--paper"));
    }
}
