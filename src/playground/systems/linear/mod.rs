//! A stand-in for Linear's API, in process and from memory, as Linear documents it: a test fills
//! it, changes it while it is read, and makes it fail. It reads GraphQL, so a question that
//! Linear would not understand is not answered here either.

mod answers;
mod demo;
mod filter;
mod language;
mod routes;
mod shown;
mod telling;
mod world;

pub use self::routes::Limit;

use self::world::{World, written};
use super::faults;
use super::stand_in::StandIn;
use serde_json::{Value, json};

pub type Linear = StandIn<World>;
pub type Fault = faults::Fault<Limit>;

impl Linear {
    pub fn user(&self, email: &str, name: &str) -> String {
        let user = json!({"name": name, "displayName": name, "email": email, "active": true});
        self.add("users", user)
    }

    /// With the states that a new team has.
    pub fn team(&self, key: &str, name: &str) -> String {
        self.edit(|world, now| world.add_team(key, name, false, now))
    }

    pub fn private_team(&self, key: &str, name: &str) -> String {
        self.edit(|world, now| world.add_team(key, name, true, now))
    }

    /// Who sees a team is no change of its issues.
    pub fn makes_private(&self, team: &str, private: bool) -> bool {
        self.edit(|world, _| world.change("teams", team, json!({"private": private})))
    }

    /// The team is there no more for whoever has the key, and neither is anything of it.
    pub fn hides(&self, team: &str) {
        self.edit(|world, _| world.hide(team));
    }

    pub fn project(&self, team: &str, name: &str) -> String {
        let project = json!({
            "name": name, "slugId": name.to_lowercase(), "teamIds": [team],
            "url": format!("https://linear.app/wayfold/project/{name}"),
            "status": {"type": "started"}, "startDate": null, "targetDate": null,
        });
        self.add("projects", project)
    }

    pub fn label(&self, name: &str) -> String {
        self.add("issueLabels", json!({"name": name}))
    }

    /// An issue with fields as Linear's own input has them.
    pub fn issue(&self, team: &str, fields: Value) -> String {
        self.edit(|world, now| world.add_issue(team, fields, now))
    }

    pub fn comment(&self, issue: &str, body: &str) -> String {
        self.add("comments", json!({"issueId": issue, "body": body}))
    }

    fn add(&self, table: &'static str, fields: Value) -> String {
        self.edit(|world, now| world.add(table, fields, now))
    }

    /// Changes an issue as somebody else would; false: there is none.
    pub fn change(&self, issue: &str, mut fields: Value) -> bool {
        self.edit(|world, now| {
            fields["updatedAt"] = written(now);
            world.change("issues", issue, fields)
        })
    }

    /// Linear does not say of what is archived that it has changed.
    pub fn archive(&self, issue: &str, by_itself: bool) -> bool {
        self.edit(|world, now| {
            let by_itself = by_itself.then(|| written(now));
            let archived = json!({"archivedAt": written(now), "autoArchivedAt": by_itself});
            world.change("issues", issue, archived)
        })
    }

    /// Neither does it of a project; one that is deleted lies in the bin for a while.
    pub fn archive_project(&self, project: &str, is_deleted: bool) -> bool {
        self.edit(|world, now| {
            let trashed = is_deleted.then_some(true);
            let archived = json!({"archivedAt": written(now), "trashed": trashed});
            world.change("projects", project, archived)
        })
    }

    /// All issues as they are shown, in the order of their making.
    pub fn issues(&self) -> Vec<Value> {
        let world = self.world();
        let issues = world.table("issues").iter();
        issues.map(|it| world.shown("issues", it)).collect()
    }

    pub fn comments(&self) -> Vec<Value> {
        self.world().table("comments").to_vec()
    }
}
