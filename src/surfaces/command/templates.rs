//! `/penny templates`: recurring work that many want, to begin with.

use super::Subcommand;
use crate::automation::templates::{self, For};
use crate::automation::workflow::templates as workflow_templates;
use crate::slack::blocks::help::Command;
use crate::slack::blocks::schedules::{TemplateCard, templates as listed};
use crate::slack::blocks::workflows::{
    TemplateCard as WorkflowTemplate, templates as workflows_listed,
};
use crate::slack::blocks::{raw, sentence};
use crate::slack::text;
use crate::surfaces::call::Call;
use crate::surfaces::digests;
use crate::surfaces::scene::{Scene, Surfaced};
use crate::surfaces::schedules::window;
use crate::surfaces::workflows::window as workflows;
use async_trait::async_trait;

pub struct Templates;

#[async_trait]
impl Subcommand for Templates {
    fn name(&self) -> &'static str {
        "templates"
    }

    fn help(&self) -> Command {
        Command {
            usage: "templates",
            about: "digests, reports and workflows to begin with, such as `templates daily-digest`",
        }
    }

    async fn run(&self, scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
        let named = call.words.trim().to_lowercase().replace(' ', "-");
        if digests::by_name(scene, call, &named).await? {
            return Ok(());
        }
        let template = templates::find(&named);
        if template.is_some() {
            return window::open(scene, call, template).await;
        }
        if let Some(template) = workflow_templates::find(&named) {
            return workflows::open_template(scene, call, template).await;
        }
        let heading = match named.as_str() {
            "" => text::TEMPLATES,
            _ => text::NO_SUCH_TEMPLATE,
        };
        let cards: Vec<_> = templates::ALL
            .iter()
            .map(|template| TemplateCard {
                slug: template.slug,
                name: template.name,
                about: template.about,
                when: template.when,
                is_for_channel: template.for_whom == For::Channel,
                is_digest: template.is_digest(),
            })
            .collect();
        let mut blocks = listed(&cards);
        blocks.insert(0, sentence(heading));
        blocks.extend(workflows_listed(&workflow_cards()));
        call.answer(scene, heading, raw(blocks)).await
    }
}

fn workflow_cards() -> Vec<WorkflowTemplate<'static>> {
    let card = |template: &workflow_templates::Template| WorkflowTemplate {
        slug: template.slug,
        name: template.name,
        about: template.about,
        starts: template.starts(),
    };
    workflow_templates::ALL.iter().map(card).collect()
}
