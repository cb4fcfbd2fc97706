//! Tickets in memory.
use super::Memory;
use crate::id::SessionId;
use crate::runtime::desk::tickets::{Standing, Ticket, Tickets};
use crate::runtime::ports::Stored;
use async_trait::async_trait;

#[async_trait]
impl Tickets for Memory {
    async fn open_ticket(&self, ticket: Ticket) -> Stored<Option<Ticket>> {
        let tickets = &mut self.state().tickets;
        if let Some(known) = tickets.get(&ticket.session) {
            return Ok(Some(known.clone()));
        }
        if tickets.values().any(|t| t.reference == ticket.reference) {
            return Ok(None);
        }
        tickets.insert(ticket.session, ticket.clone());
        Ok(Some(ticket))
    }

    async fn keep_ticket(&self, ticket: Ticket) -> Stored<()> {
        if let Some(known) = self.state().tickets.get_mut(&ticket.session) {
            *known = ticket;
        }
        Ok(())
    }

    async fn ticket(&self, session: SessionId) -> Stored<Option<Ticket>> {
        Ok(self.state().tickets.get(&session).cloned())
    }

    async fn ticket_called(&self, reference: &str) -> Stored<Option<Ticket>> {
        Ok(self.state().tickets.values().find(|t| t.reference == reference).cloned())
    }

    async fn open_tickets(&self) -> Stored<Vec<Ticket>> {
        Ok(self.state().tickets.values().filter(|t| t.standing != Standing::Solved).cloned().collect())
    }
}
