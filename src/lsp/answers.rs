//! What the server answers, completion apart: help, jumps, renaming, outlines, mends, formatting.
use super::index::{Found, What};
use super::place;
use super::view::View;
use crate::language::lines::{Line, Role};
use crate::language::{FileId, SourceFile, Span, format, steps};
use serde_json::{Map, Value, json};
use std::path::Path;

pub fn formatting(path: &Path, text: &str, utf8: bool) -> Value {
    let source = SourceFile::new(path.to_string_lossy(), text);
    if path.extension().is_none_or(|e| e != "flow") {
        return json!([]);
    }
    let tidy = format(&source);
    if tidy == source.text {
        return json!([]);
    }
    let end = place::position(&source, u32::try_from(source.text.len()).unwrap_or(u32::MAX), utf8);
    json!([{ "range": { "start": { "line": 0, "character": 0 }, "end": end }, "newText": tidy }])
}

pub fn hover(view: &mut View, file: usize, at: usize, utf8: bool) -> Value {
    let found = view.index().at(file, at).cloned();
    let told = match &found {
        Some(f) => about(view, f).map(|words| (words, Some(f.span))),
        None => step_at(view, file, at).map(|words| (words, None)),
    };
    let Some((words, span)) = told else { return Value::Null };
    let contents = json!({ "kind": "markdown", "value": words });
    match span.zip(view.source(file)) {
        Some((span, source)) => json!({ "contents": contents, "range": place::range(source, span, utf8) }),
        None => json!({ "contents": contents }),
    }
}

/// Help on the step that the line under the cursor begins with.
fn step_at(view: &mut View, file: usize, at: usize) -> Option<String> {
    let lines = view.lines().get(file)?;
    let line = lines.iter().rev().find(|l| l.start <= at)?;
    let word = line.word.filter(|w| at <= line.start + w.len())?;
    let spec = steps::STEPS.iter().find(|s| s.word == word);
    let summary = spec.map_or(String::new(), |s| format!("{}\n\n", s.summary));
    let under: String = spec.iter().flat_map(|s| s.clauses).map(|(_, form)| format!("  {form}\n")).collect();
    Some(format!("{summary}```flow\n{}\n{under}```", steps::form(word)))
}

fn about(view: &mut View, found: &Found) -> Option<String> {
    match found.what {
        What::Flow => flow(view, &found.name),
        What::Detail => detail(view, &found.name),
        What::Action | What::Outcome => {
            let mut parts = found.name.split('.');
            let (system, action) = (parts.next()?, parts.next()?);
            let known = view.seen.integrations.action(system, action)?;
            let outcomes: Vec<_> = known.outcomes.iter().map(|o| format!("`{}` ({})", o.name, o.status)).collect();
            let gives: Vec<_> = known.gives.iter().map(|(f, of)| format!("`{f}` ({})", of.kind)).collect();
            let needs: Vec<_> = known.needs().into_iter().map(|n| format!("`{n}`")).collect();
            let list = |l: Vec<String>| if l.is_empty() { "nothing".to_owned() } else { l.join(", ") };
            let (outcomes, gives, needs) = (list(outcomes), list(gives), list(needs));
            Some(format!("`{system}.{action}`\n\nNeeds {needs}.\n\nAnswers {outcomes}; gives {gives}."))
        }
        What::Team => Some(format!("Team `{}`, in `bot.yaml`.", found.name)),
        What::Kind => {
            let words = view.seen.settings.kinds.get(&found.name)?.words.clone();
            Some(format!("Kind of answer `{}`: {}", found.name, words.unwrap_or_else(|| "see `bot.yaml`".into())))
        }
        What::System => Some(format!("System `{}`, in `integrations.yaml`.", found.name)),
    }
}

/// A flow's title and first lines.
fn flow(view: &mut View, name: &str) -> Option<String> {
    let place = view.index().same(What::Flow, name).find(|f| f.defines)?.span;
    let lines = view.lines().get(place.file.0 as usize)?;
    let begin =
        lines.iter().position(|l| l.start <= place.start as usize && place.end as usize <= l.start + l.text.len())?;
    let own = lines.get(begin + 1..)?.iter().take_while(|l| l.depth > 0).take(7);
    let head = lines.get(begin)?.text.clone();
    let shown: Vec<String> = own.map(|l| format!("{}{}", "  ".repeat(l.depth), l.text)).collect();
    Some(format!("```flow\n{head}\n{}\n```", shown.join("\n")))
}

