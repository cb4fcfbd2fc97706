//! How often each step of a flow may run: loops, `ask again`, and blocks after which the question is still open.
use crate::bot::op::{At, FlowCode, Op, Placed};
use crate::bot::paths::{SILENCES, TRIES};
use crate::language::ast::Term;
use std::collections::BTreeMap;

/// After how many tries a `use` stops.
pub fn limit(flow: &FlowCode, at: At) -> Option<u32> {
    match &flow.ops.get(usize::try_from(at).ok()?)?.op {
        Op::Use(step) => step.tries.iter().map(|(n, _)| *n).max(),
        _ => None,
    }
}

/// Blocks after which the question is still open, and how often each may run.
pub fn blocks_that_wait_again(op: &Op) -> Vec<(At, u32)> {
    let silent = |blocks: &[(Term, At)]| blocks.iter().map(|(_, at)| (*at, SILENCES)).collect::<Vec<_>>();
    match op {
        Op::Ask(ask) => silent(&ask.silent),
        Op::Triage(triage) => {
            let unclear = triage.anything_else.iter().map(|(_, at)| (*at, last(&triage.tries)));
            unclear.chain(silent(&triage.silent)).collect()
        }
        _ => vec![],
    }
}

/// Steps that may run more than once: from, to, and how often.
fn loops(flow: &FlowCode) -> Vec<(At, At, u32)> {
    let mut found = Vec::new();
    for (at, placed) in (0..).zip(&flow.ops) {
        if let Op::Each(each) = &placed.op {
            found.push((at + 1, each.end.saturating_sub(1), each.most));
        }
        for (start, times) in blocks_that_wait_again(&placed.op) {
            let ends = |(i, p): &(At, &Placed)| *i >= start && matches!(p.op, Op::WaitAgain(to) if to == at);
            let end = (0..).zip(&flow.ops).find(ends).map_or(start, |(i, _)| i);
            found.push((start, end, times));
        }
    }
    found
}

/// How often each step may run. A loop runs each of its steps once for each item; `ask again` runs what it repeats once more
/// for each try, with all loops that lie within.
pub fn rounds(flow: &FlowCode) -> Vec<u32> {
    let mut counted_by: BTreeMap<At, (At, At)> = BTreeMap::new();
    for (at, placed) in (0..).zip(&flow.ops) {
        if let Op::AskAgain { from, counted: Some(counted), .. } = &placed.op {
            let range = counted_by.entry(*counted).or_insert((*from, at));
            *range = (range.0.min(*from), range.1.max(at));
        }
    }
    let loops = loops(flow);
    let times = |at: At, from: At, to: At| {
        let around = loops.iter().filter(|(a, b, _)| *a <= at && at <= *b && from <= *a && *b <= to);
        around.fold(1_u32, |product, (_, _, n)| product.saturating_mul(*n))
    };
    let all = |at: At| {
        let again = counted_by.iter().filter(|(_, (from, to))| *from <= at && at <= *to);
        again.fold(times(at, 0, At::MAX), |sum, (counted, (from, to))| {
            let more = limit(flow, *counted).unwrap_or(1).saturating_sub(1);
            sum.saturating_add(more.saturating_mul(times(at, *from, *to)))
        })
    };
    (0..).take(flow.ops.len()).map(all).collect()
}

/// After how many tries a question is given up.
pub fn last(tries: &[(u32, At)]) -> u32 {
    tries.iter().map(|(n, _)| *n).max().unwrap_or(TRIES)
}
