//! Colleagues: whom a note names is told, a lead takes a chat over, and what is late is told and stays in sight until it is made good.
use super::served::{Served, Socket};
use super::support::{Hand, NoSystems, bot};
use super::visitor::{Browser, PASSWORD, ann, at_work, inbox, invited};
use rapport::bus::local::LocalBus;
use rapport::engine::{Input, What};
use rapport::id::{AgentId, SessionId};
use rapport::runtime::desk::clocks::{Due, Late};
use rapport::runtime::ports::Store;
use rapport::runtime::{Limits, News, Opening, Parts, Refusal, Runtime};
use rapport::store::Memory;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

const PATIENCE: Duration = Duration::from_secs(20);
const MINUTE: Duration = Duration::from_secs(60);

/// Somebody's inbox after its `welcome`, and what was unread then.
async fn opens(served: &Served, browser: &Browser) -> (Socket, Value) {
    let csrf = browser.clone().get("/inbox").await.csrf();
    let mut socket = inbox(served, browser).await;
    socket.send(json!({ "t": "hello", "csrf": csrf })).await;
    let unread = socket.until("mentions").await["all"].clone();
    (socket, unread)
}

async fn does(socket: &mut Socket, frame: Value) -> Value {
    socket.send(frame).await;
    loop {
        let answer = socket.next().await;
        if matches!(answer["t"].as_str(), Some("done" | "refused")) {
            return answer;
        }
    }
}

#[tokio::test]
async fn whom_a_note_names_is_told_until_the_chat_is_opened() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let bob = invited(&served, &mut owner, "Bob", "agent").await;
    let cleo = invited(&served, &mut owner, "Cleo", "agent").await;
    let (_customer, session, _) = served.begin().await;
    let mut writer = at_work(&served, &mut owner).await;
    let ((mut reader, nothing), (mut other, _)) = (opens(&served, &bob).await, opens(&served, &cleo).await);
    assert_eq!(nothing, json!([]));
    let note = |id: u32, text: &str| json!({ "t": "note", "id": id, "session": session, "text": text });
    assert_eq!(does(&mut writer, note(1, "@bob, please look. Write to cleo@shop.example.")).await["t"], "done");
    let told = reader.until("mentions").await;
    assert_eq!((&told["fresh"], &told["all"][0]["by"]), (&json!(session), &json!("Ann")), "{told}");
    assert!(told["all"][0]["text"].as_str().is_some_and(|t| t.starts_with("@bob")), "{told}");
    // Nobody else is: the next thing that Cleo hears is what names her.
    assert_eq!(does(&mut writer, note(2, "And @Cleo")).await["t"], "done");
    assert_eq!(other.until("mentions").await["all"].as_array().map(Vec::len), Some(1));
    // It waits for whoever is not there, too, and ends when the chat is opened.
    let (mut again, unread) = opens(&served, &bob).await;
    assert_eq!(unread.as_array().map(Vec::len), Some(1));
    again.send(json!({ "t": "open", "session": session })).await;
    assert_eq!(again.until("mentions").await["all"], json!([]));
    assert_eq!(opens(&served, &bob).await.1, json!([]));
}

#[tokio::test]
async fn whoever_has_no_access_is_told_nothing() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut bob = invited(&served, &mut owner, "Bob", "agent").await;
    let (_customer, session, _) = served.begin().await;
    let mut writer = at_work(&served, &mut owner).await;
    let csrf = owner.get("/people").await.csrf();
    let access = |on: &'static str, csrf: String| [("active", on.to_owned()), ("csrf", csrf)];
    let fields = access("no", csrf.clone());
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(owner.post("/people/2/active", &fields).await.status, 303);
    let note = json!({ "t": "note", "id": 1, "session": session, "text": "@Bob is not here any more" });
    assert_eq!(does(&mut writer, note).await["t"], "done");
    let fields = access("yes", csrf);
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(owner.post("/people/2/active", &fields).await.status, 303);
    assert_eq!(bob.log_in("bob@shop.example", PASSWORD).await.status, 303);
    assert_eq!(opens(&served, &bob).await.1, json!([]));
}

#[tokio::test]
async fn what_is_erased_names_nobody() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let bob = invited(&served, &mut owner, "Bob", "agent").await;
    let (_customer, session, _) = served.begin().await;
    let mut writer = at_work(&served, &mut owner).await;
    does(&mut writer, json!({ "t": "note", "id": 1, "session": session, "text": "@Bob" })).await;
    let id = SessionId::parse(&session).expect("an id");
    served.server.runtime().erase(id).await.expect("erased");
    assert_eq!(opens(&served, &bob).await.1, json!([]));
}

