//! Help articles: read, found, imported, and measured on the demo shop's questions.
use crate::support::{compiled, mistakes, root};
use rapport::bot::shelf;
use rapport::cli::knowledge::{articles, measure};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::Command;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const FLOW: &str = "flow main\n  ask q: What?\n    accept text\n  use knowledge.search with question = q save as a\n    when not_found\n      say: No.\n      done\n  say: {{ a.title }}: {{ a.passage }} {{ a.source }}\n";

fn rapport(folder: &Path, args: &[&str]) -> (bool, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_rapport")).args(args).current_dir(folder).output().expect("it starts");
    (out.status.success(), format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
}

fn asked(files: &[(&str, &str)], question: &str) -> (String, Map<String, Value>) {
    let compiled = compiled(files);
    let mistakes = mistakes(&compiled);
    let bot = compiled.bot.unwrap_or_else(|| panic!("{mistakes}"));
    let args = Map::from_iter([("question".to_owned(), json!(question))]);
    shelf::answer(&bot, "knowledge", "search", &args).expect("the bot has articles")
}

/// The numbers that docs/knowledge.md promises, on the half of the questions that nothing was chosen on.
#[test]
fn the_demo_shops_articles_are_found_as_the_docs_say() {
    let questions = root().join("flows/bluebird/measured/knowledge.tsv");
    let articles = articles(&root().join("flows/bluebird")).expect("articles");
    let measured = measure::measure(&articles, &questions, measure::Half::Even).expect("measured");
    let c = measured.counts;
    assert!(measured.articles >= 60 && c.answerable >= 60 && c.unanswerable >= 25, "{c:?}");
    assert!(c.in_three * 100 >= c.answerable * 90, "{c:?}");
    assert!(c.nothing * 100 >= c.unanswerable * 80, "{c:?}");
    let page = std::fs::read_to_string(root().join("docs/knowledge.md")).expect("the page");
    for half in [measure::Half::Odd, measure::Half::Even] {
        let counts = measure::measure(&articles, &questions, half).expect("measured").counts;
        for part in [counts.in_three, counts.shown, counts.quoted, counts.wrong] {
            let told = format!("{:.1} %", 100.0 * part as f64 / counts.answerable as f64);
            assert!(page.contains(&told), "docs/knowledge.md does not tell {told}");
        }
        let told = format!("{:.1} %", 100.0 * counts.nothing as f64 / counts.unanswerable as f64);
        assert!(page.contains(&told), "docs/knowledge.md does not tell {told}");
    }
}

#[test]
fn a_passage_is_quoted_with_its_title_and_source() {
    let text = "---\nsource: https://shop.example/help/care\ntitle: Care\n---\n# Ignored, since a title is given\n\nOil oak once a year.\n\n## Shades\n\n* Brush them.\n* Never wash them.\n";
    let (outcome, fields) = asked(&[("main.flow", FLOW), ("knowledge/care.md", text)], "how do I wash shades");
    assert_eq!(outcome, "found");
    assert_eq!(fields["title"], "Care");
    assert_eq!(fields["source"], "https://shop.example/help/care");
    assert_eq!(fields["passage"], "• Brush them.\n• Never wash them.");
    assert_eq!(fields["articles"].as_array().map(Vec::len), Some(1));
}

#[test]
fn nothing_is_found_where_nothing_fits() {
    let files = [("main.flow", FLOW), ("knowledge/care.md", "# Care\n\nOil oak once a year.\n")];
    for question in ["who won the cup final", "", "???", "title:care OR *", &"a ".repeat(50_000)] {
        assert_eq!(asked(&files, question).0, "not_found", "{question:.30}");
    }
}

#[test]
fn html_and_text_are_articles_too() {
    let html = "<html><head><title>x</title><style>p{}</style></head><body><nav>Menu</nav><h1>Opening hours</h1><p>We open at <b>nine</b>.</p><script>let x</script></body></html>";
    let (_, fields) = asked(&[("main.flow", FLOW), ("knowledge/hours.html", html)], "opening hours");
    assert_eq!(fields["title"], "Opening hours");
    assert_eq!(fields["passage"], "We open at nine.");
    let (_, fields) =
        asked(&[("main.flow", FLOW), ("knowledge/opening_hours.txt", "We open at nine.")], "opening hours");
    assert_eq!(fields["title"], "Opening hours");
    assert_eq!(fields["source"], "");
}

#[test]
fn mistakes_in_articles_and_flows_are_told() {
    let table = [
        ("---\nsource: shop\n---\nText.\n", FLOW.to_owned(), "`shop` is not a web address"),
        ("---\nsorce: https://a.example\n---\nText.\n", FLOW.to_owned(), "Did you mean `source`?"),
        ("\n", FLOW.to_owned(), "This article is empty"),
        ("# A\n\nText.\n", FLOW.replace("a.passage", "a.pasage"), "passage"),
        ("# A\n\nText.\n", FLOW.replace("when not_found", "when missing"), "never answers `missing`"),
        ("# A\n\nText.\n", FLOW.replace(" with question = q", ""), "needs a value for `question`"),
    ];
    for (article, flow, words) in table {
        let found = mistakes(&compiled(&[("main.flow", &flow), ("knowledge/a.md", article)]));
        assert!(found.contains(words), "{words}: {found}");
    }
    let none = mistakes(&compiled(&[("main.flow", FLOW)]));
    assert!(none.contains("`knowledge`") && none.contains("folder `knowledge`"), "{none}");
}

/// The least PDF that holds a line of text.
fn pdf(text: &str) -> Vec<u8> {
    let stream = format!("BT /F1 12 Tf 50 700 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let (mut out, mut places) = ("%PDF-1.4\n".to_owned(), Vec::new());
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let start = out.len();
    out.push_str("xref\n0 6\n0000000000 65535 f \n");
    places.iter().for_each(|at| out.push_str(&format!("{at:010} 00000 n \n")));
    out.push_str(&format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    out.into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_folders_and_pages_are_imported() {
    let server = MockServer::start().await;
    let page = "<html><head><title>Returns | Shop</title></head><body><nav>Menu</nav><main><p>Send it back within 30 days.</p></main></body></html>";
    Mock::given(path("/help/how_to_return.html"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(page, "text/html"))
        .mount(&server)
        .await;
    Mock::given(path("/old"))
        .respond_with(ResponseTemplate::new(301).insert_header("location", "/help/how_to_return.html"))
        .mount(&server)
        .await;
    Mock::given(path("/gone")).respond_with(ResponseTemplate::new(404)).mount(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    std::fs::write(at.join("main.flow"), FLOW).expect("written");
    std::fs::create_dir_all(at.join("from/deeper")).expect("made");
    std::fs::write(at.join("from/Care of Oak.md"), "# Care\n\nOil it once a year.\n").expect("written");
    std::fs::write(at.join("from/deeper/terms.pdf"), pdf("The guarantee is five years.")).expect("written");
    std::fs::write(at.join("from/broken.pdf"), "%PDF-1.4 nonsense").expect("written");
    std::fs::write(at.join("from/picture.png"), "no text").expect("written");
    let (html, gone) = (format!("{}/help/how_to_return.html", server.uri()), format!("{}/gone", server.uri()));
    let refused = rapport(at, &["knowledge", "import", &html]);
    assert!(!refused.0 && refused.1.contains("--allow-private-addresses"), "{}", refused.1);
    let (fine, words) = rapport(at, &["knowledge", "import", "from", &html, &gone, "--allow-private-addresses"]);
    assert!(!fine && words.contains("3 of 5 articles written"), "{words}");
    assert!(words.contains("broken.pdf") && words.contains("404"), "{words}");
    let read = |name: &str| std::fs::read_to_string(at.join("knowledge").join(name)).expect(name);
    assert_eq!(read("care-of-oak.md"), "# Care\n\nOil it once a year.\n");
    assert!(read("terms.md").contains("The guarantee is five years."));
    assert_eq!(
        read("how-to-return.md"),
        format!("---\ntitle: \"Returns | Shop\"\nsource: \"{html}\"\n---\nSend it back within 30 days.\n")
    );
    let again = rapport(at, &["knowledge", "import", "from/Care of Oak.md"]);
    assert!(!again.0 && again.1.contains("--replace"), "{}", again.1);
    let moved = rapport(at, &["knowledge", "import", &format!("{}/old", server.uri()), "--allow-private-addresses"]);
    assert!(moved.0, "{}", moved.1);
    assert!(rapport(at, &["check", "."]).0);
    let (_, told) = rapport(at, &["knowledge", "ask", "how long is the guarantee"]);
    assert!(told.starts_with("found") && told.contains("five years"), "{told}");
    let (_, used) = rapport(at, &["use", "knowledge.search", "question=when can I send it back"]);
    assert!(used.contains("It answered: found") && used.contains("within 30 days"), "{used}");
}

#[test]
fn a_pdf_in_the_folder_is_read_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("knowledge")).expect("made");
    std::fs::write(folder.path().join("main.flow"), FLOW).expect("written");
    std::fs::write(folder.path().join("knowledge/guarantee.pdf"), pdf("The guarantee is five years."))
        .expect("written");
    let (fine, words) = rapport(folder.path(), &["check", "."]);
    assert!(fine, "{words}");
    let (_, told) = rapport(folder.path(), &["knowledge", "ask", "how long is the guarantee", "--json"]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told[0]["passage"], "The guarantee is five years.");
    std::fs::write(folder.path().join("knowledge/broken.pdf"), "%PDF-1.4 nonsense").expect("written");
    let (fine, words) = rapport(folder.path(), &["check", "."]);
    assert!(!fine && words.contains("broken.pdf cannot be read as a PDF"), "{words}");
}
