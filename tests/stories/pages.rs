//! Every page of the router is shown in a real browser and looked at; a page that is added and not shown here fails.

use std::{cell::RefCell, collections::BTreeSet, fs, path::Path};

use crate::{
    covering::is_looked_through, founding::Network, house::House, inspecting::Inspected, scanner::ultrasound,
    waiting::wait_until,
};

/// What answers a `GET` and is no page: pictures, a stream, a file, and ways that lead on to pages.
const NO_PAGES: [&str; 10] = [
    "/admin/audit/lines",
    "/cases/{case}/pictures/{number}",
    "/cases/{case}/pictures/{number}/object",
    "/cases/{case}/previews/{number}",
    "/drafts/{draft}",
    "/drafts/{draft}/hide",
    "/drafts/{draft}/pictures/{picture}/clean",
    "/drafts/{draft}/pictures/{picture}/small",
    "/drafts/{draft}/pictures/{picture}/upright",
    "/events",
];

/// A real photograph of a face.
pub(crate) fn portrait() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/pictures/portrait.jpg"))
}

/// Every `GET` of the pages, from the table of routes as it stands in the source.
fn routes() -> BTreeSet<String> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/pages");
    let files = [pages.with_extension("rs"), pages.join("new.rs"), pages.join("admin.rs")];
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let routes = text.split(".get(\"").skip(1).map(|rest| rest[..rest.find('"').unwrap()].to_owned());
    routes.filter(|route| !NO_PAGES.contains(&route.as_str())).collect()
}

/// Goes from page to page and remembers which.
struct Tour<'a> {
    browser: Inspected,
    house: &'a House,
    shown: RefCell<BTreeSet<String>>,
}

impl Tour<'_> {
    /// Shows the page of a route whose open places are filled, and looks at it.
    fn show(&self, route: &str, filled: &[&str]) {
        let mut filled = filled.iter();
        let fill =
            |part: &str| if part.starts_with('{') { (*filled.next().unwrap()).to_owned() } else { part.to_owned() };
        let path = route.split('/').map(fill).collect::<Vec<_>>().join("/");
        self.browser.visit(self.house, &path);
        self.look(route);
    }

    /// Looks at the page that is open, which is one of a route.
    fn look(&self, route: &str) {
        let path = self.browser.path();
        assert!(is_of(&path, route), "{route} leads to {path}");
        self.browser.has("h1");
        self.browser.inspect();
        self.shown.borrow_mut().insert(route.to_owned());
    }
}

fn is_of(path: &str, route: &str) -> bool {
    let (path, route): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), route.split('/').collect());
    path.len() == route.len() && path.iter().zip(&route).all(|(part, place)| place.starts_with('{') || part == place)
}

#[test]
fn every_page_can_be_read_by_everybody() {
    let network = Network::of(2);
    let [a, b] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let case = a.post_with_picture("keller", "A rash that comes and goes", portrait());
    let film = tempfile::NamedTempFile::new().unwrap();
    fs::write(film.path(), ultrasound(1, "quokka", "1.2.826.0.1.4711.7")).unwrap();
    let film = a.post_with_picture("keller", "A cyst that grew", film.path());
    wait_until("B has the case", || b.case(&case).is_some());
    let comment = b.comment("okafor", &case, "We saw two of these in May.");
    wait_until("A has the answer", || a.case(&case).is_some_and(|shown| shown["comments"][0].is_object()));
    let gone = a.post("keller", "Shown in good faith", "And taken back.", "network");
    a.ask(&["withdraw", &gone, "--as", "keller", "--ground", "patient-wish"]);
    let link = a.ask(&["account", "add", "adler", "--name", "Ada Adler", "--role", "auditor"])["path"].clone();
    let link: Vec<&str> = link.as_str().unwrap().split('/').skip(2).collect();

    let tour = Tour { browser: Inspected::at(a), house: a, shown: RefCell::default() };
    for route in ["/sign-in", "/sign-up", "/help"] {
        tour.show(route, &[]);
    }
    tour.show("/first/{login}/{secret}", &link);

    let browser = &tour.browser;
    browser.sets_a_password(a, a.first_sign_in());
    for route in ["/admin/people", "/admin/peers", "/admin/card"] {
        tour.show(route, &[]);
    }
    browser.comes_in(a, "adler");
    tour.show("/admin/audit", &[]);

    browser.comes_in(a, "keller");
    for route in ["/", "/search", "/saved", "/account"] {
        tour.show(route, &[]);
    }
    browser.visit(a, "/search?q=rash");
    tour.look("/search");
    for route in ["/cases/{case}", "/cases/{case}/withdraw"] {
        tour.show(route, &[&case]);
    }
    tour.show("/cases/{case}", &[&gone]);
    tour.show("/cases/{case}/pictures/{number}/manifest", &[&case, "1"]);
    tour.show("/cases/{case}/pictures/{number}/frames", &[&film, "1"]);
    tour.show("/chain/{entry}", &[&comment]);

    let draft = browser.begins_a_draft(a);
    tour.look("/drafts/{draft}/pictures");
    browser.hand_in("#pictures", portrait());
    browser.has(".shelf li");
    is_looked_through(browser);
    tour.look("/drafts/{draft}/pictures");
    browser.visit(a, &format!("/drafts/{draft}/hide"));
    browser.has("mask-editor.is-live");
    tour.look("/drafts/{draft}/hide/{picture}");
    for step in ["context", "audience", "check", "share", "discard"] {
        tour.show(&format!("/drafts/{{draft}}/{step}"), &[&draft]);
    }
    tour.show("/cases/new", &[]);

    let shown = tour.shown.borrow();
    let missed: Vec<_> = routes().difference(&shown).cloned().collect();
    assert_eq!(missed, [] as [String; 0], "pages that nobody looked at");
    assert_eq!(shown.difference(&routes()).count(), 0, "pages that the router does not know: {shown:?}");
}
