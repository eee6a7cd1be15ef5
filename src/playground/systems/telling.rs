//! What a stand-in says by itself when something changes in it: letters, signed as its provider
//! signs them, brought one after the other to whoever wants to be told.

use crate::base::clock::SharedClock;
use crate::base::secret::Secret;
use crate::connectors::deliveries::Signature;
use axum::body::Body;
use axum::http::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::sync::mpsc;

const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Who wants to be told.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Where letters are brought.
    pub to: String,
    /// What that address is called, which some providers sign; the same, unless something stands
    /// in between.
    pub address: String,
    pub secret: Secret,
}

impl Subscription {
    /// Penny's address for a system.
    pub fn of(penny: &str, public: &str, system: &str, secret: Secret) -> Self {
        let at = |base: &str| format!("{}/webhooks/{system}", base.trim_end_matches('/'));
        Self {
            to: at(penny),
            address: at(public),
            secret,
        }
    }

    /// The signature's header over these pieces.
    pub(super) fn signed(
        &self,
        signature: &Signature,
        pieces: &[&str],
    ) -> Option<(&'static str, String)> {
        let pieces: Vec<&[u8]> = pieces.iter().map(|it| it.as_bytes()).collect();
        Some((signature.header, signature.sign(&self.secret, &pieces)?))
    }
}

/// One thing to say.
#[derive(Debug, Clone)]
pub struct Letter {
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

#[derive(Debug)]
pub struct Teller {
    pub subscription: Subscription,
    letters: mpsc::UnboundedSender<Letter>,
}

impl Teller {
    pub fn start(subscription: Subscription, clock: SharedClock) -> Self {
        let (letters, mut to_bring) = mpsc::unbounded_channel();
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        let to = subscription.to.clone();
        tokio::spawn(async move {
            while let Some(letter) = to_bring.recv().await {
                bring(&client, &to, &letter, &clock).await;
            }
        });
        Self {
            subscription,
            letters,
        }
    }

    pub fn say(&self, letters: Vec<Letter>) {
        for letter in letters {
            // Nobody is left to bring it: the stand-in is going.
            let _ = self.letters.send(letter);
        }
    }
}

async fn bring(
    client: &Client<HttpConnector, Body>,
    to: &str,
    letter: &Letter,
    clock: &SharedClock,
) {
    for attempt in 1..=ATTEMPTS {
        let request = Request::post(to).header(header::CONTENT_TYPE, "application/json");
        let headers = letter.headers.iter();
        let request = headers.fold(request, |it, (name, value)| it.header(*name, value));
        let Ok(request) = request.body(Body::from(letter.body.clone())) else {
            return;
        };
        let answer = client.request(request).await;
        if answer.is_ok_and(|answer| !answer.status().is_server_error()) || attempt == ATTEMPTS {
            return;
        }
        clock.sleep(PAUSE).await;
    }
}
