//! Customers over all their chats: learned from what websites sign, changed by colleagues, taken from files, erased, and kept as
//! long as the rules say.
use super::cli::{rapport, words};
use super::search::{chat, says};
use super::served::Served;
use super::support::{Hand, MORNING, NoSystems, before, bot};
use super::visitor::{Browser, ann, at_work, invited};
use rapport::bot::Bot;
use rapport::bus::local::LocalBus;
use rapport::engine::{Input, Speaker, What};
use rapport::id::{AgentId, ContactId, SessionId};
use rapport::runtime::contacts::keep::Swept;
use rapport::runtime::contacts::table::{Sheet, read};
use rapport::runtime::contacts::{After, Changed, Contact, Erasing, Fresh, Remark};
use rapport::runtime::identity::Known;
use rapport::runtime::ports::Store;
use rapport::runtime::{Limits, Opening, Parts, Refusal, Runtime, Said};
use rapport::store::{Memory, Sqlite};
use rapport::time::Millis;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

type Any = Arc<dyn Store>;
const DAY: Duration = Duration::from_secs(86_400);

fn map(value: Value) -> Map<String, Value> {
    value.as_object().expect("a map").clone()
}

fn known(value: Value) -> Known {
    let customer = map(value);
    Known { id: customer["id"].as_str().expect("an id").to_owned(), customer }
}

fn signed(value: Value) -> What {
    What::Identified { customer: map(value) }
}

fn fresh(known_as: &str, fields: Value) -> Fresh {
    Fresh { bot: "test".into(), known_as: known_as.into(), fields: map(fields), tags: BTreeSet::new() }
}

async fn named(store: &Any, known_as: &str) -> Contact {
    store.contacts().contact_known_as("test", known_as).await.expect("read").expect("there")
}

// ---------------------------------------------------------------- stores

async fn every_promise(store: Any) {
    a_customer_is_who_is_signed(&store).await;
    files_bring_customers_who_are_found_by_words(&store).await;
    two_do_not_change_one_at_once(&store).await;
    an_erased_one_keeps_its_number(&store).await;
    old_ones_are_found(&store).await;
}

async fn a_customer_is_who_is_signed(store: &Any) {
    let mail = "zoe@example.com";
    let first =
        chat(&**store, vec![signed(json!({ "id": "c-1", "name": "Zoë", "email": mail, "consent": "v1" }))]).await;
    let second = chat(&**store, vec![signed(json!({ "id": "c-1", "vip": true }))]).await;
    let typed = What::Filled { slot: "email".into(), value: mail.into() };
    let other = chat(&**store, vec![says(Speaker::Customer, mail), typed]).await;
    let zoe = named(store, "c-1").await;
    assert_eq!(Value::from(zoe.fields.clone()), json!({ "name": "Zoë", "email": mail, "vip": true }));
    let whose = async |chat| store.contacts().contact_of(chat).await.expect("read").map(|k| k.id);
    assert_eq!((whose(first).await, whose(second).await), (Some(zoe.id), Some(zoe.id)));
    assert_eq!(whose(other).await, None, "an address that is typed makes nobody its owner");
    let past = store.contacts().past(zoe.id, 9).await.expect("read");
    assert_eq!(past.len(), 2);
    // On a computer that two share, the chat is whose it was signed for last.
    let shared = vec![signed(json!({ "id": "c-1" })), signed(json!({ "id": "c-2", "name": "Max" }))];
    let shared = chat(&**store, shared).await;
    assert_eq!(whose(shared).await, Some(named(store, "c-2").await.id));
}

