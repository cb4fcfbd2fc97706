//! What the desk tells an open inbox: offers, who is there, who looks at a chat, whose time ran out.
use super::socket::Inbox;
use crate::id::SessionId;
use crate::runtime::desk::clocks::{Due, Late};
use crate::runtime::desk::tickets::Ticket;
use crate::runtime::insights::Promise;
use crate::runtime::people::Right;
use crate::runtime::view::Row;
use crate::runtime::{News, Over};
use crate::web::staff::deeds::note;
use crate::web::wire::Step;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

/// Notes about a customer beside the chat; the others stand on the customer's page.
const NOTES: usize = 3;
/// Unread notes that are listed.
const MENTIONS: usize = 50;
/// Chats of a customer that are counted.
const CHATS: usize = 100;

impl Inbox {
    /// A line of the list with what the desk knows of it.
    pub(super) fn row_frame(&self, row: &Row) -> Value {
        let mut frame = serde_json::to_value(row).unwrap_or_default();
        let desk = self.app.runtime.desk();
        for (name, what) in [("reply_by", Due::FirstReply), ("solve_by", Due::Solved)] {
            if let (Some(due), Some(map)) = (desk.due(row.session, what), frame.as_object_mut()) {
                map.insert(name.into(), due.0.into());
            }
        }
        let late: Vec<&str> = desk.lates(row.session).into_iter().map(due_word).collect();
        if let (false, Some(map)) = (late.is_empty(), frame.as_object_mut()) {
            map.insert("late".into(), late.into());
        }
        if let (Some(ticket), Some(map)) = (self.app.runtime.desk().ticket(row.session), frame.as_object_mut()) {
            map.insert("ticket".into(), ticket_frame(&ticket));
        }
        frame
    }

    /// Bots with their teams, the flows at which one can hand back, and the words that the philosophy knows.
    pub(super) fn bots(&self) -> Value {
        let flows = |bot: &crate::bot::Bot| -> Vec<Value> {
            let own = bot.flows.iter().filter(|(name, flow)| !flow.house && *name != crate::bot::MAIN);
            own.map(|(name, flow)| json!({ "name": name, "title": flow.title })).collect()
        };
        let about = |bot: &crate::bot::Bot| {
            let teams: Vec<&String> = bot.settings.teams.keys().collect();
            let own = &bot.philosophy;
            let manner = json!({ "never_say": own.never_say, "say": own.say });
            json!({ "id": bot.id, "name": bot.settings.name, "teams": teams, "flows": flows(bot), "manner": manner })
        };
        self.app.runtime.bots().map(|bot| about(bot)).collect()
    }

    /// The replies for all, by bot; only for those who answer.
    pub(super) async fn canned(&mut self) -> Step {
        if !self.login.may(Right::Answer) {
            return Ok(());
        }
        let mut all = serde_json::Map::new();
        for bot in self.app.runtime.bots() {
            let replies = self.app.runtime.store().replies().canned(&bot.id).await.unwrap_or_default();
            all.insert(bot.id.clone(), serde_json::to_value(replies).unwrap_or_default());
        }
        self.wire.send(json!({ "t": "canned", "replies": all })).await
    }

    /// What is known of the customer beyond this chat; nothing where nobody signed who it is.
    pub(super) async fn contact(&mut self, session: SessionId) -> Value {
        let store = self.app.runtime.store().contacts();
        let Ok(Some(contact)) = store.contact_of(session).await else { return Value::Null };
        let notes = store.remarks(contact.id, NOTES).await.unwrap_or_default();
        let notes: Vec<Value> = notes.iter().map(|n| json!({ "at": n.at, "name": n.name, "text": n.text })).collect();
        let chats = store.past(contact.id, CHATS).await.unwrap_or_default().len();
        json!({ "id": contact.id, "name": contact.name(), "tags": contact.tags, "notes": notes, "chats": chats })
    }

    /// What is measured of the chat since it was opened last.
    pub(super) async fn visit(&mut self, session: SessionId) -> Value {
        let Ok(Some(visit)) = self.app.runtime.store().insights().visit(session).await else { return Value::Null };
        let count = |state: Promise| visit.promises.iter().filter(|p| p.state == state).count();
        json!({
            "waited": visit.waited(), "first_reply": visit.first_reply(), "resolution": visit.resolution(),
            "feedback": visit.feedback, "felt": visit.felt, "kept": count(Promise::Kept), "late": count(Promise::Late),
        })
    }

