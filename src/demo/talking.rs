//! Mails, calls, notes and tasks, as each deal's story makes them happen: a reply answers a mail,
//! a call names what blocks the deal, the last mail of a closed deal says how it ended.

use super::company::{Company, Narrow, World};
use super::prose::{Prose, capitalised, euros, first_name};
use super::random::Random;
use super::selling::{DEAL_ROOM_ACCOUNTS, SHARED_ACCOUNT, STAGES, Story, account_name};
use super::words::{self, column};
use crate::store::company::Activity;
use chrono::Duration;

/// How a deal goes, step by step; a story is told to its end, the beginning is left out.
const COURSE: [Step; 7] = [
    Step::Call,
    Step::MailOut,
    Step::MailIn,
    Step::Note,
    Step::Call,
    Step::MailOut,
    Step::MailIn,
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    MailOut,
    MailIn,
    Call,
    Note,
    Task,
    Message,
    /// A mail between colleagues that nobody else may read.
    Private,
}

pub fn talk(world: &World<'_>, stories: &[Story], company: &mut Company) {
    let mut dice = world.random("activities");
    for story in stories {
        let amount = company.deals[story.deal]
            .amount
            .map_or(0, |amount| amount.0 / 100);
        let account = account_name(world, story.account);
        let prose = Prose::new(story, &account, euros(amount));
        // 80 deals with seven steps and 40 with six make 800.
        let steps = &COURSE[usize::from(story.deal % 3 == 2)..];
        for (index, step) in steps.iter().enumerate() {
            let step = vary(*step, index, story, &mut dice);
            let number = company.activities.len();
            let moment = Moment {
                index,
                of: steps.len(),
                number,
            };
            let activity = act(world, &prose, story, step, moment, &mut dice);
            company.activities.push(activity);
        }
    }
}

/// Keeps the course from being the same for every deal; mails stay, so that replies have a mail.
fn vary(step: Step, index: usize, story: &Story, dice: &mut Random) -> Step {
    match step {
        Step::Call if index > 0 && dice.percent(25) => Step::Message,
        Step::Note if story.deal % 6 == 1 => Step::Private,
        Step::Note if dice.percent(30) => Step::Task,
        other => other,
    }
}

#[derive(Clone, Copy)]
struct Moment {
    index: usize,
    of: usize,
    number: usize,
}

fn act(
    world: &World<'_>,
    prose: &Prose<'_>,
    story: &Story,
    step: Step,
    moment: Moment,
    dice: &mut Random,
) -> Activity {
    let span = story.opened - story.last_contact;
    let gone = span * moment.index as i64 / (moment.of as i64 - 1);
    let at = world.calendar.past(
        gone - story.opened,
        60 + 55 * moment.index as i64 + dice.between(0, 40),
    );
    let is_last = moment.index + 1 == moment.of;
    let (kind, direction, subject, body) = words_of(prose, story, step, is_last, dice);
    let is_mail = matches!(step, Step::MailOut | Step::MailIn);
    let is_private = step == Step::Private;
    let is_confidential = step == Step::Note && DEAL_ROOM_ACCOUNTS.contains(&story.account);
    let (source, what) = match step {
        Step::MailOut | Step::MailIn | Step::Private => ("gmail", "activities"),
        Step::Message => ("twilio", "activities"),
        // Everybody in HubSpot would see it there.
        Step::Note if is_confidential => ("penny", "activities"),
        Step::Call => ("hubspot", "calls"),
        Step::Note => ("hubspot", "notes"),
        Step::Task => ("hubspot", "tasks"),
    };
    let due = (step == Step::Task).then(|| at + Duration::days(dice.between(2, 9)));
    let mut origin = world
        .origin(source, (what, moment.number), Some(story.owner), (at, at))
        .shared(story.account == SHARED_ACCOUNT && is_mail);
    if is_private {
        origin = origin.private();
    } else if is_confidential {
        origin = origin.in_channel("C0DEALROOM");
    }
    Activity {
        activity_id: world.id(what, moment.number),
        kind,
        direction,
        subject,
        body: Some(body),
        occurred_at: at,
        duration_minutes: (step == Step::Call).then(|| dice.between(6, 48) as i32),
        due_at: due,
        completed_at: due.filter(|due| *due < world.calendar.now() && dice.percent(70)),
        thread_key: is_mail.then(|| world.key("thread", story.deal * 2 + moment.index / 4)),
        from_address: None,
        to_addresses: None,
        account_id: Some(story.account_id),
        contact_id: (!is_private).then_some(story.contact.id),
        deal_id: Some(story.deal_id),
        origin,
    }
}

