//! The editor's server: mistakes as you type, completion, help, jumps, renaming. It sees `language`, `understand` and `bot`;
//! files come through [`Disk`]. Messages are JSON as the protocol describes them.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod answers;
mod complete;
mod index;
mod place;
mod view;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use view::View;

/// Reads the files of a bot; whoever starts the server implements it.
pub trait Disk {
    /// Names and texts of a folder's flow and settings files.
    fn texts(&self, folder: &Path) -> Vec<(String, String)>;
    /// Folders of bots below a folder.
    fn bots(&self, folder: &Path) -> Vec<PathBuf>;
}

/// What the editor has told us.
pub struct Server<'d> {
    disk: &'d dyn Disk,
    /// Positions count bytes, not UTF-16 units.
    utf8: bool,
    root: Option<PathBuf>,
    /// Texts of open files; they win over the disk.
    open: BTreeMap<PathBuf, String>,
    /// Texts on disk by folder, until something is saved.
    saved: BTreeMap<PathBuf, Vec<(String, String)>>,
    views: BTreeMap<PathBuf, View>,
}

/// Requests about a file.
const ASKED: [&str; 10] = [
    "completion",
    "hover",
    "definition",
    "references",
    "prepareRename",
    "rename",
    "documentSymbol",
    "foldingRange",
    "codeAction",
    "formatting",
];

type Failure = (ErrorCode, String);

/// Serves one editor over the standard input and output until it says goodbye.
///
/// # Errors
/// A client that breaks the protocol or goes away.
pub fn serve(disk: &dyn Disk) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (connection, threads) = Connection::stdio();
    run(&connection, disk)?;
    drop(connection);
    threads.join()?;
    Ok(())
}

fn run(connection: &Connection, disk: &dyn Disk) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (id, params) = connection.initialize_start()?;
    let mut server = Server::new(disk, &params);
    connection.initialize_finish(id, server.abilities())?;
    let mut cancelled: BTreeSet<RequestId> = BTreeSet::new();
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request)? {
                    return Ok(());
                }
                let response = if cancelled.remove(&request.id) {
                    Response::new_err(request.id, ErrorCode::RequestCanceled as i32, "cancelled".into())
                } else {
                    answer(&mut server, request)
                };
                connection.sender.send(response.into())?;
            }
            Message::Notification(n) if n.method == "exit" => return Ok(()),
            Message::Notification(n) if n.method == "$/cancelRequest" => {
                // Requests are answered in order: one that was answered already is not asked again.
                cancelled.extend(serde_json::from_value(n.params.get("id").cloned().unwrap_or_default()).ok());
                if cancelled.len() > 1000 {
                    cancelled.clear();
                }
            }
            Message::Notification(n) => {
                let told = catch_unwind(AssertUnwindSafe(|| server.told(&n))).unwrap_or_default();
                for message in told {
                    connection.sender.send(message.into())?;
                }
            }
            Message::Response(_) => {}
        }
    }
    Ok(())
}

/// Answers one request. A panic in it is an error to the editor, and the server goes on.
fn answer(server: &mut Server<'_>, request: Request) -> Response {
    let result = catch_unwind(AssertUnwindSafe(|| server.answer(&request.method, &request.params)));
    match result {
        Ok(Ok(value)) => Response::new_ok(request.id, value),
        Ok(Err((code, words))) => Response::new_err(request.id, code as i32, words),
        Err(_) => {
            server.views.clear();
            Response::new_err(request.id, ErrorCode::InternalError as i32, "this could not be answered".into())
        }
    }
}

impl<'d> Server<'d> {
    /// A server for an editor that introduced itself with these parameters.
    pub fn new(disk: &'d dyn Disk, params: &Value) -> Self {
        let offered = params.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let utf8 = offered.is_some_and(|all| all.iter().any(|e| e == "utf-8"));
        let folder = params.pointer("/workspaceFolders/0/uri").or_else(|| params.get("rootUri"));
        let root = folder.and_then(Value::as_str).and_then(place::path);
        Self { disk, utf8, root, open: BTreeMap::new(), saved: BTreeMap::new(), views: BTreeMap::new() }
    }

