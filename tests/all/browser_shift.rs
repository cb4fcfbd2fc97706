//! A whole shift with the keyboard alone: from the login to the logout, no mouse. And what an agent reads where a reply came too late.
use super::browser::Window;
use super::browser_people::{SIZES, at_the_inbox, no_barrier};
use super::support::MORNING;
use super::widget_stage::Stage;
use rapport::engine::{Speaker, What};
use rapport::id::{AgentId, SessionId};
use rapport::runtime::canned::Canned;
use rapport::runtime::contacts::{Contact, Remark};
use rapport::runtime::desk::tickets::Standing;
use rapport::runtime::identity::Known;
use rapport::runtime::people::{Invitation, Role};
use rapport::runtime::{Opening, Runtime, Said, hashed};
use serde_json::json;
use std::time::Duration;
use thirtyfour::prelude::*;

const FLOW: &str = "flow main\n  greet\n    first time: Hello there.\n  ask name: Your name?\n    accept text\n  escalate: Thank you. A colleague will look at it with you.\n";

impl Window {
    async fn types(&self, keys: impl AsRef<str>) -> WebDriverResult<()> {
        self.driver.action_chain().send_keys(keys.as_ref()).perform().await
    }

    async fn hits(&self, key: Key) -> WebDriverResult<()> {
        self.driver.action_chain().send_keys(key).perform().await
    }

    async fn chord(&self, with: Key, key: &str) -> WebDriverResult<()> {
        self.driver.action_chain().key_down(with.clone()).send_keys(key).key_up(with).perform().await
    }

    /// Goes on with Tab until something is reached.
    async fn tabs_to(&self, css: &str) -> WebDriverResult<()> {
        for _ in 0..40 {
            let there = format!("return !!document.activeElement?.matches('{css}')");
            if self.run(&there).await == json!(true) {
                return Ok(());
            }
            self.hits(Key::Tab).await?;
        }
        panic!("Tab does not come to {css}");
    }

    async fn sees_in(&self, css: &str, words: &str) {
        let words = serde_json::to_string(words).expect("JSON");
        let body = format!(
            "return [...document.querySelectorAll('{css}')].some((e) => (e.innerText + (e.value ?? '')).includes({words}))"
        );
        self.soon(&body, &format!("{words} in {css}")).await;
    }
}

/// The page's clock goes as the server's.
fn same_time() -> String {
    let now = MORNING.0;
    format!(
        "{{ const Real = Date, shift = {now} - Real.now(); window.Date = class extends Real {{ constructor(...a) {{ if (a.length) super(...a); else super(Real.now() + shift); }} static now() {{ return Real.now() + shift; }} }}; }}"
    )
}

/// A customer who waits for somebody.
async fn customer_named(runtime: &Runtime, name: &str) -> SessionId {
    let chat = runtime.open("test", Opening::default()).await.expect("a chat").session;
    runtime.customer(chat, "m-1", Said::Text(name.into())).await.expect("said");
    chat
}

