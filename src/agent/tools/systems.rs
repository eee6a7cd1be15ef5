//! What the tools for connected systems share: finding one, and who may use it where.

use crate::base::viewer::{Audience, Viewer};
use crate::connectors::{Connector, Manifest, Reach, registry};

/// The system, or what to say to the model.
pub fn find(slug: &str) -> Result<&'static dyn Connector, String> {
    registry::find(slug).ok_or_else(|| no_such(slug))
}

pub fn no_such(slug: &str) -> String {
    let slugs: Vec<_> = registry::all().map(|it| it.manifest().slug).collect();
    format!(
        "There is no system {slug:?}. There are: {}.",
        slugs.join(", ")
    )
}

/// What the company's connection shows is for all full members; what one's own account shows is
/// for its owner, where nobody else reads along.
/// A card that proposes a change shows as much as an answer does.
pub fn may_use(viewer: &Viewer, manifest: &Manifest) -> Result<(), String> {
    if viewer.external_present {
        return Err(format!(
            "People from outside the company read along here, so {} is neither asked nor changed \
             from here. Suggest a direct message.",
            manifest.name
        ));
    }
    if manifest.reach == Reach::Person && viewer.audience != Audience::Private {
        return Err(format!(
            "{} is one person's own account, so it is asked and changed only from a direct message \
             with them. Suggest that.",
            manifest.name
        ));
    }
    Ok(())
}

pub fn not_connected(name: &str) -> String {
    format!("{name} is not connected for this person. They can connect it with `/penny connect`.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{ChannelId, OrgId, PersonId};

    #[test]
    fn ones_own_account_is_asked_only_where_nobody_else_reads_along() {
        let viewer = |audience, external_present| Viewer {
            org: OrgId::fresh(),
            person: PersonId::fresh(),
            audience,
            external_present,
        };
        let channel = || Audience::Channel(ChannelId::new("C1"));
        for connector in registry::all() {
            let manifest = connector.manifest();
            let is_own = manifest.reach == Reach::Person;
            let may = |audience, outsiders| may_use(&viewer(audience, outsiders), manifest).is_ok();
            assert!(may(Audience::Private, false), "{}", manifest.slug);
            assert_eq!(may(channel(), false), !is_own, "{}", manifest.slug);
            assert!(!may(channel(), true), "{}", manifest.slug);
        }
    }
}