async fn files_bring_customers_who_are_found_by_words(store: &Any) {
    let all = vec![
        fresh("c-1", json!({ "phone": "+442079460123" })),
        fresh("n-1", json!({ "name": "Nora Öst" })),
        Fresh { tags: BTreeSet::from(["wholesale".into()]), ..fresh("n-2", json!({ "name": "Noël" })) },
    ];
    assert_eq!(store.contacts().take_over(all, MORNING + DAY).await.expect("kept"), 2);
    let zoe = named(store, "c-1").await;
    assert_eq!((zoe.fields["name"].clone(), zoe.fields["phone"].clone()), ("Zoë".into(), "+442079460123".into()));
    let found = async |words: &str, after: Option<After>, limit: usize| {
        let all = store.contacts().contacts(words, after, limit).await.expect("read");
        all.into_iter().map(|k| k.known_as).collect::<Vec<_>>()
    };
    for (words, who) in
        [("no", "n-2 n-1"), ("ost nora", "n-1"), ("wholes", "n-2"), ("zoe@example.com", "c-1"), ("ora", "")]
    {
        assert_eq!(found(words, None, 9).await.join(" "), who, "{words}");
    }
    for odd in ["\"", "name:nora", "nora OR zoe", "*", "'; DROP TABLE contacts;"] {
        let _ = found(odd, None, 9).await;
    }
    let page = store.contacts().contacts("", None, 2).await.expect("read");
    let after = page.last().map(|k| After { seen: k.seen, id: k.id });
    let mut all: Vec<String> = page.into_iter().map(|k| k.known_as).collect();
    all.extend(found("", after, 9).await);
    assert_eq!(all, ["n-2", "n-1", "c-2", "c-1"], "page by page, nobody twice");
}

async fn two_do_not_change_one_at_once(store: &Any) {
    let before = named(store, "n-1").await;
    let mut mine = before.clone();
    mine.fields.insert("name".into(), "Nora East".into());
    assert_eq!(store.contacts().change_contact(mine).await.expect("asked"), Changed::Done);
    let yours = Contact { tags: BTreeSet::from(["late".into()]), ..before };
    assert_eq!(store.contacts().change_contact(yours).await.expect("asked"), Changed::Stale);
    let now = named(store, "n-1").await;
    assert_eq!((now.fields["name"].clone(), now.tags.len()), ("Nora East".into(), 0));
    let search = store.contacts().contacts("east", None, 9).await.expect("read");
    assert_eq!(search.len(), 1, "found by the new name");
    assert!(store.contacts().contacts("ost", None, 9).await.expect("read").is_empty(), "and not by the old one");
}

async fn an_erased_one_keeps_its_number(store: &Any) {
    let zoe = named(store, "c-1").await;
    let remark = Remark { at: MORNING, name: "Ann".into(), text: "Likes tea".into() };
    assert!(store.contacts().remark(zoe.id, remark.clone()).await.expect("kept"));
    assert_eq!(store.contacts().remarks(zoe.id, 9).await.expect("read"), std::slice::from_ref(&remark));
    let erase = async || store.contacts().erase_contact(zoe.id, MORNING).await.expect("asked");
    let Erasing::Has(chats) = erase().await else { panic!("chats first") };
    assert_eq!(chats.len(), 2);
    for chat in chats {
        assert!(store.erase(chat).await.expect("erased"));
    }
    assert_eq!((erase().await, erase().await), (Erasing::Done, Erasing::Unknown));
    assert!(store.contacts().contact_known_as("test", "c-1").await.expect("read").is_none());
    assert!(store.contacts().contact(zoe.id).await.expect("read").is_none());
    assert_eq!(store.contacts().contact_erased(zoe.id).await.expect("read"), Some(MORNING));
    assert!(store.contacts().remarks(zoe.id, 9).await.expect("read").is_empty());
    assert!(!store.contacts().remark(zoe.id, remark).await.expect("asked"));
    assert!(store.contacts().contacts("zoe", None, 9).await.expect("read").is_empty());
    store.contacts().take_over(vec![fresh("c-1", json!({ "name": "Zoë" }))], MORNING).await.expect("kept");
    assert_ne!(named(store, "c-1").await.id, zoe.id, "whoever comes back is somebody new");
}

