//! Projects, issues, repositories, pull requests and commits of the engineers.

use super::company::{Company, Narrow, World};
use super::random::{Random, id_of};
use super::selling::{SHARED_ACCOUNT, account_name};
use super::words::{self, column};
use super::workspace::{Colleague, PEOPLE, by_handle};
use crate::store::company::{Commit, Issue, Origin, Project, PullRequest, Repository};
use chrono::Duration;
use uuid::Uuid;

const ISSUES: usize = 200;
const PULL_REQUESTS: usize = 100;
const FIRST_PULL_REQUEST: usize = 400;

/// Key, name, description, lead, repository, its language.
type ProjectWords = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const PROJECTS: [ProjectWords; 5] = [
    ("ROUTE", "Routes", "Plans that a dispatcher believes, in under two seconds.", "lukas", "wayfold/planner", "Rust"),
    ("DOCK", "Docks", "Slots at the gate instead of queues in front of it.", "noor", "wayfold/docks", "Kotlin"),
    ("LIVE", "Live", "Where the van is and when it arrives, for those who wait.", "sam", "wayfold/web", "TypeScript"),
    ("APP", "Driver app", "One app for tour, signature and photo, also with gloves on.", "mei", "wayfold/driver-app", "Kotlin"),
    ("API", "Platform and API", "What other systems read from and write to Wayfold.", "mei", "wayfold/platform", "Rust"),
];
const ENGINEERS: [&str; 3] = ["mei", "sam", "lukas"];
const REPORTERS: [&str; 6] = ["aisha", "noor", "tom", "lukas", "priya", "sam"];

pub fn build(world: &World<'_>, company: &mut Company) {
    add_projects(world, company);
    let mut dice = world.random("issues");
    for n in 0..ISSUES {
        let issue = issue(world, n, &mut dice);
        company.issues.push(issue);
    }
    let mut dice = world.random("pull requests");
    let being_built: Vec<usize> = (0..ISSUES)
        .filter(|&n| {
            matches!(
                company.issues[n].status,
                "in_review" | "in_progress" | "done"
            )
        })
        .collect();
    for n in 0..PULL_REQUESTS {
        let issue = being_built[n % being_built.len()];
        open_pull_request(world, n, issue, &mut dice, company);
    }
}

fn add_projects(world: &World<'_>, company: &mut Company) {
    for (n, (key, name, description, lead, repository, language)) in
        PROJECTS.into_iter().enumerate()
    {
        let since = (
            world.calendar.at(-400 + 40 * n as i64, 60),
            world.calendar.past(-3, 200),
        );
        let suffix = suffix(world);
        company.projects.push(Project {
            project_id: world.id("projects", n),
            key: format!("{key}{suffix}"),
            name: format!("{name}{suffix}"),
            description: Some(description.to_owned()),
            status: "active",
            start_date: Some(since.0.date_naive()),
            target_date: Some(world.calendar.date(20 + 25 * n as i64)),
            origin: world.origin("linear", ("projects", n), by_handle(lead), since),
        });
        company.repositories.push(Repository {
            repository_id: world.id("repositories", n),
            name: repository_name(world, repository),
            description: Some(description.to_owned()),
            default_branch: "main".to_owned(),
            main_language: Some(language.to_owned()),
            is_archived: false,
            origin: world.origin("github", ("repositories", n), by_handle(lead), since),
        });
    }
}

/// Copies differ in their names.
fn suffix(world: &World<'_>) -> String {
    match world.copy {
        0 => String::new(),
        copy => format!("-{}", copy + 1),
    }
}

/// What the repository of a project is called.
pub fn repository(world: &World<'_>, project: usize) -> String {
    repository_name(world, PROJECTS[project % PROJECTS.len()].4)
}

fn repository_name(world: &World<'_>, name: &str) -> String {
    format!("{name}{}", suffix(world))
}

