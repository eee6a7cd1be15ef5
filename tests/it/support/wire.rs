//! The wire between Penny and Postgres, which a test can cut, or leave lying there dead.

use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Whole,
    /// Connections end, and new ones are closed at once: Postgres was stopped.
    Cut,
    /// Nothing ends and nothing moves: the network has swallowed Postgres.
    Dead,
}

pub struct Wire {
    url: String,
    condition: Arc<watch::Sender<Condition>>,
}

impl Wire {
    pub async fn to(database_url: &str) -> Self {
        let mut url = url::Url::parse(database_url).unwrap();
        let host = url.host_str().unwrap_or("127.0.0.1").to_owned();
        let target = format!("{host}:{}", url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(here.port())).unwrap();
        let condition = Arc::new(watch::Sender::new(Condition::Whole));
        tokio::spawn(carry(listener, target, condition.clone()));
        Self {
            url: url.into(),
            condition,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn cut(&self) {
        self.condition.send_replace(Condition::Cut);
    }

    pub fn play_dead(&self) {
        self.condition.send_replace(Condition::Dead);
    }

    pub fn mend(&self) {
        self.condition.send_replace(Condition::Whole);
    }
}

async fn carry(listener: TcpListener, target: String, condition: Arc<watch::Sender<Condition>>) {
    while let Ok((near, _)) = listener.accept().await {
        let (target, condition) = (target.clone(), condition.subscribe());
        tokio::spawn(connection(near, target, condition));
    }
}

/// A connection that was dead stays dead until it is closed: packets do not come back.
async fn connection(
    mut near: TcpStream,
    target: String,
    mut condition: watch::Receiver<Condition>,
) {
    if *condition.borrow() == Condition::Whole
        && let Ok(mut far) = TcpStream::connect(target).await
    {
        tokio::select! {
            _ = copy_bidirectional(&mut near, &mut far) => return,
            _ = condition.wait_for(|now| *now != Condition::Whole) => {}
        }
    }
    // While it is dead the socket stays open and silent.
    let _ = condition.wait_for(|now| *now != Condition::Dead).await;
}