/// Where a detail is filled, and by what.
fn detail(view: &mut View, name: &str) -> Option<String> {
    if let Some(value) = view.seen.settings.facts.get(name) {
        return Some(format!("Fact `{name}`: {value} (`bot.yaml`)"));
    }
    let fields = view.index().fields.get(name).map(|f| f.iter().cloned().collect::<Vec<_>>().join("`, `"));
    let places: Vec<Span> = view.index().same(What::Detail, name).filter(|f| f.defines).map(|f| f.span).collect();
    let mut words = format!("Detail `{name}`");
    for span in places {
        let Some(source) = view.source(span.file.0 as usize) else { continue };
        let (at, _) = source.line_col(span.start);
        let (start, end) = source.line_span(at);
        let line = source.text.get(start..end).unwrap_or_default().trim();
        words.push_str(&format!("\n\n{}:{at}: `{line}`", source.name));
        let name = source.name.clone();
        let kinds = kinds(view, span);
        if !kinds.is_empty() && name.ends_with(".flow") {
            words.push_str(&format!(", {}", kinds.join(" or ")));
        }
    }
    Some(words + &fields.filter(|f| !f.is_empty()).map(|f| format!("\n\nFields: `{f}`")).unwrap_or_default())
}

/// The `accept` lines of the question that stands at a place.
fn kinds(view: &mut View, span: Span) -> Vec<String> {
    let Some(lines) = view.lines().get(span.file.0 as usize) else { return vec![] };
    let Some(at) = lines.iter().rposition(|l| l.start <= span.start as usize) else { return vec![] };
    let own = lines.iter().filter(|l| l.parent == Some(at) && l.word == Some("accept"));
    own.map(|l| format!("`{}`", l.text)).collect()
}

fn location(view: &View, span: Span, utf8: bool) -> Option<Value> {
    let source = view.own_source(span)?;
    Some(json!({ "uri": view.uri(source), "range": place::range(source, span, utf8) }))
}

/// Where the name under the cursor begins, or everywhere it stands.
pub fn places(view: &mut View, file: usize, at: usize, definitions: bool, utf8: bool) -> Value {
    let index = view.index();
    let Some(found) = index.at(file, at) else { return Value::Null };
    let all = index.same(found.what, &found.name).filter(|f| f.defines || !definitions);
    let spans: Vec<Span> = all.map(|f| f.span).collect();
    Value::Array(spans.into_iter().filter_map(|span| location(view, span, utf8)).collect())
}

const RENAMED: [What; 4] = [What::Flow, What::Detail, What::Team, What::Kind];

pub fn prepare_rename(view: &mut View, file: usize, at: usize, utf8: bool) -> Value {
    let found = view.index().at(file, at).filter(|f| RENAMED.contains(&f.what)).cloned();
    let Some((found, source)) = found.and_then(|f| Some((f, view.source(file)?))) else { return Value::Null };
    json!({ "range": place::range(source, found.span, utf8), "placeholder": found.name })
}

/// Renames what stands under the cursor, in flows and settings.
pub fn rename(view: &mut View, file: usize, at: usize, name: &str, utf8: bool) -> Result<Value, String> {
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(fits) || name.starts_with(|c: char| c.is_numeric()) {
        return Err(format!("`{name}` is no name. A name is one word of letters, digits and `_`."));
    }
    let index = view.index();
    let found = index.at(file, at).filter(|f| RENAMED.contains(&f.what)).cloned();
    let found = found.ok_or("Only flows, details, teams and kinds of answer can be renamed here.")?;
    let taken = if found.what == What::Detail { index.details() } else { index.names(found.what) };
    if taken.contains(&name.to_lowercase()) {
        return Err(format!("`{name}` is there already."));
    }
    let all: Vec<Found> = index.same(found.what, &found.name).cloned().collect();
    if all.iter().filter(|f| f.defines).all(|f| view.own_source(f.span).is_none()) {
        return Err(format!("`{}` comes with rapport and cannot be renamed.", found.name));
    }
    let mut changes: Map<String, Value> = Map::new();
    for place in &all {
        let Some(source) = view.own_source(place.span) else { continue };
        let text = if place.short { format!("{} = {name}", place.name) } else { name.to_owned() };
        let edit = json!({ "range": place::range(source, place.span, utf8), "newText": text });
        let edits = changes.entry(view.uri(source)).or_insert_with(|| json!([]));
        if let Some(list) = edits.as_array_mut() {
            list.push(edit);
        }
    }
    Ok(json!({ "changes": changes }))
}

