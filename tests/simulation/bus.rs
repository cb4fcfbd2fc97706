//! The bus between the nodes: each has its own watchers; what one publishes reaches the others late, twice, in another order or
//! not at all.
use rapport::bus::local::LocalBus;
use rapport::id::SessionId;
use rapport::runtime::ports::{Bus, Notice};
use rapport::runtime::view::Row;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What goes over the line: for whom, and what.
pub type Parcel = (usize, SessionId, Notice);

/// The line that all nodes share.
pub struct Line {
    pub nodes: Vec<Arc<LocalBus>>,
    parcels: UnboundedSender<Parcel>,
    /// Which part of the parcels is lost in this world.
    lost: f64,
}

impl Line {
    pub fn new(nodes: usize) -> (Self, UnboundedReceiver<Parcel>) {
        let (parcels, receiver) = unbounded_channel();
        let nodes = (0..nodes).map(|_| Arc::new(LocalBus::default())).collect();
        let lost = if rand::random_bool(0.5) { rand::random_range(0.0..0.5) } else { 0.0 };
        (Self { nodes, parcels, lost }, receiver)
    }

    /// How often, and after how long, a parcel arrives.
    fn arrives(&self) -> Vec<Duration> {
        let times = if rand::random_bool(self.lost) { 0 } else { 1 + u32::from(rand::random_bool(0.2)) };
        (0..times).map(|_| Duration::from_millis(rand::random_range(1..400))).collect()
    }

    /// Carries parcels for ever.
    pub async fn carry(line: &'static Line, receiver: &'static tokio::sync::Mutex<UnboundedReceiver<Parcel>>) {
        let mut receiver = receiver.lock().await;
        while let Some((to, session, notice)) = receiver.recv().await {
            for delay in line.arrives() {
                let notice = notice.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    line.nodes[to].publish(session, notice);
                });
            }
        }
    }
}

/// One node's end of it.
pub struct NodeBus {
    pub line: &'static Line,
    pub node: usize,
}

impl Bus for NodeBus {
    fn publish(&self, session: SessionId, notice: Notice) {
        self.line.nodes[self.node].publish(session, notice.clone());
        for to in (0..self.line.nodes.len()).filter(|n| *n != self.node) {
            // The line lives as long as the world.
            let _ = self.line.parcels.send((to, session, notice.clone()));
        }
    }

    fn watch(&self, session: SessionId) -> broadcast::Receiver<Notice> {
        self.line.nodes[self.node].watch(session)
    }

    fn row(&self, row: Row) {
        self.line.nodes[self.node].row(row);
    }

    fn watch_rows(&self) -> broadcast::Receiver<Row> {
        self.line.nodes[self.node].watch_rows()
    }
}
