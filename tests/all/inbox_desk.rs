//! The desk at work: offers, chats that are passed on and handed back, tickets, and people who leave.
use crate::support::{Hand, NoSystems, bot};
use rapport::bus::local::LocalBus;
use rapport::engine::{Event, Input, Speaker, What};
use rapport::id::{AgentId, SessionId};
use rapport::runtime::desk::clocks::Due;
use rapport::runtime::desk::floor::{ABANDONED, GRACE, REST};
use rapport::runtime::desk::tickets::{Standing, read_reference, reference};
use rapport::runtime::{Limits, News, Opening, Parts, Present, Refusal, Runtime, Said, Seat};
use rapport::store::Memory;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;

const PATIENCE: Duration = Duration::from_secs(20);
const SETTINGS: &str = "\
teams:
  orders: { offer chats: to the least busy, accept within: 30s, first_reply: 5m }
  refunds: {}
";
const FLOW: &str = "\
flow main
  triage: What can I do for you?

flow order: My order
  team orders
  customers say
    my order is broken
  escalate: A colleague will look.
    when nobody is available
      say: Nobody is here right now.

flow size: Which size fits
  customers say
    which size do I need
  ask size: How tall are you?
    accept text
  say: Take a {{ size }}.
";

struct Shop {
    runtime: Runtime,
    clock: Arc<Hand>,
}

impl Shop {
    async fn open() -> Self {
        let clock = Hand::new();
        let parts = Parts {
            store: Arc::new(Memory::default()),
            bus: Arc::new(LocalBus::default()),
            connector: Arc::new(NoSystems),
            clock: clock.clone(),
            bots: vec![bot(&[("bot.yaml", SETTINGS), ("main.flow", FLOW)])],
            limits: Limits::default(),
        };
        Self { runtime: Runtime::start(parts).await.expect("it starts"), clock }
    }

    fn enters(&self, n: i64) -> Present {
        self.runtime.present(AgentId(n), &name(n), Seat { capacity: 2, ..Seat::default() })
    }

    /// A customer whose order is broken: waits for somebody.
    async fn customer(&self) -> SessionId {
        let chat = self.runtime.open("test", Opening::default()).await.expect("a chat").session;
        self.says(chat, "my order is broken").await;
        chat
    }

    async fn says(&self, chat: SessionId, words: &str) {
        let cid = uuid::Uuid::new_v4().simple().to_string();
        self.runtime.customer(chat, &cid, Said::Text(words.into())).await.expect("kept");
    }

    async fn answers(&self, chat: SessionId, n: i64) -> Result<u64, Refusal> {
        let cid = uuid::Uuid::new_v4().simple().to_string();
        let said = Input::AgentSaid { agent: AgentId(n), name: name(n), cid, text: "Hello, I am here.".into() };
        self.runtime.agent(chat, said).await.map(|r| r.seq)
    }

    async fn takes(&self, chat: SessionId, n: i64) {
        self.runtime.agent(chat, Input::AgentTook { agent: AgentId(n), name: name(n) }).await.expect("taken");
    }

    async fn journal(&self, chat: SessionId) -> Vec<Event> {
        self.runtime.page(chat, 0).await.expect("a page").events
    }

    async fn state(&self, chat: SessionId) -> String {
        self.runtime.view(chat).await.expect("a view").row.state
    }

    async fn standing(&self, chat: SessionId) -> Option<Standing> {
        self.runtime.store().ticket(chat).await.expect("a store").map(|t| t.standing)
    }

