//! Pictures as SVG: light and dark by themselves, no script, every word escaped.
use super::layout::{Arrow, Layout, Line, Rect, Size, lay};
use super::{Graph, Kind, Node};
use std::fmt::Write;

const MARGIN: f64 = 32.0;
const BOX: f64 = 224.0;
const PAD: f64 = 14.0;
const TITLE: f64 = 58.0;
const BETWEEN: f64 = 56.0;
const LABEL: f64 = 150.0;

/// A size of letters: pixels, and what a line takes.
#[derive(Clone, Copy)]
struct Type {
    class: &'static str,
    size: f64,
    line: f64,
    most: usize,
}
const HEAD: Type = Type { class: "h", size: 13.0, line: 18.0, most: 2 };
const SAID: Type = Type { class: "s", size: 12.5, line: 17.0, most: 3 };
const NOTE: Type = Type { class: "n", size: 11.0, line: 15.0, most: 2 };
const WHEN: Type = Type { class: "w", size: 11.5, line: 15.0, most: 2 };

const STYLE: &str = include_str!("style.css");

/// All flows in one picture, one below the other.
pub fn svg(graphs: &[Graph]) -> String {
    let mut body = String::new();
    let (mut y, mut width) = (MARGIN, 480.0_f64);
    for graph in graphs {
        let drawn = Drawn::new(graph);
        drawn.write(y, &mut body);
        y += TITLE + drawn.layout.height + BETWEEN;
        width = width.max(drawn.layout.width);
    }
    let mut notes = vec!["The usual way runs straight down. Broken lines: something did not work."];
    let nodes = || graphs.iter().flat_map(|g| &g.nodes);
    if nodes().any(|n| n.worst.is_some()) {
        notes.push("A thick edge: the longest way to an answer or a person.");
    }
    if nodes().any(|n| n.unwalked) {
        notes.push("Broken boxes: no test walked them.");
    }
    for note in &notes {
        text(&mut body, NOTE, MARGIN, y, note, "");
        y += NOTE.line;
    }
    let (width, height) = (width + MARGIN * 2.0, y + MARGIN - NOTE.line);
    let title = graphs.iter().map(|g| g.title.as_str()).collect::<Vec<_>>().join(", ");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rapport-graph\" role=\"img\" viewBox=\"0 0 {width:.0} \
         {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n<defs>{}{}\
         </defs>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n",
        escaped(&title),
        marker("tip", "tip"),
        marker("quiet-tip", "tip quiet")
    )
}

fn marker(id: &str, class: &str) -> String {
    format!(
        "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"{class}\" d=\"M0 0.5 8 4 0 7.5z\"/></marker>"
    )
}

/// A line of a box.
struct Row {
    kind: Type,
    text: String,
    /// The flow that it leads to.
    link: Option<String>,
}

struct Drawn<'a> {
    graph: &'a Graph,
    rows: Vec<Vec<Row>>,
    labels: Vec<Vec<String>>,
    layout: Layout,
}

/// Where boxes and arrows of a flow go.
pub fn layout(graph: &Graph) -> Layout {
    Drawn::new(graph).layout
}

impl<'a> Drawn<'a> {
    fn new(graph: &'a Graph) -> Self {
        let rows: Vec<Vec<Row>> = graph.nodes.iter().map(rows).collect();
        let sizes: Vec<Size> = graph.nodes.iter().zip(&rows).map(|(n, r)| size(n, r)).collect();
        let labels: Vec<Vec<String>> = graph.edges.iter().map(|e| wrapped(&e.label, LABEL, WHEN)).collect();
        let room = |lines: &Vec<String>| {
            let width = lines.iter().map(|l| measure(l, WHEN.size)).reduce(f64::max)?;
            Some(Size { width: width + 12.0, height: tall(lines.len(), WHEN) + 4.0 })
        };
        let arrows: Vec<Arrow> =
            graph.edges.iter().zip(&labels).map(|(e, l)| Arrow { from: e.from, to: e.to, label: room(l) }).collect();
        let layout = lay(&sizes, &arrows);
        Self { graph, rows, labels, layout }
    }

