//! What is said of workflows.

pub const NEW_WORKFLOW: &str = "New workflow";
pub const DRY_RUN: &str = "Dry run";
pub const PICTURE: &str = "Picture";
pub const CANCEL_RUN: &str = "Cancel";
pub const TRY_RUN_AGAIN: &str = "Try again";
pub const GO_ON: &str = "Go on";
pub const END_HERE: &str = "End here";
pub const DELETE_WORKFLOW_SURE: &str = "Delete this workflow?";
pub const DELETE_WORKFLOW_MEANS: &str = "It never runs again, and the history of its runs goes with it. What it said stays in its threads.";
pub const NO_WORKFLOWS: &str = "There are no workflows yet. A workflow takes steps whenever something starts it: a time, an event, or you.";
pub const WORKFLOW_TITLE: &str = "New workflow";
pub const WORKFLOW_EDIT_TITLE: &str = "Edit workflow";
pub const WORKFLOW_NAME: &str = "What is it called?";
pub const WORKFLOW_NAME_HINT: &str = "As you type it in /penny workflow run stale-deals";
pub const WORKFLOW_ON: &str = "What starts it?";
pub const WORKFLOW_ON_HINT: &str =
    "by hand · every weekday at 9 · event deal.stage_changed · after stale-deals. Empty: by hand.";
pub const WORKFLOW_WHERE: &str = "Where shall it report?";
pub const WORKFLOW_STEPS: &str = "Its steps, as JSON";
pub const WORKFLOW_STEPS_HINT: &str = "A prompt, or steps: query, model, prompt, if, foreach, wait, approve, message, mail, sms, webhook, change, workflow, note, set. For instance {\"id\": \"tell\", \"sms\": {\"to\": \"+49…\", \"text\": \"…\"}}. What is wrong is said here before anything is saved.";
pub const WORKFLOW_MORE: &str = "… goes on";
pub const WORKFLOW_MORE_HINT: &str = "Where the field above is full.";
pub const WORKFLOW_AS_WHOM: &str = "It looks with your eyes, and only at what everybody may see where it reports. What it changes outside, it proposes to you first.";

pub fn more_workflows(count: usize) -> String {
    format!("… and {count} more.")
}
