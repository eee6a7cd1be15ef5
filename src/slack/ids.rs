//! The names by which Slack tells us what was clicked or submitted, and what such a click
//! carries. The values travel in messages that stay for years: change none of them.

use crate::base::ids::TurnId;
use uuid::Uuid;

/// 👍 and 👎 under an answer; the value is a [`Verdict`].
pub const FEEDBACK: &str = "penny_feedback";
/// “What was wrong?” under a 👎; the value is the turn.
pub const FEEDBACK_TELL: &str = "penny_feedback_tell";
/// Retry under an answer; the value is the turn.
pub const RETRY: &str = "penny_retry";
/// The options of a question, `penny_answer:0` and so on; the value is a [`Choice`].
pub const ANSWER: &str = "penny_answer";
/// Forget a note; the value is its id.
pub const FORGET: &str = "penny_memory_forget";
/// Bring back a note that was just forgotten; the value is its id.
pub const RESTORE: &str = "penny_memory_restore";
/// A question to try in App Home, `penny_try:0` and so on; the value is its place in the list.
pub const TRY: &str = "penny_try";
/// Reads App Home anew.
pub const REFRESH_HOME: &str = "penny_home_refresh";
/// Connect a system, or connect it anew; the value is its short name.
pub const CONNECT: &str = "penny_connect";
/// Connect a system with a key although it offers consent; the value is its short name.
pub const CONNECT_WITH_KEY: &str = "penny_connect_with_key";
/// The private link to a system's consent, which the browser follows by itself.
pub const CONSENT: &str = "penny_consent";
/// Disconnect a system; the value is its short name.
pub const DISCONNECT: &str = "penny_disconnect";
/// Read a system now; the value is its short name.
pub const READ_NOW: &str = "penny_read_now";
/// Opens the window with the channels that are read.
pub const CHOOSE_CHANNELS: &str = "penny_choose_channels";
/// Read a channel from now on; the value is its id.
pub const READ_CHANNEL: &str = "penny_read_channel";
/// Stop reading a channel; the value is its id.
pub const STOP_READING: &str = "penny_stop_reading";

/// Makes a chart, report or export again with fresh rows; the value is its id.
pub const MAKE_AGAIN: &str = "penny_make_again";
/// Deletes one of them with all its versions; the value is its id.
pub const DELETE_ARTIFACT: &str = "penny_delete_artifact";

/// Switches a daily digest on or off, or sends it now; the value is `me` or a channel's id.
pub const DIGEST_ON: &str = "penny_digest_on";
pub const DIGEST_OFF: &str = "penny_digest_off";
pub const DIGEST_NOW: &str = "penny_digest_now";

/// Makes a link to a dashboard for the one who clicks; the value is its id.
pub const OPEN_DASHBOARD: &str = "penny_open_dashboard";
/// That link, which the browser follows by itself.
pub const FOLLOW_DASHBOARD: &str = "penny_follow_dashboard";
/// Opens the window that shares a picture of a dashboard; the value is its id.
pub const SHARE_DASHBOARD: &str = "penny_share_dashboard";
/// That window, which carries the dashboard's id.
pub const SHARE_DASHBOARD_MODAL: &str = "penny_share_dashboard";
/// Ends the links to a dashboard of the one who clicks; the value is its id.
pub const END_DASHBOARD_LINKS: &str = "penny_end_dashboard_links";

/// Buttons of a proposal's card; the value is its ticket.
pub const APPROVE: &str = "penny_approve";
pub const EDIT_PROPOSAL: &str = "penny_edit_proposal";
pub const REJECT: &str = "penny_reject";
pub const SHOW_ALL: &str = "penny_show_all";
/// Further pages of everything, `penny_show_page:1` and so on; the value is the ticket.
pub const SHOW_PAGE: &str = "penny_show_page";
pub const PROPOSE_AGAIN: &str = "penny_propose_again";
/// Opens the window of a standing grant.
pub const ALWAYS_ALLOW: &str = "penny_always_allow";
/// Undo of what was done.
pub const TAKE_BACK: &str = "penny_take_back";
/// What somebody found out about an outcome that Penny could not.
pub const IT_HAPPENED: &str = "penny_it_happened";
pub const IT_DID_NOT_HAPPEN: &str = "penny_it_did_not_happen";
/// The menus of a card and of a plan's rows, `penny_proposal_menu:0` and so on; the value is a
/// [`MenuChoice`].
pub const PROPOSAL_MENU: &str = "penny_proposal_menu";
/// All that a plan still offers; the value names what that was when it was drawn.
pub const APPROVE_ALL: &str = "penny_approve_all";
/// Leads to a card elsewhere: Slack opens its address, and there is nothing to do.
pub const GO_TO_CARD: &str = "penny_go_to_card";
/// Takes a standing grant back; the value is its id.
pub const REVOKE_GRANT: &str = "penny_revoke_grant";
/// Opens the window that sets who decides.
pub const CHANGE_POLICY: &str = "penny_change_policy";

