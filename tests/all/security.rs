//! What keeps chats and pages apart: origins, tokens, headers, files, and what is on the disk.
use super::served::{Served, refused};
use super::visitor::{Browser, PASSWORD, ann, at_work, welcome_path};
use serde_json::{Value, json};

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
