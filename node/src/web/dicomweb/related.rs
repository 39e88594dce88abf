//! The media type of a request that brings instances: `multipart/related` with its parameters (RFC 2387, RFC 9110 section
//! 5.6.6).

use axum::http::{HeaderMap, header};

/// The media type of an instance.
pub(super) const OBJECT: &str = "application/dicom";
const RELATED: &str = "multipart/related";

/// The boundary between the parts, if the parts are instances.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (kind, mut rest) = value.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case(RELATED) {
        return None;
    }
    let (mut boundary, mut root) = (None, None);
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            break;
        }
        let (name, behind) = rest.split_once('=')?;
        let (value, behind) = parameter(behind)?;
        match name.trim().to_ascii_lowercase().as_str() {
            "boundary" => boundary = Some(value),
            "type" => root = Some(value),
            _ => {}
        }
        rest = behind;
    }
    root.filter(|root| root.eq_ignore_ascii_case(OBJECT))?;
    boundary.filter(|boundary| (1..=70).contains(&boundary.len()))
}

/// A value, in quotes or without, and what stands behind it.
fn parameter(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text.get(..end)?.trim().to_owned(), text.get(end..)?));
    };
    let mut value = String::new();
    let mut is_escaped = false;
    for (at, character) in quoted.char_indices() {
        match character {
            '"' if !is_escaped => return Some((value, quoted.get(at + 1..)?)),
            '\\' if !is_escaped => is_escaped = true,
            other => {
                value.push(other);
                is_escaped = false;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_related_parts_that_are_instances_are_taken_apart() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            boundary(&headers)
        };
        for value in [
            "multipart/related; type=\"application/dicom\"; boundary=between",
            "Multipart/Related;boundary=\"between\";type=application/dicom",
            "multipart/related; start=\"<a>\"; type=\"application/dicom\"; boundary=\"be\\tween\"",
        ] {
            assert_eq!(of(value).as_deref(), Some("between"), "{value}");
        }
        for value in [
            "multipart/form-data; boundary=between",
            "multipart/related; boundary=between",
            "multipart/related; type=\"application/dicom+json\"; boundary=between",
            "multipart/related; type=\"application/dicom\"",
            "multipart/related; type=\"application/dicom\"; boundary=\"between",
            "multipart/related",
            "application/dicom",
        ] {
            assert_eq!(of(value), None, "{value}");
        }
    }
}
