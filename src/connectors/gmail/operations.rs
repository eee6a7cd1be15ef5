//! What can be done in a mailbox.

use crate::approvals::policy::Stakes;
use crate::connectors::field::{Field, Kind};
use crate::connectors::operation::Operation;
use crate::connectors::operation::Repeat;

pub const SEND: &str = "send_mail";
pub const REPLY: &str = "reply_to_mail";
pub const FILE: &str = "file_mail";

const MAIL: Field = Field::required("id", "Mail", Kind::Id);

pub static ALL: [Operation; 3] = [
    Operation {
        name: SEND,
        title: "Send a mail",
        hint: "It goes out as plain text, from the person's own address, and begins a new \
            conversation. Write the whole mail, greeting and signature included.",
        fields: &[
            Field::required("to", "To", Kind::Mails),
            Field::optional("cc", "Cc", Kind::Mails),
            Field::required("subject", "Subject", Kind::Line),
            Field::required("body", "Text", Kind::Text),
        ],
        stakes: Stakes::Own,
        repeat: Repeat::Never,
        can_be_undone: false,
    },
    Operation {
        name: REPLY,
        title: "Reply to a mail",
        hint: "Answers in the mail's conversation. Without `to` it goes to whoever wrote the \
            mail (of an own mail, to its recipients); give `to` and `cc` to reply to others, too. \
            The earlier mail is not quoted.",
        fields: &[
            MAIL,
            Field::optional("to", "To", Kind::Mails),
            Field::optional("cc", "Cc", Kind::Mails),
            Field::optional("subject", "Subject", Kind::Line),
            Field::required("body", "Text", Kind::Text),
        ],
        stakes: Stakes::Own,
        repeat: Repeat::Never,
        can_be_undone: false,
    },
    Operation {
        name: FILE,
        title: "File a mail",
        hint: "Archives a mail (inbox: false), marks it, or sets its labels. Give only what shall \
            change. The labels must exist.",
        fields: &[
            MAIL,
            Field::optional("inbox", "In the inbox", Kind::Flag),
            Field::optional("unread", "Unread", Kind::Flag),
            Field::optional("starred", "Starred", Kind::Flag),
            Field::optional("labels", "Labels", Kind::Lines).or_none(),
        ],
        stakes: Stakes::Own,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    },
];
