//! The way in for what other systems say: checked, addressed, and stored before anybody is told
//! that it arrived.

use super::token::{Audience, PushTokens};
use super::verify::{Means, Received, Refusal, VerifiedDelivery, verify};
use super::{Addressee, Listen, Part, Proof, SharedSecret};
use crate::base::config::PubSub;
use crate::base::secret::Secret;
use crate::connectors::connections::Connections;
use crate::connectors::credentials::place;
use crate::connectors::{Connector, ConnectorError};
use crate::net::ClientError;
use crate::net::jwks::Keys;
use crate::slack::oauth::Nonce;
use crate::store::deliveries::{self, Incoming, Listener};
use crate::store::sealing::SealError;
use crate::store::{StoreError, sync};
use std::collections::HashMap;

/// Why a delivery was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Unproven(#[from] Refusal),
    /// It is genuine, but not what its system is known to send.
    #[error("a genuine delivery could not be read: {0}")]
    Unreadable(ConnectorError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// What became of a delivery that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Stored,
    /// It was here already.
    Known,
    /// Nobody here reads what it is about.
    ForNobody,
}

#[derive(Debug, Clone)]
pub struct Ears {
    connections: Connections,
    tokens: HashMap<String, (PushTokens, Audience)>,
}

impl Ears {
    pub fn new(connections: Connections) -> Result<Self, ClientError> {
        let clock = connections.clock().clone();
        let tokens = |(system, pubsub): (&String, &PubSub)| {
            let keys = Keys::new(pubsub.keys_url.clone(), clock.clone())?;
            let audience = Audience {
                audience: pubsub.audience.clone(),
                service_account: pubsub.service_account.clone(),
            };
            Ok((system.clone(), (PushTokens::new(keys), audience)))
        };
        let pubsub = &connections.systems().pubsub;
        let tokens = pubsub.iter().map(tokens).collect::<Result<_, _>>()?;
        Ok(Self {
            connections,
            tokens,
        })
    }

    /// Takes a delivery in; its body is not looked at before its proof. `address` is the secret
    /// part of where it was sent to, for systems whose connections have addresses of their own.
    pub async fn take(
        &self,
        connector: &'static dyn Connector,
        listen: &'static Listen,
        address: Option<&str>,
        received: Received<'_>,
    ) -> Result<Taken, Refused> {
        let system = connector.manifest().slug;
        let (delivery, at_address) = match &listen.proof {
            Proof::Own(_) => {
                let address = address.ok_or(Refusal::NoSuchAddress)?;
                let (listener, secret) = self.at(system, address).await?;
                let secrets = [secret];
                let means = Means::Secrets(&secrets);
                (verify(listen, means, received).await?, Some(listener))
            }
            Proof::Shared(_, which) => {
                let secrets = self.shared(system, *which);
                let means = Means::Secrets(&secrets);
                (verify(listen, means, received).await?, None)
            }
            Proof::PubSub => {
                let (tokens, audience) = self.tokens.get(system).ok_or(Refusal::NotSetUp)?;
                let means = Means::Tokens(tokens, audience);
                (verify(listen, means, received).await?, None)
            }
        };
        match at_address {
            Some(listener) => self.store(&delivery, vec![(listener, None)]).await,
            None => self.store_for_all(connector, &delivery).await,
        }
    }

    /// Whether there is what it takes to check deliveries of this system.
    pub fn is_set_up(&self, connector: &dyn Connector, listen: &Listen) -> bool {
        let system = connector.manifest().slug;
        match &listen.proof {
            Proof::Own(_) => true,
            Proof::Shared(_, which) => !self.shared(system, *which).is_empty(),
            Proof::PubSub => self.tokens.contains_key(system),
        }
    }

    fn shared(&self, system: &str, which: SharedSecret) -> Vec<Secret> {
        let systems = self.connections.systems();
        match which {
            SharedSecret::Client => systems.client_secrets.get(system).cloned(),
            SharedSecret::Webhook => systems.webhook_secrets.get(system).cloned(),
        }
        .unwrap_or_default()
    }

    /// The connection that is heard at a secret address, and what its deliveries are signed with.
    async fn at(&self, system: &str, address: &str) -> Result<(Listener, Secret), Refused> {
        let fingerprint = Nonce::received(address).fingerprint();
        let found = sync::at_address(self.connections.db(), system, &fingerprint).await?;
        let found = found.ok_or(Refusal::NoSuchAddress)?;
        let row = found.connection.to_string();
        let sealer = self.connections.sealer();
        let secret = sealer.open(&found.sealed, place(found.org, &row))?;
        let listener = Listener {
            org: found.org,
            connection: found.connection,
        };
        Ok((listener, secret))
    }

    async fn store_for_all(
        &self,
        connector: &'static dyn Connector,
        delivery: &VerifiedDelivery,
    ) -> Result<Taken, Refused> {
        let (db, system) = (self.connections.db(), connector.manifest().slug);
        let mut all = Vec::new();
        for Part { to, payload } in connector.addressed(delivery).map_err(Refused::Unreadable)? {
            let listeners = match &to {
                Addressee::Account(id) => deliveries::listeners_of_account(db, system, id).await?,
                Addressee::Repository(name) => {
                    deliveries::listeners_of_repository(db, system, name).await?
                }
            };
            let for_each = listeners.into_iter();
            all.extend(for_each.map(|listener| (listener, Some(payload.clone()))));
        }
        self.store(delivery, all).await
    }

    /// A payload of none is the whole body.
    async fn store(
        &self,
        delivery: &VerifiedDelivery,
        all: Vec<(Listener, Option<Vec<u8>>)>,
    ) -> Result<Taken, Refused> {
        if all.is_empty() {
            return Ok(Taken::ForNobody);
        }
        let incoming: Vec<_> = all
            .iter()
            .map(|(to, payload)| Incoming {
                to: to.clone(),
                sender_id: delivery.sender_id(),
                fingerprint: delivery.fingerprint(),
                topic: delivery.topic(),
                payload: payload.as_deref().unwrap_or(delivery.body()),
            })
            .collect();
        match deliveries::store(self.connections.db(), &incoming).await? {
            0 => Ok(Taken::Known),
            _ => Ok(Taken::Stored),
        }
    }
}
