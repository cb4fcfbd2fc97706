//! One customer: details, tags, notes of colleagues, chats with their tickets, an end.
use crate::id::ContactId;
use crate::runtime::contacts::doors::{Edit, Edited};
use crate::runtime::contacts::{Contact, NOTE, Past, Remark, fields, table};
use crate::runtime::desk::tickets::Standing;
use crate::runtime::people::{Login, Right};
use crate::web::App;
use crate::web::staff::deeds::note as record;
use crate::web::staff::show::{self, Sent, field};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};

/// Notes and chats of one page.
const NOTES: usize = 100;
const CHATS: usize = 100;
/// What stands in front of a field's name in the form.
const FIELD: &str = "field.";

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>, Path(id): Path<i64>) -> Response {
    match find(&app, ContactId(id)).await {
        Ok(contact) => whole(&app, &me, &contact, StatusCode::OK, context! {}).await,
        Err(no) => *no,
    }
}

async fn find(app: &App, id: ContactId) -> Result<Contact, Box<Response>> {
    let store = app.runtime.store().contacts();
    if let Some(contact) = store.contact(id).await.map_err(|_| show::later(app))? {
        return Ok(contact);
    }
    let erased = store.contact_erased(id).await.map_err(|_| show::later(app))?;
    let (status, title, words) = match erased {
        Some(at) => {
            let words = format!("All that was known and said was erased on {}.", show::when(app, at));
            (StatusCode::GONE, "This customer was erased", words)
        }
        None => (StatusCode::NOT_FOUND, "There is no such customer", "No customer has this number.".to_owned()),
    };
    Err(Box::new(app.pages.message(status, title, &words)))
}

async fn whole(app: &App, me: &Login, contact: &Contact, status: StatusCode, news: Value) -> Response {
    let store = app.runtime.store().contacts();
    let (Ok(remarks), Ok(past)) = (store.remarks(contact.id, NOTES).await, store.past(contact.id, CHATS).await) else {
        return show::later(app);
    };
    let remark = |r: &Remark| context! { at => show::when(app, r.at), name => &r.name, text => &r.text };
    let values = context! {
        contact => context! {
            id => contact.id.0, name => contact.name(), known_as => &contact.known_as, version => contact.version,
            seen => show::when(app, contact.seen), created => show::when(app, contact.created), tags => contact.tags.iter().cloned().collect::<Vec<_>>(),
        },
        bot => app.runtime.bot(&contact.bot).map_or(contact.bot.clone(), |b| b.settings.name.clone()),
        details => details(app, contact), notes => remarks.iter().map(remark).collect::<Vec<_>>(),
        chats => past.iter().map(|p| chat(app, p)).collect::<Vec<_>>(), writes => me.may(Right::Answer), longest => NOTE,
        ..news
    };
    show::with(app, me, status, "pages/contact.html", values)
}

/// All fields that customers have, with what is known.
fn details(app: &App, contact: &Contact) -> Vec<Value> {
    let names = app.runtime.bot(&contact.bot).map(|b| b.settings.customer.clone()).unwrap_or_default();
    let own = |(name, about): (&String, &crate::bot::settings::Field)| {
        let value = contact.fields.get(name).map(fields::write).unwrap_or_default();
        context! { name, label => fields::label(name), value, kind => &about.kind }
    };
    names.iter().map(own).collect()
}

fn chat(app: &App, past: &Past) -> Value {
    let Past { row, ticket } = past;
    let stands = |standing: Standing| match standing {
        Standing::Open => "open",
        Standing::WaitingForCustomer => "waiting for the customer",
        Standing::Snoozed => "put off",
        Standing::Solved => "solved",
    };
    let with = match row.state.as_str() {
        "bot" => "with the bot".to_owned(),
        "waiting" => "waits for a person".to_owned(),
        "agent" => format!("with {}", row.agent.as_ref().map_or("a colleague", |w| w.name.as_str())),
        _ => "over".to_owned(),
    };
    context! {
        session => row.session.to_string(), at => show::when(app, row.updated), last => &row.last, with,
        ticket => ticket.as_ref().map(|t| context! { reference => &t.reference, stands => stands(t.standing) }),
    }
}

/// Writes details and tags down.
pub async fn edit(Path(id): Path<i64>, Sent { app, me, fields }: Sent) -> Response {
    let contact = match find(&app, ContactId(id)).await {
        Ok(contact) => contact,
        Err(no) => return *no,
    };
    let tags = match table::tags(field(&fields, "tags").split([',', ';'])) {
        Ok(tags) => tags,
        Err(problem) => {
            return whole(&app, &me, &contact, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await;
        }
    };
    let own = fields.iter().filter_map(|(name, text)| Some((name.strip_prefix(FIELD)?.to_owned(), text.clone())));
    let edit = Edit { version: field(&fields, "version").parse().unwrap_or(0), fields: own.collect(), tags };
    match app.runtime.edit_contact(contact.id, edit).await {
        Ok(Edited::Done) => done(&app, &me, &contact, "contact_changed").await,
        Ok(Edited::Stale) => {
            let problem =
                "A colleague, or the website, changed this customer meanwhile. Look at it, and write yours again.";
            whole(&app, &me, &contact, StatusCode::CONFLICT, context! { problem }).await
        }
        Ok(Edited::Unfit(name, words)) => {
            let problem = format!("{}: {words}", fields::label(&name));
            whole(&app, &me, &contact, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await
        }
        Ok(Edited::Unknown) => Redirect::to("/inbox/contacts").into_response(),
        Err(_) => show::later(&app),
    }
}

/// What was done is written down without a name: the record outlives the customer.
async fn done(app: &App, me: &Login, contact: &Contact, what: &'static str) -> Response {
    record(app, me, what, format!("customer {}", contact.id)).await;
    Redirect::to(&format!("/inbox/contacts/{}", contact.id)).into_response()
}

pub async fn note(Path(id): Path<i64>, Sent { app, me, fields }: Sent) -> Response {
    let contact = match find(&app, ContactId(id)).await {
        Ok(contact) => contact,
        Err(no) => return *no,
    };
    let text = field(&fields, "text").replace("\r\n", "\n");
    if text.is_empty() || text.chars().count() > NOTE {
        let problem = format!("A note has at least one word, and at most {NOTE} characters.");
        return whole(&app, &me, &contact, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await;
    }
    let remark = Remark { at: app.runtime.now(), name: me.name.clone(), text };
    match app.runtime.store().contacts().remark(contact.id, remark).await {
        Ok(_) => done(&app, &me, &contact, "contact_note").await,
        Err(_) => show::later(&app),
    }
}

/// Erases all that was said and known.
pub async fn erase(Path(id): Path<i64>, Sent { app, me, fields }: Sent) -> Response {
    let contact = match find(&app, ContactId(id)).await {
        Ok(contact) => contact,
        Err(no) => return *no,
    };
    if field(&fields, "sure") != "yes" {
        let problem = "Nothing was erased: tick the box to say that you are sure.";
        return whole(&app, &me, &contact, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await;
    }
    match app.runtime.erase_contact(contact.id).await {
        Ok(_) => {
            record(&app, &me, "contact_erased", format!("customer {}", contact.id)).await;
            Redirect::to("/inbox/contacts").into_response()
        }
        Err(_) => show::later(&app),
    }
}
