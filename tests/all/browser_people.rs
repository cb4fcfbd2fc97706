//! The agents' pages in a real Chromium: no barrier on any of them, in both themes and three widths, and the search opens a chat
//! at the message that was found, with the keyboard alone.
use super::browser::Window;
use super::widget_stage::{Stage, axe};
use rapport::id::ContactId;
use rapport::runtime::contacts::{Contact, Remark};
use rapport::runtime::identity::Known;
use rapport::runtime::{Opening, Said};
use serde_json::json;
use thirtyfour::prelude::*;

const FLOW: &str = "flow main\n  greet\n    first time: Hello there.\n  ask more: Tell me more.\n    accept text\n  ask rest: And the rest?\n    accept text\n";
pub const SIZES: [(u32, u32); 3] = [(360, 740), (768, 1024), (1440, 900)];

pub async fn no_barrier(window: &Window, what: &str) -> WebDriverResult<()> {
    window.driver.execute(axe(), vec![]).await?;
    let run = "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target + ' ' + n.failureSummary).join(' | '))))";
    let found = window.driver.execute_async(run, vec![]).await?.json().clone();
    assert_eq!(found, json!([]), "{what}");
    let wide = "return document.documentElement.scrollWidth > innerWidth";
    assert_eq!(window.run(wide).await, json!(false), "{what} does not fit into the window");
    Ok(())
}

/// The first account, by the link of the first start.
pub async fn at_the_inbox(stage: &Stage, window: &Window) -> WebDriverResult<()> {
    let welcome = stage.server.as_ref().and_then(|s| s.welcome.clone()).expect("a link");
    window.driver.goto(welcome).await?;
    window.joins().await
}

/// Customers with all that is kept of one.
async fn some_customers(stage: &Stage) {
    let runtime = stage.runtime.as_ref().expect("a runtime");
    let robin = runtime.bot("test").expect("a bot");
    let names =
        [("c-1", "Zoë Müller", "zoe@example.com"), ("c-2", "Maximilian von der Langen Straße zu Hohenstein", "")];
    for (id, name, email) in names {
        let customer = json!({ "id": id, "name": name, "email": email }).as_object().expect("a map").clone();
        let known = Known { id: id.to_owned(), customer };
        let opened = runtime.open_for(&robin, Opening::default(), None, Some(known)).await.expect("a chat");
        let said = Said::Text("My lamp arrived smashed, and it is the second time.".into());
        runtime.customer(opened.session, "m-1", said).await.expect("said");
        runtime.customer(opened.session, "p-1", Said::Person).await.expect("asked");
    }
    let (contacts, at) = (runtime.store().contacts(), runtime.now());
    let text = "Prefers to be called in the evening. Has a shop in the old town.".to_owned();
    contacts.remark(ContactId(1), Remark { at, name: "Ann".into(), text }).await.expect("kept");
    let zoe = contacts.contact(ContactId(1)).await.expect("read").expect("there");
    let tags = ["vip", "wholesale"].map(str::to_owned).into();
    contacts.change_contact(Contact { tags, ..zoe }).await.expect("changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_use_the_staff_pages() -> WebDriverResult<()> {
    let stage = Stage::new("teams: { general: {}, refunds: {} }\n", FLOW).await;
    let window = stage.window(1440, 900).await?;
    at_the_inbox(&stage, &window).await?;
    some_customers(&stage).await;
    for (width, height) in SIZES {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        window.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        for theme in ["light", "dark"] {
            window.media(&[("prefers-color-scheme", theme), ("prefers-reduced-motion", "reduce")]).await?;
            for page in [
                "people",
                "people/1",
                "me",
                "me/second",
                "replies",
                "record",
                "insights",
                "inbox",
                "inbox/contacts",
                "inbox/contacts/1",
                "inbox/contacts/import",
            ] {
                window.driver.goto(stage.url(&format!("/{page}"))).await?;
                if page == "inbox" {
                    window.find("view-waiting").await?;
                }
                no_barrier(&window, &format!("/{page} at {width} in {theme}")).await?;
                window.shot(&format!("staff-{}-{width}-{theme}", page.replace('/', "-"))).await?;
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_search_opens_a_chat_at_what_was_found() -> WebDriverResult<()> {
    let stage = Stage::new("", FLOW).await;
    let customer = stage.window(420, 760).await?;
    customer.driver.goto(stage.url("/chat/test")).await?;
    customer.reads("log", "Tell me more").await?;
    customer.find("composer").await?.send_keys("My vermilion teapot" + Key::Enter).await?;
    customer.reads("log", "And the rest").await?;
    let window = stage.window(1440, 900).await?;
    at_the_inbox(&stage, &window).await?;
    window.driver.action_chain().send_keys("/").perform().await?;
    window.find("search").await?.send_keys("vermil").await?;
    window.find("hit").await?;
    no_barrier(&window, "the search").await?;
    window.shot("inbox-search").await?;
    window.driver.action_chain().send_keys(Key::Enter).perform().await?;
    window
        .soon(
            "const m = document.querySelector('.bubble.sought'); return !!m && m.innerText.includes('vermilion')",
            "the message",
        )
        .await;
    assert_eq!(window.run("return !document.querySelector('dialog')").await, json!(true));
    window.shot("inbox-found").await
}