/// The windows of proposals, which carry a ticket.
pub const EDIT_PROPOSAL_MODAL: &str = "penny_edit_proposal";
pub const APPROVE_MODAL: &str = "penny_approve";
pub const REJECT_MODAL: &str = "penny_reject";
pub const SHOW_ALL_MODAL: &str = "penny_show_all";
pub const GRANT_MODAL: &str = "penny_grant";
pub const POLICY_MODAL: &str = "penny_policy";

/// Buttons of a schedule; the value is its id.
pub const SCHEDULE_RUN: &str = "penny_schedule_run";
pub const SCHEDULE_PAUSE: &str = "penny_schedule_pause";
pub const SCHEDULE_RESUME: &str = "penny_schedule_resume";
pub const SCHEDULE_EDIT: &str = "penny_schedule_edit";
pub const SCHEDULE_HISTORY: &str = "penny_schedule_history";
pub const SCHEDULE_DELETE: &str = "penny_schedule_delete";
/// What the owner says whom somebody else asked to have it run as them.
pub const SCHEDULE_AGREE: &str = "penny_schedule_agree";
pub const SCHEDULE_DECLINE: &str = "penny_schedule_decline";
/// Opens the window of a schedule, filled from the template that the value names.
pub const SCHEDULE_TEMPLATE: &str = "penny_schedule_template";
/// Lists the schedules.
pub const SCHEDULES_LIST: &str = "penny_schedules_list";
/// The window of a schedule, which carries its id if there is one already, and the field in which
/// its time is typed.
pub const SCHEDULE_MODAL: &str = "penny_schedule";
pub const SCHEDULE_WHEN: &str = "penny_schedule_when";

/// Buttons of a workflow; the value is its id.
pub const WORKFLOW_RUN: &str = "penny_workflow_run";
pub const WORKFLOW_DRY: &str = "penny_workflow_dry";
pub const WORKFLOW_PAUSE: &str = "penny_workflow_pause";
pub const WORKFLOW_RESUME: &str = "penny_workflow_resume";
pub const WORKFLOW_EDIT: &str = "penny_workflow_edit";
pub const WORKFLOW_HISTORY: &str = "penny_workflow_history";
pub const WORKFLOW_PICTURE: &str = "penny_workflow_picture";
pub const WORKFLOW_DELETE: &str = "penny_workflow_delete";
/// Opens the window of a workflow that is not there yet.
pub const WORKFLOW_TEMPLATE: &str = "penny_workflow_template";
pub const WORKFLOW_NEW: &str = "penny_workflow_new";
/// Buttons of a run; the value is its id.
pub const WORKFLOW_SHOW: &str = "penny_workflow_show";
pub const WORKFLOW_CANCEL: &str = "penny_workflow_cancel";
pub const WORKFLOW_RETRY: &str = "penny_workflow_retry";
/// Whether a run goes on; the value is its id and the path of the step that asks.
pub const WORKFLOW_YES: &str = "penny_workflow_yes";
pub const WORKFLOW_NO: &str = "penny_workflow_no";
/// The window of a workflow, which carries its id if there is one already.
pub const WORKFLOW_MODAL: &str = "penny_workflow";
/// The window that asks what a workflow is started with; it carries its id, and `run` or `dry`.
pub const WORKFLOW_INPUT_MODAL: &str = "penny_workflow_input";
/// The next ones of a list of workflows; the value is from which on, and the words that they have.
pub const WORKFLOWS_MORE: &str = "penny_workflows_more";
pub const WORKFLOW_SHOWN: &str = "penny_workflow_shown";

/// Opens the window that says who a user of another system is here; the value is a [`SystemUser`].
pub const MATCH_PERSON: &str = "penny_match_person";
/// Leaves it to the mail address again; the value is a [`SystemUser`].
pub const UNMATCH_PERSON: &str = "penny_unmatch_person";
/// The window, which carries a [`SystemUser`].
pub const MATCH_PERSON_MODAL: &str = "penny_match_person";

