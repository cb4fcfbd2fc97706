//! Any sequence of connecting, resuming, talking and being cut off: what the customer has in the end is the journal, without
//! a gap on the way; or there was an explicit `reset`.
use super::pipes::{Served, Socket, with};
use rapport::engine::{Event, What};
use rapport::id::SessionId;
use rapport::runtime::{Opening, Said};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn run(data: &[u8]) {
    let data = data.to_vec();
    with(|served| chat(served, data));
}

struct Customer {
    served: Served,
    session: SessionId,
    token: String,
    socket: Option<Socket>,
    /// Up to where this connection has everything that it asked for.
    at: u64,
    items: BTreeMap<u64, Value>,
    cids: u32,
}

async fn chat(served: Served, data: Vec<u8>) {
    let opened = served.runtime.open("test", Opening::default()).await.expect("a chat");
    let (session, token) = (opened.session, opened.token);
    let mut customer = Customer { served, session, token, socket: None, at: 0, items: BTreeMap::new(), cids: 0 };
    for pair in data.chunks(2).take(40) {
        let (what, number) = (pair[0], pair.get(1).copied().unwrap_or(0));
        customer.does(what, u64::from(number)).await;
    }
    customer.hello(0).await;
    customer.heard().await;
    let journal = journal(&customer.served, session).await;
    assert_eq!(customer.items, journal, "what the customer has is the journal");
}

/// What a customer may see of the journal, by its place.
async fn journal(served: &Served, session: SessionId) -> BTreeMap<u64, Value> {
    let (mut all, mut after) = (Vec::<Event>::new(), 0);
    loop {
        let page = served.runtime.page(session, after).await.expect("a page");
        if page.events.is_empty() {
            break;
        }
        after = page.upto;
        all.extend(page.events);
    }
    let words = |e: Event| match e.what {
        What::Message { text, .. } => Some((e.seq, text.into())),
        _ => None,
    };
    all.into_iter().filter_map(words).collect()
}

impl Customer {
    async fn does(&mut self, what: u8, number: u64) {
        match what % 8 {
            0 => self.socket = None,
            1 => self.hello(self.at).await,
            2 => self.hello(number).await,
            3 => {
                let connected = self.send(json!({ "t": "resume", "after": number })).await;
                self.at = if connected { number.min(self.at) } else { self.at };
            }
            4 => {
                self.cids += 1;
                let cid = format!("c{}", self.cids);
                self.send(json!({ "t": "say", "cid": cid, "text": "a colour" })).await;
            }
            5 => {
                let cid = format!("c{}", number % 4);
                self.send(json!({ "t": "say", "cid": cid, "text": "a colour" })).await;
            }
            6 => {
                // From elsewhere, as from another tab.
                self.cids += 1;
                let cid = format!("c{}", self.cids);
                let _ = self.served.runtime.customer(self.session, &cid, Said::Text("blue".into())).await;
            }
            _ => self.heard().await,
        }
    }

    async fn send(&mut self, frame: Value) -> bool {
        match &mut self.socket {
            Some(socket) => socket.send(frame.to_string()).await,
            None => false,
        }
    }

    /// Connects and resumes. Ahead of the journal there is a `reset`, and only there.
    async fn hello(&mut self, after: u64) {
        let mut socket = self.served.socket().await;
        let hello = json!({ "t": "hello", "session": self.session, "token": self.token, "after": after });
        assert!(socket.send(hello.to_string()).await, "it is connected");
        let first = socket.next().await.expect("an answer");
        let last = self.served.runtime.enter("test", self.session, &self.token).await.expect("there");
        match first["t"].as_str() {
            Some("welcome") => {
                assert!(after <= last, "{first}");
                (self.socket, self.at) = (Some(socket), after);
            }
            Some("reset") => {
                assert!(after > last, "{first}");
                self.socket = None;
            }
            _ => panic!("{first}"),
        }
    }

    /// Takes in whatever comes until the server has answered everything.
    async fn heard(&mut self) {
        if !self.send(json!({ "t": "ping" })).await {
            return;
        }
        while let Some(socket) = &mut self.socket {
            let Some(frame) = socket.next().await else { return self.socket = None };
            match frame["t"].as_str() {
                Some("pong") => return,
                Some("events") => self.batch(&frame),
                _ => {}
            }
        }
    }

    fn batch(&mut self, frame: &Value) {
        let (after, upto) = (frame["after"].as_u64().expect("a place"), frame["upto"].as_u64().expect("a place"));
        // Batches that were under way when `resume` came may lie before or behind it; none may leave a gap.
        assert!(after <= self.at.max(upto) && after < upto, "{frame}");
        for item in frame["items"].as_array().expect("items") {
            let seq = item["seq"].as_u64().expect("a place");
            assert!(after < seq && seq <= upto, "{frame}");
            if item["kind"] == "message" {
                let known = self.items.insert(seq, item["text"].clone());
                assert!(known.is_none_or(|k| k == item["text"]), "an entry never changes: {item}");
            }
        }
        if after <= self.at {
            self.at = self.at.max(upto);
        }
    }
}
