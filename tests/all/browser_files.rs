//! Photos and files in a real Chromium: chosen in the widget on the shop's page, seen by the agent in the inbox.
use super::browser::{Demo, PATIENCE, Window, chromedriver, copy, frame_document, ready};
use super::files::PNG;
use super::served::Served;
use crate::support::root;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

impl Window {
    /// Chooses files as the browser's own dialog would.
    async fn choose(&self, files: &[&Path]) -> WebDriverResult<()> {
        self.until("return !!this.querySelector('[data-test=file]')", "place for files").await;
        let tools = self.driver.cdp();
        let all = tools.send_raw("DOM.getDocument", json!({ "depth": -1, "pierce": true })).await?;
        let id = frame_document(&all["root"]).expect("the widget's document");
        let node = tools.send_raw("DOM.resolveNode", json!({ "backendNodeId": id })).await?;
        let call = json!({
            "objectId": node["object"]["objectId"],
            "functionDeclaration": "function() { return this.querySelector('[data-test=file]') }",
        });
        let input = tools.send_raw("Runtime.callFunctionOn", call).await?;
        let files: Vec<_> = files.iter().map(|f| f.to_string_lossy().into_owned()).collect();
        let set = json!({ "objectId": input["result"]["objectId"], "files": files });
        tools.send_raw("DOM.setFileInputFiles", set).await.map(drop)
    }

    /// Widths of the pictures that the browser has loaded, in the elements with this hook.
    async fn pictures(&self, hook: &str) -> Vec<u64> {
        let script = format!(
            "return [...document.querySelectorAll('[data-test={hook}]')].filter(i => i.complete).map(i => i.naturalWidth)"
        );
        let found = self.driver.execute(&script, vec![]).await.map(|r| r.json().clone()).unwrap_or_default();
        found.as_array().map(|a| a.iter().filter_map(Value::as_u64).collect()).unwrap_or_default()
    }
}

