//! Requests that are wrong in words, ids, headers or framing. Each is answered as wrong, or the connection ends; none makes
//! the node say that the mistake was its own.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::{
    founding::Network,
    raw::{Heard, exchange},
    visitor::Visitor,
};

/// Bodies of a new case, and what is answered.
fn bodies() -> Vec<(&'static str, Vec<u8>, u16)> {
    let case = |key: &str, value: Value| {
        let mut case = json!({ "title": "T", "text": "Words.", "audience": "house" });
        case[key] = value;
        case.to_string().into_bytes()
    };
    vec![
        ("nothing", b"".to_vec(), 422),
        ("half", b"{\"title\": \"T\"".to_vec(), 422),
        ("no JSON", b"title=T".to_vec(), 422),
        ("null", b"null".to_vec(), 422),
        ("a number", b"12".to_vec(), 422),
        ("a number beyond all", format!("{{\"title\": {}}}", "9".repeat(10_000)).into_bytes(), 422),
        ("100,000 brackets", b"[".repeat(100_000), 422),
        ("100,000 braces", b"{\"a\":".repeat(40_000), 422),
        ("no text", b"{\"title\": \"\xff\xfe\xfd\"}".to_vec(), 422),
        ("half a character", b"{\"title\": \"\\ud800\"}".to_vec(), 422),
        ("a title twice", b"{\"title\": \"T\", \"title\": \"U\"}".to_vec(), 422),
        ("no title", json!({ "text": "Words." }).to_string().into_bytes(), 422),
        ("a title that is a list", case("title", json!(["T"])), 422),
        ("an empty title", case("title", json!("  ")), 422),
        ("a title of 10,000 characters", case("title", json!("T".repeat(10_000))), 422),
        ("a text of 200,000 characters", case("text", json!("x".repeat(200_000))), 422),
        ("a text of 300,000 characters", case("text", json!("x".repeat(300_000))), 422),
        ("1,000 tags", case("tags", json!(vec!["tag"; 1_000])), 422),
        ("tags that are numbers", case("tags", json!([1, 2])), 422),
        ("a specialty that is none", case("specialty", json!("../../D003880")), 422),
        ("an audience that is none", case("audience", json!("everybody, please")), 422),
        ("a key that is unknown", case("is_admin", json!(true)), 422),
        ("the name of somebody else", case("as", json!("admin")), 422),
    ]
}

/// Addresses that lead nowhere: ids that are none, ways out of a directory, bytes that are no text.
fn addresses() -> Vec<String> {
    let ids = [
        "..",
        "../../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f%2e%2e%2f",
        "%00",
        "%ff%fe",
        "%c0%ae%c0%ae",
        "'%20OR%201=1--",
        "-1",
        "0",
        "99999999999999999999999999",
        "%F0%9F%92%A9",
        "<script>",
        "%0d%0aSet-Cookie:%20a=b",
    ];
    let long = "a".repeat(9_000);
    let ids: Vec<&str> = ids.into_iter().chain([long.as_str()]).collect();
    let places = [
        "/cases/{}",
        "/drafts/{}",
        "/drafts/{}/pictures",
        "/drafts/{}/hide/{}",
        "/drafts/{}/pictures/{}/upright",
        "/cases/{}/pictures/1",
        "/chain/{}",
        "/a/{}",
        "/api/v1/cases/{}",
        "/api/v1/feeds/{}/export",
        "/api/v1/cases/{}/pictures/{}/manifest",
        "/{}",
    ];
    places.iter().flat_map(|place| ids.iter().map(|id| place.replace("{}", id))).collect()
}

const QUERIES: [&str; 11] = [
    "/api/v1/cases?limit=0",
    "/api/v1/cases?limit=-1",
    "/api/v1/cases?limit=99999999999999999999",
    "/api/v1/cases?limit=ten",
    "/api/v1/cases?after=yesterday",
    "/api/v1/cases?after=1-2-3-4",
    "/api/v1/cases?filter=everything",
    "/api/v1/cases?after=%ff%fe",
    "/api/v1/search?q=rash&limit=1000",
    "/api/v1/search?q=rash&limit=x",
    "/?after=nowhere",
];

