//! Names: flows, teams, kinds of answer, systems and their outcomes, values of details.
use super::kinds::Kinds;
use super::near::{Near, listed};
use super::{Subject, visit};
use crate::bot::MAIN;
use crate::bot::template::BUILT_IN;
use crate::language::ast::{Expr, Flow, Handler, Name, Start, When};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, Span};
use crate::language::steps::{AcceptKind, Ask, Step, Triage, Use};
use std::collections::{BTreeMap, BTreeSet};

/// Names that mean something in this bot.
pub struct Known<'a> {
    subject: &'a Subject<'a>,
    flows: BTreeSet<&'a str>,
    /// Details that some step of some flow fills, and names that are always there.
    pub details: BTreeSet<String>,
    /// The fields of details that hold an answer of a system.
    pub fields: BTreeMap<String, BTreeSet<String>>,
    /// Details whose values are all written in the flows.
    values: BTreeMap<String, BTreeSet<String>>,
    near: Near,
    /// What is known of kinds: which details hold rows of tables, and what questions accept.
    kinds: Kinds<'a>,
}

/// Flows between each other: names used twice, and the first one.
pub fn flows(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for flow in subject.flows {
        let name = &flow.name;
        match seen.get(name.text.as_str()) {
            Some(first) => found.push(
                Diagnostic::error(
                    "F102",
                    name.span,
                    format!("There are two flows named `{}`", name.text),
                    "Give one of them another name.",
                )
                .related(*first, "the other one"),
            ),
            None => drop(seen.insert(&name.text, name.span)),
        }
    }
    if !seen.contains_key(MAIN) {
        let action = "Add a flow that begins with the line `flow main`; a chat begins there.";
        found.push(Diagnostic::error("F115", Span::new(FileId(0), 0, 0), "There is no flow named `main`", action));
    }
}

impl<'a> Known<'a> {
    pub fn collect(subject: &'a Subject<'a>) -> Self {
        let mut details: BTreeSet<String> = BUILT_IN.iter().map(|n| (*n).to_owned()).collect();
        details.extend(subject.settings.facts.keys().cloned());
        details.extend(subject.settings.keep.iter().cloned());
        let flows = subject.flows.iter().map(|f| f.name.text.as_str()).collect();
        let mut known = Self {
            subject,
            flows,
            details,
            fields: BTreeMap::new(),
            values: BTreeMap::new(),
            near: Near::default(),
            kinds: Kinds::new(subject),
        };
        let mut open: BTreeSet<String> = BTreeSet::new();
        for flow in subject.flows {
            visit::steps(flow, &mut |step| known.learn(step, &mut open));
            known.learn_cards(flow);
            for start in &flow.starts {
                if let Start::Event { with, .. } = start {
                    known.details.extend(with.iter().cloned());
                    open.extend(with.iter().cloned());
                }
            }
        }
        known.kinds.settle();
        // A detail that any step fills with free words has no list of values.
        known.values.retain(|detail, _| !open.contains(detail));
        let customer = subject.settings.customer.keys().cloned().collect();
        known.fields.insert("customer".into(), customer);
        known.fields.insert("hours".into(), ["open", "next_open"].map(str::to_owned).into());
        known
    }

    /// The buttons of cards answer the question that follows them.
    fn learn_cards(&mut self, flow: &'a Flow) {
        let mut buttons: BTreeSet<String> = BTreeSet::new();
        visit::steps(flow, &mut |step| match step {
            Step::Card(card) => buttons.extend(card.buttons.iter().map(|(name, _)| name.text.clone())),
            Step::Ask(ask) => {
                let before = std::mem::take(&mut buttons);
                if let Some(values) = self.values.get_mut(&ask.slot.text) {
                    values.extend(before);
                }
            }
            Step::Triage(_) | Step::Feedback(_) | Step::Use(_) | Step::Wait(_) => buttons.clear(),
            _ => {}
        });
    }

    fn learn(&mut self, step: &'a Step, open: &mut BTreeSet<String>) {
        let Some(name) = visit::fills(step) else { return };
        self.kinds.learn(&name.text, step);
        let detail = name.text.clone();
        self.details.insert(detail.clone());
        match step {
            Step::Ask(ask) => match values(ask) {
                Some(values) => self.values.entry(detail).or_default().extend(values),
                None => drop(open.insert(detail)),
            },
            Step::Use(step) => {
                let action = self.subject.integrations.action(&step.system.text, &step.action.text);
                if let Some(a) = action.filter(|a| !a.gives.is_empty()) {
                    self.fields.entry(detail.clone()).or_default().extend(a.gives.keys().cloned());
                }
                open.insert(detail);
            }
            _ => drop(open.insert(detail)),
        }
    }