async fn old_ones_are_found(store: &Any) {
    let late = Millis(MORNING.0 + 10_000);
    let old = store.contacts().old_contacts("test", late, 9).await.expect("read");
    let mut names = Vec::new();
    for id in old {
        names.push(store.contacts().contact(id).await.expect("read").expect("there").known_as);
    }
    names.sort();
    assert_eq!(names, ["c-1", "c-2"], "not those of a day later");
    assert!(store.contacts().old_contacts("other", late, 9).await.expect("read").is_empty());
    let chats = store.contacts().old_chats("test", late, 9).await.expect("read");
    assert_eq!(chats.len(), 2, "those that are not erased");
    assert!(store.contacts().old_chats("test", MORNING, 9).await.expect("read").is_empty());
}

#[tokio::test]
async fn in_memory() {
    every_promise(Arc::new(Memory::default())).await;
}

#[tokio::test]
async fn in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    every_promise(Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"))).await;
}

#[tokio::test]
async fn customers_of_before_are_carried_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let store = Sqlite::open(&path).expect("a store");
    let whats = vec![signed(json!({ "id": "c-1", "name": "Zoë", "vip": true })), signed(json!({ "name": "Zoë Q" }))];
    let session = chat(&store, whats).await;
    store.bind("test", "c-1", session, false).await.expect("bound");
    drop(store);
    let direct = rusqlite::Connection::open(&path).expect("the file");
    before(&direct, "012_contacts");
    drop(direct);
    let store: Any = Arc::new(Sqlite::open(&path).expect("carried over"));
    let zoe = named(&store, "c-1").await;
    assert_eq!(Value::from(zoe.fields.clone()), json!({ "name": "Zoë Q", "vip": true }));
    assert_eq!(store.contacts().contact_of(session).await.expect("read").map(|k| k.id), Some(zoe.id));
    assert_eq!(store.contacts().contacts("zoe", None, 9).await.expect("read").len(), 1);
}

// ---------------------------------------------------------------- files

fn shop() -> Arc<Bot> {
    let settings = "customer: { vip: yes or no, visits: whole number }\n";
    bot(&[("bot.yaml", settings), ("main.flow", "flow main\n  say: Hello.\n")])
}

#[test]
fn rows_that_do_not_fit_are_told_by_their_line() {
    let text = "\u{feff}id;name;vip;visits;tags\n\
        c-1;Zoë;yes;3;tea; lamps\n\
        c-2;\"A name;\nin two lines\";no;4;\"tea; lamps\"\n\
        ;Nobody;no;1;\n\
        c-3;Max;perhaps;1;\n\
        \n\
        c-4;Nora;;many;\n\
        c-2;Again;;;\n\
        c-5;'=SUM(A1);;;\n";
    let rows = read(&shop(), text.as_bytes(), MORNING).expect("a table");
    let lines: Vec<(u64, &str)> = rows.problems.iter().map(|p| (p.line, p.words.as_str())).collect();
    let begins = [
        (2, "There are 6 values and 5 columns"),
        (5, "The id must be there"),
        (6, "vip: `perhaps`"),
        (8, "visits: `many`"),
        (9, "The id `c-2` stands in line 3"),
    ];
    assert_eq!(lines.len(), begins.len(), "{lines:?}");
    for ((line, words), (wanted, begin)) in lines.iter().zip(begins) {
        assert!(*line == wanted && words.starts_with(begin), "{line}: {words}, not {wanted}: {begin}");
    }
    let names: Vec<&str> = rows.fresh.iter().map(|f| f.known_as.as_str()).collect();
    assert_eq!(names, ["c-2", "c-5"]);
    assert_eq!(
        Value::from(rows.fresh[0].fields.clone()),
        json!({ "name": "A name;\nin two lines", "vip": false, "visits": 4 })
    );
    assert_eq!(rows.fresh[0].tags, BTreeSet::from(["lamps".to_owned(), "tea".to_owned()]));
    assert_eq!(rows.fresh[1].fields["name"], "=SUM(A1)", "the apostrophe is for spreadsheets");
}

