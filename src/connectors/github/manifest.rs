//! What GitHub is to Penny: how to let her in, what she reads, and what she can ask.

use super::operations::OPERATIONS;
use crate::connectors::field::{Field, Kind};
use crate::connectors::operation::Query;
use crate::connectors::{Key, Manifest, OAuth, Reach, Revocation, Stream};

pub const REPOSITORY: Field = Field::required("repository", "Repository (owner/name)", Kind::Id);
pub const ISSUE: Field = Field::required("issue", "Issue (such as acme/api#12)", Kind::Id);
pub const PULL: Field = Field::required(
    "pull_request",
    "Pull request (such as acme/api#12)",
    Kind::Id,
);

const fn stream(name: &'static str, title: &'static str) -> Stream {
    Stream { name, title }
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
        stream("people", "people"),
        stream("readers", "readers of private repositories"),
        stream("repositories", "repositories"),
        stream("issues", "issues"),
        stream("pull_requests", "pull requests"),
        stream("commits", "commits"),
    ],
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