    pub fn step(&self, step: &Step, found: &mut Vec<Diagnostic>) {
        match step {
            Step::Do(s) => self.flow(&s.flow, found),
            Step::GoTo(s) => self.flow(&s.flow, found),
            Step::Triage(s) => self.triage(s, found),
            Step::Ask(s) => self.ask(s, found),
            Step::Use(s) => self.use_(s, found),
            Step::Escalate(s) => s.team.iter().for_each(|t| self.team(t, found)),
            Step::Notify(s) => self.team(&s.team, found),
            Step::Forget(s) => s.slots.iter().for_each(|n| self.detail(&n.text, n.span, found)),
            Step::Promise(s) => {
                s.by.iter().for_each(|t| self.team(t, found));
                s.to.iter().for_each(|d| self.detail(&d.text, d.span, found));
            }
            _ => {}
        }
        visit::exprs(step).into_iter().for_each(|expr| self.conditions(expr, found));
    }

    /// The words that details are compared with.
    pub fn conditions(&self, expr: &Expr, found: &mut Vec<Diagnostic>) {
        for bare in &expr.bare {
            self.bare(&bare.detail, &bare.word, found);
        }
        for of in &expr.kinds {
            self.kinds.is_a(&of.detail, &of.word, found);
        }
    }

    fn flow(&self, name: &Name, found: &mut Vec<Diagnostic>) {
        if !self.flows.contains(name.text.as_str()) {
            let action = self.near.suggest(&name.text, self.flows.iter().copied(), || {
                format!("Write a flow that begins with `flow {}`, or name one that exists.", name.text)
            });
            found.push(Diagnostic::error("F103", name.span, format!("There is no flow named `{}`", name.text), action));
        }
    }

    pub fn team(&self, name: &Name, found: &mut Vec<Diagnostic>) {
        let teams = &self.subject.settings.teams;
        if !teams.contains_key(&name.text) {
            let action = self.near.suggest(&name.text, teams.keys().map(String::as_str), || {
                format!("Add `{}: {{}}` under `teams` in `bot.yaml`, or name a team that exists.", name.text)
            });
            found.push(Diagnostic::error("F104", name.span, format!("There is no team named `{}`", name.text), action));
        }
    }

    fn triage(&self, s: &Triage, found: &mut Vec<Diagnostic>) {
        s.offers.iter().for_each(|n| self.flow(n, found));
        for h in &s.handlers {
            match &h.when {
                When::Named(name) => self.flow(name, found),
                When::TriesFailed(_) | When::AnythingElse | When::SilentFor(_) => {}
                _ => unfit(
                    h,
                    "triage",
                    "`when anything else`, `when 2 tries failed` or `when` and the name of a flow",
                    found,
                ),
            }
        }
    }

    fn ask(&self, s: &Ask, found: &mut Vec<Diagnostic>) {
        for accept in &s.accepts {
            let AcceptKind::Kind(name) = &accept.kind else { continue };
            self.kinds.named(&name.text, name.span, found);
        }
    }