#[test]
fn a_file_that_is_no_table_of_customers_is_told_what_it_lacks() {
    let told = |bytes: &[u8]| read(&shop(), bytes, MORNING).expect_err("refused");
    assert!(told(b"name\nZoe\n").contains("The column `id` is missing"));
    assert!(
        told(b"id,shoe size\n1,41\n").contains("There is no column `shoe size`"),
        "{}",
        told(b"id,shoe size\n1,41\n")
    );
    assert!(told(b"id,id\n").contains("twice"));
    assert!(told(b"id,name\nc-1,Zoe\nc-2,Zo\xeb\n").contains("Line 3 holds letters that are not UTF-8"));
    assert!(told(b"").contains("The column `id` is missing"));
}

#[test]
fn what_is_written_is_read_again_and_runs_in_no_spreadsheet() {
    let bot = shop();
    let evil = ["=cmd|' /C calc'!A0", "+44", "-1", "@SUM(A1)", "\tx", "plain", "with \"quotes\", and, commas"];
    let contact = |(n, name): (i64, &&str)| Contact {
        id: ContactId(n),
        bot: "test".into(),
        known_as: format!("={n}"),
        fields: map(json!({ "name": name.trim(), "vip": true, "visits": n })),
        tags: BTreeSet::from(["-tag".to_owned(), "b".to_owned()]),
        created: MORNING,
        seen: MORNING,
        version: 1,
    };
    let all: Vec<Contact> = (1..).zip(&evil).map(contact).collect();
    let sheet = Sheet::new(&bot);
    let text = all.iter().filter_map(|k| sheet.line(k)).fold(sheet.head(), |all, line| all + line.as_str());
    let mut cells = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for cell in cells.records().flat_map(|r| r.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>()) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    let rows = read(&bot, text.as_bytes(), MORNING).expect("a table");
    assert_eq!(rows.problems, []);
    for (was, is) in all.iter().zip(&rows.fresh) {
        assert_eq!((&was.known_as, &was.fields, &was.tags), (&is.known_as, &is.fields, &is.tags));
    }
    let other = Contact { bot: "other".into(), ..all[0].clone() };
    assert_eq!(sheet.line(&other), None);
}

#[test]
fn the_command_line_takes_customers_over_and_writes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("shop")).expect("a folder");
    std::fs::write(path("shop/main.flow"), "flow main\n  say: Hello.\n").expect("written");
    std::fs::write(path("shop/bot.yaml"), "name: Robin\ncustomer: { vip: yes or no }\n").expect("written");
    std::fs::write(path("good.csv"), "id,name,vip\nc-1,Zoë,yes\nc-2,=1+1,no\n").expect("written");
    std::fs::write(path("bad.csv"), "id,name,vip\nc-1,Zoë Q,yes\nc-3,Max,perhaps\n").expect("written");
    let run = |args: &[&str]| rapport(folder.path(), &[&["contacts", "--bot", "shop"], args].concat(), "");
    let none = run(&["import", "good.csv"]);
    assert!(words(&none).contains("There are no chats in data"), "{}", words(&none));
    std::fs::create_dir(path("data")).expect("a folder");
    drop(Sqlite::open(&path("data/rapport.db")).expect("a store"));
    let first = run(&["import", "good.csv"]);
    assert!(first.status.success() && words(&first).contains("2 customers taken over: 2 new, 0"), "{}", words(&first));
    let second = run(&["import", "bad.csv"]);
    let told = words(&second);
    assert_eq!(second.status.code(), Some(1), "{told}");
    assert!(told.contains("bad.csv:3: vip: `perhaps`") && told.contains("1 customers taken over: 0 new, 1"), "{told}");
    let out = run(&["export"]);
    let table = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(table.contains("c-1,,,,Zoë Q,,yes") && table.contains("'=1+1"), "{table}");
    assert!(words(&run(&["import", "gone.csv"])).contains("gone.csv cannot be read"));
}

// ---------------------------------------------------------------- chats

