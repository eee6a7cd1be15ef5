//! What Linear is to Penny: how to let her in, what she reads, and what she can ask and change.

use super::rows::PRIORITIES;
use crate::approvals::policy::Stakes;
use crate::base::topic::Topic;
use crate::connectors::field::{Field, Kind};
use crate::connectors::operation::Repeat;
use crate::connectors::operation::{Operation, Query};
use crate::connectors::{Key, Manifest, OAuth, Reach, Revocation, Stream, Table};
use crate::net::json_api::Limit;

const ISSUE: Field = Field::required("issue", "Issue", Kind::Id);
const PERSON: Kind = Kind::Named("a colleague's full name or mail address");
const PROJECT: Kind = Kind::Named("a project's name");
const STATE: Kind = Kind::Named("a state of the team's workflow, such as In Progress");
const PRIORITY: Kind = Kind::Choice(&PRIORITIES);

pub static MANIFEST: Manifest = Manifest {
    slug: "linear",
    name: "Linear",
    key: Some(Key {
        label: "Personal API key",
        hint: "In Linear: Settings → Security & access → Personal API keys → New API key, with \
            read and write (it begins with lin_api_). What Penny changes with it appears in your \
            name.",
    }),
    oauth: Some(OAuth {
        authorize_url: "https://linear.app/oauth/authorize",
        token_url: "https://api.linear.app/oauth/token",
        scopes: &["read", "write"],
        separator: ",",
        has_pkce: true,
        // So that what she changes appears in her own name.
        extra: &[("actor", "app")],
        revocation: Some(Revocation::Posted("https://api.linear.app/oauth/revoke")),
    }),
    reach: Reach::Org,
    base_url: "https://api.linear.app",
    streams: &[
        Stream::new("users", "people", &[]),
        Stream::new("teams", "teams", &[Table::TrackerTeam]),
        Stream::new("projects", "projects", &[Table::Project]),
        Stream::new("issues", "issues", &[Table::Issue]),
    ],
    limits: &[Limit::new(2_500, 3_600)],
    topics: &[Topic::Work],
    queries: &[
        Query {
            name: "search_issues",
            description: "Searches titles, descriptions and comments of issues.",
            fields: &[Field::required("text", "Words to look for", Kind::Line)],
        },
        Query {
            name: "get_issue",
            description: "One issue as it is now, with its comments.",
            fields: &[ISSUE],
        },
    ],
    operations: &OPERATIONS,
    listen: Some(&super::deliveries::LISTEN),
    guide: include_str!("guide.md"),
};

static OPERATIONS: [Operation; 6] = [
    Operation {
        name: "create_issue",
        title: "Create an issue",
        hint: "",
        fields: &[
            Field::required("team", "Team", Kind::Named("a team's name or key")),
            Field::required("title", "Title", Kind::Line),
            Field::optional("description", "Description", Kind::Text),
            Field::optional("state", "State", STATE),
            Field::optional("assignee", "Assignee", PERSON),
            Field::optional("priority", "Priority", PRIORITY),
            Field::optional("project", "Project", PROJECT),
            Field::optional("labels", "Labels", Kind::Lines),
            Field::optional("due_date", "Due date", Kind::Date),
        ],
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    },
    Operation {
        name: "update_issue",
        title: "Update an issue",
        hint: "Labels are given whole: those left out are taken away.",
        fields: &[
            ISSUE,
            Field::optional("title", "Title", Kind::Line),
            Field::optional("description", "Description", Kind::Text),
            Field::optional("state", "State", STATE),
            Field::optional("assignee", "Assignee", PERSON).or_none(),
            Field::optional("priority", "Priority", PRIORITY),
            Field::optional("project", "Project", PROJECT).or_none(),
            Field::optional("labels", "Labels", Kind::Lines).or_none(),
            Field::optional("due_date", "Due date", Kind::Date).or_none(),
        ],
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    },
    Operation {
        name: "comment_on_issue",
        title: "Comment on an issue",
        hint: "Whoever follows the issue is notified.",
        fields: &[ISSUE, Field::required("body", "Comment", Kind::Text)],
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    },
    Operation {
        name: "archive_issue",
        title: "Archive an issue",
        hint: "",
        fields: &[ISSUE],
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    },
    Operation {
        name: "unarchive_issue",
        title: "Bring an archived issue back",
        hint: "",
        fields: &[ISSUE],
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    },
    Operation {
        name: "delete_comment",
        title: "Delete a comment",
        hint: "",
        fields: &[Field::required("comment", "Comment", Kind::Id)],
        stakes: Stakes::Irreversible,
        repeat: Repeat::Harmless,
        can_be_undone: false,
    },
];
