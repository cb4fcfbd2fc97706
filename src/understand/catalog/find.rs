//! The products that fit a wish, the likeliest first, and what to ask where too many do.
use super::{ALSO, Catalog, KIND, PLAIN, PRICE, Product, Wish};
use std::collections::{BTreeMap, BTreeSet};

/// Products that are shown.
pub const SHOWN: usize = 6;
/// More than so many are too many to look through.
pub const MANY: usize = 12;
/// A question with more answers than this is no help.
const ANSWERS: usize = 6;

/// What a search comes to.
#[derive(Clone, Debug, Default)]
pub struct Finding<'a> {
    /// The likeliest, at most [`SHOWN`].
    pub products: Vec<&'a Product>,
    /// How many fit.
    pub count: usize,
    pub wish: Wish,
    /// What to ask where more than [`MANY`] fit.
    pub next: Option<Next>,
}

/// A column that divides what fits, and its values, the commonest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    pub column: String,
    pub values: Vec<String>,
}

impl Catalog {
    /// What fits the words. `likes` are values that the customer is known to like, by column: they come first, and exclude nothing.
    pub fn find(&self, text: &str, likes: &BTreeMap<String, String>) -> Finding<'_> {
        let wish = self.wish(text);
        if !self.is_about(&wish) {
            return Finding { wish, ..Finding::default() };
        }
        let mut fits: Vec<(f64, usize)> = Vec::new();
        for (number, product) in self.products.iter().enumerate().filter(|(_, p)| self.fits(p, &wish)) {
            fits.push((self.rank(number, product, &wish, likes), number));
        }
        // Where words name a product, only those that they name are meant.
        let named = fits.iter().map(|(_, n)| self.named_by(*n, &wish)).max().unwrap_or(0);
        if named > 0 {
            fits.retain(|(_, n)| self.named_by(*n, &wish) == named);
        }
        fits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let all: Vec<&Product> = fits.iter().filter_map(|(_, n)| self.products.get(*n)).collect();
        let next = if all.len() > MANY { self.next(&all, &wish) } else { None };
        Finding { count: all.len(), products: all.into_iter().take(SHOWN).collect(), wish, next }
    }

    /// Whether the words are about things of this table: a kind, a known name, or at least nothing that it does not know.
    fn is_about(&self, wish: &Wish) -> bool {
        let is_kind = |(column, _): &(usize, String)| self.columns.get(*column).is_some_and(|c| c == KIND || c == ALSO);
        if wish.values.iter().flatten().any(is_kind) {
            return true;
        }
        let known: BTreeSet<&str> = self.said.iter().flatten().map(String::as_str).collect();
        let named = wish.rest.iter().filter(|word| known.contains(word.as_str())).count();
        let something = !wish.values.is_empty() || !wish.bounds.is_empty() || named > 0;
        something && named == wish.rest.len()
    }

    fn fits(&self, product: &Product, wish: &Wish) -> bool {
        let mut groups: BTreeMap<Vec<usize>, bool> = BTreeMap::new();
        let kinds = (self.column(KIND), self.column(ALSO));
        for any in &wish.values {
            // a kind and its other words are one thing
            let one = |column: usize| if Some(column) == kinds.1 { kinds.0.unwrap_or(column) } else { column };
            let columns: BTreeSet<usize> = any.iter().map(|(column, _)| one(*column)).collect();
            *groups.entry(columns.into_iter().collect()).or_default() |=
                any.iter().any(|(c, v)| self.has(product, *c, v));
        }
        let within = wish.bounds.iter().all(|bound| {
            let number = self.number(product, bound.column);
            number.is_some_and(|n| bound.from.is_none_or(|from| n >= from) && bound.to.is_none_or(|to| n <= to))
        });
        within && groups.values().all(|has| *has) && !wish.not.iter().any(|(c, v)| self.has(product, *c, v))
    }

    fn has(&self, product: &Product, column: usize, value: &str) -> bool {
        self.values_of(product, column).iter().any(|own| own == value)
    }

    fn named_by(&self, number: usize, wish: &Wish) -> usize {
        let said = self.said.get(number).map_or(&[][..], Vec::as_slice);
        wish.rest.iter().filter(|word| said.contains(word)).count()
    }

    fn rank(&self, number: usize, product: &Product, wish: &Wish, likes: &BTreeMap<String, String>) -> f64 {
        let values = wish.values.iter().flatten().filter(|(c, v)| self.has(product, *c, v)).count() as f64;
        let liked = likes
            .iter()
            .filter(|(column, value)| self.column(column).is_some_and(|c| self.has(product, c, &value.to_lowercase())));
        let price = self.column(PRICE).and_then(|c| self.number(product, c)).unwrap_or(0.0);
        let cheap = if wish.cheapest { 1000.0 / (1.0 + price) } else { 0.0 };
        cheap + values + 2.0 * self.named_by(number, wish) as f64 + 0.5 * liked.count() as f64
    }

    /// The column whose values divide what fits most evenly, among those that were not wished for.
    fn next(&self, fits: &[&Product], wish: &Wish) -> Option<Next> {
        let mut best: Option<(f64, Next)> = None;
        for (number, column) in self.columns.iter().enumerate() {
            let asked = wish.values.iter().flatten().any(|(c, _)| *c == number);
            if asked || column == ALSO || PLAIN.contains(&column.as_str()) || self.numbers.get(number) == Some(&true) {
                continue;
            }
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            fits.iter().flat_map(|p| self.values_of(p, number)).for_each(|v| *counts.entry(v).or_default() += 1);
            if counts.len() < 2 || counts.contains_key("yes") {
                continue;
            }
            let all: usize = counts.values().sum();
            let share = |n: &usize| *n as f64 / all as f64;
            let spread: f64 = counts.values().map(|n| -share(n) * share(n).ln()).sum();
            let mut values: Vec<(String, usize)> = counts.into_iter().collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            let values: Vec<String> = values.into_iter().take(ANSWERS).map(|(value, _)| value).collect();
            if best.as_ref().is_none_or(|(held, _)| spread > *held) {
                best = Some((spread, Next { column: column.clone(), values }));
            }
        }
        best.map(|(_, next)| next)
    }
}