    fn use_(&self, s: &Use, found: &mut Vec<Diagnostic>) {
        let systems = &self.subject.integrations.systems;
        let Some(system) = systems.get(&s.system.text) else {
            let action = self.near.suggest(&s.system.text, systems.keys().map(String::as_str), || {
                match crate::bot::shelf::missing(&s.system.text) {
                    Some(help) => help.to_owned(),
                    None => format!(
                        "Describe `{}` in `integrations.yaml`: its address, its actions and what they answer.",
                        s.system.text
                    ),
                }
            });
            found.push(Diagnostic::error(
                "F106",
                s.system.span,
                format!("There is no system named `{}`", s.system.text),
                action,
            ));
            return;
        };
        let Some(action) = system.actions.get(&s.action.text) else {
            let help = self.near.suggest(&s.action.text, system.actions.keys().map(String::as_str), || {
                format!("Add it under `{}` in `integrations.yaml`.", s.system.text)
            });
            let problem = format!("`{}` has no action named `{}`", s.system.text, s.action.text);
            found.push(Diagnostic::error("F106", s.action.span, problem, help));
            return;
        };
        let given: BTreeSet<&str> = s.with.iter().map(|(n, _)| n.text.as_str()).collect();
        for name in action.needs().iter().filter(|n| !given.contains(n.as_str())) {
            let problem = format!("`{}.{}` needs a value for `{name}`", s.system.text, s.action.text);
            found.push(Diagnostic::error(
                "F116",
                s.span,
                problem,
                format!("Write `with {name} = …` after the action."),
            ));
        }
        let outcomes: Vec<&str> = action.outcome_names();
        for h in &s.handlers {
            match &h.when {
                When::Named(name) if !outcomes.contains(&name.text.as_str()) => {
                    let action = self.near.suggest(&name.text, outcomes.iter().copied(), || {
                        format!(
                            "It can answer {}; others are named in `integrations.yaml`.",
                            listed(outcomes.iter().copied())
                        )
                    });
                    let problem = format!("`{}.{}` never answers `{}`", s.system.text, s.action.text, name.text);
                    found.push(Diagnostic::error("F107", name.span, problem, action));
                }
                When::Named(_) | When::ItWorks | When::ItFails | When::TriesFailed(_) => {}
                _ => unfit(h, "use", "`when it fails`, `when it works` or `when` and an outcome", found),
            }
        }
    }

    /// A detail that is read: some step must fill it.
    pub fn detail(&self, path: &str, span: Span, found: &mut Vec<Diagnostic>) {
        let (root, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
        if !self.details.contains(root) {
            let action = self.near.suggest(root, self.details.iter().map(String::as_str), || {
                format!("Ask for it with `ask {root}: …` before, or set it with `remember {root} = …`.")
            });
            found.push(Diagnostic::error("F109", span, format!("Nothing fills the detail `{root}`"), action));
            return;
        }
        if self.kinds.fact(path, span, found) || self.kinds.column(path, span, found) {
            return;
        }
        let (Some(rest), Some(fields)) = (rest, self.fields.get(root)) else { return };
        let field = rest.split('.').next().unwrap_or(rest);
        if !fields.contains(field) {
            let listed = listed(fields.iter().map(String::as_str));
            let action = self.near.suggest(field, fields.iter().map(String::as_str), || match root {
                "customer" => format!("Add `{field}` under `customer` in `bot.yaml`; known are {listed}."),
                _ => format!("It has {listed}; more can be added under `gives` in `integrations.yaml`."),
            });
            found.push(Diagnostic::error("F110", span, format!("`{root}` has no field named `{field}`"), action));
        }
    }

    fn bare(&self, detail: &str, word: &Name, found: &mut Vec<Diagnostic>) {
        let of_table = self.kinds.values(detail);
        let Some((values, labels)) =
            of_table.as_ref().map(|(v, l)| (v, Some(l))).or(self.values.get(detail).map(|v| (v, None)))
        else {
            return;
        };
        if labels.is_some_and(|labels| labels.contains(&word.text.to_lowercase())) {
            return;
        }
        if values.iter().any(|v| v.eq_ignore_ascii_case(&word.text)) {
            return;
        }
        let joined = word.text.replace(' ', "_").to_lowercase();
        let listed = listed(values.iter().map(String::as_str));
        let near = values
            .get(&joined)
            .map(String::as_str)
            .or_else(|| self.near.meant(&word.text, values.iter().map(String::as_str)));
        let action = near.map_or_else(|| format!("It can be {listed}."), |n| format!("Did you mean `{n}`?"));
        found.push(Diagnostic::error("F111", word.span, format!("`{detail}` is never `{}`", word.text), action));
    }
}

/// The values that a question can fill, where all are written in the flow.
fn values(ask: &Ask) -> Option<BTreeSet<String>> {
    if ask.choices.is_some() {
        return None;
    }
    let mut found: BTreeSet<String> =
        ask.buttons.iter().filter(|b| b.block.is_none()).map(|b| b.name.text.clone()).collect();
    for accept in &ask.accepts {
        match &accept.kind {
            AcceptKind::OneOf(options) => found.extend(options.iter().map(|o| o.text.clone())),
            AcceptKind::YesOrNo => found.extend(["yes", "no"].map(str::to_owned)),
            _ => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

fn unfit(h: &Handler, step: &str, forms: &str, found: &mut Vec<Diagnostic>) {
    found.push(Diagnostic::error(
        "F113",
        h.span,
        format!("`{step}` never waits for this"),
        format!("Under `{step}` write {forms}."),
    ));
}
