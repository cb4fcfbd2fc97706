//! Conditions and values: the words for people (`reason is damaged`, `order.delivered is more than 30 days ago`) to a
//! minijinja expression over the functions of `bot::template`. Recursive descent, bounded in depth.
mod compare;
mod lex;

pub use compare::read_otherwise;

use super::ast::{BareWord, Expr, term};
use super::diagnostic::Diagnostic;
use super::source::Span;
use lex::{Kind, Token};

/// Deeper parentheses help nobody.
const DEEPEST: usize = 24;

/// Reads an expression. After a mistake the expression is `false`, so that nothing else stumbles over it.
pub fn read(source: &str, span: Span) -> (Expr, Vec<Diagnostic>) {
    let mut reader = Reader {
        tokens: lex::tokens(source),
        at: 0,
        depth: 0,
        span,
        length: source.len(),
        bare: vec![],
        kinds: vec![],
    };
    let result = match reader.tokens.iter().find(|t| t.kind == Kind::Wrong) {
        Some(wrong) if wrong.text == ":" && wrong.end == source.len() => {
            Err(Mistake::at(wrong, "a condition takes no colon", "Take the colon away."))
        }
        Some(wrong) => Err(Mistake::at(
            wrong,
            "this sign means nothing here",
            "Write the condition in words, like `reason is damaged`.",
        )),
        None => reader.whole(),
    };
    let done = |jinja: String, bare, kinds| Expr { source: source.to_owned(), span, jinja, bare, kinds };
    match result {
        Ok(jinja) => (done(jinja, reader.bare, reader.kinds), vec![]),
        Err(m) => {
            let place = reader.place(m.start, m.end);
            let problem = if source.is_empty() { "The value is missing".into() } else { sentence(&m.problem) };
            (done("false".into(), vec![], vec![]), vec![Diagnostic::error("F032", place, problem, m.action)])
        }
    }
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

struct Mistake {
    start: usize,
    end: usize,
    problem: String,
    action: String,
}

impl Mistake {
    fn at(token: &Token, problem: impl Into<String>, action: impl Into<String>) -> Self {
        Self { start: token.start, end: token.end, problem: problem.into(), action: action.into() }
    }
}

type Read<T> = Result<T, Mistake>;

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    span: Span,
    length: usize,
    bare: Vec<BareWord>,
    kinds: Vec<BareWord>,
}

/// An operand: its expression, and the detail's name where it is one.
struct Operand {
    jinja: String,
    path: Option<String>,
    /// `24 hours`, as it stands, without quotes.
    stretch: bool,
}

impl Operand {
    fn of(jinja: String) -> Self {
        Self { jinja, path: None, stretch: false }
    }

    /// A moment, or a stretch of time: "now + 24 hours" reads well and cannot be worked out.
    fn is_time(&self) -> bool {
        self.stretch || matches!(self.path.as_deref(), Some("now" | "today"))
    }
}

impl Reader {
    fn place(&self, start: usize, end: usize) -> Span {
        let whole = (self.span.end - self.span.start) as usize;
        // A mended line has no exact places.
        if whole != self.length || self.length == 0 {
            return self.span;
        }
        let base = self.span.start as usize;
        Span::new(self.span.file, base + start, base + end.max(start + 1).min(whole.max(1)))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&self, offset: usize) -> Option<&str> {
        self.tokens.get(self.at + offset).filter(|t| t.kind == Kind::Word).map(|t| t.text.as_str())
    }

    /// Takes these words where they come next.
    fn eat(&mut self, words: &[&str]) -> bool {
        let fits = words.iter().enumerate().all(|(i, w)| self.word(i).is_some_and(|t| t.eq_ignore_ascii_case(w)));
        if fits {
            self.at += words.len();
        }
        fits
    }

    fn sign(&mut self, sign: &str) -> bool {
        let fits = self.peek().is_some_and(|t| t.kind == Kind::Sign && t.text == sign);
        if fits {
            self.at += 1;
        }
        fits
    }

    fn missing(&self, after: &str) -> Mistake {
        let last = self.tokens.last().map_or((0, self.length), |t| (t.start, t.end));
        Mistake {
            start: last.0,
            end: last.1,
            problem: format!("nothing stands after {after}"),
            action: "Write the value to compare with.".into(),
        }
    }

    fn whole(&mut self) -> Read<String> {
        let jinja = self.or()?;
        match self.peek() {
            None => Ok(jinja),
            Some(t) => Err(self.left_over(t)),
        }
    }

    fn left_over(&self, token: &Token) -> Mistake {
        let written = &token.text;
        match written.as_str() {
            "=" => Mistake::at(token, "`=` does not compare", "Write `is` instead."),
            "&&" | "&" => {
                Mistake::at(token, format!("`{written}` is not a word of the language"), "Write `and` instead.")
            }
            "||" => Mistake::at(token, "`||` is not a word of the language", "Write `or` instead."),
            "!" => Mistake::at(token, "`!` is not a word of the language", "Write `not` or `is not` instead."),
            _ => Mistake::at(
                token,
                format!("`{written}` does not fit here"),
                "Write the condition like `reason is damaged` or `order.total > 50`, joined by `and` or `or`.",
            ),
        }
    }

