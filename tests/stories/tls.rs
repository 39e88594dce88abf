//! The default way: `init` makes a certificate, `serve` serves with it, and the first administrator comes in; then the same
//! with a certificate that the operator brings.

use std::{fs, path::Path};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::{
    house::House,
    https::{Browser, Spoken},
    raw::exchange,
};

const PASSWORD: &str = "a-long-walk-along-the-river";

#[test]
fn two_commands_make_a_node_with_tls_and_its_first_administrator() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("A");
    let a = House::make_with_tls("Hospital A", &data);
    a.serve();
    let own = data.join("tls/certificate.pem");

    let browser = |spoken| Browser::trusting(&own, a.web(), spoken);
    let first = browser(Spoken::Http2);
    let set = first.post(a.first_sign_in(), &[("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(set.status, 303, "{}", set.text);
    let people = first.get("/admin/people");
    assert!(people.status == 200 && people.text.contains("admin"), "{}", people.text);
    for spoken in [Spoken::Http1, Spoken::Http2] {
        comes_in_and_changes_something(&a, &browser(spoken));
    }
    let plain = format!("GET /health/live HTTP/1.1\r\nHost: {}\r\n\r\n", a.web());
    assert!(exchange(a.web(), plain.as_bytes()).is_none(), "nothing is said without TLS");
    a.stop();
}

#[test]
fn a_certificate_that_the_operator_brings_is_the_one_that_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let a = House::make_with_tls("Hospital A", &directory.path().join("A"));
    let (authority, chain, key) = issued(directory.path(), &a.web().ip().to_string());
    a.configure("web", "certificate", chain.as_str());
    a.configure("web", "certificate_key", key.as_str());
    a.serve();

    let browser = |spoken| Browser::trusting(Path::new(&authority), a.web(), spoken);
    let set = browser(Spoken::Http2).post(a.first_sign_in(), &[("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(set.status, 303, "{}", set.text);
    for spoken in [Spoken::Http1, Spoken::Http2] {
        comes_in_and_changes_something(&a, &browser(spoken));
    }
    let own = directory.path().join("A/tls/certificate.pem");
    assert!(!Browser::trusting(&own, a.web(), Spoken::Http1).is_at_ease(), "another one is not shown");
    a.stop();
}

/// Signs in and sends a form; that of another origin changes nothing, whatever port or host is other.
fn comes_in_and_changes_something(house: &House, browser: &Browser) {
    let signed_in = browser.post("/sign-in", &[("account", "admin"), ("password", PASSWORD), ("next", "/account")]);
    assert_eq!((signed_in.status, signed_in.location.as_str()), (303, "/account"), "{}", signed_in.text);
    let look = [("scheme", "dark"), ("density", "calm")];
    assert_eq!(browser.post("/account/look", &look).status, 303);
    let host = house.web().ip();
    for elsewhere in [format!("https://{host}"), format!("https://{host}:1"), "https://evil.example".to_owned()] {
        assert_eq!(browser.post_from(&elsewhere, "/account/look", &look).status, 403, "{elsewhere}");
    }
    assert_eq!(browser.get("/account").status, 200);
}

/// A certificate for a host with that of its authority, and its key, as files: of the authority, of the chain, of the key.
fn issued(directory: &Path, host: &str) -> (String, String, String) {
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "Authority of a story");
    let trusted = authority.self_signed(&authority_key).unwrap().pem();
    let leaf = CertificateParams::new([host.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap().pem();
    let write = |name: &str, text: String| {
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    (
        write("authority.pem", trusted.clone()),
        write("chain.pem", leaf + &trusted),
        write("key.pem", key.serialize_pem()),
    )
}
