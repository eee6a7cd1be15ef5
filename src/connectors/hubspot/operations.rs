//! What can be changed in HubSpot.

use crate::approvals::policy::Stakes;
use crate::connectors::field::{Field, Kind};
use crate::connectors::operation::Operation;
use crate::connectors::operation::Repeat;

const STAGE: Kind = Kind::Named("the name of a stage of its pipeline");
const PIPELINE: Kind = Kind::Named("the name of a pipeline");
const OWNER: Kind = Kind::Named("the name or mail address of a HubSpot user");

const fn update(name: &'static str, title: &'static str, fields: &'static [Field]) -> Operation {
    Operation {
        name,
        title,
        hint: "",
        fields,
        stakes: Stakes::Reversible,
        repeat: Repeat::Harmless,
        can_be_undone: true,
    }
}

/// HubSpot takes no id or key for what is new, so a second call makes a second one.
const fn create(name: &'static str, title: &'static str, fields: &'static [Field]) -> Operation {
    Operation {
        repeat: Repeat::Never,
        ..update(name, title, fields)
    }
}

/// HubSpot keeps what is deleted for 90 days, but only a person can bring it back, and only there.
const fn delete(name: &'static str, title: &'static str, id: &'static [Field; 1]) -> Operation {
    Operation {
        name,
        title,
        hint: "Only a person can restore it, in HubSpot, within 90 days.",
        fields: id,
        stakes: Stakes::Irreversible,
        repeat: Repeat::Harmless,
        can_be_undone: false,
    }
}

pub static OPERATIONS: [Operation; 11] = [
    update(
        "update_deal",
        "Update a deal",
        &[
            Field::required("id", "Deal", Kind::Id),
            Field::optional("name", "Name", Kind::Line),
            Field::optional("stage", "Stage", STAGE),
            Field::optional("amount", "Amount", Kind::Money).or_none(),
            Field::optional("close_date", "Close date", Kind::Date).or_none(),
            Field::optional("owner", "Owner", OWNER).or_none(),
            Field::optional("next_step", "Next step", Kind::Line).or_none(),
        ],
    ),
    create(
        "create_deal",
        "Create a deal",
        &[
            Field::required("name", "Name", Kind::Line),
            Field::optional("pipeline", "Pipeline", PIPELINE),
            Field::optional("stage", "Stage", STAGE),
            Field::optional("amount", "Amount", Kind::Money),
            Field::optional("close_date", "Close date", Kind::Date),
            Field::optional("owner", "Owner", OWNER),
            Field::optional("next_step", "Next step", Kind::Line),
            Field::optional("company_id", "Company", Kind::Id),
            Field::optional("contact_id", "Contact", Kind::Id),
        ],
    ),
    delete(
        "delete_deal",
        "Delete a deal",
        &[Field::required("id", "Deal", Kind::Id)],
    ),
    update(
        "update_contact",
        "Update a contact",
        &[
            Field::required("id", "Contact", Kind::Id),
            Field::optional("first_name", "First name", Kind::Line).or_none(),
            Field::optional("last_name", "Last name", Kind::Line).or_none(),
            Field::optional("email", "Mail address", Kind::Line).or_none(),
            Field::optional("phone", "Phone", Kind::Line).or_none(),
            Field::optional("job_title", "Job title", Kind::Line).or_none(),
            Field::optional("owner", "Owner", OWNER).or_none(),
        ],
    ),
    Operation {
        hint: "Give the mail address if it is known: HubSpot tells people apart by it.",
        ..create(
            "create_contact",
            "Create a contact",
            &[
                Field::optional("first_name", "First name", Kind::Line),
                Field::optional("last_name", "Last name", Kind::Line),
                Field::optional("email", "Mail address", Kind::Line),
                Field::optional("phone", "Phone", Kind::Line),
                Field::optional("job_title", "Job title", Kind::Line),
                Field::optional("owner", "Owner", OWNER),
                Field::optional("company_id", "Company", Kind::Id),
            ],
        )
    },
    delete(
        "delete_contact",
        "Delete a contact",
        &[Field::required("id", "Contact", Kind::Id)],
    ),
    update(
        "update_company",
        "Update a company",
        &[
            Field::required("id", "Company", Kind::Id),
            Field::optional("name", "Name", Kind::Line),
            Field::optional("domain", "Domain", Kind::Line).or_none(),
            Field::optional("phone", "Phone", Kind::Line).or_none(),
            Field::optional("city", "City", Kind::Line).or_none(),
            Field::optional("country", "Country", Kind::Line).or_none(),
            Field::optional("description", "Description", Kind::Text).or_none(),
            Field::optional("owner", "Owner", OWNER).or_none(),
        ],
    ),
    create(
        "create_company",
        "Create a company",
        &[
            Field::required("name", "Name", Kind::Line),
            Field::optional("domain", "Domain", Kind::Line),
            Field::optional("phone", "Phone", Kind::Line),
            Field::optional("city", "City", Kind::Line),
            Field::optional("country", "Country", Kind::Line),
            Field::optional("description", "Description", Kind::Text),
            Field::optional("owner", "Owner", OWNER),
        ],
    ),
    delete(
        "delete_company",
        "Delete a company",
        &[Field::required("id", "Company", Kind::Id)],
    ),
    Operation {
        hint: "On exactly one record: give deal_id, contact_id or company_id.",
        ..create(
            "add_note",
            "Add a note",
            &[
                Field::required("text", "Note", Kind::Text),
                Field::optional("deal_id", "Deal", Kind::Id),
                Field::optional("contact_id", "Contact", Kind::Id),
                Field::optional("company_id", "Company", Kind::Id),
            ],
        )
    },
    delete(
        "delete_note",
        "Delete a note",
        &[Field::required("id", "Note", Kind::Id)],
    ),
];