fn issue(world: &World<'_>, n: usize, dice: &mut Random) -> Issue {
    let row = &words::ISSUES[n * 7 % words::ISSUES.len()];
    let project = PROJECTS
        .iter()
        .position(|project| project.0 == column(row, 0))
        .unwrap_or_default();
    // Each row of words meets each thing once before a pair comes again.
    let thing = &words::THINGS[(n / words::ISSUES.len() * 3 + n) % words::THINGS.len()];
    let kind = column(row, 1);
    let customer = dice.below(words::ACCOUNTS.len());
    let details: Vec<&str> = words::DETAILS
        .iter()
        .filter(|row| column(row, 0) == kind)
        .map(|row| column(row, 1))
        .collect();
    let status = dice.word(&[
        "backlog",
        "backlog",
        "todo",
        "todo",
        "in_progress",
        "in_progress",
        "in_review",
        "done",
        "done",
        "done",
        "cancelled",
    ]);
    let is_closed = matches!(status, "done" | "cancelled");
    let is_begun = matches!(status, "done" | "in_progress" | "in_review");
    let age = dice.between(9, 170);
    let closed = dice.between(1, age - 7);
    let begun = closed + (age - closed) / 2;
    let created = world.calendar.past(-age, dice.between(30, 540));
    let completed_at = is_closed.then(|| world.calendar.past(-closed, dice.between(60, 580)));
    let started_at = is_begun.then(|| world.calendar.past(-begun, 150));
    let key = format!("{}-{}", PROJECTS[project].0, 100 + n);
    let link = format!("https://linear.app/wayfold/issue/{key}");
    let mut issue = Issue {
        issue_id: world.id("issues", n),
        key,
        project_id: Some(world.id("projects", project)),
        title: column(row, 2).replace("{thing}", column(thing, 0)),
        description: Some(
            dice.word(&details)
                .replace("{customer}", &account_name(world, customer)),
        ),
        kind: STATIC_KINDS
            .into_iter()
            .find(|known| *known == kind)
            .unwrap_or("chore"),
        status,
        priority: dice.word(&[
            "urgent", "high", "high", "medium", "medium", "medium", "low", "none",
        ]),
        assignee_id: (is_begun || dice.percent(50))
            .then(|| engineer(n, dice))
            .and_then(|person| world.roster.id(person)),
        account_id: Some(world.id("accounts", customer)),
        labels: vec![PROJECTS[project].1.to_lowercase(), kind.to_owned()],
        estimate_points: dice.percent(80).then(|| *dice.pick(&[1, 2, 3, 5, 8])),
        due_date: (!is_closed && dice.percent(40))
            .then(|| world.calendar.date(dice.between(-6, 40))),
        started_at,
        completed_at,
        origin: world
            .origin(
                "linear",
                ("issues", n),
                by_handle(dice.word(&REPORTERS)),
                (created, completed_at.or(started_at).unwrap_or(created)),
            )
            .shared(customer == SHARED_ACCOUNT),
    };
    issue.origin.source_url = Some(link);
    issue
}

const STATIC_KINDS: [&str; 4] = ["bug", "feature", "improvement", "chore"];

fn engineer(n: usize, dice: &mut Random) -> &'static Colleague {
    let handle = ENGINEERS[(n + dice.below(2)) % ENGINEERS.len()];
    by_handle(handle).unwrap_or(&PEOPLE[0])
}

