//! Cards, loops and words for teams to operations.
use super::{Lowerer, formula_reads, reads};
use crate::bot::op::{Card, Each, Op};
use crate::language::steps;
use std::collections::BTreeSet;

impl Lowerer<'_> {
    pub(super) fn card(&mut self, s: &steps::Card) {
        let card = Card {
            title: self.text(&s.title),
            text: s.text.as_ref().map(|t| self.text(t)),
            picture: s.picture.as_ref().map(|t| self.text(t)),
            links: s.links.iter().map(|(words, address)| (self.text(words), self.text(address))).collect(),
            buttons: s.buttons.iter().map(|(name, label)| (name.text.clone(), self.text(label))).collect(),
        };
        let all = [&card.title].into_iter().chain(&card.text).chain(&card.picture);
        let all = all.chain(card.links.iter().flat_map(|(a, b)| [a, b])).chain(card.buttons.iter().map(|(_, l)| l));
        let reads: BTreeSet<String> = all.flat_map(|t| t.roots().iter().cloned()).collect();
        self.push(Op::Card(Box::new(card)), "card", s.span, reads);
    }

    pub(super) fn for_each(&mut self, s: &steps::ForEach) {
        let list = self.formula(&s.list);
        let read = formula_reads([&list]);
        let each = Each { item: s.item.text.clone(), list, most: s.most, end: 0, asks: vec![] };
        let at = self.push(Op::Each(Box::new(each)), &s.item.text, s.span, read);
        self.block(&s.body);
        let back = self.jump(s.span);
        if let Some(placed) = self.op(back) {
            placed.op = Op::Jump(at);
        }
        let within = usize::try_from(at).ok().and_then(|i| self.ops.get(i..)).unwrap_or_default();
        let asks = within.iter().filter_map(|p| match &p.op {
            Op::Ask(ask) => Some(ask.slot.clone()),
            _ => None,
        });
        let (asks, here) = (asks.collect(), self.here());
        if let Some(Op::Each(each)) = self.op(at).map(|p| &mut p.op) {
            (each.end, each.asks) = (here, asks);
        }
    }

    pub(super) fn notify(&mut self, s: &steps::Notify) {
        let words = self.words(&s.words, "notify");
        let reads = reads([&words]);
        self.push(Op::Notify { team: s.team.text.clone(), words }, "notify", s.span, reads);
    }
}
