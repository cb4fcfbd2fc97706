//! What the widget does for customers and websites, in a real Chromium.
use super::widget_stage::{FLOW, SECRET, Stage, axe};
use hmac::{Hmac, KeyInit, Mac};
use rapport::engine::Input;
use rapport::id::{AgentId, SessionId};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;
use thirtyfour::prelude::*;

const FIRST: &str = "Which colour?";

fn sum(text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// As a website's server signs who is logged in.
fn signed(id: &str, email: &str, name: &str) -> Value {
    let hash: String = sum(&[id, email, name].join("\n")).iter().map(|b| format!("{b:02x}")).collect();
    json!({ "id": id, "email": email, "name": name, "hash": hash })
}

fn base64url(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sign = |n: u32| char::from(SIGNS[(n & 63) as usize]);
    let each = |part: &[u8]| {
        let n = part.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - part.len()));
        [18, 12, 6, 0].into_iter().take(part.len() + 1).map(|by| sign(n >> by)).collect::<String>()
    };
    bytes.chunks(3).map(each).collect()
}

fn jwt(body: &Value) -> String {
    let text = format!("{}.{}", base64url(br#"{"alg":"HS256"}"#), base64url(body.to_string().as_bytes()));
    let signature = base64url(&sum(&text));
    format!("{text}.{signature}")
}

/// The chat that the frame has, as its storage says.
async fn session(window: &super::browser::Window) -> SessionId {
    let own = "const k = (this.defaultView || window).localStorage.getItem('rapport/test'); return k && JSON.parse(k).session;";
    window.until(&own.replace("return k && JSON.parse(k).session", "return !!k"), "chat in the storage").await;
    let found = window.frame(own).await;
    SessionId::parse(found.as_str().expect("a session")).expect("an id")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn websites_open_close_write_and_listen() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let window = stage.window(1000, 760).await?;
    // Calls made before the script is there are kept.
    let queue = "<script>window.rapport = function () { (rapport.q = rapport.q || []).push(arguments) }; window.heard = [];
        for (const name of ['open', 'close', 'unread', 'begin', 'reset']) rapport('on', name, (about) => heard.push(name + (about ?? '')));
        rapport('open');</script>";
    let url = stage.put("api", &format!("{queue}{}", stage.tag("test", "")), "");
    window.driver.goto(&url).await?;
    window.sees(FIRST).await;
    window.soon("return heard.includes('open') && heard.includes('begin')", "the events of opening").await;
    window.run("rapport('toggle')").await;
    window.soon("return heard.includes('close')", "closed").await;
    window.run("rapport('send', 'red')").await;
    window.sees("You chose red.").await;
    // Who listens no more hears no more.
    window.run("heard.length = 0; rapport('off', 'close'); rapport('close')").await;
    assert_eq!(window.run("return heard.includes('close')").await, json!(false));

    // reset() leaves nothing: not in the frame, not on the page, not in the next chat.
    window.run("rapport('reset')").await;
    window.soon("return heard.includes('reset') && localStorage.length === 0", "nothing left on the page").await;
    window.run("rapport('open')").await;
    window.until("return [...this.querySelectorAll('[data-test=message]')].length === 2", "new chat").await;
    let lines = window.chat().await.join("\n");
    assert!(lines.contains(FIRST) && !lines.contains("You chose"), "{lines}");
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flows_begin_by_pages_events_and_leaving_once_per_visitor() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let window = stage.window(1000, 760).await?;
    let cart = stage.put("cart/1", &stage.tag("test", ""), "");
    window.driver.goto(&cart).await?;
    // After a second the bot speaks, in a small frame beside the button, of which the page reads nothing.
    window.sees("Can I help with the cart?").await;
    window.until("return this.body.classList.contains('tease')", "teaser").await;
    window.shot("widget-tease").await?;
    assert_eq!(window.run("return JSON.parse(localStorage.getItem('rapport/test')).did").await, json!(["cart"]));
    let click = "this.body.click(); return !this.body.classList.contains('tease')";
    window.until(click, "open chat").await;
    window.sees(FIRST).await;
    // Once per visitor: without a chat, but with what was kept, the same page says nothing.
    window.run("localStorage.setItem('rapport/test', JSON.stringify({ did: ['cart'] }))").await;
    window.driver.goto(&cart).await?;
    window.soon("return !!document.querySelector('rapport-chat')", "the launcher").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(window.frame("return true").await, Value::Null, "no frame");

    // An event of the page, with what comes with it; and one that nobody waits for.
    let shop = stage.shop();
    window.driver.goto(&shop).await?;
    window.run("localStorage.clear()").await;
    window.driver.goto(&shop).await?;
    window.soon("return !!window.rapport && rapport.bots.size === 1", "the launcher").await;
    window.run("rapport('event', 'nobody_waits')").await;
    assert_eq!(window.frame("return true").await, Value::Null, "no frame");
    window.run("rapport('event', 'parcel_late', { days: 2 })").await;
    window.sees("2 days late").await;

    // The pointer leaves at the top.
    window.run("rapport('reset')").await;
    window.soon("return localStorage.length === 0", "nothing kept").await;
    window.driver.goto(&shop).await?;
    window.soon("return !!window.rapport && rapport.bots.size === 1", "the launcher").await;
    window.run("document.documentElement.dispatchEvent(new MouseEvent('mouseleave', { clientY: -1 }))").await;
    window.sees("Before you go, can I help?").await;
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_are_who_the_website_signs_and_nobody_else() -> WebDriverResult<()> {
    let settings = "identity: { secret: \"${CHAT_SECRET}\" }\n";
    let stage = Stage::new(settings, FLOW).await;
    let runtime = stage.runtime.clone().expect("a runtime");
    let window = stage.window(1000, 760).await?;
    let shop = stage.shop();
    window.driver.goto(&shop).await?;
    window.soon("return !!window.rapport && rapport.bots.size === 1", "the launcher").await;
    let tell = |claim: &Value| format!("rapport('identify', {claim})");
    window.run("window.heard = []; rapport('on', 'identify', (ok) => heard.push(ok))").await;

    // Mara writes; her name and address are known to the team.
    window.run(&tell(&signed("7", "mara@shop.example", "Mara"))).await;
    window.run("rapport('open')").await;
    window.sees(FIRST).await;
    window.write("red").await?;
    window.sees("You chose red.").await;
    let mara = session(&window).await;
    let view = runtime.view(mara).await.expect("a chat");
    assert_eq!(view.row.name, "Mara");
    assert!(view.customer.iter().any(|d| d.name == "email" && d.value == "mara@shop.example"), "{:?}", view.customer);

    // Tom logs in at the same computer: Mara's chat is gone at once, and what comes for her does not reach him.
    let until = jiff::Timestamp::from_millisecond(runtime.now().0).expect("a time").as_second() + 600;
    let tom = jwt(&json!({ "sub": "8", "email": "tom@shop.example", "exp": until }));
    window.run(&format!("rapport('identify', {})", json!(tom))).await;
    window.until("return [...this.querySelectorAll('[data-from=bot]')].length === 2", "chat of his own").await;
    let ann =
        |text: &str| Input::AgentSaid { agent: AgentId(1), name: "Ann".into(), cid: "a1".into(), text: text.into() };
    runtime.agent(mara, Input::AgentTook { agent: AgentId(1), name: "Ann".into() }).await.expect("taken");
    runtime.agent(mara, ann("Only for Mara")).await.expect("said");
    window.write("blue").await?;
    window.sees("You chose blue.").await;
    let lines = window.chat().await.join("\n");
    assert!(!lines.contains("red") && !lines.contains("Mara"), "{lines}");
    assert_ne!(session(&window).await, mara);

    // Mara comes back, on another device: the same chat.
    let other = stage.window(900, 700).await?;
    other.driver.goto(&shop).await?;
    other.soon("return !!window.rapport && rapport.bots.size === 1", "the launcher").await;
    other.run(&tell(&signed("7", "mara@shop.example", "Mara"))).await;
    other.run("rapport('open')").await;
    other.sees("Only for Mara").await;
    assert_eq!(session(&other).await, mara);

    // A signature that does not fit, one that is too old, and one for another address are nobody's.
    let mut forged = signed("7", "mara@shop.example", "Mara");
    forged["email"] = json!("thief@evil.example");
    let old = jwt(&json!({ "sub": "7", "exp": until - 2_000 }));
    for claim in [forged, json!({ "token": old }), json!({ "id": "7", "hash": "00" })] {
        let fresh = stage.window(900, 700).await?;
        fresh.driver.goto(&shop).await?;
        fresh.soon("return !!window.rapport && rapport.bots.size === 1", "the launcher").await;
        fresh.run("window.heard = []; rapport('on', 'identify', (ok) => heard.push(ok))").await;
        fresh.run(&tell(&claim)).await;
        fresh.run("rapport('open')").await;
        fresh.soon("return heard.length > 0 && heard.every((ok) => ok === false)", "refused").await;
        fresh.sees(FIRST).await;
        assert_ne!(session(&fresh).await, mara, "{claim}");
        fresh.driver.quit().await?;
    }
    other.driver.quit().await?;
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_before_the_customer_agrees() -> WebDriverResult<()> {
    let settings = "consent: \"We keep this chat for a year. [How](https://shop.example/privacy)\"\n";
    let stage = Stage::new(settings, FLOW).await;
    let window = stage.window(420, 760).await?;
    window.driver.goto(stage.url("/chat/test")).await?;
    window.find("consent").await?;
    window.shot("widget-consent").await?;
    assert_eq!(window.run("return document.body.dataset.state").await, json!("connecting"));
    assert_eq!(window.run("return localStorage.length").await, json!(0), "nothing kept");
    let name = "return performance.getEntriesByType('resource').filter((e) => e.name.includes('/v1/')).length";
    assert_eq!(window.run(name).await, json!(0), "nothing sent");
    window.press("agree").await?;
    window.reads("log", FIRST).await?;
    let own = window.run("return JSON.parse(localStorage.getItem('rapport/test')).session").await;
    let id = SessionId::parse(own.as_str().expect("a session")).expect("an id");
    let view = stage.runtime.as_ref().expect("a runtime").view(id).await.expect("a chat");
    assert!(view.customer.iter().any(|d| d.name == "consent"), "{:?}", view.customer);
    // Agreed once is agreed: after a reload nobody is asked again.
    window.driver.refresh().await?;
    window.reads("log", FIRST).await?;
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_see_who_has_them_and_how_far_their_words_came() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let runtime = stage.runtime.clone().expect("a runtime");
    let window = stage.window(1000, 760).await?;
    let shop = stage.shop();
    window.driver.goto(&shop).await?;
    window.clicks_the_button().await?;
    window.sees(FIRST).await;
    let chat = session(&window).await;
    window.until("const b = this.querySelector('[data-test=person]'); b.click(); return true", "way to a person").await;
    window
        .until(
            "return this.querySelector('[data-test=wait]').textContent.includes('you are next')",
            "place in the queue",
        )
        .await;
    window.shot("widget-waiting").await?;
    let ann = || (AgentId(1), "Ann Lee".to_owned());
    let (agent, name) = ann();
    runtime.agent(chat, Input::AgentTook { agent, name }).await.expect("taken");
    window.until("return this.querySelector('#who').textContent === 'Ann Lee'", "name in the head").await;
    window.sees("Ann Lee joined the chat").await;
    window.write("Hello Ann").await?;
    let below = |word: &str| {
        format!(
            "const l = [...this.querySelectorAll('[data-from=customer]')].at(-1); return !!l && l.lastChild.textContent.includes('{word}')"
        )
    };
    window.until(&below("Sent"), "sent").await;
    runtime.seen_by_agent(chat, 1_000, false);
    window.until(&below("Delivered"), "delivered").await;
    runtime.seen_by_agent(chat, 1_000, true);
    window.until(&below("Read"), "read").await;
    window.shot("widget-read").await?;
    // Others wait later: how long it took three times is what they are told.
    let (agent, name) = ann();
    runtime.agent(chat, Input::AgentResolved { agent, name }).await.expect("resolved");
    window.sees("This chat is solved").await;
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_bots_on_one_page_keep_to_themselves() -> WebDriverResult<()> {
    let second = "flow main\n  greet: I am the second.\n  ask word: A word?\n    accept text\n  say: {{ word }}, said the second.\n";
    let stage = Stage::with(&[("one", "", FLOW), ("two", "look: { side: left }\n", second)]).await;
    let window = stage.window(1000, 760).await?;
    let page = stage.put("two", &format!("{}{}", stage.tag("one", ""), stage.tag("two", "")), "");
    window.driver.goto(&page).await?;
    window.soon("return !!window.rapport?.bots && rapport.bots.size === 2", "both launchers").await;
    window.run("rapport('open', { bot: 'two' })").await;
    window.sees("I am the second.").await;
    window.run("rapport('send', 'lamp', { bot: 'two' })").await;
    window.sees("lamp, said the second.").await;
    assert!(!window.chat().await.join("\n").contains(FIRST));
    assert_eq!(
        window.run("return [localStorage.getItem('rapport/one'), !!localStorage.getItem('rapport/two')]").await,
        json!([null, true])
    );
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_speaks_the_customers_language_in_its_direction() -> WebDriverResult<()> {
    let stage = Stage::new("languages: [en-GB, de, ar]\n", FLOW).await;
    let window = stage.window(420, 760).await?;
    for (lang, direction, words) in
        [("de-AT", "ltr", "Nachricht schreiben …"), ("ar", "rtl", "اكتب رسالة…"), ("fr", "ltr", "Write a message…")]
    {
        window.driver.goto(stage.url(&format!("/chat/test?lang={lang}"))).await?;
        window.find("message").await?;
        let found = window
            .run("return [document.documentElement.dir, document.querySelector('[data-test=composer]').placeholder]")
            .await;
        assert_eq!(found, json!([direction, words]), "{lang}");
        window.shot(&format!("widget-{lang}")).await?;
    }
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_use_it() -> WebDriverResult<()> {
    let flow = FLOW.replace("  say: Size", "  say: A card\n  say: Size");
    let stage = Stage::new("look: { accent: \"#e4a11b\" }\n", &flow).await;
    let window = stage.window(420, 760).await?;
    window.driver.goto(stage.url("/chat/test")).await?;
    window.reads("log", FIRST).await?;
    for (theme, motion) in [("light", "no-preference"), ("dark", "reduce")] {
        window.media(&[("prefers-color-scheme", theme), ("prefers-reduced-motion", motion)]).await?;
        window.driver.refresh().await?;
        window.reads("log", FIRST).await?;
        window.shot(&format!("widget-{theme}")).await?;
        window.driver.execute(axe(), vec![]).await?;
        let run = "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target + ' ' + n.failureSummary).join(' | '))))";
        let found = window.driver.execute_async(run, vec![]).await?.json().clone();
        assert_eq!(found, json!([]), "{theme}");
    }
    // With the keyboard alone: the buttons of the question, words, the menu and out of it again.
    let focus =
        "return document.activeElement.dataset.test || document.activeElement.id || document.activeElement.tagName";
    window.run("document.querySelector('[data-test=composer]').focus()").await;
    let tab = |back: bool| {
        let chain = window.driver.action_chain();
        if back { chain.key_down(Key::Shift).send_keys(Key::Tab).key_up(Key::Shift) } else { chain.send_keys(Key::Tab) }
    };
    for _ in 0..8 {
        tab(true).perform().await?;
        if window.run(focus).await == json!("choice") {
            break;
        }
    }
    assert_eq!(window.run(focus).await, json!("choice"), "a button can be reached");
    window.driver.action_chain().send_keys(Key::Enter).perform().await?;
    window.reads("log", "You chose").await?;
    window.run("document.querySelector('[data-test=more]').focus()").await;
    window.driver.action_chain().send_keys(Key::Enter).perform().await?;
    window.find("download").await?;
    assert_eq!(window.run(focus).await, json!("download"));
    window.driver.action_chain().send_keys(Key::Down).perform().await?;
    assert_eq!(window.run(focus).await, json!("mail"));
    window.shot("widget-menu").await?;
    window.driver.action_chain().send_keys(Key::Escape).perform().await?;
    assert_eq!(window.run(focus).await, json!("more"), "the focus comes back");

    // At 200 % nothing sticks out, and with less motion nothing moves.
    let tools = window.driver.cdp();
    let zoomed = json!({ "width": 210, "height": 380, "deviceScaleFactor": 2, "mobile": false });
    tools.send_raw("Emulation.setDeviceMetricsOverride", zoomed).await?;
    assert_eq!(window.run("return document.documentElement.scrollWidth").await, json!(210));
    let moves = "return document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 20).length";
    assert_eq!(window.run(moves).await, json!(0));
    window.shot("widget-zoom").await?;
    window.driver.quit().await
}

/// The block of docs/protocol.md, on a page of its own, as somebody would build on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_of_the_docs_works() -> WebDriverResult<()> {
    let docs = std::fs::read_to_string(super::support::root().join("docs/protocol.md")).expect("the page");
    let code = docs.split("```js\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the example");
    assert!(code.lines().count() <= 60, "it has {} lines", code.lines().count());
    let stage = Stage::new("", FLOW).await;
    let window = stage.window(800, 700).await?;
    let code = code.replace("https://chat.shop.example", &stage.url("")).replace("\"my-shop\"", "\"test\"");
    let page = "<div id=log></div><form id=form><input name=words></form><p id=state></p>";
    let url = stage.put("client", &format!("{page}<script type=module>{code}</script>"), "");
    window.driver.goto(&url).await?;
    let holds = |words: &str| format!("return document.getElementById('log').innerText.includes('{words}')");
    window.soon(&holds(FIRST), "the question").await;
    window.driver.find(By::XPath("//button[text()='Red']")).await?.click().await?;
    window.soon(&holds("You chose red."), "the answer").await;
    let field = window.driver.find(By::Name("words")).await?;
    field.send_keys("small").await?;
    field.send_keys(Key::Enter).await?;
    window.soon(&holds("Size small it is."), "the end").await;
    // After a reload it is the same chat, each line once.
    window.driver.refresh().await?;
    window.soon(&holds("Size small it is."), "the same chat").await;
    let once = "return document.getElementById('log').innerText.split('You chose red.').length === 2";
    window.soon(once, "each line once").await;
    window.driver.quit().await
}
