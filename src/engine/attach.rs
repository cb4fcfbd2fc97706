//! A photo or a file from the customer: the answer where the question takes one, else kept for colleagues.
use super::file::{File, Takes};
use super::run::Run;
use super::session::Wait;
use super::{Holder, Speaker, What};
use crate::bot::MAIN;
use crate::bot::op::{Ask, Op};
use crate::bot::phrases;
use crate::understand::answers::Kind;

impl Run<'_> {
    pub fn customer_sent(&mut self, cid: String, file: File) {
        self.heard = true;
        let mut sent = What::message(Speaker::Customer, file.name.clone(), Some(cid));
        if let What::Message { files, .. } = &mut sent {
            files.push(file.clone());
        }
        self.emit(sent);
        if matches!(self.session.holder, Holder::Agent { .. }) {
            return;
        }
        self.answer = Some(file.name.clone());
        match (&self.control.wait, self.op().map(|p| &p.op)) {
            (Wait::Answer, Some(Op::Ask(ask))) if takes(ask).is_some() => {
                // Words that came right before it go with it.
                self.unread();
                self.asked(|run| run.read_file(ask, &file));
            }
            // Words are kept silently there, too.
            (Wait::Call { .. } | Wait::Person, _) => {}
            (Wait::Nothing, _) => {
                self.reopen();
                self.message(self.said(phrases::FILE_KEPT), vec![], None);
                self.control.topics.clear();
                self.begin(MAIN);
                self.run();
            }
            _ => self.kept_for_colleagues(),
        }
    }

    /// The bot itself cannot look at it. What it waits for stays open, buttons and all. To several files in a row it is said
    /// once.
    fn kept_for_colleagues(&mut self) {
        if self.session.last_said == self.said(phrases::FILE_KEPT) {
            return;
        }
        let (choices, scale) = (std::mem::take(&mut self.control.choices), self.control.scale.take());
        self.message(self.said(phrases::FILE_KEPT), choices, scale);
    }
}

/// What a question takes besides words. One that takes any file takes photos, too.
pub(super) fn takes(ask: &Ask) -> Option<Takes> {
    let accepts = |wanted: fn(&Kind) -> bool| ask.accepts.iter().any(wanted);
    if accepts(|k| matches!(k, Kind::File)) {
        return Some(Takes::File);
    }
    accepts(|k| matches!(k, Kind::Photo)).then_some(Takes::Photo)
}
