//! Gmail as one of the stand-ins, and what the playground's page shows of it: every mailbox.

use super::mailbox::{Mail, Store, hex};
use super::{Gmail, Limit, World, routes};
use crate::playground::systems::stand_in::System;
use crate::playground::systems::{Row, Table};
use axum::Router;

impl System for World {
    const SLUG: &'static str = "gmail";
    const NAME: &'static str = "Gmail";
    const HOME: &'static str = "https://mail.google.com/mail";
    type Limit = Limit;

    fn router(gmail: Gmail) -> Router {
        routes::router(gmail)
    }

    fn tables(&self) -> Vec<Table> {
        vec![
            Table::new("Sent", COLUMNS, self.rows("SENT")),
            Table::new("Received", COLUMNS, self.rows("INBOX")),
        ]
    }
}

const COLUMNS: &[&str] = &["From", "To", "Subject", "Text"];

impl World {
    fn rows(&self, label: &str) -> Vec<Row> {
        let boxes = self.boxes.values();
        let rows = boxes.flat_map(|store| {
            let mails = store.mails.values();
            let mails = mails.filter(|mail| mail.labels.contains(label));
            mails.map(|mail| row(store, mail))
        });
        rows.collect()
    }
}

fn row(store: &Store, mail: &Mail) -> Row {
    let header = |name| mail.header(name).to_owned();
    Row {
        id: format!("{}/{}", store.address, hex(mail.id)),
        link: None,
        cells: vec![
            header("From"),
            header("To"),
            header("Subject"),
            mail.text.clone(),
        ],
        changed: mail.at,
    }
}
