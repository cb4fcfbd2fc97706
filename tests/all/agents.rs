//! Agents: the first-run link, logins, cookies, CSRF, guessed passwords, the inbox's socket.
use super::served::{Served, refused};
use super::visitor::{Browser, PASSWORD, Page, ann, at_work, inbox, welcome_path};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

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

/// A browser at another address of this machine.
fn at_address(served: &Served, last: u8) -> Browser {
    let from = std::net::Ipv4Addr::new(127, 0, 0, last);
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = builder.local_address(std::net::IpAddr::from(from)).build().expect("a client");
    Browser { client, ..Browser::new(served) }
}

#[tokio::test]
async fn many_addresses_guess_no_faster_than_one() {
    let served = Served::new().await;
    ann(&served).await;
    assert_eq!(at_address(&served, 2).log_in("ann@shop.example", PASSWORD).await.status, 303);
    let guesses = (10..50).map(|n| {
        let mut browser = at_address(&served, n);
        async move { browser.log_in("ann@shop.example", "a wrong guess").await.status }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let checked = statuses.iter().filter(|s| **s == 401).count();
    assert!((20..=23).contains(&checked), "{checked} guesses were checked: {statuses:?}");
    assert!(statuses.iter().all(|s| matches!(s, 401 | 429)), "{statuses:?}");
    let known = at_address(&served, 2).log_in("ann@shop.example", PASSWORD).await;
    assert_eq!(known.status, 303, "whoever got in from there before is not held up");
    assert_eq!(at_address(&served, 60).log_in("bob@shop.example", "a wrong guess").await.status, 401, "nor are others");
}
