//! A model that follows a script, for tests and replays. It is as strict as a real provider about
//! the conversations it accepts, it remembers what it was asked, and a script that was not played
//! to its end is an error, so that a test cannot pass by asking less than it claims.

mod conversation;
mod step;

pub use step::{Gate, Step};

use super::{Delta, Message, Model, ModelError, Price, Reply, Request, Stop};
use async_trait::async_trait;
use parking_lot::Mutex;
use step::{Ending, Piece};

const NAME: &str = "scripted";

#[derive(Debug)]
pub struct Scripted {
    name: &'static str,
    state: Mutex<State>,
    price: Option<Price>,
}

#[derive(Debug, Default)]
struct State {
    steps: Vec<Step>,
    requests: Vec<Request>,
    /// Replies that ended in [`Stop::Pause`]: only these may end a conversation that comes back.
    paused: Vec<Message>,
    /// What the agent did wrong, repeated by [`Scripted::assert_finished`] in case the agent
    /// swallowed the error.
    faults: Vec<String>,
}

impl Scripted {
    /// A request is answered by the first unused step that accepts it, so conversations that
    /// run at once may each have their own steps.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let scripted = Self {
            name: NAME,
            state: Mutex::default(),
            price: None,
        };
        scripted.add(steps);
        scripted
    }

    /// Under a name of its own, where there are several.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    #[must_use]
    pub fn priced(mut self, price: Price) -> Self {
        self.price = Some(price);
        self
    }

    pub fn add(&self, steps: impl IntoIterator<Item = Step>) {
        self.state.lock().steps.extend(steps);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state.lock().requests.clone()
    }

    /// Ends a test: every step was used and every request was sound.
    ///
    /// # Panics
    /// If not, with what is missing or wrong.
    pub fn assert_finished(&self) {
        let state = self.state.lock();
        let unused: Vec<&Step> = state.steps.iter().filter(|step| step.is_due()).collect();
        assert!(
            state.faults.is_empty(),
            "the model was misused: {:#?}",
            state.faults
        );
        assert!(
            unused.is_empty(),
            "the model was never asked for: {unused:#?}"
        );
    }

    /// Takes the step that answers this request, or says why there is none.
    fn take(&self, request: &Request) -> Result<(Vec<Piece>, Ending), ModelError> {
        let mut state = self.state.lock();
        state.requests.push(request.clone());
        let resumes_pause = request
            .messages
            .last()
            .is_some_and(|last| state.paused.contains(last));
        let taken = conversation::check(request, resumes_pause).and_then(|()| {
            state
                .steps
                .iter_mut()
                .find(|step| step.accepts(request))
                .map(Step::play)
                .ok_or_else(|| {
                    format!(
                        "no step of the script answers {:?}",
                        request.messages.last()
                    )
                })
        });
        taken.map_err(|fault| {
            state.faults.push(fault.clone());
            ModelError::Rejected(fault)
        })
    }
}

#[async_trait]
impl Model for Scripted {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn unpriced(&self) -> Vec<String> {
        let unpriced = self.price.is_none().then(|| self.name());
        unpriced.into_iter().collect()
    }

    async fn reply(
        &self,
        request: &Request,
        on: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let (pieces, ending) = self.take(request)?;
        for piece in pieces {
            match piece {
                Piece::Delta(delta) => on(delta),
                Piece::Gate(gate) => gate.pass().await,
            }
        }
        match ending {
            Ending::Reply(mut reply) => {
                self.name.clone_into(&mut reply.model);
                if reply.stop == Stop::Pause {
                    self.state.lock().paused.push(Message {
                        role: super::Role::Assistant,
                        content: reply.content.clone(),
                    });
                }
                Ok(reply.priced(self.price))
            }
            Ending::Error(make) => Err(make()),
            Ending::Hang => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests;
