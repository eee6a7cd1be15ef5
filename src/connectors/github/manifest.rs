//! What GitHub is to Penny: how to let her in, what she reads, and what she can ask.

use super::operations::OPERATIONS;
use crate::base::topic::Topic;
use crate::connectors::field::{Field, Kind};
use crate::connectors::operation::Query;
use crate::connectors::{Key, Manifest, OAuth, Reach, Revocation, SeenBy, Stream, Table};
use crate::net::json_api::Limit;

pub const REPOSITORY: Field = Field::required("repository", "Repository (owner/name)", Kind::Id);
pub const ISSUE: Field = Field::required("issue", "Issue (such as acme/api#12)", Kind::Id);
pub const PULL: Field = Field::required(
    "pull_request",
    "Pull request (such as acme/api#12)",
    Kind::Id,
);

/// Of a private repository, for those who may read it there.
const fn code(name: &'static str, title: &'static str, tables: &'static [Table]) -> Stream {
    Stream::new(name, title, tables).seen_by(SeenBy::Readers)
}

pub static MANIFEST: Manifest = Manifest {
    slug: "github",
    name: "GitHub",
    key: Some(Key {
        label: "Fine-grained personal access token",
        hint: "In GitHub: Settings → Developer settings → Fine-grained tokens → Generate. Choose \
            the organisation and the repositories that Penny is to know of, and give it \
            Contents, Issues and Pull requests (read and write) and Members (read). Of a private \
            repository only those who may read it on GitHub see anything here. What Penny changes \
            with it appears in your name.",
    }),
    oauth: Some(OAuth {
        authorize_url: "https://github.com/login/oauth/authorize",
        token_url: "https://github.com/login/oauth/access_token",
        scopes: &["repo", "read:org"],
        separator: " ",
        has_pkce: true,
        extra: &[],
        revocation: Some(Revocation::DeletedByClient(
            "https://api.github.com/applications/{client}/token",
        )),
    }),
    reach: Reach::Org,
    base_url: "https://api.github.com",
    streams: &[
        Stream::new("people", "people", &[]),
        Stream::new("readers", "readers of private repositories", &[]),
        code("repositories", "repositories", &[Table::Repository]),
        code("issues", "issues", &[Table::Issue]),
        code("pull_requests", "pull requests", &[Table::PullRequest]),
        code("commits", "commits", &[Table::Commit]),
    ],
    limits: &[
        Limit::new(5_000, 3_600),
        Limit::new(900, 60),
        Limit::new(30, 60).of("/search/"),
        Limit::new(10, 60).of("/search/code"),
    ],
    topics: &[Topic::Work],
    queries: &QUERIES,
    operations: &OPERATIONS,
    listen: Some(&super::deliveries::LISTEN),
    guide: include_str!("guide.md"),
};

const PATH: Field = Field::required("path", "Path in the repository", Kind::Line);
const REF: Field = Field::optional("ref", "Branch, tag or commit", Kind::Line);

static QUERIES: [Query; 6] = [
    Query {
        name: "get_file",
        description: "A text file as it is now.",
        fields: &[REPOSITORY, PATH, REF],
    },
    Query {
        name: "list_directory",
        description: "What is in a directory; without a path, at the top.",
        fields: &[
            REPOSITORY,
            Field::optional("path", "Path in the repository", Kind::Line),
            REF,
        ],
    },
    Query {
        name: "search_code",
        description: "Finds files by words in them, on default branches.",
        fields: &[
            Field::required("text", "Words to look for", Kind::Line),
            Field::optional("repository", "Only in this repository", Kind::Id),
        ],
    },
    Query {
        name: "search_issues",
        description: "Finds issues and pull requests by words in title, body and comments.",
        fields: &[
            Field::required("text", "Words to look for", Kind::Line),
            Field::optional("repository", "Only in this repository", Kind::Id),
        ],
    },
    Query {
        name: "get_issue",
        description: "One issue as it is now, with its comments.",
        fields: &[ISSUE],
    },
    Query {
        name: "get_pull_request",
        description: "One pull request as it is now, with reviews, comments and its diff.",
        fields: &[PULL],
    },
];
