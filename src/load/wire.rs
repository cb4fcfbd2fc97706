//! One connection of a customer, by docs/protocol.md.
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use url::Url;

/// Small, since there are very many connections.
const BUFFER: usize = 4096;

/// Which bot of which server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    socket: Url,
    authority: String,
}

impl Target {
    /// From an address such as `http://127.0.0.1:8080`, or that of the bot's page, `http://127.0.0.1:8080/chat/my-shop`.
    ///
    /// # Errors
    /// What is wrong with the address, and what to write.
    pub fn new(url: &str, bot: Option<&str>) -> Result<Self, String> {
        let hint = "write it like http://127.0.0.1:8080/chat/my-shop";
        let mut socket = Url::parse(url).map_err(|_| format!("`{url}` is no web address; {hint}"))?;
        let scheme = match socket.scheme() {
            "http" | "ws" => "ws",
            "https" | "wss" => "wss",
            _ => return Err(format!("`{url}` is no address of a server; {hint}")),
        };
        let named = socket.path().strip_prefix("/chat/").map(|rest| rest.trim_matches('/').to_owned());
        let bot = bot.map(str::to_owned).or(named).filter(|b| !b.is_empty());
        let Some(bot) = bot else { return Err(format!("The address does not say which bot; {hint}")) };
        let host = socket.host_str().ok_or_else(|| format!("`{url}` names no machine; {hint}"))?;
        let port = socket.port_or_known_default().unwrap_or(80);
        let authority = format!("{host}:{port}");
        let fits = socket.set_scheme(scheme).is_ok();
        socket.set_path(&format!("/v1/chat/{bot}/socket"));
        socket.set_query(None);
        if fits { Ok(Self { socket, authority }) } else { Err(format!("`{url}` is no address of a server; {hint}")) }
    }
}

/// What the server says; what a customer's program need not know is `Other`.
#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Told {
    Welcome {
        session: String,
        token: Option<String>,
        upto: u64,
    },
    Events {
        after: u64,
        upto: u64,
        items: Vec<Item>,
    },
    Ack {
        cid: String,
        seq: u64,
        duplicate: bool,
    },
    Error {
        code: String,
        message: String,
        cid: Option<String>,
        retry_after_ms: Option<u64>,
    },
    Reset {
        reason: String,
    },
    #[serde(other)]
    Other,
}

/// One entry of the journal, as customers see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Item {
    pub seq: u64,
    pub kind: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub cid: Option<String>,
    #[serde(default)]
    pub choices: Vec<Choice>,
    #[serde(default)]
    pub secret: bool,
}

/// A button that is offered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Choice {
    pub id: String,
    pub label: String,
}

/// Why a connection came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    #[error("no connection: {0}")]
    Unreachable(String),
    #[error("the connection broke")]
    Broke,
    #[error("the server said nothing in time")]
    Silent,
    #[error("the server sent what is not in the protocol: {0}")]
    Strange(String),
}

pub struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Wire {
    /// Connects; the first frame is still to be sent.
    pub async fn connect(target: &Target, patience: Duration) -> Result<Self, Lost> {
        let connect = async {
            let stream = TcpStream::connect(&target.authority).await.map_err(|e| e.to_string())?;
            // a message must not wait for the one before to be acknowledged by the network
            stream.set_nodelay(true).map_err(|e| e.to_string())?;
            let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(0);
            let opened = client_async_tls_with_config(target.socket.as_str(), stream, Some(config), None).await;
            opened.map(|(socket, _)| Self(socket)).map_err(|e| e.to_string())
        };
        timeout(patience, connect).await.map_err(|_| Lost::Silent)?.map_err(Lost::Unreachable)
    }

    pub async fn send(&mut self, frame: &Value) -> Result<(), Lost> {
        self.0.send(Message::text(frame.to_string())).await.map_err(|_| Lost::Broke)
    }

    pub async fn next(&mut self, patience: Duration) -> Result<Told, Lost> {
        loop {
            let message = timeout(patience, self.0.next()).await.map_err(|_| Lost::Silent)?;
            match message {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(|e| Lost::Strange(format!("{e} in {text}")));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Lost::Broke),
                Some(Ok(_)) => {}
            }
        }
    }

    /// Says goodbye; whether the other side still listens does not matter.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(1), self.0.close(None)).await;
    }
}

pub fn hello(page: Option<&str>, language: Option<&str>) -> Value {
    json!({ "t": "hello", "page": page, "language": language })
}

pub fn hello_again(session: &str, token: &str, after: u64) -> Value {
    json!({ "t": "hello", "session": session, "token": token, "after": after })
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn an_address_names_server_and_bot() {
        let page = Target::new("http://127.0.0.1:8080/chat/bluebird", None).expect("it fits");
        assert_eq!(page, Target::new("http://127.0.0.1:8080", Some("bluebird")).expect("it fits"));
        assert_eq!(page.socket.as_str(), "ws://127.0.0.1:8080/v1/chat/bluebird/socket");
        assert_eq!(Target::new("https://a.example/chat/b", None).expect("it fits").authority, "a.example:443");
        assert!(Target::new("http://127.0.0.1:8080/", None).is_err_and(|e| e.contains("which bot")));
        assert!(Target::new("127.0.0.1:8080", None).is_err());
        assert!(Target::new("ftp://a.example/chat/b", None).is_err());
    }
}