const SETTINGS: &str = "customer: { vip: yes or no }\n";
/// Asks three times, and says each time what it knows.
fn flow() -> String {
    let ask =
        "  ask more: Yes?\n    accept text\n  if customer.vip\n    say: Right away.\n  else\n    say: In a moment.\n";
    let again = |n: usize| ask.replace("more", &format!("more_{n}"));
    format!("flow main\n  greet\n    first time: Hello.\n{}{}{}", again(1), again(2), again(3))
}

struct House {
    runtime: Runtime,
    store: Any,
    clock: Arc<Hand>,
    bot: Arc<Bot>,
}

impl House {
    async fn new(settings: &str) -> Self {
        let (store, clock): (Any, _) = (Arc::new(Memory::default()), Hand::new());
        let bot = bot(&[("bot.yaml", &format!("{SETTINGS}{settings}")), ("main.flow", &flow())]);
        let parts = Parts {
            store: store.clone(),
            bus: Arc::new(LocalBus::default()),
            connector: Arc::new(NoSystems),
            clock: clock.clone(),
            bots: vec![bot.clone()],
            limits: Limits::default(),
        };
        Self { runtime: Runtime::start(parts).await.expect("started"), store, clock, bot }
    }

    async fn comes(&self, who: Value) -> SessionId {
        let opened = self.runtime.open_for(&self.bot, Opening::default(), None, Some(known(who))).await;
        opened.expect("a chat").session
    }

    /// How soon the bot said, the last time, that somebody comes.
    async fn last_words(&self, chat: SessionId, cid: &str) -> String {
        self.runtime.customer(chat, cid, Said::Text("hurry".into())).await.expect("said");
        let events = self.store.events(chat, 0, usize::MAX).await.expect("read");
        let said = events.into_iter().rev().filter_map(|e| match e.what {
            What::Message { from: Speaker::Bot { .. }, text, .. } => Some(text),
            _ => None,
        });
        said.filter(|text| text.starts_with("Right") || text.starts_with("In a")).take(1).collect()
    }

    /// Somebody settles the matter.
    async fn settles(&self, chat: SessionId) {
        let (agent, name) = (AgentId(1), "Ann".to_owned());
        for input in [Input::AgentTook { agent, name: name.clone() }, Input::AgentResolved { agent, name }] {
            self.runtime.agent(chat, input).await.expect("done");
        }
    }
}

#[tokio::test]
async fn flows_read_what_colleagues_know_of_a_signed_customer() {
    let house = House::new("").await;
    let vip = vec![fresh("c-1", json!({ "vip": true, "name": "Of the file" }))];
    house.store.contacts().take_over(vip, MORNING).await.expect("kept");
    let zoe = house.comes(json!({ "id": "c-1", "name": "Zoë" })).await;
    assert_eq!(house.last_words(zoe, "m-1").await, "Right away.");
    assert_eq!(named(&house.store, "c-1").await.fields["name"], "Zoë", "what is signed counts more");
    let max = house.comes(json!({ "id": "c-2" })).await;
    assert_eq!(house.last_words(max, "m-1").await, "In a moment.");
    // Changed while the chat is open.
    use rapport::runtime::contacts::doors::{Edit, Edited};
    let contact = named(&house.store, "c-2").await;
    let edit = |version, vip: &str| Edit { version, fields: vec![("vip".into(), vip.into())], tags: BTreeSet::new() };
    let done = house.runtime.edit_contact(contact.id, edit(contact.version, "yes")).await;
    assert_eq!(done, Ok(Edited::Done));
    assert_eq!(house.last_words(max, "m-2").await, "Right away.");
    let done = house.runtime.edit_contact(contact.id, edit(contact.version, "no")).await;
    assert_eq!(done, Ok(Edited::Stale));
    let done = house.runtime.edit_contact(contact.id, edit(contact.version + 1, "")).await;
    assert_eq!(done, Ok(Edited::Done));
    assert_eq!(house.last_words(max, "m-3").await, "In a moment.", "not known any more");
    let nobody = house.runtime.open(&house.bot.id, Opening::default()).await.expect("a chat").session;
    assert_eq!(house.store.contacts().contact_of(nobody).await.expect("read"), None);
}

