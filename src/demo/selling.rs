//! Accounts, contacts and deals, and the story behind each deal that mails, calls and meetings
//! go on to tell.

use super::company::{Company, Narrow, World};
use super::random::Random;
use super::words::{self, column, number};
use super::workspace::{Colleague, PEOPLE, Role, of_role};
use crate::store::company::{
    Account, Cents, Contact, Currency, Deal, Goal, Pipeline, PipelineStage,
};
use chrono::{Datelike, Days, Months, NaiveDate};
use uuid::Uuid;

/// The account whose roll-out a partner takes part in: shareable with them.
pub const SHARED_ACCOUNT: usize = 2;
/// The accounts that are negotiated in the private #deal-room.
pub const DEAL_ROOM_ACCOUNTS: [usize; 2] = [0, 1];
pub const CONTACTS: usize = 150;
pub const DEALS: usize = 120;

pub struct Stage {
    pub name: &'static str,
    pub outcome: &'static str,
    win_probability: f64,
    next_steps: &'static [&'static str],
}

#[rustfmt::skip]
pub const STAGES: [Stage; 7] = [
    Stage { name: "Discovery", outcome: "open", win_probability: 0.10, next_steps: &["Understand the morning at the depot", "Find out who decides about the budget", "Collect last month's orders"] },
    Stage { name: "Demo", outcome: "open", win_probability: 0.25, next_steps: &["Show the plan with their own orders", "Bring IT to the second demo", "Send the recording to the dispatchers"] },
    Stage { name: "Pilot", outcome: "open", win_probability: 0.50, next_steps: &["Review week two of the pilot", "Train the second depot", "Measure the kilometres saved"] },
    Stage { name: "Proposal", outcome: "open", win_probability: 0.65, next_steps: &["Walk finance through the offer", "Answer the security questionnaire", "Split the price by depot"] },
    Stage { name: "Negotiation", outcome: "open", win_probability: 0.85, next_steps: &["Agree on the payment plan", "Get the contract back from legal", "Fix the start date with operations"] },
    Stage { name: "Won", outcome: "won", win_probability: 1.0, next_steps: &["Hand over to customer success"] },
    Stage { name: "Lost", outcome: "lost", win_probability: 0.0, next_steps: &["Call again in half a year"] },
];
const WON: usize = 5;
const LOST: usize = 6;
const LOST_REASONS: [&str; 5] = [
    "Price: a competitor was a third cheaper",
    "No decision: stays with the spreadsheet for another year",
    "Timing: the ERP upgrade comes first",
    "Missing feature: their sensors are not supported",
    "The champion left the company",
];

/// What the people in and around a deal talk about.
#[derive(Debug, Clone)]
pub struct Story {
    pub deal: usize,
    pub account: usize,
    pub deal_id: Uuid,
    pub account_id: Uuid,
    pub contact: Person,
    pub owner: &'static Colleague,
    pub topic: &'static [&'static str],
    pub stage: usize,
    /// Days before today.
    pub opened: i64,
    pub last_contact: i64,
}

/// Somebody on the other side.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub email: String,
}

pub fn sell(world: &World<'_>, company: &mut Company) -> Vec<Story> {
    let pipeline = world.id("pipelines", 0);
    if world.copy == 0 {
        set_up_pipeline(world, pipeline, company);
    }
    add_accounts(world, company);
    let contacts = add_contacts(world, company);
    let mut dice = world.random("deals");
    (0..DEALS)
        .map(|n| add_deal(world, n, pipeline, &contacts, &mut dice, company))
        .collect()
}

fn set_up_pipeline(world: &World<'_>, pipeline: Uuid, company: &mut Company) {
    let since = (world.calendar.at(-700, 60), world.calendar.at(-200, 60));
    company.pipelines.push(Pipeline {
        pipeline_id: pipeline,
        name: "New business".to_owned(),
        is_default: true,
        origin: world.origin("hubspot", ("pipelines", 0), None, since),
    });
    for (index, stage) in STAGES.iter().enumerate() {
        company.stages.push(PipelineStage {
            stage_id: world.id("pipeline_stages", index),
            pipeline_id: pipeline,
            name: stage.name.to_owned(),
            position: index as i32 + 1,
            outcome: stage.outcome,
            win_probability: stage.win_probability,
            origin: world.origin("hubspot", ("pipeline_stages", index), None, since),
        });
    }
    let today = world.calendar.today();
    let start = quarter_start(today);
    let end = start + Months::new(3) - Days::new(1);
    let targets = [(None, 900_000)]
        .into_iter()
        .chain(of_role(Role::Sales).map(|seller| (Some(seller), 220_000)));
    for (index, (seller, target)) in targets.enumerate() {
        let whose = seller.map_or("Sales team", |seller| seller.name);
        company.goals.push(Goal {
            goal_id: world.id("goals", index),
            name: format!("{whose}: won this quarter"),
            metric: "won_amount",
            target_value: Cents::whole(target),
            currency: Some(Currency::EUR),
            period_start: start,
            period_end: end,
            pipeline_id: Some(pipeline),
            origin: world.origin("hubspot", ("goals", index), seller, since),
        });
    }
}