#[test]
fn words_ids_and_queries_that_are_wrong_are_refused_as_such() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let is_blamed = |answer: &Heard| (400..500).contains(&answer.status);
    let mut wrong = Vec::new();
    for (name, body, status) in bodies() {
        let answer = keller.post("/api/v1/cases", "application/json", &body);
        if answer.status != status {
            wrong.push(format!("{name}: {} {}", answer.status, answer.text()));
        } else if answer.problem().is_empty() {
            wrong.push(format!("{name}: no sentence"));
        }
    }
    let other_kind = keller.post("/api/v1/cases", "text/plain", b"{\"title\": \"T\"}");
    assert!(is_blamed(&other_kind), "{}", other_kind.text());
    for path in addresses().iter().map(String::as_str).chain(QUERIES) {
        let answer = keller.get(path);
        if !is_blamed(&answer) {
            wrong.push(format!("GET {path}: {}", answer.status));
        }
    }
    for query in ["%ff%fe", "%22", "((((((((", "title:%00", "a%20AND%20OR%20NOT", "%2A", &"rash%20".repeat(1_000)] {
        let answer = keller.get(&format!("/api/v1/search?q={query}"));
        if answer.status >= 500 {
            wrong.push(format!("search {query}: {} {}", answer.status, answer.text()));
        }
    }
    for (path, body) in [
        ("/sign-in", b"account=%ff&password=%fe".as_slice()),
        ("/sign-in", b"\xff\xfe\x00"),
        ("/sign-in", b""),
        ("/sign-up", b"account=%2e%2e%2f&name=%00&password=short"),
        ("/account/password", b"password=x"),
        ("/account/look", b"scheme=javascript%3Aalert(1)&density=x"),
        ("/account/sessions/x/end", b""),
        ("/cases/x/star", b""),
        ("/drafts/x/discard", b""),
    ] {
        let answer = keller.post(path, "application/x-www-form-urlencoded", body);
        if answer.status >= 500 || answer.status == 200 {
            wrong.push(format!("POST {path}: {}", answer.status));
        }
    }
    let long = keller.post("/sign-in", "application/x-www-form-urlencoded", &b"password=x".repeat(100_000));
    assert_eq!(long.status, 413, "{}", long.text());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(a.titles(), [] as [String; 0], "no case came of any of it");

    let steers = json!({ "title": "a\u{7}b\u{1b}]0;c\u{202e}d", "audience": "house" }).to_string();
    let answer = keller.post("/api/v1/cases", "application/json", steers.as_bytes());
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(!answer.problem().is_empty(), "no sentence for what steers a terminal");
    assert!(!a.said().contains("ERROR") && !a.said().contains("panic"), "nothing of it is a mistake of the node");
}

/// Requests whose framing is wrong, so that two readers may see two requests in one.
fn framings(host: SocketAddr) -> Vec<(&'static str, Vec<u8>)> {
    let post = |headers: &str, body: &str| {
        format!("POST /sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{headers}\r\n\r\n{body}")
            .into_bytes()
    };
    let hidden = format!("GET /help HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let get = |line: &str, headers: &str| format!("{line}\r\nHost: {host}\r\n{headers}\r\n").into_bytes();
    vec![
        ("length and chunks", post("Content-Length: 6\r\nTransfer-Encoding: chunked", &format!("0\r\n\r\n{hidden}"))),
        ("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 6", &format!("0\r\n\r\n{hidden}"))),
        ("two lengths", post("Content-Length: 0\r\nContent-Length: 44", &hidden)),
        ("two lengths in one line", post("Content-Length: 0, 44", &hidden)),
        ("a length with a sign", post("Content-Length: +5", "a=b&c")),
        ("a length below nothing", post("Content-Length: -1", "a")),
        ("a length beyond all", post("Content-Length: 99999999999999999999999", "a")),
        ("chunks by another name", post("Transfer-Encoding: xchunked", &hidden)),
        ("chunks that are not last", post("Transfer-Encoding: chunked, identity", &format!("0\r\n\r\n{hidden}"))),
        ("a chunk that is no number", post("Transfer-Encoding: chunked", &format!("zz\r\n\r\n{hidden}"))),
        ("a chunk beyond all", post("Transfer-Encoding: chunked", &format!("fffffffffffffffff\r\n{hidden}"))),
        ("a blank before the colon", post("Content-Length : 0", &hidden)),
        ("a folded header", get("GET /help HTTP/1.1", "X: a\r\n b\r\n")),
        ("a header with a zero", get("GET /help HTTP/1.1", "X: a\0b\r\n")),
        ("a header with a bare return", get("GET /help HTTP/1.1", "X: a\rY: b\r\n")),
        ("100 headers", get("GET /help HTTP/1.1", &"X: y\r\n".repeat(100))),
        ("a header of 1 MiB", get("GET /help HTTP/1.1", &format!("X: {}\r\n", "x".repeat(1 << 20)))),
        ("an address of 1 MiB", get(&format!("GET /{} HTTP/1.1", "x".repeat(1 << 20)), "")),
        ("another version", get("GET /help HTTP/9.9", "")),
        ("no version", b"GET /help\r\n\r\n".to_vec()),
        ("no method", get(" /help HTTP/1.1", "")),
        ("an address with a blank", get("GET /he lp HTTP/1.1", "")),
        ("a greeting of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(40)),
        ("noise", (0_u32..4_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8 | 0x80).collect()),
    ]
}

#[test]
fn requests_whose_framing_is_wrong_are_refused_and_hide_no_second_one() {
    let network = Network::of(1);
    let [a] = network.houses();
    let node = a.process();
    for (name, request) in framings(a.web()) {
        if let Some(heard) = exchange(a.web(), &request) {
            assert!(heard.status >= 400 && heard.status != 500, "{name}: {heard:?}");
            assert!(!heard.text().contains("HTTP/1.1"), "{name}: a second request was answered");
        }
    }
    assert_eq!(a.process(), node);
    assert!(!a.said().contains("ERROR") && !a.said().contains("panic"), "nothing of it is a mistake of the node");
}