async fn holder(runtime: &Runtime, chat: SessionId) -> String {
    runtime.view(chat).await.expect("a view").row.state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_shift_needs_no_mouse() -> WebDriverResult<()> {
    let stage = Stage::new("teams: { general: {}, refunds: {} }\n", FLOW).await;
    let runtime = stage.runtime.clone().expect("a runtime");
    let canned = Canned { name: "hello".into(), text: "Hello {name}, how can I help?".into() };
    runtime.store().replies().keep_canned("test", canned).await.expect("kept");
    let window = stage.window(1440, 900).await?;
    window.beforehand(&same_time()).await?;
    // The account is made by hand; from here on there are keys alone.
    at_the_inbox(&stage, &window).await?;
    logs_out(&window).await?;
    logs_in(&window).await?;
    let first = customer_named(&runtime, "Zoe").await;
    stage.clock.forward(Duration::from_secs(1));
    let second = customer_named(&runtime, "Max").await;
    stage.clock.forward(Duration::from_secs(1));
    let third = customer_named(&runtime, "Nora").await;
    window.soon("return document.querySelectorAll('[data-test=row]').length === 3", "three who wait").await;
    answers(&window, &runtime, first).await?;
    barriers(&window).await?;
    puts_off(&window, &runtime, first).await?;
    stage.clock.forward(Duration::from_secs(1));
    passes_on(&window, &runtime, second).await?;
    solves(&window, &runtime, third).await?;
    finds(&window).await?;
    logs_out(&window).await
}

async fn logs_out(window: &Window) -> WebDriverResult<()> {
    window.chord(Key::Control, "k").await?;
    window.find("palette").await?;
    window.types("log out").await?;
    window.sees_in("[data-test=command]", "Log out").await;
    window.hits(Key::Enter).await?;
    window
        .soon("return location.pathname === '/login' && !!document.querySelector('[name=password]')", "the login")
        .await;
    Ok(())
}

async fn logs_in(window: &Window) -> WebDriverResult<()> {
    window.tabs_to("[name=email]").await?;
    window.types("ann@bluebird.example").await?;
    window.hits(Key::Tab).await?;
    window.types("correct horse battery").await?;
    window.hits(Key::Enter).await?;
    window.find("view-waiting").await.map(drop)
}

/// The first of those who wait: opened, taken, answered with a reply for all, and a note.
async fn answers(window: &Window, runtime: &Runtime, chat: SessionId) -> WebDriverResult<()> {
    window.types("1").await?;
    window.types("k").await?;
    window.hits(Key::Enter).await?;
    window.sees_in(".talk h1", "Zoe").await;
    window.types("t").await?;
    window.soon("return !!document.querySelector('[data-test=resolve]')", "a chat of one's own").await;
    window.types("r").await?;
    window.types("/hel").await?;
    window.sees_in("[data-test=canned]", "/hello").await;
    window.hits(Key::Enter).await?;
    window.sees_in("[data-test=reply]", "Hello Zoe, how can I help?").await;
    window.hits(Key::Enter).await?;
    window.sees_in("[data-test=message][data-from=agent]", "Hello Zoe").await;
    window.hits(Key::Escape).await?;
    window.types("n").await?;
    window.types("Sounds friendly.").await?;
    window.hits(Key::Enter).await?;
    window.sees_in("[data-test=note-entry]", "Sounds friendly.").await;
    window.hits(Key::Escape).await?;
    assert_eq!(holder(runtime, chat).await, "agent");
    Ok(())
}

/// No barrier with a chat that is open, in three widths and both themes.
async fn barriers(window: &Window) -> WebDriverResult<()> {
    for (width, height) in SIZES {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        window.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        for theme in ["light", "dark"] {
            window.media(&[("prefers-color-scheme", theme), ("prefers-reduced-motion", "reduce")]).await?;
            no_barrier(window, &format!("an open chat at {width} in {theme}")).await?;
            window.shot(&format!("inbox-chat-{width}-{theme}")).await?;
        }
    }
    Ok(())
}

async fn puts_off(window: &Window, runtime: &Runtime, chat: SessionId) -> WebDriverResult<()> {
    window.types("z").await?;
    window.find("moment").await?;
    window.hits(Key::Enter).await?;
    window.sees_in("[data-test=toast]", "is put off until").await;
    let ticket = runtime.store().ticket(chat).await.expect("read").expect("a ticket");
    assert_eq!(ticket.standing, Standing::Snoozed);
    Ok(())
}

async fn takes(window: &Window, name: &str) -> WebDriverResult<()> {
    window.types("1").await?;
    window.sees_in("[data-test=row]", name).await;
    window.types("k").await?;
    window.hits(Key::Enter).await?;
    window.sees_in(".talk h1", name).await;
    window.types("t").await?;
    window.soon("return !!document.querySelector('[data-test=resolve]')", "a chat of one's own").await;
    Ok(())
}

async fn passes_on(window: &Window, runtime: &Runtime, chat: SessionId) -> WebDriverResult<()> {
    takes(window, "Max").await?;
    window.types("p").await?;
    window.tabs_to("[data-test=transfer-to]").await?;
    window.types("refunds").await?;
    window.tabs_to("[data-test=transfer-note]").await?;
    window.types("Wants the money back.").await?;
    window.tabs_to("[data-test=transfer-send]").await?;
    window.hits(Key::Enter).await?;
    window.sees_in("[data-test=toast]", "Passed on to refunds").await;
    let view = runtime.view(chat).await.expect("a view");
    assert_eq!((view.row.state.as_str(), view.row.team.as_deref()), ("waiting", Some("refunds")));
    Ok(())
}

async fn solves(window: &Window, runtime: &Runtime, chat: SessionId) -> WebDriverResult<()> {
    window.hits(Key::Escape).await?;
    takes(window, "Nora").await?;
    window.types("e").await?;
    window.sees_in("[data-test=toast]", "Solved. Nora").await;
    assert_eq!(holder(runtime, chat).await, "resolved");
    Ok(())
}

async fn finds(window: &Window) -> WebDriverResult<()> {
    window.types("/").await?;
    window.find("search").await?;
    window.types("friendly").await?;
    window.sees_in("[data-test=hit]", "Zoe").await;
    window.hits(Key::Enter).await?;
    window.sees_in(".talk h1", "Zoe").await;
    Ok(())
}

/// A page that does not hear what the server says while the test wants it.
const DEAF: &str = "const Real = WebSocket; window.WebSocket = class extends Real { set onmessage(f) { super.onmessage = (e) => (window.deaf && JSON.parse(e.data).t === 'events') || f(e); } };";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_answers_past_the_customer_reads_why_and_sends_it_then() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let runtime = stage.runtime.clone().expect("a runtime");
    let window = stage.window(1440, 900).await?;
    window.beforehand(DEAF).await?;
    at_the_inbox(&stage, &window).await?;
    let chat = customer_named(&runtime, "Zoe").await;
    window.press("row").await?;
    window.press("take").await?;
    window.find("reply").await?.send_keys("It is on its way.").await?;
    window.run("window.deaf = true").await;
    runtime.customer(chat, "m-2", Said::Text("I have found it, thank you!".into())).await.expect("said");
    window.find("reply").await?.send_keys("" + Key::Enter).await?;
    window.reads("unsent", "Something was said while you wrote").await?;
    window.reads("unsent", "Send it now").await?;
    no_barrier(&window, "a reply that was not sent").await?;
    window.shot("inbox-stale").await?;
    let said = async || {
        let events = runtime.page(chat, 0).await.expect("a page").events;
        let by_agent = |w: &What| matches!(w, What::Message { from: Speaker::Agent { id: AgentId(1), .. }, .. });
        events.iter().filter(|e| by_agent(&e.what)).count()
    };
    assert_eq!(said().await, 0, "nothing was sent past the customer");
    window.run("window.deaf = false").await;
    runtime.customer(chat, "m-3", Said::Text("All is well.".into())).await.expect("said");
    window.reads("transcript", "I have found it").await?;
    window.driver.find(By::Css("[data-test=unsent] button.link")).await?.click().await?;
    window.sees_in("[data-test=message][data-from=agent]", "It is on its way.").await;
    assert_eq!(said().await, 1);
    Ok(())
}

