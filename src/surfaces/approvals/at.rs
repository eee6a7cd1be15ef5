//! What a click is about: the version that was shown, and where its card stands.

use crate::approvals::{Content, State, Ticket};
use crate::jobs::cards::draw::{card_of, seal_of_open};
use crate::jobs::cards::read::{Seen, see, see_record};
use crate::slack::blocks::approval::Card as Shown;
use crate::store::OrgTx;
use crate::store::proposal_cards::{self, Card};
use crate::store::proposals;
use crate::surfaces::scene::{Scene, Surfaced};

#[derive(Debug)]
pub struct At {
    /// As it came with the click. Whether it names what is stored, the decision checks.
    pub ticket: Ticket,
    /// That version, as it stands by now.
    pub seen: Seen,
    pub card: Option<Card>,
}

impl At {
    /// None: there is no such version any more, or there never was.
    pub async fn find(tx: &mut OrgTx, ticket: Ticket) -> Surfaced<Option<Self>> {
        let Some(record) = proposals::get(tx, ticket.key).await? else {
            return Ok(None);
        };
        let seen = see_record(tx, record).await?;
        let card = proposal_cards::of(tx, ticket.key.proposal).await?;
        Ok(Some(Self { ticket, seen, card }))
    }

    /// Everything that is still open on a card, and the name of just that.
    pub async fn open_on(scene: &Scene<'_>, card: &Card) -> Surfaced<(Vec<Self>, String)> {
        let mut tx = scene.tx().await?;
        let mut seen = Vec::new();
        for proposal in proposal_cards::shown_in(&mut tx, card).await? {
            seen.extend(see(&mut tx, proposal).await?);
        }
        let seal = seal_of_open(&seen);
        let open = seen.into_iter().filter(|one| one.state == State::Proposed);
        let at = open.map(|seen| Self {
            ticket: seen.sealed.ticket(),
            seen,
            card: Some(card.clone()),
        });
        Ok((at.collect(), seal))
    }

    pub fn content(&self) -> &Content {
        self.seen.sealed.content()
    }

    /// As its card shows it.
    pub fn shown(&self) -> Shown {
        card_of(&self.seen)
    }
}