    fn write(&self, top: f64, out: &mut String) {
        let name = escaped(&self.graph.flow);
        let _ = writeln!(out, "<g id=\"{name}\" transform=\"translate({MARGIN} {top:.1})\">");
        let title = Type { class: "t", size: 20.0, line: 24.0, most: 1 };
        text(out, title, 0.0, 20.0, &self.graph.title, "");
        text(out, NOTE, 0.0, 37.0, &format!("flow {} in {}", self.graph.flow, self.graph.file), "");
        let _ = writeln!(out, "<g transform=\"translate(0 {TITLE})\">");
        for ((edge, line), words) in self.graph.edges.iter().zip(&self.layout.lines).zip(&self.labels) {
            arrow(out, line, edge.quiet);
            if let Some(room) = &line.label {
                label(out, room, words, edge.quiet);
            }
        }
        for ((node, rect), rows) in self.graph.nodes.iter().zip(&self.layout.boxes).zip(&self.rows) {
            self.node(out, node, rect, rows);
        }
        out.push_str("</g>\n</g>\n");
    }

    fn node(&self, out: &mut String, node: &Node, rect: &Rect, rows: &[Row]) {
        let mut class = match node.kind {
            Kind::Step => "box",
            Kind::Question => "box question",
            Kind::Condition => "box condition",
            Kind::Flow | Kind::Topics => "box flow",
            Kind::Person => "box person",
            Kind::Resolved => "box resolved",
            Kind::End => "box end",
            Kind::Back => "box back",
            Kind::Entry => "box entry",
        }
        .to_owned();
        class.push_str(if node.worst.is_some() { " worst" } else { "" });
        class.push_str(if node.unwalked { " unwalked" } else { "" });
        let id = node.at.map_or_else(String::new, |at| format!(" id=\"{}.{at}\"", escaped(&self.graph.flow)));
        let _ = write!(out, "<g{id} class=\"{class}\"><title>{}:{}", escaped(&self.graph.file), node.line);
        if !node.words.is_empty() {
            let _ = write!(out, "  {}", escaped(&node.words));
        }
        let _ = writeln!(out, "</title>{}", outline(node.kind, rect));
        let mut y = rect.y + PAD - 4.0;
        for row in rows {
            y += row.kind.line;
            let link = match (&row.link, node.back) {
                (Some(flow), _) => format!("#{}", escaped(flow)),
                (None, Some(at)) => format!("#{}.{at}", escaped(&self.graph.flow)),
                (None, None) => String::new(),
            };
            let (kind, x) = if is_small(node) {
                (Type { class: "h middle", ..row.kind }, rect.middle())
            } else {
                (row.kind, rect.x + PAD)
            };
            text(out, kind, x, y - 4.0, &row.text, &link);
        }
        out.push_str("</g>\n");
    }
}

/// The lines of a box.
fn rows(node: &Node) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |kind: Type, text: &str, link: Option<&String>| {
        let lines = wrapped(text, BOX - PAD * 2.0, kind);
        rows.extend(lines.into_iter().map(|text| Row { kind, text, link: link.filter(|l| !l.is_empty()).cloned() }));
    };
    add(HEAD, &node.head, None);
    if node.flows.is_empty() {
        add(SAID, &node.words, None);
    }
    node.flows.iter().for_each(|(name, title)| add(SAID, title, Some(name)));
    node.notes.iter().for_each(|n| add(NOTE, n, None));
    if let Some(turns) = node.worst {
        let turns = if turns == 1 { "1 turn".to_owned() } else { format!("up to {turns} turns") };
        add(NOTE, &format!("on the longest way: {turns}"), None);
    }
    rows
}

fn size(node: &Node, rows: &[Row]) -> Size {
    let height = rows.iter().map(|r| r.kind.line).sum::<f64>() + PAD * 2.0 - 8.0;
    let widest = rows.iter().map(|r| measure(&r.text, r.kind.size)).fold(0.0, f64::max);
    Size { width: if is_small(node) { widest + PAD * 2.0 } else { BOX }, height }
}

fn is_small(node: &Node) -> bool {
    matches!(node.kind, Kind::End | Kind::Back | Kind::Entry)
}

