//! Recurring work that many want, ready to be taken as it is or changed: what `/penny templates`
//! offers. Each is no more than what somebody could have typed.

/// For whom the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A direct message; it may speak of what only its reader may see.
    Oneself,
    /// A channel, and so what everybody there may see.
    Channel,
}

#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// What people type: `/penny templates stale-deals`.
    pub slug: &'static str,
    pub name: &'static str,
    /// One line for the list.
    pub about: &'static str,
    /// As a person would write it; understood by [`super::rule`].
    pub when: &'static str,
    pub for_whom: For,
    /// What Penny is asked each time.
    pub what: &'static str,
}

impl Template {
    /// It is put together from queries ([`super::digest`]), so there is nothing to fill in.
    pub fn is_digest(&self) -> bool {
        [DIGEST_OF_PERSON, DIGEST_OF_TEAM].contains(&self.slug)
    }
}

pub const DIGEST_OF_PERSON: &str = "daily-digest";
pub const DIGEST_OF_TEAM: &str = "team-digest";

pub const ALL: &[Template] = &[
    Template {
        slug: DIGEST_OF_PERSON,
        name: "My day",
        about: "your meetings, mail that waits, deals and issues that moved, what waits for you",
        when: "every weekday at 8:30",
        for_whom: For::Oneself,
        what: "Write my digest for today. First today’s meetings in order, each with a line on who \
            it is with and what happened with them last. Then mails to me from the last working day \
            that I have not answered. Then my deals and issues that changed since the last working \
            day, with old and new. Last what waits for my decision. At most fifteen lines; leave a \
            part out where there is nothing to say.",
    },
    Template {
        slug: DIGEST_OF_TEAM,
        name: "The team’s morning",
        about: "what moved since yesterday in deals, issues and code, and what is stuck",
        when: "every weekday at 9",
        for_whom: For::Channel,
        what: "Write a morning digest for this channel: which deals changed stage, owner or amount \
            since the last working day, which issues were completed or got blocked, which pull \
            requests were merged or have waited for more than two days. Group by topic, one line \
            each, with names. If nothing moved, say that in one sentence.",
    },
    Template {
        slug: "pipeline-digest",
        name: "Pipeline digest",
        about: "the pipeline by stage, with what came in, moved on and fell out in the week",
        when: "every Monday at 9",
        for_whom: For::Channel,
        what: "Report the state of the sales pipeline: number and sum of open deals by stage as a \
            table, then what changed in the last seven days (new, moved forward, moved back, won, \
            lost) with amounts and owners, then the three largest open deals that should close this \
            month. Begin with one sentence that says whether the pipeline grew or shrank, and by how \
            much.",
    },
    Template {
        slug: "stale-deals",
        name: "Stale deals",
        about: "open deals that nobody touched for two weeks, by owner",
        when: "every Tuesday at 10",
        for_whom: For::Channel,
        what: "List the open deals without any activity in the last fourteen days, or whose closing \
            date has passed, grouped by owner and with the largest first: name, stage, amount, days \
            since the last activity, and what that was. End with the total amount at risk.",
    },
    Template {
        slug: "new-leads",
        name: "New leads",
        about: "contacts and accounts that came in since the last look, and who should answer",
        when: "every weekday at 9:30",
        for_whom: For::Channel,
        what: "Which contacts, accounts and deals were created since the last working day? For each: \
            where it comes from, what they asked for if a mail or note says so, its owner, and \
            whether somebody has answered yet. Name those that nobody has answered first.",
    },
    Template {
        slug: "meeting-preparation",
        name: "Meeting preparation",
        about: "a page on each of your outside meetings tomorrow",
        when: "every weekday at 16:00",
        for_whom: For::Oneself,
        what: "Prepare me for my meetings of the next working day with people from outside. For each: \
            who comes and their role, where the account and its deals stand, the last three \
            contacts with dates, what was promised and is still open, and two questions worth \
            asking. If I have none, say so in one sentence.",
    },
    Template {
        slug: "week-in-review",
        name: "Week in review",
        about: "what was won, shipped and learnt this week",
        when: "every Friday at 16:00",
        for_whom: For::Channel,
        what: "Write the week in review: deals won and lost with amounts and reasons, issues completed \
            and pull requests merged by project, the customer meetings that mattered with their \
            outcome, and what is planned for next week. Compare the figures with the week before.",
    },
    Template {
        slug: "release-notes",
        name: "Release notes",
        about: "what was merged since last week, in words for people who do not read code",
        when: "every Thursday at 15:00",
        for_whom: For::Channel,
        what: "Draft release notes from the pull requests merged in the last seven days and the issues \
            they closed: new, better, mended; one sentence each, in the words of somebody who uses \
            the product, with a link. Leave out what nobody outside can notice, and say how many \
            such changes there were.",
    },
    Template {
        slug: "on-call-hand-over",
        name: "On-call hand-over",
        about: "what broke, what is still open and what to watch",
        when: "every Monday at 9:30",
        for_whom: For::Channel,
        what: "Write the hand-over for whoever is on call this week: urgent issues that were opened in \
            the last seven days and how each ended, those still open with their owner and last \
            word, changes merged on the last two days that could cause trouble, and what to watch.",
    },
];

pub fn find(slug: &str) -> Option<&'static Template> {
    ALL.iter().find(|template| template.slug == slug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automation::rule::{Asked, parse};
    use chrono::Utc;
    use std::collections::HashSet;

    #[test]
    fn each_is_found_by_a_name_of_its_own() {
        let slugs: HashSet<_> = ALL.iter().map(|template| template.slug).collect();
        assert_eq!(slugs.len(), ALL.len());
        for template in ALL {
            assert_eq!(find(template.slug).map(|it| it.name), Some(template.name));
            assert!(!template.slug.contains(char::is_whitespace));
        }
        assert!(find("world-domination").is_none());
    }

    #[test]
    fn the_time_of_each_is_understood() {
        let asked = Asked {
            at: Utc::now(),
            zone: chrono_tz::UTC,
        };
        for template in ALL {
            let rule = parse(template.when, asked);
            assert!(rule.is_ok_and(|it| !it.is_once()), "{}", template.slug);
        }
    }
}
