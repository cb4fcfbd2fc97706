//! Flows as pictures: nothing is missing, nothing lies over anything else, nothing of it is code.
use crate::support::{bot, root, shipped};
use proptest::prelude::*;
use rapport::bot::graph::{Arrow, Edge, Graph, Kind, Missing, Node, Size, Unwalked, graphs, lay, layout, mermaid, svg};
use std::process::Command;

const SETTINGS: &str = "teams: { general: {} }\n";
const AWKWARD: &str = "flow main
  team general
  say: Fish & chips <b>\"now\"</b> # `5` ]]>
  ask size: Which size, \"S\" or <L>?
    button small: S & M
    button large: L
    button huge: Huge > large
      say: We have none.
    when silent for 10 minutes: Are you there?
    when 2 tries failed
      escalate: A colleague will help.
        summary: No size.
  if size is small
    say: Small it is.
    done
  else if size is large
    say: Large it is.
  resolve: Bye
";

fn awkward() -> Vec<Graph> {
    graphs(&bot(&[("main.flow", AWKWARD), ("bot.yaml", SETTINGS)]), None, &Unwalked::new())
}

#[test]
fn every_step_of_the_shipped_bots_is_in_the_picture() {
    for bot in shipped() {
        for (name, flow) in &bot.flows {
            let drawn = graphs(&bot, Some(name), &Unwalked::new());
            let [graph] = drawn.as_slice() else { panic!("{name} is drawn once") };
            let boxes: Vec<u32> = graph.nodes.iter().filter_map(|n| n.at).collect();
            let steps: Vec<u32> =
                (0..).zip(&flow.ops).filter(|(_, p)| !p.op.word().is_empty()).map(|(at, _)| at).collect();
            assert_eq!(boxes, steps, "{name}");
            let entered = |i: usize| graph.edges.iter().any(|e| e.to == i);
            for (i, node) in graph.nodes.iter().enumerate().skip(1) {
                assert!(entered(i) || node.kind == Kind::Entry, "{name}: nothing leads to {node:?}");
            }
            apart(graph);
        }
    }
}

/// No two boxes and no words lie over each other.
fn apart(graph: &Graph) {
    let laid = layout(graph);
    let mut rects = laid.boxes.clone();
    rects.extend(laid.lines.iter().filter_map(|l| l.label));
    nothing_over(&rects, laid.width, laid.height);
}

fn nothing_over(rects: &[rapport::bot::graph::Rect], width: f64, height: f64) {
    for (i, a) in rects.iter().enumerate() {
        assert!(a.x >= -0.01 && a.y >= -0.01 && a.x + a.width <= width + 0.01 && a.bottom() <= height + 0.01, "{a:?}");
        for b in rects.iter().skip(i + 1) {
            let beside = a.x + a.width < b.x || b.x + b.width < a.x;
            assert!(beside || a.bottom() < b.y || b.bottom() < a.y, "{a:?} lies over {b:?}");
        }
    }
}

