//! The desk guidelines in flows/acme/guidelines, held against the bot that follows them: each guideline has a topic and a
//! conversation test that walks it, as the table in flows/acme/README.md says.
use crate::support::{root, shipped};
use rapport::bot::Bot;
use rapport::rehearsal;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

/// A row of the table in the README.
struct Row {
    area: String,
    guideline: String,
    flow: String,
    file: String,
    test: String,
}

fn acme() -> Arc<Bot> {
    shipped().into_iter().find(|b| b.id == "acme").expect("acme is shipped")
}

fn readme() -> String {
    fs::read_to_string(root().join("flows/acme/README.md")).expect("a README")
}

fn rows(readme: &str) -> Vec<Row> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().trim_matches('`').to_owned()).collect();
    let table = readme.lines().filter(|l| l.starts_with('|')).skip(2);
    table
        .map(|line| {
            let cells: Vec<String> = cells(line);
            let [area, guideline, flow, file, test] = <[String; 5]>::try_from(cells).expect("five columns");
            Row { area, guideline, flow, file, test }
        })
        .collect()
}

/// Area and name of each guideline.
fn guidelines() -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(root().join("flows/acme/guidelines/guidelines.json")).expect("the guidelines");
    let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let areas = read.as_object().expect("areas");
    areas
        .iter()
        .flat_map(|(area, about)| {
            let own = about["subflows"].as_object().expect("guidelines of an area");
            own.keys().map(|name| (area.clone(), name.clone()))
        })
        .collect()
}

#[test]
fn every_guideline_of_the_desk_has_a_topic_and_a_test_that_walks_it() {
    let (bot, rows) = (acme(), rows(&readme()));
    let told: BTreeSet<_> = rows.iter().map(|r| (r.area.clone(), r.guideline.clone())).collect();
    assert_eq!((rows.len(), guidelines()), (34, told));
    for row in &rows {
        let flow = bot.flows.get(&row.flow).unwrap_or_else(|| panic!("{} has no flow {}", row.guideline, row.flow));
        assert!(flow.ops.iter().all(|o| *o.file == *row.file), "{} does not stand in {}", row.flow, row.file);
        let test = bot.tests.iter().find(|t| t.name == row.test);
        let test = test.unwrap_or_else(|| panic!("{} has no test {}", row.guideline, row.test));
        let report = rehearsal::rehearse(&bot, test);
        assert!(report.failure.is_none(), "{}", rehearsal::tell(&report));
        assert!(report.walked.iter().any(|w| w.flow == row.flow), "{} does not walk {}", row.test, row.flow);
    }
}

#[test]
fn the_readme_of_the_desk_states_the_bound_that_is_proved() {
    let turns = acme().bound.as_ref().expect("a bound").turns;
    let stated = format!("From any point at most {turns} customer turns to an answer or a person.");
    assert!(readme().contains(&stated), "the README should say: {stated}");
}
