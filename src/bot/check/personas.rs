//! Personas of `philosophy.yaml`: what tells them apart must be something that is known of a customer.
use super::Subject;
use super::names::Known;
use crate::bot::template::Templates;
use crate::language::diagnostic::Diagnostic;

pub fn check(subject: &Subject<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    let mut templates = Templates::new(subject.settings);
    for (name, persona) in &subject.philosophy.personas {
        let Some(condition) = persona.condition.as_ref().filter(|c| !c.jinja.is_empty()) else { continue };
        match templates.formula(&condition.jinja) {
            Ok(formula) => formula.paths().iter().for_each(|path| known.detail(path, condition.span, found)),
            Err(why) => {
                let problem = format!("Who the persona `{name}` is cannot be read: {why}");
                let action = "Write it as after an `if`, for example `where: customer.tags contains parent`.";
                found.push(Diagnostic::error("F101", condition.span, problem, action));
            }
        }
    }
}
