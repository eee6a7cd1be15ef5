//! A mailbox becomes rows, whole, and stays in step.

use super::{House, MAILS, mail};
use penny::playground::systems::gmail::{Arriving, Fault, Limit};

const ANN: &str = "Ann Lee <Ann@Acme.example>";

#[tokio::test]
async fn a_mail_becomes_a_row_of_its_owner_and_finds_its_contact() {
    let house = House::open().await;
    house
        .app
        .execute(&format!(
            "insert into core.contacts (org_id, contact_id, account_id, name, email, source, source_id)
             values ('{}', gen_random_uuid(), gen_random_uuid(), 'Ann Lee', 'ann@acme.example', 'test', '1')",
            house.org
        ))
        .await;
    let first = house.mayas.receives(Arriving {
        html: Some("<p>Never <b>shown</b></p>".to_owned()),
        ..Arriving::from(ANN, "Offer", "We take \u{0}40 seats.")
    });
    house.mayas.receives(Arriving {
        to: Some("ann@acme.example".to_owned()),
        cc: Some("\"Doe, Bob\" <bob@acme.example>".to_owned()),
        answers: Some(first),
        labels: vec!["SENT".to_owned()],
        ..mail("maya@northwind.example", "Re: Offer")
    });
    house
        .mayas
        .receives(mail("desk@shop.example", "Your order"));
    house.maya_connects().await;
    let told = "select concat_ws(' | ', a.subject, a.direction, a.body, a.from_address,
            array_to_string(a.to_addresses, ','), c.name, who.slack_user_id, a.visibility,
            a.account_id is not null)
        from core.activities a left join core.contacts c using (contact_id)
        join core.people who on who.person_id = a.owner_id
        where a.kind = 'mail' and a.source = 'gmail' order by a.subject";
    assert_eq!(
        house.app.texts(told).await,
        [
            "Offer | inbound | We take 40 seats. | ann@acme.example | maya@northwind.example | \
             Ann Lee | U0MAYA | person | t",
            "Re: Offer | outbound | About Re: Offer. | maya@northwind.example | \
             ann@acme.example,bob@acme.example | Ann Lee | U0MAYA | person | t",
            "Your order | inbound | About Your order. | desk@shop.example | \
             maya@northwind.example | U0MAYA | person | f",
        ]
    );
    house.app.has_what_is_announced_by("gmail").await;
    let threads = "select thread_key from core.activities where source = 'gmail' group by 1";
    assert_eq!(
        house.app.count(threads).await,
        2,
        "a reply is in its conversation"
    );
    house.app.stop().await;
}

#[tokio::test]
async fn what_is_old_unfinished_unwanted_or_thrown_away_is_not_read() {
    let house = House::open().await;
    let labelled = |label: &str| Arriving {
        labels: vec![label.to_owned()],
        ..mail(ANN, label)
    };
    for label in ["TRASH", "SPAM", "DRAFT"] {
        house.mayas.receives(labelled(label));
    }
    for (subject, days_ago) in [("Last year", 400), ("In spring", 179), ("Today", 0)] {
        house.mayas.receives(Arriving {
            days_ago,
            ..mail(ANN, subject)
        });
    }
    house.maya_connects().await;
    assert_eq!(house.subjects().await, ["In spring", "Today"]);
    house.app.stop().await;
}

#[tokio::test]
async fn the_next_run_asks_only_what_has_happened_since() {
    let house = House::open().await;
    let binned = house.mayas.receives(mail(ANN, "To the bin"));
    let deleted = house.mayas.receives(mail(ANN, "Deleted"));
    let kept = house.mayas.receives(mail(ANN, "Kept"));
    house.maya_connects().await;
    let lists = house.calls_of(MAILS);
    assert!(house.mayas.trashes(&binned));
    assert!(house.mayas.deletes(&deleted));
    house.mayas.receives(mail(ANN, "New"));
    // Reading a mail is a change, too, and none that matters.
    assert!(house.mayas.files(&kept, &[], &["UNREAD"]));
    let path = format!("{MAILS}/{kept}");
    let before = house.calls_of(&path);
    house.reads_again().await;
    assert_eq!(house.subjects().await, ["Kept", "New"]);
    assert_eq!(house.calls_of(MAILS), lists, "nothing is listed again");
    assert_eq!(house.calls_of(&path), before);
    assert!(house.mayas.files(&binned, &["INBOX"], &["TRASH"]));
    house.reads_again().await;
    assert_eq!(house.subjects().await, ["Kept", "New", "To the bin"]);
    house.app.stop().await;
}

#[tokio::test]
async fn what_happens_while_the_mailbox_is_read_is_not_lost() {
    let house = House::open().await;
    let first = house.mayas.receives(mail(ANN, "Mail 000"));
    for number in 1..250 {
        house
            .mayas
            .receives(mail(ANN, &format!("Mail {number:03}")));
    }
    let mailbox = house.mayas.clone();
    house.gmail.on_page("messages", move |_, page| {
        if page == 2 {
            mailbox.receives(mail(ANN, "Mail 250"));
            assert!(mailbox.deletes(&first));
        }
    });
    house.maya_connects().await;
    let expected: Vec<String> = (1..=250)
        .map(|number| format!("Mail {number:03}"))
        .collect();
    assert_eq!(house.subjects().await, expected);
    house.app.stop().await;
}

#[tokio::test]
async fn what_arrives_between_two_pages_of_the_history_is_read_by_the_next_run() {
    let house = House::open().await;
    house.maya_connects().await;
    for number in 0..150 {
        house
            .mayas
            .receives(mail(ANN, &format!("Mail {number:03}")));
    }
    let mailbox = house.mayas.clone();
    house.gmail.on_page("history", move |_, page| {
        if page == 1 {
            mailbox.receives(mail(ANN, "Mail 150"));
        }
    });
    house.reads_again().await;
    assert_eq!(house.subjects().await.len(), 150, "of two pages");
    house.reads_again().await;
    assert_eq!(house.subjects().await.len(), 151);
    house.app.stop().await;
}

