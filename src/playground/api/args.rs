//! The arguments of a Web API call, from a JSON body or a form, in which JSON travels as text.

use crate::base::ids::{ChannelId, UserId};
use crate::playground::refusal::Refusal;
use crate::playground::state::stamp::Stamp;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value};

#[derive(Debug, Default)]
pub struct Args {
    fields: Map<String, Value>,
    token: Option<String>,
}

impl Args {
    /// Reads the body by its content type and the query; a bearer header wins over `token`.
    pub fn read(headers: &HeaderMap, query: &str, body: &[u8]) -> Result<Self, Refusal> {
        let header = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let mut fields = form(query.as_bytes());
        let content_type = header(CONTENT_TYPE);
        if content_type.starts_with("application/json") && !body.is_empty() {
            match serde_json::from_slice(body) {
                Ok(Value::Object(given)) => fields.extend(given),
                Ok(_) => return Err(Refusal::code("json_not_object")),
                Err(_) => return Err(Refusal::code("invalid_json")),
            }
        } else if content_type.starts_with("application/x-www-form-urlencoded") {
            fields.extend(form(body));
        } else if !body.is_empty() {
            return Err(Refusal::code("invalid_post_type"));
        }
        fields.retain(|_, value| !value.is_null());
        let bearer = header(AUTHORIZATION)
            .strip_prefix("Bearer ")
            .map(|token| token.trim().to_owned());
        let in_body = fields
            .remove("token")
            .and_then(|token| token.as_str().map(str::to_owned));
        Ok(Self {
            fields,
            token: bearer.or(in_body),
        })
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `client_id:client_secret` of a Basic header, for OAuth.
    pub fn basic(headers: &HeaderMap) -> Option<(String, String)> {
        use base64::Engine;
        let value = headers
            .get(AUTHORIZATION)?
            .to_str()
            .ok()?
            .strip_prefix("Basic ")?;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(value.trim())
            .ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((id.to_owned(), secret.to_owned()))
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    pub fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Refusal::missing(name))
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.fields.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text == "true" || text == "1",
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            _ => false,
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let number = match self.fields.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64(),
        };
        number.map(Some).ok_or_else(|| {
            Refusal::bad_argument(format!("must be a number [json-pointer:/{name}]"))
        })
    }

    /// A structured argument, be it JSON or JSON in a string.
    pub fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(name) {
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| {
                Refusal::bad_argument(format!("must be valid JSON [json-pointer:/{name}]"))
            }),
            other => Ok(other.cloned()),
        }
    }

    pub fn list(&self, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
        match self.json(name)? {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) if name == "blocks" => Err(Refusal::code("invalid_blocks_format")),
            Some(_) => Err(Refusal::bad_argument(format!(
                "must be an array [json-pointer:/{name}]"
            ))),
        }
    }

    /// `U1,U2` or a JSON list.
    pub fn names(&self, name: &str) -> Vec<String> {
        match self.fields.get(name) {
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            Some(Value::String(text)) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        }
    }

    pub fn channel(&self, name: &str) -> Result<ChannelId, Refusal> {
        self.need(name).map(ChannelId::from)
    }

    pub fn user(&self, name: &str) -> Result<UserId, Refusal> {
        self.need(name).map(UserId::from)
    }

    /// A timestamp that must be there; `refusal` is Slack's word for a malformed one.
    pub fn need_ts(&self, name: &str, refusal: &'static str) -> Result<Stamp, Refusal> {
        self.need(name)?.parse().map_err(|_| Refusal::code(refusal))
    }

    pub fn ts(&self, name: &str, refusal: &'static str) -> Result<Option<Stamp>, Refusal> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .map(|text| text.parse().map_err(|_| Refusal::code(refusal)))
            .transpose()
    }

    pub fn as_value(&self) -> Value {
        Value::Object(self.fields.clone())
    }
}

fn form(bytes: &[u8]) -> Map<String, Value> {
    url::form_urlencoded::parse(bytes)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}
