//! Clinical text that tells nobody's name, day or place: nothing in it holds a text back.

use super::marked;

const CLINICAL: [&str; 31] = [
    "BP 120/80, HR 72, T 37.2 °C, pH 7.35, SpO2 98 % on 2 L/min.",
    "L5-S1 disc, T4 sensory level, day 3 after surgery, in 2019, aged 45.",
    "Crohn's disease with a Foley catheter; Gleason 4+3=7; Wells score 3; CHA2DS2-VASc 5.",
    "Kaplan-Meier curve; Student's t-test; Hodgkin lymphoma; Wilson disease; Down syndrome.",
    "Given amoxicillin 500 mg three times daily for 7 days, then Augmentin 875/125 mg.",
    "WBC 12,500/µL; platelets 150-400; CRP 123 mg/L; 1234567 copies/mL.",
    "Mark the lesion before surgery. May resolve. Rose spots on the trunk. Will she recover?",
    "See Smith et al. 2019, doi 10.1056/NEJMoa1234567, PMID 31234567, NCT01234567.",
    "ICD-10 code E11.9, rs1801133, NM_000059.3, OMIM 301500, SNOMED 73211009.",
    "A 45-year-old farmer from Texas with a 3 x 4 cm ulcer; travel to Kenya.",
    "Biopsy showed Langerhans cells. Treated with Dakin's solution.",
    "The Boston criteria, the Milan criteria and the Los Angeles classification were applied.",
    "Lyme disease from Connecticut; Ebola virus; Marburg virus; Norwalk virus.",
    "Children with Kawasaki disease; Ross procedure; Norwood stage I; Glasgow Coma Scale 15.",
    "COVID-19, SARS-CoV-2, IL-6, CD45, HbA1c 7.5 %, BRCA1, HER2, PD-L1 50 %, 5-FU.",
    "F-18 FDG PET, T1N0M0, EGFR L858R, stage IIIC, NYHA III, ASA 2.",
    "54 M with HFrEF (EF 25%), on Entresto 49/51 mg BID, dyspnea x 3 days. CXR: effusions.",
    "Erythema Multiforme After Herpes Simplex Infection in a Teenager",
    "Left Bundle Branch Block With Chest Pain: What Would You Do?",
    "A Rare Case of Cutaneous Anthrax in a Young Shepherd: Diagnosis and Management",
    "Der Patient klagt über Schmerzen im rechten Arm seit 3 Tagen. Befund: Fraktur des Radius.",
    "Bekannter Morbus Bechterew, Zustand nach Sturz auf das linke Handgelenk.",
    "La patiente présente une fièvre à 39,2 °C depuis 3 jours. Traitement par amoxicilline 1 g.",
    "Guillain-Barré syndrome last year; Lou Gehrig's disease; Graves' disease; Sjögren's.",
    "A high Chaddock reflex, a Modified Duke Score of 4, a Framingham risk score of 12.",
    "Humira vs. Enbrel, Lantus and Eliquis; findings of the ARISTOTLE and DAPA-HF trials.",
    "Strength 5/5, pain 10/10, reflexes 2+, visual acuity 20/20, ratio 1:200.",
    "Seen in our outpatient clinic, then the emergency department of a tertiary care center.",
    "Recommendations from Mayo Clinic and guidelines of the AHA, the ADA and the WHO of 2023.",
    "Seit 2 Wochen Husten; Gabe von Metamizol 500 mg; Kontrolle in 3 Monaten; 80-jähriger Patient.",
    "Homme de 45 ans, fumeur, hypertension depuis 2010, créatinine 120 µmol/L, TA 14/8.",
];

#[test]
fn clinical_text_is_left_alone() {
    let mut touched = Vec::new();
    for text in CLINICAL {
        let high: Vec<_> = marked(text).into_iter().filter(|(.., high)| *high).collect();
        if !high.is_empty() {
            touched.push(format!("{text} gave {high:?}"));
        }
    }
    assert!(touched.is_empty(), "{}", touched.join("\n"));
}
