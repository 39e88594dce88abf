//! The files of `web/`, inside the program: scripts, styles, fonts, icons. One digest stands in all their addresses, so that
//! relative imports hold and browsers may keep them for ever.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{problem::Problem, routes::Routes};

/// Hexadecimal digits of the digest that stand in an address.
const DIGEST_DIGITS: usize = 16;

struct Asset {
    path: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($path:literal,)*) => {
        &[$(Asset { path: $path, bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/", $path)) },)*]
    };
}

const ASSETS: &[Asset] = assets! {
    "css/consilium.css",
    "css/mark.svg",
    "css/pictures.css",
    "js/announce.js",
    "js/cover-book.js",
    "js/cover-layer.js",
    "js/cover-list.js",
    "js/cover-pen.js",
    "js/file-drop.js",
    "js/frame-slider.js",
    "js/geometry.js",
    "js/image-stage.js",
    "js/local-time.js",
    "js/make.js",
    "js/mask-editor.js",
    "js/new-cases.js",
    "js/new-comments.js",
    "js/page.js",
    "js/point-at.js",
    "js/unsent.js",
    "vendor/atkinson/LICENSE",
    "vendor/atkinson/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
    "vendor/atkinson/atkinson-hyperlegible-next-latin-wght-italic.woff2",
    "vendor/atkinson/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "vendor/htmx/LICENSE",
    "vendor/htmx/htmx.min.js",
    "vendor/htmx/hx-csp.min.js",
    "vendor/htmx/hx-sse.min.js",
    "vendor/lucide/LICENSE",
    "vendor/lucide/icons.svg",
};

static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let parts: Vec<&[u8]> = ASSETS.iter().flat_map(|asset| [asset.path.as_bytes(), asset.bytes]).collect();
    hex::encode(protocol::hash("web assets", &parts)).chars().take(DIGEST_DIGITS).collect()
});

/// The address of a file.
pub(crate) fn address(path: &str) -> String {
    format!("/a/{}/{path}", *DIGEST)
}

/// The bytes of a file.
pub(super) fn bytes(path: &str) -> Option<&'static [u8]> {
    ASSETS.iter().find(|asset| asset.path == path).map(|asset| asset.bytes)
}

pub(crate) fn routes() -> Routes {
    Routes::default().get("/a/{digest}/{*path}", file)
}

/// A file. Under another digest than ours it is given too, but not kept: that page is of a version before this one.
async fn file(Path((digest, path)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.path == path).ok_or_else(|| Problem::not_found("file"))?;
    let caching = if digest == *DIGEST { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(asset.path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
    ];
    Ok((headers, asset.bytes).into_response())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn walk(root: &Path, directory: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
        let mut found = BTreeSet::new();
        walk(&root, &root, &mut found);
        found.remove("vendor/vendor.toml");
        let served: BTreeSet<String> = ASSETS.iter().map(|asset| asset.path.to_owned()).collect();
        assert_eq!(served, found);
    }
}