fn quarter_start(day: NaiveDate) -> NaiveDate {
    let month = day.month0() / 3 * 3 + 1;
    NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day)
}

/// Those near the salesperson's own region are theirs.
fn account_owner(number: usize) -> &'static Colleague {
    let country = column(&words::ACCOUNTS[number], 4);
    let handle = match country {
        "Germany" | "Austria" | "Switzerland" | "Czechia" | "Poland" => "jonas",
        "United States" => "diego",
        "United Kingdom" | "Ireland" | "Denmark" | "Norway" | "Sweden" | "Latvia" => "priya",
        _ => "maya",
    };
    super::workspace::by_handle(handle).unwrap_or(&PEOPLE[0])
}

/// The name of an account in this copy of the company.
pub fn account_name(world: &World<'_>, number: usize) -> String {
    let name = column(&words::ACCOUNTS[number], 0);
    match world.copy {
        0 => name.to_owned(),
        copy => format!("{name} {}", copy + 1),
    }
}

fn domain(world: &World<'_>, number: usize) -> String {
    let domain = column(&words::ACCOUNTS[number], 1);
    match world.copy {
        0 => format!("{domain}.example"),
        copy => format!("{domain}-{}.example", copy + 1),
    }
}

fn add_accounts(world: &World<'_>, company: &mut Company) {
    let mut dice = world.random("accounts");
    for (n, row) in words::ACCOUNTS.iter().enumerate() {
        let known = dice.between(250, 900);
        let since = world.calendar.date(-dice.between(60, 240));
        let (vans, depots) = (number(row, 7), number(row, 8));
        company.accounts.push(Account {
            account_id: world.id("accounts", n),
            name: account_name(world, n),
            domain: Some(domain(world, n)),
            industry: Some(column(row, 2).to_owned()),
            employee_count: Some((vans * 4 + depots * dice.between(10, 30)) as i32),
            annual_revenue: Some(Cents::whole(vans * dice.between(350, 600) * 1000)),
            currency: None,
            city: Some(column(row, 3).to_owned()),
            country: Some(column(row, 4).to_owned()),
            // Account n's first deal is won where n is even, see `stage_of`.
            lifecycle: if n % 2 == 0 { "customer" } else { "prospect" },
            customer_since: (n % 2 == 0).then_some(since),
            description: Some(format!(
                "{} {}, with {vans} vans and {depots} depots.",
                account_name(world, n),
                column(row, 6)
            )),
            origin: world
                .origin(
                    "hubspot",
                    ("accounts", n),
                    Some(account_owner(n)),
                    (
                        world.calendar.past(-known, 95),
                        world.calendar.past(-dice.between(1, 30), 300),
                    ),
                )
                .shared(n == SHARED_ACCOUNT),
        });
    }
}

/// By account: four people for most, three for the rest.
fn add_contacts(world: &World<'_>, company: &mut Company) -> Vec<Vec<Person>> {
    let accounts = words::ACCOUNTS.len();
    let mut dice = world.random("contacts");
    let mut people: Vec<Vec<Person>> = vec![Vec::new(); accounts];
    for n in 0..CONTACTS {
        let account = n % accounts;
        let row = &words::ACCOUNTS[account];
        let colleagues = &mut people[account];
        let name = fresh_name(column(row, 4), colleagues, &mut dice);
        let email = format!("{}@{}", mail_name(&name), domain(world, account));
        let title = &words::TITLES[(account * 3 + colleagues.len()) % words::TITLES.len()];
        let person = Person {
            id: world.id("contacts", n),
            name,
            email,
        };
        company.contacts.push(Contact {
            contact_id: person.id,
            account_id: Some(world.id("accounts", account)),
            name: person.name.clone(),
            email: Some(person.email.clone()),
            phone: Some(format!("+00 555 {:04} {:03}", dice.below(9999), n)),
            title: Some(column(title, 0).to_owned()),
            buying_role: Some(column(title, 1)),
            city: Some(column(row, 3).to_owned()),
            country: Some(column(row, 4).to_owned()),
            time_zone: Some(column(row, 5).to_owned()),
            origin: world
                .origin(
                    "hubspot",
                    ("contacts", n),
                    Some(account_owner(account)),
                    (
                        world.calendar.past(-dice.between(160, 500), 130),
                        world.calendar.past(-dice.between(1, 60), 200),
                    ),
                )
                .shared(account == SHARED_ACCOUNT),
        });
        colleagues.push(person);
    }
    people
}

