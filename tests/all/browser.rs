//! The whole way in a real Chromium, two windows: a customer in the demo shop, an agent in the inbox, and a server that is
//! killed in the middle.
use crate::support::root;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// Longer than anything takes on a busy machine with two cores.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// Ends a process, however the test ends.
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program itself, as a stranger would start it.
pub struct Demo {
    pub port: u16,
    pub shop: u16,
    data: PathBuf,
    process: Option<Process>,
    pub welcome: Option<String>,
}

impl Demo {
    pub fn new(data: &Path) -> Self {
        Self { port: free_port(), shop: free_port(), data: data.to_owned(), process: None, welcome: None }
    }

    pub fn start(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rapport"))
            .arg("demo")
            .arg(self.data.join("flows"))
            .args(["--listen", &format!("127.0.0.1:{}", self.port), "--shop", &format!("127.0.0.1:{}", self.shop)])
            .arg("--data")
            .arg(&self.data)
            .current_dir(root())
            .stdout(Stdio::piped())
            .spawn()
            .expect("rapport starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        for line in lines.by_ref().map_while(Result::ok) {
            if let Some(at) = line.find("http://").filter(|_| line.contains("/welcome/")) {
                self.welcome = Some(line[at..].to_owned());
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        // Nobody reads on: what is written later must not block the server.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        self.process = Some(Process(child));
    }

    /// SIGKILL: no goodbye, nothing flushed.
    pub fn kill(&mut self) {
        self.process = None;
    }
}

pub struct Window {
    pub driver: WebDriver,
    shots: PathBuf,
}

impl Window {
    pub async fn open(chromedriver: u16, size: (u32, u32), shots: &Path) -> WebDriverResult<Self> {
        let mut caps = DesiredCapabilities::chrome();
        for arg in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--lang=en-GB",
        ] {
            caps.add_arg(arg)?;
        }
        caps.add_arg(&format!("--window-size={},{}", size.0, size.1))?;
        let driver = WebDriver::new(&format!("http://127.0.0.1:{chromedriver}"), caps).await?;
        Ok(Self { driver, shots: shots.to_owned() })
    }

    pub async fn shot(&self, name: &str) -> WebDriverResult<()> {
        // What has just changed shall have been painted.
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.driver.screenshot(&self.shots.join(format!("{name}.png"))).await
    }

    /// Runs JavaScript with the document of the widget's frame as `this`. The frame stands in a closed shadow root, where
    /// scripts of the page cannot look; the browser's own tools can. Null while there is no document, or while it is being
    /// replaced: the frame is empty at first, and the answer to the first question may be gone at the second.
    pub async fn frame(&self, body: &str) -> Value {
        self.ask_frame(body).await.unwrap_or(Value::Null)
    }

    pub async fn ask_frame(&self, body: &str) -> WebDriverResult<Value> {
        let tools = self.driver.cdp();
        let all = tools.send_raw("DOM.getDocument", json!({ "depth": -1, "pierce": true })).await?;
        let Some(id) = frame_document(&all["root"]) else { return Ok(Value::Null) };
        let node = tools.send_raw("DOM.resolveNode", json!({ "backendNodeId": id })).await?;
        let call = json!({
            "objectId": node["object"]["objectId"], "returnByValue": true,
            "functionDeclaration": format!("function() {{ {body} }}"),
        });
        let result = tools.send_raw("Runtime.callFunctionOn", call).await?;
        Ok(result["result"]["value"].clone())
    }

    /// Messages and lines that the customer sees, oldest first.
    pub async fn chat(&self) -> Vec<String> {
        let body = "return [...this.querySelectorAll('[data-test=message],[data-test=line]')].map(e => (e.dataset.from || '*') + ': ' + e.innerText.trim());";
        let found = self.frame(body).await;
        found.as_array().map(|a| a.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()).unwrap_or_default()
    }

    pub async fn sees(&self, words: &str) {
        let start = Instant::now();
        while !self.chat().await.iter().any(|l| l.contains(words)) {
            if start.elapsed() > PATIENCE {
                let _ = self.shot("failed-customer").await;
                panic!("the customer does not see {words:?} but\n{}", self.chat().await.join("\n"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Writes with the keyboard, as a customer does.
    /// Types into the chat, and sends it when it stands there: keys go nowhere where a window has no focus yet.
    pub async fn write(&self, words: &str) -> WebDriverResult<()> {
        let start = Instant::now();
        loop {
            self.until(
                "const c = this.querySelector('[data-test=composer]'); if (c) c.focus(); return !!c;",
                "composer",
            )
            .await;
            self.driver.action_chain().send_keys(words).perform().await?;
            let typed = self.frame("return this.querySelector('[data-test=composer]')?.value ?? ''").await;
            if typed.as_str() == Some(words) {
                return self.driver.action_chain().send_keys(Key::Enter).perform().await;
            }
            assert!(start.elapsed() < PATIENCE, "{words:?} cannot be typed; there stands {typed}");
            self.frame("const c = this.querySelector('[data-test=composer]'); if (c) c.value = ''").await;
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    /// Fills in the form that the first agent's link leads to.
    pub async fn joins(&self) -> WebDriverResult<()> {
        let form = [("name", "Ann Lee"), ("email", "ann@bluebird.example"), ("password", "correct horse battery")];
        for (name, value) in form {
            self.driver.find(By::Name(name)).await?.send_keys(value).await?;
        }
        self.driver.find(By::Css("form button")).await?.click().await?;
        self.find("view-waiting").await.map(drop)
    }

    /// Asks the frame again and again until it says true.
    pub async fn until(&self, body: &str, what: &str) {
        let start = Instant::now();
        while self.frame(body).await != Value::Bool(true) {
            assert!(start.elapsed() < PATIENCE, "there is no {what} in\n{}", self.chat().await.join("\n"));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn tap(&self, label: &str) {
        let label = serde_json::to_string(label).expect("JSON");
        let body = format!(
            "const b = [...this.querySelectorAll('[data-test=choice]')].filter(e => e.innerText.trim() === {label} || e.getAttribute('aria-label') === {label} || e.value === {label}).pop(); if (b) b.click(); return !!b;"
        );
        self.until(&body, &format!("button {label}")).await;
    }

    /// A frame that is there may still be closed, or small beside the button: it is asked to open in any case.
    pub async fn open_widget(&self) -> WebDriverResult<()> {
        let start = Instant::now();
        loop {
            let open = "if (!window.rapport) return false; window.rapport('open'); return true;";
            let asked: bool = self.driver.execute(open, vec![]).await?.convert()?;
            if asked && self.frame("return !!this.querySelector('[data-test=composer]')").await == Value::Bool(true) {
                return Ok(());
            }
            assert!(start.elapsed() < PATIENCE, "the widget does not open");
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    pub async fn find(&self, hook: &str) -> WebDriverResult<WebElement> {
        self.driver
            .query(By::Css(format!("[data-test={hook}]")))
            .wait(PATIENCE, Duration::from_millis(100))
            .first()
            .await
    }

    pub async fn press(&self, hook: &str) -> WebDriverResult<()> {
        let element = self.find(hook).await?;
        element.wait_until().wait(PATIENCE, Duration::from_millis(100)).clickable().await?;
        element.click().await
    }

    pub async fn reads(&self, hook: &str, words: &str) -> WebDriverResult<()> {
        let start = Instant::now();
        loop {
            let text = self.find(hook).await?.text().await.unwrap_or_default();
            if text.contains(words) {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                let _ = self.shot("failed-agent").await;
                panic!("`{hook}` does not hold {words:?} but\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The document inside the first frame, wherever it is.
pub fn frame_document(node: &Value) -> Option<u64> {
    if node["nodeName"] == "IFRAME" {
        return node["contentDocument"]["backendNodeId"].as_u64();
    }
    let below = ["children", "shadowRoots"].iter().filter_map(|k| node[*k].as_array()).flatten();
    below.chain(node.get("contentDocument")).find_map(frame_document)
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("copied");
        }
    }
}

pub fn chromedriver() -> (Process, u16) {
    let port = free_port();
    let child = Command::new("chromedriver")
        .arg(format!("--port={port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed (tests/run installs it)");
    (Process(child), port)
}

pub async fn ready(port: u16) {
    let start = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(start.elapsed() < PATIENCE, "nothing listens on {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An agent makes an account and is in the inbox.
async fn joins(agent: &Window, welcome: &str) -> WebDriverResult<()> {
    agent.driver.goto(welcome).await?;
    agent.shot("welcome").await?;
    agent.joins().await?;
    agent.shot("inbox-empty").await?;
    Ok(())
}

/// The chat becomes a test of the bot, which passes and tells nobody's order.
async fn saves_a_test(agent: &Window, bot: &Path) -> WebDriverResult<()> {
    agent.press("record-open").await?;
    agent.reads("record-outcome", "It passes").await?;
    agent.reads("record-text", "customer: my lamp arrived smashed, this is the second time!!").await?;
    let text = agent.find("record-text").await?.text().await?;
    assert!(!text.contains("customer: 204518") && !text.contains("a new lamp is on its way"), "{text}");
    agent.shot("inbox-record").await?;
    agent.press("record-save").await?;
    agent.reads("toast", "Saved as").await?;
    let saved: Vec<String> = fs::read_dir(bot.join("tests"))
        .expect("a folder of tests")
        .filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.starts_with("something-arrived-damaged"))
        .collect();
    assert_eq!(saved.len(), 1, "{saved:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_comforted_escalated_and_helped_through_a_crash() -> WebDriverResult<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data = tempfile::tempdir().expect("a folder");
    let shots = root().join("target/screenshots");
    fs::create_dir_all(&shots).expect("a folder for screenshots");
    // A copy of the bot: the agent saves a test into it.
    copy(&root().join("flows/bluebird"), &data.path().join("flows/bluebird"));
    let mut demo = Demo::new(data.path());
    demo.start();
    let (_driver, port) = chromedriver();
    ready(port).await;
    let customer = Window::open(port, (1280, 860), &shots).await?;
    let agent = Window::open(port, (1440, 900), &shots).await?;

    // The first agent makes an account and opens the inbox.
    joins(&agent, demo.welcome.as_deref().expect("a link for the first agent")).await?;

    // The customer is greeted, comforted, asked again.
    customer.driver.goto(format!("http://127.0.0.1:{}/", demo.shop)).await?;
    customer.shot("shop").await?;
    customer.open_widget().await?;
    customer.sees("What can I help you with today?").await;
    customer.write("my lamp arrived smashed, this is the second time!!").await?;
    customer.sees("really annoying").await;
    customer.sees("What's your order number?").await;
    customer.write("12345").await?;
    customer.sees("doesn't look like one").await;
    customer.write("999999").await?;
    customer.sees("can't find 999999").await;
    customer.write("204518").await?;
    customer.sees("What is wrong with it?").await;
    customer.tap("It's broken").await;
    customer.sees("I'll bring in a colleague").await;
    customer.shot("widget").await?;

    // The agent sees why, and takes it.
    agent.press("row").await?;
    agent.reads("panel", "204518").await?;
    agent.reads("panel", "Bluebird lamp").await?;
    agent.reads("transcript", "second time").await?;
    agent.shot("inbox").await?;
    agent.press("take").await?;
    customer.sees("Ann").await;

    // The server dies without a goodbye, while the customer writes.
    demo.kill();
    customer.write("are you still there?").await?;
    tokio::time::sleep(Duration::from_millis(700)).await;
    customer.shot("offline").await?;
    demo.start();
    agent.reads("transcript", "are you still there?").await?;

    // The bot stays silent, the agent answers, the customer reloads: nothing is lost.
    let composer = agent.find("reply").await?;
    composer.send_keys("Hello, this is Ann. A new lamp is on its way to you.").await?;
    composer.send_keys(Key::Enter).await?;
    customer.sees("A new lamp is on its way").await;
    let before = customer.chat().await;
    customer.driver.refresh().await?;
    customer.open_widget().await?;
    customer.sees("A new lamp is on its way").await;
    let after = customer.chat().await;
    let words = |lines: &[String]| lines.iter().filter(|l| !l.starts_with('*')).cloned().collect::<Vec<_>>();
    assert_eq!(words(&before), words(&after), "the same chat after a reload");
    for once in ["are you still there?", "A new lamp is on its way", "second time!!", "What is wrong with it?"] {
        assert_eq!(
            after.iter().filter(|l| l.contains(once)).count(),
            1,
            "{once:?} stands there once:\n{}",
            after.join("\n")
        );
    }

    // Back to the bot, which goes on; feedback; resolved.
    agent.press("hand-back").await?;
    customer.sees("Is there anything else").await;
    customer.write("no thanks").await?;
    customer.sees("how was this chat").await;
    customer.tap("5").await;
    customer.sees("add a word").await;
    customer.write("Ann was great").await?;
    customer.sees("Take care!").await;
    customer.shot("widget-resolved").await?;
    agent.reads("transcript", "Ann was great").await?;
    agent.shot("inbox-resolved").await?;

    saves_a_test(&agent, &data.path().join("flows/bluebird")).await?;
    customer.driver.quit().await?;
    agent.driver.quit().await
}
