//! Reports as text for a support lead, and as JUnit XML for a build server.
use super::{Heard, Report};

/// How many lines before the one that failed are shown.
const SHOWN: usize = 8;

/// One line for a test that passed; for one that did not, what happened around the line that failed.
pub fn tell(report: &Report) -> String {
    let Some(failure) = &report.failure else { return format!("passed      {}\n", report.name) };
    let mut out = format!("not passed  {}  ({}:{})\n", report.name, report.file, failure.line);
    // What a failing line itself caused is shown under it.
    let is_failing = |h: &Heard| matches!(h, Heard::Line { number, .. } if *number == failure.line);
    let at = report.transcript.iter().position(is_failing).unwrap_or(report.transcript.len());
    let first = at.saturating_sub(SHOWN);
    for heard in report.transcript.iter().skip(first) {
        match heard {
            Heard::Line { number, text } => {
                let mark = if *number == failure.line { '>' } else { ' ' };
                out.push_str(&format!("  {mark} {number:>4} | {text}\n"));
            }
            Heard::Really { text, place } if place.is_empty() => out.push_str(&format!("         |   {text}\n")),
            Heard::Really { text, place } => out.push_str(&format!("         |   {text}   ({place})\n")),
        }
    }
    out.push_str(&format!("         = {}. {}\n", failure.problem, failure.action));
    out
}

/// All reports as JUnit XML.
pub fn junit<'r>(suite: &str, reports: impl Iterator<Item = &'r Report> + Clone) -> String {
    let failed = reports.clone().filter(|r| r.failure.is_some()).count();
    let count = reports.clone().count();
    let mut out = format!("<testsuite name=\"{}\" tests=\"{count}\" failures=\"{failed}\">\n", escaped(suite));
    for report in reports {
        let head = format!("  <testcase name=\"{}\" classname=\"{}\"", escaped(&report.name), escaped(&report.file));
        match &report.failure {
            None => out.push_str(&format!("{head}/>\n")),
            Some(failure) => out.push_str(&format!(
                "{head}><failure message=\"{}\">{}</failure></testcase>\n",
                escaped(&failure.problem),
                escaped(&tell(report))
            )),
        }
    }
    out.push_str("</testsuite>\n");
    out
}

fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