fn fresh_name(country: &str, taken: &[Person], dice: &mut Random) -> String {
    let row = words::NAMES.iter().find(|row| column(row, 0) == country);
    let row = row.unwrap_or(&words::NAMES[0]);
    let first: Vec<&str> = column(row, 1).split(',').collect();
    let last: Vec<&str> = column(row, 2).split(',').collect();
    loop {
        let name = format!("{} {}", dice.word(&first), dice.word(&last));
        if taken.iter().all(|person| person.name != name) {
            return name;
        }
    }
}

/// `Lucía De Luca` → `lucia.deluca`.
fn mail_name(name: &str) -> String {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let plain = |part: &str| -> String {
        let part = part.to_lowercase();
        let folded = part.chars().map(|letter| match letter {
            'á' | 'ã' => 'a',
            'è' | 'é' | 'ê' => 'e',
            'í' => 'i',
            'ö' => 'o',
            'ú' | 'ü' => 'u',
            'æ' => 'e',
            other => other,
        });
        folded.filter(char::is_ascii_alphabetic).collect()
    };
    format!("{}.{}", plain(first), plain(last))
}

fn add_deal(
    world: &World<'_>,
    n: usize,
    pipeline: Uuid,
    contacts: &[Vec<Person>],
    dice: &mut Random,
    company: &mut Company,
) -> Story {
    let account = n % contacts.len();
    let round = n / contacts.len();
    let row = &words::ACCOUNTS[account];
    let topic = &words::TOPICS[(account + 3 * round + dice.below(2)) % words::TOPICS.len()];
    let stage = stage_of(account, round, dice);
    let is_open = STAGES[stage].outcome == "open";
    let closing = match (is_open, dice.percent(30)) {
        (true, _) => close_in(world, dice),
        (false, true) => -dice.between(1, 18),
        (false, false) => -dice.between(19, 170),
    };
    // One open deal in five has gone quiet.
    let last_contact = match (is_open, dice.percent(20)) {
        (true, true) => dice.between(24, 70),
        (true, false) => dice.between(1, 16),
        (false, _) => -closing,
    };
    // The early stages are reached within days.
    let opened = last_contact
        + match stage {
            0 | 1 => dice.between(7, 40),
            _ => dice.between(25, 110),
        };
    let owner = match round {
        2 if dice.percent(30) => super::workspace::by_handle("maya").unwrap_or(&PEOPLE[0]),
        _ => account_owner(account),
    };
    let contact = dice.pick(&contacts[account]).clone();
    let (vans, share) = (number(row, 7), dice.between(30, 100));
    let amount = ((vans * share / 100).max(12) * dice.between(260, 420) + 250) / 500 * 500;
    let last = world.calendar.past(-last_contact, 480);
    company.deals.push(Deal {
        deal_id: world.id("deals", n),
        name: format!("{}: {}", account_name(world, account), column(topic, 0)),
        account_id: Some(world.id("accounts", account)),
        primary_contact_id: Some(contact.id),
        pipeline_id: pipeline,
        stage_id: world.id("pipeline_stages", stage),
        status: STAGES[stage].outcome,
        amount: Some(Cents::whole(amount)),
        currency: Currency::EUR,
        close_date: Some(if is_open {
            world.calendar.date(closing)
        } else {
            last.date_naive()
        }),
        closed_at: (!is_open).then_some(last),
        stage_entered_at: Some(if is_open {
            world
                .calendar
                .past(-(last_contact + (opened - last_contact) / 3), 400)
        } else {
            last
        }),
        last_activity_at: Some(last),
        next_step: is_open.then(|| dice.word(STAGES[stage].next_steps).to_owned()),
        lost_reason: (stage == LOST).then(|| dice.word(&LOST_REASONS).to_owned()),
        origin: world
            .origin(
                "hubspot",
                ("deals", n),
                Some(owner),
                (world.calendar.past(-opened, 60), last),
            )
            .shared(account == SHARED_ACCOUNT),
    });
    Story {
        deal: n,
        account,
        deal_id: world.id("deals", n),
        account_id: world.id("accounts", account),
        contact,
        owner,
        topic,
        stage,
        opened,
        last_contact,
    }
}

/// Even accounts are customers, whose first deal is won; the others are still being won over.
fn stage_of(account: usize, round: usize, dice: &mut Random) -> usize {
    match (account % 2, round) {
        (0, 0) => WON,
        (_, 2) => match dice.below(4) {
            0 => WON - 5 * (account % 2),
            1 => LOST,
            _ => dice.below(WON),
        },
        (1, 0) if dice.percent(35) => LOST,
        _ => dice.below(WON),
    }
}

/// In how many days an open deal is expected to close: a quarter of them within this month, a
/// few are overdue.
fn close_in(world: &World<'_>, dice: &mut Random) -> i64 {
    let today = world.calendar.today();
    let next_month = today.with_day(1).unwrap_or(today) + Months::new(1);
    let left = world.calendar.days_until(next_month) - 1;
    match dice.below(20) {
        0 => -dice.between(1, 12),
        1..=5 => dice.between(0, left),
        _ => dice.between(left + 1, left + 120),
    }
}
