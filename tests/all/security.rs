//! Who may do what: origins, tokens, cookies, CSRF, passwords, the first-run link, headers. All over real sockets.
use super::served::{Served, Socket, client};
use rapport::web::{Demo, Options, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Error;

const PASSWORD: &str = "four words in a row";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A browser: keeps cookies, sends the origin with forms.
#[derive(Clone)]
struct Browser {
    client: reqwest::Client,
    base: String,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Page {
    /// The token in its form, or in its head.
    fn csrf(&self) -> String {
        let after = self.text.split_once("name=\"csrf\"").unwrap_or_else(|| panic!("no csrf in {}", self.text)).1;
        let rest = after
            .split_once("value=\"")
            .filter(|(gap, _)| !gap.contains('>'))
            .or_else(|| after.split_once("content=\""));
        rest.and_then(|(_, r)| r.split_once('"')).expect("a value").0.to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|h| h.to_str().ok()).unwrap_or_default()
    }

    fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|h| h.to_str().ok()).collect()
    }
}

impl Browser {
    fn new(served: &Served) -> Self {
        Self { client: client(), base: served.url(""), cookies: BTreeMap::new() }
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
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

    async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request).await
    }

    async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.client.post(format!("{}{path}", self.base)).header("origin", origin);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.base.clone();
        self.post_from(&origin, path, fields).await
    }

    async fn log_in(&mut self, email: &str, password: &str) -> Page {
        let csrf = self.get("/login").await.csrf();
        self.post("/login", &[("email", email), ("password", password), ("csrf", &csrf)]).await
    }
}

fn welcome_path(served: &Served) -> String {
    let link = served.server.welcome.as_deref().expect("a link");
    let path = link.find("/welcome/").map(|at| &link[at..]);
    path.expect("it leads to the welcome page").to_owned()
}

/// The first agent, logged in.
async fn ann(served: &Served) -> Browser {
    let mut browser = Browser::new(served);
    let path = welcome_path(served);
    let csrf = browser.get(&path).await.csrf();
    let form = [("name", "Ann"), ("email", "Ann@shop.example"), ("password", PASSWORD), ("csrf", csrf.as_str())];
    let page = browser.post(&path, &form).await;
    assert_eq!((page.status, page.header("location")), (303, "/inbox"), "{}", page.text);
    browser
}

async fn inbox(served: &Served, browser: &Browser) -> Socket {
    let headers = [("cookie", browser.cookie()), ("origin", browser.base.clone())];
    let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    served.socket("/v1/inbox/socket", &headers).await.expect("the socket opens")
}

/// The inbox's socket after its `welcome`.
async fn at_work(served: &Served, browser: &mut Browser) -> Socket {
    let csrf = browser.get("/inbox").await.csrf();
    let mut socket = inbox(served, browser).await;
    socket.send(json!({ "t": "hello", "csrf": csrf })).await;
    assert_eq!(socket.until("welcome").await["me"]["name"], "Ann");
    socket
}

#[track_caller]
fn refused(opened: Result<Socket, Error>) -> (u16, Value) {
    match opened {
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            (response.status().as_u16(), serde_json::from_slice(body).unwrap_or_default())
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the socket opened"),
    }
}

#[tokio::test]
async fn only_allowed_websites_may_open_a_chat() {
    let served = Served::new().await;
    let own = served.url("");
    for origin in [own.as_str(), "https://shop.example"] {
        served.socket("/v1/chat/test/socket", &[("origin", origin)]).await.expect("it may");
    }
    served.socket("/v1/chat/test/socket", &[]).await.expect("a program may");
    let foreign = [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example.evil.example",
        "https://www.shop.example",
        "https://shop.example:444",
        "null",
        "",
    ];
    for origin in foreign {
        let (status, body) = refused(served.socket("/v1/chat/test/socket", &[("origin", origin)]).await);
        assert_eq!((status, &body["error"]["code"]), (403, &json!("foreign_origin")), "{origin:?}");
        let post = served.client.post(served.url("/v1/chat/test/sessions")).header("origin", origin);
        let (status, body) = served.ask(post).await;
        assert_eq!((status, &body["error"]["code"]), (403, &json!("foreign_origin")), "{origin:?}");
    }
    let (status, body) = refused(served.socket("/v1/chat/nobody/socket", &[]).await);
    assert_eq!((status, &body["error"]["code"]), (404, &json!("unknown_bot")));
}

