//! A step that changes something outside is a proposal of the owner's, with its card in the run's
//! thread; the run goes on when it is settled. A dry run shows the card that would have been.

use super::super::course::{Course, Halt, Interrupted};
use super::super::words;
use crate::agent::tools::systems;
use crate::approvals::{self, JOB, Outcome, State};
use crate::connectors::changes::{self, Unfit, Wanted};
use crate::connectors::{Reach, registry};
use crate::jobs::cards::draw;
use crate::store::proposals::{self, Origin, Record};
use crate::store::{OrgTx, jobs, workflows};
use serde_json::{Value, json};

impl Course<'_> {
    pub(super) async fn change(
        &self,
        (system, operation): (&str, &str),
        arguments: Value,
        (path, kind): (&str, &str),
    ) -> Result<Value, Halt> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let (origin, made) = self.asked_for(&mut tx, path).await?;
        if let Some(made) = made {
            return came_of(&made, path);
        }
        drop(tx);
        let Some(connector) = registry::find(system) else {
            return Err(Halt::Failed(words::no_such_system(path, system)));
        };
        let manifest = connector.manifest();
        if systems::may_use(self.viewer, manifest).is_err() {
            let why = match manifest.reach {
                Reach::Person => words::is_personal(path, manifest.name),
                Reach::Org | Reach::Penny => words::outsiders_read(path, manifest.name),
            };
            return Err(Halt::Failed(why));
        }
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        let wanted = Wanted {
            requester: self.viewer.person,
            audience: self.viewer.audience.clone(),
            system,
            operation,
            arguments: &arguments,
            undo_of: None,
        };
        let draft = match changes::draft(&self.services.connections, self.workspace.org, &wanted)
            .await
        {
            Ok(draft) => draft,
            Err(Unfit::NothingChanges) => return Ok(json!({ "state": "unchanged" })),
            Err(unfit @ (Unfit::Away { .. } | Unfit::Connection(_))) => {
                return Err(Interrupted::Passing(unfit.to_string()).into());
            }
            Err(unfit) => return Err(Halt::Failed(words::cannot_change(path, &unfit.to_string()))),
        };
        let fence = self.held.lease().fence();
        let mut tx = self.services.db.org(self.workspace.org).await?;
        // Before the ledger: whoever cancels the run takes the two in this order.
        workflows::hold(&mut tx, self.run.id).await?;
        let proposed = approvals::propose(&mut tx, draft, Some(&origin)).await;
        let proposed = proposed
            .map_err(|error| Halt::Failed(words::cannot_change(path, &error.to_string())))?;
        if self.run.is_dry {
            // The transaction is dropped: the card is all that there ever was of it.
            let key = proposed.sealed.key();
            let drawing = draw::drawing(&mut tx, &[key.proposal]).await?;
            drop(tx);
            let cards = drawing
                .map(|drawing| json!(drawing.blocks))
                .unwrap_or_default();
            self.post(path, words::WOULD_HAVE_PROPOSED, without_buttons(cards))
                .await?;
            return Ok(json!({ "state": "dry" }));
        }
        workflows::wait_at(
            &mut tx,
            &fence,
            self.run.id,
            (path, kind),
            &json!({ "proposal": proposed.sealed.key().proposal }),
        )
        .await?;
        if proposed.state == State::Approved {
            let key = proposed.sealed.key().to_string();
            jobs::nudge(&mut tx, JOB, &key).await?;
        }
        tx.commit().await?;
        Err(Halt::Parked)
    }
}

impl Course<'_> {
    /// By which call the change is asked for, and what came of that so far. A run that is tried
    /// again asks anew for what came to nothing, and for nothing else.
    async fn asked_for(
        &self,
        tx: &mut OrgTx,
        path: &str,
    ) -> Result<(Origin, Option<Record>), Halt> {
        let call = |attempt: i32| Origin {
            conversation: self.conversation,
            asker: self.run.id.into(),
            tool_use_id: match attempt {
                0 => path.to_owned(),
                attempt => format!("{path}#{attempt}"),
            },
        };
        for attempt in 0..self.run.tries {
            let made = proposals::made_by(tx, &call(attempt)).await?;
            let came_to_nothing = match &made {
                Some(made) => {
                    matches!(came_of(made, path), Err(Halt::Failed(_) | Halt::Stopped(_)))
                }
                None => true,
            };
            if !came_to_nothing {
                return Ok((call(attempt), made));
            }
        }
        let origin = call(self.run.tries);
        let made = proposals::made_by(tx, &origin).await?;
        Ok((origin, made))
    }
}

/// A card to look at.
fn without_buttons(blocks: Value) -> Vec<Value> {
    let mut shown = vec![crate::slack::blocks::sentence(words::WOULD_HAVE_PROPOSED)];
    for mut block in blocks.as_array().cloned().unwrap_or_default() {
        if block["type"] == "actions" {
            continue;
        }
        if let Some(fields) = block.as_object_mut() {
            fields.remove("accessory");
        }
        shown.push(block);
    }
    shown
}

fn came_of(made: &Record, path: &str) -> Result<Value, Halt> {
    let fault = |error: approvals::Error| Halt::Failed(error.to_string());
    let state = approvals::state_of(made).map_err(fault)?;
    let settled = approvals::outcome_of(made).map_err(fault)?;
    match state {
        State::Proposed | State::Approved | State::Executing => Err(Halt::Parked),
        State::Succeeded | State::Undone => {
            let (id, link) = match settled {
                Some(Outcome::Succeeded(effect)) => (effect.id, effect.link),
                _ => (None, None),
            };
            Ok(json!({ "state": "done", "id": id, "link": link }))
        }
        State::Rejected => Err(Halt::Stopped(words::rejected(path))),
        State::Expired => Err(Halt::Stopped(words::expired(path))),
        State::Withdrawn => Err(Halt::Stopped(words::withdrawn(path))),
        State::Superseded => Err(Halt::Parked),
        State::Changed => Err(Halt::Failed(words::changed_meanwhile(path))),
        State::Failed => Err(Halt::Failed(match settled {
            Some(Outcome::Failed(why) | Outcome::NeverSent(why)) => {
                words::cannot_change(path, &why)
            }
            _ => words::cannot_change(path, "it failed"),
        })),
        State::Unknown => Err(Halt::Failed(words::nobody_knows(path))),
    }
}