#[tokio::test]
async fn rules_erase_what_nobody_needs_any_more() {
    let house = House::new("keep: { chats: 30 days, customers: 90 days }\n").await;
    let old = house.comes(json!({ "id": "c-1", "name": "Zoë" })).await;
    house.settles(old).await;
    let waits = house.comes(json!({ "id": "c-2" })).await;
    house.runtime.customer(waits, "p-1", Said::Person).await.expect("asked");
    house.clock.forward(29 * DAY);
    let young = house.comes(json!({ "id": "c-3" })).await;
    house.settles(young).await;
    assert_eq!(house.runtime.sweep().await, Ok(Swept::default()));
    house.clock.forward(2 * DAY);
    assert_eq!(house.runtime.sweep().await, Ok(Swept { chats: 1, customers: 0 }));
    let gone = house.runtime.status(old).await;
    assert_eq!(gone.err(), Some(Refusal::UnknownSession));
    assert!(house.runtime.status(young).await.is_ok() && house.runtime.status(waits).await.is_ok());
    assert!(named(&house.store, "c-1").await.fields.contains_key("name"), "the customer is kept longer");
    house.clock.forward(60 * DAY);
    assert_eq!(house.runtime.sweep().await, Ok(Swept { chats: 1, customers: 1 }));
    assert!(house.store.contacts().contact_known_as("test", "c-1").await.expect("read").is_none());
    assert!(house.store.contacts().contact_known_as("test", "c-2").await.expect("read").is_some(), "somebody is at it");
    let record = house.store.people().recorded(None, 9).await.expect("read");
    assert_eq!(record[0].about, "test: 1 chats, 1 customers");
}

#[tokio::test]
async fn without_a_rule_everything_is_kept() {
    let house = House::new("name: Robin\n").await;
    house.comes(json!({ "id": "c-1" })).await;
    house.clock.forward(4_000 * DAY);
    assert_eq!(house.runtime.sweep().await, Ok(Swept::default()));
}

// ---------------------------------------------------------------- pages

