//! What customers see of the widget at every size, and what they take along: cards, the transcript, a chat that went on without them.
use super::browser::{PATIENCE, Window};
use super::widget_stage::{FLOW, Stage};
use rapport::engine::Input;
use rapport::id::{AgentId, SessionId};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

const FIRST: &str = "Which colour?";

const CARDS: &str = "\
flow main
  greet: Hello there.
  card: Lamp
    text: Warm light, 40 cm.
    picture: http://127.0.0.1:9/none.jpg
    link: See it in the shop https://shop.example/lamp
    button lamp: The lamp
  card: Bulb
    text: Fits the lamp.
    button bulb: The bulb
  card: Shade
    button shade: The shade
  ask choice: Which one?
    button none: Neither
  say: You chose {{ choice }}.
";

/// The chat that this window has.
async fn session(window: &Window) -> SessionId {
    let own = window.run("return JSON.parse(localStorage.getItem('rapport/test')).session").await;
    SessionId::parse(own.as_str().expect("a session")).expect("an id")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_stand_side_by_side_and_answer_the_question() -> WebDriverResult<()> {
    let stage = Stage::new("", CARDS).await;
    let window = stage.window(420, 760).await?;
    window.driver.goto(stage.url("/chat/test")).await?;
    window.reads("log", "Which one?").await?;
    window.soon("return document.querySelectorAll('.deck .card').length === 3", "three cards").await;
    window.shot("widget-cards").await?;
    // They have a name for those who do not see them, and a picture that is not there leaves no hole.
    let deck = "const d = document.querySelector('.deck'); return [d.getAttribute('role'), d.ariaLabel, d.querySelectorAll('img').length]";
    window.soon("return document.querySelectorAll('.deck img').length === 0", "the missing picture gone").await;
    assert_eq!(window.run(deck).await, json!(["group", "3 cards", 0]));
    let links =
        window.run("return [...document.querySelectorAll('.deck a')].map((a) => [a.href, a.rel, a.target])").await;
    assert_eq!(links[0][0], json!("https://shop.example/lamp"));
    assert!(links[0][1].as_str().is_some_and(|rel| rel.contains("noopener")), "{links}");
    // They do not all fit: the row scrolls, with a button and with the keys, and the page does not.
    assert_eq!(window.run("return document.documentElement.scrollWidth <= innerWidth").await, json!(true));
    let arrows = "return [...document.querySelectorAll('.carousel > button')].map((b) => b.hidden)";
    assert_eq!(window.run(arrows).await, json!([true, false]), "only onwards");
    window.run("[...document.querySelectorAll('.carousel > button')].at(-1).click()").await;
    window.soon("return document.querySelector('.deck').scrollLeft > 50", "further cards").await;
    window.run("document.querySelector('.deck').focus(); document.querySelector('.deck').scrollLeft = 0").await;
    // A step at a time: how far it has come shows when the row stands still.
    let start = std::time::Instant::now();
    while window.run(arrows).await != json!([false, true]) {
        assert!(start.elapsed() < PATIENCE, "the keys lead to the last card");
        window.driver.action_chain().send_keys(Key::Right).perform().await?;
    }
    // A card's button is an answer.
    window.soon("const b = document.querySelector('[data-choice=bulb]'); b?.click(); return !!b", "its button").await;
    window.reads("log", "You chose bulb.").await?;
    window.driver.quit().await
}

/// Keeps what is saved and which links are followed, instead of doing it.
const SAVED: &str = "window.saved = []; window.followed = [];
    const make = URL.createObjectURL; URL.createObjectURL = (blob) => { blob.text().then((text) => saved.push(text)); return make.call(URL, blob); };
    HTMLAnchorElement.prototype.click = function () { followed.push([this.href, this.download]); };";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chat_can_be_taken_along() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let window = stage.window(420, 760).await?;
    window.beforehand(SAVED).await?;
    window.driver.goto(stage.url("/chat/test")).await?;
    window.reads("log", FIRST).await?;
    let composer = window.find("composer").await?;
    composer.send_keys("ré<d> & 30 %").await?;
    composer.send_keys(Key::Enter).await?;
    window.reads("log", "Which size?").await?;
    window.press("more").await?;
    window.press("download").await?;
    window.soon("return saved.length === 1", "a saved file").await;
    let saved = window.run("return saved[0]").await;
    let saved = saved.as_str().expect("a text");
    // Everything that was said, in order, as it was said, with who said it.
    let lines =
        ["Robin: Hello there.", "Robin: Which colour?", "You: ré<d> & 30 %", "You chose ré<d> & 30 %.", "Which size?"];
    let places: Vec<_> = lines.iter().map(|line| saved.find(line)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in\n{saved}");
    let name = window.run("return followed[0][1]").await;
    assert!(name.as_str().is_some_and(|name| name.starts_with("Robin") && name.ends_with(".txt")), "{name}");
    window.press("more").await?;
    window.press("mail").await?;
    let mail = window.run("return decodeURIComponent(followed[1][0])").await;
    let mail = mail.as_str().expect("an address");
    assert!(mail.starts_with("mailto:?subject=Robin") && mail.contains("You: ré<d> & 30 %"), "{mail}");
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_chat_meanwhile_is_seen_after_sleep() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let runtime = stage.runtime.clone().expect("a runtime");
    let window = stage.window(420, 760).await?;
    window.driver.goto(stage.url("/chat/test")).await?;
    window.reads("log", FIRST).await?;
    let chat = session(&window).await;
    let ann = || (AgentId(1), "Ann Lee".to_owned());
    let (agent, name) = ann();
    runtime.agent(chat, Input::AgentTook { agent, name }).await.expect("taken");
    window.soon("return document.getElementById('who').textContent === 'Ann Lee'", "who has it").await;
    // The telephone is in the pocket; the agent answers and solves the chat.
    let tools = window.driver.cdp();
    tools.send_raw("Page.setWebLifecycleState", json!({ "state": "frozen" })).await?;
    let (agent, name) = ann();
    let said = Input::AgentSaid { agent, name, cid: "a1".into(), text: "It is on its way.".into() };
    runtime.agent(chat, said).await.expect("said");
    let (agent, name) = ann();
    runtime.agent(chat, Input::AgentResolved { agent, name }).await.expect("resolved");
    tools.send_raw("Page.setWebLifecycleState", json!({ "state": "active" })).await?;
    window.reads("log", "It is on its way.").await?;
    window.reads("log", "This chat is solved").await?;
    // Not the name of somebody who is gone.
    window.soon("return document.getElementById('who').textContent === 'Robin'", "the bot has it").await;
    window.shot("widget-solved").await?;
    // Nobody writes into a closed chat unheard: the next word is answered.
    let composer = window.find("composer").await?;
    composer.send_keys("blue").await?;
    composer.send_keys(Key::Enter).await?;
    let answered = "const all = [...document.querySelectorAll('[data-test=message]')]; return all.at(-1).dataset.from === 'bot' && all.at(-2).innerText.includes('blue')";
    window.soon(answered, "an answer after the end").await;
    window.driver.quit().await
}

/// Adds up how far things jumped on the page.
const SHIFTS: &str = "window.shifts = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) shifts += e.value; }).observe({ type: 'layout-shift', buffered: true });";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_fits_at_every_size_in_both_themes_and_directions() -> WebDriverResult<()> {
    let stage = Stage::new("languages: [en-GB, ar]\n", FLOW).await;
    let window = stage.window(360, 740).await?;
    window.beforehand(SHIFTS).await?;
    let tools = window.driver.cdp();
    for (width, height) in [(360, 740), (768, 900), (1440, 900)] {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        tools.send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        for theme in ["light", "dark"] {
            window.media(&[("prefers-color-scheme", theme)]).await?;
            for lang in ["en", "ar"] {
                window.driver.goto(stage.url(&format!("/chat/test?lang={lang}"))).await?;
                window.reads("log", FIRST).await?;
                window.soon("return document.body.dataset.state === 'open'", "an open line").await;
                let fits = window
                    .run("return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
                    .await;
                assert_eq!(fits, json!([width, height]), "{width} {theme} {lang}");
                let jumped = window.run("return shifts").await;
                assert!(
                    jumped.as_f64().is_some_and(|by| by < 0.1),
                    "things jump by {jumped} at {width} {theme} {lang}"
                );
                window.shot(&format!("widget-{width}-{theme}-{lang}")).await?;
            }
            // On a website, with its button.
            window.driver.goto(stage.shop()).await?;
            window.open_widget().await?;
            window.sees(FIRST).await;
            let wide = window.run("return document.documentElement.scrollWidth").await;
            assert_eq!(wide, json!(width), "the website stays as wide as it was");
            let inside = window.frame("return this.documentElement.scrollWidth <= this.defaultView.innerWidth").await;
            assert_eq!(inside, Value::Bool(true), "{width} {theme}");
            window.shot(&format!("widget-shop-{width}-{theme}")).await?;
            window.run("rapport('reset')").await;
            window.soon("return localStorage.length === 0", "nothing kept").await;
        }
    }
    window.driver.quit().await
}
