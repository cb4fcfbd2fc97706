//! A chat in which the bot failed again and again: people have it from then on. What the customer says is kept and brings one
//! in; no flow runs any more, so that none can fail.
use super::run::Run;
use super::{Holder, Input, Speaker, What};
use crate::bot::house;

/// So many times the bot may fail in a chat.
const FAULTS: u32 = 3;

impl Run<'_> {
    /// Takes in what would run a flow; the rest is given back.
    pub fn quarantined(&mut self, input: Input) -> Option<Input> {
        if self.session.faults < FAULTS {
            return Some(input);
        }
        match input {
            Input::CustomerSaid { cid, text } => self.heard(text, cid, None, false),
            Input::CustomerTapped { cid, choice } => {
                let offered = self.control.choices.iter().find(|c| c.id == choice);
                let label = offered.map_or_else(|| choice.clone(), |c| c.label.clone());
                self.heard(label, cid, Some(choice), false);
            }
            Input::CustomerWantsPerson { cid } => {
                let text = self.title(house::TALK_TO_A_PERSON);
                self.heard(text, cid, Some("person".into()), false);
            }
            Input::CustomerSent { cid, file } => {
                let mut sent = What::message(Speaker::Customer, file.name.clone(), Some(cid));
                if let What::Message { files, .. } = &mut sent {
                    files.push(file);
                }
                self.emit(sent);
            }
            Input::AgentHandedBack { agent, name, .. } => self.emit(What::HandedBack { agent, name }),
            Input::CallAnswered { .. }
            | Input::TimerFired { .. }
            | Input::EventArrived { .. }
            | Input::NobodyAvailable => return None,
            other => return Some(other),
        }
        self.reopen();
        if matches!(self.session.holder, Holder::Bot | Holder::Resolved { .. }) {
            self.apologise("the bot failed in this chat again and again, and is kept out of it");
        }
        None
    }
}