prop_compose! {
    fn any_flow()(boxes in prop::collection::vec((20.0..260.0_f64, 20.0..140.0_f64), 1..40))
        (arrows in prop::collection::vec((0..boxes.len(), 0..boxes.len(), prop::option::of(20.0..160.0_f64)), 0..60), boxes in Just(boxes))
        -> (Vec<Size>, Vec<Arrow>) {
        let sizes = boxes.into_iter().map(|(width, height)| Size { width, height }).collect();
        let arrow = |(a, b, label): (usize, usize, Option<f64>)| Arrow {
            from: a.min(b),
            to: a.max(b),
            label: label.map(|width| Size { width, height: 19.0 }),
        };
        (sizes, arrows.into_iter().map(arrow).filter(|a| a.from < a.to).collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_lies_over_anything((sizes, arrows) in any_flow()) {
        let laid = lay(&sizes, &arrows);
        prop_assert_eq!(&laid, &lay(&sizes, &arrows));
        let mut rects = laid.boxes.clone();
        rects.extend(laid.lines.iter().filter_map(|l| l.label));
        nothing_over(&rects, laid.width, laid.height);
        for (line, arrow) in laid.lines.iter().zip(&arrows) {
            // An arrow leads down all the way, and its straight parts pass no other box.
            prop_assert!(line.parts.windows(2).all(|w| w[0].2 < w[1].1));
            for (x, top, bottom) in &line.parts {
                for (i, b) in laid.boxes.iter().enumerate().filter(|(i, _)| *i != arrow.from && *i != arrow.to) {
                    let through = *x > b.x && *x < b.x + b.width && *top < b.bottom() && *bottom > b.y;
                    prop_assert!(!through, "the arrow {arrow:?} passes box {i}");
                }
            }
        }
    }
}

#[test]
fn the_usual_way_is_straight() {
    let size = Size { width: 100.0, height: 40.0 };
    let arrow = |from, to| Arrow { from, to, label: None };
    // 0 to 1 to 3 is usual; 2 stands beside and comes back.
    let laid = lay(&[size; 4], &[arrow(0, 1), arrow(0, 2), arrow(1, 3), arrow(2, 3)]);
    let middles: Vec<f64> = laid.boxes.iter().map(rapport::bot::graph::Rect::middle).collect();
    assert!((middles[0] - middles[1]).abs() < 3.0 && (middles[1] - middles[3]).abs() < 3.0, "{middles:?}");
    assert!(middles[2] > middles[1] + 100.0, "{middles:?}");
}

#[test]
fn the_picture_is_xml_and_holds_no_code_of_the_authors() {
    let picture = svg(&awkward());
    well_formed(&picture);
    assert!(picture.contains("Fish &amp; chips &lt;b&gt;") && !picture.contains("<b>"), "{picture}");
    assert!(!picture.contains("<script") && picture.contains("prefers-color-scheme: dark"));
    assert_eq!(picture, svg(&awkward()));
}

/// Tags close in order, attributes are quoted, and there are no other entities than XML's own.
fn well_formed(xml: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut rest = xml;
    while let Some((before, tag)) = rest.split_once('<') {
        assert!(!before.contains('>') || before.contains('{'), "a stray > in {before}");
        for entity in before.split('&').skip(1) {
            let name = entity.split(';').next().expect("a name");
            assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "&{name}");
        }
        let (inside, after) = tag.split_once('>').expect("a tag ends");
        assert!(!inside.contains('<') && inside.matches('"').count() % 2 == 0, "{inside}");
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else if !inside.ends_with('/') {
            open.push(inside.split_whitespace().next().expect("a name").to_owned());
        }
        rest = after;
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn mermaid_text_of_an_awkward_flow() {
    insta::assert_snapshot!(mermaid(&awkward()));
}

#[test]
fn the_longest_way_and_what_no_test_walked_are_marked() {
    let bot = bot(&[("main.flow", AWKWARD), ("bot.yaml", SETTINGS)]);
    let mut unwalked = Unwalked::new();
    unwalked.insert(("main".into(), 0), Missing { step: true, ways: vec![] });
    unwalked.insert(("main".into(), 1), Missing { step: false, ways: vec!["button small".into()] });
    let drawn = graphs(&bot, None, &unwalked);
    let node = |at: u32| -> &Node { drawn[0].nodes.iter().find(|n| n.at == Some(at)).expect("a box") };
    assert!(node(0).unwalked && !node(1).unwalked);
    assert!(node(1).notes.iter().any(|n| n == "no test: button small"), "{:?}", node(1).notes);
    assert_eq!(node(1).worst, Some(2));
    let picture = svg(&drawn);
    assert!(picture.contains("unwalked") && picture.contains("on the longest way: up to 2 turns"));
}

#[test]
fn ways_say_when_they_are_taken() {
    let graph = &awkward()[0];
    let labels: Vec<&str> = graph.edges.iter().map(|e: &Edge| e.label.as_str()).filter(|l| !l.is_empty()).collect();
    for wanted in ["taps \"Huge > large\"", "the customer does not answer", "2 tries failed", "yes", "no"] {
        assert!(labels.contains(&wanted), "{wanted} is not in {labels:?}");
    }
    assert!(graph.edges.iter().all(|e| e.from < e.to));
    let quiet: Vec<&str> = graph.edges.iter().filter(|e| e.quiet).map(|e| e.label.as_str()).collect();
    assert_eq!(quiet, ["the customer does not answer", "2 tries failed"]);
}

fn graph(args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    let out = command.arg("graph").args(args).current_dir(root()).output().expect("rapport starts");
    (out.status.success(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

#[test]
fn the_command_draws_and_tells_what_it_cannot() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("all.svg");
    let name = file.to_str().expect("a path");
    let (fine, said) = graph(&["flows/bluebird", "--tested", "--svg", name]);
    assert!(fine && said.is_empty(), "{said}");
    let picture = std::fs::read_to_string(&file).expect("the picture");
    well_formed(&picture);
    assert!(picture.contains("<g id=\"refund\"") && picture.contains("href=\"#find_my_order\""));
    let (fine, said) = graph(&["flows/bluebird", "--flow", "refund", "--mermaid"]);
    assert!(fine && said.starts_with("flowchart TD") && !said.contains("flow_main"), "{said}");
    let (fine, said) = graph(&["flows/bluebird", "--flow", "refnd"]);
    assert!(!fine && said.contains("There is no flow `refnd`. Did you mean `refund`?"), "{said}");
}

#[test]
fn the_picture_in_the_docs_is_the_one_that_is_drawn() {
    let drawn = graph(&["flows/bluebird", "--flow", "refund"]).1;
    let kept = std::fs::read_to_string(root().join("docs/pictures/refund.svg")).expect("the picture");
    assert_eq!(kept, drawn, "draw it again: rapport graph flows/bluebird --flow refund --svg docs/pictures/refund.svg");
}
