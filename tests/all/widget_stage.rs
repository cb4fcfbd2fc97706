//! A website with the widget in a real Chromium: a server with a bot, a host page on another origin with whatever policy a test
//! wants, and windows that look into the frame.
use super::browser::{PATIENCE, Process, Window, chromedriver, ready};
use super::support::{Hand, mistakes, root};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rapport::bot::{Bot, Files, compile};
use rapport::bus::local::LocalBus;
use rapport::engine::Answer;
use rapport::runtime::ports::{Connector, Request};
use rapport::runtime::{Limits, Parts, Runtime};
use rapport::store::Sqlite;
use rapport::web::{Options, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// What websites sign identities with in tests.
pub const SECRET: &str = "four words in a row";

pub const FLOW: &str = "\
flow main
  greet: Hello there.
  ask colour: Which colour?
    button red: Red
    button blue: Blue
    accept text
  say: You chose {{ colour }}.
  ask size: Which size?
    accept text
  say: Size {{ size }} it is.

flow cart: Help with the cart
  starts when a page matches /cart* for 1 second
  say: Can I help with the cart?

flow leaving: About to leave
  starts when event leaving arrives
  say: Before you go, can I help?

flow parcel: A parcel is late
  starts when event parcel_late arrives with days
  say: Your parcel is {{ days }} days late.
";

/// Knows the secrets, and no system.
struct Secrets;

#[async_trait::async_trait]
impl Connector for Secrets {
    async fn call(&self, request: Request) -> Answer {
        Answer::Failed { problem: format!("{}.{} is not there", request.system, request.action) }
    }
    fn secret(&self, name: &str) -> Option<String> {
        (name == "CHAT_SECRET").then(|| SECRET.to_owned())
    }
}

type Pages = Arc<Mutex<BTreeMap<String, (String, String)>>>;

pub struct Stage {
    pub server: Option<Server>,
    pub runtime: Option<Runtime>,
    pub address: SocketAddr,
    pub clock: Arc<Hand>,
    pub data: TempDir,
    host: SocketAddr,
    pages: Pages,
    bots: Vec<Arc<Bot>>,
    _driver: Process,
    chromedriver: u16,
}

impl Stage {
    /// `settings` go into `bot.yaml` behind name and websites.
    pub async fn new(settings: &str, flow: &str) -> Self {
        Self::with(&[("test", settings, flow)]).await
    }

    pub async fn with(bots: &[(&str, &str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pages = Pages::default();
        let router = Router::new().route("/{*path}", get(page)).with_state(pages.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        let made = |(id, settings, flow): &(&str, &str, &str)| {
            let yaml = format!("name: Robin\ntitle: Nest\nwebsites: [\"http://{host}\"]\n{settings}");
            let texts = [("bot.yaml", yaml.as_str()), ("main.flow", flow)].map(|(n, t)| (n.to_owned(), t.to_owned()));
            let compiled = compile(&Files { id: (*id).to_owned(), texts: texts.into() });
            let found = mistakes(&compiled);
            Arc::new(compiled.bot.unwrap_or_else(|| panic!("{found}")))
        };
        let bots: Vec<Arc<Bot>> = bots.iter().map(made).collect();
        let (driver, port) = chromedriver();
        ready(port).await;
        let (data, clock) = (TempDir::new().expect("a folder"), Hand::new());
        let address = SocketAddr::from(([127, 0, 0, 1], super::browser::free_port()));
        let mut stage = Self {
            server: None,
            runtime: None,
            address,
            clock,
            data,
            host,
            pages,
            bots,
            _driver: driver,
            chromedriver: port,
        };
        stage.start().await;
        stage
    }

    pub async fn start(&mut self) {
        let parts = Parts {
            store: Arc::new(Sqlite::open(&self.data.path().join("rapport.db")).expect("the store opens")),
            bus: Arc::new(LocalBus::default()),
            connector: Arc::new(Secrets),
            clock: self.clock.clone(),
            bots: self.bots.clone(),
            limits: Limits::default(),
        };
        let runtime = Runtime::start(parts).await.expect("the runtime starts");
        self.runtime = Some(runtime.clone());
        let options = Options { runtime, listen: self.address, public_url: None, demo: None, tests: None };
        self.server = Some(Server::start(options).await.expect("the server starts"));
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Puts a page on the website; returns its address.
    pub fn put(&self, path: &str, body: &str, policy: &str) -> String {
        let html = format!("<!doctype html><html lang=en><title>Shop</title><body><main><h1>A shop</h1>{body}</main>");
        self.pages.lock().expect("pages").insert(path.trim_start_matches('/').into(), (html, policy.to_owned()));
        format!("http://{}/{}", self.host, path.trim_start_matches('/'))
    }

    /// The line that a website carries.
    pub fn tag(&self, bot: &str, more: &str) -> String {
        format!("<script src=\"http://{}/widget.js\" data-bot=\"{bot}\" {more} async></script>", self.address)
    }

    /// A page with the widget and nothing else.
    pub fn shop(&self) -> String {
        self.put("shop", &self.tag("test", ""), "")
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn window(&self, width: u32, height: u32) -> WebDriverResult<Window> {
        let shots = root().join("target/screenshots");
        std::fs::create_dir_all(&shots).expect("a folder for screenshots");
        let window = Window::open(self.chromedriver, (width.max(500), height), &shots).await?;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        window.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(window)
    }
}

async fn page(State(pages): State<Pages>, Path(path): Path<String>) -> Response {
    let found = pages.lock().expect("pages").get(&path).cloned();
    let Some((html, policy)) = found else { return axum::http::StatusCode::NOT_FOUND.into_response() };
    let mut response = Html(html).into_response();
    if !policy.is_empty() {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.parse().expect("a policy"));
    }
    response
}

/// Looks on the website's side and into the page.
impl Window {
    pub async fn run(&self, body: &str) -> Value {
        self.driver.execute(body, vec![]).await.expect("the script runs").json().clone()
    }

    /// Asks the website's page again and again until it says true.
    pub async fn soon(&self, body: &str, what: &str) {
        let start = Instant::now();
        while self.run(body).await != Value::Bool(true) {
            assert!(start.elapsed() < PATIENCE, "never: {what}");
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// The widget is opened as a customer does, by a click on its button.
    pub async fn clicks_the_button(&self) -> WebDriverResult<()> {
        self.soon("return !!document.querySelector('rapport-chat')", "the launcher").await;
        let place = "const r = document.querySelector('rapport-chat').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];";
        let place = self.run(place).await;
        let at = |i: usize| place[i].as_f64().expect("a place") as i64;
        self.driver.action_chain().move_to(at(0), at(1)).click().perform().await?;
        self.until("return !!this.querySelector('[data-test=composer]')", "composer").await;
        Ok(())
    }

    pub async fn media(&self, features: &[(&str, &str)]) -> WebDriverResult<()> {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await.map(drop)
    }

    /// Runs in every page of this window before anything else.
    pub async fn beforehand(&self, script: &str) -> WebDriverResult<()> {
        let tools = self.driver.cdp();
        tools.send_raw("Page.enable", json!({})).await?;
        tools.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(drop)
    }
}

/// The file of tests that looks for barriers.
pub fn axe() -> String {
    let file: PathBuf = root().join("tests/vendor/axe-core/axe.min.js");
    std::fs::read_to_string(file).expect("axe-core lies in tests/vendor")
}