fn open_pull_request(
    world: &World<'_>,
    n: usize,
    issue: usize,
    dice: &mut Random,
    company: &mut Company,
) {
    let of = &company.issues[issue];
    let author = PEOPLE
        .iter()
        .find(|person| world.roster.id(person) == of.assignee_id);
    let author = author.unwrap_or_else(|| engineer(n, dice));
    let reviewer = ENGINEERS
        .iter()
        .filter(|handle| **handle != author.handle)
        .nth(n % 2);
    let (state, review_status, is_draft) = match of.status {
        "done" if dice.percent(8) => ("closed", "none", false),
        "done" => ("merged", "approved", false),
        "in_progress" if dice.percent(50) => ("open", "none", true),
        _ => (
            "open",
            dice.word(&["waiting", "waiting", "changes_requested", "approved"]),
            false,
        ),
    };
    let project = company
        .projects
        .iter()
        .position(|project| Some(project.project_id) == of.project_id);
    let repository = project.unwrap_or_default();
    let done = of.completed_at;
    let opened = match done {
        Some(done) => done - Duration::hours(dice.between(5, 90)),
        None => world
            .calendar
            .past(-dice.between(1, 15), dice.between(100, 560)),
    };
    let title = format!("{}: {}", of.key, imperative(&of.title));
    let (added, removed) = (dice.between(6, 420) as i32, dice.between(0, 180) as i32);
    let touched = done.unwrap_or(opened);
    let (key, issue_id) = (of.key.clone(), of.issue_id);
    let number = FIRST_PULL_REQUEST + n;
    let name = self::repository(world, repository);
    let source_id = format!("{name}#{number}");
    let pull_request_id = world.id_in("github", "pull_requests", &source_id);
    company.pull_requests.push(PullRequest {
        pull_request_id,
        repository_id: world.id("repositories", repository),
        issue_id: Some(issue_id),
        number: number as i32,
        title: title.clone(),
        body: Some(format!("Resolves {key}. {}", dice.word(&BODIES))),
        branch: Some(format!("{}/{}", author.handle, key.to_lowercase())),
        state,
        is_draft,
        review_status,
        reviewer_id: reviewer
            .filter(|_| !is_draft)
            .and_then(|handle| by_handle(handle))
            .and_then(|person| world.roster.id(person)),
        review_requested_at: (!is_draft).then_some(opened),
        lines_added: Some(added),
        lines_removed: Some(removed),
        merged_at: done.filter(|_| state == "merged"),
        closed_at: done,
        origin: Origin {
            source_id,
            source_url: Some(format!("https://github.com/{name}/pull/{number}")),
            ..world.origin(
                "github",
                ("pull_requests", n),
                Some(author),
                (opened, touched),
            )
        },
    });
    commit_to(
        world,
        pull_request_id,
        repository,
        author,
        (&title, opened, added),
        dice,
        company,
    );
}

const BODIES: [&str; 6] = [
    "The test fails without the change and passes with it.",
    "Measured on the largest customer's data, before and after are in the issue.",
    "No migration is needed. Please look at the second commit first.",
    "Behind a switch, off by default; Noor turns it on for the first customer.",
    "The smallest change that helps. The rest is in a follow-up issue.",
    "Screens were agreed with Ben. Works with the keyboard alone.",
];

/// Wishes are imperative already; of a bug the title says what is wrong.
fn imperative(title: &str) -> String {
    match title.split(' ').next() {
        Some(
            "Let" | "Suggest" | "Put" | "Show" | "Export" | "Tell" | "Delete" | "Take" | "Raise"
            | "Explain" | "Write",
        ) => title.to_owned(),
        _ => format!("fix “{title}”"),
    }
}

fn commit_to(
    world: &World<'_>,
    pull_request: Uuid,
    repository: usize,
    author: &Colleague,
    (title, opened, added): (&str, chrono::DateTime<chrono::Utc>, i32),
    dice: &mut Random,
    company: &mut Company,
) {
    const STEPS: [&str; 4] = [
        "Add a failing test for",
        "Work on",
        "Tidy up after",
        "Answer the review of",
    ];
    for step in STEPS.iter().take(1 + dice.below(STEPS.len())) {
        let n = company.commits.len();
        let at = opened - Duration::minutes(dice.between(15, 900));
        let sha = format!("{:032x}", id_of("sha", &world.key("commits", n)).as_u128());
        company.commits.push(Commit {
            commit_id: world.id("commits", n),
            repository_id: world.id("repositories", repository),
            pull_request_id: Some(pull_request),
            sha,
            message: format!("{step} {title}"),
            author_name: Some(author.name.to_owned()),
            committed_at: at,
            lines_added: Some(added / (1 + dice.between(1, 4) as i32)),
            lines_removed: Some(dice.between(0, 60) as i32),
            origin: world.origin("github", ("commits", n), Some(author), (at, at)),
        });
    }
}
