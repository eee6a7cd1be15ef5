//! The demo company's mailboxes: one for each colleague, and in those of the sellers what their
//! biggest open deals' contacts wrote lately.

use super::{Arriving, Gmail};
use crate::base::ids::OrgId;
use crate::demo::company::{Company, Roster};
use crate::demo::workspace::{Colleague, PEOPLE};
use crate::store::company::Deal;
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use uuid::Uuid;

const SUBJECTS: [(&str, &str); 3] = [
    (
        "Our call on Thursday",
        "could we move our call on Thursday by an hour? Two of my colleagues would like to join.",
    ),
    (
        "The offer",
        "thank you for the offer. Our finance people ask whether it can be paid in two parts.",
    ),
    (
        "A question about the start",
        "how long does it take from the signature until the first van is on the road with it?",
    ),
];

impl Gmail {
    /// Fills in the demo company as it is at this moment.
    pub fn furnish(&self, now: DateTime<Utc>) {
        let roster = Roster::offline();
        let company = Company::at(now, OrgId(Uuid::nil()), &roster);
        for colleague in PEOPLE.iter().filter(|it| !it.is_restricted()) {
            let mailbox = self.mailbox(&colleague.email());
            let owner = roster.id(colleague);
            let open = company.deals.iter().filter(|deal| deal.status == "open");
            let mut open: Vec<&Deal> = open.filter(|it| it.origin.owner_id == owner).collect();
            open.sort_by_key(|deal| Reverse(deal.amount.map(|it| it.0)));
            for (place, (deal, words)) in open.into_iter().zip(SUBJECTS).enumerate() {
                if let Some(mail) = letter(&company, deal, colleague, words) {
                    mailbox.receives(Arriving {
                        days_ago: place as i64,
                        ..mail
                    });
                }
            }
        }
    }
}

fn letter(
    company: &Company,
    deal: &Deal,
    to: &Colleague,
    (subject, text): (&str, &str),
) -> Option<Arriving> {
    let mut contacts = company.contacts.iter();
    let contact = contacts.find(|it| Some(it.contact_id) == deal.primary_contact_id)?;
    let address = contact.email.as_ref()?;
    let (me, name) = (to.first_name(), &contact.name);
    let text = format!("Hello {me},\n\n{text}\n\nBest,\n{name}");
    Some(Arriving::from(
        &format!("{name} <{address}>"),
        subject,
        &text,
    ))
}
