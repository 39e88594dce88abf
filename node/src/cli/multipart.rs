//! Words and pictures in one request (RFC 7578). Names of files stay where the files are.

use crate::entropy;

/// A part of a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    pub(crate) content_type: &'a str,
    /// Whether a browser would have sent it as a file.
    pub(crate) is_file: bool,
    pub(crate) bytes: &'a [u8],
}

/// The content type and the body. The line between the parts is random, so that no picture holds it.
pub(crate) fn multipart(parts: &[Part]) -> (String, Vec<u8>) {
    let boundary = hex::encode(entropy::draw::<16>());
    let mut body = Vec::with_capacity(parts.iter().map(|part| part.bytes.len() + 256).sum());
    for Part { name, content_type, is_file, bytes } in parts {
        let file = if *is_file { "; filename=\"picture\"" } else { "" };
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\nContent-Type: {content_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::FromRequest, http::Request};

    use super::*;

    #[tokio::test]
    async fn what_is_put_in_is_read_back() {
        let case = Part { name: "case", content_type: "application/json", is_file: false, bytes: b"{}" };
        let picture =
            Part { name: "picture", content_type: "application/octet-stream", is_file: true, bytes: b"\r\n--\0\xff" };
        let (content_type, body) = multipart(&[case, picture]);
        let request = Request::post("/").header("content-type", content_type).body(Body::from(body)).unwrap();
        let mut form = axum::extract::Multipart::from_request(request, &()).await.unwrap();
        for part in [case, picture] {
            let field = form.next_field().await.unwrap().unwrap();
            assert_eq!((field.name(), field.file_name().is_some()), (Some(part.name), part.is_file));
            assert_eq!(field.bytes().await.unwrap(), part.bytes);
        }
        assert!(form.next_field().await.unwrap().is_none());
    }
}
