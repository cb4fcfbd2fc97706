//! Comparisons in the words for people: what may stand after `is` and `contains`.
use super::lex::{self, Kind, Token};
use super::{Mistake, Operand, Read, Reader};
use crate::language::ast::{BareWord, Name};

/// Words that mean something else after `is` than a value of that name, and a name to take instead.
const READ_OTHERWISE: [(&str, &str, &str); 5] = [
    ("known", "asks whether it was filled at all", "known_already"),
    ("unknown", "asks whether nothing was filled in", "not_sure"),
    ("empty", "asks whether nothing was filled in", "nothing"),
    ("today", "compares with the day of the chat", "this_day"),
    ("now", "compares with the moment of the chat", "at_once"),
];

/// Where no condition can ask for a value of this name: what `is NAME` does instead, and another name for it.
pub fn read_otherwise(name: &str) -> Option<(&'static str, &'static str)> {
    let known = READ_OTHERWISE.iter().find(|(word, _, _)| word.eq_ignore_ascii_case(name.trim()));
    known.map(|(_, does, instead)| (*does, *instead))
}

const FEELINGS: [&str; 4] = ["angry", "worried", "disappointed", "happy"];

impl Reader {
    pub(super) fn contains(&mut self, left: &Operand) -> Read<String> {
        let right = self.value_or_word("`contains`", None)?;
        Ok(format!("has({}, {right})", left.jinja))
    }

    /// What follows `is` or `is not`.
    pub(super) fn is(&mut self, left: &Operand) -> Read<String> {
        let l = &left.jinja;
        if self.eat(&["known"]) {
            return Ok(format!("known({l})"));
        }
        if self.eat(&["unknown"]) || self.eat(&["empty"]) {
            return Ok(format!("(not known({l}))"));
        }
        if self.eat(&["one", "of"]) {
            return self.one_of(left);
        }
        for (word, function) in [("before", "before"), ("after", "after")] {
            if self.eat(&[word]) {
                let right = self.operand_after(&format!("`{word}`"))?;
                return Ok(format!("{function}({l}, {})", right.jinja));
            }
        }
        const AMOUNTS: [([&str; 2], &str); 4] = [
            (["more", "than"], "more"),
            (["less", "than"], "less"),
            (["at", "least"], "at_least"),
            (["at", "most"], "at_most"),
        ];
        for (words, function) in AMOUNTS {
            if self.eat(&words) {
                return self.amount(left, &words.join(" "), function);
            }
        }
        self.counted_otherwise()?;
        self.compared_otherwise()?;
        if let Some(kind) = self.a_kind() {
            let jinja = format!("is_kind({l}, {})", lex::quoted(&kind.text));
            self.kinds.push(BareWord { detail: left.path.clone().unwrap_or_default(), word: kind });
            return Ok(jinja);
        }
        if left.path.as_deref() == Some("customer")
            && let Some(feeling) = self.word(0).map(str::to_lowercase).filter(|w| FEELINGS.contains(&w.as_str()))
        {
            self.at += 1;
            return Ok(format!("feels(\"{feeling}\")"));
        }
        let right = self.value_or_word("`is`", left.path.as_deref())?;
        Ok(match right.as_str() {
            "true" => format!("(same({l}, true) or same({l}, \"yes\"))"),
            "false" => format!("(same({l}, false) or same({l}, \"no\"))"),
            _ => format!("same({l}, {right})"),
        })
    }

    /// `an email`, `a whole number`, `an order number`. `a` alone is a value.
    fn a_kind(&mut self) -> Option<Name> {
        if !matches!(self.word(0), Some("a" | "an")) || matches!(self.word(1), None | Some("and" | "or")) {
            return None;
        }
        let start = self.tokens.get(self.at + 1).map_or(0, |t| t.start);
        self.at += 1;
        let mut words: Vec<String> = Vec::new();
        if self.eat(&["yes", "or", "no"]) {
            words.push("yes or no".into());
        }
        while let Some(word) = self.word(0).filter(|w| !matches!(*w, "and" | "or") && !w.contains('.')) {
            words.push(word.to_lowercase());
            self.at += 1;
        }
        let end = self.tokens.get(self.at.wrapping_sub(1)).map_or(start, |t| t.end);
        let text = words.join(" ");
        let text = if matches!(text.as_str(), "whole number" | "yes or no") { text } else { text.replace(' ', "_") };
        Some(Name { text, span: self.place(start, end) })
    }

