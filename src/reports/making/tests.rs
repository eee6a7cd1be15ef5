//! What is said of what is missing, and for whom.

use super::super::testing::table;
use super::*;
use crate::base::ids::{OrgId, PersonId};
use crate::base::viewer::Audience;
use serde_json::json;

#[test]
fn rows_that_are_missing_are_said() {
    let mut sheet = table(&["n"], json!([[1], [2]]));
    assert_eq!(missing(&sheet), None);
    sheet.cut = Some(Cut::Rows);
    sheet.too_long = 3;
    assert_eq!(
        missing(&sheet).unwrap(),
        "Only the first 2 rows are in it; the query has more. 3 rows are left out because \
         they are too long"
    );
}

#[test]
fn people_from_outside_are_not_told_what_has_changed() {
    let past = |had_outsiders| Past {
        made_at: DateTime::UNIX_EPOCH,
        figures: Some(json!([])),
        had_outsiders,
    };
    let viewer = |external_present| Viewer {
        org: OrgId::fresh(),
        person: PersonId::fresh(),
        audience: Audience::Private,
        external_present,
    };
    for (then, now, told) in [
        (false, false, true),
        (true, true, true),
        (false, true, false),
        (true, false, false),
    ] {
        assert_eq!(Since::of(past(then), &viewer(now)).is_some(), told);
    }
}

#[test]
fn a_file_is_named_after_its_title() {
    assert_eq!(
        file_name("Pipeline by stage!", "png"),
        "pipeline-by-stage.png"
    );
    assert_eq!(file_name("../../etc", "pdf"), "etc.pdf");
    assert_eq!(file_name("***", "csv"), "penny.csv");
    assert_eq!(file_name("東京 Q3", "csv"), "東京-q3.csv");
}
