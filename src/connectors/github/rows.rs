//! GitHub's records as rows of the company's tables. Those of public repositories are for
//! everybody in the company, those of private ones for whoever may read them on GitHub.

use super::walk::Visit;
use super::wire::{Commit, Issue, Pull, Repository, Review, User};
use crate::base::ids::{ChannelId, PersonId};
use crate::connectors::Asked;
use crate::connectors::tracker::{kind_of, priority_of};
use crate::store::company::{self, Origin, Visibility};
use chrono::{DateTime, Utc};
use serde_json::Value;

fn origin(
    asked: &Asked<'_>,
    source_id: String,
    link: &str,
    times: (DateTime<Utc>, DateTime<Utc>),
    raw: &Value,
    area: Option<&ChannelId>,
) -> Origin {
    Origin {
        visibility: area.map_or(Visibility::Org, |_| Visibility::Channel),
        owner_id: None,
        channel_id: area.cloned(),
        shareable: false,
        source: asked.ids.source,
        source_id,
        source_url: Some(link.to_owned()),
        raw: Some(raw.clone()),
        created_at: times.0,
        updated_at: times.1,
    }
}

fn person(asked: &Asked<'_>, user: Option<&User>) -> Option<PersonId> {
    asked.person(user.map(User::source_id).as_deref())
}

pub fn repository(asked: &Asked<'_>, it: Repository, raw: &Value) -> company::Repository {
    let times = (it.created_at, it.updated_at);
    let area = it.area();
    company::Repository {
        repository_id: asked.ids.of("repositories", &it.full_name),
        description: it.description,
        default_branch: it.default_branch,
        main_language: it.language,
        is_archived: it.archived,
        origin: origin(
            asked,
            it.full_name.clone(),
            &it.html_url,
            times,
            raw,
            area.as_ref(),
        ),
        name: it.full_name,
    }
}

pub fn issue(visit: &Visit<'_>, it: Issue, raw: &Value) -> company::Issue {
    let (asked, repo, area) = visit.at();
    let key = format!("{}#{}", repo.full_name, it.number);
    let labels: Vec<String> = it.labels.into_iter().map(|label| label.name).collect();
    let names = || labels.iter().map(String::as_str);
    let times = (it.created_at, it.updated_at);
    company::Issue {
        issue_id: asked.ids.of("issues", &key),
        project_id: None,
        title: it.title,
        description: it.body,
        kind: kind_of(names()),
        status: match (it.state.as_str(), it.state_reason.as_deref()) {
            ("closed", Some("not_planned" | "duplicate")) => "cancelled",
            ("closed", _) => "done",
            _ => "todo",
        },
        priority: priority_of(names()),
        assignee_id: person(asked, it.assignees.first()),
        account_id: None,
        estimate_points: None,
        due_date: None,
        started_at: None,
        completed_at: it.closed_at,
        origin: Origin {
            owner_id: person(asked, it.user.as_ref()),
            ..origin(asked, key.clone(), &it.html_url, times, raw, area)
        },
        labels,
        key,
    }
}