/// A colleague with an account, at the inbox.
async fn bob(stage: &Stage, runtime: &Runtime) -> WebDriverResult<Window> {
    let invitation = Invitation { role: Role::Agent, ..Invitation::first() };
    let until = runtime.now() + Duration::from_secs(3600);
    runtime.store().people().invite(hashed("for-bob"), until, invitation).await.expect("invited");
    let window = stage.window(1440, 900).await?;
    window.driver.goto(stage.url("/welcome/for-bob")).await?;
    for (name, value) in [("name", "Bob"), ("email", "bob@shop.example"), ("password", "correct horse battery")] {
        window.driver.find(By::Name(name)).await?.send_keys(value).await?;
    }
    window.driver.find(By::Css("form button")).await?.click().await?;
    window.find("view-waiting").await?;
    Ok(window)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_is_named_a_lead_takes_over_and_what_is_overdue_stays_in_sight() -> WebDriverResult<()> {
    let stage = Stage::new("teams: { general: { first_reply: 5m } }\n", FLOW).await;
    let runtime = stage.runtime.clone().expect("a runtime");
    let ann = stage.window(1440, 900).await?;
    at_the_inbox(&stage, &ann).await?;
    let bob = bob(&stage, &runtime).await?;
    // A customer who was signed in, with a note and a tag of earlier days.
    let customer = json!({ "id": "c-1", "name": "Zoe" }).as_object().expect("a map").clone();
    let known = Known { id: "c-1".into(), customer };
    let robin = runtime.bot("test").expect("a bot");
    let chat = runtime.open_for(&robin, Opening::default(), None, Some(known)).await.expect("a chat").session;
    let contacts = runtime.store().contacts();
    let zoe = contacts.contact_of(chat).await.expect("read").expect("a contact");
    let remark = Remark { at: runtime.now(), name: "Ann".into(), text: "Has a shop in the old town.".into() };
    contacts.remark(zoe.id, remark).await.expect("kept");
    contacts.change_contact(Contact { tags: ["wholesale".to_owned()].into(), ..zoe }).await.expect("changed");
    runtime.customer(chat, "m-1", Said::Text("Zoe".into())).await.expect("said");
    bob.press("row").await?;
    bob.reads("contact", "wholesale").await?;
    bob.reads("contact", "old town").await?;
    bob.press("take").await?;
    bob.find("resolve").await?;
    bob.types("n").await?;
    bob.types("@an").await?;
    bob.sees_in("[data-test=canned]", "@Ann Lee").await;
    bob.hits(Key::Enter).await?;
    bob.types("please look").await?;
    bob.hits(Key::Enter).await?;
    bob.sees_in("[data-test=note-entry]", "@Ann Lee please look").await;
    ann.reads("mentions", "1").await?;
    ann.sees_in("[data-test=toast]", "Bob names you").await;
    ann.types("m").await?;
    ann.sees_in("[data-test=mention]", "please look").await;
    no_barrier(&ann, "notes that name one").await?;
    ann.shot("inbox-mentions").await?;
    ann.hits(Key::Enter).await?;
    ann.sees_in("[data-test=note-entry]", "please look").await;
    ann.soon("return !document.querySelector('[data-test=mentions]')", "nothing to read any more").await;
    ann.find("take-over").await?;
    ann.shot("inbox-take-over").await?;
    ann.types("t").await?;
    ann.find("resolve").await?;
    bob.sees_in("[data-test=toast]", "Ann Lee has taken over Zoe").await;
    bob.soon("return !document.querySelector('[data-test=resolve]')", "a chat that is not his").await;
    ann.reads("contact", "wholesale").await?;
    let late = customer_named(&runtime, "Max").await;
    stage.clock.forward(Duration::from_secs(360));
    ann.sees_in("[data-test=toast]", "Max has waited longer").await;
    ann.types("7").await?;
    ann.sees_in("[data-test=row]", "no reply yet").await;
    no_barrier(&ann, "what is overdue").await?;
    ann.shot("inbox-overdue").await?;
    assert_eq!(holder(&runtime, late).await, "waiting");
    Ok(())
}
