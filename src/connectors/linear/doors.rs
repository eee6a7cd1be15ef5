//! Who sees which team. That a team becomes private, or is not private any more, is no change of
//! its issues, so it is asked for whenever they are read.

use super::graphql::ask;
use super::wire::Connection;
use crate::net::json_api::{ApiError, JsonApi};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;

const TEAM_DOORS: &str = "query TeamDoors($after: String) {
    teams(first: 100, after: $after, includeArchived: true) {
        nodes { id private }
        pageInfo { hasNextPage endCursor }
    }
}";

/// By the ids of teams.
pub struct Doors {
    pub open: BTreeSet<String>,
    pub private: BTreeSet<String>,
}

impl Doors {
    pub async fn of(api: &JsonApi) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        struct Door {
            id: String,
            #[serde(default)]
            private: bool,
        }
        #[derive(Deserialize)]
        struct Data {
            teams: Connection<Door>,
        }
        let (mut doors, mut after) = (Vec::new(), None);
        loop {
            let data: Data = ask(api, TEAM_DOORS, json!({"after": after})).await?;
            doors.extend(data.teams.nodes);
            after = data.teams.page_info.next();
            if after.is_none() {
                break;
            }
        }
        let (private, open): (Vec<_>, Vec<_>) = doors.into_iter().partition(|door| door.private);
        let ids = |doors: Vec<Door>| doors.into_iter().map(|door| door.id).collect();
        Ok(Self {
            open: ids(open),
            private: ids(private),
        })
    }
}
