//! What became of each instance, as the DICOM JSON of an answer (PS3.18 section 10.5.3 and annex F; failure reasons of table
//! I.2-2).

use anonymizer::{
    IntakeError,
    dicom::{Called, DicomError},
};
use serde_json::{Value, json};

use crate::app::{AppError, Unusable};

/// Why an instance was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    ProcessingFailure = 0x0110,
    ClassNotSupported = 0x0122,
    OutOfResources = 0xa700,
    CannotUnderstand = 0xc000,
    TransferSyntaxNotSupported = 0xc122,
}

impl Reason {
    pub(super) fn of(error: &AppError) -> Self {
        match error {
            AppError::Unusable(Unusable::Picture(intake)) => Self::of_intake(intake),
            AppError::Unusable(Unusable::TooManyPictures | Unusable::ObjectLate(_)) => Self::OutOfResources,
            AppError::Unusable(Unusable::PictureUnreadable) => Self::CannotUnderstand,
            AppError::Refused(house::Refusal::TooLarge { .. }) => Self::OutOfResources,
            AppError::Full | AppError::Busy(_) => Self::OutOfResources,
            _ => Self::ProcessingFailure,
        }
    }

    const fn of_intake(error: &IntakeError) -> Self {
        match error {
            IntakeError::Dicom(DicomError::NotAnImage { .. }) => Self::ClassNotSupported,
            IntakeError::Dicom(DicomError::TransferSyntax(_)) => Self::TransferSyntaxNotSupported,
            IntakeError::Dicom(
                DicomError::TooManyBytes { .. }
                | DicomError::TooManyAttributes(_)
                | DicomError::TooDeep(_)
                | DicomError::TooManyPixels { .. },
            )
            | IntakeError::TooManyBytes { .. } => Self::OutOfResources,
            _ => Self::CannotUnderstand,
        }
    }
}

/// The instances of a request.
#[derive(Debug, Default)]
pub(super) struct Stored {
    kept: Vec<Called>,
    failed: Vec<(Called, Reason)>,
    /// There were more than are answered one by one.
    has_rest: bool,
}

impl Stored {
    pub(super) fn count(&self) -> usize {
        self.kept.len() + self.failed.len()
    }

    pub(super) fn has_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty() || self.has_rest
    }

    pub(super) fn keep(&mut self, called: Called) {
        self.kept.push(called);
    }

    pub(super) fn fail(&mut self, called: Called, reason: Reason) {
        self.failed.push((called, reason));
    }

    /// Refuses all further instances at once.
    pub(super) fn leave_the_rest(&mut self) {
        self.has_rest = true;
    }

    /// RetrieveURL, FailedSOPSequence, ReferencedSOPSequence and OtherFailuresSequence; nothing can be retrieved again.
    pub(super) fn to_json(&self) -> Value {
        let mut answer = json!({ "00081190": { "vr": "UR" } });
        if !self.failed.is_empty() {
            let failed = self.failed.iter().map(|(called, reason)| {
                let mut item = named(called);
                item["00081197"] = json!({ "vr": "US", "Value": [*reason as u16] });
                item
            });
            answer["00081198"] = json!({ "vr": "SQ", "Value": failed.collect::<Vec<_>>() });
        }
        if self.has_kept() {
            let kept = self.kept.iter().map(|called| {
                let mut item = named(called);
                item["00081190"] = json!({ "vr": "UR" });
                item
            });
            answer["00081199"] = json!({ "vr": "SQ", "Value": kept.collect::<Vec<_>>() });
        }
        if self.has_rest {
            let reason = json!({ "00081197": { "vr": "US", "Value": [Reason::OutOfResources as u16] } });
            answer["0008119A"] = json!({ "vr": "SQ", "Value": [reason] });
        }
        answer
    }
}

/// ReferencedSOPClassUID and ReferencedSOPInstanceUID.
fn named(called: &Called) -> Value {
    let uid = |uid: &Option<String>| match uid {
        Some(uid) => json!({ "vr": "UI", "Value": [uid] }),
        None => json!({ "vr": "UI" }),
    };
    json!({ "00081150": uid(&called.class), "00081155": uid(&called.instance) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_instance_is_answered_with_its_own_names_and_the_standards_reason() {
        let called = |last: u8| Called { class: Some("1.2".to_owned()), instance: Some(format!("1.2.{last}")) };
        let mut stored = Stored::default();
        stored.keep(called(1));
        let refused = Unusable::Picture(DicomError::TransferSyntax("x".to_owned()).into());
        stored.fail(called(2), Reason::of(&refused.into()));
        stored.fail(Called { class: None, instance: None }, Reason::of(&AppError::Stopping));
        let answer = stored.to_json();
        assert_eq!(answer["00081199"]["Value"][0]["00081155"]["Value"][0], "1.2.1");
        assert_eq!(answer["00081198"]["Value"][0]["00081197"]["Value"][0], 0xc122);
        assert_eq!(answer["00081198"]["Value"][0]["00081155"]["Value"][0], "1.2.2");
        assert_eq!(answer["00081198"]["Value"][1]["00081197"]["Value"][0], 0x0110);
        assert_eq!(answer["00081198"]["Value"][1]["00081155"], json!({ "vr": "UI" }));
        assert!(answer.get("0008119A").is_none());
    }

    #[test]
    fn what_is_beyond_the_limit_is_refused_as_a_whole_and_said() {
        let mut stored = Stored::default();
        stored.keep(Called { class: None, instance: None });
        assert!(!stored.has_failed());
        stored.leave_the_rest();
        assert!(stored.has_failed());
        let answer = stored.to_json();
        assert_eq!(answer["0008119A"]["Value"][0]["00081197"]["Value"][0], 0xa700);
        assert!(answer.get("00081198").is_none());
    }
}
