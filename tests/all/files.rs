//! Photos and files over HTTP: what is let in, who may read it, and how it is handed out.
use super::served::{Served, texts};
use super::visitor::{Browser, ann, at_work};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// A picture of one dot.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";
const MB: usize = 1024 * 1024;

struct Customer<'a> {
    served: &'a Served,
    session: String,
    token: String,
}

impl<'a> Customer<'a> {
    async fn new(served: &'a Served) -> Self {
        let (session, token) = served.open().await;
        Self { served, session, token }
    }

    fn url(&self, rest: &str) -> String {
        self.served.url(&format!("/v1/chat/test/sessions/{}/{rest}", self.session))
    }

    fn upload(&self, cid: &str, name: &str, bytes: &[u8]) -> RequestBuilder {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs([("cid", cid), ("name", name)]).finish();
        let request = self.served.client.post(self.url(&format!("files?{query}")));
        // What the sender says of it counts for nothing.
        request.header("content-type", "image/png").bearer_auth(&self.token).body(bytes.to_vec())
    }

    async fn sends(&self, cid: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
        self.served.ask(self.upload(cid, name, bytes)).await
    }

    async fn items(&self) -> Vec<Value> {
        let (status, page) = self.served.ask(self.served.client.get(self.url("events")).bearer_auth(&self.token)).await;
        assert_eq!(status, 200);
        page["items"].as_array().expect("items").clone()
    }

    /// What the chat says of the file that it got last.
    async fn last_file(&self) -> Value {
        let items = self.items().await;
        items.iter().rev().find_map(|i| i.get("files")).map(|files| files[0].clone()).expect("a file in the chat")
    }

    fn fetch(&self, id: &str) -> RequestBuilder {
        self.served.client.get(self.url(&format!("files/{id}"))).bearer_auth(&self.token)
    }
}

#[tokio::test]
async fn a_photo_is_a_message_and_an_answer_and_comes_back_as_it_was() {
    let served = Served::new().await;
    let customer = Customer::new(&served).await;
    let (status, sent) = customer.sends("a", "My lamp.PNG", PNG).await;
    assert_eq!((status, &sent["cid"], &sent["duplicate"]), (201, &json!("a"), &json!(false)), "{sent}");
    let (status, again) = customer.sends("a", "My lamp.PNG", PNG).await;
    assert_eq!((status, again), (200, json!({ "cid": "a", "seq": sent["seq"], "duplicate": true })), "nothing twice");
    let items = customer.items().await;
    let kept = "Thank you, I have kept that here. I can't look at it myself, but a colleague can.";
    assert_eq!(texts(&items), ["Hello there.", "Which colour?", "My lamp.png", kept]);
    assert_eq!(items[3]["choices"][0]["id"], "red", "the question stays open");
    let file = customer.last_file().await;
    assert_eq!(
        (&file["name"], &file["type"], &file["size"]),
        (&json!("My lamp.png"), &json!("image/png"), &json!(PNG.len()))
    );
    let id = file["id"].as_str().expect("an id").to_owned();
    let got = customer.fetch(&id).send().await.expect("an answer");
    assert_eq!(got.status(), 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-disposition", "inline; filename=\"My lamp.png\"; filename*=UTF-8''My%20lamp.png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cache-control", "private, no-cache"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(got.headers()[name], value, "{name}");
    }
    let tag = got.headers()["etag"].to_str().expect("a tag").to_owned();
    assert_eq!(got.bytes().await.expect("bytes"), PNG);
    let known = customer.fetch(&id).header("if-none-match", tag).send().await.expect("an answer");
    assert_eq!(known.status(), 304);
    // At the question for a photo it is the answer; what is no picture is not.
    for (cid, text) in [("b", "red"), ("c", "small")] {
        let say = served.client.post(customer.url("messages")).bearer_auth(&customer.token);
        assert_eq!(served.ask(say.json(&json!({ "cid": cid, "text": text }))).await.0, 201);
    }
    let asked = customer.items().await;
    assert_eq!(asked.last().expect("a question")["takes"], "photo");
    assert_eq!(customer.sends("d", "lamp.pdf", b"%PDF-1.7\n").await.0, 201);
    assert_eq!(customer.sends("e", "lamp.png", PNG).await.0, 201);
    let all = customer.items().await;
    let rest = &texts(&all)[texts(&asked).len()..];
    assert_eq!(rest[..4], ["lamp.pdf", "lamp.pdf is no picture.", "lamp.png", "lamp.png is lovely."]);
    // And it is there after the server ended.
    let (session, token) = (customer.session.clone(), customer.token.clone());
    let served = served.again().await;
    let customer = Customer { served: &served, session, token };
    assert_eq!(customer.fetch(&id).send().await.expect("an answer").bytes().await.expect("bytes"), PNG);
}