#[tokio::test]
async fn where_gmail_has_forgotten_the_history_everything_is_listed_and_compared() {
    let house = House::open().await;
    let gone = house.mayas.receives(mail(ANN, "Gone"));
    house.mayas.receives(mail(ANN, "Kept"));
    house.maya_connects().await;
    house.mayas.receives(mail(ANN, "New"));
    house.reads_again().await;
    assert!(house.mayas.deletes(&gone));
    house.mayas.forgets_history();
    house.mayas.receives(mail(ANN, "Newest"));
    let lists = house.calls_of(MAILS);
    house.reads_again().await;
    assert_eq!(house.subjects().await, ["Kept", "New", "Newest"]);
    assert!(house.calls_of(MAILS) > lists);
    let lists = house.calls_of(MAILS);
    house.reads_again().await;
    assert_eq!(
        house.calls_of(MAILS),
        lists,
        "from then on only what has happened"
    );
    house.app.stop().await;
}

#[tokio::test]
async fn a_process_that_dies_while_reading_leaves_off_where_another_goes_on() {
    let mut house = House::open().await;
    for number in 0..250 {
        house
            .mayas
            .receives(mail(ANN, &format!("Mail {number:03}")));
    }
    // The list is asked for by a path that every mail's begins with.
    house
        .gmail
        .faults()
        .on("/gmail/v1/users/me/messages/")
        .after(120)
        .hit(Fault::Hang);
    house.connects(house.maya, &house.mayas).await;
    let gmail = house.gmail.clone();
    let fetched = async || {
        gmail
            .calls()
            .iter()
            .filter(|it| it.path.len() > MAILS.len())
            .count()
            > 120
    };
    house
        .app
        .comes_true("the second page is being read", fetched)
        .await;
    house.app.kill().await;
    house.app.expire_leases().await;
    house.app.start_again().await;
    house.app.settles().await;
    assert_eq!(house.subjects().await.len(), 250);
    let asked = house.calls_of(MAILS);
    assert!(
        (4..=5).contains(&asked),
        "three pages, of which the unfinished one, and perhaps the next, were asked for twice: {asked}"
    );
    house.app.stop().await;
}

#[tokio::test]
async fn a_limit_is_waited_for_whatever_status_it_comes_with() {
    let house = House::open().await;
    for number in 0..3 {
        house.mayas.receives(mail(ANN, &format!("Mail {number}")));
    }
    for (status, reason) in [(403, "userRateLimitExceeded"), (429, "rateLimitExceeded")] {
        let limited = Fault::Limited(Limit { status, reason });
        house
            .gmail
            .faults()
            .on("/gmail/v1/users/me/messages/")
            .hit(limited);
    }
    house.maya_connects().await;
    assert_eq!(house.subjects().await.len(), 3);
    assert_eq!(house.gmail.faults().unused(), 0);
    house.app.stop().await;
}

#[tokio::test]
async fn a_quota_by_the_minute_that_names_no_end_fails_no_reading() {
    let house = House::open().await;
    for number in 0..20 {
        house.mayas.receives(mail(ANN, &format!("Mail {number}")));
    }
    house.gmail.allows(Some(10));
    house.connects(house.maya, &house.mayas).await;
    for minute in 0..3 {
        let pauses = "select from core.jobs where kind = 'sync' and lease_token is null
            and run_at > now() + interval '20 seconds'";
        house
            .app
            .comes_true("it pauses", async || house.app.count(pauses).await == 1)
            .await;
        if minute == 2 {
            house.gmail.allows(None);
        }
        house
            .app
            .execute("update core.jobs set run_at = now() where kind = 'sync'")
            .await;
    }
    house.app.settles().await;
    assert_eq!(house.subjects().await.len(), 20);
    let done = "select from core.sync_runs where state <> 'done'";
    assert_eq!(house.app.count(done).await, 0);
    house.app.stop().await;
}

#[tokio::test]
async fn a_listing_whose_next_page_is_refused_begins_again() {
    let house = House::open().await;
    house.maya_connects().await;
    for number in 0..250 {
        house
            .mayas
            .receives(mail(ANN, &format!("Mail {number:03}")));
    }
    let mailbox = house.mayas.clone();
    house.gmail.on_page("history", move |_, page| {
        if page == 1 {
            mailbox.forgets_pages();
        }
    });
    house.reads_again().await;
    assert_eq!(house.subjects().await.len(), 250, "of its history");

    let private = house.gmail.mailbox("maya@home.example");
    for number in 0..250 {
        private.receives(mail(ANN, &format!("Home {number:03}")));
    }
    let mailbox = private.clone();
    house.gmail.on_page("messages", move |_, page| {
        if page == 1 {
            mailbox.forgets_pages();
        }
    });
    house.connects(house.maya, &private).await;
    house.app.settles().await;
    let read = "select from core.activities where subject like 'Home %'";
    assert_eq!(house.app.count(read).await, 250, "of all that there is");
    house.app.stop().await;
}

#[tokio::test]
async fn another_mailbox_in_its_place_is_read_from_the_beginning() {
    let house = House::open().await;
    house.mayas.receives(mail(ANN, "At work"));
    house.maya_connects().await;
    let private = house.gmail.mailbox("maya@home.example");
    private.receives(mail(ANN, "At home"));
    house.connects(house.maya, &private).await;
    house.app.settles().await;
    assert!(house.subjects().await.contains(&"At home".to_owned()));
    house.app.stop().await;
}
