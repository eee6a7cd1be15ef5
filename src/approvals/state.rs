//! The life of a proposal's version, as a table of what may follow what. The store's conditional
//! UPDATEs carry it out; that they agree with this table is tested against the database.

use std::fmt;
use std::str::FromStr;

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for a decision.
    Proposed,
    /// May be carried out, once.
    Approved,
    Rejected,
    /// Nobody decided in time, or nobody could carry it out in time.
    Expired,
    /// A newer version took its place.
    Superseded,
    /// The run that asked for it was cancelled.
    Withdrawn,
    /// The record, the connection or its rights had changed since: nothing was written.
    Changed,
    /// Somebody holds the right to carry it out.
    Executing,
    Succeeded,
    /// Nothing was written.
    Failed,
    /// It may have been written. Nobody tries again before somebody knows.
    Unknown,
    /// It was written, and taken back by a proposal of its own.
    Undone,
}

/// What can happen to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// One of several people said yes; more have to.
    Agree,
    Approve,
    Reject,
    Expire,
    Supersede,
    Withdraw,
    Claim,
    FindChanged,
    /// Nothing reached the provider: another try is free of risk.
    GiveBack,
    Succeed,
    Fail,
    LoseSight,
    Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proposal that is {from} cannot {step:?}")]
pub struct Illegal {
    pub from: State,
    pub step: Step,
}

impl State {
    pub const ALL: [Self; 12] = [
        Self::Proposed,
        Self::Approved,
        Self::Rejected,
        Self::Expired,
        Self::Superseded,
        Self::Withdrawn,
        Self::Changed,
        Self::Executing,
        Self::Succeeded,
        Self::Failed,
        Self::Unknown,
        Self::Undone,
    ];

    pub fn after(self, step: Step) -> Result<Self, Illegal> {
        Ok(match (self, step) {
            (Self::Proposed, Step::Agree) => Self::Proposed,
            (Self::Proposed, Step::Approve) => Self::Approved,
            (Self::Proposed, Step::Reject) => Self::Rejected,
            (Self::Proposed | Self::Approved, Step::Expire) => Self::Expired,
            (Self::Proposed, Step::Supersede) => Self::Superseded,
            // What somebody carries out already is left to finish.
            (Self::Proposed | Self::Approved, Step::Withdraw) => Self::Withdrawn,
            // An executor that vanished is succeeded by another.
            (Self::Approved | Self::Executing, Step::Claim) => Self::Executing,
            (Self::Executing, Step::FindChanged) => Self::Changed,
            (Self::Executing, Step::GiveBack) => Self::Approved,
            // What was unknown is settled once somebody has found out.
            (Self::Executing | Self::Unknown, Step::Succeed) => Self::Succeeded,
            (Self::Executing | Self::Unknown, Step::Fail) => Self::Failed,
            (Self::Executing, Step::LoseSight) => Self::Unknown,
            (Self::Succeeded, Step::Undo) => Self::Undone,
            (from, step) => return Err(Illegal { from, step }),
        })
    }

    /// Whether the same change can be proposed again, as the next version. Not while this one
    /// lives, and not where it was or may have been written.
    pub fn can_be_proposed_again(self) -> bool {
        matches!(
            self,
            Self::Rejected | Self::Expired | Self::Changed | Self::Failed
        )
    }

    /// How the database spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::Changed => "changed",
            Self::Executing => "executing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Undone => "undone",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no proposal can be {0:?}")]
pub struct NoSuchState(String);

impl FromStr for State {
    type Err = NoSuchState;

    fn from_str(text: &str) -> Result<Self, NoSuchState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| NoSuchState(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 13] = [
        Step::Agree,
        Step::Approve,
        Step::Reject,
        Step::Expire,
        Step::Supersede,
        Step::Withdraw,
        Step::Claim,
        Step::FindChanged,
        Step::GiveBack,
        Step::Succeed,
        Step::Fail,
        Step::LoseSight,
        Step::Undo,
    ];

    #[test]
    fn every_state_is_spelled_in_one_way() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("Approved".parse::<State>().is_err());
    }

    #[test]
    fn what_is_over_stays_over() {
        let ends = [
            State::Rejected,
            State::Expired,
            State::Superseded,
            State::Withdrawn,
            State::Changed,
            State::Failed,
            State::Undone,
        ];
        for (end, step) in ends.iter().flat_map(|end| STEPS.map(|step| (end, step))) {
            let illegal = Illegal { from: *end, step };
            assert_eq!(end.after(step), Err(illegal));
        }
    }

    #[test]
    fn only_a_yes_leads_to_an_execution() {
        for (from, step) in State::ALL.iter().flat_map(|s| STEPS.map(|step| (*s, step))) {
            match from.after(step) {
                Ok(State::Executing) => {
                    assert!(matches!(from, State::Approved | State::Executing));
                }
                Ok(State::Approved) => assert!(
                    (from, step) == (State::Proposed, Step::Approve)
                        || (from, step) == (State::Executing, Step::GiveBack)
                ),
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_done_without_a_yes_nor_after_an_end(
            steps in prop::collection::vec(prop::sample::select(&STEPS[..]), 0..60)
        ) {
            let mut state = State::Proposed;
            let mut said_yes = false;
            let mut writes = 0;
            for step in steps {
                let Ok(next) = state.after(step) else { continue };
                said_yes |= step == Step::Approve;
                writes += usize::from(next == State::Succeeded);
                state = next;
                if matches!(state, State::Executing | State::Succeeded | State::Unknown) {
                    prop_assert!(said_yes);
                }
            }
            prop_assert!(writes <= 1);
        }
    }
}
