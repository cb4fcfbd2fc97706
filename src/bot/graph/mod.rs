//! Flows as pictures: a box a step, an arrow a way, in the author's words. [`svg`] and [`mermaid`] write them down.
//!
//! The usual way runs straight down. Ways back are boxes of their own ("back to …") instead of arrows across the
//! picture, so every arrow leads down.
mod layout;
mod mermaid;
mod svg;
mod words;

pub use layout::{Arrow, Layout, Line, Rect, Size, lay};
pub use mermaid::mermaid;
pub use svg::{layout, svg};

use super::op::{At, FlowCode, Op, Placed};
use super::paths::{self, Goal};
use super::{Bot, house};
use std::collections::{BTreeMap, BTreeSet};

/// What no test walked, by flow and operation.
pub type Unwalked = BTreeMap<(String, At), Missing>;

/// What no test walked at one step.
#[derive(Clone, Debug, Default)]
pub struct Missing {
    /// The step itself.
    pub step: bool,
    /// Ways out of it, in words.
    pub ways: Vec<String>,
}

/// What a box is; each has its own shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Step,
    /// Waits for the customer.
    Question,
    Condition,
    /// Another flow.
    Flow,
    /// The topics that a triage offers.
    Topics,
    Person,
    Resolved,
    End,
    /// Goes on at a box further up.
    Back,
    /// Where the block of `when something fails` begins.
    Entry,
}

#[derive(Clone, Debug)]
pub struct Node {
    /// Its operation, where it is one.
    pub at: Option<At>,
    pub kind: Kind,
    /// The step's word, and what stands right behind it.
    pub head: String,
    pub words: String,
    /// What is good to know, said quietly.
    pub notes: Vec<String>,
    /// Flows that it leads to: name and title.
    pub flows: Vec<(String, String)>,
    /// The operation that it goes back to.
    pub back: Option<At>,
    pub line: usize,
    /// Customer turns that it adds to the longest way.
    pub worst: Option<u32>,
    /// No test walked it.
    pub unwalked: bool,
}

#[derive(Clone, Debug)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// When it is taken; empty for the usual way.
    pub label: String,
    /// Something did not work.
    pub quiet: bool,
}

/// One flow as boxes and arrows. Every arrow leads from an earlier box to a later one.
#[derive(Clone, Debug)]
pub struct Graph {
    pub flow: String,
    pub title: String,
    pub file: String,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// The author's own flows, `main` first; or the one that is named, which may be built in.
pub fn graphs(bot: &Bot, only: Option<&str>, unwalked: &Unwalked) -> Vec<Graph> {
    let wanted = |f: &&FlowCode| only.map_or(!f.house, |name| f.name == name);
    let mut flows: Vec<&FlowCode> = bot.flows.values().filter(wanted).collect();
    let first = |f: &FlowCode| (f.name != super::MAIN, f.span.file, f.span.start);
    flows.sort_by_key(|f| first(f));
    flows.into_iter().map(|flow| Drawing { bot, flow, unwalked }.graph()).collect()
}

struct Drawing<'a> {
    bot: &'a Bot,
    flow: &'a FlowCode,
    unwalked: &'a Unwalked,
}

/// An arrow before its boxes have their final numbers.
struct Way {
    from: Place,
    to: Place,
    label: String,
    quiet: bool,
}

/// Boxes in the order in which they are drawn: the entry of a block, an operation, what belongs to the operation.
type Place = (At, u8);
const ENTRY: u8 = 0;
const STEP: u8 = 1;
const BESIDES: u8 = 2;

