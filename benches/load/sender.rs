//! Slack's side of the wire, as cheap as can be: requests are signed beforehand, and a
//! connection only writes bytes and waits for the end of an answer without a body.

use crate::Measured;
use crate::penny::SIGNING_SECRET;
use crate::stand_in::{BOT, TEAM};
use penny::base::secret::Secret;
use penny::playground::signature;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One mention, ready to be sent.
#[derive(Clone)]
pub struct Mention {
    pub thread: String,
    bytes: Vec<u8>,
}

/// Mentions of which no two are alike, each in a thread of its own.
pub fn mentions(series: &str, from: usize, count: usize, channels: usize) -> Vec<Mention> {
    let secret = Secret::new(SIGNING_SECRET);
    let now = chrono::Utc::now().timestamp();
    (from..from + count)
        .map(|number| {
            let channel = format!("C0{series}{:03}", number % channels);
            let thread = format!("{}.{:06}", now + (number / 1_000_000) as i64, number % 1_000_000);
            let body = format!(
                r#"{{"token":"t","team_id":"{TEAM}","api_app_id":"A0PENNY","event":{{"type":"app_mention","user":"U0ANN","text":"<@{BOT}> how many deals are open?","ts":"{thread}","channel":"{channel}","event_ts":"{thread}"}},"type":"event_callback","event_id":"Ev{series}{number}","event_time":{now},"authorizations":[{{"enterprise_id":null,"team_id":"{TEAM}","user_id":"{BOT}","is_bot":true,"is_enterprise_install":false}}]}}"#
            );
            let stamp = now.to_string();
            let signed = signature(&secret, &stamp, body.as_bytes());
            let bytes = format!(
                "POST /slack/events HTTP/1.1\r\nhost: penny\r\ncontent-type: application/json\r\nx-slack-request-timestamp: {stamp}\r\nx-slack-signature: {signed}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            Mention { thread, bytes: bytes.into_bytes() }
        })
        .collect()
}

pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub async fn open(port: u16) -> Measured<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: vec![0; 1024],
        })
    }

    /// Sends a mention and returns the status of the answer.
    pub async fn send(&mut self, mention: &Mention) -> Measured<u16> {
        self.stream.write_all(&mention.bytes).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..]).await?;
            filled += read;
            if read == 0 {
                return Err("the connection was closed".into());
            }
            if self.answer[..filled].ends_with(b"\r\n\r\n") {
                let status = self
                    .answer
                    .get(9..12)
                    .and_then(|code| std::str::from_utf8(code).ok());
                return Ok(status.and_then(|code| code.parse().ok()).unwrap_or(0));
            }
        }
    }
}

/// How long each of many things took.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// In milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0
            .get(place)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

pub struct Acks {
    pub times: Times,
    pub seconds: f64,
    pub refused: usize,
}

impl Acks {
    pub fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.seconds
    }
}

/// As many requests as go through `connections` in the given time, each after the last one's answer.
pub async fn flood(
    port: u16,
    load: Vec<Mention>,
    connections: usize,
    time: Duration,
) -> Measured<Acks> {
    let ready = shared_out(port, load, connections).await?;
    let begun = Instant::now();
    let senders = ready
        .into_iter()
        .map(|(connection, own)| steadily(connection, own, begun + time, None));
    gather(senders, begun).await
}

/// A fixed number of requests a second, timed from the moment each was due.
pub async fn pace(
    port: u16,
    load: Vec<Mention>,
    connections: usize,
    per_second: f64,
) -> Measured<Acks> {
    let ready = shared_out(port, load, connections).await?;
    let begun = Instant::now();
    let every = Duration::from_secs_f64(connections as f64 / per_second);
    let senders = ready
        .into_iter()
        .enumerate()
        .map(|(number, (connection, own))| {
            let first = begun + every.mul_f64(number as f64 / connections as f64);
            let far = begun + Duration::from_secs(3600);
            steadily(connection, own, far, Some((first, every)))
        });
    gather(senders, begun).await
}

/// Open connections, each with its share: what the sender has to do first is not measured.
async fn shared_out(
    port: u16,
    mut load: Vec<Mention>,
    connections: usize,
) -> Measured<Vec<(Connection, Vec<Mention>)>> {
    let share = load.len() / connections;
    let mut ready = Vec::with_capacity(connections);
    for _ in 0..connections {
        let own = load.split_off(load.len() - share);
        ready.push((Connection::open(port).await?, own));
    }
    Ok(ready)
}

type Sent = (Vec<Duration>, usize, Vec<Mention>);

async fn gather<S>(senders: impl Iterator<Item = S>, begun: Instant) -> Measured<Acks>
where
    S: Future<Output = Measured<Sent>> + Send + 'static,
{
    let senders: Vec<_> = senders.map(tokio::spawn).collect();
    let (mut times, mut refused) = (Vec::new(), 0);
    // What was not sent is given up only when all have ended: to free it takes its time, too.
    let mut left = Vec::new();
    for sender in senders {
        let (took, not_stored, load) = sender.await??;
        left.push(load);
        times.extend(took);
        refused += not_stored;
    }
    Ok(Acks {
        times: Times::of(times),
        seconds: begun.elapsed().as_secs_f64(),
        refused,
    })
}

async fn steadily(
    mut connection: Connection,
    load: Vec<Mention>,
    until: Instant,
    schedule: Option<(Instant, Duration)>,
) -> Measured<Sent> {
    let (mut times, mut refused) = (Vec::with_capacity(load.len()), 0);
    for (number, mention) in load.iter().enumerate() {
        let due = match schedule {
            Some((first, every)) => {
                let due = first + every * number as u32;
                tokio::time::sleep_until(due.into()).await;
                due
            }
            None => Instant::now(),
        };
        if due > until {
            break;
        }
        if connection.send(mention).await? == 200 {
            times.push(due.elapsed());
        } else {
            refused += 1;
        }
    }
    Ok((times, refused, load))
}
