//! Products that fit a customer's free words: "a blue lamp under 80, not glass".
//!
//! A catalogue is a table. Words that stand in it are what the customer wants (`read`); what they want is a filter, and the rest of the
//! words only says what comes first (`find`). The table itself is all that is known: no column has a meaning but `name`, `kind`,
//! `also`, `price`, `text`, `picture` and `link`.
//!
//! How well it does: `docs/catalog.md`.
mod find;
mod read;

pub use find::{Finding, MANY, Next, SHOWN};
pub use read::{Bound, Wish};

use super::normal::words;
use super::topics::slips::Words as Known;
use std::collections::BTreeMap;

/// Columns whose words are no values to choose from.
pub const PLAIN: [&str; 4] = ["name", "text", "picture", "link"];
/// Other words for the kind of a product.
pub const ALSO: &str = "also";
pub const KIND: &str = "kind";
pub const PRICE: &str = "price";
/// Stands between several values of a cell.
const BETWEEN: char = '|';

/// One product, its cells in the order of the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub cells: Vec<String>,
}

/// All products of a bot.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub columns: Vec<String>,
    pub products: Vec<Product>,
    /// Columns that hold numbers only.
    numbers: Vec<bool>,
    /// The values that can be wished for, by their stems: column and value.
    values: BTreeMap<Vec<String>, Vec<(usize, String)>>,
    /// Stems of all names and texts.
    said: Vec<Vec<String>>,
    /// All words as they are spelled.
    known: Known,
}

impl Catalog {
    pub fn new(columns: Vec<String>, products: Vec<Product>) -> Self {
        let numbers: Vec<bool> = (0..columns.len()).map(|c| is_number(&products, c)).collect();
        let mut values: BTreeMap<Vec<String>, Vec<(usize, String)>> = BTreeMap::new();
        for (number, column) in columns.iter().enumerate() {
            if PLAIN.contains(&column.as_str()) || numbers.get(number) == Some(&true) {
                continue;
            }
            let values_of = products.iter().flat_map(|p| parts(p, number));
            // a yes or a no is wished for by the name of its column
            for value in values_of.filter(|value| !["yes", "no"].contains(&value.as_str())) {
                let all = values.entry(stems(&value)).or_default();
                if !all.iter().any(|(c, v)| *c == number && *v == value) {
                    all.push((number, value));
                }
            }
        }
        values.remove(&vec![]);
        let plain: Vec<usize> = columns
            .iter()
            .enumerate()
            .filter(|(_, c)| ["name", "text"].contains(&c.as_str()))
            .map(|(n, _)| n)
            .collect();
        let said = products
            .iter()
            .map(|p| plain.iter().flat_map(|c| stems(p.cells.get(*c).map_or("", |t| t))).collect())
            .collect();
        let cells = products.iter().flat_map(|p| &p.cells).flat_map(|cell| words(cell)).map(|word| word.text);
        let spelled: std::collections::BTreeSet<String> = cells.chain(columns.iter().cloned()).collect();
        let known = Known::of(spelled.iter().map(String::as_str));
        Self { columns, products, numbers, values, said, known }
    }

    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// A cell as a number.
    pub fn number(&self, product: &Product, column: usize) -> Option<f64> {
        product.cells.get(column)?.trim().parse().ok()
    }

    /// The same in a column that holds numbers only.
    pub fn number_of(&self, product: &Product, column: usize) -> Option<f64> {
        self.number(product, column).filter(|_| self.numbers.get(column) == Some(&true))
    }

    /// The values of a cell, `|` between them.
    pub fn values_of(&self, product: &Product, column: usize) -> Vec<String> {
        parts(product, column)
    }
}

fn parts(product: &Product, column: usize) -> Vec<String> {
    let cell = product.cells.get(column).map_or("", String::as_str);
    cell.split(BETWEEN).map(|part| part.trim().to_lowercase()).filter(|part| !part.is_empty()).collect()
}

fn is_number(products: &[Product], column: usize) -> bool {
    let mut filled = products.iter().filter_map(|p| p.cells.get(column)).filter(|c| !c.trim().is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| cell.trim().parse::<f64>().is_ok_and(f64::is_finite))
}

pub(crate) fn stems(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.stem).collect()
}