const SEND: &str =
    "const b = this.querySelector('[data-test=send]'); const can = b && !b.disabled; if (can) b.click(); return can;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_from_the_widget_is_seen_in_the_inbox() -> WebDriverResult<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data = tempfile::tempdir().expect("a folder");
    let shots = root().join("target/screenshots");
    fs::create_dir_all(&shots).expect("a folder for screenshots");
    let photo = data.path().join("broken lamp.png");
    fs::copy(root().join("docs/pictures/widget.png"), &photo).expect("a real picture");
    let fake = data.path().join("fake.png");
    fs::write(&fake, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").expect("a file");
    let letter = data.path().join("receipt.pdf");
    fs::write(&letter, "%PDF-1.7\n%%EOF\n").expect("a file");
    let store = data.path().join("store");
    copy(&root().join("flows"), &store.join("flows"));
    let mut demo = Demo::new(&store);
    demo.start();
    let (_driver, port) = chromedriver();
    ready(port).await;
    let customer = Window::open(port, (1280, 860), &shots).await?;
    let agent = Window::open(port, (1440, 900), &shots).await?;
    agent.driver.goto(demo.welcome.clone().expect("a link for the first agent")).await?;
    agent.joins().await?;

    customer.driver.goto(format!("http://127.0.0.1:{}/", demo.shop)).await?;
    customer.open_widget().await?;
    customer.sees("What can I help you with today?").await;
    customer.choose(&[&photo, &letter]).await?;
    let chosen = "return this.querySelectorAll('[data-test=chosen]').length === 2";
    customer.until(chosen, "two files that wait").await;
    customer.shot("files-chosen").await?;
    customer.until(SEND, "button to send").await;
    customer.sees("receipt.pdf").await;
    customer.sees("I can't look at it myself, but a colleague can.").await;
    let loaded = "const i = this.querySelector('.msg.customer:not([data-cid]) img'); return !!i && i.complete && i.naturalWidth > 300;";
    customer.until(loaded, "photo in the chat").await;
    let said = customer.chat().await;
    assert_eq!(said.iter().filter(|l| l.contains("a colleague can")).count(), 1, "said once for both: {said:?}");
    customer.until("return this.querySelectorAll('[data-test=choice]').length > 1", "question still open").await;

    // What is no picture is refused in words, and can be taken back.
    customer.choose(&[&fake]).await?;
    customer.until(SEND, "button to send").await;
    customer.sees("Not sent: This kind of file cannot be sent here.").await;
    customer.shot("files-widget").await?;
    let delete = "const b = [...this.querySelectorAll('.failed button')].find(b => b.textContent === 'Delete'); if (b) b.click(); return !this.querySelector('.failed');";
    customer.until(delete, "chat without the file that was refused").await;

    // The agent sees the photo itself, and the other file as a link.
    customer.write("can I talk to a person").await?;
    agent.press("row").await?;
    agent.reads("transcript", "receipt.pdf").await?;
    let start = Instant::now();
    while agent.pictures("photo").await.iter().all(|width| *width < 300) {
        assert!(start.elapsed() < PATIENCE, "the agent does not see the photo");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let up = "document.querySelector('[data-test=photo]').scrollIntoView({ block: 'end' })";
    agent.driver.execute(up, vec![]).await?;
    agent.shot("files-inbox").await?;

    // After the page is loaded anew the photo is still there, read with the chat's token.
    customer.driver.refresh().await?;
    customer.open_widget().await?;
    customer.until(loaded, "photo after a reload").await;

    on_a_phone(port, &mut demo, &photo, &shots).await?;
    customer.driver.quit().await?;
    agent.driver.quit().await
}

/// On a narrow, dark telephone; without a connection the photo waits and is sent afterwards.
async fn on_a_phone(port: u16, demo: &mut Demo, photo: &Path, shots: &Path) -> WebDriverResult<()> {
    let phone = Window::open(port, (500, 740), shots).await?;
    let tools = phone.driver.cdp();
    let metrics = json!({ "width": 360, "height": 720, "deviceScaleFactor": 2, "mobile": true });
    tools.send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    tools.send_raw("Emulation.setEmulatedMedia", dark).await?;
    phone.driver.goto(format!("http://127.0.0.1:{}/chat/bluebird", demo.port)).await?;
    phone.reads("log", "What can I help you with today?").await?;
    let input = phone.driver.find(By::Css("[data-test=file]")).await?;
    input.send_keys(photo.to_string_lossy()).await?;
    phone.find("chosen").await?;
    phone.shot("files-phone-chosen").await?;
    demo.kill();
    let start = Instant::now();
    while phone.driver.execute("return document.body.dataset.state", vec![]).await?.json() == "open" {
        assert!(start.elapsed() < PATIENCE, "the page does not see that the server is gone");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    phone.press("send").await?;
    phone.reads("log", "Will be sent when you are back online").await?;
    phone.shot("files-phone-offline").await?;
    demo.start();
    phone.reads("log", "a colleague can").await?;
    phone.shot("files-phone").await?;
    let wide = phone.driver.execute("return document.documentElement.scrollWidth", vec![]).await?;
    assert_eq!(wide.json(), 360, "nothing sticks out");
    phone.driver.quit().await
}

/// At the question for a photo: pasted, sent with the keyboard, stopped on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_is_pasted_where_one_is_asked_for_and_stopped_on_its_way() -> WebDriverResult<()> {
    let served = Served::new().await;
    let shots = root().join("target/screenshots");
    fs::create_dir_all(&shots).expect("a folder for screenshots");
    let (_driver, port) = chromedriver();
    ready(port).await;
    let page = Window::open(port, (800, 760), &shots).await?;
    page.driver.goto(served.url("/chat/test")).await?;
    page.reads("log", "Which colour?").await?;
    let composer = page.find("composer").await?;
    for (words, next) in [("red", "Which size?"), ("small", "A photo, please.")] {
        composer.send_keys(words).await?;
        composer.send_keys(Key::Enter).await?;
        page.reads("log", next).await?;
    }
    let (clip, input) = (page.find("clip").await?, page.driver.find(By::Css("[data-test=file]")).await?);
    assert_eq!(clip.attr("aria-label").await?.as_deref(), Some("Choose a photo"));
    assert_eq!(input.attr("accept").await?.as_deref(), Some("image/jpeg,image/png,image/gif,image/webp"));
    page.shot("files-asked").await?;

    // On a slow line: it can be seen how far it is, words get through beside it, and it can be stopped.
    let large = served.data.path().join("large.png");
    fs::write(&large, [PNG, &vec![7; 3_000_000]].concat()).expect("a file");
    let tools = page.driver.cdp();
    tools.send_raw("Network.enable", json!({})).await?;
    let slow = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 40_000 });
    tools.send_raw("Network.emulateNetworkConditions", slow).await?;
    input.send_keys(large.to_string_lossy()).await?;
    page.find("chosen").await?;
    page.press("send").await?;
    page.reads("log", "Sending…").await?;
    page.shot("files-sending").await?;
    let cancel = "const b = [...document.querySelectorAll('[data-test=message] button')].find(b => b.textContent === 'Cancel'); b.click();";
    page.driver.execute(cancel, vec![]).await?;
    assert!(!page.find("log").await?.text().await?.contains("Sending…"), "it is gone");
    let fast = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    tools.send_raw("Network.emulateNetworkConditions", fast).await?;

    // Dragged over the page it says so; dropped by mistake it is out again with the keyboard. Pasted on purpose: sent with Enter.
    page.driver
        .execute(carried("new DragEvent('dragover', { dataTransfer: d, bubbles: true, cancelable: true })"), vec![])
        .await?;
    page.shot("files-dropping").await?;
    page.driver
        .execute(carried("new DragEvent('drop', { dataTransfer: d, bubbles: true, cancelable: true })"), vec![])
        .await?;
    page.driver.find(By::Css("[data-test=chosen] button")).await?.send_keys(Key::Enter).await?;
    assert!(page.driver.find_all(By::Css("[data-test=chosen]")).await?.is_empty(), "nothing waits any more");
    composer.click().await?;
    page.driver
        .execute(carried("new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })"), vec![])
        .await?;
    page.find("chosen").await?;
    composer.send_keys(Key::Enter).await?;
    page.reads("log", "dot.png is lovely.").await?;
    let photos = "return [...document.querySelectorAll('[data-from=customer] img')].map(i => i.alt)";
    let photos = page.driver.execute(photos, vec![]).await?.json().clone();
    assert_eq!(photos, json!(["Photo dot.png"]), "what was stopped is not in the chat");
    page.driver.quit().await
}

/// JavaScript for an event that carries a picture.
fn carried(event: &str) -> String {
    let bytes: Vec<String> = PNG.iter().map(u8::to_string).collect();
    let file = format!("new File([new Uint8Array([{}])], 'dot.png', {{ type: 'image/png' }})", bytes.join(","));
    format!("const d = new DataTransfer(); d.items.add({file}); document.activeElement.dispatchEvent({event});")
}
