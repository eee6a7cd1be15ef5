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
pub const NO_WORKFLOWS: &str = "There are no workflows yet. A workflow takes steps whenever something starts it: a time, an event, or you. `/penny templates` has some to begin with.";
pub const WORKFLOW_TEMPLATES: &str =
    "As workflows, whose steps you see and change before anything runs:";
pub const MORE_WORKFLOWS: &str = "Show more";
pub const WORKFLOW_INPUT_TITLE: &str = "Run workflow";
pub const WORKFLOW_TITLE: &str = "New workflow";
pub const WORKFLOW_EDIT_TITLE: &str = "Edit workflow";
pub const WORKFLOW_NAME: &str = "What is it called?";
pub const WORKFLOW_NAME_HINT: &str = "As you type it in /penny workflow run stale-deals";
pub const WORKFLOW_ON: &str = "What starts it?";
pub const WORKFLOW_ON_HINT: &str =
    "by hand · every weekday at 9 · event deal.stage_changed · after stale-deals. Empty: by hand.";
pub const WORKFLOW_WHERE: &str = "Where shall it report?";
pub const WORKFLOW_STEPS: &str = "Its steps, as JSON";
pub const WORKFLOW_STEPS_HINT: &str = "A prompt, or steps: query, model, prompt, if, foreach, wait, approve, message, mail, sms, webhook, change, workflow, note, set. \"budget\": 0.50 beside them bounds what one run may cost, in dollars. What is wrong is said here before anything is saved.";
pub const WORKFLOW_MORE: &str = "… goes on";
pub const WORKFLOW_MORE_HINT: &str = "Where the field above is full.";
pub const WORKFLOW_AS_WHOM: &str = "It looks with your eyes, and only at what everybody may see where it reports. What it changes outside, it proposes to you first.";
pub const WORKFLOW_HELP: &str = ":bulb: `/penny workflow help` shows every step, the events with their fields, and what references there are, with an example.";
pub const WORKFLOW_STAYS_PAUSED: &str = ":double_vertical_bar: It is paused, and stays so when you save it. *Resume* in `/penny workflows` lets it start again.";

pub const SHOW_RUN: &str = "Show all";
pub const HOME_WORKFLOWS: &str = "Your workflows";
pub const NO_RUNS_YET: &str =
    "None has run yet. `/penny workflows` lists them, with a button to run each.";
pub const LATELY: &str = "*Ended lately*";
pub const RUN_TITLE: &str = "Run of a workflow";
pub const RUN_INPUT: &str = "What it was given";
pub const RUN_OUTPUT: &str = "What came out of it";
pub const NO_STEPS_YET: &str = "It has not taken a step yet.";

pub fn more_steps(count: usize) -> String {
    format!("… and {count} more steps that there is no room for here.")
}

pub fn more_workflows(count: usize) -> String {
    format!(
        "… and {count} more. `/penny workflows` with words behind it finds those with these words in their name, or in what they are for."
    )
}