fn outline(kind: Kind, rect: &Rect) -> String {
    let Rect { x, y, width, height } = *rect;
    let (right, bottom, middle) = (x + width, y + height, y + height / 2.0);
    let rounded = |r: f64| {
        format!(
            "<rect class=\"edge\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{r:.1}\"/>"
        )
    };
    match kind {
        // Slanted ends, within the box.
        Kind::Condition => {
            let (a, b) = (x + 9.0, right - 9.0);
            format!(
                "<path class=\"edge\" d=\"M{a:.1} {y:.1}H{b:.1}L{right:.1} {middle:.1} {b:.1} {bottom:.1}H{a:.1}L{x:.1} \
                 {middle:.1}z\"/>"
            )
        }
        Kind::Flow | Kind::Topics => {
            let (a, b) = (x + 6.0, right - 6.0);
            let bars = format!("<path class=\"edge\" d=\"M{a:.1} {y:.1}V{bottom:.1}M{b:.1} {y:.1}V{bottom:.1}\"/>");
            rounded(3.0) + &bars
        }
        Kind::Person | Kind::Resolved | Kind::End | Kind::Entry => rounded((height / 2.0).min(22.0)),
        Kind::Question => rounded(12.0),
        Kind::Step | Kind::Back => rounded(6.0),
    }
}

/// Straight through its lane, curved between the layers.
fn arrow(out: &mut String, line: &Line, quiet: bool) {
    let mut path = String::new();
    let mut before: Option<(f64, f64)> = None;
    for (x, top, bottom) in &line.parts {
        match before {
            None => {
                let _ = write!(path, "M{x:.1} {top:.1}");
            }
            Some((from, _)) if (from - x).abs() < 0.5 => {
                let _ = write!(path, "L{x:.1} {top:.1}");
            }
            Some((from, y)) => {
                let middle = f64::midpoint(y, *top);
                let _ = write!(path, "C{from:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {top:.1}");
            }
        }
        if bottom > top {
            let _ = write!(path, "V{bottom:.1}");
        }
        before = Some((*x, *bottom));
    }
    let (class, tip) = if quiet { ("arrow quiet", "quiet-tip") } else { ("arrow", "tip") };
    let _ = writeln!(out, "<path class=\"{class}\" d=\"{path}\" marker-end=\"url(#{tip})\"/>");
}

fn label(out: &mut String, room: &Rect, words: &[String], quiet: bool) {
    let Rect { x, y, width, height } = *room;
    let _ = writeln!(
        out,
        "<rect class=\"paper\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"3\"/>"
    );
    let kind = if quiet { Type { class: "w quiet", ..WHEN } } else { WHEN };
    let mut line = y + 2.0;
    for word in words {
        line += WHEN.line;
        text(out, kind, room.middle(), line - 4.0, word, "");
    }
}

fn text(out: &mut String, kind: Type, x: f64, y: f64, words: &str, link: &str) {
    let (open, close) = if link.is_empty() { (String::new(), "") } else { (format!("<a href=\"{link}\">"), "</a>") };
    let (class, words) = (kind.class, escaped(words));
    let _ = writeln!(out, "{open}<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>{close}");
}

fn tall(lines: usize, kind: Type) -> f64 {
    f64::from(u32::try_from(lines).unwrap_or(u32::MAX)) * kind.line
}

/// Words in lines of at most this width; what does not fit ends with "…".
fn wrapped(words: &str, width: f64, kind: Type) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        let longer = lines.last().map(|l| format!("{l} {word}")).filter(|l| measure(l, kind.size) <= width);
        let full = lines.len() == kind.most;
        match (longer, lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            (None, Some(last)) if full => {
                last.push('…');
                *last = cut(last, width, kind);
                return lines;
            }
            _ => lines.push(cut(word, width, kind)),
        }
    }
    lines
}

/// As much of it as fits.
fn cut(text: &str, width: f64, kind: Type) -> String {
    if measure(text, kind.size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if measure(&kept, kind.size) > width - kind.size {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept + "…"
}

/// How wide a text is, roughly and rather too wide: nobody here knows the reader's fonts.
fn measure(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' | ' ' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '{' | '}' | '-' | '/' | '"' | '“' | '”' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '↑' => 0.95,
        c if c.is_ascii_uppercase() => 0.72,
        c if u32::from(c) >= 0x1100 => 1.05,
        _ => 0.6,
    };
    let bold = if size.total_cmp(&HEAD.size).is_eq() { 1.1 } else { 1.0 };
    text.chars().map(em).sum::<f64>() * size * bold
}

/// What SVG would read as its own; characters that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
