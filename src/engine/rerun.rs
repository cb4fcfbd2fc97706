//! Steps that are run again because a detail changed: which ones, and which way round the others.
use super::run::Run;
use super::session::{Frame, Rerun, TopicState, Trail};
use crate::bot::Bot;
use crate::bot::op::{At, FlowCode, Op, Placed};
use std::collections::BTreeSet;

/// Where steps are run again from.
pub(super) struct Place {
    /// Index of the frame in its topic.
    pub frame: usize,
    pub at: At,
}

impl Run<'_> {
    /// Notes that the operation at the top frame runs, and that it follows the one before.
    pub fn mark(&mut self, placed: &Placed) {
        if matches!(placed.op, Op::Jump(_)) {
            return;
        }
        let Some(frame) = self.frame() else { return };
        let at = frame.at;
        if let Some(last) = frame.last.replace(at) {
            frame.trail.0.insert(last, at);
        }
        frame.trail.0.entry(at).or_insert(at.saturating_add(1));
    }

    /// While steps are run again: where a step leads that ran before and used nothing that changed. It is not repeated.
    pub fn passed_over(&mut self, placed: &Placed) -> Option<At> {
        let frame = self.frame()?;
        let at = frame.at;
        if at >= frame.rerun.as_ref()?.until {
            frame.rerun = None;
            return None;
        }
        let onward = *frame.trail.0.get(&at)?;
        let (flow, changed) = (frame.flow.clone(), frame.rerun.as_ref()?.changed.clone());
        let again = match &placed.op {
            Op::Branch { .. } | Op::Jump(_) | Op::WaitAgain(_) | Op::Return | Op::Enough(_) => true,
            Op::GoTo { .. } | Op::AskAgain { .. } | Op::Escalate(_) | Op::AwaitPerson { .. } | Op::Resolve { .. } => {
                true
            }
            Op::Ask(ask) if self.slot(&ask.slot).is_some() => true,
            // A block that ran instead of an answer is no reason to ask again.
            Op::Ask(ask) => changed.contains(&ask.slot),
            Op::Forget { .. } | Op::Pause { .. } => false,
            _ => {
                let fills = fills(self.bot, placed);
                let missing = |slot: &String| changed.contains(slot) && self.slot(slot).is_none();
                let code = self.bot.flows.get(&flow);
                code.is_none_or(|code| !reads(self.bot, code, at).is_disjoint(&changed)) || fills.iter().any(missing)
            }
        };
        (!again).then_some(onward)
    }

    /// A detail has a new value: while steps are repeated, those that read it are repeated too.
    pub fn changed(&mut self, slot: &str) {
        if let Some(rerun) = self.frame().and_then(|f| f.rerun.as_mut()) {
            rerun.changed.insert(slot.to_owned());
        }
    }

    /// Goes back to a place in the topic at work; what is done from there on is run again where it used one of the details.
    /// False, and nothing is done, where a step made a detail of that detail itself: run again it would count twice.
    pub fn go_back(&mut self, place: &Place, slots: &[String]) -> bool {
        let (at, over) = self.around_loops(place, slots);
        let Some(derived) = self.derived(&Place { frame: place.frame, at }, slots, at < place.at) else { return false };
        let Some(topic) = self.control.topics.last_mut() else { return false };
        for dropped in topic.frames.split_off((place.frame + 1).min(topic.frames.len())) {
            let mut trail = dropped.trail;
            // The question that is open there was not passed yet.
            trail.0.remove(&dropped.at);
            topic.walked.insert(dropped.flow, trail);
        }
        let Some(frame) = topic.frames.last_mut() else { return false };
        let until = frame.at.max(frame.rerun.as_ref().map_or(0, |r| r.until));
        let changed = slots.iter().chain(&derived).cloned().collect();
        frame.rerun = Some(Rerun { until, changed });
        (frame.at, frame.last, frame.until) = (at, None, None);
        for (loop_, rounds) in over {
            match rounds {
                Some(rounds) => drop(frame.rounds.entry(loop_).or_insert(rounds)),
                None => drop(frame.rounds.remove(&loop_)),
            }
        }
        self.forget(&derived);
        true
    }

    /// Where to go back to, as loops lie around the place, and the rounds of each. One that is over ends again after this
    /// round; one whose questions do not ask for the details begins anew, which is `None`.
    fn around_loops(&self, place: &Place, slots: &[String]) -> (At, Vec<(String, Option<u32>)>) {
        let frame = self.control.topics.last().and_then(|t| t.frames.get(place.frame));
        let code = frame.and_then(|f| self.bot.flows.get(&f.flow));
        let mut over = Vec::new();
        for (at, placed) in (0..).zip(code.map_or(&[][..], |c| &c.ops)) {
            let Op::Each(each) = &placed.op else { continue };
            if at >= place.at || place.at >= each.end {
                continue;
            }
            let asked = slots.iter().all(|slot| each.asks.contains(slot));
            over.push((placed.anchor.clone(), asked.then_some(each.most)));
            if !asked {
                return (at, over);
            }
        }
        (place.at, over)
    }

    /// Details that were made from the given ones since the place, directly or not; `anew`: all that a loop does there is
    /// done again. `None` where one was made of itself too.
    fn derived(&self, place: &Place, slots: &[String], anew: bool) -> Option<Vec<String>> {
        let topic = self.control.topics.last()?;
        let mut changed: BTreeSet<String> = slots.iter().cloned().collect();
        let froms = std::iter::once(place.at).chain(std::iter::repeat(0));
        for (frame, from) in topic.frames.iter().skip(place.frame).zip(froms) {
            let Some(code) = self.bot.flows.get(&frame.flow) else { continue };
            for at in frame.trail.0.keys().copied().filter(|at| (from..frame.at).contains(at)) {
                let Some(placed) = op(code, at) else { continue };
                let again = !reads(self.bot, code, at).is_disjoint(&changed);
                let itself = |slot: &String| placed.reads.contains(slot);
                if matches!(&placed.op, Op::Remember { slot, .. } if itself(slot)) && (again || anew) {
                    return None;
                }
                if again {
                    changed.extend(fills(self.bot, placed));
                }
            }
        }
        let own = |slot: &String| !slots.contains(slot) && self.slot(slot).is_some();
        Some(changed.into_iter().filter(own).collect())
    }

    /// The first step of the topic at work that used a detail after it was asked for.
    pub fn first_use(&self, slot: &str) -> Option<Place> {
        let topic = self.control.topics.last()?;
        topic.frames.iter().enumerate().find_map(|(frame, state)| {
            let code = self.bot.flows.get(&state.flow)?;
            let asks = |at: &At| matches!(op(code, *at).map(|p| &p.op), Some(Op::Ask(ask)) if ask.slot == slot);
            let asked = state.trail.0.keys().copied().find(asks);
            let from = asked.map_or(0, |at| at.saturating_add(1));
            let mut ran = state.trail.0.keys().copied().filter(|at| (from..state.at).contains(at));
            let at = ran.find(|at| reads(self.bot, code, *at).contains(slot))?;
            Some(Place { frame, at })
        })
    }

    /// The step of the topic at work that asked for a detail.
    pub fn question_for(&self, slot: &str) -> Option<Place> {
        let topic = self.control.topics.last()?;
        topic.frames.iter().enumerate().find_map(|(frame, state)| {
            let code = self.bot.flows.get(&state.flow)?;
            let asks = |at: &At| op(code, *at).is_some_and(|p| fills(self.bot, p).contains(slot));
            let at = state.trail.0.keys().copied().filter(|at| *at <= state.at).find(asks)?;
            Some(Place { frame, at })
        })
    }

    /// Ends the frame at work; its trail is kept for the case that the flow is run again.
    pub fn pop_frame(&mut self) -> Option<Frame> {
        let topic = self.control.topics.last_mut()?;
        let frame = topic.frames.pop()?;
        let (flow, trail) = (frame.flow.clone(), frame.trail.clone());
        topic.walked.insert(flow, trail);
        if let (Some(own), Some(rerun)) = (&frame.rerun, topic.frames.last_mut().and_then(|f| f.rerun.as_mut())) {
            rerun.changed.extend(own.changed.iter().cloned());
        }
        Some(frame)
    }

    /// The frame of a flow that the flow at work runs; again, where that is run again.
    pub fn frame_of(&self, flow: &str, rerun: Option<&Rerun>) -> Frame {
        let mut frame = Frame { flow: flow.to_owned(), ..Frame::default() };
        if let (Some(rerun), Some(topic)) = (rerun, self.control.topics.last()) {
            frame.trail = topic.walked.get(flow).cloned().unwrap_or_default();
            frame.rerun = Some(Rerun { until: At::MAX, changed: rerun.changed.clone() });
        }
        frame
    }

    /// Brings back the first flow of this topic that was left by `go to` and used the detail.
    pub fn back_to_left_flow(&mut self, slot: &str) -> bool {
        let bot = self.bot;
        let Some(topic) = self.control.topics.last_mut() else { return false };
        let used = |flow: &String| bot.flows.get(flow).is_some_and(|code| all_reads(bot, code).contains(slot));
        let Some(index) = topic.left.iter().position(used) else { return false };
        let flow = topic.left.split_off(index).into_iter().next().unwrap_or_default();
        let trail: Trail = topic.walked.get(&flow).cloned().unwrap_or_default();
        topic.frames = vec![Frame { flow, trail, at: At::MAX, ..Frame::default() }];
        true
    }
}

