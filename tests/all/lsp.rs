//! The editor's server, driven over its standard input and output as an editor does.
use rapport::bot::{Files, inspect};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const BOT: &str = "name: Robin\nteams:\n  refunds: {}\n  general: {}\nkinds:\n  order_number: { pattern: \"[0-9]{6}\", words: a six-digit order number }\nfacts: { free_from: 50 }\n";
const SYSTEMS: &str = "shop:\n  base: https://shop.example/api\n  find_order:\n    get: /orders/{{ number }}\n    outcomes: { 200: found, 404: not_found }\n    gives: { number: text, total: money }\n";
const MAIN: &str = "flow main\n  triage: Yes?\n    offer refund\n\nflow refund: Return or refund\n  team refunds\n  customers say\n    I want my money back\n  ask order_number: 😀 Which order?\n    accept order_number\n  use shop.find_order with number = order_number save as order\n    when not_found\n      say: There is no {{ order_number }}.\n      done\n  ask reason: Why?\n    accept text\n  if reason is known\n    say: {{ order.total | money }} for {{ reason }}, free from {{ free_from }}.\n";

struct Editor {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
    id: i32,
    /// The last list of mistakes of each file.
    mistakes: BTreeMap<String, Vec<Value>>,
}

impl Editor {
    /// An editor with a bot's folder open, and nothing else yet.
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, json!({}))
    }

    fn with(files: &[(&str, &str)], general: Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("written");
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_rapport"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("an output")));
        let mut editor = Self { child, to, from, folder, id: 0, mistakes: BTreeMap::new() };
        let root = url::Url::from_file_path(editor.folder.path()).expect("a path").to_string();
        let hello = json!({ "capabilities": { "general": general }, "rootUri": root });
        let told = editor.ask("initialize", hello);
        assert_eq!(told["serverInfo"]["name"], "rapport");
        editor.tell("initialized", json!({}));
        editor
    }

    fn shop() -> Self {
        let mut editor = Self::new(&[("bot.yaml", BOT), ("integrations.yaml", SYSTEMS), ("main.flow", MAIN)]);
        editor.open("main.flow", MAIN);
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let to = self.to.as_mut().expect("open");
        write!(to, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        to.flush().expect("it listens");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).expect("a line") > 0, "the server has gone away");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(n) => length = n.parse().expect("a number"),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("a body");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["method"] == "textDocument/publishDiagnostics" {
                let uri = message["params"]["uri"].as_str().expect("a file");
                let name = uri.rsplit('/').next().expect("a name").to_owned();
                let found = message["params"]["diagnostics"].as_array().expect("a list").clone();
                self.mistakes.insert(name, found);
            } else if message["id"] == id {
                return message;
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    fn uri(&self, name: &str) -> String {
        url::Url::from_file_path(self.folder.path().join(name)).expect("a path").to_string()
    }

    fn open(&mut self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "languageId": "rapport-flow", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// The codes of a file's mistakes, once everything sent so far has been taken in.
    fn codes(&mut self, name: &str) -> Vec<String> {
        self.ask("workspace/symbol", json!({ "query": "" }));
        let found = self.mistakes.get(name).cloned().unwrap_or_default();
        found.iter().map(|d| d["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// Asks about the place right after `before`, which stands once in `text`.
    fn ask_at(&mut self, what: &str, text: &str, before: &str) -> Value {
        self.ask_with(what, text, before, json!({}))
    }

    fn ask_with(&mut self, what: &str, text: &str, before: &str, more: Value) -> Value {
        let mut params = json!({ "textDocument": { "uri": self.uri("main.flow") }, "position": after(text, before) });
        params.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        self.ask(&format!("textDocument/{what}"), params)
    }

    /// What is offered right after `before`.
    fn offered(&mut self, text: &str, before: &str) -> Vec<String> {
        self.change("main.flow", text);
        let items = self.ask_at("completion", text, before);
        items.as_array().expect("a list").iter().map(|i| i["label"].as_str().expect("a label").to_owned()).collect()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.to = None;
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn after(text: &str, before: &str) -> Value {
    let at = text.find(before).unwrap_or_else(|| panic!("`{before}` is not there")) + before.len();
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let line = text[..at].matches('\n').count();
    json!({ "line": line, "character": text[start..at].encode_utf16().count() })
}

fn lines(places: &Value) -> Vec<(String, u64)> {
    let place = |p: &Value| {
        let name = p["uri"].as_str().expect("a file").rsplit('/').next().expect("a name").to_owned();
        (name, p["range"]["start"]["line"].as_u64().expect("a line"))
    };
    places.as_array().expect("a list").iter().map(place).collect()
}

/// Puts the edits of one file into its text.
fn edited(text: &str, edits: &Value) -> String {
    let byte = |p: &Value| {
        let line = usize::try_from(p["line"].as_u64().expect("a line")).expect("small");
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = 0;
        let line = text[start..].split('\n').next().unwrap_or_default();
        for (at, c) in line.char_indices() {
            if units >= p["character"].as_u64().expect("a column") {
                return start + at;
            }
            units += c.len_utf16() as u64;
        }
        start + line.len()
    };
    let edits = edits.as_array().expect("a list").iter();
    let mut places: Vec<_> = edits
        .map(|e| (byte(&e["range"]["start"]), byte(&e["range"]["end"]), e["newText"].as_str().expect("a text")))
        .collect();
    places.sort_unstable();
    let mut out = text.to_owned();
    for (start, end, new) in places.into_iter().rev() {
        out.replace_range(start..end, new);
    }
    out
}

#[test]
fn mistakes_come_as_you_type_and_go_when_mended() {
    let mut editor = Editor::shop();
    assert_eq!(editor.codes("main.flow"), Vec::<String>::new());
    editor.change("main.flow", &MAIN.replace("offer refund", "offer refnd"));
    assert_eq!(editor.codes("main.flow"), ["F103"]);
    let told = editor.mistakes["main.flow"][0].clone();
    assert_eq!(told["message"], "There is no flow named `refnd`. Did you mean `refund`?");
    assert_eq!(told["range"]["start"], json!({ "line": 2, "character": 10 }));
    editor.change("main.flow", MAIN);
    assert_eq!(editor.codes("main.flow"), Vec::<String>::new());
}

#[test]
fn settings_are_checked_too_and_open_files_win_over_the_disk() {
    let mut editor = Editor::shop();
    editor.open("bot.yaml", &BOT.replace("refunds", "payments"));
    assert_eq!(editor.codes("main.flow"), ["F104"]);
    editor.change("bot.yaml", &BOT.replace("teams:", "teems:"));
    assert!(!editor.codes("bot.yaml").is_empty());
    let document = json!({ "uri": editor.uri("bot.yaml") });
    editor.tell("textDocument/didClose", json!({ "textDocument": document }));
    assert_eq!(editor.codes("main.flow"), Vec::<String>::new());
    assert_eq!(editor.codes("bot.yaml"), Vec::<String>::new());
}

#[test]
fn did_you_mean_is_one_click() {
    for (right, wrong) in [
        ("offer refund", "offer refnd"),
        ("order.total", "order.totl"),
        ("{{ reason }}", "{{ reson }}"),
        ("triage: Yes?", "triaeg: Yes?"),
        ("when not_found", "when not_fond"),
        ("accept text", "accept a text"),
    ] {
        let mut editor = Editor::shop();
        let text = MAIN.replace(right, wrong);
        editor.change("main.flow", &text);
        let at = after(&text, wrong);
        let range = json!({ "start": { "line": at["line"], "character": 0 }, "end": at });
        let document = json!({ "uri": editor.uri("main.flow") });
        let fixes =
            editor.ask("textDocument/codeAction", json!({ "textDocument": document, "range": range, "context": {} }));
        let edits = &fixes[0]["edit"]["changes"][editor.uri("main.flow")];
        assert!(edits.is_array(), "{wrong}: {fixes}, {:?}", editor.mistakes);
        assert_eq!(edited(&text, edits), MAIN, "{wrong}");
    }
}

#[test]
fn what_may_stand_here_is_offered() {
    let mut editor = Editor::shop();
    let with = |line: &str| format!("{MAIN}{line}");
    let has = |offered: Vec<String>, wanted: &[&str], never: &[&str]| {
        assert!(wanted.iter().all(|w| offered.iter().any(|o| o == w)), "{wanted:?} in {offered:?}");
        assert!(never.iter().all(|w| offered.iter().all(|o| o != w)), "{never:?} not in {offered:?}");
    };
    has(
        editor.offered(&with("\nflow x\n  sa"), "flow x\n  sa"),
        &["say", "ask", "team", "customers say"],
        &["flow", "accept"],
    );
    has(editor.offered(&with("\nflow x\n  if a is known\n    s"), "known\n    s"), &["say"], &["team"]);
    has(editor.offered(&with("  ask z: Z?\n    ac"), "Z?\n    ac"), &["accept", "button", "retry"], &["say", "offer"]);
    has(editor.offered(&with("f"), ".\nf"), &["flow"], &["say"]);
    has(editor.offered(&with("  do "), "  do "), &["refund", "main"], &["order"]);
    has(editor.offered(&with("  say: {{ "), "say: {{ "), &["order", "reason", "free_from", "customer"], &["refund"]);
    has(editor.offered(&with("  say: {{ order."), "say: {{ order."), &["total", "number"], &["reason"]);
    has(editor.offered(&with("  say: {{ order.total | "), "say: {{ order.total | "), &["money", "date"], &["order"]);
    has(editor.offered(&with("  if "), "  if "), &["reason", "order"], &["refund"]);
    has(editor.offered(&with("  use "), "\n  use "), &["shop.find_order"], &["order"]);
    has(
        editor.offered(&with("  use shop.find_order\n    when "), "find_order\n    when "),
        &["not_found", "found", "it fails"],
        &["angry"],
    );
    has(editor.offered(&with("  empathize\n    when "), "empathize\n    when "), &["angry", "worried"], &["it fails"]);
    has(editor.offered(&with("  escalate to "), "escalate to "), &["refunds", "general"], &["refund"]);
    has(
        editor.offered(&with("  ask z: Z?\n    accept "), "Z?\n    accept "),
        &["order_number", "text", "yes or no"],
        &[],
    );
    assert!(editor.offered(&with("  say: Hello t"), "Hello t").is_empty());
}

#[test]
fn fields_columns_and_facts_within_facts_are_offered() {
    let settings = "name: Robin\nkinds:\n  level:\n    values:\n      gold: { label: Gold, return_window: 90 days }\n\
        customer: { level: level }\nfacts: { shop: { phone: \"+44 20 7946 0000\" } }\n";
    let systems = "shop:\n  base: https://shop.example\n  find: { get: /o, outcomes: { 200: found }, gives: { level: level, total: money } }\n";
    let flow = "flow main\n  ask mine: Which level?\n    accept level\n  use shop.find save as order\n  triage: Yes?\n";
    let mut editor = Editor::new(&[("bot.yaml", settings), ("integrations.yaml", systems), ("main.flow", flow)]);
    editor.open("main.flow", flow);
    let mut offered = |line: &str| editor.offered(&format!("{flow}{line}"), line);
    assert_eq!(offered("  say: {{ order."), ["level", "total"]);
    assert_eq!(offered("  say: {{ order.level."), ["label", "return_window"]);
    assert_eq!(offered("  if mine.level is gold and mine."), ["label", "return_window"]);
    assert_eq!(offered("  say: {{ customer.level."), ["label", "return_window"]);
    assert!(offered("  say: {{ customer.").contains(&"level".to_owned()));
    assert_eq!(offered("  say: {{ shop."), ["phone"]);
    assert_eq!(offered("  say: {{ facts.shop."), ["phone"]);
    assert!(offered("  say: {{ order.total.").is_empty());
}

#[test]
fn help_on_steps_and_names() {
    let mut editor = Editor::shop();
    let mut help = |before: &str| {
        let told = editor.ask_at("hover", MAIN, before);
        told["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    assert!(help("  tri").contains("An open question"));
    assert!(help("offer ref").contains("flow refund: Return or refund"));
    assert!(
        help("There is no {{ order_nu")
            .contains("main.flow:9: `ask order_number: 😀 Which order?`, `accept order_number`")
    );
    let order = help("say: {{ ord");
    assert!(order.contains("main.flow:11") && order.contains("`number`, `total`"), "{order}");
    assert!(help("use shop.find_o").contains("`found` (200), `not_found` (404)"));
    assert!(help("free from {{ free").contains("50"));
    assert!(help("accept order_").contains("a six-digit order number"));
    assert_eq!(help("😀 Wh"), "");
}

#[test]
fn jumps_lead_to_where_a_name_begins() {
    let mut editor = Editor::shop();
    let mut to = |before: &str| lines(&editor.ask_at("definition", MAIN, before));
    let main = |line| vec![("main.flow".to_owned(), line)];
    assert_eq!(to("offer ref"), main(4));
    assert_eq!(to("for {{ rea"), main(14));
    assert_eq!(to("say: {{ ord"), main(10));
    assert_eq!(to("  team ref"), [("bot.yaml".to_owned(), 2)]);
    assert_eq!(to("accept order_"), [("bot.yaml".to_owned(), 5)]);
    assert_eq!(to("free from {{ free"), [("bot.yaml".to_owned(), 6)]);
    assert_eq!(to("use shop.find_"), [("integrations.yaml".to_owned(), 2)]);
    assert_eq!(to("when not_"), [("integrations.yaml".to_owned(), 4)]);
    let all = editor.ask_at("references", MAIN, "ask rea");
    assert_eq!(lines(&all).iter().map(|(_, l)| *l).collect::<Vec<_>>(), [14, 16, 17]);
}

/// Renames, then checks the bot as it is afterwards.
fn renamed(before: &str, name: &str) -> BTreeMap<String, String> {
    let mut editor = Editor::shop();
    let answer = editor.ask_with("rename", MAIN, before, json!({ "newName": name }));
    let files = [("bot.yaml", BOT), ("integrations.yaml", SYSTEMS), ("main.flow", MAIN)];
    let texts: BTreeMap<String, String> = files
        .iter()
        .map(|(file, text)| {
            let edits = &answer["changes"][editor.uri(file)];
            let text = if edits.is_array() { edited(text, edits) } else { (*text).to_owned() };
            ((*file).to_owned(), text)
        })
        .collect();
    let found = inspect(&Files { id: "x".into(), texts: texts.clone().into_iter().collect() }).diagnostics;
    assert!(found.is_empty(), "{name}: {found:?}\n{texts:?}");
    texts
}

#[test]
fn a_renamed_bot_still_checks() {
    let flow = renamed("offer ref", "money_back");
    assert_eq!(
        flow["main.flow"],
        MAIN.replace("offer refund", "offer money_back").replace("flow refund", "flow money_back")
    );
    let detail = renamed("say: {{ ord", "parcel");
    assert!(
        detail["main.flow"].contains("save as parcel") && detail["main.flow"].contains("{{ parcel.total | money }}")
    );
    let team = renamed("  team ref", "payments");
    assert!(team["bot.yaml"].contains("  payments: {}") && team["main.flow"].contains("team payments"));
    let kind = renamed("accept order_", "six_digits");
    assert!(kind["bot.yaml"].contains("six_digits:") && kind["main.flow"].contains("accept six_digits"));
    assert!(kind["main.flow"].contains("ask order_number"));
}

#[test]
fn a_short_argument_keeps_its_name() {
    let systems = SYSTEMS.replace("{{ number }}", "{{ order_number }}");
    let text = MAIN.replace("with number = order_number", "with order_number");
    let mut editor = Editor::new(&[("bot.yaml", BOT), ("integrations.yaml", &systems), ("main.flow", &text)]);
    editor.open("main.flow", &text);
    let answer = editor.ask_with("rename", &text, "ask order_", json!({ "newName": "wanted" }));
    let after = edited(&text, &answer["changes"][editor.uri("main.flow")]);
    assert!(after.contains("with order_number = wanted save as order"), "{after}");
}

#[test]
fn names_that_are_none_or_taken_are_refused() {
    let mut editor = Editor::shop();
    let document = json!({ "uri": editor.uri("main.flow") });
    for (before, name) in
        [("offer ref", "money back"), ("offer ref", "main"), ("ask rea", "order"), ("use shop.find_", "x")]
    {
        let params = json!({ "textDocument": document, "position": after(MAIN, before), "newName": name });
        assert!(editor.answer("textDocument/rename", params)["error"]["message"].is_string(), "{name}");
    }
    assert!(editor.ask_at("prepareRename", MAIN, "use shop.find_").is_null());
    assert_eq!(editor.ask_at("prepareRename", MAIN, "ask rea")["placeholder"], "reason");
}

#[test]
fn outlines_folds_and_formatting() {
    let mut editor = Editor::shop();
    let document = json!({ "uri": editor.uri("main.flow") });
    let outline = editor.ask("textDocument/documentSymbol", json!({ "textDocument": document }));
    assert_eq!(outline[1]["name"], "refund");
    let questions = outline[1]["children"].as_array().expect("a list");
    assert_eq!(questions.iter().map(|q| &q["name"]).collect::<Vec<_>>(), ["order_number", "reason"]);
    let folds = editor.ask("textDocument/foldingRange", json!({ "textDocument": document }));
    assert!(folds.as_array().expect("a list").contains(&json!({ "startLine": 4, "endLine": 17 })));
    let found = editor.ask("workspace/symbol", json!({ "query": "ref" }));
    assert_eq!(lines(&json!([found[0]["location"]])), [("main.flow".to_owned(), 4)]);
    let rough = MAIN.replace("triage: Yes?", "triage:Yes?");
    editor.change("main.flow", &rough);
    let edits = editor.ask("textDocument/formatting", json!({ "textDocument": document, "options": {} }));
    assert_eq!(edited(&rough, &edits), MAIN);
}

#[test]
fn places_are_counted_as_the_editor_counts() {
    let broken = MAIN.replace("{{ order_number }}.", "😀 {{ ordernumber }}.");
    for (general, column) in [(json!({}), 29), (json!({ "positionEncodings": ["utf-8", "utf-16"] }), 31)] {
        let mut editor = Editor::with(&[("bot.yaml", BOT), ("integrations.yaml", SYSTEMS)], general);
        editor.open("main.flow", &broken);
        assert_eq!(editor.codes("main.flow"), ["F109"]);
        assert_eq!(editor.mistakes["main.flow"][0]["range"]["start"]["character"], column);
    }
}

#[test]
fn what_is_not_known_is_refused_and_the_server_goes_on() {
    let mut editor = Editor::shop();
    assert_eq!(editor.answer("textDocument/nonsense", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.answer("textDocument/hover", json!({}))["error"]["code"], -32602);
    assert_eq!(editor.answer("nonsense", json!({}))["error"]["code"], -32601);
    editor.tell("$/cancelRequest", json!({ "id": 99_999 }));
    editor.tell("textDocument/didChange", json!({ "nothing": 1 }));
    let far = json!({ "textDocument": { "uri": editor.uri("main.flow") }, "position": { "line": 4_000_000_000_u32, "character": 7 } });
    editor.ask("textDocument/hover", far.clone());
    editor.ask("textDocument/completion", far);
    editor.change("main.flow", "\u{0}\u{feff}\r\n{{ \t| . flow");
    editor.codes("main.flow");
    editor.change("main.flow", MAIN);
    assert_eq!(editor.codes("main.flow"), Vec::<String>::new());
}

#[test]
fn it_ends_when_told() {
    let mut editor = Editor::shop();
    assert!(editor.ask("shutdown", Value::Null).is_null());
    editor.tell("exit", Value::Null);
    assert!(editor.child.wait().expect("it ends").success());
}