#[tokio::test]
async fn a_lead_takes_a_chat_over_and_an_agent_does_not() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let (bob, cleo) =
        (invited(&served, &mut owner, "Bob", "agent").await, invited(&served, &mut owner, "Cleo", "agent").await);
    let mut lead = at_work(&served, &mut owner).await;
    let ((mut one, _), (mut two, _)) = (opens(&served, &bob).await, opens(&served, &cleo).await);
    let (mut customer, session, _) = served.begin().await;
    customer.send(json!({ "t": "person", "cid": "p-1" })).await;
    customer.until("ack").await;
    let act = |id: u32, t: &str| json!({ "t": t, "id": id, "session": session });
    let reply = |id: u32, cid: &str| json!({ "t": "reply", "id": id, "session": session, "cid": cid, "text": "Hello" });
    assert_eq!(does(&mut one, act(1, "take")).await["t"], "done");
    assert_eq!(does(&mut two, act(1, "take")).await["code"], "taken");
    assert_eq!(does(&mut two, act(2, "take_over")).await["code"], "not_allowed");
    assert_eq!(does(&mut lead, act(1, "take_over")).await["t"], "done");
    assert_eq!(does(&mut one, reply(2, "r-1")).await["code"], "not_yours", "a reply that was on its way");
    assert_eq!(does(&mut lead, reply(2, "r-2")).await["t"], "done");
    assert!(owner.get("/record").await.text.contains("took a chat over</td><td>from Bob"));
    assert_eq!(does(&mut lead, act(3, "resolve")).await["t"], "done");
    assert_eq!(does(&mut lead, act(4, "take_over")).await["code"], "over");
}

// ---------------------------------------------------------------- clocks

const SETTINGS: &str = "teams: { orders: { first_reply: 5m, solved within: 1 hour } }\n";
const FLOW: &str = "flow main\n  team orders\n  greet\n    first time: Hello.\n  promise parcel within 30 minutes: We look {{ within }}.\n  escalate: A colleague will look.\n";

struct Desk {
    runtime: Runtime,
    store: Arc<dyn Store>,
    clock: Arc<Hand>,
}

impl Desk {
    async fn over(store: Arc<dyn Store>, clock: Arc<Hand>) -> Self {
        let parts = Parts {
            store: store.clone(),
            bus: Arc::new(LocalBus::default()),
            connector: Arc::new(NoSystems),
            clock: clock.clone(),
            bots: vec![bot(&[("bot.yaml", SETTINGS), ("main.flow", FLOW)])],
            limits: Limits::default(),
        };
        Self { runtime: Runtime::start(parts).await.expect("it starts"), store, clock }
    }

    async fn does(&self, chat: SessionId, input: Input) {
        self.runtime.agent(chat, input).await.expect("done");
    }
}

async fn late(news: &mut Receiver<News>) -> Late {
    let found = async {
        loop {
            if let News::Late(late) = news.recv().await.expect("the desk talks") {
                return late;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("it is told")
}

#[tokio::test]
async fn replies_promises_and_solutions_that_are_late_are_told_and_made_good() {
    let desk = Desk::over(Arc::new(Memory::default()), Hand::new()).await;
    let mut news = desk.runtime.desk().watch();
    let chat = desk.runtime.open("test", Opening::default()).await.expect("a chat").session;
    let (agent, name) = (AgentId(1), "Ann".to_owned());
    let is = |what| Late { session: chat, team: "orders".into(), what };
    desk.clock.forward(6 * MINUTE);
    assert_eq!(late(&mut news).await, is(Due::FirstReply));
    desk.does(chat, Input::AgentTook { agent, name: name.clone() }).await;
    assert_eq!(desk.runtime.desk().lates(chat), [Due::FirstReply], "taken is not answered");
    let said = Input::AgentSaid { agent, name: name.clone(), cid: "r-1".into(), text: "I look.".into() };
    desk.does(chat, said).await;
    assert_eq!(desk.runtime.desk().lates(chat), []);
    desk.clock.forward(25 * MINUTE);
    // Something sets a timer: the promise's is looked at then.
    desk.runtime.open("test", Opening::default()).await.expect("another chat");
    let told = late(&mut news).await;
    assert_eq!(told, is(Due::Promise));
    desk.clock.forward(30 * MINUTE);
    let mut told = late(&mut news).await;
    while told.session != chat {
        told = late(&mut news).await;
    }
    assert_eq!(told, is(Due::Solved));
    assert_eq!(desk.runtime.desk().lates(chat), [Due::Solved, Due::Promise]);
    desk.does(chat, Input::AgentResolved { agent, name }).await;
    assert_eq!(desk.runtime.desk().lates(chat), []);
    let over = desk.runtime.take_over(chat, (agent, "Ann".into())).await;
    assert_eq!(over.err(), Some(Refusal::Over));
}

#[tokio::test]
async fn clocks_go_on_after_a_restart() {
    let desk = Desk::over(Arc::new(Memory::default()), Hand::new()).await;
    let chat = desk.runtime.open("test", Opening::default()).await.expect("a chat").session;
    let due = desk.runtime.desk().due(chat, Due::Solved).expect("a time");
    desk.clock.forward(20 * MINUTE);
    desk.does(chat, Input::AgentTook { agent: AgentId(1), name: "Ann".into() }).await;
    desk.runtime.stop().await;
    let desk = Desk::over(desk.store.clone(), desk.clock.clone()).await;
    let start = std::time::Instant::now();
    while desk.runtime.desk().due(chat, Due::Solved) != Some(due) {
        assert!(start.elapsed() < PATIENCE, "the clock is lost");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let page = desk.runtime.page(chat, 0).await.expect("a page");
    assert!(page.events.iter().any(|e| matches!(e.what, What::Joined { .. })));
}