impl Drawing<'_> {
    fn graph(&self) -> Graph {
        let mut boxes: BTreeMap<Place, Node> = BTreeMap::new();
        let mut ways: Vec<Way> = Vec::new();
        for (at, placed) in (0..).zip(&self.flow.ops) {
            if let Some(node) = self.node(at, placed) {
                boxes.insert((at, STEP), node);
                self.ways(at, placed, &mut boxes, &mut ways);
            }
        }
        if let Some(start) = self.flow.when_something_fails {
            let line = self.op(start).map_or(0, |p| p.line);
            boxes.insert((start, ENTRY), plain(Kind::Entry, "when something fails", "", line));
            let (from, to) = ((start, ENTRY), self.landing(start));
            ways.push(Way { from, to, label: String::new(), quiet: true });
        }
        let reached: BTreeSet<Place> = ways.iter().map(|w| w.to).collect();
        // Ends that no way leads to are of no interest; a step always is.
        boxes.retain(|place, n| !matches!(n.kind, Kind::End | Kind::Back) || reached.contains(place) || place.0 == 0);
        let number: BTreeMap<Place, usize> = boxes.keys().enumerate().map(|(i, p)| (*p, i)).collect();
        let edge = |w: Way| {
            Some(Edge { from: *number.get(&w.from)?, to: *number.get(&w.to)?, label: w.label, quiet: w.quiet })
        };
        let mut edges: Vec<Edge> = merged(ways.into_iter().filter_map(edge).collect());
        edges.sort_by_key(|e| e.from);
        usual_first(&mut edges, boxes.len());
        let file = self.flow.ops.first().map_or_else(String::new, |p| p.file.to_string());
        let (flow, title) = (self.flow.name.clone(), self.flow.title.clone());
        Graph { flow, title, file, nodes: boxes.into_values().collect(), edges }
    }

    fn op(&self, at: At) -> Option<&Placed> {
        usize::try_from(at).ok().and_then(|i| self.flow.ops.get(i))
    }

    /// The box of an operation; jumps ahead have none.
    fn node(&self, at: At, placed: &Placed) -> Option<Node> {
        let step = |at: At| self.op(at).map_or_else(String::new, |p| words::head(&p.op, self.flow));
        let kind = match &placed.op {
            Op::Jump(to) if *to > at => return None,
            Op::Jump(to) | Op::WaitAgain(to) => {
                let node = plain(Kind::Back, &format!("↑ back to {}", step(*to)), "", placed.line);
                return Some(Node { back: Some(*to), ..node });
            }
            Op::AwaitPerson { .. } => return Some(plain(Kind::Back, "waits on for a person", "", placed.line)),
            Op::Return => return Some(plain(Kind::End, "end", "", placed.line)),
            Op::Triage(_) | Op::Ask(_) | Op::Feedback(_) => Kind::Question,
            Op::Branch { .. } | Op::Each(_) | Op::Enough(_) => Kind::Condition,
            Op::Do { .. } | Op::GoTo { .. } => Kind::Flow,
            Op::Escalate(_) => Kind::Person,
            Op::Resolve { .. } => Kind::Resolved,
            _ => Kind::Step,
        };
        let mut node = plain(kind, &words::head(&placed.op, self.flow), &words::said(&placed.op), placed.line);
        node.at = Some(at).filter(|_| !placed.op.word().is_empty());
        match &placed.op {
            Op::Do { flow } | Op::GoTo { flow } => {
                node.flows = vec![(flow.clone(), self.bot.title(flow).to_owned())];
                node.words = self.bot.title(flow).to_owned();
            }
            Op::AskAgain { from, .. } => node.back = Some(*from),
            _ => {}
        }
        node.notes = words::notes(&placed.op);
        let worst = self.bot.bound.iter().flat_map(|b| &b.steps);
        node.worst = worst.clone().filter(|s| s.flow == self.flow.name && s.line == placed.line).map(|s| s.turns).max();
        if let Some(missing) = self.unwalked.get(&(self.flow.name.clone(), at)) {
            node.unwalked = missing.step;
            node.notes.extend(missing.ways.iter().map(|w| format!("no test: {w}")));
        }
        Some(node)
    }

    /// The arrows out of an operation. What the house does where the author says nothing is not drawn.
    fn ways(&self, at: At, placed: &Placed, boxes: &mut BTreeMap<Place, Node>, ways: &mut Vec<Way>) {
        if matches!(placed.op, Op::Jump(_) | Op::WaitAgain(_) | Op::AskAgain { .. }) {
            return;
        }
        let handled = self.flow.when_something_fails;
        let mut topics = Vec::new();
        for (i, exit) in paths::exits(self.flow, at, &self.bot.integrations).into_iter().enumerate() {
            let label = words::label(&placed.op, &exit.when, i);
            let quiet = words::is_quiet(&exit.when);
            let to = match exit.goal {
                Goal::Step(to) if handled.is_some_and(|block| to == block && at < block) => {
                    note(boxes, at, "if it fails: see “when something fails”");
                    continue;
                }
                Goal::Step(to) => self.landing(to),
                Goal::Run(_) => self.landing(at + 1),
                Goal::Topic(flow, _) if flow == house::NOT_UNDERSTOOD => continue,
                Goal::Topic(flow, _) => {
                    topics.push((flow.to_owned(), self.bot.title(flow).to_owned()));
                    continue;
                }
                Goal::AnyTopic(_) => continue,
                Goal::Fails => {
                    note(boxes, at, "if it fails: the flow before, or the house");
                    continue;
                }
                Goal::Flow(_) | Goal::Return | Goal::Person | Goal::Resolved => continue,
            };
            ways.push(Way { from: (at, STEP), to, label, quiet });
        }
        if matches!(placed.op, Op::Triage(_)) {
            let words = if topics.is_empty() { "any topic" } else { "" };
            let mut node = plain(Kind::Topics, "the customer's topic", words, placed.line);
            if !topics.is_empty() {
                topics.push((String::new(), "or any other topic".to_owned()));
            }
            node.flows = topics;
            boxes.insert((at, BESIDES), node);
            let way = |from, to| Way { from, to, label: String::new(), quiet: false };
            // First, as the usual way.
            let before = ways.iter().position(|w| w.from == (at, STEP)).unwrap_or(ways.len());
            ways.insert(before, way((at, STEP), (at, BESIDES)));
            ways.push(way((at, BESIDES), self.landing(at + 1)));
        }
    }

    /// The box at which a way into an operation arrives: jumps ahead are followed.
    fn landing(&self, mut at: At) -> Place {
        while let Some(Op::Jump(to)) = self.op(at).map(|p| &p.op)
            && *to > at
        {
            at = *to;
        }
        (at, STEP)
    }
}

