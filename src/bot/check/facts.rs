//! Sets of details, as numbers: what is known at each step of a bot is worked out with thousands of them.
use std::collections::BTreeMap;

/// The numbers of names, in the order in which they were met: what belongs to one flow lies together.
#[derive(Default)]
pub struct Names(BTreeMap<String, u32>);

impl Names {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.0.get(name) {
            return *known;
        }
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(name.to_owned(), next);
        next
    }

    pub fn set<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) -> Facts {
        let mut facts = Facts::default();
        names.into_iter().for_each(|name| facts.insert(self.number(name)));
        facts
    }

    /// Whether a name is in a set.
    pub fn known(&self, facts: &Facts, name: &str) -> bool {
        self.0.get(name).is_some_and(|number| facts.contains(*number))
    }
}

/// A set of numbers: blocks of 64 that hold any, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(Vec<(u32, u64)>);

impl Facts {
    pub fn insert(&mut self, number: u32) {
        let (block, bit) = (number / 64, 1 << (number % 64));
        match self.0.binary_search_by_key(&block, |(b, _)| *b) {
            Ok(at) => {
                if let Some((_, bits)) = self.0.get_mut(at) {
                    *bits |= bit;
                }
            }
            Err(at) => self.0.insert(at, (block, bit)),
        }
    }

    pub fn contains(&self, number: u32) -> bool {
        self.block(number / 64) & (1 << (number % 64)) != 0
    }

    fn block(&self, block: u32) -> u64 {
        let at = self.0.binary_search_by_key(&block, |(b, _)| *b);
        at.ok().and_then(|at| self.0.get(at)).map_or(0, |(_, bits)| *bits)
    }

    /// Takes in another set; whether anything was new.
    pub fn add(&mut self, other: &Facts) -> bool {
        let mut grew = false;
        for (block, more) in &other.0 {
            match self.0.binary_search_by_key(block, |(b, _)| *b) {
                Ok(at) => {
                    if let Some((_, bits)) = self.0.get_mut(at) {
                        grew |= *bits | more != *bits;
                        *bits |= more;
                    }
                }
                Err(at) => {
                    self.0.insert(at, (*block, *more));
                    grew = true;
                }
            }
        }
        grew
    }

    pub fn remove(&mut self, other: &Facts) {
        if !other.0.is_empty() {
            self.0.iter_mut().for_each(|(block, bits)| *bits &= !other.block(*block));
            self.0.retain(|(_, bits)| *bits != 0);
        }
    }

    /// Leaves what both know; whether anything went.
    pub fn keep(&mut self, other: &Facts) -> bool {
        let mut shrank = false;
        for (block, bits) in &mut self.0 {
            let left = *bits & other.block(*block);
            shrank |= left != *bits;
            *bits = left;
        }
        if shrank {
            self.0.retain(|(_, bits)| *bits != 0);
        }
        shrank
    }
}

/// Known where two ways meet is what both know. Whether that changed anything.
pub fn meet(known: &mut Option<Facts>, other: &Facts) -> bool {
    match known {
        Some(facts) => facts.keep(other),
        None => {
            *known = Some(other.clone());
            true
        }
    }
}
