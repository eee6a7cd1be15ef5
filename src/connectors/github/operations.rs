//! What can be changed in GitHub.

use super::manifest::{ISSUE, PULL, REPOSITORY};
use crate::approvals::policy::Stakes;
use crate::connectors::field::{Field, Kind};
use crate::connectors::operation::Operation;
use crate::connectors::operation::Repeat;

const TITLE: Field = Field::required("title", "Title", Kind::Line);
const BODY: Field = Field::optional("body", "Text", Kind::Text);
const COMMENT: Field = Field::required("body", "Comment", Kind::Text);
const LOGINS: &str = "Assignees (GitHub logins)";
const FILE: Field = Field::required("path", "Path", Kind::Id);
const ON_BRANCH: Field = Field::required("branch", "Branch", Kind::Id);
const MESSAGE: Field = Field::required("message", "Commit message", Kind::Line);

const fn reversible(
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    fields: &'static [Field],
) -> Operation {
    Operation {
        name,
        title,
        hint,
        fields,
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    }
}

/// GitHub takes no id or key for what is new, so a second call makes a second one.
const fn adding(
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    fields: &'static [Field],
) -> Operation {
    Operation {
        repeat: Repeat::Never,
        ..reversible(name, title, hint, fields)
    }
}

const fn final_(
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    fields: &'static [Field],
) -> Operation {
    Operation {
        stakes: Stakes::Irreversible,
        can_be_undone: false,
        ..reversible(name, title, hint, fields)
    }
}

pub static OPERATIONS: [Operation; 12] = [
    adding(
        "create_issue",
        "Create an issue",
        "Undoing it closes it: GitHub lets nobody delete issues by key.",
        &[
            REPOSITORY,
            TITLE,
            BODY,
            Field::optional("assignees", LOGINS, Kind::Lines),
            Field::optional("labels", "Labels", Kind::Lines),
        ],
    ),
    reversible(
        "update_issue",
        "Update an issue",
        "Labels and assignees are given whole: those left out are taken away.",
        &[
            ISSUE,
            Field::optional("title", "Title", Kind::Line),
            BODY,
            Field::optional(
                "state",
                "State",
                Kind::Choice(&["open", "completed", "not_planned"]),
            ),
            Field::optional("assignees", LOGINS, Kind::Lines).or_none(),
            Field::optional("labels", "Labels", Kind::Lines).or_none(),
        ],
    ),
    adding(
        "comment_on_issue",
        "Comment on an issue",
        "Whoever follows the issue is notified.",
        &[ISSUE, COMMENT],
    ),
    reversible(
        "create_branch",
        "Create a branch",
        "",
        &[
            REPOSITORY,
            Field::required("branch", "New branch", Kind::Line),
            Field::optional(
                "from",
                "Starting from",
                Kind::Named("a branch; the default branch if left out"),
            ),
        ],
    ),
    reversible(
        "write_file",
        "Write a file",
        "The content is the whole new file. Read it first with get_file, and write to a branch \
            of your own rather than to the default branch.",
        &[
            REPOSITORY,
            FILE,
            ON_BRANCH,
            Field::required("content", "Content", Kind::Text),
            MESSAGE,
        ],
    ),
    reversible(
        "delete_file",
        "Delete a file",
        "",
        &[REPOSITORY, FILE, ON_BRANCH, MESSAGE],
    ),
    adding(
        "create_pull_request",
        "Open a pull request",
        "",
        &[
            REPOSITORY,
            Field::required("head", "Branch with the changes", Kind::Id),
            Field::optional(
                "base",
                "Branch to change; the default branch if left out",
                Kind::Line,
            ),
            TITLE,
            BODY,
            Field::optional("draft", "As a draft", Kind::Flag),
        ],
    ),
    reversible(
        "update_pull_request",
        "Update a pull request",
        "",
        &[
            PULL,
            Field::optional("title", "Title", Kind::Line),
            BODY,
            Field::optional("base", "Branch to change", Kind::Line),
            Field::optional("state", "State", Kind::Choice(&["open", "closed"])),
        ],
    ),
    adding(
        "comment_on_pull_request",
        "Comment on a pull request",
        "Whoever follows the pull request is notified.",
        &[PULL, COMMENT],
    ),
    final_(
        "merge_pull_request",
        "Merge a pull request",
        "",
        &[
            PULL,
            Field::optional(
                "method",
                "How",
                Kind::Choice(&["merge", "squash", "rebase"]),
            ),
        ],
    ),
    final_(
        "delete_comment",
        "Delete a comment",
        "",
        &[
            REPOSITORY,
            Field::required("comment", "Comment (its number)", Kind::Id),
        ],
    ),
    final_(
        "delete_branch",
        "Delete a branch",
        "Only while it still ends in the commit that is given.",
        &[
            REPOSITORY,
            ON_BRANCH,
            Field::required("commit", "Its last commit", Kind::Id),
        ],
    ),
];