#[tokio::test]
async fn answers_are_readable_for_allowed_websites_only() {
    let served = Served::new().await;
    let url = served.url("/v1/chat/test/sessions");
    let with = |origin: &str| served.client.post(&url).header("origin", origin).send();
    let allowed = with("https://shop.example").await.expect("an answer");
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://shop.example");
    assert_eq!(allowed.headers()["vary"], "Origin");
    assert!(allowed.headers().get("access-control-allow-credentials").is_none(), "no cookies across sites");
    let foreign = with("https://evil.example").await.expect("an answer");
    assert!(foreign.headers().get("access-control-allow-origin").is_none());
    let preflight = served.client.request(reqwest::Method::OPTIONS, &url).header("origin", "https://shop.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.expect("an answer");
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-headers"], "authorization, content-type, last-event-id");
}

#[tokio::test]
async fn one_token_opens_one_chat() {
    let served = Served::new().await;
    let (mine, token) = served.open().await;
    let (other, _) = served.open().await;
    let events = |session: &str| served.client.get(served.url(&format!("/v1/chat/test/sessions/{session}/events")));
    assert_eq!(served.ask(events(&mine).bearer_auth(&token)).await.0, 200);
    for request in [
        events(&other).bearer_auth(&token),
        events(&mine),
        events(&mine).bearer_auth(""),
        events(&mine).bearer_auth(&token[1..]),
        events(&mine).header("authorization", token.as_str()),
        served.client.get(served.url(&format!("/v1/chat/test/sessions/{mine}/events?token={token}"))),
    ] {
        let (status, body) = served.ask(request).await;
        assert_eq!((status, &body["error"]["code"]), (401, &json!("wrong_token")));
    }
    let say = served.client.post(served.url(&format!("/v1/chat/test/sessions/{other}/messages"))).bearer_auth(&token);
    assert_eq!(served.ask(say.json(&json!({ "cid": "a", "text": "x" }))).await.0, 401);
    let stream = served.client.get(served.url(&format!("/v1/chat/test/sessions/{other}/stream"))).bearer_auth(&token);
    assert_eq!(served.ask(stream).await.0, 401);
}

#[tokio::test]
async fn pages_keep_to_themselves() {
    let served = Served::new().await;
    let mut browser = Browser::new(&served);
    for path in
        ["/", "/chat/test", "/login", "/docs", &welcome_path(&served), "/nothing", "/v1/chat/test", "/widget.js"]
    {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let framed =
            if path == "/chat/test" { "frame-ancestors 'self' https://shop.example" } else { "frame-ancestors 'none'" };
        let own = policy.split("; ").find(|p| p.starts_with("frame-ancestors"));
        assert_eq!(own, Some(framed), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
        let kept = if path == "/widget.js" { "no-cache" } else { "no-store" };
        assert_eq!(page.header("cache-control"), kept, "{path}");
        for inline in ["<script>", " style=\"", " onclick="] {
            assert!(!page.text.contains(inline), "{path} has {inline}, which its policy forbids");
        }
    }
}

#[tokio::test]
async fn files_of_the_web_folder_and_no_others() {
    let served = Served::new().await;
    let mut browser = Browser::new(&served);
    let script = browser.get("/assets/shared/protocol.js").await;
    assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    let tag = script.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let request = served.client.get(served.url("/assets/shared/protocol.js")).header("if-none-match", known);
        assert_eq!(request.send().await.expect("an answer").status(), 304);
    }
    assert_eq!(browser.get("/widget.js").await.header("cross-origin-resource-policy"), "cross-origin");
    for path in [
        "/assets/..%2fCargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/assets/shared/..%2f..%2fCargo.toml",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/pages/login.html",
        "/assets/shared",
        "/assets/nothing.js",
        "/assets/%00",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_first_link_works_once() {
    let served = Served::new().await;
    let path = welcome_path(&served);
    let mut browser = ann(&served).await;
    assert_eq!(browser.get("/inbox").await.status, 200);
    let mut second = Browser::new(&served);
    assert_eq!(second.get(&path).await.status, 410);
    let csrf = second.get("/login").await.csrf();
    let form = [("name", "Eve"), ("email", "eve@evil.example"), ("password", PASSWORD), ("csrf", csrf.as_str())];
    assert_eq!(second.post(&path, &form).await.status, 410);
    assert_eq!(second.log_in("eve@evil.example", PASSWORD).await.status, 401);
    let served = served.again().await;
    assert_eq!(served.server.welcome, None, "there is an agent");
}

#[tokio::test]
async fn the_first_link_makes_one_account_even_when_two_are_quick() {
    let served = Served::new().await;
    let path = welcome_path(&served);
    let (mut one, mut two) = (Browser::new(&served), Browser::new(&served));
    let (a, b) = (one.get(&path).await.csrf(), two.get(&path).await.csrf());
    let form = |email, csrf| [("name", "A"), ("email", email), ("password", PASSWORD), ("csrf", csrf)];
    let (first, second) = (form("a@shop.example", a.as_str()), form("b@shop.example", b.as_str()));
    let (first, second) = tokio::join!(one.post(&path, &first), two.post(&path, &second));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
}

#[tokio::test]
async fn the_first_link_lasts_a_day_and_a_restart_makes_a_new_one() {
    let served = Served::new().await;
    let path = welcome_path(&served);
    let mut browser = Browser::new(&served);
    served.clock.forward(DAY - Duration::from_secs(60));
    assert_eq!(browser.get(&path).await.status, 200);
    served.clock.forward(Duration::from_secs(61));
    assert_eq!(browser.get(&path).await.status, 410);
    let served = served.again().await;
    let newer = welcome_path(&served);
    assert_ne!(newer, path);
    assert_eq!(browser.get(&path).await.status, 410);
    assert_eq!(browser.get(&newer).await.status, 200);
    assert_eq!(browser.get("/welcome/0000").await.status, 410);
}

#[tokio::test]
async fn the_first_account_is_checked() {
    let served = Served::new().await;
    let path = welcome_path(&served);
    let mut browser = Browser::new(&served);
    let csrf = browser.get(&path).await.csrf();
    let long = "x".repeat(201);
    for (name, email, password) in [
        ("", "ann@shop.example", PASSWORD),
        (" ", "ann@shop.example", PASSWORD),
        ("Ann", "ann", PASSWORD),
        ("Ann", "@shop.example", PASSWORD),
        ("Ann", "ann@shop.example", "short"),
        ("Ann", "ann@shop.example", long.as_str()),
    ] {
        let form = [("name", name), ("email", email), ("password", password), ("csrf", csrf.as_str())];
        let page = browser.post(&path, &form).await;
        assert_eq!(page.status, 422, "{name:?} {email:?}");
        assert!(page.text.contains("role=\"alert\"") && !page.text.contains(PASSWORD), "{}", page.text);
    }
    let form = [("name", "<b>"), ("email", "ann@shop.example"), ("password", PASSWORD), ("csrf", "wrong")];
    assert_eq!(browser.post(&path, &form).await.status, 403);
    let page = browser.post_from("https://evil.example", &path, &[("name", "Ann"), ("csrf", &csrf)]).await;
    assert_eq!(page.status, 403);
    assert_eq!(browser.get(&path).await.status, 200, "nothing of this used the link up");
}

#[tokio::test]
async fn cookies_are_for_this_server_only() {
    for (public_url, secure) in [(None, false), (Some("https://chat.shop.example"), true)] {
        let served = Served::known_as(public_url).await;
        let path = welcome_path(&served);
        let mut browser = Browser::new(&served);
        let first = browser.get(&path).await;
        let form = [("name", "Ann"), ("email", "a@b.example"), ("password", PASSWORD), ("csrf", &first.csrf())];
        let second = browser.post_from(public_url.unwrap_or(&served.url("")), &path, &form).await;
        assert_eq!(second.status, 303, "the public address is the server's own");
        let all: Vec<_> = first.set_cookies().into_iter().chain(second.set_cookies()).map(str::to_owned).collect();
        assert!(all.iter().any(|c| c.starts_with("rapport_login=")), "{all:?}");
        for cookie in all {
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; Path=/"), "{cookie}");
            assert!(cookie.contains("; SameSite=Lax") || cookie.contains("; SameSite=Strict"), "{cookie}");
            assert!(!cookie.contains("Domain="), "{cookie}");
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        }
    }
}

#[tokio::test]
async fn a_login_form_belongs_to_its_browser() {
    let served = Served::new().await;
    ann(&served).await;
    let form = |csrf: &str| {
        let csrf = csrf.to_owned();
        [("email", "ann@shop.example".to_owned()), ("password", PASSWORD.to_owned()), ("csrf", csrf)]
    };
    let mut mine = Browser::new(&served);
    let csrf = mine.get("/login").await.csrf();
    let mut other = Browser::new(&served);
    let others = other.get("/login").await.csrf();
    let bare = Browser::new(&served);
    for (browser, csrf) in [(&mine, ""), (&mine, "0000"), (&mine, &others), (&bare, &csrf)] {
        let mut browser = browser.clone();
        let fields = form(csrf);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let page = browser.post("/login", &fields).await;
        assert_eq!(page.status, 403, "{csrf:?}");
        assert!(!browser.cookies.contains_key("rapport_login"));
    }
    let fields = form(&csrf);
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(mine.clone().post_from("https://evil.example", "/login", &fields).await.status, 403);
    assert_eq!(mine.post("/login", &fields).await.status, 303);
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_account_look_the_same() {
    let served = Served::new().await;
    ann(&served).await;
    let mut browser = Browser::new(&served);
    let account = browser.log_in("ann@shop.example", "not the password").await;
    let nobody = browser.log_in("bob@shop.example", "not the password").await;
    let words =
        |page: &Page| page.text.split_once("role=\"alert\">").expect("a word").1.split('<').next().map(str::to_owned);
    assert_eq!((account.status, words(&account)), (nobody.status, words(&nobody)));
    assert_eq!(account.status, 401);
    let right = browser.log_in(" ANN@shop.example ", PASSWORD).await;
    assert_eq!((right.status, right.header("location")), (303, "/inbox"), "case and blanks do not matter");
}

#[tokio::test]
async fn guessing_passwords_becomes_slow() {
    let served = Served::new().await;
    ann(&served).await;
    let mut browser = Browser::new(&served);
    let spellings =
        ["ann@shop.example", "ANN@shop.example", " ann@shop.example", "ann@shop.example  ", "Ann@Shop.Example"];
    for email in spellings {
        assert_eq!(browser.log_in(email, "a wrong guess").await.status, 401, "{email:?}");
    }
    let slow = browser.log_in("\tann@shop.example", "a wrong guess").await;
    assert_eq!(slow.status, 429, "however it is spelled, it is one account");
    assert!(slow.text.contains("Please wait"), "{}", slow.text);
    assert_eq!(browser.log_in("ann@shop.example", PASSWORD).await.status, 429, "the right one waits too");
    assert_eq!(browser.log_in("bob@shop.example", "a wrong guess").await.status, 401, "others do not");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(browser.log_in("ann@shop.example", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn guesses_that_come_at_once_count_one_by_one() {
    let served = Served::new().await;
    ann(&served).await;
    let mut browser = Browser::new(&served);
    let csrf = browser.get("/login").await.csrf();
    let guesses = (0..24).map(|n| {
        let (mut browser, csrf) = (browser.clone(), csrf.clone());
        async move {
            let guess = format!("guess number {n}");
            browser.post("/login", &[("email", "ann@shop.example"), ("password", &guess), ("csrf", &csrf)]).await.status
        }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let checked = statuses.iter().filter(|s| **s == 401).count();
    assert!(checked <= 7, "{checked} guesses were checked: {statuses:?}");
    assert!(statuses.iter().all(|s| matches!(s, 401 | 429)), "{statuses:?}");
}

#[tokio::test]
async fn logging_out_ends_the_login_and_its_sockets() {
    let served = Served::new().await;
    let mut browser = ann(&served).await;
    let csrf = browser.get("/inbox").await.csrf();
    let mut socket = at_work(&served, &mut browser).await;
    for wrong in ["", "0000"] {
        assert_eq!(browser.post("/logout", &[("csrf", wrong)]).await.status, 403);
    }
    assert_eq!(browser.post_from("https://evil.example", "/logout", &[("csrf", &csrf)]).await.status, 403);
    assert_eq!(browser.get("/inbox").await.status, 200);
    let stolen = browser.clone();
    let page = browser.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!((page.status, page.header("location")), (303, "/login"));
    assert!(!browser.cookies.contains_key("rapport_login"));
    let closed = tokio::time::timeout(Duration::from_secs(5), socket.closed()).await;
    assert_eq!(closed.expect("at once"), 1008);
    assert_eq!(stolen.clone().get("/inbox").await.header("location"), "/login", "a kept cookie is worth nothing");
}

#[tokio::test]
async fn a_login_lasts_a_working_day() {
    let served = Served::new().await;
    let mut browser = ann(&served).await;
    served.clock.forward(Duration::from_secs(11 * 3600));
    assert_eq!(browser.get("/inbox").await.status, 200);
    served.clock.forward(Duration::from_secs(2 * 3600));
    assert_eq!(browser.get("/inbox").await.header("location"), "/login");
}

#[tokio::test]
async fn the_inboxs_socket_is_for_agents_at_their_own_page() {
    let served = Served::new().await;
    let mut browser = ann(&served).await;
    let own = served.url("");
    let cookie = browser.cookie();
    let socket = |headers: Vec<(&'static str, String)>| {
        let served = &served;
        async move {
            let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
            served.socket("/v1/inbox/socket", &headers).await
        }
    };
    assert_eq!(refused(socket(vec![("origin", own.clone())]).await).0, 401);
    let false_cookie = format!("rapport_login={}", "0".repeat(64));
    assert_eq!(refused(socket(vec![("origin", own.clone()), ("cookie", false_cookie)]).await).0, 401);
    for origin in ["https://evil.example", "https://shop.example", "null"] {
        assert_eq!(
            refused(socket(vec![("origin", origin.into()), ("cookie", cookie.clone())]).await).0,
            403,
            "{origin}"
        );
    }
    for first in [json!({ "t": "hello", "csrf": "0000" }), json!({ "t": "list", "view": "waiting" })] {
        let mut socket = inbox(&served, &browser).await;
        socket.send(first).await;
        assert_eq!(socket.closed().await, 1008);
    }
    at_work(&served, &mut browser).await;
}

#[tokio::test]
async fn a_customers_page_is_a_website_or_nothing() {
    let served = Served::new().await;
    let mut browser = ann(&served).await;
    let mut agent = at_work(&served, &mut browser).await;
    for (page, kept) in [
        (json!("https://shop.example/lamps?x=1"), json!("https://shop.example/lamps?x=1")),
        (json!("javascript:alert(1)"), Value::Null),
        (json!("data:text/html,<script>"), Value::Null),
        (json!(format!("https://shop.example/{}", "x".repeat(3_000))), Value::Null),
    ] {
        let open = served.client.post(served.url("/v1/chat/test/sessions")).json(&json!({ "page": page }));
        let session = served.ask(open).await.1["session"].clone();
        agent.send(json!({ "t": "open", "session": session, "after": 0 })).await;
        assert_eq!(agent.until("opened").await["view"]["page"], kept, "{page}");
    }
}

#[tokio::test]
async fn an_agent_takes_answers_and_resolves() {
    let served = Served::new().await;
    let mut browser = ann(&served).await;
    let mut agent = at_work(&served, &mut browser).await;
    let (mut chat, session, _) = served.begin().await;
    let act = |id: u32, t: &str| json!({ "t": t, "id": id, "session": session });
    let reply = json!({ "t": "reply", "id": 1, "session": session, "cid": "r-1", "text": "Hello, I am Ann." });
    agent.send(reply.clone()).await;
    assert_eq!(agent.until("refused").await["code"], "not_yours");
    chat.send(json!({ "t": "person", "cid": "p-1" })).await;
    agent.send(act(2, "take")).await;
    assert_eq!(agent.until("done").await["id"], 2);
    agent.send(json!({ "t": "note", "id": 3, "session": session, "text": "The customer is cross." })).await;
    assert_eq!(agent.until("done").await["id"], 3);
    agent.send(reply).await;
    assert!(agent.until("done").await["seq"].is_u64());
    agent.send(act(4, "resolve")).await;
    assert_eq!(agent.until("done").await["id"], 4);
    chat.send(json!({ "t": "resume", "after": 0 })).await;
    let mut seen = Vec::new();
    while !seen.iter().any(|i: &Value| i["kind"] == "resolved") {
        seen.extend(chat.until("events").await["items"].as_array().expect("items").clone());
    }
    let all = Value::from(seen).to_string();
    assert!(all.contains("Hello, I am Ann.") && all.contains("\"joined\""), "{all}");
    for secret in ["cross", "\"id\":1", "summary", "ann@shop.example"] {
        assert!(!all.contains(secret), "customers are not shown {secret}: {all}");
    }
}

#[tokio::test]
async fn secrets_are_not_on_the_disk() {
    let served = Served::new().await;
    let browser = ann(&served).await;
    let (_, token) = served.open().await;
    let link = welcome_path(&served);
    let login = browser.cookies.get("rapport_login").expect("a login").clone();
    let secrets = [token, login, link.trim_start_matches("/welcome/").to_owned(), PASSWORD.to_owned()];
    let mut files = 0;
    for file in std::fs::read_dir(served.data.path()).expect("the data folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("its bytes");
        files += 1;
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{}… is on the disk", &secret[..6]);
        }
    }
    assert!(files > 0);
}

/// The demo shop of a server that has one.
async fn shop() -> (Server, tempfile::TempDir, String) {
    let data = tempfile::TempDir::new().expect("a folder");
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let parts = super::served::parts(&data, super::support::Hand::new());
    let runtime = rapport::runtime::Runtime::start(parts).await.expect("the runtime starts");
    let demo = Some(Demo { listen: any, bot: "test".into() });
    let server = Server::start(Options { runtime, listen: any, public_url: None, demo }).await.expect("it starts");
    let base = format!("http://{}", server.demo.expect("a shop"));
    (server, data, base)
}

#[tokio::test]
async fn the_demo_shop_knows_three_orders_and_refunds_once() {
    let (server, _data, base) = shop().await;
    let client = client();
    let json = |request: reqwest::RequestBuilder| async move {
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.json::<Value>().await.expect("JSON"))
    };
    let order = |n: &str| client.get(format!("{base}/api/orders/{n}")).bearer_auth("demo");
    let (status, lamp) = json(order("204518")).await;
    assert_eq!((status, &lamp["item"], &lamp["total"]), (200, &json!("Bluebird lamp"), &json!(48.0)));
    assert!(lamp["delivered"].is_string() && lamp["expected"].is_null());
    let (_, coming) = json(order("204519")).await;
    assert!(coming["delivered"].is_null() && coming["expected"].is_string());
    assert_eq!(json(order("204520")).await.0, 200);
    assert_eq!(json(order("1")).await.0, 404);
    for token in ["", "other"] {
        assert_eq!(json(client.get(format!("{base}/api/orders/204518")).bearer_auth(token)).await.0, 401);
    }
    let body = json!({ "order": "204518", "why": "too bright" });
    let refund = |key: &str| {
        client.post(format!("{base}/api/refunds")).bearer_auth("demo").header("idempotency-key", key).json(&body)
    };
    let first = json(refund("a")).await;
    assert_eq!((first.0, &first.1["amount"]), (201, &json!(48.0)));
    assert_eq!(json(refund("a")).await, first, "the same key, the same answer");
    let (status, again) = json(refund("b")).await;
    assert_eq!((status, &again["date"]), (409, &first.1["date"]));
    let page = client.get(&base).send().await.expect("an answer").text().await.expect("a page");
    // Templates escape slashes too.
    let page = page.replace("&#x2f;", "/");
    let script = format!("<script src=\"http://{}/widget.js\" data-bot=\"test\"", server.address);
    assert!(page.contains(&script), "{script}");
    assert_eq!(client.get(format!("{base}/assets/demo/shop.css")).send().await.expect("an answer").status(), 200);
    server.stop().await;
}
