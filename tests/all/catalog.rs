//! Products found by free words, and measured on the demo shop's wishes.
use crate::support::{compiled, mistakes, root};
use rapport::bot::shelf;
use rapport::cli::catalog::{measure, of};
use serde_json::{Map, Value, json};

const FLOW: &str = "flow main\n  ask q: What?\n    accept text\n  use catalog.search with words = q save as found\n    when not_found\n      say: No.\n      done\n    when too_many\n      say: {{ found.ask }}\n      done\n  say: {{ found.count }}\n";
const TABLE: &str = "name,kind,also,colour,size,price,height cm,dimmable,text\nLark boots,boots,shoes,red,42,79,20,,Leather\nLark boots,boots,shoes,black,42,79,20,,Leather\nTeal boots,boots,shoes,red|white,41,95,30,,Suede\nWren lamp,lamp,,blue,,48,40,yes,Glass\nKite lamp,lamp,,black,,120,150,no,Steel\n";

fn asked(table: &str, args: &[(&str, &str)]) -> (String, Map<String, Value>) {
    let compiled = compiled(&[("main.flow", FLOW), ("catalog.csv", table)]);
    let mistakes = mistakes(&compiled);
    let bot = compiled.bot.unwrap_or_else(|| panic!("{mistakes}"));
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    shelf::answer(&bot, "catalog", "search", &args).expect("the bot has products")
}

#[test]
fn words_become_filters() {
    let table = [
        ("red boots under 80, size 42", &["Lark boots red"][..]),
        ("shoes in red", &["Lark boots red", "Teal boots red, white"]),
        ("boots but not red", &["Lark boots black"]),
        ("a lamp up to 50 pounds", &["Wren lamp blue"]),
        ("lamp over £100", &["Kite lamp black"]),
        ("lamp between 40 and 60", &["Wren lamp blue"]),
        ("lamp at least 100 cm", &["Kite lamp black"]),
        ("a dimmable lamp", &["Wren lamp blue"]),
        ("a lamp that is not dimmable", &["Kite lamp black"]),
        ("cheapest lamp", &["Wren lamp blue", "Kite lamp black"]),
        ("the Teal", &["Teal boots red, white"]),
        ("lapm in blue", &["Wren lamp blue"]),
        ("boots 80 or less", &["Lark boots red", "Lark boots black"]),
        ("a red fridge", &[]),
        ("who won the cup final", &[]),
        ("", &[]),
        ("boots under 10", &[]),
    ];
    for (words, wanted) in table {
        let (outcome, fields) = asked(TABLE, &[("words", words)]);
        let text = |p: &Value, name: &str| p[name].as_str().map(str::to_owned).unwrap_or_else(|| p[name].to_string());
        let all = fields["products"].as_array().expect("a list");
        let found: Vec<String> = all.iter().map(|p| format!("{} {}", text(p, "name"), text(p, "colour"))).collect();
        assert_eq!(found, wanted, "{words}: {fields:?}");
        assert_eq!(outcome, if wanted.is_empty() { "not_found" } else { "found" }, "{words}");
    }
    let long = "red ".repeat(50_000);
    assert_eq!(asked(TABLE, &[("words", &long)]).0, "found");
}

#[test]
fn what_is_known_of_a_customer_comes_first_and_leaves_nothing_out() {
    let (_, fields) = asked(TABLE, &[("words", "boots"), ("colour", "black")]);
    assert_eq!(fields["products"][0]["colour"], "black");
    assert_eq!(fields["count"], 3);
    assert_eq!(fields["understood"], "boots");
}

#[test]
fn where_too_many_fit_a_question_divides_them() {
    let rows: String = (0..20).map(|n| format!("Lamp {n},lamp,{},{n}\n", ["red", "blue"][n % 2])).collect();
    let (outcome, fields) = asked(&format!("name,kind,colour,price\n{rows}"), &[("words", "a lamp")]);
    assert_eq!((outcome.as_str(), &fields["count"]), ("too_many", &json!(20)));
    assert_eq!(fields["ask"], "Which colour: blue, red?");
    assert_eq!(fields["choices"], json!(["blue", "red"]));
    assert_eq!(fields["products"].as_array().map(Vec::len), Some(6));
    let (outcome, fields) = asked(&format!("name,kind,colour,price\n{rows}"), &[("words", "a lamp"), ("more", "Red")]);
    assert_eq!((outcome.as_str(), &fields["count"]), ("found", &json!(10)));
}

#[test]
fn mistakes_in_the_table_and_in_flows_are_told() {
    let table = [
        ("title,price\nLamp,3\n", FLOW.to_owned(), "No column of this table is called `name`"),
        ("name,price\nLamp\n", FLOW.to_owned(), "This line has 1 cells, and the table has 2 columns"),
        ("name,name\nLamp,3\n", FLOW.to_owned(), "Two columns are called `name`"),
        (TABLE, FLOW.replace("found.count", "found.cuont"), "count"),
        (TABLE, FLOW.replace(" with words = q", ""), "needs a value for `words`"),
    ];
    for (csv, flow, words) in table {
        let found = mistakes(&compiled(&[("main.flow", &flow), ("catalog.csv", csv)]));
        assert!(found.contains(words), "{words}: {found}");
    }
    let none = mistakes(&compiled(&[("main.flow", FLOW)]));
    assert!(none.contains("`catalog.csv` in the bot's folder"), "{none}");
}

/// The numbers that docs/catalog.md tells.
#[test]
fn the_demo_shops_products_are_found_as_the_docs_say() {
    let folder = root().join("flows/bluebird");
    let (c, odd) = measure(&of(&folder).expect("products"), &folder.join("measured/catalog.tsv")).expect("measured");
    assert_eq!(c.products, 500);
    assert!(c.fulfilled + c.unfulfilled >= 100 && c.in_three * 100 >= c.fulfilled * 90, "{c:?} {odd:?}");
    assert!(c.nothing * 100 >= c.unfulfilled * 80, "{c:?} {odd:?}");
    let page = std::fs::read_to_string(root().join("docs/catalog.md")).expect("the page");
    for part in [c.in_three, c.all_three, c.exact] {
        let told = format!("{:.1} %", 100.0 * part as f64 / c.fulfilled as f64);
        assert!(page.contains(&told), "docs/catalog.md does not tell {told}");
    }
}
