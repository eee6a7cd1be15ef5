//! What a click is about: the version that was shown, and where its card stands.

use crate::approvals::{Content, State, Ticket};
use crate::base::ids::UserId;
use crate::jobs::cards::draw::{card_of, seal_of_open};
use crate::jobs::cards::read::{Seen, see, see_record};
use crate::slack::blocks::approval::Card as Shown;
use crate::store::OrgTx;
use crate::store::proposal_cards::{self, Card, Copied};
use crate::store::proposals;
use crate::surfaces::scene::{Scene, Surfaced};

#[derive(Debug)]
pub struct At {
    /// As it came with the click. Whether it names what is stored, the decision checks.
    pub ticket: Ticket,
    /// That version, as it stands by now.
    pub seen: Seen,
    pub card: Option<Card>,
    /// Who has it in their direct messages besides.
    pub copies: Vec<Copied>,
}

impl At {
    /// None: there is no such version any more, or there never was.
    pub async fn find(tx: &mut OrgTx, ticket: Ticket) -> Surfaced<Option<Self>> {
        let Some(record) = proposals::get(tx, ticket.key).await? else {
            return Ok(None);
        };
        let seen = see_record(tx, record).await?;
        Ok(Some(Self::of(tx, ticket, seen).await?))
    }

    pub async fn of(tx: &mut OrgTx, ticket: Ticket, seen: Seen) -> Surfaced<Self> {
        Ok(Self {
            card: proposal_cards::of(tx, ticket.key.proposal).await?,
            copies: proposal_cards::copies_of(tx, ticket.key.proposal).await?,
            ticket,
            seen,
        })
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
        let mut at = Vec::new();
        for seen in open {
            let ticket = seen.sealed.ticket();
            at.push(Self::of(&mut tx, ticket, seen).await?);
        }
        Ok((at, seal))
    }

    /// The card in somebody's own direct messages.
    pub fn copy_of(&self, user: &UserId) -> Option<&Card> {
        let copy = self.copies.iter().find(|copy| copy.to == *user);
        copy.map(|copy| &copy.card)
    }

    /// The card that somebody sees.
    pub fn card_for(&self, user: &UserId) -> Option<&Card> {
        self.copy_of(user).or(self.card.as_ref())
    }

    pub fn content(&self) -> &Content {
        self.seen.sealed.content()
    }

    /// As its card shows it.
    pub fn shown(&self) -> Shown {
        card_of(&self.seen)
    }
}
