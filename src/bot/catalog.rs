//! `catalog.csv`: the products that `use catalog.search` finds. Its first line names the columns.
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, SourceFile, Span};
use crate::understand::catalog::{Catalog, Product};

/// The file's name.
pub const FILE: &str = "catalog.csv";
/// The column that every catalogue has.
const NAME: &str = "name";
/// More than a chat can offer; a larger shop has a search of its own to `use`.
const MOST: usize = 20_000;
const COLUMNS: usize = 40;

/// Reads the catalogue.
pub fn read(file: FileId, source: &SourceFile) -> (Catalog, Vec<Diagnostic>) {
    match products(source) {
        Ok((columns, products)) => (Catalog::new(columns, products), vec![]),
        Err((line, problem, help)) => {
            let (start, end) = source.line_span(line.max(1));
            (Catalog::default(), vec![Diagnostic::error("Y003", Span::new(file, start, end), problem, help)])
        }
    }
}

type Wrong = (usize, String, &'static str);

fn products(source: &SourceFile) -> Result<(Vec<String>, Vec<Product>), Wrong> {
    let text = source.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(false).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|e| wrong(&e))?;
    let columns: Vec<String> = headers.iter().map(str::to_lowercase).collect();
    if !columns.iter().any(|c| c == NAME) {
        let help = "Begin the file with a line of column names, such as `name,kind,colour,price,link`.";
        return Err((1, "No column of this table is called `name`".into(), help));
    }
    if columns.len() > COLUMNS || columns.iter().any(String::is_empty) {
        return Err((
            1,
            "A column has no name, or there are more than 40".into(),
            "Give each column a name, and remove what customers do not ask for.",
        ));
    }
    if let Some(twice) = columns.iter().enumerate().find(|(n, c)| columns.iter().take(*n).any(|other| other == *c)) {
        return Err((1, format!("Two columns are called `{}`", twice.1), "Give each column a name of its own."));
    }
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong(&e))?;
        found.push(Product { cells: record.iter().map(str::to_owned).collect() });
    }
    if found.len() > MOST {
        return Err((
            1,
            format!("This catalogue has {} products", found.len()),
            "At most 20,000 are searched here; let a larger shop's own search answer, by `integrations.yaml`.",
        ));
    }
    Ok((columns, found))
}

fn wrong(e: &csv::Error) -> Wrong {
    let line = e.position().and_then(|p| usize::try_from(p.line()).ok()).unwrap_or(1);
    let problem = match e.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("This line has {len} cells, and the table has {expected_len} columns")
        }
        _ => "This line cannot be read as a line of a table".to_owned(),
    };
    (line, problem, "Put quotes around a cell that holds a comma, and write one comma between two cells.")
}
