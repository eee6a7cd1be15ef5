//! Gmail: one person's mailbox, which Penny reads, searches, files and writes from for that person
//! and for nobody else.

mod changing;
mod deliveries;
mod filing;
mod finding;
mod looking;
mod message;
mod operations;
mod queries;
mod reading;
mod rows;
mod wire;

use self::wire::{ME, Profile};
use super::deliveries::{Heard, Part, Said, VerifiedDelivery};
use super::field::Arguments;
use super::operation::{Look, LookError, Operation, Query, Undo};
use super::{
    Account, Asked, Connector, ConnectorError, Manifest, OAuth, Page, Reach, Readable, Revocation,
    SeenBy, Stream, Table,
};
use crate::approvals::{ApprovedAction, Content, Effect};
use crate::net::json_api::{Answered, ApiError, Dialect, JsonApi, Limit, UNNAMED, WriteError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;

/// What the project may ask in a day is used up, which a minute does not mend.
const A_DAYS: &str = "dailyLimitExceeded";
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

pub struct Gmail;

static MANIFEST: Manifest = Manifest {
    slug: "gmail",
    name: "Gmail",
    key: None,
    oauth: Some(OAuth {
        authorize_url: "https://accounts.google.com/o/oauth2/v2/auth",
        token_url: "https://oauth2.googleapis.com/token",
        // The least that reads, files and sends: it cannot delete a mail for good.
        scopes: &["https://www.googleapis.com/auth/gmail.modify"],
        separator: " ",
        has_pkce: true,
        // Without these Google gives no token that lasts.
        extra: &[("access_type", "offline"), ("prompt", "consent")],
        revocation: Some(Revocation::Posted("https://oauth2.googleapis.com/revoke")),
    }),
    reach: Reach::Person,
    base_url: "https://gmail.googleapis.com",
    streams: &[Stream::new(
        "messages",
        "mails of the last 180 days, and all that come from now on",
        &[Table::Activity],
    )
    .seen_by(SeenBy::Owner)],
    // 15,000 units a minute, of which nearly every call here costs five.
    limits: &[Limit::new(3_000, 60)],
    topics: &[],
    queries: &queries::ALL,
    operations: &operations::ALL,
    listen: Some(&deliveries::LISTEN),
    guide: include_str!("guide.md"),
};

#[async_trait]
impl Connector for Gmail {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            meaning: limited,
            ..Dialect::PLAIN
        }
    }

    /// A mailbox is known by its address.
    async fn account(&self, api: &JsonApi) -> Result<Account, ConnectorError> {
        let profile: Profile = api.get(&format!("{ME}/profile"), &[]).await?;
        Ok(Account {
            id: profile.email_address.clone(),
            name: profile.email_address,
        })
    }

    async fn page(&self, api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
        reading::page(api, asked).await
    }

    async fn query(
        &self,
        api: &JsonApi,
        query: &'static Query,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Value, LookError> {
        queries::answer(api, query.name, arguments).await
    }

    async fn look(
        &self,
        api: &JsonApi,
        operation: &'static Operation,
        arguments: &Arguments,
        _readable: &Readable,
    ) -> Result<Look, LookError> {
        looking::look(api, operation.name, arguments).await
    }

    async fn perform(&self, api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
        changing::perform(api, action).await
    }

    async fn find_effect(
        &self,
        api: &JsonApi,
        content: &Content,
        idempotency_key: &str,
    ) -> Result<Option<Effect>, ConnectorError> {
        finding::find_effect(api, content, idempotency_key).await
    }

    fn addressed(&self, delivery: &VerifiedDelivery) -> Result<Vec<Part>, ConnectorError> {
        deliveries::addressed(delivery.body())
    }

    fn hear(&self, said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
        deliveries::hear(said)
    }

    async fn watch(&self, api: &JsonApi, topic: &str) -> Result<DateTime<Utc>, ConnectorError> {
        deliveries::watch(api, topic).await
    }

    fn undo(&self, content: &Content, _effect: &Effect) -> Option<Undo> {
        filing::undo(content)
    }
}

/// Gmail says some of its limits with a 403, and until when in words, if at all.
fn limited(answered: &Answered<'_>) -> Option<ApiError> {
    if !matches!(answered.status, 403 | 429) {
        return None;
    }
    let body: Value = serde_json::from_slice(answered.body).unwrap_or_default();
    let error = &body["error"];
    let reason = error["errors"][0]["reason"].as_str();
    let is_limit = matches!(
        reason,
        Some("rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded" | A_DAYS)
    );
    if answered.status == 403 && !is_limit && error["status"] != "RESOURCE_EXHAUSTED" {
        return None;
    }
    let said = error["message"].as_str();
    let until = || {
        let (_, moment) = said?.split_once("Retry after ")?;
        let at = DateTime::parse_from_rfc3339(moment.split_whitespace().next()?).ok()?;
        Some((at.to_utc() - answered.now).to_std().unwrap_or_default())
    };
    let wait = answered.retry_after().or_else(until);
    let usual = match reason {
        Some(A_DAYS) => AN_HOUR,
        _ => UNNAMED,
    };
    Some(ApiError::Limited(wait.unwrap_or(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use serde_json::json;

    fn meaning(status: u16, body: &Value) -> Option<ApiError> {
        limited(&Answered {
            status,
            headers: &HeaderMap::new(),
            body: body.to_string().as_bytes(),
            now: "2026-03-02T10:00:00Z".parse::<DateTime<Utc>>().unwrap(),
        })
    }

    #[test]
    fn a_limit_is_a_limit_whatever_status_it_has() {
        let error = |reason: &str, message: &str| json!({"error": {"message": message, "errors": [{"reason": reason}]}});
        assert_eq!(
            meaning(403, &error("userRateLimitExceeded", "Quota exceeded")),
            Some(ApiError::Limited(UNNAMED))
        );
        assert_eq!(
            meaning(403, &error("dailyLimitExceeded", "Daily Limit Exceeded")),
            Some(ApiError::Limited(AN_HOUR))
        );
        let exhausted = json!({"error": {"code": 403, "status": "RESOURCE_EXHAUSTED"}});
        assert_eq!(meaning(403, &exhausted), Some(ApiError::Limited(UNNAMED)));
        let until = "User-rate limit exceeded.  Retry after 2026-03-02T10:00:30.000Z";
        assert_eq!(
            meaning(429, &error("rateLimitExceeded", until)),
            Some(ApiError::Limited(Duration::from_secs(30)))
        );
        assert_eq!(meaning(403, &error("insufficientPermissions", "No")), None);
        assert_eq!(meaning(200, &json!({})), None);
    }
}
