//! Many schedules that are due in the same minute: how soon each has its run, and how soon its
//! headline stands in Slack.

use crate::phases::Bench;
use crate::{Measured, Table};
use std::time::{Duration, Instant};

const SCHEDULES: i64 = 10_000;
const PATIENCE: Duration = Duration::from_secs(120);

impl Bench {
    pub async fn schedules(&self, table: &mut Table) -> Measured<()> {
        self.database.clear().await?;
        let penny = self.penny("web,worker").await?;
        // Of as many channels: what Slack lets one channel have is no measure of Penny.
        self.database
            .execute(&format!(
                r#"insert into core.schedules (org_id, schedule_id, workspace_id, channel_id, owner_user,
                       question, said, rule, next_run_at, origin)
                   select org_id, gen_random_uuid(), workspace_id, 'C0S' || n, 'U0SENDER', 'what is new?',
                       'every weekday at 9',
                       '{{"when": {{"on": {{"days": {{"week": ["Mon", "Tue", "Wed", "Thu", "Fri"]}},
                          "times": {{"at": ["09:00:00"]}}}}}}, "zone": "Europe/Berlin"}}',
                       now() + interval '3 seconds', 'bench ' || n
                   from core.installations, generate_series(1, {SCHEDULES}) as n"#
            ))
            .await?;
        let wait =
            "select greatest(0, ceil(extract(epoch from min(next_run_at) - now()) * 1000))::bigint
             from core.schedules where next_run_at is not null";
        let wait = self.database.number(wait).await?;
        tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
        let begun = Instant::now();
        let runs = "select count(*) from core.schedule_runs";
        let made = self.until(runs, begun).await?;
        let begins = "select count(*) from core.schedule_runs where state <> 'due'";
        let started = self.until(begins, begun).await?;
        table.heading("10,000 schedules due at one moment, instant model and Slack");
        table.row("every run and its job made after", format!("{made:.2} s"));
        table.row(
            "every run begun, its headline posted, after",
            format!("{started:.2} s"),
        );
        penny.end()
    }

    /// Seconds until the count is all of them.
    async fn until(&self, count: &str, begun: Instant) -> Measured<f64> {
        loop {
            let counted = self.database.number(count).await?;
            if counted >= SCHEDULES {
                return Ok(begun.elapsed().as_secs_f64());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{counted} of {SCHEDULES} after two minutes").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