    /// `is bigger than 5`: said in other words than ours.
    fn compared_otherwise(&self) -> Read<()> {
        let right = match (self.word(0), self.word(1)) {
            (Some("bigger" | "greater" | "larger" | "higher" | "longer" | "older"), Some("than")) => "is more than",
            (Some("smaller" | "lower" | "fewer" | "shorter" | "newer"), Some("than")) => "is less than",
            (Some("over" | "above"), _) => "is more than",
            (Some("under" | "below"), _) => "is less than",
            (Some("equal"), _) => "is",
            _ => return Ok(()),
        };
        let written = self.word(0).unwrap_or_default();
        let problem = format!("`{written}` does not compare");
        Err(self.peek().map_or_else(|| self.missing("`is`"), |t| Mistake::at(t, problem, format!("Write `{right}`."))))
    }

    /// `is within 2 days`, `is in the past`: days and moments in words that are not ours.
    fn counted_otherwise(&self) -> Read<()> {
        let Some(first) = self.peek() else { return Ok(()) };
        let after = (self.word(1), self.word(2));
        let action = match (self.word(0), after) {
            (Some("within"), _) => "Write `is at most 2 days away` or `is at most 2 days ago`.",
            (Some("in"), (Some("the"), Some("past"))) => "Write `is before today` or `is before now`.",
            (Some("in"), (Some("the"), Some("future"))) => "Write `is after today` or `is after now`.",
            _ => return Ok(()),
        };
        Err(Mistake::at(first, format!("`{}` does not compare", first.text), action))
    }

    /// `50`, `30 days ago`, `24 hours away`, `24 hours from now`.
    fn amount(&mut self, left: &Operand, words: &str, function: &str) -> Read<String> {
        let right = self.operand_after(&format!("`{words}`"))?;
        let when = if self.eat(&["ago"]) {
            "ago_"
        } else if self.eat(&["away"]) || self.eat(&["from", "now"]) {
            "away_"
        } else {
            ""
        };
        Ok(format!("{when}{function}({}, {})", left.jinja, right.jinja))
    }

    fn one_of(&mut self, left: &Operand) -> Read<String> {
        let mut options = vec![self.value_or_word("`one of`", left.path.as_deref())?];
        // `a, b or c` is how people write it; `x is one of a, b or y is known` is told apart by the comparison after it.
        while self.sign(",") || (self.word(0) == Some("or") && self.ends_a_list() && self.eat(&["or"])) {
            let _ = self.eat(&["or"]);
            options.push(self.value_or_word("`,`", left.path.as_deref())?);
        }
        Ok(format!("one_of({}, [{}])", left.jinja, options.join(", ")))
    }

    /// Whether `or WORD` is the end of a list and no new condition.
    fn ends_a_list(&self) -> bool {
        let word =
            self.tokens.get(self.at + 1).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Text | Kind::Number));
        let after = self.tokens.get(self.at + 2);
        word && after.is_none_or(|t| t.kind == Kind::Word && matches!(t.text.as_str(), "and" | "or"))
    }

    /// What stands after `is`: bare words are a value; anything else is an operand.
    fn value_or_word(&mut self, after: &str, detail: Option<&str>) -> Read<String> {
        let mut words: Vec<Token> = Vec::new();
        while let Some(t) = self.peek() {
            let joins = matches!(t.text.as_str(), "and" | "or");
            if t.kind != Kind::Word || t.text.contains('.') || joins {
                break;
            }
            words.push(t.clone());
            self.at += 1;
        }
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return self.operand_after(after).map(|o| o.jinja);
        };
        let text = words.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
        match text.to_lowercase().as_str() {
            "yes" | "true" => return Ok("true".into()),
            "no" | "false" => return Ok("false".into()),
            "today" | "now" => return Ok(text.to_lowercase()),
            _ => {}
        }
        if let Some(detail) = detail {
            let span = self.place(first.start, last.end);
            self.bare.push(BareWord { detail: detail.to_owned(), word: Name { text: text.clone(), span } });
        }
        Ok(lex::quoted(&text))
    }
}
