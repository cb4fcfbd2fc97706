//! `rapport evaluate --catalog`: how well products are found, on wishes whose conditions are known.
use super::evaluate::read;
use super::load;
use crate::bot::catalog::{self, FILE};
use crate::language::render;
use crate::language::source::{FileId, SourceFile};
use crate::understand::catalog::{Catalog, Product};
use crate::understand::measure::percent;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The label of wishes that no product fulfils.
const NONE: &str = "-";
/// Products that are looked at.
const LOOKED_AT: usize = 3;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub products: usize,
    /// Wishes that products fulfil.
    pub fulfilled: usize,
    /// One of the first three fits.
    pub in_three: usize,
    /// Each of the first three fits.
    pub all_three: usize,
    /// As many were found as there are.
    pub exact: usize,
    pub unfulfilled: usize,
    /// Nothing was found, as it should be.
    pub nothing: usize,
}

/// The catalogue of a bot's folder.
///
/// # Errors
/// Mistakes in it, or that there is none.
pub fn of(folder: &Path) -> Result<Catalog> {
    let files = load::files(folder)?;
    let Some((name, text)) = files.texts.into_iter().find(|(name, _)| name == FILE) else {
        bail!("The bot in {} has no {FILE}.", folder.display());
    };
    let source = SourceFile::new(name, text);
    let (catalog, found) = catalog::read(FileId(0), &source);
    let sources = [source];
    if let Some(problem) = found.first() {
        bail!("{}", render::text(problem, &sources, false));
    }
    Ok(catalog)
}

/// Searches for all wishes; those that did not go as wanted are told.
///
/// # Errors
/// A condition that names no column, or a file that cannot be read.
pub fn measure(catalog: &Catalog, wishes: &Path) -> Result<(Counts, Vec<String>)> {
    let mut counts = Counts { products: catalog.products.len(), ..Counts::default() };
    let mut odd = Vec::new();
    for (number, wish) in read(wishes)?.into_iter().enumerate() {
        let finding = catalog.find(&wish.text, &BTreeMap::new());
        let first: Vec<&Product> = finding.products.iter().take(LOOKED_AT).copied().collect();
        if wish.topic == NONE {
            counts.unfulfilled += 1;
            counts.nothing += usize::from(first.is_empty());
            if !first.is_empty() {
                odd.push(format!("{} [nothing]: {} found", wish.text, finding.count));
            }
            continue;
        }
        let Some(conditions) = conditions(catalog, &wish.topic) else {
            bail!(
                "{}, line {}: `{}` is no list of conditions on the columns.",
                wishes.display(),
                number + 1,
                wish.topic
            );
        };
        let fits = |p: &Product| conditions.iter().all(|any| any.iter().any(|c| c.holds(catalog, p)));
        let there_are = catalog.products.iter().filter(|p| fits(p)).count();
        if there_are == 0 {
            bail!("{}, line {}: no product fulfils `{}`.", wishes.display(), number + 1, wish.topic);
        }
        counts.fulfilled += 1;
        counts.in_three += usize::from(first.iter().any(|p| fits(p)));
        let all = !first.is_empty() && first.iter().all(|p| fits(p));
        counts.all_three += usize::from(all);
        counts.exact += usize::from(all && finding.count == there_are);
        if !all || finding.count != there_are {
            odd.push(format!("{} [{}]: {} found, {there_are} fit", wish.text, wish.topic, finding.count));
        }
    }
    Ok((counts, odd))
}

/// `kind=rug`, `colour!=red`, `price<=80`.
struct Condition {
    column: usize,
    how: &'static str,
    value: String,
}

/// All must hold; of those with `|` between them one.
fn conditions(catalog: &Catalog, text: &str) -> Option<Vec<Vec<Condition>>> {
    let one = |part: &str| {
        let how = ["!=", "<=", ">=", "="].into_iter().find(|how| part.contains(how))?;
        let (name, value) = part.split_once(how)?;
        Some(Condition { column: catalog.column(name.trim())?, how, value: value.trim().to_lowercase() })
    };
    text.split(',').map(|all| all.split('|').map(one).collect()).collect()
}

impl Condition {
    fn holds(&self, catalog: &Catalog, product: &Product) -> bool {
        let (number, bound) = (catalog.number(product, self.column), self.value.parse::<f64>().ok());
        // `a/b` is either
        let has = || catalog.values_of(product, self.column).iter().any(|own| self.value.split('/').any(|v| v == own));
        match self.how {
            "<=" => number.zip(bound).is_some_and(|(n, b)| n <= b),
            ">=" => number.zip(bound).is_some_and(|(n, b)| n >= b),
            "!=" => !has(),
            _ => has(),
        }
    }
}

pub fn words(c: &Counts, odd: &[String], list: bool) -> String {
    let share = |part: usize, of: usize| percent(part, of).map_or_else(|| "-".into(), |p| format!("{p:.1} %"));
    let mut out = format!("{} products.\n", c.products);
    let mut line = |name: &str, value: String| out.push_str(&format!("  {name:<58}{value:>8}\n"));
    line("wishes that products fulfil", c.fulfilled.to_string());
    line("one of the first three fits", share(c.in_three, c.fulfilled));
    line("all of the first three fit", share(c.all_three, c.fulfilled));
    line("exactly those that fit were found", share(c.exact, c.fulfilled));
    line("wishes that none fulfils", c.unfulfilled.to_string());
    line("nothing found, as it should be", share(c.nothing, c.unfulfilled));
    if list {
        out.push_str("Not as wanted:\n");
        odd.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    out
}

pub fn to_json(c: &Counts, odd: &[String]) -> Value {
    json!({
        "products": c.products,
        "fulfilled": c.fulfilled,
        "in_three": percent(c.in_three, c.fulfilled),
        "all_three": percent(c.all_three, c.fulfilled),
        "exact": percent(c.exact, c.fulfilled),
        "unfulfilled": c.unfulfilled,
        "nothing_found": percent(c.nothing, c.unfulfilled),
        "not_as_wanted": odd,
    })
}
