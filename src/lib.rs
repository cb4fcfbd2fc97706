//! rapport: a chatbot runtime for customer service, written by support leads in plain text.
//!
//! The rooms, in the order in which they may see each other (`tests/all/architecture.rs` refuses any other arrow):
//!
//! ```text
//! {language, understand} <- bot <- engine <- {rehearsal, runtime} <- {store, bus, channel, connector} <- web <- cli
//! ```
//!
//! * [`language`]: text of `.flow` files to a syntax tree. Pure; cannot fail: a bad line is a diagnostic.
//! * [`understand`]: a customer's words to topic, answers and mood. Pure; knows nothing of bots.
//! * [`bot`]: syntax tree and settings to a checked, immutable [`bot::Bot`]. Pure.
//! * [`engine`]: one turn of one chat. Pure and deterministic: no IO, no clock, no randomness.
//! * [`rehearsal`]: conversation tests, played on the engine. Pure.
//! * [`runtime`]: many chats over time; tokio starts here, and so does everything that must survive a crash.
//! * [`store`], [`bus`], [`channel`], [`connector`]: what the runtime's ports are made of.
//! * [`web`]: HTTP, WebSocket, the widget, the inbox.
//! * [`lsp`]: helps editors; sees `language`, `understand` and `bot` only.
//! * [`load`]: many customers at once, over the network; sees `language` only.
//! * [`cli`]: one file a command; `serve` is the only place that names concrete adapters.

pub mod fault;
pub mod id;
pub mod time;

pub mod language;
pub mod understand;

pub mod bot;

pub mod engine;

pub mod rehearsal;

pub mod runtime;

pub mod bus;
pub mod channel;
pub mod connector;
pub mod store;

pub mod load;
pub mod lsp;
pub mod web;

pub mod cli;
