//! Tickets, each by its chat and by its reference.
use super::Sqlite;
use super::chats::from_json;
use crate::id::SessionId;
use crate::runtime::desk::tickets::{Standing, Ticket, Tickets};
use crate::runtime::ports::Stored;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Result, params};

fn json(ticket: &Ticket) -> Result<String> {
    serde_json::to_string(ticket).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::WaitingForCustomer => "waiting_for_customer",
        Standing::Snoozed => "snoozed",
        Standing::Solved => "solved",
    }
}

fn of(c: &Connection, session: SessionId) -> Result<Option<Ticket>> {
    let sql = "SELECT body FROM tickets WHERE session = ?1";
    let body = c.prepare_cached(sql)?.query_row([session.as_bytes()], |r| r.get::<_, String>(0)).optional()?;
    body.map(|body| from_json(&body)).transpose()
}

fn called(c: &Connection, reference: &str) -> Result<Option<Ticket>> {
    let sql = "SELECT body FROM tickets WHERE reference = ?1";
    let body = c.prepare_cached(sql)?.query_row([reference], |r| r.get::<_, String>(0)).optional()?;
    body.map(|body| from_json(&body)).transpose()
}

fn open(c: &Connection, ticket: &Ticket) -> Result<Option<Ticket>> {
    let sql = "INSERT OR IGNORE INTO tickets (session, reference, standing, body) VALUES (?1, ?2, ?3, ?4)";
    let values = params![ticket.session.as_bytes(), ticket.reference, word(ticket.standing), json(ticket)?];
    c.prepare_cached(sql)?.execute(values)?;
    of(c, ticket.session)
}

fn keep(c: &Connection, ticket: &Ticket) -> Result<()> {
    let sql = "UPDATE tickets SET standing = ?2, body = ?3 WHERE session = ?1";
    c.prepare_cached(sql)?.execute(params![ticket.session.as_bytes(), word(ticket.standing), json(ticket)?])?;
    Ok(())
}

fn not_solved(c: &Connection) -> Result<Vec<Ticket>> {
    let mut statement = c.prepare_cached("SELECT body FROM tickets WHERE standing <> 'solved' ORDER BY session")?;
    let bodies = statement.query_map([], |r| r.get::<_, String>(0))?;
    bodies.map(|body| from_json(&body?)).collect()
}

#[async_trait]
impl Tickets for Sqlite {
    async fn open_ticket(&self, ticket: Ticket) -> Stored<Option<Ticket>> {
        self.writer.write(move |c| Ok(open(c, &ticket)?)).await
    }

    async fn keep_ticket(&self, ticket: Ticket) -> Stored<()> {
        self.writer.write(move |c| Ok(keep(c, &ticket)?)).await
    }

    async fn ticket(&self, session: SessionId) -> Stored<Option<Ticket>> {
        self.read(move |c| of(c, session)).await
    }

    async fn ticket_called(&self, reference: &str) -> Stored<Option<Ticket>> {
        let reference = reference.to_owned();
        self.read(move |c| called(c, &reference)).await
    }

    async fn open_tickets(&self) -> Stored<Vec<Ticket>> {
        self.read(not_solved).await
    }
}