fn plain(kind: Kind, head: &str, words: &str, line: usize) -> Node {
    let (head, words) = (head.to_owned(), words.to_owned());
    let (notes, flows) = (vec![], vec![]);
    Node { at: None, kind, head, words, notes, flows, back: None, line, worst: None, unwalked: false }
}

fn note(boxes: &mut BTreeMap<Place, Node>, at: At, words: &str) {
    if let Some(node) = boxes.get_mut(&(at, STEP))
        && !node.notes.iter().any(|n| n == words)
    {
        node.notes.push(words.to_owned());
    }
}

/// Arrows between the same two boxes are one, with all their words.
fn merged(edges: Vec<Edge>) -> Vec<Edge> {
    let mut found: Vec<Edge> = Vec::new();
    for edge in edges {
        match found.iter_mut().find(|e| e.from == edge.from && e.to == edge.to) {
            Some(same) if same.label.is_empty() || edge.label.is_empty() => {
                same.label.clear();
                same.quiet &= edge.quiet;
            }
            Some(same) => {
                same.label = format!("{}, or {}", same.label, edge.label);
                same.quiet &= edge.quiet;
            }
            None => found.push(edge),
        }
    }
    found
}

/// Where the block under an `if` does not come back, the usual way is the one past it.
fn usual_first(edges: &mut [Edge], boxes: usize) {
    let mut comes_by: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); boxes];
    for edge in edges.iter().rev() {
        // Arrows lead from earlier boxes to later ones, and stand in the order of those that they leave.
        let beyond = comes_by[edge.to].clone();
        comes_by[edge.from].extend(beyond);
        comes_by[edge.from].insert(edge.to);
    }
    let mut at = 0;
    while at + 1 < edges.len() {
        let (yes, no) = (&edges[at], &edges[at + 1]);
        let one_box = yes.from == no.from && yes.label == "yes" && no.label == "no";
        if one_box && !comes_by[yes.to].contains(&no.to) && !comes_by[no.to].contains(&yes.to) {
            // Both may end; a way that ends sooner is the exception.
            if comes_by[yes.to].len() < comes_by[no.to].len() {
                edges.swap(at, at + 1);
            }
        }
        at += 1;
    }
}