#[tokio::test]
async fn what_is_not_let_in_is_refused_by_name() {
    let served = Served::new().await;
    let customer = Customer::new(&served).await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = b"<!doctype html><script>alert(1)</script>";
    let prose = b"Hello, look at this: <script>alert(1)</script>";
    let zip = b"PK\x03\x04\x14\0\0\0evil.exe";
    let macros = b"PK\x03\x04 [Content_Types].xml word/document.xml word/vbaProject.bin";
    let huge = [PNG, &vec![0; 10 * MB]].concat();
    let very_huge = vec![0; 21 * MB];
    let cases: &[(&str, &str, &[u8], u16, &str)] = &[
        ("a", "lamp.png", svg, 415, "file_type"),
        ("a", "lamp.jpg", html, 415, "file_type"),
        ("a", "lamp.txt", prose, 415, "file_type"),
        ("a", "lamp.docx", zip, 415, "file_type"),
        ("a", "lamp.docx", macros, 415, "file_type"),
        ("a", "lamp.pdf", b"MZ\x90\0\x03\0\0\0", 415, "file_type"),
        ("a", "lamp.mp4", b"\0\0\0\x18ftypisom\0\0\0\0", 415, "file_type"),
        ("a", "lamp.png", b"", 422, "empty"),
        ("a", "lamp.png", &huge, 413, "file_too_large"),
        ("", "lamp.png", PNG, 422, "bad_cid"),
        ("a b", "lamp.png", PNG, 422, "bad_cid"),
    ];
    for (cid, name, bytes, status, code) in cases {
        let (got, answer) = customer.sends(cid, name, bytes).await;
        assert_eq!((got, answer["error"]["code"].as_str()), (*status, Some(*code)), "{name}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|m| m.len() > 10), "{answer}");
    }
    // What is far too large need not be read to its end: the connection may break, but nothing is kept.
    if let Ok(response) = customer.upload("a", "lamp.png", &very_huge).send().await {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(texts(&customer.items().await), ["Hello there.", "Which colour?"], "nothing of it came in");
    assert_eq!(customer.sends("a", "a.png", PNG).await.0, 201);
    let (status, answer) = customer.sends("a", "a.png", &[PNG, b"x"].concat()).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("cid_reused")), "other bytes under the same cid");
}

#[tokio::test]
async fn a_chat_holds_so_many_files() {
    let served = Served::new().await;
    let customer = Customer::new(&served).await;
    let big = |n: u8| [PNG, &vec![n; 10 * MB - PNG.len()]].concat();
    for n in 0..4 {
        assert_eq!(customer.sends(&format!("c{n}"), "a.png", &big(n)).await.0, 201);
    }
    let (status, answer) = customer.sends("more", "a.png", PNG).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("too_many_files")));
    assert_eq!(customer.sends("c1", "a.png", &big(1)).await.0, 200, "what is there is there");
    let other = Customer::new(&served).await;
    assert_eq!(other.sends("a", "a.png", PNG).await.0, 201, "another chat has its own room");
}

