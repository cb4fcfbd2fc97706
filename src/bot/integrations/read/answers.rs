//! What a system answers: outcomes, fields and where they stand, pages.
use crate::bot::integrations::{Next, Outcome, Pages, Path, Take, Where};
use crate::bot::settings::Field;
use crate::bot::yaml::{Key, Node, Reader, field};
use std::collections::BTreeMap;

/// Pages that are read where the author names no other bound, and at most.
const PAGES: u32 = 5;
const MOST_PAGES: u32 = 20;

pub(super) fn outcomes(reader: &mut Reader, fields: &[(Key, Node)]) -> Vec<Outcome> {
    let usual = || vec![Outcome { status: 200, only: None, name: "ok".into() }];
    let Some(node) = field(fields, "outcomes") else { return usual() };
    let mut found = Vec::new();
    for (key, value) in reader.map(node, "`outcomes`") {
        let Some(name) = reader.text(value) else { continue };
        if let Some((status, only)) = when(reader, key) {
            found.push(Outcome { status, only, name: name.to_lowercase() });
        }
    }
    if found.is_empty() {
        reader.wrong(
            node.span,
            "No outcome is named",
            "Write for example `{ 200: found, 404: not_found }`; the first means that it worked.",
        );
        return usual();
    }
    found
}

/// `404`, or `200 where total = 0`.
fn when(reader: &mut Reader, key: &Key) -> Option<(u16, Option<Where>)> {
    let (status, only) = match key.text.split_once(" where ") {
        Some((status, only)) => (status, Some(only)),
        None => (key.text.as_str(), None),
    };
    let Some(status) = status.trim().parse().ok().filter(|status| (100..600).contains(status)) else {
        let help = "Write a number such as 200 or 404 before the colon.";
        reader.wrong(key.span, format!("`{status}` is not a status code"), help);
        return None;
    };
    match only.map(Where::read).transpose() {
        Ok(only) => Some((status, only)),
        Err(problem) => {
            let help = "Write for example `200 where total = 0` or `200 where orders is empty`.";
            reader.wrong(key.span, format!("What stands after `where` cannot be read: {problem}"), help);
            None
        }
    }
}

type Gives = (BTreeMap<String, Field>, BTreeMap<String, Take>);

/// `total: money`, or `total: money from order.total_price`. That each is a kind is checked once all kinds are known.
pub(super) fn gives(reader: &mut Reader, fields: &[(Key, Node)]) -> Gives {
    let mut all = Gives::default();
    let Some(node) = field(fields, "gives") else { return all };
    for (key, value) in reader.map(node, "`gives`") {
        let Some(text) = reader.text(value) else { continue };
        let (kind, place) = match text.split_once(" from ") {
            Some((kind, place)) => (kind.trim(), Path::read(place)),
            None => (text.trim(), Path::field(&key.text).ok_or_else(|| "its name is no name of a field".to_owned())),
        };
        let (kind, cents) = kind.strip_suffix(" in cents").map_or((kind, false), |kind| (kind, true));
        match place {
            Ok(path) => drop(all.1.insert(key.text.to_lowercase(), Take { path, cents })),
            Err(problem) => {
                let help = "Write where the field stands, like `money from order.total` or `text from items[0].name`.";
                reader.wrong(value.span, format!("`{}` cannot be taken: {problem}", key.text), help);
            }
        }
        all.0.insert(key.text.to_lowercase(), Field { kind: kind.to_lowercase(), span: Some(value.span) });
    }
    all
}

/// `{ next: link }`, `{ next: paging.next, as: after, at most: 3 }`.
pub(super) fn pages(reader: &mut Reader, node: &Node) -> Option<Pages> {
    let fields = reader.map(node, "`pages`");
    reader.only(fields, &["next", "as", "at most"], "`pages`");
    let at_most = field(fields, "at most").and_then(|n| reader.whole(n, 1..=MOST_PAGES)).unwrap_or(PAGES);
    let Some(place) = field(fields, "next") else {
        let help =
            "Write `next: link` where the header `Link` says it, else where it stands, like `next: paging.next`.";
        reader.wrong(node.span, "`pages` does not say how the next page is found", help);
        return None;
    };
    let text = reader.text(place)?;
    if text == "link" {
        return Some(Pages { next: Next::Link, at_most });
    }
    match Path::read(&text) {
        Ok(path) => {
            let mark = field(fields, "as").and_then(|n| reader.text(n));
            let next = mark.map_or(Next::Address(path.clone()), |name| Next::Mark(path, name));
            Some(Pages { next, at_most })
        }
        Err(problem) => {
            reader.wrong(place.span, problem, "Write where the next page stands, like `paging.next.after`.");
            None
        }
    }
}
