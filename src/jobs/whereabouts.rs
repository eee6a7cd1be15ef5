//! A channel that somebody named in a conversation, if both they and Penny are in it: where she may
//! write for them.

use super::people::is_in;
use super::workspaces::Workspace;
use crate::agent::tools::{Place, Whereabouts};
use crate::base::ids::{ChannelId, UserId};
use crate::slack::client::SlackError;

/// `named` is a name or an id, as Slack writes it or as people do. A private channel is not told
/// from none to whoever is not in it.
pub async fn find(
    workspace: &Workspace,
    asker: &UserId,
    named: &str,
) -> Result<Whereabouts, SlackError> {
    let (id, name) = parts(named);
    let types = "public_channel,private_channel";
    let channels = workspace.slack.channels_of(None, types).await?;
    let found = channels
        .into_iter()
        .find(|channel| channel.id == id || channel.name.eq_ignore_ascii_case(name));
    let Some(channel) = found else {
        return Ok(Whereabouts::PennyIsNotThere);
    };
    let place = Place {
        channel: ChannelId(channel.id),
        name: channel.name,
    };
    Ok(match is_in(workspace, &place.channel, asker).await? {
        true => Whereabouts::Both(place),
        false if channel.is_private => Whereabouts::PennyIsNotThere,
        false => Whereabouts::TheyAreNotThere,
    })
}

/// `#sales`, `sales`, `C0SALES` or `<#C0SALES|sales>`, as an id and a name that it may be.
fn parts(named: &str) -> (&str, &str) {
    let bare = named
        .trim()
        .trim_matches(['<', '>'])
        .trim_start_matches('#');
    bare.split_once('|').unwrap_or((bare, bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_named_in_many_ways() {
        for named in ["sales", " #sales ", "<#sales>"] {
            assert_eq!(parts(named), ("sales", "sales"), "{named}");
        }
        assert_eq!(parts("<#C0SALES|sales>"), ("C0SALES", "sales"));
    }
}
