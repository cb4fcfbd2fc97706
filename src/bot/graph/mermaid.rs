//! Pictures as Mermaid text, for pages that draw it themselves.
use super::{Graph, Kind, Node};
use std::fmt::Write;

const LONGEST: usize = 90;

/// All flows as one chart, a frame a flow.
pub fn mermaid(graphs: &[Graph]) -> String {
    let mut out = String::from("flowchart TD\n");
    for graph in graphs {
        // A String takes everything that is written to it.
        let _ = writeln!(out, "  subgraph {}[\"{}\"]", id(graph), escaped(&graph.title));
        for (i, node) in graph.nodes.iter().enumerate() {
            let _ = writeln!(out, "    {}_{i}{}", id(graph), shape(node));
        }
        for edge in &graph.edges {
            let arrow = if edge.quiet { "-.->" } else { "-->" };
            let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&edge.label)) };
            let _ = writeln!(out, "    {0}_{1} {arrow}{label} {0}_{2}", id(graph), edge.from, edge.to);
        }
        out.push_str("  end\n");
        classes(&mut out, graph, "worst", |n| n.worst.is_some());
        classes(&mut out, graph, "unwalked", |n| n.unwalked);
    }
    if graphs.iter().flat_map(|g| &g.nodes).any(|n| n.worst.is_some()) {
        out.push_str("  classDef worst stroke:#9a4708,stroke-width:3px\n");
    }
    if graphs.iter().flat_map(|g| &g.nodes).any(|n| n.unwalked) {
        out.push_str("  classDef unwalked stroke-dasharray:5 4\n");
    }
    out
}

fn classes(out: &mut String, graph: &Graph, class: &str, has: impl Fn(&Node) -> bool) {
    let ids: Vec<String> =
        graph.nodes.iter().enumerate().filter(|(_, n)| has(n)).map(|(i, _)| format!("{}_{i}", id(graph))).collect();
    if !ids.is_empty() {
        let _ = writeln!(out, "  class {} {class}", ids.join(","));
    }
}

/// A flow called `end` would close its own frame.
fn id(graph: &Graph) -> String {
    format!("flow_{}", graph.flow)
}

fn shape(node: &Node) -> String {
    let mut words = escaped(&node.head);
    let more = node.flows.iter().map(|(_, title)| title).filter(|t| **t != node.words);
    for line in std::iter::once(&node.words).chain(more).chain(&node.notes).filter(|l| !l.is_empty()) {
        words.push_str("<br>");
        words.push_str(&escaped(line));
    }
    let (open, close) = match node.kind {
        Kind::Condition => ("{{", "}}"),
        Kind::Flow | Kind::Topics => ("[[", "]]"),
        Kind::Person | Kind::Resolved | Kind::End => ("([", "])"),
        Kind::Back | Kind::Entry => (">", "]"),
        Kind::Question => ("(", ")"),
        Kind::Step => ("[", "]"),
    };
    format!("{open}\"{words}\"{close}")
}

/// Whatever Mermaid might read as its own.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == LONGEST {
            out.push('…');
            break;
        }
        match c {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
