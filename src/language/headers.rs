//! A flow and the lines that describe it: its team, what customers say, whom it is for, what begins it.
use super::ast::{Block, Flow, Phrase, Start};
use super::grammar::{self, Form, Place, Rule};
use super::layout::Node;
use super::mend;
use super::parse::{Parser, phrase};
use super::steps;

impl Parser {
    pub fn flow(&mut self, line: &Form, node: &Node<'_>) -> Option<Flow> {
        let name = self.name(line.part(Rule::name)?);
        let title = line.part(Rule::words).and_then(|w| self.inline(w));
        let title = title.or_else(|| line.part(Rule::text).filter(|t| !t.text.is_empty()).map(phrase));
        let mut flow = Flow {
            name,
            title,
            team: None,
            customers_say: vec![],
            needs: vec![],
            gives: vec![],
            for_customers: None,
            starts: vec![],
            when_something_fails: None,
            body: Block::default(),
            span: line.span,
        };
        let mut rest = Vec::new();
        for child in &node.under {
            if !self.header(&mut flow, child) {
                rest.push(child.clone());
            }
        }
        flow.body = self.steps(&rest);
        Some(flow)
    }

    /// Takes in a line that describes the flow; false where it is a step.
    fn header(&mut self, flow: &mut Flow, node: &Node<'_>) -> bool {
        let at = Place { file: self.file, start: node.start, length: node.text.len(), mended: false };
        let mut form = grammar::read(node.text, at);
        if form.rule == Rule::junk {
            match mend::header(node.text, at) {
                Some((diagnostic, mended)) => {
                    self.found.push(diagnostic);
                    form = mended;
                }
                None => return false,
            }
        }
        match form.rule {
            Rule::team => flow.team = form.part(Rule::name).map(|n| self.name(n)),
            Rule::needs => flow.needs.extend(self.names(&form)),
            Rule::gives => flow.gives.extend(self.names(&form)),
            Rule::for_customers => flow.for_customers = form.part(Rule::expr).map(|e| self.expr(e)),
            Rule::starts => flow.starts.extend(self.start(&form)),
            Rule::customers_say => self.customers_say(flow, &form, node),
            Rule::when if form.part(Rule::something_fails).is_some() => {
                flow.when_something_fails = Some(self.steps(&node.under));
            }
            _ => return false,
        }
        if !matches!(form.rule, Rule::customers_say | Rule::when) {
            self.nothing_under(node, "this line");
        }
        true
    }

    fn start(&mut self, form: &Form) -> Option<Start> {
        let what = form.parts.first()?;
        Some(match what.rule {
            Rule::page_matches => {
                let page = what.part(Rule::page)?;
                if !page.text.starts_with(['/', '*']) {
                    let action = "Write the path of a page, like `/cart` or `/products/*`.";
                    self.report("F043", page.span, format!("`{}` is no path of a page", page.text), action);
                }
                let after = what.part(Rule::term).map(|term| self.term(term));
                Start::Page { pattern: page.text.clone(), after }
            }
            Rule::event_arrives => {
                let with = self.names(what).into_iter().map(|n| n.text).collect();
                Start::Event { name: self.name(what.part(Rule::name)?).text, with }
            }
            Rule::feels => Start::Feels(steps::empathize::feeling(self, what.part(Rule::name)?)?),
            _ => Start::ChatOpens,
        })
    }

    fn customers_say(&mut self, flow: &mut Flow, form: &Form, node: &Node<'_>) {
        flow.customers_say.extend(form.part(Rule::text).filter(|t| !t.text.is_empty()).map(phrase));
        for example in &node.under {
            let text = example.text.strip_prefix("- ").unwrap_or(example.text).trim();
            flow.customers_say.push(Phrase { text: text.to_owned(), span: self.span(example) });
            self.nothing_under(example, "an example sentence");
        }
        if flow.customers_say.is_empty() {
            let action = "Write a few sentences under it, one a line, as customers would write them.";
            self.report("F021", form.span, "No example sentence stands under `customers say`", action);
        }
    }
}
