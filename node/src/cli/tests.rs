//! What each command asks for: with the matrix of roles and routes this says who may do what by which command.

use clap::CommandFactory;

use super::*;
use crate::web::routes;

/// A command as it is typed, and the route that it asks for; without one it needs no node. `FILE` stands for a file.
const COMMANDS: &[(&str, &str)] = &[
    ("init --name A --country DE", ""),
    ("serve", ""),
    ("charter draft --name N --card FILE", "POST /api/v1/charters"),
    ("charter sign FILE", "POST /api/v1/charters/signatures"),
    ("charter show FILE", "POST /api/v1/charters/reading"),
    ("card", "GET /api/v1/card"),
    ("card --feed-in 00", "GET /api/v1/card"),
    ("admit FILE", "POST /api/v1/admissions"),
    ("certify 00", "POST /api/v1/admissions/votes"),
    ("certify", "GET /api/v1/admissions"),
    ("expel 00", "POST /api/v1/expulsions"),
    ("expel", "GET /api/v1/expulsions"),
    ("invite", "GET /api/v1/invitation"),
    ("join FILE", "POST /api/v1/network"),
    ("account add one --name One --role auditor", "POST /api/v1/accounts"),
    ("account reset one", "POST /api/v1/accounts/{login}/reset"),
    ("account disable one", "POST /api/v1/accounts/{login}/disable"),
    ("account list", "GET /api/v1/accounts"),
    ("token create one --scope cases:read", "POST /api/v1/tokens"),
    ("token revoke 1", "POST /api/v1/tokens/{token}/revoke"),
    ("token list", "GET /api/v1/tokens"),
    ("attest one --profession nurse", "POST /api/v1/attestations"),
    ("revoke one", "POST /api/v1/revocations"),
    ("case post --as one --title T --picture FILE --confirm", "POST /api/v1/cases"),
    ("case post --as one --title T --picture FILE --picture FILE --before-after 1 --confirm", "POST /api/v1/cases"),
    ("case show ../1?x", "GET /api/v1/cases/{case}"),
    ("case list", "GET /api/v1/cases"),
    ("comment 1/2 --as one --text T", "POST /api/v1/cases/{case}/comments"),
    ("star 1 --as one", "POST /api/v1/cases/{case}/star"),
    ("save 1?x --as one", "POST /api/v1/cases/{case}/saved"),
    ("saved --as one", "GET /api/v1/saved"),
    ("withdraw 1", "POST /api/v1/cases/{case}/withdrawal"),
    ("search rash fever", "GET /api/v1/search"),
    ("peers", "GET /api/v1/peers"),
    ("status", "GET /api/v1/status"),
    ("audit verify", "POST /api/v1/audit/verification"),
    ("export FILE", "GET /api/v1/feeds/{feed}/export"),
    ("verify FILE", ""),
    ("anonymize FILE FILE --into clean --report sheet.html", ""),
    ("anonymize FILE --into clean --report sheet.html --looked --except 0003,7", ""),
    ("store rebuild", "POST /api/v1/store/rebuild"),
    ("store check", "POST /api/v1/store/check"),
    ("store vouch", "POST /api/v1/store/vouching"),
    ("config show", ""),
    ("demo", ""),
    ("worker", ""),
];

fn parsed(line: &str, file: &str) -> Command {
    let words = line.split(' ').map(|word| if word == "FILE" { file } else { word });
    Cli::try_parse_from(std::iter::once("consilium").chain(words)).unwrap().command
}

/// Whether a request is one for a route: piece by piece, one piece for each parameter.
fn is_for(request: &Request, route: &str) -> bool {
    let path = request.path.split_once('?').map_or(request.path.as_str(), |(path, _)| path);
    let Some((method, route)) = route.split_once(' ') else { return false };
    let (pieces, parts): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), route.split('/').collect());
    method == request.method
        && pieces.len() == parts.len()
        && pieces.iter().zip(parts).all(|(piece, part)| part.starts_with('{') || *piece == part)
}

#[test]
fn every_command_asks_for_the_route_that_is_meant_whatever_its_words_are() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let routes = routes();
    let served: Vec<String> = routes.list().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    for (line, route) in COMMANDS {
        let request = Request::of(&parsed(line, file.path().to_str().unwrap())).unwrap();
        match request {
            None => assert_eq!(*route, "", "{line} needs no node"),
            Some(request) => {
                assert!(is_for(&request, route), "{line}: {} {}", request.method, request.path);
                assert!(served.iter().any(|served| served == route), "{route} is not served");
            }
        }
    }
}

#[test]
fn the_help_of_tokens_names_every_scope() {
    let mut cli = Cli::command();
    let token = cli.find_subcommand_mut("token").and_then(|token| token.find_subcommand_mut("create")).unwrap();
    let help = token.render_long_help().to_string();
    let names: Vec<&str> = house::token::Scope::ALL.iter().filter_map(|scope| scope.name()).collect();
    assert!(help.contains(&format!("What it may do: {}", names.join(", "))), "{help}");
}

#[test]
fn every_command_is_in_the_list() {
    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            let path = format!("{path}{} ", sub.get_name());
            if sub.has_subcommands() { leaves(sub, &path, found) } else { found.push(path) }
        }
    }
    let mut all = Vec::new();
    leaves(&Cli::command(), "", &mut all);
    let listed = |path: &String| COMMANDS.iter().any(|(line, _)| format!("{line} ").starts_with(path.as_str()));
    assert_eq!(all.iter().filter(|path| !listed(path)).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(all.len() > 30);
}

#[test]
fn programs_are_told_of_wrong_usage_too() {
    let said = |line: &str, is_json| {
        let words = std::iter::once("consilium").chain(line.split(' '));
        complaint(&Cli::try_parse_from(words).unwrap_err(), is_json)
    };
    let complaint = said("--json fly", true).unwrap();
    assert!(complaint.starts_with("unrecognized subcommand 'fly'"), "{complaint}");
    assert_eq!(said("fly", false), None, "people get what they always got");
    assert_eq!(said("--json --help", true), None, "who asks for help gets help");
}

#[test]
fn a_demo_has_a_port_and_one_above_it() {
    let parse = |port: &str| Cli::try_parse_from(["consilium", "demo", "--port", port]);
    for port in ["1", "8470", "65534"] {
        assert!(parse(port).is_ok(), "{port}");
    }
    for port in ["0", "65535", "65536"] {
        let said = parse(port).unwrap_err().to_string();
        assert!(said.contains("1..=65534") || said.contains("1..65535"), "{said}");
    }
}