    /// Notes that name whoever is logged in; `fresh` is the chat of a new one.
    pub(super) async fn mentions(&mut self, fresh: Option<SessionId>) -> Step {
        let all = self.app.runtime.store().mentions().mentions(self.login.agent, MENTIONS).await;
        let all = all.unwrap_or_default();
        self.wire.send(json!({ "t": "mentions", "all": all, "fresh": fresh })).await
    }

    /// The chat is open: what was written there is read.
    pub(super) async fn mention_read(&mut self, session: SessionId) -> Step {
        match self.app.runtime.store().mentions().mention_read(self.login.agent, session).await {
            Ok(true) => self.mentions(None).await,
            _ => Ok(()),
        }
    }

    /// A lead takes a chat from whoever has it; written down where that is a colleague.
    pub(super) async fn take_over(&mut self, id: Value, session: SessionId) -> Step {
        let me = (self.login.agent, self.login.name.clone());
        let done = self.app.runtime.take_over(session, me).await;
        if let Ok((_, Some(from))) = &done {
            note(&self.app, &self.login, "took_over", format!("from {from}")).await;
        }
        self.answer(id, done.map(|(receipt, _)| receipt)).await
    }

    /// Everybody who can be named in a note.
    pub(super) async fn staff(&mut self) -> Value {
        let all = self.app.runtime.store().people().everybody().await.unwrap_or_default();
        all.iter().filter(|p| p.place.active).map(|p| json!({ "id": p.id, "name": p.name })).collect()
    }

    pub(super) fn people(&self) -> Value {
        let people = self.app.runtime.desk().people().into_iter();
        people.map(|(id, name, takes)| json!({ "id": id, "name": name, "takes": takes })).collect()
    }

    pub(super) async fn desk_news(&mut self, news: Result<News, RecvError>) -> Step {
        if !self.greeted {
            return Ok(());
        }
        let me = self.login.agent;
        let frame = match news {
            Ok(News::Offered { session, agent, until }) if agent == me => {
                json!({ "t": "offer", "session": session, "until": until })
            }
            Ok(News::OfferOver { session, agent, why }) if agent == me => {
                json!({ "t": "offer_over", "session": session, "why": words(why) })
            }
            Ok(News::Offered { .. } | News::OfferOver { .. }) => return Ok(()),
            Ok(News::People) => json!({ "t": "people", "people": self.people() }),
            Ok(News::Late(Late { session, team, what })) => {
                json!({ "t": "late", "session": session, "team": team, "what": due_word(what) })
            }
            Ok(News::Mentioned { session, whom }) if whom.contains(&me) => return self.mentions(Some(session)).await,
            Ok(News::Mentioned { .. }) => return Ok(()),
            Ok(News::Looking { session }) if self.looks.contains_key(&session) => {
                let who = self.app.runtime.desk().lookers(session).into_iter().filter(|(id, _)| *id != me);
                let who: Vec<Value> = who.map(|(id, name)| json!({ "id": id, "name": name })).collect();
                json!({ "t": "looking", "session": session, "who": who })
            }
            Ok(News::Looking { .. }) => return Ok(()),
            Ok(News::Ticket { session }) => {
                let ticket = self.app.runtime.desk().ticket(session).map(|t| ticket_frame(&t));
                json!({ "t": "ticket", "session": session, "ticket": ticket })
            }
            Ok(News::Woke { session }) => json!({ "t": "woke", "session": session }),
            // Too far behind: everything is sent anew.
            Err(RecvError::Lagged(_)) => {
                let csrf = self.login.csrf.clone();
                return self.hello(&csrf).await;
            }
            Err(RecvError::Closed) => return Err(None),
        };
        self.wire.send(frame).await
    }
}

/// What agents see of a ticket.
fn ticket_frame(ticket: &Ticket) -> Value {
    let Ticket { reference, standing, until, reopened, first_reply, .. } = ticket;
    json!({ "reference": reference, "standing": standing, "until": until, "reopened": reopened, "first_reply": first_reply })
}

fn due_word(what: Due) -> &'static str {
    match what {
        Due::FirstReply => "first_reply",
        Due::Solved => "solved",
        Due::Promise => "promise",
    }
}

fn words(why: Over) -> &'static str {
    match why {
        Over::Taken => "taken",
        Over::Missed => "missed",
        Over::Passed => "passed",
        Over::Gone => "gone",
    }
}
