//! People with browsers, for tests: pages, cookies, forms, and the first agent.
use super::served::{Served, Socket, client};
use serde_json::json;
use std::collections::BTreeMap;

pub const PASSWORD: &str = "four words in a row";

/// A browser: keeps cookies, sends the origin with forms.
#[derive(Clone)]
pub struct Browser {
    pub client: reqwest::Client,
    pub base: String,
    pub cookies: BTreeMap<String, String>,
}

pub struct Page {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Page {
    /// The token in its form, or in its head.
    pub fn csrf(&self) -> String {
        let after = self.text.split_once("name=\"csrf\"").unwrap_or_else(|| panic!("no csrf in {}", self.text)).1;
        let rest = after
            .split_once("value=\"")
            .filter(|(gap, _)| !gap.contains('>'))
            .or_else(|| after.split_once("content=\""));
        rest.and_then(|(_, r)| r.split_once('"')).expect("a value").0.to_owned()
    }

    /// The path of a link that is shown once.
    pub fn link(&self) -> String {
        let text = self.text.replace("&#x2f;", "/");
        let after = text.split_once("/welcome/").unwrap_or_else(|| panic!("no link in {}", self.text)).1;
        format!("/welcome/{}", after.chars().take_while(char::is_ascii_hexdigit).collect::<String>())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|h| h.to_str().ok()).unwrap_or_default()
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|h| h.to_str().ok()).collect()
    }
}

impl Browser {
    pub fn new(served: &Served) -> Self {
        Self { client: client(), base: served.url(""), cookies: BTreeMap::new() }
    }

    pub fn cookie(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let response = request.header("cookie", self.cookie()).send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let page = Page { status, headers, text: response.text().await.expect("a page") };
        for cookie in page.set_cookies() {
            let (name, value) = cookie.split(';').next().and_then(|c| c.split_once('=')).expect("a cookie");
            if cookie.to_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request).await
    }

    pub async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.client.post(format!("{}{path}", self.base)).header("origin", origin);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.base.clone();
        self.post_from(&origin, path, fields).await
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Page {
        let csrf = self.get("/login").await.csrf();
        self.post("/login", &[("email", email), ("password", password), ("csrf", &csrf)]).await
    }
}

pub fn welcome_path(served: &Served) -> String {
    let link = served.server.welcome.as_deref().expect("a link");
    let path = link.find("/welcome/").map(|at| &link[at..]);
    path.expect("it leads to the welcome page").to_owned()
}

/// The first agent, logged in.
pub async fn ann(served: &Served) -> Browser {
    let mut browser = Browser::new(served);
    let path = welcome_path(served);
    let csrf = browser.get(&path).await.csrf();
    let form = [("name", "Ann"), ("email", "Ann@shop.example"), ("password", PASSWORD), ("csrf", csrf.as_str())];
    let page = browser.post(&path, &form).await;
    assert_eq!((page.status, page.header("location")), (303, "/inbox"), "{}", page.text);
    browser
}

/// Somebody whom the first agent lets in, logged in.
pub async fn invited(served: &Served, owner: &mut Browser, name: &str, role: &str) -> Browser {
    let csrf = owner.get("/people").await.csrf();
    let page = owner.post("/people/invite", &[("csrf", &csrf), ("role", role)]).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let mut browser = Browser::new(served);
    let path = page.link();
    let csrf = browser.get(&path).await.csrf();
    let email = format!("{}@shop.example", name.to_lowercase());
    let form = [("name", name), ("email", &email), ("password", PASSWORD), ("csrf", &csrf)];
    let page = browser.post(&path, &form).await;
    assert_eq!((page.status, page.header("location")), (303, "/inbox"), "{}", page.text);
    browser
}

pub async fn inbox(served: &Served, browser: &Browser) -> Socket {
    let headers = [("cookie", browser.cookie()), ("origin", browser.base.clone())];
    let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    served.socket("/v1/inbox/socket", &headers).await.expect("the socket opens")
}

/// The inbox's socket after its `welcome`.
pub async fn at_work(served: &Served, browser: &mut Browser) -> Socket {
    let csrf = browser.get("/inbox").await.csrf();
    let mut socket = inbox(served, browser).await;
    socket.send(json!({ "t": "hello", "csrf": csrf })).await;
    assert_eq!(socket.until("welcome").await["me"]["name"], "Ann");
    socket
}