    fn abilities(&self) -> Value {
        json!({
            "capabilities": {
                "positionEncoding": if self.utf8 { "utf-8" } else { "utf-16" },
                "textDocumentSync": { "openClose": true, "change": 1, "save": true },
                "completionProvider": { "triggerCharacters": [" ", ".", "|", "{"] },
                "hoverProvider": true, "definitionProvider": true, "referencesProvider": true,
                "renameProvider": { "prepareProvider": true },
                "documentFormattingProvider": true, "documentSymbolProvider": true, "workspaceSymbolProvider": true,
                "foldingRangeProvider": true, "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            },
            "serverInfo": { "name": "rapport", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// Takes in what the editor says without asking; the answer is what changed in the list of mistakes.
    pub fn told(&mut self, n: &Notification) -> Vec<Notification> {
        let path = n.params.pointer("/textDocument/uri").and_then(Value::as_str).and_then(place::path);
        match (n.method.as_str(), path) {
            ("textDocument/didOpen", Some(path)) => {
                let text = n.params.pointer("/textDocument/text").and_then(Value::as_str).unwrap_or_default();
                self.open.insert(path.clone(), text.to_owned());
                self.changed(&path)
            }
            ("textDocument/didChange", Some(path)) => {
                let changes = n.params.get("contentChanges").and_then(Value::as_array);
                let last = changes.and_then(|c| c.last()).and_then(|c| c.get("text")).and_then(Value::as_str);
                if let Some(text) = last {
                    self.open.insert(path.clone(), text.to_owned());
                }
                self.changed(&path)
            }
            ("textDocument/didClose", Some(path)) => {
                self.open.remove(&path);
                self.saved.remove(&folder(&path));
                self.changed(&path)
            }
            ("textDocument/didSave", Some(path)) => {
                self.saved.remove(&folder(&path));
                self.changed(&path)
            }
            ("workspace/didChangeWatchedFiles", _) => {
                self.saved.clear();
                let folders: Vec<PathBuf> = self.views.keys().cloned().collect();
                folders.iter().flat_map(|f| self.changed(&f.join("bot.yaml"))).collect()
            }
            _ => vec![],
        }
    }

    /// Looks at a bot again after one of its files changed.
    fn changed(&mut self, path: &Path) -> Vec<Notification> {
        let folder = folder(path);
        self.views.remove(&folder);
        let utf8 = self.utf8;
        let view = self.view(&folder);
        view.diagnostics(utf8)
            .into_iter()
            .map(|params| Notification { method: "textDocument/publishDiagnostics".into(), params })
            .collect()
    }

    /// The bot of a folder as the editor shows it.
    fn view(&mut self, folder: &Path) -> &mut View {
        let saved = self.saved.entry(folder.to_owned()).or_insert_with(|| self.disk.texts(folder));
        let open = &self.open;
        self.views.entry(folder.to_owned()).or_insert_with(|| {
            let mut texts = saved.clone();
            for (path, text) in open.iter().filter(|(p, _)| p.parent() == Some(folder)) {
                let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else { continue };
                match texts.iter_mut().find(|(n, _)| *n == name) {
                    Some(file) => file.1.clone_from(text),
                    None if view::is_ours(&name) => texts.push((name, text.clone())),
                    None => {}
                }
            }
            View::new(folder.to_owned(), texts)
        })
    }

    fn answer(&mut self, method: &str, params: &Value) -> Result<Value, Failure> {
        if method == "workspace/symbol" {
            return Ok(self.workspace_symbols(params.get("query").and_then(Value::as_str).unwrap_or_default()));
        }
        let ask =
            method.strip_prefix("textDocument/").filter(|ask| ASKED.contains(ask)).ok_or_else(|| unknown(method))?;
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let path = uri.and_then(place::path).ok_or((ErrorCode::InvalidParams, "no file is named".to_owned()))?;
        let utf8 = self.utf8;
        if ask == "formatting" {
            let text = self.open.get(&path).cloned().unwrap_or_default();
            return Ok(answers::formatting(&path, &text, utf8));
        }
        let view = self.view(&folder(&path));
        let Some(file) = view.file(&path) else { return Ok(Value::Null) };
        let at = view.offset(file, params.get("position"), utf8);
        match ask {
            "completion" => Ok(complete::at(view, file, at)),
            "hover" => Ok(answers::hover(view, file, at, utf8)),
            "definition" => Ok(answers::places(view, file, at, true, utf8)),
            "references" => Ok(answers::places(view, file, at, false, utf8)),
            "prepareRename" => Ok(answers::prepare_rename(view, file, at, utf8)),
            "rename" => {
                let name = params.get("newName").and_then(Value::as_str).unwrap_or_default();
                answers::rename(view, file, at, name, utf8).map_err(|words| (ErrorCode::RequestFailed, words))
            }
            "documentSymbol" => Ok(answers::symbols(view, file, utf8)),
            "foldingRange" => Ok(answers::folding(view, file)),
            "codeAction" => Ok(answers::fixes(view, file, params.get("range"), utf8)),
            _ => Err(unknown(method)),
        }
    }

    fn workspace_symbols(&mut self, query: &str) -> Value {
        let mut folders: BTreeSet<PathBuf> = self.views.keys().cloned().collect();
        if let Some(root) = &self.root {
            folders.extend(self.disk.bots(root));
        }
        let utf8 = self.utf8;
        let found = folders.iter().flat_map(|f| answers::flow_symbols(self.view(f), query, utf8)).collect();
        Value::Array(found)
    }
}

fn unknown(method: &str) -> Failure {
    (ErrorCode::MethodNotFound, format!("`{method}` is not answered by this server"))
}

/// The bot's folder that a file belongs to.
fn folder(path: &Path) -> PathBuf {
    let own = path.parent().unwrap_or(path);
    let tests = own.file_name().is_some_and(|n| n == "tests");
    own.parent().filter(|_| tests).unwrap_or(own).to_owned()
}
