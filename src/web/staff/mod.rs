//! Pages about those who work here: people and their places, one's own account, the record. Plain forms that need no script.
pub mod deeds;
pub mod me;
pub mod people;
pub mod person;
pub mod replies;
pub mod second;
pub mod show;
pub mod webhooks;
