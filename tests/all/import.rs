//! `rapport import openapi` and `rapport use`: from a description to a system that can be asked.
use super::support::{mistakes, root};
use rapport::bot::integrations::openapi;
use std::path::Path;
use std::process::{Command, Output};

const SHOP: &str = include_str!("../data/openapi/shop.yaml");

fn rapport(folder: &Path, args: &[&str]) -> (Output, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_rapport")).args(args).current_dir(folder).output().expect("rapport starts");
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, words)
}

#[test]
fn a_description_becomes_a_system_without_mistakes() {
    let imported = openapi::import(SHOP, "shop", None).expect("it is read");
    insta::assert_snapshot!(format!("{}---\n{}", imported.yaml, imported.left_out.join("\n")));
    let flow = ("main.flow", "flow main\n  say: Hello.\n");
    let compiled = super::support::compiled(&[("integrations.yaml", &imported.yaml), flow]);
    assert_eq!(mistakes(&compiled), "");
}

#[test]
fn what_is_no_description_is_refused_in_words() {
    for (text, words) in [
        ("swagger: '2.0'", "no OpenAPI description of version 3"),
        ("openapi: 3.1.0\npaths: {}", "`--base"),
        ("a: [", "neither YAML nor JSON"),
        ("openapi: 3.0.0\nservers: [{ url: /api }]", "`--base"),
    ] {
        let problem = openapi::import(text, "shop", None).expect_err(text);
        assert!(problem.contains(words), "{text}: {problem}");
    }
}

#[test]
fn references_in_a_circle_end() {
    let text = "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      responses:\n        200: { content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }\n\
                components: { schemas: { A: { $ref: '#/components/schemas/B' }, B: { allOf: [{ $ref: '#/components/schemas/A' }] } } }\n";
    let imported = openapi::import(text, "shop", Some("https://shop.example")).expect("it is read");
    assert_eq!(imported.actions, 1);
}

#[test]
fn it_is_added_to_a_bot_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = root().join("tests/data/openapi/shop.yaml");
    let file = file.to_str().expect("a path");
    std::fs::write(folder.path().join("main.flow"), "flow main\n  say: Hello.\n").expect("written");
    let args = ["import", "openapi", file, "--name", "shop", "--into", "."];
    let (first, words) = rapport(folder.path(), &args);
    assert!(first.status.success(), "{words}");
    let before = std::fs::read_to_string(folder.path().join("integrations.yaml")).expect("a file");
    let (again, words) = rapport(folder.path(), &args);
    assert!(!again.status.success() && words.contains("Nothing was written"), "{words}");
    assert_eq!(std::fs::read_to_string(folder.path().join("integrations.yaml")).expect("a file"), before);
}

#[tokio::test]
async fn one_request_is_tried_from_the_command_line() {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers};
    let server = MockServer::start().await;
    let lamp = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "item": "Lamp", "total": "48.00" }));
    Mock::given(matchers::path("/orders/204518")).respond_with(lamp).mount(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "shop:\n  base: {}\n  allow private addresses: yes\n  find_order: {{ get: \"/orders/{{{{ number }}}}\", gives: {{ item: text, total: money }} }}\n  \
         pay: {{ post: /pay, effect: money, body: {{ a: \"{{{{ a }}}}\" }} }}\n",
        server.uri()
    );
    std::fs::write(folder.path().join("integrations.yaml"), text).expect("written");
    std::fs::write(folder.path().join("main.flow"), "flow main\n  this is not finished yet").expect("written");
    let at = folder.path().to_owned();
    let run = move |args: &[&str]| rapport(&at, args);
    tokio::task::spawn_blocking(move || {
        let (found, words) = run(&["use", "shop.find_order", "number=204518"]);
        assert!(found.status.success() && words.contains("It answered: ok"), "{words}");
        assert!(words.contains("item = \"Lamp\"") && words.contains("total = 48"), "{words}");
        for (args, wanted) in [
            (&["use", "shop.find_order"][..], "number=…"),
            (&["use", "shop.find", "a=1"][..], "shop.find_order"),
            (&["use", "shop.pay", "a=1"][..], "--really"),
            (&["use", "shop.pay", "a=1", "--dry"][..], "POST"),
            (&["use", "shop.pay", "a=1", "--really"][..], "404"),
        ] {
            let (_, words) = run(args);
            assert!(words.contains(wanted), "{args:?}: {words}");
        }
    })
    .await
    .expect("it runs");
    let sent = server.received_requests().await.expect("requests are recorded");
    assert_eq!(sent.len(), 2, "only what was wanted was sent");
}
