//! A key that somebody typed into a window must not lie in the inbox in the clear, so it is
//! sealed on its way in, for that one delivery, and opened by the job that tries it.

use crate::base::ids::OrgId;
use crate::base::secret::Secret;
use crate::slack::ids::{CONNECT_MODAL, KEY};
use crate::slack::inbound::{Interaction, Malformed, ViewSubmission};
use crate::store::sealing::{Place, SealError, Sealer};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const PURPOSE: &str = "typed key";
/// In place of the key, wherever else it stood.
const HIDDEN: &str = "[hidden]";

/// The submission, if there is a typed key in it.
pub fn carrier(interaction: &Interaction) -> Option<&ViewSubmission> {
    match interaction {
        Interaction::ViewSubmission(submitted) if submitted.view.callback_id == CONNECT_MODAL => {
            Some(submitted)
        }
        _ => None,
    }
}

#[derive(Debug, thiserror::Error)]
pub enum HideError {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The request's body with the key sealed for this delivery.
pub fn hide(
    sealer: &Sealer,
    org: OrgId,
    event_key: &str,
    body: &[u8],
) -> Result<Vec<u8>, HideError> {
    let mut fields = url::form_urlencoded::parse(body);
    let payload = fields
        .find_map(|(name, value)| (name == "payload").then_some(value))
        .ok_or(Malformed::NoPayload)?;
    let mut payload: Value = serde_json::from_str(&payload).map_err(|_| Malformed::Json)?;
    if let Some(key) = typed(&payload) {
        let sealed = sealer.seal(&Secret::new(key.as_str()), place(org, event_key))?;
        conceal(&mut payload, &key);
        put(&mut payload, STANDARD.encode(sealed));
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string());
    Ok(form.finish().into_bytes())
}

/// The key again, with the spaces gone that come along when one is copied.
pub fn reveal(
    sealer: &Sealer,
    org: OrgId,
    event_key: &str,
    submitted: &ViewSubmission,
) -> Result<Option<Secret>, SealError> {
    let values = submitted.view.state.get("values");
    let Some(kept) = values.and_then(field).and_then(Value::as_str) else {
        return Ok(None);
    };
    let sealed = STANDARD.decode(kept).map_err(|_| SealError::Broken)?;
    let key = sealer.open(&sealed, place(org, event_key))?;
    Ok(Some(Secret::new(key.expose().trim())).filter(|key| !key.is_empty()))
}

fn place(org: OrgId, event_key: &str) -> Place<'_> {
    Place {
        org,
        purpose: PURPOSE,
        row: event_key,
    }
}

/// What was typed, under `view.state.values.<block>.penny_key.value`.
fn field(values: &Value) -> Option<&Value> {
    let blocks = values.as_object()?;
    blocks
        .values()
        .find_map(|block| block.get(KEY)?.get("value"))
}

fn typed(payload: &Value) -> Option<String> {
    let text = field(payload.pointer("/view/state/values")?)?.as_str()?;
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn put(payload: &mut Value, sealed: String) {
    let values = payload.pointer_mut("/view/state/values");
    for block in values.and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(value) = block.1.get_mut(KEY).and_then(|it| it.get_mut("value")) {
            *value = sealed.clone().into();
        }
    }
}

/// Slack repeats parts of a window in other places of its payload, and may add more.
fn conceal(value: &mut Value, key: &str) {
    match value {
        Value::String(text) if text.contains(key) => *text = HIDDEN.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| conceal(item, key)),
        Value::Object(fields) => fields.values_mut().for_each(|item| conceal(item, key)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    const ORG: OrgId = OrgId(Uuid::from_u128(7));

    fn sealer() -> Sealer {
        Sealer::from_text(&"a key for tests that is long enough".into()).unwrap()
    }

    fn body(key: &str) -> Vec<u8> {
        let payload = json!({
            "type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"},
            "view": {
                "callback_id": CONNECT_MODAL, "private_metadata": "hubspot",
                "blocks": [{"element": {"initial_value": key}}],
                "state": {"values": {"penny_key:again": {KEY: {"value": key}}}},
            },
        });
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("payload", &payload.to_string());
        form.finish().into_bytes()
    }

    fn submitted(body: &[u8]) -> ViewSubmission {
        let interaction = Interaction::parse(body).unwrap();
        carrier(&interaction).unwrap().clone()
    }

    #[test]
    fn what_was_typed_opens_for_its_own_delivery_alone() {
        let hidden = submitted(&hide(&sealer(), ORG, "i:1", &body(" pat-canary\n")).unwrap());
        let key = reveal(&sealer(), ORG, "i:1", &hidden).unwrap().unwrap();
        assert_eq!(key.expose(), "pat-canary");
        assert!(reveal(&sealer(), ORG, "i:2", &hidden).is_err());
    }

    proptest! {
        #[test]
        fn nothing_of_what_was_typed_is_left_in_the_clear(key in "[ -~]{12,60}") {
            let hidden = hide(&sealer(), ORG, "i:1", &body(&key)).unwrap();
            let payload = url::form_urlencoded::parse(&hidden).next().unwrap().1;
            let payload: Value = serde_json::from_str(&payload).unwrap();
            prop_assert!(!payload.to_string().contains(key.trim()));
            prop_assert_eq!(payload["view"]["private_metadata"].as_str(), Some("hubspot"));
        }
    }
}
