//! The sample cases. None of them happened, and their pictures have nothing to do with them (`demo/SOURCES.md`).

use super::people::{
    PEOPLE,
    who::{NURSE_A, NURSE_B, PARAMEDIC_C, PHYSICIAN_A, PHYSICIAN_B, PHYSICIAN_C, RADIOGRAPHER_B, STUDENT_C},
};

/// A case and what follows it.
pub(super) struct Case {
    pub(super) author: usize,
    pub(super) title: &'static str,
    pub(super) question: &'static str,
    pub(super) text: &'static str,
    /// MeSH descriptor.
    pub(super) specialty: &'static str,
    pub(super) age: &'static str,
    pub(super) sex: &'static str,
    pub(super) pictures: &'static [&'static [u8]],
    /// `house`, `named`, `network` or `public`.
    pub(super) audience: &'static str,
    /// The hospitals of the audience, if it is `named`.
    pub(super) institutions: &'static [usize],
    pub(super) thread: &'static [Deed],
}

/// What somebody does about a case.
pub(super) enum Deed {
    Says(usize, &'static str),
    Stars(usize),
    /// The author: diagnosis, and what was learned.
    Resolves(usize, &'static str, &'static str),
}

impl Case {
    /// Whether a picture shows a face.
    pub(super) fn shows_a_face(picture: &[u8]) -> bool {
        picture == PORTRAIT
    }

