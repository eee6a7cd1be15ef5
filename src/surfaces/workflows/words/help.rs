//! How a workflow is written, told in Slack.

pub const WHOLE: &str = r#"*How a workflow is written*: JSON in the window of `/penny workflow new`, either `"prompt"`, one question to me, or `"steps"`. Such as this one, which `event deal.stage_changed` starts:
```
{
  "about": "Large deals that were won",
  "where": {"status": "won", "amount": {"above": 20000}},
  "budget": 0.50,
  "steps": [
    {"id": "deal", "query": "select name, amount from deals where deal_id = {{input.fields.deal_id}}::uuid"},
    {"id": "each", "foreach": "{{steps.deal.rows}}", "as": "deal", "at_once": 2, "per_minute": 30, "do": [
      {"id": "praise", "model": "One sentence for the team on {{deal}}"},
      {"id": "tell", "message": "{{steps.praise.text}}"}
    ]}
  ]
}
```
`/penny templates` has more, `/penny workflow dry` tries one without changing anything."#;

pub const AROUND: &str = r#"*Around the steps*
• `"about"`: what it is for, in the list
• `"where"`: which of the events start it, by their fields. All have to fit: `{"status": "won", "amount": {"above": 1000}}`. There are `is`, `is_not`, `above`, `below`, `contains`, `one_of`
• `"input"`: what it takes, as JSON Schema: `{"type": "object", "required": ["who"], "properties": {"who": {"type": "string"}, "days": {"type": "integer", "default": 7}}}`. `/penny workflow run name who=Acme` gives it, *Run now* asks for it
• `"output"`: the same for what the last step comes to, which is the input of what starts `after` this one
• `"budget"`: dollars that one run may cost

*References*: `{{steps.deals.rows}}`, `{{steps.deals.rows.0.name}}`, `{{input.who}}`, of an event `{{input.fields.name}}`, `{{run.date}}`, and `{{notes}}` that earlier runs left"#;

pub const STEPS: &str = r#"*Steps* have an `"id"` and one of these:
• `"query"`: SQL over your data → `.rows`, `.count`
• `"model"`: a question to the model about what stands in it → `.text`; with a `"schema"` beside it `.value`
• `"prompt"`: a question to me, with all that I can look up → `.text`
• `"if": {"value": "{{steps.deals.count}}", "above": 0}, "then": […], "else": […]`; also `{"all": […]}`, `{"any": […]}`
• `"foreach": "{{steps.deals.rows}}", "as": "deal", "do": […]`, with `"at_once"` (1 to 16) and `"per_minute"` → `.done`, `.failed`, `.outcomes`
• `"wait": "2 hours"`
• `"approve": "Shall I go on?"`: the run waits for a click, `"within": "3 days"` (7 unless you say), then it is a no
• `"message"`: into the run’s thread
• `"mail": {"to", "subject", "body"}`, `"sms": {"to", "text"}`, `"webhook": {"event", "body"}`, `"change": {"system", "operation", "arguments"}`: each a card that somebody approves first
• `"workflow": "another-one", "input": {…}`: its output is the step’s
• `"note"`: kept for later runs
• `"set"`: a value to refer to"#;
