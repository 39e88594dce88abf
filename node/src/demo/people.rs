//! Who takes part: roles by name, no person that exists.

/// A hospital of the demo.
pub(super) struct House {
    pub(super) name: &'static str,
    pub(super) country: &'static str,
    pub(super) directory: &'static str,
    pub(super) last_octet: u8,
}

/// A person of the demo.
pub(super) struct Person {
    /// The place of their hospital.
    pub(super) house: usize,
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    /// What the hospital vouches for; absent: it does not.
    pub(super) profession: Option<&'static str>,
    pub(super) specialties: &'static [&'static str],
    pub(super) roles: &'static [&'static str],
}

pub(super) const HOUSES: [House; 3] = [
    House { name: "Hospital A (SAMPLE)", country: "DE", directory: "a", last_octet: 1 },
    House { name: "Hospital B (SAMPLE)", country: "FR", directory: "b", last_octet: 2 },
    House { name: "Hospital C (SAMPLE)", country: "IT", directory: "c", last_octet: 3 },
];

/// Places in [`PEOPLE`].
pub(super) mod who {
    pub(in crate::demo) const PHYSICIAN_A: usize = 0;
    pub(in crate::demo) const NURSE_A: usize = 1;
    pub(in crate::demo) const PHYSICIAN_B: usize = 2;
    pub(in crate::demo) const RADIOGRAPHER_B: usize = 3;
    pub(in crate::demo) const NURSE_B: usize = 4;
    pub(in crate::demo) const PHYSICIAN_C: usize = 5;
    pub(in crate::demo) const PARAMEDIC_C: usize = 6;
    pub(in crate::demo) const STUDENT_C: usize = 7;
}

pub(super) const PEOPLE: &[Person] = &[
    Person {
        house: 0,
        login: "physician",
        name: "Physician One, Hospital A",
        profession: Some("physician"),
        specialties: &["D003880"],
        roles: &["moderator"],
    },
    Person {
        house: 0,
        login: "nurse",
        name: "Nurse One, Hospital A",
        profession: Some("nurse"),
        specialties: &[],
        roles: &["attester"],
    },
    Person {
        house: 1,
        login: "physician",
        name: "Physician One, Hospital B",
        profession: Some("physician"),
        specialties: &["D009885"],
        roles: &["data-protection-officer"],
    },
    Person {
        house: 1,
        login: "radiographer",
        name: "Radiographer One, Hospital B",
        profession: Some("radiographer"),
        specialties: &["D011871"],
        roles: &[],
    },
    Person {
        house: 1,
        login: "nurse",
        name: "Nurse One, Hospital B",
        profession: Some("nurse"),
        specialties: &[],
        roles: &[],
    },
    Person {
        house: 2,
        login: "physician",
        name: "Physician One, Hospital C",
        profession: Some("physician"),
        specialties: &["D010336"],
        roles: &[],
    },
    Person {
        house: 2,
        login: "paramedic",
        name: "Paramedic One, Hospital C",
        profession: Some("paramedic"),
        specialties: &[],
        roles: &[],
    },
    Person {
        house: 2,
        login: "student",
        name: "Medical Student One, Hospital C",
        profession: Some("medical-student"),
        specialties: &[],
        roles: &[],
    },
    Person {
        house: 2,
        login: "auditor",
        name: "Auditor One, Hospital C",
        profession: None,
        specialties: &[],
        roles: &["auditor"],
    },
    Person {
        house: 2,
        login: "reader",
        name: "Reader One, Hospital C",
        profession: None,
        specialties: &[],
        roles: &[],
    },
];

/// A person in a list of sign-ins.
pub(super) fn described(person: &Person) -> String {
    let mut text = person.name.to_owned();
    if person.profession.is_none() {
        text.push_str(", not attested: reads public cases");
    }
    if !person.roles.is_empty() {
        text.push_str(&format!(" ({})", person.roles.join(", ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_named_by_a_role_and_a_hospital_of_the_demo() {
        for person in PEOPLE {
            let letter = HOUSES[person.house].name.split(' ').nth(1).unwrap();
            assert!(person.name.ends_with(&format!("One, Hospital {letter}")), "{}", person.name);
        }
        assert!(HOUSES.iter().all(|house| house.name.contains("SAMPLE")));
    }

    #[test]
    fn there_are_people_of_many_professions_and_one_whom_nobody_vouches_for() {
        let professions: std::collections::BTreeSet<_> = PEOPLE.iter().filter_map(|person| person.profession).collect();
        assert!(professions.len() >= 5);
        assert!(PEOPLE.iter().any(|person| person.profession.is_none() && person.roles.is_empty()));
    }
}
