//! Whom a flow is for, and what begins it: both must make sense before anything is known of the matter.
use super::Subject;
use super::names::Known;
use crate::bot::template::Templates;
use crate::bot::{MAIN, house};
use crate::language::ast::{Expr, Flow, Start};
use crate::language::diagnostic::Diagnostic;

/// What is known of every customer at every moment.
const ALWAYS: [&str; 6] = ["customer", "facts", "hours", "today", "now", "bot"];

pub fn check(subject: &Subject<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    let mut templates = Templates::new(subject.settings);
    for flow in subject.flows {
        if let Some(condition) = &flow.for_customers {
            for_everybody(flow, condition, found);
            audience(subject, known, &mut templates, condition, found);
        }
        if flow.name.text == MAIN && !flow.starts.is_empty() {
            let action = "Take the line out, or give it to another flow.";
            found.push(Diagnostic::error("F118", flow.name.span, "`main` begins every chat anyway", action));
        }
        needs(flow, found);
    }
}

/// Chats begin with `main` and end with the built-in flows, whoever the customer is.
fn for_everybody(flow: &Flow, condition: &Expr, found: &mut Vec<Diagnostic>) {
    let name = &flow.name.text;
    if name == MAIN || house::is(name) {
        let problem = format!("Everybody comes to `{name}`, so it cannot be for some customers only");
        let action = "Take the line out, and write an `if` where the flow differs.";
        found.push(Diagnostic::error("F118", condition.span, problem, action));
    }
}

fn audience(
    subject: &Subject<'_>,
    known: &Known<'_>,
    templates: &mut Templates,
    condition: &Expr,
    found: &mut Vec<Diagnostic>,
) {
    known.conditions(condition, found);
    let Ok(formula) = templates.formula(&condition.jinja) else { return };
    formula.paths().iter().for_each(|path| known.detail(path, condition.span, found));
    let always = |root: &str| ALWAYS.contains(&root) || subject.settings.facts.contains_key(root);
    let other = formula.roots().iter().find(|root| !always(root) && !subject.settings.keep.contains(root));
    if let Some(root) = other {
        let problem = format!("Whom the flow is for depends on `{root}`, which is not known before the flow begins");
        let action = "Ask something of the customer, like `customer.vip`, or write an `if` inside of the flow.";
        found.push(Diagnostic::error("F118", condition.span, problem, action));
    }
}

/// What begins by itself has nothing but what comes with its event.
fn needs(flow: &Flow, found: &mut Vec<Diagnostic>) {
    for start in &flow.starts {
        let with: &[String] = if let Start::Event { with, .. } = start { with } else { &[] };
        for need in flow.needs.iter().filter(|need| !with.contains(&need.text)) {
            let problem = format!("`{}` needs `{}`, and begins without it", flow.name.text, need.text);
            let action =
                format!("Ask for it, or let an event bring it: `starts when event … arrives with {}`.", need.text);
            found.push(Diagnostic::error("F202", need.span, problem, action));
        }
    }
}
