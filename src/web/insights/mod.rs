//! What leads see of many chats: how long customers waited, what became of it, how they felt. The numbers stand in tables; a script
//! draws them too, from the same tables.
mod words;

use crate::runtime::insights::{Day, Range, Report, report};
use crate::runtime::people::Login;
use crate::time::Millis;
use crate::web::App;
use crate::web::staff::show;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::time::Duration;
use words::{felt, minutes, one_to_five, share, stretch};

/// Choices of days, the first without a choice.
const DAYS: [u32; 4] = [30, 7, 90, 365];
/// More chats are not looked at; the page says so.
const MOST: usize = 100_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    days: String,
    bot: String,
    team: String,
}

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>, Query(wanted): Query<Wanted>) -> Response {
    let now = app.runtime.now();
    let days = wanted.days.parse().ok().filter(|d| DAYS.contains(d)).unwrap_or(DAYS[0]);
    let chosen = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let from = now.before(Duration::from_secs(u64::from(days) * 86_400));
    let range = Range { from, to: Millis(now.0 + 1), bot: chosen(&wanted.bot), team: chosen(&wanted.team) };
    let Ok(visits) = app.runtime.store().insights().visits(range, MOST).await else { return show::later(&app) };
    let zone = show::time_zone(&app);
    let full = visits.len() == MOST;
    let found = tokio::task::spawn_blocking(move || report(&visits, &zone)).await;
    let Ok(found) = found else { return show::later(&app) };
    let bots: Vec<Value> = app
        .runtime
        .bots()
        .map(|b| context! { id => &b.id, name => &b.settings.name, on => b.id == wanted.bot })
        .collect();
    let teams = show::teams(&app);
    let teams: Vec<Value> = teams.iter().map(|t| context! { name => t, on => *t == wanted.team }).collect();
    let choices: Vec<Value> = DAYS.iter().map(|d| context! { days => d, on => *d == days }).collect();
    let values = context! { bots, teams, choices, full, most => MOST, zone => show::zone(&app), ..told(&found) };
    show::page(&app, &me, "pages/insights.html", values)
}

fn told(found: &Report) -> Value {
    let Day { visits, solved, alone, asked, kept, late, open, .. } = found.all;
    let all = &found.all;
    let tiles = [
        ("Chats", visits.to_string(), format!("{} solved", share(solved, visits))),
        ("Solved without a person", share(alone, solved), format!("{alone} of {solved} that were solved")),
        ("First reply of a person", stretch(all.first_reply.median), nine(all.first_reply.nine)),
        ("Waiting for a person", stretch(all.waited.median), nine(all.waited.nine)),
        ("Until it was solved", stretch(all.resolution.median), nine(all.resolution.nine)),
        ("Feedback", one_to_five(all.feedback()), format!("of 5, from {} customers", all.feedback_count)),
        ("Promises kept", share(kept, kept + late), format!("{late} late, {open} still open")),
        ("Asked for a person", share(asked, visits), format!("{asked} of {visits}")),
    ];
    let tiles: Vec<Value> = tiles.into_iter().map(|(name, value, about)| context! { name, value, about }).collect();
    let days: Vec<Value> = found.days.iter().map(|(day, d)| line(&day.to_string(), d)).collect();
    let teams: Vec<Value> = found.teams.iter().map(|(team, d)| line(team, d)).collect();
    let moods = found.moods.iter().map(|(f, n)| context! { first => felt(f.first), last => felt(f.last), count => n });
    context! { tiles, days, by_team => teams, moods => moods.collect::<Vec<_>>() }
}

fn nine(length: Option<i64>) -> String {
    length.map_or_else(|| "nobody yet".into(), |_| format!("nine of ten within {}", stretch(length)))
}

/// A line of a table: in words, and as numbers for the chart.
fn line(name: &str, d: &Day) -> Value {
    context! {
        name, visits => d.visits, solved => d.solved, alone => d.alone, asked => d.asked,
        first_reply => stretch(d.first_reply.median), first_reply_minutes => minutes(d.first_reply.median),
        first_reply_nine => stretch(d.first_reply.nine), first_reply_nine_minutes => minutes(d.first_reply.nine),
        waited => stretch(d.waited.median), resolution => stretch(d.resolution.median),
        feedback => one_to_five(d.feedback()), kept => d.kept, late => d.late,
    }
}
