//! Small bots at random, as the text that an author would write.
use super::dice::Dice;
use std::collections::BTreeSet;
use std::fmt::Write;

/// What customers may ask for: a flow, and two sentences for it.
pub const TOPICS: [(&str, [&str; 2]); 4] = [
    ("lamp", ["my lamp is broken", "the bulb of the lamp is dark"]),
    ("parcel", ["where is my parcel", "the delivery has not arrived"]),
    ("invoice", ["I need an invoice for my taxes", "please send the bill"]),
    ("repair", ["can you repair my bicycle", "the wheel makes a noise"]),
];
const PIECES: [&str; 3] = ["find_it", "prove_it", "explain_it"];
/// House flows that a bot sometimes replaces.
const HOUSE: [&str; 10] = [
    "anything_else",
    "goodbye",
    "not_understood",
    "something_broke",
    "nobody_available",
    "after_the_agent",
    "talk_to_a_person",
    "back_to",
    "thanks",
    "gone_quiet",
];
const DETAILS: [&str; 6] = ["x", "y", "z", "colour", "size", "kept"];
pub const EVERYTHING: &str = "flow everything
  customers say
    tell me everything you know
  say: As you like.
  remember x = 12
  remember y = 12
  remember z = 12
  remember colour = 12
  remember size = 12
  remember kept = 12
