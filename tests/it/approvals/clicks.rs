//! Any clicks in any order, most of them wrong: nothing runs that was not approved, or twice.

use super::office::Office;
use penny::approvals::seal::Hash;
use penny::approvals::{Claimed, Decided, Effect, Outcome, Ticket, Verdict};
use penny::store::proposals::Key;
use proptest::prelude::*;
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

/// What somebody does with one of the buttons that were ever shown, by its index.
#[derive(Debug, Clone)]
enum Click {
    Propose,
    Approve(prop::sample::Index, Forgery),
    Reject(prop::sample::Index),
    Edit(prop::sample::Index),
    /// A worker picks it up; it may crash before it has settled.
    Run(prop::sample::Index, bool),
    /// All leases lapse.
    Wait,
}

#[derive(Debug, Clone)]
enum Forgery {
    None,
    Version(u32),
    /// Another button's hash.
    Hash(prop::sample::Index),
    Bit(u8),
}

fn clicks() -> impl Strategy<Value = Click> {
    let button = any::<prop::sample::Index>;
    let forgery = prop_oneof![
        4 => Just(Forgery::None),
        1 => (0..5u32).prop_map(Forgery::Version),
        1 => button().prop_map(Forgery::Hash),
        1 => any::<u8>().prop_map(Forgery::Bit),
    ];
    prop_oneof![
        2 => Just(Click::Propose),
        5 => (button(), forgery).prop_map(|(at, forgery)| Click::Approve(at, forgery)),
        1 => button().prop_map(Click::Reject),
        2 => button().prop_map(Click::Edit),
        5 => (button(), any::<bool>()).prop_map(|(at, crashes)| Click::Run(at, crashes)),
        1 => Just(Click::Wait),
    ]
}

fn forge(ticket: Ticket, forgery: &Forgery, shown: &[Ticket]) -> Ticket {
    let hash = match forgery {
        Forgery::Hash(at) => at.get(shown).hash,
        Forgery::Bit(bit) => {
            let mut bytes = ticket.hash.as_bytes().to_vec();
            bytes[usize::from(*bit) / 8] ^= 1 << (bit % 8);
            Hash::from_slice(&bytes).unwrap()
        }
        Forgery::None | Forgery::Version(_) => ticket.hash,
    };
    let version = match forgery {
        Forgery::Version(version) => *version,
        _ => ticket.key.version,
    };
    let key = Key {
        version,
        ..ticket.key
    };
    Ticket { key, hash }
}

#[derive(Default)]
struct Story {
    shown: Vec<Ticket>,
    approved: BTreeSet<String>,
    /// What reached the provider.
    sent: Vec<String>,
}

impl Story {
    async fn click(&mut self, office: &Office, click: &Click) {
        match click {
            Click::Propose => self.shown.push(office.propose().await),
            Click::Approve(at, forgery) => {
                let real = *at.get(&self.shown);
                let ticket = forge(real, forgery, &self.shown);
                let decided = office.decide(ticket, Verdict::Approved, &office.bob).await;
                if let Ok(Decided::Approved) = decided {
                    assert!(self.shown.contains(&ticket), "a forged button was taken");
                    self.approved.insert(ticket.to_string());
                }
            }
            Click::Reject(at) => {
                let ticket = *at.get(&self.shown);
                let _ = office.decide(ticket, Verdict::Rejected, &office.ann).await;
            }
            Click::Edit(at) => {
                let edited = office.revise(*at.get(&self.shown), 30).await;
                self.shown.extend(edited.ok());
            }
            Click::Run(at, crashes) => self.run(office, at.get(&self.shown).key, *crashes).await,
            Click::Wait => {
                let lapse =
                    "update core.proposals set lease_until = now() where state = 'executing'";
                office.execute(lapse).await;
            }
        }
    }

    async fn run(&mut self, office: &Office, key: Key, crashes: bool) {
        let claim = match office.claim(key).await {
            None => return,
            Some(Claimed::Ready(claim)) => claim,
            Some(Claimed::Unsettled(claim)) => {
                let found = Outcome::Succeeded(Effect::default());
                office.settle(claim.lease(), &found).await.unwrap();
                return;
            }
        };
        let action = office.begin(claim).await;
        let hash = Hash::of(action.bytes());
        self.sent.push(Ticket { key, hash }.to_string());
        if !crashes {
            let done = Outcome::Succeeded(Effect::default());
            office.settle(action.lease(), &done).await.unwrap();
        }
    }
}

#[test]
fn whatever_is_clicked_nothing_runs_that_was_not_approved_or_twice() {
    let runtime = Runtime::new().unwrap();
    let office = runtime.block_on(Office::new());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(32)
    };
    proptest!(config, |(clicks in prop::collection::vec(clicks(), 1..40))| {
        let story = runtime.block_on(async {
            let mut story = Story::default();
            story.click(&office, &Click::Propose).await;
            for click in &clicks {
                story.click(&office, click).await;
            }
            story
        });
        let once: BTreeSet<String> = story.sent.iter().cloned().collect();
        prop_assert_eq!(once.len(), story.sent.len(), "something ran twice");
        prop_assert!(once.is_subset(&story.approved), "something ran unapproved");
    });
}
