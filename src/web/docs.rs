//! The docs as pages: `docs/` inside the binary, in the order of its `SUMMARY.md`. The files are plain Markdown that also
//! reads well on disk and in mdBook; here their links lead from page to page, and their headings can be linked to.
use super::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};
use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};
use rust_embed::RustEmbed;
use std::collections::BTreeSet;

#[derive(RustEmbed)]
#[folder = "docs/"]
#[include = "*.md"]
struct Files;

/// One line of the table of contents.
#[derive(Clone, Debug)]
struct Entry {
    /// `steps/ask`
    id: String,
    title: String,
    /// Stands under the one before it.
    inner: bool,
}

/// Shows the first page.
pub async fn first(State(app): State<App>) -> Response {
    let id = contents().into_iter().next().map(|e| e.id).unwrap_or_default();
    show(&app, &id)
}

pub async fn page(State(app): State<App>, Path(page): Path<String>) -> Response {
    show(&app, &page)
}

fn show(app: &App, id: &str) -> Response {
    let all = contents();
    let found = all.iter().find(|e| e.id == id).and_then(|e| Some((e, text(&format!("{id}.md"))?)));
    let Some((entry, text)) = found else {
        return app.pages.message(StatusCode::NOT_FOUND, "No such page", "The docs have no page of that name.");
    };
    let link = |e: &Entry| context! { url => format!("/docs/{}", e.id), title => &e.title, inner => e.inner };
    let pages: Vec<Value> = unfolded(&all, id).into_iter().map(link).collect();
    let values = context! {
        title => &entry.title, url => format!("/docs/{id}"), body => Value::from_safe_string(body(id, &text)), pages,
    };
    app.pages.show(StatusCode::OK, "pages/docs.html", values)
}

/// The contents as they stand beside the page `id`: what stands under another page is shown where that is being read.
fn unfolded<'a>(all: &'a [Entry], id: &str) -> Vec<&'a Entry> {
    let groups = all.chunk_by(|_, next| next.inner);
    groups
        .flat_map(|group| {
            let here = group.iter().any(|e| e.id == id);
            group.iter().filter(move |e| here || !e.inner)
        })
        .collect()
}

fn text(file: &str) -> Option<String> {
    Files::get(file).map(|f| String::from_utf8_lossy(&f.data).into_owned())
}

/// Every page that `SUMMARY.md` names.
fn contents() -> Vec<Entry> {
    let summary = text("SUMMARY.md").unwrap_or_default();
    let (mut all, mut depth, mut open) = (Vec::new(), 0_usize, None::<Entry>);
    for event in Parser::new(&summary) {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => depth = depth.saturating_sub(1),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let id = dest_url.trim_end_matches(".md").to_owned();
                open = Some(Entry { id, title: String::new(), inner: depth > 1 });
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(entry) = &mut open {
                    entry.title.push_str(&words);
                }
            }
            Event::End(TagEnd::Link) => all.extend(open.take()),
            _ => {}
        }
    }
    all
}

/// The page as HTML.
fn body(id: &str, text: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let names = heading_names(&events);
    let mut names = names.into_iter();
    for event in &mut events {
        match event {
            Event::Start(Tag::Heading { id, .. }) => *id = names.next().map(CowStr::from),
            Event::Start(Tag::Link { link_type, dest_url, .. }) if *link_type != LinkType::Email => {
                if let Some(url) = served(id, dest_url) {
                    *dest_url = url.into();
                }
            }
            _ => {}
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

/// Where a link of the page `from` leads on this server; `None` where it stays as it is.
fn served(from: &str, url: &str) -> Option<String> {
    let (file, anchor) = url.split_once('#').map_or((url, None), |(f, a)| (f, Some(a)));
    let file = file.strip_suffix(".md").filter(|_| !url.contains("://"))?;
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            _ => parts.push(part),
        }
    }
    let anchor = anchor.map(|a| format!("#{a}")).unwrap_or_default();
    Some(format!("/docs/{}{anchor}", parts.join("/")))
}

/// What each heading is called in links, as code hosts and mdBook call it.
fn heading_names(events: &[Event<'_>]) -> Vec<String> {
    let (mut names, mut used, mut open) = (Vec::new(), BTreeSet::new(), None::<String>);
    for event in events {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut open {
                    heading.push_str(words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let plain = slug(&open.take().unwrap_or_default());
                let free = |n: &String| !used.contains(n);
                let numbered = (1..).map(|n| format!("{plain}-{n}"));
                let name = std::iter::once(plain.clone()).chain(numbered).find(free).unwrap_or_default();
                used.insert(name.clone());
                names.push(name);
            }
            _ => {}
        }
    }
    names
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}
