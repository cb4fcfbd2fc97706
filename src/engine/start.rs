//! Flows that begin without being asked for, and whom flows are for.
use super::run::Run;
use super::session::Wait;
use super::words::felt;
use super::{Holder, Timer, What};
use crate::bot::MAIN;
use crate::bot::op::{FlowCode, Op};
use crate::bot::settings::duration;
use crate::language::ast::{Start, Term};
use crate::understand::topics::{Reading, Verdict};
use serde_json::{Map, Value};

/// Where one of two flows is for other customers, the other is meant if it fits at least about as well.
const NEXT_TO_IT: f32 = 0.6;

impl<'a> Run<'a> {
    /// Whether a flow is for this customer.
    pub fn is_for(&mut self, flow: &str) -> bool {
        let condition = self.bot.flows.get(flow).and_then(|f| f.for_customers.as_ref());
        condition.is_none_or(|condition| self.holds(condition))
    }

    /// What words are about, of the topics that are for this customer.
    pub fn reading(&mut self, words: &str) -> Reading {
        let mut reading = self.bot.topics(self.language()).read(words);
        let first = reading.ranked.first().map_or(0.0, |best| best.score);
        reading.ranked.retain(|scored| self.is_for(&scored.topic));
        reading.verdict = match reading.verdict {
            Verdict::Sure(flow) if !self.is_for(&flow) => {
                let next = reading.ranked.first().filter(|next| next.score >= first * NEXT_TO_IT);
                next.map_or(Verdict::Nothing, |next| Verdict::Sure(next.topic.clone()))
            }
            Verdict::Close(mut flows) => {
                flows.retain(|flow| self.is_for(flow));
                match flows.as_slice() {
                    [] => Verdict::Nothing,
                    [only] => Verdict::Sure(only.clone()),
                    _ => Verdict::Close(flows),
                }
            }
            other => other,
        };
        reading
    }

    /// What begins when a chat opens, on top of `main`. `start` is the flow because of which the website opened it.
    pub fn begin_with(&mut self, start: Option<&str>) {
        self.begin(MAIN);
        let page = self.session.page.clone().unwrap_or_default();
        let mut first: Vec<&str> = Vec::new();
        for flow in self.starting() {
            for begin in &flow.starts {
                match begin {
                    Start::ChatOpens => first.push(&flow.name),
                    Start::Page { pattern, after } if page_matches(pattern, &page) => match after {
                        Some(after) if start != Some(flow.name.as_str()) => self.watch_page(&flow.name, *after),
                        _ => first.push(&flow.name),
                    },
                    Start::Page { .. } | Start::Event { .. } | Start::Feels(_) => {}
                }
            }
        }
        // The one whose name comes first is on top.
        for flow in first.into_iter().rev() {
            if self.is_for(flow) {
                self.begin(flow);
            }
        }
    }

    fn watch_page(&mut self, flow: &str, after: Term) {
        let due = self.now + duration(after);
        self.set_timer(Timer::Page { flow: flow.to_owned() }, due);
    }

    fn starting(&self) -> impl Iterator<Item = &'a FlowCode> + use<'a> {
        self.bot.flows.values().filter(|f| !f.starts.is_empty())
    }

    /// The customer has been on the page for a while; whoever has begun to write is not interrupted.
    pub fn page_watched(&mut self, flow: &str) {
        let known = self.bot.flows.contains_key(flow);
        if known && self.session.last_message.is_empty() && self.listens() && self.is_for(flow) {
            self.begin(flow);
            self.run();
        }
    }

    /// Something happened in the shop or on the website.
    pub fn event_arrived(&mut self, name: String, details: Map<String, Value>) {
        if self.control.wait == Wait::Opening {
            return;
        }
        self.emit(What::EventArrived { name: name.clone(), details: details.clone() });
        if self.session.holder == Holder::Bot || self.control.wait == Wait::Nothing {
            self.control.arrived.push((name, details));
        }
    }

    /// Flows for events that arrived while something else was under way.
    pub fn begin_for_events(&mut self) {
        // What arrives in a heap is told little by little: the rest waits for the next turn.
        while !self.control.arrived.is_empty()
            && (self.listens() || self.control.wait == Wait::Nothing)
            && self.has_half_left()
        {
            let (name, details) = self.control.arrived.remove(0);
            let Some((flow, with)) = self.flow_for_event(&name) else { continue };
            let open = self.control.wait == Wait::Nothing;
            if open {
                self.reopen();
            }
            let asked = self.control.wait == Wait::Answer && !open;
            self.begin(&flow);
            if let Some(topic) = self.control.topics.last_mut() {
                topic.aside = asked;
            }
            for detail in with {
                let value = details.get(&detail).cloned().unwrap_or(Value::Null);
                self.fill(&detail, value);
            }
            self.run();
        }
    }

    /// A feeling that is measured for the first time: its flow comes before the words are read as an answer.
    pub fn began_for_a_feeling(&mut self, text: &str) -> bool {
        let asked = self.op().is_some_and(|p| matches!(p.op, Op::Ask(_) | Op::Triage(_)));
        let Some(feeling) = self.session.mood.strongest().filter(|_| asked && self.control.wait == Wait::Answer) else {
            return false;
        };
        let fits = |start: &Start| matches!(start, Start::Feels(named) if felt(*named, feeling));
        let flows: Vec<&str> = self.starting().filter(|f| f.starts.iter().any(fits)).map(|f| f.name.as_str()).collect();
        let fresh = |run: &mut Self, flow: &str| !run.control.begun.contains(flow) && run.is_for(flow);
        let Some(flow) = flows.into_iter().find(|flow| fresh(self, flow)) else { return false };
        self.control.begun.insert(flow.to_owned());
        let offered = std::mem::take(&mut self.control.choices);
        let place = self.frame().map(|f| (f.flow.clone(), f.at));
        self.begin(flow);
        self.answering = place.map(|(flow, at)| (flow, at, text.to_owned(), offered));
        self.run();
        true
    }

    /// The words that the question at hand was answered with before something else came first.
    pub fn answered_before(&mut self) -> Option<String> {
        let (flow, at, ..) = self.answering.as_ref()?;
        let (flow, at) = (flow.clone(), *at);
        if !self.frame().is_some_and(|f| f.flow == flow && f.at == at) {
            return None;
        }
        let (_, _, text, offered) = self.answering.take()?;
        self.offered = offered;
        Some(text)
    }

    fn flow_for_event(&mut self, name: &str) -> Option<(String, Vec<String>)> {
        let fitting = |start: &Start| match start {
            Start::Event { name: own, with } if own == name => Some(with.clone()),
            _ => None,
        };
        let flows = self.bot.flows.values().filter_map(|f| Some((f.name.clone(), f.starts.iter().find_map(fitting)?)));
        flows.collect::<Vec<_>>().into_iter().find(|(flow, _)| self.is_for(flow))
    }

    /// Whether the bot has the chat and waits for the customer's next words.
    fn listens(&self) -> bool {
        self.session.holder == Holder::Bot && self.control.wait.is_question()
    }
}

/// Whether the path of a page fits: `/cart` is that page, `*` stands for any characters.
pub fn page_matches(pattern: &str, page: &str) -> bool {
    let path =
        page.split_once("://").map_or(page, |(_, rest)| rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or("/")));
    let path = path.split(['?', '#']).next().unwrap_or("");
    let plain = |text: &str| if text.len() > 1 { text.trim_end_matches('/').to_owned() } else { text.to_owned() };
    let (pattern, path) = (plain(pattern), plain(path));
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or("")) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or("");
    }
    true
}
