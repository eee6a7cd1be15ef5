//! `penny doctor`: looks at everything Penny needs and says, for what is wrong, what to do.

use super::say;
use crate::base::clock::{SharedClock, SystemClock};
use crate::base::config::{Config, Source};
use crate::base::ids::TeamId;
use crate::base::secret::Secret;
use crate::models::{self, Message, Request};
use crate::net::search::Engine;
use crate::slack::client::SlackApi;
use crate::store::Db;
use crate::store::prerequisites::Prerequisites;
use clap::Args;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Only ask the process on this machine whether it is alive, for container health checks
    #[arg(long)]
    live: bool,
}

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    outcome: Result<String, String>,
}

pub async fn run(args: DoctorArgs, source: &Source) -> anyhow::Result<()> {
    if args.live {
        return alive(source).await;
    }
    let config = match Config::read(source) {
        Ok(config) => {
            report(&Finding {
                what: "Configuration",
                outcome: Ok("complete".to_owned()),
            });
            config
        }
        Err(error) => {
            report(&Finding {
                what: "Configuration",
                outcome: Err(error.to_string()),
            });
            anyhow::bail!("the configuration is not complete; the rest was not looked at");
        }
    };
    let findings = [
        database(&config).await,
        slack(&config).await,
        model(&config).await,
        search(&config).await,
    ];
    findings.iter().for_each(report);
    let wrong = findings.iter().filter(|f| f.outcome.is_err()).count();
    match wrong {
        0 => {
            say("All is well.");
            Ok(())
        }
        1 => anyhow::bail!("one thing needs attention"),
        many => anyhow::bail!("{many} things need attention"),
    }
}

fn report(finding: &Finding) {
    match &finding.outcome {
        Ok(fine) => say(&format!("✓ {}: {fine}", finding.what)),
        Err(wrong) => say(&format!("✗ {}: {wrong}", finding.what)),
    }
}

async fn alive(source: &Source) -> anyhow::Result<()> {
    let port = source.text("PORT").unwrap_or("8080");
    let url = format!("http://127.0.0.1:{port}/healthz");
    let url = url::Url::parse(&url)?;
    crate::net::probe(&url, None, "date", Duration::from_secs(3)).await?;
    Ok(())
}

async fn database(config: &Config) -> Finding {
    Finding {
        what: "Database",
        outcome: database_outcome(&config.database_url).await,
    }
}

async fn database_outcome(url: &Secret) -> Result<String, String> {
    let found = Prerequisites::of(url, Duration::from_secs(3))
        .await
        .map_err(|error| format!("{error}. Check DATABASE_URL"))?;
    let complaints = found.complaints();
    if !complaints.is_empty() {
        return Err(complaints.join("; "));
    }
    let look = async { Db::connect(url.expose(), 1).await?.check_writable().await };
    look.await.map_err(|error| {
        format!("{error}. The user of DATABASE_URL has to be the one who ran `penny migrate`")
    })?;
    Ok("reachable, migrated and writable".to_owned())
}

async fn slack(config: &Config) -> Finding {
    let what = "Slack";
    let Some(token) = &config.slack.bot_token else {
        return Finding {
            what,
            outcome: Ok(
                "installed through OAuth; open /slack/install to add a workspace".to_owned(),
            ),
        };
    };
    let api = match SlackApi::new(&config.slack.api_url, Arc::new(SystemClock)) {
        Ok(api) => api,
        Err(error) => {
            return Finding {
                what,
                outcome: Err(format!(
                    "{error}. The system's CA certificates may be missing"
                )),
            };
        }
    };
    let client = api.client(TeamId::new(""), token.clone());
    let outcome = match client.identity().await {
        Ok(identity) => scopes(&identity.team, granted(config, token).await.as_deref()),
        Err(error) => Err(format!(
            "{error}. Copy the Bot User OAuth Token again (OAuth & Permissions), and reinstall the app if its scopes changed"
        )),
    };
    Finding { what, outcome }
}

/// Slack names the scopes of a token in a header of its answer.
async fn granted(config: &Config, token: &Secret) -> Option<Vec<String>> {
    let mut url = config.slack.api_url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push("auth.test");
    }
    let header =
        crate::net::probe(&url, Some(token), "x-oauth-scopes", Duration::from_secs(10)).await;
    let listed = header.ok().flatten()?;
    let scopes = listed
        .split(',')
        .map(str::trim)
        .filter(|scope| !scope.is_empty());
    Some(scopes.map(str::to_owned).collect())
}

fn scopes(team: &str, granted: Option<&[String]>) -> Result<String, String> {
    let Some(granted) = granted else {
        return Ok(format!(
            "connected to {team}; Slack did not say which scopes the token has"
        ));
    };
    let missing: Vec<&str> = crate::slack::oauth::BOT_SCOPES
        .iter()
        .copied()
        .filter(|scope| !granted.iter().any(|have| have == scope))
        .collect();
    if missing.is_empty() {
        Ok(format!("connected to {team}, with every scope"))
    } else {
        Err(format!(
            "connected to {team}, but without {}. Add them under OAuth & Permissions (or paste the manifest again) and reinstall",
            missing.join(", ")
        ))
    }
}

async fn model(config: &Config) -> Finding {
    let what = "Model";
    let models = match models::build::build(&config.models, Arc::new(SystemClock)) {
        Ok(models) => models,
        Err(error) => {
            return Finding {
                what,
                outcome: Err(error.to_string()),
            };
        }
    };
    let request = Request {
        system: Vec::new(),
        tools: Arc::from([]),
        messages: vec![Message::user("Say yes.")],
        max_tokens: 16,
    };
    let outcome = match models.usual.reply(&request, &mut |_| {}).await {
        Ok(reply) => Ok(format!("{} answers{}", reply.model, unpriced(&models))),
        Err(error) => Err(format!(
            "{error}. Check ANTHROPIC_API_KEY (or OPENAI_BASE_URL and OPENAI_API_KEY) and PENNY_MODEL"
        )),
    };
    Finding { what, outcome }
}

/// A model of one's own costs nothing, so that it has no price is nothing wrong.
fn unpriced(models: &models::Models) -> String {
    let unpriced = models.unpriced();
    if unpriced.is_empty() {
        return String::new();
    }
    format!(
        "; what {} costs is not known, so no bound on money holds for it, only PENNY_MAX_TOKENS. PENNY_PRICES names a price",
        unpriced.join(", ")
    )
}

async fn search(config: &Config) -> Finding {
    let what = "Web search";
    let engines = match Engine::all(&config.search, &(Arc::new(SystemClock) as SharedClock)) {
        Ok(engines) => engines,
        Err(error) => {
            return Finding {
                what,
                outcome: Err(error.to_string()),
            };
        }
    };
    let mut answering = Vec::new();
    for engine in &engines {
        if let Err(error) = engine.search("weather", 1).await {
            return Finding {
                what,
                outcome: Err(format!(
                    "{error}. Correct the key, or take it out and Penny goes without"
                )),
            };
        }
        answering.push(engine.name());
    }
    let outcome = match answering.as_slice() {
        [] => "off; EXA_API_KEY or PERPLEXITY_API_KEY turns it on".to_owned(),
        [one] => format!("{one} answers"),
        several => format!("{} answer", several.join(" and ")),
    };
    Finding {
        what,
        outcome: Ok(outcome),
    }
}
