//! What stands in the boxes and on the arrows: the author's words, shortened.
use crate::bot::FlowCode;
use crate::bot::op::{Op, Words};
use crate::language::ast::Term;

/// The step's word and what stands right behind it.
pub fn head(op: &Op, flow: &FlowCode) -> String {
    let word = op.word();
    match op {
        Op::Ask(ask) => format!("{word} {}", ask.slot),
        Op::Feedback(f) => format!("{word} {}", f.slot),
        Op::Use(step) => format!("{word} {}.{}", step.system, step.action),
        Op::Remember { slot, .. } => format!("{word} {slot}"),
        Op::AskAgain { slots, .. } => format!("↑ {word} {}", slots.join(", ")),
        Op::Escalate(e) => match e.team.as_ref().or(flow.team.as_ref()) {
            Some(team) => format!("{word} to {team}"),
            None => word.to_owned(),
        },
        Op::Promise(p) => format!("{word} {} within {}", p.name, length(&p.within)),
        Op::Tag { tags } => format!("{word} {}", tags.join(", ")),
        Op::Each(each) => format!("{word} {}", each.item),
        Op::Enough(enough) => format!("are {} of {} known", enough.need, enough.slots.join(", ")),
        Op::Forget { slots } => format!("{word} {}", slots.join(", ")),
        Op::Pause { length: term } => format!("{word} {}", length(term)),
        Op::Notify { team, .. } => format!("{word} {team}"),
        _ => word.to_owned(),
    }
}

/// What is said, asked or decided.
pub fn said(op: &Op) -> String {
    let first = |words: &Words| words.variations.first().map_or_else(String::new, |t| t.source.clone());
    let maybe = |words: &Option<Words>| words.as_ref().map(first);
    let text = match op {
        Op::Greet(greet) => greet.words().next().map_or_else(String::new, first),
        Op::Say { words } | Op::Note { words } | Op::Notify { words, .. } => first(words),
        Op::Empathize { moods, words } => {
            maybe(words).or_else(|| moods.first().map(|(_, w)| first(w))).unwrap_or_default()
        }
        Op::Triage(triage) => first(&triage.question),
        Op::Ask(ask) => first(&ask.question),
        Op::Feedback(feedback) => first(&feedback.question),
        Op::Use(step) => step.save_as.as_ref().map_or_else(String::new, |s| format!("saved as {s}")),
        Op::Branch { condition, .. } => return condition.source().to_owned(),
        Op::Remember { value, .. } => value.source().to_owned(),
        Op::Escalate(escalate) => maybe(&escalate.words).unwrap_or_default(),
        Op::Promise(promise) => first(&promise.words),
        Op::Card(card) => card.title.source.clone(),
        Op::Each(each) => format!("in {}, at most {}", each.list.source(), each.most),
        Op::Resolve { words } => maybe(words).unwrap_or_default(),
        Op::Jump(_)
        | Op::WaitAgain(_)
        | Op::Do { .. }
        | Op::GoTo { .. }
        | Op::Return
        | Op::AskAgain { .. }
        | Op::AwaitPerson { .. }
        | Op::Tag { .. }
        | Op::Forget { .. }
        | Op::Enough(_)
        | Op::Pause { .. } => String::new(),
    };
    readable(&text)
}

/// What a customer may tap.
pub fn notes(op: &Op) -> Vec<String> {
    let Op::Ask(ask) = op else { return vec![] };
    let listed = ask.choices.iter().map(|(list, _)| format!("one of {}", list.source()));
    let own = ask.buttons.iter().filter(|b| b.block.is_none()).map(|b| readable(&b.label.source));
    let labels: Vec<String> = listed.chain(own).collect();
    if labels.is_empty() { vec![] } else { vec![format!("buttons: {}", labels.join(" / "))] }
}

/// Words on the arrow. The box names the condition or the action already, so they leave it out.
pub fn label(op: &Op, when: &str, nth: usize) -> String {
    match op {
        Op::Branch { .. } => return if nth == 0 { "yes" } else { "no" }.to_owned(),
        Op::Enough(_) => return if nth == 0 { "enough" } else { "not yet" }.to_owned(),
        Op::Each(_) => return if nth == 0 { "the next item" } else { "no more items" }.to_owned(),
        Op::Feedback(_) => return String::new(),
        _ => {}
    }
    let mut words = readable(when);
    if let Op::Use(step) = op {
        let name = format!("`{}.{}`", step.system, step.action);
        words = words.replace(&format!(" of {name}"), "").replace(&format!("{name} "), "");
        words = if words == "fails" { "it fails".to_owned() } else { words };
    }
    words.replace("the customer taps \"", "taps \"").replace('`', "")
}

/// Ways that are taken when something did not work.
pub fn is_quiet(when: &str) -> bool {
    when.ends_with(" failed")
        || when.ends_with(" fails")
        || when.starts_with("something fails")
        || ["nobody is available", "nobody has come yet", "the customer does not answer"].contains(&when)
}

/// `{{ order.total | money }}` to `{order.total}`; what a template decides is left out.
pub fn readable(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let shows = tag.starts_with("{{");
        let Some((inside, after)) = tag[2..].split_once(if shows { "}}" } else { "%}" }) else {
            rest = "";
            break;
        };
        if shows {
            let name = inside.trim_matches(['-', ' ']).split('|').next().unwrap_or_default().trim();
            out.push_str(&format!("{{{name}}}"));
        }
        rest = after;
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `3 days`, `1 hour`.
fn length(term: &Term) -> String {
    let unit = format!("{:?}", term.unit).to_lowercase();
    let unit = if term.amount == 1 { unit.trim_end_matches('s') } else { unit.as_str() };
    format!("{} {}{unit}", term.amount, if term.working { "working " } else { "" })
}
