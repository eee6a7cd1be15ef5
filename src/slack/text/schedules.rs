//! Schedules and their templates.

pub const RUN_NOW: &str = "Run now";
pub const PAUSE: &str = "Pause";
pub const RESUME: &str = "Resume";
pub const EDIT_SCHEDULE: &str = "Edit";
pub const HISTORY: &str = "History";
pub const DELETE_SURE: &str = "Delete this schedule?";
pub const DELETE_MEANS: &str =
    "It won’t run any more, and its history goes. What it has said stays in its threads.";
pub const NO_SCHEDULES: &str = "Nothing is scheduled yet. Try `/penny schedule every weekday at 9: what changed in the pipeline since yesterday`, or begin with one of `/penny templates`.";
pub const NO_SUCH_SCHEDULE: &str =
    "Nothing that you may see is scheduled about that. `/penny schedules` lists everything.";
pub const MORE_SCHEDULES: &str = "Show more";
pub const TEMPLATES: &str = "Good things to have regularly. A digest begins with the click; anything else opens as a schedule that you can change before it runs:";
pub const NO_SUCH_TEMPLATE: &str = "I have no template of that name. These I have; each opens as a schedule that you can change before it runs:";
pub const TEMPLATE_FOR_CHANNEL: &str = "in a channel";
pub const TEMPLATE_FOR_ONESELF: &str = "in a direct message";
pub const USE_TEMPLATE: &str = "Use this";
pub const SCHEDULE_TITLE: &str = "New schedule";
pub const SCHEDULE_EDIT_TITLE: &str = "Edit schedule";
pub const SCHEDULE_SUBMIT: &str = "Schedule it";
pub const SCHEDULE_SAVE: &str = "Save";
pub const SCHEDULE_WHAT: &str = "What shall I find out?";
pub const SCHEDULE_WHAT_PLACEHOLDER: &str = "What changed in the pipeline since yesterday?";
pub const SCHEDULE_WHEN: &str = "When?";
pub const SCHEDULE_WHEN_PLACEHOLDER: &str = "every weekday at 9";
pub const SCHEDULE_WHERE: &str = "Where shall I answer?";
pub const SCHEDULE_WHERE_HINT: &str =
    "I have to be in that channel, and so do you. Without one I’ll write directly.";
pub const SCHEDULE_DIRECT: &str = "A direct message";
pub const SCHEDULE_CATCH_UP: &str = "If I couldn’t run in time";
pub const SCHEDULE_BUDGET: &str = "What may one run cost, in dollars?";
pub const SCHEDULE_BUDGET_HINT: &str = "Empty: as much as any answer may.";
pub const SCHEDULE_AS_WHOM: &str = "As whom shall I look?";
pub const SCHEDULE_AS_WHOM_HINT: &str = "I use what they may see; in a channel, only what everybody there may see, too. Anybody but you is asked first.";
pub const SCHEDULE_MODEL: &str = "Which model shall think about it?";
pub const SCHEDULE_AGREE: &str = "Agree";
pub const SCHEDULE_DECLINE: &str = "No, thanks";

pub fn usual_model(name: &str) -> String {
    format!("The usual one ({name})")
}

/// What becomes of missed runs: as it is offered, and as it is stored.
pub const CATCH_UP: [(&str, &str); 3] = [
    ("make up for the latest run", "latest"),
    ("make up for every run", "all"),
    ("leave out what was missed", "none"),
];

pub fn shown_schedules(first: i64, last: i64, total: i64) -> String {
    format!(
        "{first} to {last} of {total}. `/penny schedules pipeline` finds those about something."
    )
}

pub fn more_schedules(count: i64) -> String {
    format!("… and {count} more. `/penny schedules` lists them.")
}
