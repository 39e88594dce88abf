//! Eighteen classes of 45 CFR 164.514(b)(2)(i), five phrasings each, and what to write instead.
//!
//! Of biometric identifiers (P) and full-face photographs (Q) a text only speaks; the linter marks where it does, and the
//! pictures themselves are for the finders of faces. Of what is unique otherwise (R) it knows numbers, offices, fame,
//! tattoos with words and firsts, and no more.

use super::{advice, marked};

/// A class, and five texts in each of which the part between the two bars is to be marked high as that class.
const FIXTURE: [(&str, [&str; 5]); 18] = [
    (
        "name",
        [
            "A 34-year-old woman, |Anna S.|, with multiple sclerosis.",
            "Seen by |Dr. Rebecca Green| for chest pain.",
            "pt |jane doe|, chest pain since this morning",
            "|Herr Müller| klagt über Schmerzen im Knie.",
            "The patient, son of |John Patterson|, has the same rash.",
        ],
    ),
    (
        "place",
        [
            "Admitted to |St. Vincent's Hospital| with fever.",
            "He lives in |Albuquerque| and works outdoors.",
            "Home visit at |123 Elm Street, Springfield, IL|.",
            "Verlegt aus dem |Klinikum Großhadern| nach Sturz.",
            "Her ZIP code is |94103|.",
        ],
    ),
    (
        "date",
        [
            "Operated on |April 12th, 2023| for a hernia.",
            "Last seen |03/15/2022| in good health.",
            "Aufnahme am |12. März 2023| mit Fieber.",
            "A |93|-year-old man with a hip fracture.",
            "Vue le |3 mars 2021| pour une toux.",
        ],
    ),
    (
        "phone",
        [
            "Call the daughter at |(310) 555-1234|.",
            "Phone: |555-123-4567|.",
            "Telefon |089 1234567| tagsüber.",
            "Joignable au |05 56 12 34 56|.",
            "Contact number |+44 20 7946 0958|.",
        ],
    ),
    (
        "fax",
        [
            "Fax: |650-123-4567|.",
            "Send the report by fax to |(212) 555-0199|.",
            "fax number is |415 555 0100|",
            "Telefax |030 1234567|",
            "Please fax |312-555-0182| today.",
        ],
    ),
    (
        "email",
        [
            "Records: |john.doe@example.com|.",
            "email |anne_o@clinic.example.org|",
            "E-Mail: |m.mueller@praxis.example|",
            "write to |jane(at)example.com|",
            "|susan.l@example.com| asks for a second opinion.",
        ],
    ),
    (
        "social-security",
        [
            "|SSN 536-90-4399|.",
            "|Social security number: 123-45-6789|.",
            "The number |078-05-1120| was on the form.",
            "|Sozialversicherungsnummer 65 170839 J 003|",
            "|NIR 2 55 08 14 168 025 38|",
        ],
    ),
    (
        "medical-record",
        [
            "Asthma, |MRN: SMH-987654|.",
            "|EMR 456123789|, please advise.",
            "|Patientennummer 4711-0815|",
            "|NHS number 943 476 5919|",
            "|chart no. 88-1234|",
        ],
    ),
    (
        "health-plan",
        [
            "|Insurance ID: HN-54321|.",
            "|Medicare #AB-987654|",
            "|policy number HP-1234-5678|",
            "|Versichertennummer A123456780|",
            "The card says |A123456780|.",
        ],
    ),
    (
        "account",
        [
            "|Account number 9876543210|.",
            "|IBAN DE89 3704 0044 0532 0130 00|",
            "Paid with |4111 1111 1111 1111|.",
            "|acct# 00123456|",
            "|Kontonummer 12345678|",
        ],
    ),
    (
        "licence",
        [
            "|License number CLN-112233|.",
            "|DEA AP5836727| on the prescription.",
            "|NPI 1234567893|",
            "|passport no. C01X00T47|",
            "|Führerschein B072RRE2I55|",
        ],
    ),
    (
        "vehicle",
        [
            "License plate |ABC-1234|.",
            "|1M8GDM9AXKP042788| was the car.",
            "VIN |WVWZZZ1JZXW000001|",
            "Kennzeichen |M-AB 1234|",
            "Immatriculation |AA-123-BB|",
        ],
    ),
    (
        "device",
        [
            "Pacemaker serial number |PM-88421-X|.",
            "S/N |A1B2C3D4|",
            "UDI |(01)00614141007349(21)A1234|",
            "Seriennummer |4711-0815|",
            "MAC |00:1A:2B:3C:4D:5E|",
        ],
    ),
    (
        "url",
        [
            "Her page is |https://facebook.com/jane.doe|.",
            "see |www.example.org/patients/jane|",
            "blog at |janesillness.example.com|",
            "Video: |http://example.com/v/123|",
            "|ftp://files.example.net/scan.zip|",
        ],
    ),
    (
        "ip",
        [
            "Logged in from |192.168.1.20|.",
            "IP |10.0.0.7:8080|",
            "address |2001:db8::ff00:42:8329|",
            "Host |203.0.113.9| answered.",
            "from |fe80::1|",
        ],
    ),
    (
        "biometric",
        [
            "|Fingerprint scan| attached.",
            "A |voice recording| of the patient.",
            "The |iris scan| did not match.",
            "|Fingerabdruck| liegt bei.",
            "|facial recognition| unlocked the phone.",
        ],
    ),
    (
        "face-photo",
        [
            "|Full-face photograph| attached.",
            "The |photo shows her face|.",
            "He sent a |selfie|.",
            "|Das Bild zeigt das ganze Gesicht|.",
            "|passport photo| before and after",
        ],
    ),
    (
        "other",
        [
            "The |mayor of| a town.",
            "A |famous actress| with alopecia.",
            "|the only patient in the world| with it",
            "a |tattoo with the name| of her son",
            "|participant ID 0042-117|",
        ],
    ),
];