    fn or(&mut self) -> Read<String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let action = "Split it into several `if` lines.";
            return Err(Mistake {
                start: 0,
                end: self.length,
                problem: "this condition is nested too deep".into(),
                action: action.into(),
            });
        }
        let mut left = self.and()?;
        while self.eat(&["or"]) {
            left = format!("({left} or {})", self.and()?);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Read<String> {
        let mut left = self.not()?;
        while self.eat(&["and"]) {
            left = format!("({left} and {})", self.not()?);
        }
        Ok(left)
    }

    fn not(&mut self) -> Read<String> {
        let mut negated = false;
        while self.eat(&["not"]) {
            negated = !negated;
        }
        let inner = self.comparison()?;
        Ok(if negated { format!("(not {inner})") } else { inner })
    }

    fn comparison(&mut self) -> Read<String> {
        let left = self.sum()?;
        if self.eat(&["contains"]) {
            return self.contains(&left);
        }
        if self.eat(&["does", "not", "contain"]) {
            return Ok(format!("(not {})", self.contains(&left)?));
        }
        if self.eat(&["is"]) || self.eat(&["are"]) {
            let negated = self.eat(&["not"]);
            let inner = self.is(&left)?;
            return Ok(if negated { format!("(not {inner})") } else { inner });
        }
        const SIGNS: [(&str, &str); 6] =
            [("==", "same"), ("!=", "not same"), ("<=", "at_most"), (">=", "at_least"), ("<", "less"), (">", "more")];
        for (sign, function) in SIGNS {
            if self.sign(sign) {
                let right = self.operand_after(&format!("`{sign}`"))?;
                return Ok(format!("({function}({}, {}))", left.jinja, right.jinja));
            }
        }
        Ok(left.jinja)
    }

    fn operand_after(&mut self, after: &str) -> Read<Operand> {
        if self.peek().is_none() {
            return Err(self.missing(after));
        }
        self.sum()
    }

    fn sum(&mut self) -> Read<Operand> {
        self.worked_out(&[("+", "sum_of"), ("-", "difference_of")], Self::product)
    }

    fn product(&mut self) -> Read<Operand> {
        self.worked_out(&[("*", "product_of"), ("/", "quotient_of")], Self::filtered)
    }

    /// Operands joined by signs. Functions of ours take their place: minijinja's know nothing unknown, and no text beside a
    /// number.
    fn worked_out(&mut self, signs: &[(&str, &str)], operand: fn(&mut Self) -> Read<Operand>) -> Read<Operand> {
        let mut left = operand(self)?;
        while let Some((_, function)) = signs.iter().find(|(sign, _)| self.sign(sign)) {
            let sign = self.tokens.get(self.at.saturating_sub(1)).cloned();
            let right = operand(self)?;
            if let Some(sign) = sign.filter(|_| left.is_time() || right.is_time()) {
                let action =
                    "Compare instead: `is less than 24 hours away`, `is more than 2 days ago`, `is before today`.";
                return Err(Mistake::at(&sign, "days and stretches of time cannot be worked out with", action));
            }
            left = Operand::of(format!("{function}({}, {})", left.jinja, right.jinja));
        }
        Ok(left)
    }

    /// `value | filter` and `value | default("x")`.
    fn filtered(&mut self) -> Read<Operand> {
        let mut operand = self.primary()?;
        while self.sign("|") {
            let Some(name) = self.next().filter(|t| t.kind == Kind::Word) else { return Err(self.missing("`|`")) };
            let mut arguments = Vec::new();
            if self.sign("(") {
                while !self.sign(")") {
                    arguments.push(self.operand_after("`(`")?.jinja);
                    let _ = self.sign(",");
                }
            }
            let list = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            operand = Operand::of(format!("({} | {}{list})", operand.jinja, name.text));
        }
        Ok(operand)
    }

    fn primary(&mut self) -> Read<Operand> {
        let Some(token) = self.next() else { return Err(self.missing("this")) };
        let plain = |jinja: String| Ok(Operand::of(jinja));
        match token.kind {
            Kind::Text if token.text.contains("{{") => {
                let action = "Join the pieces with `+`, like `\"It was \" + amount`.";
                Err(Mistake::at(&token, "a detail in braces is not filled in here", action))
            }
            Kind::Number | Kind::Text => {
                let quoted = token.end - token.start > token.text.len();
                let stretch = token.kind == Kind::Text && !quoted && term(&token.text).is_some();
                Ok(Operand { stretch, ..Operand::of(token.jinja()) })
            }
            Kind::Word => match token.text.to_lowercase().as_str() {
                "yes" | "true" => plain("true".into()),
                "no" | "false" => plain("false".into()),
                "is" | "and" | "or" | "not" | "contains" => Err(self.left_over(&token)),
                path => Ok(Operand { path: Some(path.to_owned()), ..Operand::of(path.to_owned()) }),
            },
            Kind::Sign if token.text == "(" => {
                let inner = self.or()?;
                if self.sign(")") {
                    return plain(format!("({inner})"));
                }
                Err(Mistake::at(&token, "`(` is opened but never closed", "Write `)` where it ends."))
            }
            Kind::Sign if token.text == "-" => {
                let inner = self.primary()?;
                if inner.is_time() {
                    let action = "Leave the sign out: `is more than 2 days ago` looks back, `… away` ahead.";
                    return Err(Mistake::at(&token, "a stretch of time has no sign", action));
                }
                plain(format!("difference_of(0, {})", inner.jinja))
            }
            _ => Err(self.left_over(&token)),
        }
    }
}