/// A topic that came to its end, to be run again from somewhere.
pub(super) fn revived(mut topic: TopicState) -> TopicState {
    let trail = topic.walked.get(&topic.flow).cloned().unwrap_or_default();
    topic.frames = vec![Frame { flow: topic.flow.clone(), trail, at: At::MAX, ..Frame::default() }];
    topic
}

fn op(code: &FlowCode, at: At) -> Option<&Placed> {
    code.ops.get(usize::try_from(at).ok()?)
}

/// What an operation reads: of a loop its whole body, of `do` the whole flow.
fn reads(bot: &Bot, code: &FlowCode, at: At) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let end = match op(code, at).map(|p| &p.op) {
        Some(Op::Each(each)) => each.end,
        _ => at.saturating_add(1),
    };
    for placed in (at..end).filter_map(|at| op(code, at)) {
        deep(bot, placed, &mut seen, &mut |p| found.extend(p.reads.iter().cloned()));
    }
    found
}

fn all_reads(bot: &Bot, code: &FlowCode) -> BTreeSet<String> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for placed in &code.ops {
        deep(bot, placed, &mut seen, &mut |p| found.extend(p.reads.iter().cloned()));
    }
    found
}

/// Details that an operation fills, those of flows that it runs included.
fn fills(bot: &Bot, placed: &Placed) -> BTreeSet<String> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    deep(bot, placed, &mut seen, &mut |p| found.extend(p.op.fills().map(str::to_owned)));
    found
}

/// Visits an operation and all of the flows that it runs.
fn deep<'b>(bot: &'b Bot, placed: &'b Placed, seen: &mut BTreeSet<&'b str>, visit: &mut impl FnMut(&'b Placed)) {
    visit(placed);
    let (Op::Do { flow } | Op::GoTo { flow }) = &placed.op else { return };
    if seen.insert(flow) {
        for inner in bot.flows.get(flow).map(|f| f.ops.as_slice()).unwrap_or_default() {
            deep(bot, inner, seen, visit);
        }
    }
}
