//! A picture of the steps of a workflow, brought to the conversation in which it was asked for.

use super::words;
use crate::automation::workflow::{Kind, Step, parse};
use crate::reports::flow::{Flow, Node};
use crate::slack::client::Upload;
use crate::slack::inbound::BlockActions;
use crate::store::workflows::Workflow;
use crate::surfaces::scene::{Scene, Surfaced};
use bytes::Bytes;
use serde_json::Value;

pub async fn post(scene: &Scene<'_>, clicked: &BlockActions, workflow: &Workflow) -> Surfaced {
    let Ok(definition) = parse(&workflow.definition) else {
        return super::tell(scene, clicked, words::GONE).await;
    };
    let flow = Flow {
        title: workflow.name.clone(),
        start: definition.trigger.words(),
        nodes: nodes(&definition.steps),
    };
    let Ok(drawn) = scene.services.maker.flow(&flow).await else {
        return super::tell(scene, clicked, words::NO_PICTURE).await;
    };
    // To the one who asked: others may not be allowed to know of it.
    let user = std::slice::from_ref(&clicked.source.user);
    let dm = scene.workspace.slack.open_conversation(user).await?;
    let upload = Upload {
        name: &format!("{}.png", workflow.name),
        title: &workflow.name,
        channel: &dm,
        thread: None,
        comment: None,
        bytes: Bytes::from(drawn),
    };
    scene.workspace.slack.upload(upload).await?;
    super::tell(scene, clicked, &words::drawn(workflow)).await
}

fn nodes(steps: &[Step]) -> Vec<Node> {
    steps.iter().map(node).collect()
}

fn node(step: &Step) -> Node {
    let (detail, ways) = match &step.kind {
        Kind::Branch {
            condition,
            then,
            otherwise,
        } => (
            condition.words(),
            vec![
                ("yes".to_owned(), nodes(then)),
                ("no".to_owned(), nodes(otherwise)),
            ],
        ),
        Kind::ForEach(each) => (
            text(&each.over.0),
            vec![(format!("each {}", each.name), nodes(&each.body))],
        ),
        Kind::Query(it) | Kind::Prompt(it) | Kind::Message(it) | Kind::Note(it) | Kind::Set(it) => {
            (text(&it.0), Vec::new())
        }
        Kind::Approve { question, .. } => (text(&question.0), Vec::new()),
        Kind::Model { prompt, .. } => (text(&prompt.0), Vec::new()),
        Kind::Wait(span) => (words::span(*span), Vec::new()),
        Kind::Change {
            system, operation, ..
        } => (format!("{system}: {operation}"), Vec::new()),
        Kind::Workflow { name, .. } => (name.clone(), Vec::new()),
    };
    Node {
        kind: step.kind.word().to_owned(),
        label: step.id.clone(),
        detail,
        ways,
    }
}

fn text(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