/// A pull request, with its reviews where they were read.
pub fn pull(visit: &Visit<'_>, it: Pull, reviews: &[Review], raw: &Value) -> company::PullRequest {
    let (asked, repo, area) = visit.at();
    let key = format!("{}#{}", repo.full_name, it.number);
    let resolved = it.body.as_deref().and_then(resolved_issue);
    let reviewer = it.requested_reviewers.first();
    let reviewer = reviewer.or_else(|| reviews.iter().rev().find_map(|it| it.user.as_ref()));
    let times = (it.created_at, it.updated_at);
    company::PullRequest {
        pull_request_id: asked.ids.of("pull_requests", &key),
        repository_id: asked.ids.of("repositories", &repo.full_name),
        issue_id: resolved.map(|number| {
            asked
                .ids
                .of("issues", &format!("{}#{number}", repo.full_name))
        }),
        number: i32::try_from(it.number).unwrap_or(i32::MAX),
        title: it.title,
        branch: Some(it.head.r#ref),
        state: match (it.state.as_str(), it.merged_at) {
            (_, Some(_)) => "merged",
            ("closed", None) => "closed",
            _ => "open",
        },
        is_draft: it.draft,
        review_status: review_status(reviews, !it.requested_reviewers.is_empty()),
        reviewer_id: person(asked, reviewer),
        review_requested_at: None,
        lines_added: it.additions,
        lines_removed: it.deletions,
        merged_at: it.merged_at,
        closed_at: it.closed_at,
        origin: Origin {
            owner_id: person(asked, it.user.as_ref()),
            ..origin(asked, key, &it.html_url, times, raw, area)
        },
        body: it.body,
    }
}

/// Of each reviewer the latest verdict counts; a mere comment is none.
fn review_status(reviews: &[Review], is_asked_for: bool) -> &'static str {
    let mut verdicts: Vec<(u64, &str)> = Vec::new();
    for review in reviews {
        let (Some(user), "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED") =
            (&review.user, review.state.as_str())
        else {
            continue;
        };
        verdicts.retain(|(reviewer, _)| *reviewer != user.id);
        verdicts.push((user.id, &review.state));
    }
    let has = |wanted: &str| verdicts.iter().any(|(_, verdict)| *verdict == wanted);
    match () {
        () if has("CHANGES_REQUESTED") => "changes_requested",
        () if is_asked_for => "waiting",
        () if has("APPROVED") => "approved",
        () => "none",
    }
}

/// The issue that a pull request closes, in the words by which GitHub knows it: “Fixes #12”.
fn resolved_issue(body: &str) -> Option<u64> {
    const WORDS: [&str; 9] = [
        "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
    ];
    let words: Vec<&str> = body.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let word = pair[0].trim_end_matches(':').to_lowercase();
        let digits = pair[1].strip_prefix('#')?;
        let digits = digits.trim_end_matches(|c: char| !c.is_ascii_digit());
        WORDS
            .contains(&word.as_str())
            .then(|| digits.parse().ok())?
    })
}

pub fn commit(visit: &Visit<'_>, it: Commit, raw: &Value) -> Option<company::Commit> {
    let (asked, repo, area) = visit.at();
    let source_id = format!("{}@{}", repo.full_name, it.sha);
    let (author, committer) = (it.commit.author, it.commit.committer);
    let date = |signature: &Option<super::wire::Signature>| signature.as_ref()?.date;
    let committed_at = date(&committer).or_else(|| date(&author))?;
    let account = it.author.and_then(|account| account.id);
    Some(company::Commit {
        commit_id: asked.ids.of("commits", &source_id),
        repository_id: asked.ids.of("repositories", &repo.full_name),
        pull_request_id: None,
        sha: it.sha,
        message: it.commit.message,
        author_name: author.and_then(|author| author.name),
        committed_at,
        lines_added: None,
        lines_removed: None,
        origin: Origin {
            owner_id: asked.person(account.map(|id| id.to_string()).as_deref()),
            ..origin(
                asked,
                source_id,
                &it.html_url,
                (committed_at, committed_at),
                raw,
                area,
            )
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(user: u64, state: &str) -> Review {
        serde_json::from_value(serde_json::json!({
            "user": {"id": user, "login": "x"}, "state": state,
        }))
        .unwrap()
    }

    #[test]
    fn the_last_word_of_each_reviewer_counts() {
        let (changes, approved) = ("CHANGES_REQUESTED", "APPROVED");
        let status = |reviews: &[Review]| review_status(reviews, false);
        assert_eq!(status(&[]), "none");
        assert_eq!(review_status(&[], true), "waiting");
        assert_eq!(
            status(&[review(1, changes), review(1, approved)]),
            "approved"
        );
        assert_eq!(
            status(&[review(1, approved), review(2, changes)]),
            "changes_requested"
        );
        assert_eq!(
            status(&[review(1, changes), review(1, "DISMISSED")]),
            "none"
        );
        assert_eq!(
            status(&[review(1, approved), review(1, "COMMENTED")]),
            "approved"
        );
    }

    #[test]
    fn a_pull_request_says_which_issue_it_closes() {
        assert_eq!(resolved_issue("This fixes #12."), Some(12));
        assert_eq!(resolved_issue("Closes: #7, see #8"), Some(7));
        assert_eq!(resolved_issue("See #12; prefixes #13"), None);
        assert_eq!(resolved_issue(""), None);
    }
}
