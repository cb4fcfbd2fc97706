//! The demo shop: its page and its small API.
use super::served::{client, parts};
use super::support::Hand;
use rapport::runtime::Runtime;
use rapport::web::{Demo, Options, Server};
use serde_json::{Value, json};

/// The demo shop of a server that has one.
async fn shop() -> (Server, tempfile::TempDir, String) {
    let data = tempfile::TempDir::new().expect("a folder");
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let parts = parts(&data, Hand::new());
    let runtime = Runtime::start(parts).await.expect("the runtime starts");
    let demo = Some(Demo { listen: any, bot: "test".into() });
    let server =
        Server::start(Options { runtime, listen: any, public_url: None, demo, tests: None }).await.expect("it starts");
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