    async fn stands(&self, chat: SessionId, wanted: Standing) {
        let start = Instant::now();
        while self.standing(chat).await != Some(wanted) {
            let found = self.standing(chat).await;
            assert!(start.elapsed() < PATIENCE, "the ticket is {found:?}, not {wanted:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn name(n: i64) -> String {
    format!("Agent {n}")
}

/// The next news that a question has an answer to.
async fn hears<T>(news: &mut Receiver<News>, wanted: impl Fn(&News) -> Option<T>) -> T {
    let found = async {
        loop {
            let heard = news.recv().await.expect("the desk talks");
            if let Some(found) = wanted(&heard) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("the desk says it")
}

fn offered(news: &News) -> Option<(SessionId, i64)> {
    if let News::Offered { session, agent, .. } = news { Some((*session, agent.0)) } else { None }
}

#[tokio::test]
async fn a_chat_is_offered_and_an_offer_that_runs_out_goes_to_the_next() {
    let shop = Shop::open().await;
    let mut news = shop.runtime.desk().watch();
    let _both = (shop.enters(1), shop.enters(2));
    let chat = shop.customer().await;
    let (session, first) = hears(&mut news, offered).await;
    assert_eq!(session, chat);
    shop.clock.forward(Duration::from_secs(31));
    let (session, second) = hears(&mut news, offered).await;
    assert_eq!((session, second), (chat, 3 - first), "the other one is asked");
    shop.takes(chat, second).await;
    hears(&mut news, |n| matches!(n, News::OfferOver { session, .. } if *session == chat).then_some(())).await;
    assert_eq!(shop.state(chat).await, "agent");
    assert!(shop.answers(chat, first).await == Err(Refusal::NotYours), "one chat has one agent");
}

#[tokio::test]
async fn a_shift_with_people_who_drop_off_leaves_no_chat_behind() {
    let shop = Shop::open().await;
    let mut news = shop.runtime.desk().watch();
    let mut there: BTreeMap<i64, Present> = (1..=4).map(|n| (n, shop.enters(n))).collect();
    let mut waiting = BTreeSet::new();
    for _ in 0..24 {
        waiting.insert(shop.customer().await);
    }
    let (mut held, mut dropped) = (BTreeMap::<SessionId, i64>::new(), false);
    let start = Instant::now();
    let mut answers: BTreeMap<SessionId, usize> = BTreeMap::new();
    while answers.len() < 24 {
        assert!(start.elapsed() < PATIENCE * 3, "{} of 24 were answered", answers.len());
        // In time left over for silence the clock goes on: offers run out, people count as gone.
        match tokio::time::timeout(Duration::from_millis(60), news.recv()).await {
            Ok(Ok(News::Offered { session, agent, .. })) if there.contains_key(&agent.0) => {
                let took = Input::AgentTook { agent, name: name(agent.0) };
                if shop.runtime.agent(session, took).await.is_err() {
                    continue;
                }
                assert!(waiting.contains(&session));
                held.insert(session, agent.0);
                let load = held.values().filter(|a| **a == agent.0).count();
                assert!(load <= 2, "agent {agent} has {load}");
                if !dropped {
                    // The first one loses the connection with a chat at hand.
                    (dropped, _) = (true, there.remove(&agent.0));
                    continue;
                }
            }
            Ok(_) => continue,
            Err(_) => shop.clock.forward(REST.max(GRACE).max(ABANDONED)),
        }
        let done: Vec<SessionId> = held.iter().filter(|(_, a)| there.contains_key(a)).map(|(s, _)| *s).collect();
        for chat in done {
            let agent = held.remove(&chat).expect("held");
            shop.answers(chat, agent).await.expect("it is theirs");
            let resolved = Input::AgentResolved { agent: AgentId(agent), name: name(agent) };
            shop.runtime.agent(chat, resolved).await.expect("it is theirs");
            *answers.entry(chat).or_default() += 1;
        }
    }
    assert!(answers.values().all(|n| *n == 1));
    for chat in waiting {
        assert_eq!(shop.state(chat).await, "resolved");
        let journal = shop.journal(chat).await;
        let by_people = |e: &&Event| matches!(&e.what, What::Message { from: Speaker::Agent { .. }, .. });
        assert_eq!(journal.iter().filter(by_people).count(), 1, "answered once");
    }
}

#[tokio::test]
async fn a_chat_is_passed_on_with_a_word_and_the_bot_stays_silent() {
    let shop = Shop::open().await;
    let mut news = shop.runtime.desk().watch();
    let _both = (shop.enters(1), shop.enters(2));
    let chat = shop.customer().await;
    shop.takes(chat, 1).await;
    let pass = |team: Option<&str>, to: Option<i64>, note: &str| {
        let (team, to) = (team.map(str::to_owned), to.map(AgentId));
        shop.runtime.transfer(chat, (AgentId(1), name(1)), team, to, Some(note.to_owned()))
    };
    assert_eq!(pass(Some("pirates"), None, "x").await, Err(Refusal::UnknownTeam));
    pass(Some("refunds"), Some(2), "She wants her money back.").await.expect("passed on");
    assert_eq!(hears(&mut news, |n| offered(n).filter(|(_, a)| *a == 2)).await, (chat, 2), "who was named is asked");
    let view = shop.runtime.view(chat).await.expect("a view");
    assert_eq!((view.row.state.as_str(), view.row.team.as_deref()), ("waiting", Some("refunds")));
    let before = shop.journal(chat).await;
    assert!(before.iter().any(|e| matches!(&e.what, What::Note { text, .. } if text.contains("money back"))));
    shop.says(chat, "hello?").await;
    let bot = |e: &&Event| matches!(&e.what, What::Message { from: Speaker::Bot { .. }, .. });
    let after = shop.journal(chat).await;
    assert_eq!(after.iter().filter(bot).count(), before.iter().filter(bot).count());
    assert_eq!(shop.answers(chat, 1).await, Err(Refusal::NotYours), "it is not theirs any more");
    shop.takes(chat, 2).await;
    shop.answers(chat, 2).await.expect("now it is the other's");
}

#[tokio::test]
async fn a_chat_that_was_taken_from_the_bot_can_be_passed_on_too() {
    let shop = Shop::open().await;
    let chat = shop.runtime.open("test", Opening::default()).await.expect("a chat").session;
    shop.says(chat, "which size do I need").await;
    shop.takes(chat, 1).await;
    shop.runtime.transfer(chat, (AgentId(1), name(1)), Some("refunds".into()), None, None).await.expect("passed on");
    let before = shop.journal(chat).await.len();
    shop.says(chat, "tall").await;
    let bot = |e: &Event| matches!(&e.what, What::Message { from: Speaker::Bot { .. }, .. });
    assert!(!shop.journal(chat).await.iter().skip(before).any(bot), "the bot does not go on with its question");
}

#[tokio::test]
async fn a_chat_goes_back_to_the_bot_at_the_chosen_flow() {
    let shop = Shop::open().await;
    let chat = shop.customer().await;
    shop.takes(chat, 1).await;
    let back = Input::AgentHandedBack { agent: AgentId(1), name: name(1), flow: Some("size".into()) };
    shop.runtime.agent(chat, back).await.expect("handed back");
    shop.says(chat, "medium").await;
    let said: Vec<String> = shop.journal(chat).await.into_iter().filter_map(|e| bot_words(e.what)).collect();
    assert!(said.iter().any(|t| t == "How tall are you?") && said.iter().any(|t| t == "Take a medium."), "{said:?}");
}

fn bot_words(what: What) -> Option<String> {
    if let What::Message { from: Speaker::Bot { .. }, text, .. } = what { Some(text) } else { None }
}

#[tokio::test]
async fn the_flow_hears_when_the_last_one_leaves() {
    let shop = Shop::open().await;
    let ann = shop.enters(1);
    let chat = shop.customer().await;
    assert!(!shop.journal(chat).await.iter().any(|e| matches!(e.what, What::NobodyAvailable { .. })));
    drop(ann);
    shop.clock.forward(GRACE);
    let start = Instant::now();
    while !shop
        .journal(chat)
        .await
        .iter()
        .any(|e| bot_words(e.what.clone()).is_some_and(|t| t.contains("Nobody is here")))
    {
        assert!(start.elapsed() < PATIENCE, "the customer is not told");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(shop.state(chat).await, "waiting", "and waits on");
}

#[tokio::test]
async fn a_customer_who_waits_too_long_is_told_of_once() {
    let shop = Shop::open().await;
    let mut news = shop.runtime.desk().watch();
    let _ann = shop.enters(1);
    let chat = shop.customer().await;
    hears(&mut news, offered).await;
    assert!(shop.runtime.desk().due(chat, Due::FirstReply).is_some());
    shop.clock.forward(Duration::from_secs(300));
    let late = |n: &News| if let News::Late(late) = n { Some((late.session, late.team.clone())) } else { None };
    assert_eq!(hears(&mut news, late).await, (chat, "orders".to_owned()));
    shop.takes(chat, 1).await;
    shop.answers(chat, 1).await.expect("theirs");
    assert_eq!(shop.runtime.desk().due(chat, Due::FirstReply), None, "the clock stops with the first answer");
}

#[tokio::test]
async fn a_ticket_outlives_its_chat() {
    let shop = Shop::open().await;
    let _ann = shop.enters(1);
    let chat = shop.customer().await;
    shop.stands(chat, Standing::Open).await;
    let reference = shop.runtime.status(chat).await.expect("a status").ticket.expect("the customer can quote it");
    let found = shop.runtime.ticket_called("test", &reference.to_lowercase().replace('-', " ")).await.expect("found");
    assert_eq!((found.session, found.reopened), (chat, 0));
    assert_eq!(shop.runtime.ticket_called("other", &reference).await, Err(Refusal::UnknownTicket), "of this bot alone");
    shop.takes(chat, 1).await;
    shop.answers(chat, 1).await.expect("theirs");
    shop.stands(chat, Standing::WaitingForCustomer).await;
    let tomorrow = shop.runtime.now() + Duration::from_secs(86_400);
    assert_eq!(shop.runtime.snooze(chat, AgentId(2), tomorrow).await, Err(Refusal::NotYours));
    assert_eq!(shop.runtime.snooze(chat, AgentId(1), shop.runtime.now()).await, Err(Refusal::NotThen));
    shop.runtime.snooze(chat, AgentId(1), tomorrow).await.expect("put off");
    shop.stands(chat, Standing::Snoozed).await;
    let mut news = shop.runtime.desk().watch();
    shop.clock.forward(Duration::from_secs(86_400));
    hears(&mut news, |n| matches!(n, News::Woke { session } if *session == chat).then_some(())).await;
    shop.stands(chat, Standing::Open).await;
    let resolved = Input::AgentResolved { agent: AgentId(1), name: name(1) };
    shop.runtime.agent(chat, resolved).await.expect("theirs");
    shop.stands(chat, Standing::Solved).await;
    shop.says(chat, "it is broken again").await;
    shop.stands(chat, Standing::Open).await;
    let again = shop.runtime.ticket_called("test", &reference).await.expect("the same ticket");
    assert_eq!(again.reopened, 1);
    assert!(again.first_reply.is_some());
}

#[tokio::test]
async fn the_customers_words_wake_what_was_put_off() {
    let shop = Shop::open().await;
    let chat = shop.customer().await;
    shop.takes(chat, 1).await;
    shop.stands(chat, Standing::Open).await;
    let later = shop.runtime.now() + Duration::from_secs(3600);
    shop.runtime.snooze(chat, AgentId(1), later).await.expect("put off");
    shop.says(chat, "one more thing").await;
    shop.stands(chat, Standing::Open).await;
}

#[tokio::test]
async fn what_was_put_off_stays_with_who_went_home() {
    let shop = Shop::open().await;
    let chat = shop.customer().await;
    shop.takes(chat, 1).await;
    shop.stands(chat, Standing::Open).await;
    let tomorrow = shop.runtime.now() + Duration::from_secs(86_400);
    shop.runtime.snooze(chat, AgentId(1), tomorrow).await.expect("put off");
    shop.clock.forward(ABANDONED);
    let next = shop.customer().await;
    shop.stands(next, Standing::Open).await;
    assert_eq!(shop.state(chat).await, "agent");
    // Once the customer writes, somebody else must answer.
    shop.says(chat, "hello?").await;
    shop.stands(chat, Standing::Open).await;
    let start = Instant::now();
    while shop.state(chat).await != "waiting" {
        assert!(start.elapsed() < PATIENCE, "it stays with who is gone");
        shop.clock.forward(ABANDONED);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn references_are_read_as_people_write_them() {
    let made = reference([0, 1, 2, 3, 28, 29, 255]);
    assert_eq!(made, "R-2345Z2T");
    for written in ["R-2345Z2T", "r-2345z2t", "2345z2t", " r 2345 z2t ", "R2345Z2T"] {
        assert_eq!(read_reference(written).as_deref(), Some("R-2345Z2T"), "{written}");
    }
    for wrong in ["", "R-", "R-2345Z2", "R-2345Z2TT", "R-O345Z2T", "'; DROP TABLE tickets"] {
        assert_eq!(read_reference(wrong), None, "{wrong}");
    }
}
