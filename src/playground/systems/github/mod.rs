//! A stand-in for GitHub's REST API, in process and from memory, as GitHub documents it: a test
//! fills it, changes it while it is read, and makes it fail.

mod demo;
mod oauth;
mod reading;
mod routes;
mod search;
mod shown;
mod telling;
mod world;
mod writing;

pub use self::routes::Secondary;

use self::world::{World, merge, written};
use super::faults;
use super::stand_in::StandIn;
use serde_json::{Value, json};

pub type GitHub = StandIn<World>;
pub type Fault = faults::Fault<Secondary>;

impl GitHub {
    /// A member of every organisation, who shows an address or does not; returns them as GitHub
    /// shows them.
    pub fn user(&self, login: &str, email: Option<&str>) -> Value {
        self.world().add_user(login, email)
    }

    /// With one commit on its main branch.
    pub fn repository(&self, name: &str) {
        self.edit(|world, now| world.add_repo(name, now));
    }

    /// As `repository`, for these alone.
    pub fn private_repository(&self, name: &str, readers: &[&str]) {
        self.repository(name);
        self.show_to(name, Some(readers));
    }

    /// Makes a repository private, for these to read; None: for those whom the key's account may
    /// not know.
    pub fn show_to(&self, name: &str, readers: Option<&[&str]>) {
        let mut world = self.world();
        if let Some(repo) = world.repos.get_mut(name) {
            repo.shown["private"] = json!(true);
            let named = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
            repo.readers = readers.map(named);
        }
    }

    pub fn make_public(&self, name: &str) {
        if let Some(repo) = self.world().repos.get_mut(name) {
            repo.shown["private"] = json!(false);
        }
    }

    /// Takes somebody out of a repository, and tells of it.
    pub fn take_out(&self, name: &str, login: &str) {
        self.edit(|world, _| {
            let member = world.user(login);
            let repo = world.repos.get_mut(name);
            if let Some(readers) = repo.and_then(|repo| repo.readers.as_mut()) {
                readers.remove(login);
                world.say(
                    "member",
                    name,
                    json!({"action": "removed", "member": member}),
                );
            }
        });
    }

    /// Somebody who is a member of no organisation.
    pub fn guest(&self, login: &str, email: Option<&str>) {
        let mut world = self.world();
        world.add_user(login, email);
        if let Some(user) = world.users.last_mut() {
            user["is_guest"] = json!(true);
        }
    }

    /// It is gone, as for all who may not see it.
    pub fn delete_repository(&self, name: &str) -> bool {
        self.world().repos.remove(name).is_some()
    }

    /// It is taken down, for legal reasons (451) or for others (403).
    pub fn block_repository(&self, name: &str, status: u16) {
        if let Some(repo) = self.world().repos.get_mut(name) {
            repo.blocked = Some(status);
        }
    }

    /// It takes no changes from now on.
    pub fn archive_repository(&self, name: &str) {
        self.edit(|world, now| {
            if let Some(repo) = world.repos.get_mut(name) {
                let archived = json!({"archived": true, "updated_at": written(now)});
                merge(&mut repo.shown, archived);
            }
        });
    }

    /// It has another name from now on.
    pub fn rename_repository(&self, name: &str, new: &str) {
        let mut world = self.world();
        if let Some(mut repo) = world.repos.remove(name) {
            repo.shown["full_name"] = json!(new);
            world.repos.insert(new.to_owned(), repo);
        }
    }

    pub fn label(&self, repo: &str, name: &str) {
        if let Some(repo) = self.world().repos.get_mut(repo) {
            repo.labels.push(name.to_owned());
        }
    }

    /// Writes a file on a branch; false: there is no such branch.
    pub fn write(&self, repo: &str, branch: &str, path: &str, text: &str) -> bool {
        let file = Some((path, Some(text.to_owned())));
        let message = format!("Write {path}");
        self.edit(|world, now| world.commit(repo, branch, &message, file, now))
    }

    /// A commit without a file, on main.
    pub fn commit(&self, repo: &str, message: &str) -> bool {
        self.edit(|world, now| world.commit(repo, "main", message, None, now))
    }

    /// A branch that ends where main does.
    pub fn branch(&self, repo: &str, name: &str) {
        let mut world = self.world();
        let branches = world.repos.get_mut(repo).map(|it| &mut it.branches);
        if let Some(branches) = branches
            && let Some(main) = branches.get("main").cloned()
        {
            branches.insert(name.to_owned(), main);
        }
    }

    /// An issue with fields as GitHub shows them; returns its number.
    pub fn issue(&self, repo: &str, fields: Value) -> u64 {
        self.edit(|world, now| world.add_issue(repo, fields, now))
    }

    pub fn pull(&self, repo: &str, fields: Value) -> u64 {
        self.edit(|world, now| world.add_pull(repo, fields, now))
    }

    /// As the key's own account would.
    pub fn comment(&self, repo: &str, on: u64, body: &str) {
        self.edit(|world, now| world.add_comment(repo, on, &json!(body), now));
    }

    pub fn review(&self, repo: &str, pull: u64, by: &str, state: &str) {
        let mut world = self.world();
        let user = world.user(by);
        if let Some(repo) = world.repos.get_mut(repo) {
            let review = json!({"pull": pull, "user": user, "state": state, "body": ""});
            repo.reviews.push(review);
        }
    }

    /// Changes an issue or a pull request as somebody else would; false: there is none.
    pub fn change(&self, repo: &str, number: u64, mut fields: Value) -> bool {
        self.edit(|world, now| {
            fields["updated_at"] = written(now);
            world.amend(repo, number, fields)
        })
    }

    /// It is in no list from now on; false: there is none.
    pub fn delete_issue(&self, repo: &str, number: u64) -> bool {
        self.edit(|world, _| world.lose_issue(repo, number, "deleted").is_some())
    }

    /// It goes to another repository, where it gets a number of its own; returns that.
    pub fn transfer_issue(&self, repo: &str, number: u64, to: &str) -> Option<u64> {
        self.edit(|world, now| {
            let mut issue = world.lose_issue(repo, number, "transferred")?;
            let fields = issue.as_object_mut()?;
            fields.retain(|name, _| !["id", "number", "html_url"].contains(&name.as_str()));
            Some(world.add_issue(to, issue, now))
        })
    }

    /// All issues of a repository, pull requests too, in the order of their numbers.
    pub fn issues(&self, repo: &str) -> Vec<Value> {
        let world = self.world();
        let found = world.repos.get(repo);
        found.map(|repo| repo.issues.clone()).unwrap_or_default()
    }

    pub fn comments(&self, repo: &str) -> Vec<Value> {
        let world = self.world();
        let found = world.repos.get(repo);
        found.map(|repo| repo.comments.clone()).unwrap_or_default()
    }

    pub fn branches(&self, repo: &str) -> Vec<String> {
        let world = self.world();
        let found = world.repos.get(repo);
        found
            .map(|it| it.branches.keys().cloned().collect())
            .unwrap_or_default()
    }

    pub fn file(&self, repo: &str, branch: &str, path: &str) -> Option<String> {
        let world = self.world();
        world
            .repos
            .get(repo)?
            .branches
            .get(branch)?
            .files
            .get(path)
            .cloned()
    }
}
