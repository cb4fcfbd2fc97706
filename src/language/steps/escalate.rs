//! `escalate`: brings in a person.
use crate::language::ast::{Handler, Name, Phrase, Priority, Words};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Escalate {
    /// Default: the flow's team.
    pub team: Option<Name>,
    pub priority: Option<Priority>,
    /// For the customer.
    pub words: Option<Words>,
    /// For the agent.
    pub summary: Option<Phrase>,
    /// `NobodyIsAvailable` only.
    pub handlers: Vec<Handler>,
    pub span: Span,
}