async fn press(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> super::visitor::Page {
    let csrf = browser.get("/me").await.csrf();
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    browser.post(path, &fields).await
}

/// A form with a file.
async fn upload(browser: &mut Browser, csrf: &str, file: &str) -> super::visitor::Page {
    let part = |name: &str, value: &str| format!("--edge\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n");
    let parts =
        [part("name=\"csrf\"", csrf), part("name=\"bot\"", "test"), part("name=\"file\"; filename=\"a.csv\"", file)];
    let body = format!("{}--edge--\r\n", parts.concat());
    let request = browser.client.post(format!("{}/inbox/contacts/import", browser.base));
    let request =
        request.header("origin", browser.base.clone()).header("content-type", "multipart/form-data; boundary=edge");
    browser.send(request.body(body)).await
}

#[tokio::test]
async fn the_pages_find_change_note_and_erase() {
    let served = Served::new().await;
    let runtime = served.server.runtime().clone();
    let robin = runtime.bot("test").expect("a bot");
    let who = known(json!({ "id": "c-1", "name": "Zoë <b>", "email": "zoe@example.com" }));
    let session = runtime.open_for(&robin, Opening::default(), None, Some(who)).await.expect("a chat").session;
    let mut owner = ann(&served).await;
    let mut agent = invited(&served, &mut owner, "Bob", "agent").await;
    let mut viewer = invited(&served, &mut owner, "Vera", "viewer").await;
    let list = viewer.get("/inbox/contacts?q=zoe").await.text;
    assert!(list.contains("Zoë &lt;b&gt;") && list.contains("/inbox/contacts/1"), "{list}");
    assert!(viewer.get("/inbox/contacts?q=nobody").await.text.contains("Nobody is found"));
    let page = viewer.get("/inbox/contacts/1").await.text;
    assert!(page.contains(&format!("/inbox#chat={session}")) && !page.contains("<form class=\"panel-form\""), "{page}");
    for path in ["/inbox/contacts/1", "/inbox/contacts/1/note"] {
        assert_eq!(press(&mut viewer, path, &[("text", "x")]).await.status, 403, "{path}");
    }
    assert_eq!(press(&mut agent, "/inbox/contacts/1/note", &[("text", "Likes <i>tea</i>")]).await.status, 303);
    assert_eq!(press(&mut agent, "/inbox/contacts/1/note", &[("text", " ")]).await.status, 422);
    let fields = [("version", "1"), ("field.phone", "+44 20 7946 0123"), ("tags", "VIP, tea")];
    assert_eq!(press(&mut agent, "/inbox/contacts/1", &fields).await.status, 303);
    assert_eq!(press(&mut agent, "/inbox/contacts/1", &fields).await.status, 409, "somebody was faster");
    let odd = press(&mut agent, "/inbox/contacts/1", &[("version", "2"), ("field.email", "zoe")]).await;
    assert!(odd.status == 422 && odd.text.contains("Email: `zoe`"), "{}", odd.text);
    let page = agent.get("/inbox/contacts/1").await.text;
    for words in ["Likes &lt;i&gt;tea&lt;&#x2f;i&gt;", "Bob ·", "+442079460123", "<span class=\"chip\">vip</span>"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    // Beside the chat, too.
    let mut socket = at_work(&served, &mut owner).await;
    socket.send(json!({ "t": "open", "session": session })).await;
    let contact = socket.until("opened").await["contact"].clone();
    assert_eq!(
        (&contact["id"], &contact["tags"], &contact["notes"][0]["text"]),
        (&json!(1), &json!(["tea", "vip"]), &json!("Likes <i>tea</i>"))
    );
    assert_eq!(press(&mut agent, "/inbox/contacts/1/erase", &[("sure", "yes")]).await.status, 403);
    assert_eq!(press(&mut owner, "/inbox/contacts/1/erase", &[]).await.status, 422, "not by accident");
    assert_eq!(press(&mut owner, "/inbox/contacts/1/erase", &[("sure", "yes")]).await.status, 303);
    let gone = owner.get("/inbox/contacts/1").await;
    assert!(gone.status == 410 && !gone.text.contains("Zoë"), "{}", gone.text);
    assert_eq!(owner.get("/inbox/contacts/2").await.status, 404);
    assert_eq!(runtime.status(session).await.err(), Some(Refusal::UnknownSession));
    let record = owner.get("/record").await.text;
    assert!(record.contains("erased a customer") && !record.contains("Zoë"), "{record}");
}

#[tokio::test]
async fn files_come_and_go_over_the_pages() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let csrf = owner.get("/inbox/contacts/import").await.csrf();
    let table = "id,name,email\nc-1,Zoë,zoe@example.com\nc-2,Max,max\nc-3,@Nora,\n";
    assert_eq!(upload(&mut owner, "0000", table).await.status, 403);
    let page = upload(&mut owner, &csrf, table).await;
    assert_eq!(page.status, 200);
    for words in ["2 taken over", "2 new", "1 left out", "<td class=\"when\">3</td><td>email: `max`"] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    assert_eq!(upload(&mut owner, &csrf, "name\nZoë\n").await.status, 422);
    let file = press(&mut owner, "/inbox/contacts/export", &[("bot", "test")]).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("customers-test.csv"));
    assert_eq!(file.text.lines().count(), 3);
    assert!(
        file.text.starts_with("id,tags,email,first_name,name,phone\n") && file.text.contains("'@Nora"),
        "{}",
        file.text
    );
    let mut agent = invited(&served, &mut owner, "Bob", "agent").await;
    assert_eq!(press(&mut agent, "/inbox/contacts/export", &[("bot", "test")]).await.status, 403);
}