";
pub const SETTINGS: &str = "name: Rob\nteams: { general: {}, orders: {} }\nfacts: { days: 30 }\nkeep for the chat: [kept]\ncustomer: { vip: yes or no }\n";
pub const SYSTEMS: &str = "shop:
  base: https://shop.example
  find: { get: \"/o/{{ number }}\", outcomes: { 200: found, 404: not_found, 409: locked }, gives: { number: text, total: number } }
  refund: { post: /r, body: { order: \"{{ order }}\" }, outcomes: { 201: started, 409: already }, gives: { amount: number } }
  parts: { get: /p, outcomes: { 200: listed }, gives: { items: list } }
";

type Known = BTreeSet<String>;

/// A flow that others may `do`: its name, and what is known for sure when it has ended.
struct Piece {
    name: &'static str,
    fills: Known,
}

/// The files of a bot.
pub fn random_bot(dice: &mut Dice) -> Vec<(String, String)> {
    let mut writer = Writer { out: String::new(), dice, pieces: vec![], next: vec![], triages: 1, left: 0, asked: 0 };
    for name in PIECES.into_iter().take(writer.dice.upto(4)) {
        writer.begin(name, 5);
        let fills = writer.body(Known::new());
        writer.pieces.insert(0, Piece { name, fills: fills.unwrap_or_default() });
    }
    let topics = 1 + writer.dice.upto(TOPICS.len());
    for (name, sentences) in TOPICS.into_iter().take(topics) {
        writer.begin(name, 8);
        writer.line(1, "customers say");
        sentences.iter().for_each(|s| writer.line(2, s));
        writer.body(Known::new());
        writer.next.push(name);
    }
    for name in HOUSE {
        if writer.dice.chance(7) {
            writer.begin(name, 3);
            writer.body(Known::new());
        }
    }
    // Each detail is filled somewhere, so that its name is known.
    writer.line(0, EVERYTHING);
    writer.begin("main", 3);
    writer.triages = 0;
    if writer.dice.chance(70) || writer.steps(1, &mut Known::new()) {
        writer.triage(1, &Known::new());
        if writer.dice.chance(25) {
            writer.left = 2;
            writer.steps(1, &mut Known::new());
        }
    }
    let files = [("a.flow", writer.out.as_str()), ("bot.yaml", SETTINGS), ("integrations.yaml", SYSTEMS)];
    files.into_iter().map(|(n, t)| (n.to_owned(), t.to_owned())).collect()
}

struct Writer<'d> {
    out: String,
    dice: &'d mut Dice,
    pieces: Vec<Piece>,
    /// Topics written so far: later ones may go to them, so that no circle arises.
    next: Vec<&'static str>,
    /// How many open questions this flow may still ask.
    triages: u32,
    /// Steps that this flow may still have.
    left: usize,
    asked: u32,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
    }

    fn begin(&mut self, flow: &str, steps: usize) {
        self.line(0, &format!("flow {flow}"));
        self.left = steps;
        self.triages = u32::from(self.dice.chance(20));
    }

    /// The steps of a flow and perhaps its handler of failures; what is known at its end, where it ends.
    fn body(&mut self, mut known: Known) -> Option<Known> {
        if self.dice.chance(20) {
            self.line(1, "when something fails");
            let mut none = Known::new();
            self.block(2, &mut none);
            // What this leaves unfilled is unknown to callers too.
            return self.steps(1, &mut known).then(Known::new);
        }
        self.steps(1, &mut known).then_some(known)
    }

    /// Some steps; false where the last of them ends the way.
    fn steps(&mut self, depth: usize, known: &mut Known) -> bool {
        let count = 1 + self.dice.upto(if depth > 1 { 2 } else { self.left.max(1) });
        for n in 0..count {
            if n > 0 && self.left == 0 {
                break;
            }
            self.left = self.left.saturating_sub(1);
            if !self.step(depth, known) {
                return false;
            }
        }
        true
    }

    /// A block under a step: what it fills is known only within.
    fn block(&mut self, depth: usize, known: &mut Known) -> bool {
        self.steps(depth, &mut known.clone())
    }

    /// Words that show a detail in brackets, so that a hole in them is seen.
    fn text(&mut self, known: &Known) -> String {
        let plain = ["All right.", "I see.", "One thing more.", "Here we go."];
        let words = plain.get(self.dice.upto(plain.len())).copied().unwrap_or("Well.");
        let roll = self.dice.upto(100);
        let one = known.iter().nth(self.dice.upto(known.len().max(1)));
        match (roll, one) {
            (40..80, Some(one)) => format!("{words} It is ({{{{ {one} }}}})."),
            (80..88, _) => format!("{words} {{{{ {} | default(\"nothing\") }}}}.", self.detail()),
            (88..96, _) => {
                let detail = self.detail();
                format!("{words} {{% if {detail} %}}You said ({{{{ {detail} }}}}).{{% endif %}}")
            }
            (98.., _) => format!("{words} ({{{{ {} }}}})", self.detail()),
            _ => words.to_owned(),
        }
    }

    fn detail(&mut self) -> &'static str {
        DETAILS.get(self.dice.upto(DETAILS.len())).copied().unwrap_or("x")
    }

    fn say(&mut self, depth: usize, known: &Known) -> bool {
        let text = self.text(known);
        self.line(depth, &format!("say: {text}"));
        true
    }

    fn step(&mut self, depth: usize, known: &mut Known) -> bool {
        let deep = depth > 4;
        match self.dice.upto(if deep { 60 } else { 100 }) {
            0..10 => self.say(depth, known),
            10..32 => self.ask(depth, known),
            32..35 => self.remember(depth, known),
            35..37 => self.forget(depth, known),
            37..40 => self.small(depth, known),
            40..43 => self.feedback(depth, known),
            43..48 => self.do_(depth, known),
            48..50 => self.promise(depth, known),
            50..52 => self.empathize(depth, known),
            52..55 => self.ends(depth, known),
            55..57 => self.go_to(depth),
            57..60 => self.say(depth, known),
            60..80 => self.use_(depth, known),
            80..86 => self.branch(depth, known),
            86..90 => self.each(depth, known),
            90..93 => self.ask_some(depth, known),
            93..96 => {
                self.escalate(depth, known);
                false
            }
            _ => self.triage(depth, known),
        }
    }

    // ------------------------------------------------------------ questions

    fn ask(&mut self, depth: usize, known: &mut Known) -> bool {
        let detail = self.detail();
        let question = self.text(known);
        self.line(depth, &format!("ask {detail}: {question} What {detail}?"));
        let kinds = ["text", "number", "yes or no", "one of red, blue", "pattern [0-9]{4}", "email"];
        let kind = self.dice.upto(kinds.len() + 3);
        if let Some(kind) = kinds.get(kind) {
            self.line(depth + 1, &format!("accept {kind}"));
        }
        if kind >= kinds.len() {
            self.line(depth + 1, &format!("button {detail}_one: The {detail} one"));
            self.line(depth + 1, &format!("button {detail}_two: The {detail} two"));
        }
        let mut sure = true;
        if self.dice.chance(12) {
            self.line(depth + 1, "button later: Not now");
            sure = !self.block(depth + 2, known);
        }
        if self.dice.chance(15) {
            self.line(depth + 1, "retry: Sorry, once more.");
        }
        if self.dice.chance(8) {
            self.line(depth + 1, "stay on topic");
        }
        if self.dice.chance(15) {
            let tries = 1 + self.dice.upto(4);
            self.line(depth + 1, &format!("when {tries} tries failed"));
            sure &= !self.block(depth + 2, known);
        }
        self.silent(depth, known);
        if sure {
            known.insert(detail.to_owned());
        } else {
            known.remove(detail);
        }
        self.asked += 1;
        true
    }

    fn silent(&mut self, depth: usize, known: &mut Known) {
        if self.dice.chance(10) {
            self.line(depth + 1, "when silent for 5 minutes");
            self.block(depth + 2, known);
        }
    }

    fn ask_some(&mut self, depth: usize, known: &mut Known) -> bool {
        let need = 1 + self.dice.upto(2);
        self.line(depth, &format!("ask {need} of"));
        for detail in ["colour", "size"] {
            self.line(depth + 1, &format!("ask {detail}: What {detail}?"));
            self.line(depth + 2, "accept number");
            known.remove(detail);
        }
        if self.dice.chance(50) {
            self.line(depth + 1, "when not enough");
            self.block(depth + 2, known);
        }
        true
    }

    fn triage(&mut self, depth: usize, known: &Known) -> bool {
        if self.triages == 0 && depth + self.next.len() > 1 && self.out.contains("flow main") == (depth > 1) {
            return self.say(depth, known);
        }
        self.triages = self.triages.saturating_sub(1);
        let question = self.text(known);
        self.line(depth, &format!("triage: {question} What else?"));
        for topic in self.next.clone() {
            if self.dice.chance(30) {
                self.line(depth + 1, &format!("offer {topic}"));
            }
        }
        if self.dice.chance(20)
            && let Some(topic) = self.next.first().copied()
        {
            self.line(depth + 1, &format!("when {topic}"));
            self.block(depth + 2, &mut known.clone());
        }
        if self.dice.chance(25) {
            self.line(depth + 1, "when anything else");
            self.block(depth + 2, &mut known.clone());
        }
        if self.dice.chance(25) {
            let tries = 1 + self.dice.upto(4);
            self.line(depth + 1, &format!("when {tries} tries failed"));
            self.block(depth + 2, &mut known.clone());
        }
        self.silent(depth, &mut known.clone());
        true
    }

    fn feedback(&mut self, depth: usize, known: &Known) -> bool {
        let question = self.text(known);
        self.line(depth, &format!("feedback rating: {question} Well?"));
        if self.dice.chance(50) {
            self.line(depth + 1, "comment: Why?");
        }
        true
    }

    // ------------------------------------------------------------ knowing and deciding

    fn remember(&mut self, depth: usize, known: &mut Known) -> bool {
        let detail = self.detail();
        let value = if known.contains("x") && self.dice.chance(50) { "x" } else { "12" };
        self.line(depth, &format!("remember {detail} = {value}"));
        known.insert(detail.to_owned());
        true
    }

    fn forget(&mut self, depth: usize, known: &mut Known) -> bool {
        let detail = self.detail();
        self.line(depth, &format!("forget {detail}"));
        known.remove(detail);
        true
    }

    fn branch(&mut self, depth: usize, known: &mut Known) -> bool {
        let detail = self.detail();
        let conditions = [
            format!("{detail} is known"),
            format!("{detail} is 12"),
            "customer.vip".into(),
            format!("{detail} is not known"),
        ];
        let condition = conditions.get(self.dice.upto(conditions.len())).cloned().unwrap_or_default();
        self.line(depth, &format!("if {condition}"));
        let mut inner = known.clone();
        if condition.ends_with("is known") || condition.ends_with("is 12") {
            inner.insert(detail.to_owned());
        }
        let on = self.steps(depth + 1, &mut inner);
        let mut other = known.clone();
        let mut other_on = true;
        if self.dice.chance(40) {
            self.line(depth, "else");
            other_on = self.steps(depth + 1, &mut other);
        }
        *known = match (on, other_on) {
            (true, true) => inner.intersection(&other).cloned().collect(),
            (true, false) => inner,
            _ => other,
        };
        on || other_on
    }

    fn each(&mut self, depth: usize, known: &mut Known) -> bool {
        let most = 1 + if self.dice.chance(25) { self.dice.upto(50) } else { self.dice.upto(3) };
        self.line(depth, "use shop.parts save as parts");
        self.line(depth, &format!("for each part in parts.items, at most {most}"));
        let mut inner = known.clone();
        inner.insert("part.name".into());
        self.steps(depth + 1, &mut inner);
        // Questions within the loop forget what was known before it.
        known.retain(|k| inner.contains(k) && !DETAILS.contains(&k.as_str()));
        true
    }

    // ------------------------------------------------------------ the world

    fn use_(&mut self, depth: usize, known: &mut Known) -> bool {
        let number = known.iter().find(|k| DETAILS.contains(&k.as_str())).cloned();
        let (value, again) = number.map_or(("12".to_owned(), None), |n| (n.clone(), Some(n)));
        let (call, outcomes, field): (_, &[&str], _) = match self.dice.upto(3) {
            0 | 1 => (format!("find with number = {value} save as order"), &["not_found", "locked"], "order.total"),
            _ => (format!("refund with order = {value} save as back"), &["already"], "back.amount"),
        };
        self.line(depth, &format!("use shop.{call}"));
        if self.dice.chance(20) {
            self.line(depth + 1, "while waiting: Let me look.");
        }
        let mut sure = true;
        let mut counts = false;
        for outcome in outcomes {
            if !self.dice.chance(60) {
                continue;
            }
            self.line(depth + 1, &format!("when {outcome}"));
            self.say(depth + 2, known);
            let again = again.as_ref().filter(|n| self.out.contains(&format!("ask {n}:")));
            match again.cloned() {
                Some(detail) if self.dice.chance(50) => {
                    self.line(depth + 2, &format!("ask again {detail}"));
                    counts = true;
                }
                _ => sure &= !self.block(depth + 2, known),
            }
        }
        if self.dice.chance(30) {
            self.line(depth + 1, "when it fails");
            sure &= !self.block(depth + 2, known);
        }
        if self.dice.chance(10) || (counts && !self.dice.chance(3)) {
            let tries = 1 + self.dice.upto(3);
            self.line(depth + 1, &format!("when {tries} tries failed"));
            sure &= !self.block(depth + 2, known);
        }
        if sure {
            known.insert(field.to_owned());
        }
        true
    }

    fn do_(&mut self, depth: usize, known: &mut Known) -> bool {
        // A piece runs only pieces that were written before it.
        let written = self.pieces.len();
        let Some(piece) = (written > 0).then(|| self.dice.upto(written)).and_then(|i| self.pieces.get(i)) else {
            return self.say(depth, known);
        };
        let (name, fills) = (piece.name, piece.fills.clone());
        self.line(depth, &format!("do {name}"));
        known.extend(fills);
        true
    }

    fn go_to(&mut self, depth: usize) -> bool {
        let Some(topic) = self.next.first().copied() else {
            self.line(depth, "done");
            return false;
        };
        self.line(depth, &format!("go to {topic}"));
        false
    }

    fn ends(&mut self, depth: usize, known: &mut Known) -> bool {
        match self.dice.upto(3) {
            0 => self.line(depth, "done"),
            1 => {
                let bye = if self.dice.chance(50) { ": Bye." } else { "" };
                self.line(depth, &format!("resolve{bye}"));
            }
            _ => self.escalate(depth, known),
        }
        false
    }

    fn escalate(&mut self, depth: usize, known: &Known) {
        let text = self.text(known);
        self.line(depth, &format!("escalate: {text} A colleague comes."));
        for (percent, handler) in
            [(30, "when nobody is available"), (15, "when waited 2 minutes"), (30, "when handed back")]
        {
            if self.dice.chance(percent) {
                self.line(depth + 1, handler);
                if self.dice.chance(80) {
                    self.say(depth + 2, known);
                }
                self.block(depth + 2, &mut known.clone());
            }
        }
    }

    fn promise(&mut self, depth: usize, known: &Known) -> bool {
        let text = self.text(known);
        self.line(depth, &format!("promise reply by orders within 2 days: {text} Within {{{{ within }}}}."));
        true
    }

    fn empathize(&mut self, depth: usize, known: &Known) -> bool {
        let text = self.text(known);
        self.line(depth, &format!("empathize: {text} I'm sorry."));
        true
    }

    fn small(&mut self, depth: usize, known: &Known) -> bool {
        let text = self.text(known);
        match self.dice.upto(4) {
            0 => self.line(depth, &format!("note: {text}")),
            1 => self.line(depth, "tag late"),
            2 => self.line(depth, "wait 10 minutes"),
            _ => self.line(depth, &format!("notify orders: {text}")),
        }
        true
    }
}
