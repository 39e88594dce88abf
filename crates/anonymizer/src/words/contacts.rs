//! Ways to reach somebody: e-mail, web, computer networks, telephone, fax.

use std::{net::Ipv6Addr, sync::LazyLock};

use super::{
    Advice, Class, Mark,
    patterns::{Pattern, compile, shortly_before, stands_alone},
    tokens::Text,
};

static EMAIL: Pattern = LazyLock::new(|| {
    compile(
        r"[^\s@,;:()<>\[\]]+ (?: @ | \s?[\(\[] \s?at\s? [\)\]]\s? ) (?: [\p{L}\d-]+ (?: \. | \s?[\(\[] \s?dot\s? [\)\]]\s? ) ){1,5} \p{L}{2,18}
        | \b[\w.-]{2,} \s at \s [\w-]{2,} \s dot \s (?:com|org|net|edu|de|fr|ch|at|uk)\b",
    )
});
static WEB: Pattern = LazyLock::new(|| {
    compile(
        r#"\b (?: https? | ftp ) :// [^\s<>"]{2,}
        | \b www\. [^\s<>"]{2,}
        | \b (?: [a-z\d-]{2,}\. ){1,4} (?: com | org | net | edu | gov | info | health | hospital | clinic | de | fr | ch | at | uk | eu | io | us | ca | au ) (?: / [^\s<>"]* | \b )"#,
    )
});
static HANDLE: Pattern = LazyLock::new(|| compile(r"(?: ^ | [\s(:] ) (?P<handle> @ [a-z_][\w.]{2,} )"));
static IP4: Pattern = LazyLock::new(|| {
    compile(r"(?: (?:25[0-5]|2[0-4]\d|1?\d?\d) \. ){3} (?:25[0-5]|2[0-4]\d|1?\d?\d) (?: :\d{2,5} | /\d{1,2} )?")
});
static IP6: Pattern = LazyLock::new(|| compile(r"[\da-f]{0,4} (?: :{1,2} [\da-f]{1,4} ){1,7} (?: :: )?"));
static MAC: Pattern = LazyLock::new(|| compile(r"[\da-f]{2} (?: [:-][\da-f]{2} ){5}"));
static CALLED: Pattern = LazyLock::new(|| {
    compile(
        r"\b (?P<what> telefax | fax (?:nummer)? | télécopie | phone | telephone | tel | mobile | cell (?:phone)? | call (?:ed|ing)? | callback | contact (?:ed)? (?:\s(?:number|no|at))? | reach (?:ed|able)? | pager | whatsapp | sms | text | hotline | extension | ext | durchwahl | telefon | handy | mobil | rufnummer | téléphone | portable ) \b
          [\s.:\#]{0,3} (?: (?: number | no | nr | is | at | on | unter | line | au | an | to | : | (?:him|her|them|me)\s(?:at|on) ) \b [\s.:\#]{1,3} ){0,3}
          (?P<number> \+? \(? \d [\d\s()./–-]{2,} \d )",
    )
});
static NUMBER: Pattern = LazyLock::new(|| {
    compile(
        r"(?P<international> (?: \+ | 00 ) \d{1,3} [\s./-]? \(? \d{1,4} \)? (?: [\s./-]? \d{2,4} ){2,5} )
        | (?P<american> (?: \+? 1 [\s.-] )? \(? \d{3} \)? [\s.-]{1,2} \d{3} [\s.-] \d{4} (?: \s? (?: x | ext\.? ) \s? \d{1,5} )? )
        | (?P<french> 0\d (?: [\s.]\d{2} ){4} )
        | (?P<national> \(? 0\d{2,5} \)? [\s/-]{1,3} \d{3,8} (?: [\s-] \d{1,5} ){0,2} )",
    )
});

pub(super) fn find(text: &Text<'_>) -> Vec<Mark> {
    let whole = text.whole;
    let mut marks = Vec::new();
    let mut push = |start, end, class, score, advice| marks.push(Mark::new(start, end, class, score, advice));
    for found in EMAIL.find_iter(whole) {
        push(found.start(), found.end(), Class::Email, 980, Advice::LeaveOut);
    }
    for found in WEB.find_iter(whole) {
        let end = found.start() + found.as_str().trim_end_matches(['.', ',', ')', ';', '?', '!']).len();
        if !whole[..found.start()].ends_with(['@', '.', '/']) {
            push(found.start(), end, Class::Url, 900, Advice::LeaveOut);
        }
    }
    for found in HANDLE.captures_iter(whole).filter_map(|found| found.name("handle")) {
        push(found.start(), found.end(), Class::Other, 600, Advice::LeaveOut);
    }
    for found in IP4.find_iter(whole) {
        let is_version = shortly_before(whole, found.start(), 8).trim_end().ends_with(['v', 'V', 'n', 'N']);
        if stands_alone(whole, found.start(), found.end()) && !whole[..found.start()].ends_with('.') && !is_version {
            push(found.start(), found.end(), Class::Ip, 900, Advice::LeaveOut);
        }
    }
    for found in MAC.find_iter(whole).filter(|found| stands_alone(whole, found.start(), found.end())) {
        push(found.start(), found.end(), Class::Device, 900, Advice::WithoutNumber);
    }
    for found in IP6.find_iter(whole) {
        if found.as_str().parse::<Ipv6Addr>().is_ok() && stands_alone(whole, found.start(), found.end()) {
            push(found.start(), found.end(), Class::Ip, 900, Advice::LeaveOut);
        }
    }
    marks.extend(numbers(whole));
    marks
}

fn numbers(whole: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for found in CALLED.captures_iter(whole) {
        let (Some(what), Some(number)) = (found.name("what"), found.name("number")) else { continue };
        let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
        let is_fax = what.as_str().to_lowercase().contains("fax") || what.as_str().starts_with("télé");
        if digits >= if is_fax { 5 } else { 6 } {
            let class =
                if is_fax && !what.as_str().eq_ignore_ascii_case("téléphone") { Class::Fax } else { Class::Phone };
            marks.push(Mark::new(number.start(), number.end(), class, 930, Advice::LeaveOut));
        } else if digits >= 3
            && matches!(what.as_str().to_lowercase().as_str(), "ext" | "extension" | "pager" | "tel" | "durchwahl")
        {
            marks.push(Mark::new(number.start(), number.end(), Class::Phone, 800, Advice::LeaveOut));
        }
    }
    for found in NUMBER.captures_iter(whole) {
        let Some(span) = found.get(0) else { continue };
        let score = if found.name("national").is_some() { 600 } else { 880 };
        if stands_alone(whole, span.start(), span.end()) && !whole[..span.start()].ends_with(['-', '/', '.']) {
            marks.push(Mark::new(span.start(), span.end(), Class::Phone, score, Advice::LeaveOut));
        }
    }
    marks
}