type Words = (&'static str, Option<&'static str>, Option<String>, String);

fn words_of(
    prose: &Prose<'_>,
    story: &Story,
    step: Step,
    is_last: bool,
    dice: &mut Random,
) -> Words {
    let product = capitalised(column(story.topic, 1));
    let contact = first_name(&story.contact.name);
    match step {
        Step::MailOut => {
            let subject = mail_subject(prose, story);
            (
                "mail",
                Some("outbound"),
                Some(subject),
                mail_out(prose, story, dice),
            )
        }
        Step::MailIn => {
            let subject = format!("Re: {}", mail_subject(prose, story));
            (
                "mail",
                Some("inbound"),
                Some(subject),
                mail_in(prose, story, is_last, dice),
            )
        }
        Step::Call => {
            let subject = format!("Call with {contact}: {product}");
            let direction = if dice.percent(25) {
                "inbound"
            } else {
                "outbound"
            };
            (
                "call",
                Some(direction),
                Some(subject),
                prose.say("call", dice),
            )
        }
        Step::Note => {
            let note = capitalised(&prose.say("note", dice));
            ("note", None, None, note)
        }
        Step::Task => {
            let task = prose.say("task", dice);
            (
                "task",
                None,
                Some(task.clone()),
                format!("{task}. Came out of the last talk with {contact}."),
            )
        }
        Step::Message => {
            let subject = format!("Text message from {contact}");
            (
                "message",
                Some("inbound"),
                Some(subject),
                prose.say("message", dice),
            )
        }
        Step::Private => {
            let subject = format!("Between us: {}", prose.account);
            let body = format!(
                "Hi, {}\n\n{}",
                capitalised(&prose.say("private", dice)),
                story.owner.first_name()
            );
            ("mail", Some("outbound"), Some(subject), body)
        }
    }
}

fn mail_subject(prose: &Prose<'_>, story: &Story) -> String {
    let product = capitalised(column(story.topic, 1));
    let city = column(&words::ACCOUNTS[story.account], 3);
    match story.deal % 4 {
        0 => format!("{product} for {}", prose.account),
        1 => format!("{city}: next steps with {product}"),
        2 => format!(
            "{} and Wayfold: {}",
            prose.account,
            column(story.topic, 0).to_lowercase()
        ),
        _ => format!("Your vans in {city}"),
    }
}

fn mail_out(prose: &Prose<'_>, story: &Story, dice: &mut Random) -> String {
    let mut body = vec![capitalised(&prose.say("out_first", dice))];
    let middle = if STAGES[story.stage].name == "Discovery" || dice.percent(60) {
        "out_middle"
    } else {
        "out_price"
    };
    body.push(prose.say(middle, dice));
    if dice.percent(70) {
        body.push(prose.say("out_block", dice));
    }
    body.push(prose.say("out_ask", dice));
    let (contact, me) = (first_name(&story.contact.name), story.owner.name);
    format!(
        "Dear {contact},\n\n{}\n\nKind regards,\n{me}",
        body.join(" ")
    )
}

fn mail_in(prose: &Prose<'_>, story: &Story, is_last: bool, dice: &mut Random) -> String {
    let body = match (is_last, STAGES[story.stage].outcome) {
        (true, "won") => prose.say("in_won", dice),
        (true, "lost") => prose.say("in_lost", dice),
        _ => ["in_first", "in_middle", "in_ask"]
            .map(|kind| prose.say(kind, dice))
            .join(" "),
    };
    let (me, contact) = (story.owner.first_name(), &story.contact.name);
    format!("Hello {me},\n\n{}\n\nBest,\n{contact}", capitalised(&body))
}
