//! Loops, waiting, cards, and customers who do not answer.
use super::run::Run;
use super::session::Wait;
use super::{Choice, Timer};
use crate::bot::op::{At, Card, Each, Enough, Op};
use crate::bot::paths::SILENCES;
use crate::bot::settings::duration;
use crate::engine::event;
use crate::language::ast::Term;
use serde_json::Value;

impl Run<'_> {
    /// The next round of a loop, or on behind it.
    pub fn each(&mut self, each: &Each) {
        let anchor = self.op().map(|p| p.anchor.clone()).unwrap_or_default();
        let round = self.frame().and_then(|f| f.rounds.get(&anchor).copied()).unwrap_or(0);
        let list = self.value(&each.list);
        if self.broken.is_some() {
            return;
        }
        let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let next = usize::try_from(round).ok().and_then(|i| items.get(i)).filter(|_| round < each.most);
        let Some(item) = next.cloned() else {
            if let Some(frame) = self.frame() {
                frame.rounds.remove(&anchor);
                frame.at = each.end;
            }
            return;
        };
        if let Some(frame) = self.frame() {
            frame.rounds.insert(anchor, round + 1);
            // What ran in the round before says nothing of this one.
            let (begin, end) = (frame.at, each.end);
            frame.trail.0.retain(|at, _| *at <= begin || *at >= end);
        }
        let asked: Vec<String> = each.asks.iter().filter(|s| self.slot(s).is_some()).cloned().collect();
        self.next();
        self.forget(&asked);
        self.fill(&each.item, item);
    }

    /// Past the other questions of an `ask 2 of`, where enough is known.
    pub fn enough(&mut self, enough: &Enough) {
        let known = enough.slots.iter().filter(|s| self.slot(s).is_some()).map(|s| Value::from(s.as_str()));
        let known: Vec<Value> = known.collect();
        if u32::try_from(known.len()).is_ok_and(|n| n < enough.need) {
            return self.next();
        }
        self.go(enough.then);
        if let Some(slot) = &enough.save_as {
            self.fill(slot, Value::Array(known));
        }
    }

    /// Goes on when the time is over. The customer may speak of something else meanwhile.
    pub fn pause(&mut self, length: Term) {
        let now = self.now;
        let until = self.frame().map(|f| *f.until.get_or_insert(now + duration(length)));
        match until {
            Some(until) if until > now => {
                self.set_timer(Timer::Pause, until);
                self.wait(Wait::Pause);
            }
            _ => {
                if let Some(frame) = self.frame() {
                    frame.until = None;
                }
                self.next();
            }
        }
    }

    /// Cards in a row are one message: they are said when something else is, or when the turn ends.
    pub fn card(&mut self, card: &Card) {
        let Some(title) = self.render(&card.title, &[]) else { return };
        let text = card.text.as_ref().and_then(|t| self.render(t, &[]));
        let picture = card.picture.as_ref().and_then(|t| self.render(t, &[])).filter(|p| is_web(p));
        let mut links = Vec::new();
        for (words, address) in &card.links {
            let (words, address) = (self.render(words, &[]), self.render(address, &[]));
            links.extend(words.zip(address.filter(|a| is_link(a))).map(|(label, url)| event::Link { label, url }));
        }
        for (id, label) in &card.buttons {
            let label = self.render(label, &[]);
            self.from_cards.extend(label.map(|label| Choice { id: id.clone(), label }));
        }
        self.cards.push(event::Card { title, text, picture, links });
    }

    /// Says the cards that were laid out.
    pub fn deal(&mut self) {
        let cards = std::mem::take(&mut self.cards);
        if !cards.is_empty() {
            let text = cards.iter().map(event::Card::words).collect::<Vec<_>>().join("\n\n");
            self.bot_says(text, vec![], None, cards);
        }
    }

    // ------------------------------------------------------------ silence

    /// While a question with `when silent for …` is open its timers run, from the customer's last words on.
    pub fn keep_silence_timers(&mut self) {
        let open = (self.control.wait == Wait::Answer).then(|| self.op()).flatten();
        let blocks = open.map_or(&[][..], |p| match &p.op {
            Op::Ask(ask) => &ask.silent,
            Op::Triage(triage) => &triage.silent,
            _ => &[],
        });
        let asked = open.filter(|_| !blocks.is_empty()).map(|p| p.anchor.clone());
        if asked == self.control.silence && !self.heard {
            return;
        }
        let old: Vec<String> = self.control.timers.keys().filter(|k| k.starts_with("silent:")).cloned().collect();
        for n in old.iter().filter_map(|k| k.strip_prefix("silent:")?.parse().ok()) {
            self.cancel_timer(Timer::Silent { n });
        }
        for (n, (length, _)) in (0..).zip(blocks) {
            self.set_timer(Timer::Silent { n }, self.now + duration(*length));
        }
        self.control.silence = asked;
    }

    /// The customer has not answered for a while.
    pub fn silent(&mut self, n: u16) {
        let open = (self.control.wait == Wait::Answer).then(|| self.op()).flatten();
        let blocks = open.map_or(&[][..], |p| match &p.op {
            Op::Ask(ask) => &ask.silent,
            Op::Triage(triage) => &triage.silent,
            _ => &[],
        });
        let Some((_, block)) = blocks.get(usize::from(n)) else { return };
        // A reminder that comes for ever is none.
        let name = open.map(|p| format!("{} silent {n}", p.anchor)).unwrap_or_default();
        let Some(times) = self.frame().map(|f| f.rounds.entry(name).or_default()).filter(|t| **t < SILENCES) else {
            return;
        };
        *times += 1;
        self.go(*block);
        self.run();
    }

    /// No person has come for a while.
    pub fn waited(&mut self, n: u16) {
        let block = self.escalation().and_then(|e| e.waited.get(usize::from(n))).map(|(_, block)| *block);
        self.block_while_waiting(block);
    }

    fn block_while_waiting(&mut self, block: Option<At>) {
        let waits = matches!(self.session.holder, super::Holder::Waiting { .. }) && self.control.wait == Wait::Person;
        if let Some(block) = block.filter(|_| waits) {
            self.go(block);
            self.run();
        }
    }
}

fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://") || address.starts_with('/')
}

fn is_link(address: &str) -> bool {
    is_web(address) || address.starts_with("mailto:") || address.starts_with("tel:")
}
