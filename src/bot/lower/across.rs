//! What the operations of a flow must know of other flows, once all are lowered.
use crate::bot::op::{At, FlowCode, Op, Placed};
use crate::bot::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Flows = BTreeMap<String, FlowCode>;

/// Names of details, by the flow to which they belong.
type Details = BTreeMap<String, Arc<BTreeSet<String>>>;

/// Pieces within pieces that are followed, and names that are followed through them; nobody writes more.
const DEEPEST: usize = 32;
const MOST_NAMES: usize = 1_000;

pub fn across(flows: &mut Flows, settings: &Settings) {
    reads_of_do(flows);
    secrets_end_at_use(flows);
    asked_in_rounds(flows, settings);
}

/// Secrets live until the next `use`, whichever it is.
fn secrets_end_at_use(flows: &mut Flows) {
    let asked = flows.values().flat_map(|f| &f.ops).filter_map(|p| match &p.op {
        Op::Ask(ask) if ask.secret => Some(ask.slot.clone()),
        _ => None,
    });
    let secrets: Vec<String> = asked.collect::<BTreeSet<_>>().into_iter().collect();
    for placed in flows.values_mut().flat_map(|f| &mut f.ops) {
        if let Op::Use(step) = &mut placed.op {
            step.secrets.clone_from(&secrets);
        }
    }
}

/// `do FLOW` reads what that flow reads: `ask again` must know whether to run it anew.
fn reads_of_do(flows: &mut Flows) {
    let called = |p: &Placed| if let Op::Do { flow } = &p.op { Some(flow.clone()) } else { None };
    let all = with_called(flows, |p| p.reads.iter().cloned().collect(), called);
    for placed in flows.values_mut().flat_map(|f| &mut f.ops) {
        if let Op::Do { flow } = &placed.op
            && let Some(reads) = all.get(flow)
        {
            placed.reads = Arc::clone(reads);
        }
    }
}

/// A round of a loop asks anew also what the flows ask that it runs; what is kept for the chat was told once and for all.
fn asked_in_rounds(flows: &mut Flows, settings: &Settings) {
    if !flows.values().flat_map(|f| &f.ops).any(|p| matches!(p.op, Op::Each(_))) {
        return;
    }
    let asks = |p: &Placed| match &p.op {
        Op::Ask(ask) if !settings.keep.contains(&ask.slot) => vec![ask.slot.clone()],
        _ => vec![],
    };
    let all = with_called(flows, asks, runs);
    for flow in flows.values_mut() {
        let called: Vec<(At, String)> = (0..).zip(&flow.ops).filter_map(|(at, p)| Some((at, runs(p)?))).collect();
        for (at, placed) in (0..).zip(&mut flow.ops) {
            let Op::Each(each) = &mut placed.op else { continue };
            let within = called.iter().filter(|(a, _)| at < *a && *a < each.end);
            let more: BTreeSet<&String> = within.filter_map(|(_, name)| all.get(name)).flat_map(|a| a.iter()).collect();
            let fresh: Vec<String> = more.into_iter().filter(|slot| !each.asks.contains(slot)).cloned().collect();
            each.asks.extend(fresh);
        }
    }
}

/// The flow that an operation runs.
fn runs(placed: &Placed) -> Option<String> {
    match &placed.op {
        Op::Do { flow } | Op::GoTo { flow } => Some(flow.clone()),
        _ => None,
    }
}

/// What the operations of each flow that is called name, those of the flows that it calls included.
fn with_called(
    flows: &Flows,
    names: impl Fn(&Placed) -> Vec<String>,
    calls: impl Fn(&Placed) -> Option<String>,
) -> Details {
    let own = |f: &FlowCode| f.ops.iter().flat_map(&names).collect::<BTreeSet<String>>();
    let called = |f: &FlowCode| f.ops.iter().filter_map(&calls).collect::<BTreeSet<String>>();
    let calls: Vec<(&String, BTreeSet<String>)> = flows.iter().map(|(n, f)| (n, called(f))).collect();
    // Nobody asks for the names of a flow that none calls.
    let some: BTreeSet<&String> = calls.iter().flat_map(|(_, called)| called).collect();
    let mut all: Details = some.into_iter().filter_map(|n| Some((n.clone(), Arc::new(own(flows.get(n)?))))).collect();
    // Each round carries the names one call further.
    for _ in 0..DEEPEST {
        let mut grew = false;
        for (name, called) in calls.iter().filter(|(_, called)| !called.is_empty()) {
            let Some(own) = all.get(*name) else { continue };
            let more = called.iter().filter_map(|c| all.get(c)).flat_map(|c| c.iter());
            let mut union = BTreeSet::clone(own);
            union.extend(more.take(MOST_NAMES).cloned());
            if union.len() > own.len() && own.len() < MOST_NAMES {
                grew = true;
                all.insert((*name).clone(), Arc::new(union));
            }
        }
        if !grew {
            break;
        }
    }
    all
}