/// The last byte of the lines under a line.
fn end(lines: &[Line], at: usize) -> usize {
    let depth = lines.get(at).map_or(0, |l| l.depth);
    let inner = lines.iter().skip(at + 1).take_while(|l| l.depth > depth);
    inner.chain(lines.get(at)).map(|l| l.start + l.text.len()).max().unwrap_or(0)
}

/// Flows, and their questions.
pub fn symbols(view: &mut View, file: usize, utf8: bool) -> Value {
    let lines = view.lines().get(file).cloned().unwrap_or_default();
    let Some(source) = view.source(file) else { return Value::Null };
    let id = FileId(u32::try_from(file).unwrap_or(u32::MAX));
    let mut found: Vec<Value> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let whole = place::range(source, Span::new(id, line.start, end(&lines, at)), utf8);
        if let Some(name) = line.name(Role::FlowHere) {
            let title = line.text.split_once(':').map_or("", |(_, t)| t.trim());
            let own = place::range(source, name.span, utf8);
            found.push(json!({ "name": name.text, "detail": title, "kind": 12, "range": whole, "selectionRange": own, "children": [] }));
        } else if let (Some(name), Some("ask" | "feedback")) = (line.name(Role::Fills), line.word)
            && let Some(children) = found.last_mut().and_then(|f| f.get_mut("children")).and_then(Value::as_array_mut)
        {
            let question = line.text.split_once(':').map_or("", |(_, t)| t.trim());
            let own = place::range(source, name.span, utf8);
            children.push(
                json!({ "name": name.text, "detail": question, "kind": 13, "range": whole, "selectionRange": own }),
            );
        }
    }
    Value::Array(found)
}

pub fn flow_symbols(view: &mut View, query: &str, utf8: bool) -> Vec<Value> {
    let query = query.to_lowercase();
    let flows: Vec<Found> = view.index().found.iter().filter(|f| f.what == What::Flow && f.defines).cloned().collect();
    let fitting = flows.into_iter().filter(|f| f.name.contains(&query));
    fitting
        .filter_map(|f| Some(json!({ "name": f.name, "kind": 12, "location": location(view, f.span, utf8)? })))
        .collect()
}

pub fn folding(view: &mut View, file: usize) -> Value {
    let lines = view.lines().get(file).cloned().unwrap_or_default();
    let Some(source) = view.source(file) else { return Value::Null };
    let row = |byte: usize| source.line_col(u32::try_from(byte).unwrap_or(u32::MAX)).0 - 1;
    let ranges = lines.iter().enumerate().map(|(at, l)| (row(l.start), row(end(&lines, at))));
    Value::Array(
        ranges.filter(|(from, to)| to > from).map(|(from, to)| json!({ "startLine": from, "endLine": to })).collect(),
    )
}

/// What "Did you mean" stands for, as changes that the editor can make.
pub fn fixes(view: &View, file: usize, range: Option<&Value>, utf8: bool) -> Value {
    let Some((source, range)) = view.source(file).zip(range) else { return json!([]) };
    let at = |key: &str| range.get(key).map_or(0, |p| place::offset(source, p, utf8));
    let (from, to) = (at("start"), at("end"));
    let touches = |s: Span| s.file.0 as usize == file && s.start as usize <= to && from <= s.end as usize;
    let mut found = Vec::new();
    for d in view.seen.diagnostics.iter().filter(|d| touches(d.span)) {
        let Some(fix) = d.fix(source) else { continue };
        let mut changes = Map::new();
        let edit = json!([{ "range": place::range(source, fix.span, utf8), "newText": fix.text }]);
        changes.insert(view.uri(source), edit);
        found.push(json!({
            "title": format!("Write `{}`", fix.text), "kind": "quickfix", "isPreferred": true,
            "edit": { "changes": changes },
            "diagnostics": [{ "range": place::range(source, d.span, utf8), "code": d.code, "source": "rapport",
                "message": format!("{}. {}", d.problem, d.action) }],
        }));
    }
    Value::Array(found)
}
