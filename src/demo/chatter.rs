//! What was said in the demo company's channels before today.

use super::calendar::Calendar;
use super::workspace::Said;

/// Days before today, minutes after seven (UTC), channel, user, text; a text that begins with
/// `↳ ` replies to the channel's last message before it that does not.
type Line = (i64, i64, &'static str, &'static str, &'static str);

const REPLY: &str = "↳ ";

pub fn messages(calendar: &Calendar) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::with_capacity(LINES.len());
    let mut roots: Vec<(&str, usize)> = Vec::new();
    for &(days_ago, minute, channel, user, text) in &LINES {
        let root = roots.iter().rfind(|(of, _)| *of == channel);
        let (text, reply_to) = match text.strip_prefix(REPLY) {
            Some(reply) => (reply, root.map(|(_, index)| said[*index].at)),
            None => {
                roots.push((channel, said.len()));
                (text, None)
            }
        };
        said.push(Said {
            channel,
            user,
            text: text.to_owned(),
            at: calendar.past(-days_ago, minute),
            reply_to,
        });
    }
    said.sort_by_key(|message| message.at);
    said
}

const LINES: [Line; 50] = [
    (
        20,
        95,
        "C0GENERAL",
        "U0ELENA",
        "Welcome to the new quarter. Three things matter: land the grocers, make the docks module boringly reliable, and answer every customer within the hour.",
    ),
    (
        20,
        110,
        "C0GENERAL",
        "U0MAYA",
        "↳ Sales is in. The pipeline review moves to Mondays, 10:00 Berlin.",
    ),
    (
        13,
        130,
        "C0GENERAL",
        "U0TOM",
        "Rheinkorn Bakeries went live on Routes this morning: 64 vans, not one phone call from a driver before 9.",
    ),
    (
        13,
        138,
        "C0GENERAL",
        "U0LUKAS",
        "↳ And the planner held at 1.4 seconds with their full order book. Well done @Mei.",
    ),
    (
        6,
        60,
        "C0GENERAL",
        "U0NOOR",
        "Release notes for Live 4.2 are in Drive under Product/Releases. Short version: the customer sees the van ten minutes earlier.",
    ),
    (
        19,
        300,
        "C0RANDOM",
        "U0SAM",
        "What do you call a van that always knows the way? A know-van. I will see myself out.",
    ),
    (
        19,
        304,
        "C0RANDOM",
        "U0PRIYA",
        "↳ Sam, this is why you work in the front end.",
    ),
    (
        8,
        270,
        "C0RANDOM",
        "U0AISHA",
        "Lunch on Thursday: the noodle place or the one with the good soup?",
    ),
    (
        8,
        275,
        "C0RANDOM",
        "U0DIEGO",
        "↳ Soup. I will be there in spirit and in the wrong time zone.",
    ),
    (
        2,
        290,
        "C0RANDOM",
        "U0BEN",
        "My cat has walked over the new icon set and made it better.",
    ),
    (
        17,
        180,
        "C0SALES",
        "U0MAYA",
        "Reminder: a deal without a next step is a wish. Please fill the field before Monday.",
    ),
    (
        15,
        200,
        "C0SALES",
        "U0JONAS",
        "Alpenfrisch asked for a second reference in chilled goods. Would Rheinkorn talk to them, @Tom?",
    ),
    (
        15,
        223,
        "C0SALES",
        "U0TOM",
        "↳ Rheinkorn is happy to. Their head of dispatch likes being called after 14:00.",
    ),
    (
        12,
        150,
        "C0SALES",
        "U0PRIYA",
        "Harrow & Finch compare us with Routivo on price per vehicle. Our answer is the dock slots: they lose 40 minutes a truck at the gate today.",
    ),
    (
        12,
        166,
        "C0SALES",
        "U0MAYA",
        "↳ Good. Put the gate minutes on the first slide, the price on the last.",
    ),
    (
        9,
        480,
        "C0SALES",
        "U0DIEGO",
        "Prairie Provisions wants the pilot in two depots instead of one. Same price, later start. I said yes to the second, not to the first.",
    ),
    (
        7,
        140,
        "C0SALES",
        "U0JONAS",
        "Lost one today: they stay with their spreadsheet for another year. I set a task to call them in spring.",
    ),
    (
        4,
        190,
        "C0SALES",
        "U0PRIYA",
        "Nordhavn Seafood has signed the data processing agreement. Legal took eleven days, a new record.",
    ),
    (
        4,
        197,
        "C0SALES",
        "U0ELENA",
        "↳ Lovely. What is left before the signature?",
    ),
    (
        4,
        205,
        "C0SALES",
        "U0PRIYA",
        "↳ Their CFO wants the roll-out in two invoices. I offered 60/40.",
    ),
    (
        1,
        120,
        "C0SALES",
        "U0MAYA",
        "Who has something closing this month that is not going to close this month? No blame, I only want to know before Elena does.",
    ),
    (
        18,
        170,
        "C0ENG",
        "U0LUKAS",
        "From today the planner's regressions block a release. If p95 of a 500-stop plan is over two seconds, we do not ship.",
    ),
    (
        18,
        190,
        "C0ENG",
        "U0MEI",
        "↳ Fine by me. I will put the benchmark into the nightly build.",
    ),
    (
        11,
        210,
        "C0ENG",
        "U0SAM",
        "The map redraws every tile when a driver reports a position. Found it: we compare positions by identity. Pull request is up.",
    ),
    (
        11,
        222,
        "C0ENG",
        "U0LUKAS",
        "↳ Nice catch. Please add the test with 200 vans.",
    ),
    (
        5,
        205,
        "C0ENG",
        "U0NOOR",
        "Customers ask weekly for recurring dock bookings. Can we size it this week?",
    ),
    (
        5,
        231,
        "C0ENG",
        "U0MEI",
        "↳ Looked at it: five points if exceptions can wait, eight if not.",
    ),
    (
        1,
        175,
        "C0ENG",
        "U0MEI",
        "Two pull requests of mine wait for a review since Tuesday. Both are small, I promise.",
    ),
    (
        14,
        80,
        "C0SUPPORT",
        "U0AISHA",
        "Baltic Fresh: drivers in Riga see yesterday's tour until they log in again. Reproduced; it is the token refresh.",
    ),
    (
        14,
        101,
        "C0SUPPORT",
        "U0MEI",
        "↳ Taking it. The refresh is skipped when the phone was offline at midnight.",
    ),
    (
        10,
        115,
        "C0SUPPORT",
        "U0TOM",
        "Two customers asked for an export of gate times per carrier. Is there an issue for it?",
    ),
    (
        10,
        140,
        "C0SUPPORT",
        "U0NOOR",
        "↳ Yes, in Docks, high priority. It is planned after recurring bookings.",
    ),
    (
        3,
        70,
        "C0SUPPORT",
        "U0AISHA",
        "Quiet night: three tickets, all answered within the hour. One asks whether vans can be planned by the weight of their drivers. I said no.",
    ),
    (
        16,
        240,
        "C0DESIGN",
        "U0BEN",
        "First draft of the new dock calendar. The slot turns amber when the carrier is late, not when the truck is.",
    ),
    (
        16,
        262,
        "C0DESIGN",
        "U0NOOR",
        "↳ I like it. Could the amber also have a pattern, for those who do not see the colour?",
    ),
    (
        2,
        215,
        "C0DESIGN",
        "U0BEN",
        "Second draft with stripes is in Drive. I also moved the gate number to where the thumb is.",
    ),
    (
        14,
        400,
        "C0LEADERS",
        "U0ELENA",
        "Board numbers for the quarter are in the leadership folder. Runway is 26 months at this rate; please keep it in this channel.",
    ),
    (
        14,
        415,
        "C0LEADERS",
        "U0MAYA",
        "↳ I would like to hire one more account executive for the Nordics from the surplus.",
    ),
    (
        14,
        428,
        "C0LEADERS",
        "U0ELENA",
        "↳ Let us decide when Nordhavn has signed.",
    ),
    (
        5,
        390,
        "C0LEADERS",
        "U0LUKAS",
        "One of the engineers has an offer from a bigger company. I would like to answer with a raise of eight percent this week.",
    ),
    (
        11,
        330,
        "C0DEALROOM",
        "U0JONAS",
        "Alpenfrisch: their board meets next week. The discount we may offer at most is 12 %, and only for three years.",
    ),
    (
        11,
        344,
        "C0DEALROOM",
        "U0MAYA",
        "↳ Agreed. Nobody says a number before they name theirs.",
    ),
    (
        3,
        310,
        "C0DEALROOM",
        "U0PRIYA",
        "Harrow & Finch told me in confidence that Routivo cannot do the docks before summer. That is our window.",
    ),
    (
        3,
        322,
        "C0DEALROOM",
        "U0ELENA",
        "↳ Then I will call their managing director myself.",
    ),
    (
        12,
        100,
        "C0NORDLAKE",
        "U0TOM",
        "Hello Clara, the Nordhavn roll-out plan is in the shared folder: two depots in week one, four in week three.",
    ),
    (
        12,
        128,
        "C0NORDLAKE",
        "U0CLARA",
        "↳ Thank you! My two trainers are booked for both weeks. We need the list of gate numbers by Friday.",
    ),
    (
        7,
        90,
        "C0NORDLAKE",
        "U0AISHA",
        "Gate numbers for both depots are in the plan now, and the driver app is translated into Danish.",
    ),
    (
        7,
        121,
        "C0NORDLAKE",
        "U0CLARA",
        "↳ Perfect, the drivers will notice. One question: who answers the phone on the first morning?",
    ),
    (
        7,
        133,
        "C0NORDLAKE",
        "U0AISHA",
        "↳ I do, from 5:00 local time, and Tom from 7:00.",
    ),
    (
        2,
        160,
        "C0NORDLAKE",
        "U0CLARA",
        "Training in Aalborg is done: 31 drivers, 28 smiles.",
    ),
];
