//! The address of a dashboard as one person gets it: the link's id, signed, so that an address
//! that nobody was handed is refused before anything is looked up.

use crate::base::ids::LinkId;
use crate::store::sealing::{SealError, Sealer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;
use uuid::Uuid;

const PURPOSE: &str = "dashboard link";
const ID: usize = 16;

pub fn address(base: &Url, sealer: &Sealer, link: LinkId) -> Result<String, SealError> {
    let base = base.as_str().trim_end_matches('/');
    Ok(format!("{base}/dashboards/{}", token(sealer, link)?))
}

fn token(sealer: &Sealer, link: LinkId) -> Result<String, SealError> {
    let id = link.0.as_bytes();
    let signature = sealer.sign(PURPOSE, id)?;
    Ok(URL_SAFE_NO_PAD.encode([id.as_slice(), &signature].concat()))
}

/// The link of an address, if it is one that Penny handed out.
pub fn link_of(sealer: &Sealer, token: &str) -> Option<LinkId> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, signature) = bytes.split_at_checked(ID)?;
    let id = sealer.is_signed(PURPOSE, id, signature).then_some(id)?;
    Uuid::from_slice(id).ok().map(LinkId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use proptest::prelude::*;

    fn sealer() -> Sealer {
        Sealer::from_text(&Secret::new("a key for tests that is long enough")).unwrap()
    }

    #[test]
    fn an_address_leads_to_its_own_link_and_no_changed_letter_of_it_leads_anywhere() {
        let sealer = sealer();
        let link = LinkId::random();
        let base = Url::parse("https://penny.example/").unwrap();
        let address = address(&base, &sealer, link).unwrap();
        let token = address.strip_prefix("https://penny.example/dashboards/");
        let token = token.unwrap();
        assert_eq!(link_of(&sealer, token), Some(link));
        for place in 0..token.len() {
            let mut changed = token.to_owned();
            let other = if &token[place..=place] == "A" {
                "B"
            } else {
                "A"
            };
            changed.replace_range(place..=place, other);
            assert_eq!(link_of(&sealer, &changed), None, "{changed}");
        }
    }

    proptest! {
        #[test]
        fn no_text_whatever_is_taken_for_an_address(token in "[A-Za-z0-9_-]{0,80}|\\PC{0,80}") {
            prop_assert_eq!(link_of(&sealer(), &token), None);
        }
    }
}