#[tokio::test]
async fn a_file_is_read_by_those_who_have_the_chat_and_nobody_else() {
    let served = Served::new().await;
    let (mine, other) = (Customer::new(&served).await, Customer::new(&served).await);
    assert_eq!(mine.sends("a", "lamp.png", PNG).await.0, 201);
    let id = mine.last_file().await["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/chat/test/sessions/{}/files/{id}", mine.session);
    let get = |path: &str| served.client.get(served.url(path));
    for (request, status, code) in [
        (get(&path), 401, "wrong_token"),
        (get(&path).bearer_auth(&other.token), 401, "wrong_token"),
        (get(&format!("{path}?token={}", mine.token)), 401, "wrong_token"),
        (other.fetch(&id), 404, "unknown_file"),
        (mine.fetch("0123456789abcdef0123456789abcdef"), 404, "unknown_file"),
        (mine.fetch("..%2f..%2fetc%2fpasswd"), 404, "unknown_file"),
        (get(&path).bearer_auth(&mine.token).header("origin", "https://evil.example"), 403, "foreign_origin"),
        (
            served.client.post(mine.url("files?cid=z&name=a.png")).bearer_auth(&other.token).body(PNG),
            401,
            "wrong_token",
        ),
        (served.client.post(mine.url("files?cid=z&name=a.png")).body(PNG), 401, "wrong_token"),
        (mine.upload("z", "a.png", PNG).header("origin", "https://evil.example"), 403, "foreign_origin"),
        (get(&format!("/v1/inbox/sessions/{}/files/{id}", mine.session)), 401, "log_in"),
        (get(&format!("/v1/inbox/sessions/{}/files/{id}", mine.session)).bearer_auth(&mine.token), 401, "log_in"),
    ] {
        let (got, answer) = served.ask(request).await;
        assert_eq!((got, answer["error"]["code"].as_str()), (status, Some(code)), "{answer}");
    }
    // The website that embeds the bot may; and an agent with a login.
    let allowed = mine.fetch(&id).header("origin", "https://shop.example").send().await.expect("an answer");
    assert_eq!(
        (allowed.status().as_u16(), &allowed.headers()["access-control-allow-origin"]),
        (200, &"https://shop.example".parse().expect("a header"))
    );
    let mut browser = ann(&served).await;
    let request = get(&format!("/v1/inbox/sessions/{}/files/{id}", mine.session)).header("cookie", browser.cookie());
    let seen = request.send().await.expect("an answer");
    assert_eq!(
        (seen.status().as_u16(), &seen.headers()["content-type"]),
        (200, &"image/png".parse().expect("a header"))
    );
    assert_eq!(seen.headers()["content-security-policy"], "sandbox; default-src 'none'");
    let wrong = get(&format!("/v1/inbox/sessions/{}/files/{id}", other.session)).header("cookie", browser.cookie());
    assert_eq!(served.ask(wrong).await.0, 404);
    let mut agent = at_work(&served, &mut browser).await;
    agent.send(json!({ "t": "open", "session": mine.session, "after": 0 })).await;
    let items = agent.items_until("a colleague can").await;
    let file = items.iter().find_map(|i| i.get("files")).expect("the agent sees it");
    assert_eq!((&file[0]["id"], &file[0]["name"]), (&json!(id), &json!("lamp.png")));
}

#[tokio::test]
async fn what_is_handed_out_is_saved_or_shown_and_never_run() {
    let served = Served::new().await;
    let customer = Customer::new(&served).await;
    let page = b"<html><script>alert(1)</script></html>";
    let polyglot = [PNG, page].concat();
    let gif = b"GIF89a/*<script>*/=1;alert(1)".as_slice();
    for (name, bytes, kept, kind, how) in [
        ("page.html", polyglot.as_slice(), "page.html.png", "image/png", "inline"),
        ("run.js", gif, "run.js.gif", "image/gif", "inline"),
        ("rea\u{202e}gpj.exe", b"%PDF-1.7 /JavaScript".as_slice(), "reagpj.exe.pdf", "application/pdf", "attachment"),
        ("../../a\"b\r\nX: y.csv", b"=1+1;2\n".as_slice(), "ab X y.csv", "text/csv; charset=utf-8", "attachment"),
    ] {
        let cid = kept.replace(['.', ' '], "-");
        assert_eq!(customer.sends(&cid, name, bytes).await.0, 201, "{name}");
        let file = customer.last_file().await;
        assert_eq!(file["name"], kept);
        let got = customer.fetch(file["id"].as_str().expect("an id")).send().await.expect("an answer");
        assert_eq!(got.headers()["content-type"], kind, "{name}");
        let disposition = got.headers()["content-disposition"].to_str().expect("plain").to_owned();
        assert!(disposition.starts_with(&format!("{how}; filename=\"")), "{disposition}");
        assert_eq!(got.headers()["x-content-type-options"], "nosniff");
        assert_eq!(got.headers()["content-security-policy"], "sandbox; default-src 'none'");
    }
}

#[tokio::test]
async fn an_agent_who_logged_out_sees_no_file() {
    let served = Served::new().await;
    let customer = Customer::new(&served).await;
    assert_eq!(customer.sends("a", "lamp.png", PNG).await.0, 201);
    let id = customer.last_file().await["id"].as_str().expect("an id").to_owned();
    let mut browser: Browser = ann(&served).await;
    let path = format!("/v1/inbox/sessions/{}/files/{id}", customer.session);
    assert_eq!(
        browser
            .clone()
            .client
            .get(served.url(&path))
            .header("cookie", browser.cookie())
            .send()
            .await
            .expect("an answer")
            .status(),
        200
    );
    let old = browser.cookie();
    let csrf = browser.get("/inbox").await.csrf();
    assert_eq!(browser.post("/logout", &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(served.ask(served.client.get(served.url(&path)).header("cookie", old)).await.0, 401);
}