/// The message shortcut.
pub const ASK_ABOUT_MESSAGE: &str = "ask_about_message";
/// The modal that it opens.
pub const ASK_ABOUT_MODAL: &str = "penny_ask_about";
/// The modal of `/penny ask` without a question.
pub const ASK_MODAL: &str = "penny_ask";
/// The modal that asks what was wrong with an answer.
pub const FEEDBACK_MODAL: &str = "penny_feedback_comment";

/// The window with the channels that are read; nothing in it is submitted.
pub const CHANNELS_MODAL: &str = "penny_channels";

/// The modal that takes a system's key; it carries the system's short name.
pub const CONNECT_MODAL: &str = "penny_connect_key";
/// The field of that modal, in a block of any name: what is typed there is stored only sealed.
pub const KEY: &str = "penny_key";

/// The one text field of a modal: its block and its element.
pub const FIELD: &str = "penny_field";

/// What somebody thought of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub turn: TurnId,
    pub is_good: bool,
}

impl Verdict {
    pub fn value(self) -> String {
        let word = if self.is_good { "good" } else { "bad" };
        format!("{word}:{}", self.turn)
    }

    pub fn parse(value: &str) -> Option<Self> {
        let (word, turn) = value.split_once(':')?;
        let is_good = match word {
            "good" => true,
            "bad" => false,
            _ => return None,
        };
        Some(Self {
            turn: turn.parse().ok()?,
            is_good,
        })
    }
}

/// An option of a question, as its button carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    pub question: Uuid,
    pub option: usize,
}

impl Choice {
    pub fn value(self) -> String {
        format!("{}:{}", self.question, self.option)
    }

    pub fn parse(value: &str) -> Option<Self> {
        let (question, option) = value.split_once(':')?;
        Some(Self {
            question: question.parse().ok()?,
            option: option.parse().ok()?,
        })
    }
}

/// An entry of a proposal's menu: one of the button ids above, and the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuChoice<'a> {
    pub action: &'a str,
    pub ticket: &'a str,
}

impl<'a> MenuChoice<'a> {
    pub fn value(self) -> String {
        format!("{} {}", self.action, self.ticket)
    }

    pub fn parse(value: &'a str) -> Option<Self> {
        let (action, ticket) = value.split_once(' ')?;
        Some(Self { action, ticket })
    }
}

/// A user of another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemUser<'a> {
    pub system: &'a str,
    pub user: &'a str,
}

impl<'a> SystemUser<'a> {
    pub fn value(self) -> String {
        format!("{} {}", self.system, self.user)
    }

    pub fn parse(value: &'a str) -> Option<Self> {
        let (system, user) = value.split_once(' ')?;
        Some(Self { system, user })
    }
}

/// One of several buttons with the same meaning: ids are unique within a block.
pub fn numbered(action_id: &str, place: usize) -> String {
    format!("{action_id}:{place}")
}

/// The meaning of an action id, without its number.
pub fn meaning(action_id: &str) -> &str {
    action_id.split_once(':').map_or(action_id, |(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_button_carries_is_read_back_as_it_was_written() {
        for is_good in [true, false] {
            let verdict = Verdict {
                turn: TurnId::fresh(),
                is_good,
            };
            assert_eq!(Verdict::parse(&verdict.value()), Some(verdict));
        }
        let choice = Choice {
            question: Uuid::now_v7(),
            option: 3,
        };
        assert_eq!(Choice::parse(&choice.value()), Some(choice));
        assert_eq!(meaning(&numbered(ANSWER, 4)), ANSWER);
        assert_eq!(meaning(RETRY), RETRY);
        let choice = MenuChoice {
            action: REJECT,
            ticket: "0192.1.ab",
        };
        assert_eq!(MenuChoice::parse(&choice.value()), Some(choice));
        let user = SystemUser {
            system: "hubspot",
            user: "7 7",
        };
        assert_eq!(SystemUser::parse(&user.value()), Some(user));
    }

    #[test]
    fn a_value_that_nobody_wrote_means_nothing() {
        for value in ["", "good", "good:", "good:x", "fine:0192", "x:y"] {
            assert_eq!(Verdict::parse(value), None, "{value}");
            assert_eq!(Choice::parse(value), None, "{value}");
            assert_eq!(MenuChoice::parse(value), None, "{value}");
        }
    }
}