    /// Whether attested people of a house may read it.
    pub(super) fn is_for(&self, house: usize) -> bool {
        let is_for_all = matches!(self.audience, "network" | "public");
        is_for_all || PEOPLE[self.author].house == house || self.institutions.contains(&house)
    }
}

impl Deed {
    /// Who does it.
    pub(super) const fn by(&self) -> usize {
        match self {
            Self::Says(person, _) | Self::Stars(person) | Self::Resolves(person, ..) => *person,
        }
    }
}

const PORTRAIT: &[u8] = include_bytes!("../../demo/pictures/portrait.jpg");
const RETINA: &[u8] = include_bytes!("../../demo/pictures/retina.jpg");
const MICROANEURYSMS: &[u8] = include_bytes!("../../demo/pictures/microaneurysms.jpg");
const COLON: &[u8] = include_bytes!("../../demo/pictures/colon.jpg");
const CHEST: &[u8] = include_bytes!("../../demo/pictures/chest.jpg");
const TIBIA: &[u8] = include_bytes!("../../demo/pictures/tibia.jpg");
const SHOULDER: &[u8] = include_bytes!("../../demo/pictures/shoulder.jpg");
const LYMPH_NODE: &[u8] = include_bytes!("../../demo/pictures/lymph-node.jpg");

pub(super) const CASES: &[Case] = &[
    Case {
        author: PHYSICIAN_A,
        title: "SAMPLE: a face that the node covered before anybody saw it",
        question: "Is anything left in this picture by which the person could be recognized?",
        text: "The portrait is a public one of an astronaut. The face finder proposed the cover; a person confirmed it.",
        specialty: "D003880",
        age: "middle",
        sex: "female",
        pictures: &[PORTRAIT],
        audience: "network",
        institutions: &[],
        thread: &[
            Deed::Says(NURSE_B, "The badge on the suit is still to be seen. In a real case I would cover it too."),
            Deed::Says(PHYSICIAN_A, "Right. Clothes, rooms and tattoos are for us to see, not for the finder."),
            Deed::Stars(STUDENT_C),
        ],
    },
    Case {
        author: PHYSICIAN_B,
        title: "SAMPLE: dots beside the macula, vision unchanged",
        question: "Microaneurysms alone, or is there more?",
        text: "Diabetes for many years, treated with tablets. No complaints. Found at the yearly photograph of the fundus. \
               The second picture shows a healthy eye for comparison.",
        specialty: "D009885",
        age: "older",
        sex: "male",
        pictures: &[MICROANEURYSMS, RETINA],
        audience: "network",
        institutions: &[],
        thread: &[
            Deed::Says(PHYSICIAN_C, "Only microaneurysms here. How long since the last photograph?"),
            Deed::Says(PHYSICIAN_B, "A year. There were fewer then."),
            Deed::Says(NURSE_A, "We call such patients back after six months. Do you as well?"),
            Deed::Resolves(
                PHYSICIAN_B,
                "Mild non-proliferative diabetic retinopathy",
                "Controlled again after six months; blood sugar and pressure were looked after meanwhile.",
            ),
            Deed::Stars(NURSE_A),
        ],
    },
    Case {
        author: RADIOGRAPHER_B,
        title: "SAMPLE: a finding beside the question, distal tibia",
        question: "May this be left alone?",
        text: "Twisted ankle at sports, no fracture. Well-defined lucent area with a sclerotic rim, off the middle of the bone.",
        specialty: "D011871",
        age: "adolescent",
        sex: "male",
        pictures: &[TIBIA],
        audience: "network",
        institutions: &[],
        thread: &[
            Deed::Says(PHYSICIAN_A, "Looks like a non-ossifying fibroma. Any pain at night?"),
            Deed::Says(RADIOGRAPHER_B, "None, and none on pressure."),
            Deed::Resolves(
                RADIOGRAPHER_B,
                "Non-ossifying fibroma",
                "Left alone. The family got a sheet that explains it.",
            ),
        ],
    },
    Case {
        author: NURSE_A,
        title: "SAMPLE: coughing at night, better when sitting",
        question: "What would you watch most closely until the morning round?",
        text: "Admitted in the evening, tired, speaks in full sentences. The radiograph was taken on arrival.",
        specialty: "D011654",
        age: "middle",
        sex: "female",
        pictures: &[CHEST],
        audience: "network",
        institutions: &[],
        thread: &[
            Deed::Says(PARAMEDIC_C, "Breathing rate before saturation: it changes first."),
            Deed::Says(PHYSICIAN_B, "And weigh her in the morning, in the same clothes."),
        ],
    },
    Case {
        author: PHYSICIAN_C,
        title: "SAMPLE: colonic glands, stain stronger at the base",
        question: "Would you call this staining pattern regular?",
        text: "Immunohistochemistry with a brown chromogen, nuclei counterstained in blue. Control tissue, nobody's biopsy.",
        specialty: "D010336",
        age: "unknown",
        sex: "unknown",
        pictures: &[COLON],
        audience: "network",
        institutions: &[],
        thread: &[
            Deed::Says(STUDENT_C, "What do the white spaces inside the glands show?"),
            Deed::Says(PHYSICIAN_C, "The lumen, and mucus that was washed out."),
        ],
    },
    Case {
        author: PHYSICIAN_B,
        title: "SAMPLE: what a healthy fundus looks like",
        question: "Which structures can you name?",
        text: "For everybody who learns: disc, vessels, macula. Public, so people without attestation see it too.",
        specialty: "D009885",
        age: "adult",
        sex: "unknown",
        pictures: &[RETINA],
        audience: "public",
        institutions: &[],
        thread: &[
            Deed::Says(STUDENT_C, "The disc lies to the left of the macula, so it is a left eye seen from the front?"),
            Deed::Stars(PHYSICIAN_C),
        ],
    },
    Case {
        author: STUDENT_C,
        title: "SAMPLE: shoulder, pain when lifting the arm",
        question: "I cannot follow the tendon to its end. Can you?",
        text: "Shown to Hospital A alone, where such shoulders are operated on. Two weeks of pain, no accident.",
        specialty: "D009985",
        age: "middle",
        sex: "male",
        pictures: &[SHOULDER],
        audience: "named",
        institutions: &[0],
        thread: &[Deed::Says(PHYSICIAN_A, "One plane is not enough for that. Do you have the one across?")],
    },
    Case {
        author: PARAMEDIC_C,
        title: "SAMPLE: for our own house, a node on the ultrasound course",
        question: "Is the box set well?",
        text: "From the course on Doppler. It stays in Hospital C.",
        specialty: "D004635",
        age: "unknown",
        sex: "unknown",
        pictures: &[LYMPH_NODE],
        audience: "house",
        institutions: &[],
        thread: &[Deed::Says(PHYSICIAN_C, "A little smaller, and the frame rate goes up.")],
    },
    Case {
        author: NURSE_B,
        title: "SAMPLE: before the catheter, a look at the chest",
        question: "Do you look at the last radiograph yourselves before a procedure?",
        text: "Open question about how other wards do it. The picture is only an example.",
        specialty: "D009729",
        age: "unknown",
        sex: "unknown",
        pictures: &[CHEST],
        audience: "network",
        institutions: &[],
        thread: &[],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_says_that_it_is_a_sample_and_is_written_by_somebody_attested() {
        for case in CASES {
            assert!(case.title.starts_with("SAMPLE: "), "{}", case.title);
            assert!(PEOPLE[case.author].profession.is_some());
            assert_eq!(case.audience == "named", !case.institutions.is_empty());
        }
    }

    #[test]
    fn there_are_cases_for_every_audience_a_resolved_one_and_comments_across_hospitals() {
        let audiences: BTreeSet<_> = CASES.iter().map(|case| case.audience).collect();
        assert_eq!(audiences, BTreeSet::from(["house", "named", "network", "public"]));
        assert!(CASES.len() >= 8);
        let house = |person: usize| PEOPLE[person].house;
        let has = |wanted: fn(&Deed) -> bool| CASES.iter().any(|case| case.thread.iter().any(wanted));
        assert!(has(|deed| matches!(deed, Deed::Resolves(..))));
        assert!(CASES.iter().any(|case| case.thread.iter().any(|deed| house(deed.by()) != house(case.author))));
    }

    #[test]
    fn only_the_author_resolves_and_only_the_audience_speaks() {
        for case in CASES {
            for deed in case.thread {
                let by = &PEOPLE[deed.by()];
                assert!(!matches!(deed, Deed::Resolves(person, ..) if *person != case.author), "{}", case.title);
                assert!(case.is_for(by.house), "{}", case.title);
            }
        }
    }
}
