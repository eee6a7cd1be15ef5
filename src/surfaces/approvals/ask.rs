//! Windows that ask for one thing more before a decision.

use super::At;
use crate::slack::blocks::approval::windows;
use crate::slack::inbound::Source;
use crate::surfaces::scene::{Scene, Surfaced};

/// Whether it shall be done for good.
pub async fn twice(scene: &Scene<'_>, source: &Source, at: &At) -> Surfaced {
    let window = windows::sure(&at.shown());
    scene.open_modal_or_tell(source, &window).await
}

/// Why not, if they want to say.
pub async fn why_not(scene: &Scene<'_>, source: &Source, at: &At) -> Surfaced {
    let window = windows::why_not(&at.shown());
    scene.open_modal_or_tell(source, &window).await
}