#[test]
fn each_of_the_eighteen_classes_is_marked_in_five_phrasings() {
    let mut missed = Vec::new();
    for (class, phrasings) in FIXTURE {
        for phrasing in phrasings {
            let text = phrasing.replace('|', "");
            let part = phrasing.split('|').nth(1).expect("a part between bars");
            let found = marked(&text);
            let is_found = found.iter().any(|(said, is, high)| *high && is == class && said.contains(part));
            // "Das Bild" begins with an article that no mark needs.
            let is_found = is_found
                || found.iter().any(|(said, is, high)| {
                    *high && is == class && part.ends_with(said.as_str()) && part.len() - said.len() < 5
                });
            if !is_found {
                missed.push(format!("{class}: {phrasing} gave {found:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn ages_of_ninety_and_more_become_ninety_plus() {
    assert_eq!(advice("A man aged 93 with a fall.", "93"), "write \"90+\"");
    assert_eq!(advice("She was born in 1928.", "1928"), "write \"90+\"");
    assert!(marked("aged 89, 75 y/o, over 90 years old, born in 1957").is_empty());
}

#[test]
fn a_date_becomes_its_year_and_a_later_one_a_count_of_days() {
    let text = "Admitted 2023-01-05, discharged 2023-01-17.";
    assert_eq!(advice(text, "2023-01-05"), "write \"2023\"");
    assert_eq!(advice(text, "2023-01-17"), "write \"2023\", or count days: \"day +12\"");
    assert_eq!(advice("DOB 04/15/1958", "04/15/1958"), "write the age in years");
    assert_eq!(advice("DOB: 01 02 1950", "01 02 1950"), "write the age in years");
    assert_eq!(advice("Back to the ward, Durchwahl 4711.", "4711"), "leave it out");
}

#[test]
fn a_patient_a_colleague_and_a_house_become_what_they_are() {
    let text = "A 45-year-old female, Anna Smith, seen by Dr. Lee at Stanford University Hospital in Palo Alto.";
    assert_eq!(advice(text, "Anna Smith"), "write \"a 45-year-old woman\"");
    assert_eq!(advice(text, "Dr. Lee"), "write \"a colleague\"");
    assert_eq!(advice(text, "Stanford University Hospital in Palo Alto"), "write \"a university hospital\"");
}

#[test]
fn a_town_becomes_the_state_beside_it_and_a_postal_code_three_digits() {
    assert_eq!(advice("from Denver, CO", "Denver"), "write \"CO\" alone");
    assert_eq!(advice("ZIP 94103", "94103"), "write the first digits \"941\" alone");
    assert_eq!(advice("ZIP 03601", "03601"), "write the first digits \"000\" alone");
}

#[test]
fn a_rare_disease_in_a_small_place_loses_the_place() {
    let rare = advice("Fabry disease in a boy from Oberammergau.", "Oberammergau");
    assert!(rare.starts_with("leave the place out"), "{rare}");
    assert_eq!(advice("Asthma in a boy from Oberammergau.", "Oberammergau"), "write the state or country alone");
    assert_eq!(marked("Eczema in a small village."), [("small village".to_owned(), "place".to_owned(), false)]);
    assert_eq!(marked("Progeria in a small village."), [("small village".to_owned(), "place".to_owned(), true)]);
}
