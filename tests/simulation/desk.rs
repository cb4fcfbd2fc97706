//! Agents: one at each node. They take chats that wait, sometimes both at once, say something, and end them.
use super::trace;
use rapport::engine::Input;
use rapport::id::AgentId;
use rapport::runtime::{Refusal, Runtime};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::sleep;

/// What was acknowledged to agents: session, client id and place.
pub static SAID: Mutex<Vec<(String, String, u64)>> = Mutex::new(Vec::new());

pub async fn works(runtime: Runtime, node: usize) {
    let agent = AgentId(node as i64 + 1);
    let _present = runtime.present(agent, "Ann", rapport::runtime::Seat::default());
    let mut said = 0;
    loop {
        sleep(Duration::from_millis(rand::random_range(500..4_000))).await;
        let Ok(waiting) = runtime.rows(&["waiting"], None).await else { continue };
        let Ok(mine) = runtime.rows(&["agent"], Some(agent)).await else { continue };
        let Some(row) = mine.into_iter().chain(waiting).next() else { continue };
        let name = format!("Agent {node}");
        let took = runtime.agent(row.session, Input::AgentTook { agent, name: name.clone() }).await;
        trace::line(&format!("{name} takes {}: {took:?}", row.session));
        if took.is_err() {
            continue;
        }
        said += 1;
        // Unique over all lives of this node.
        let cid = format!("a{node}-{}-{said}", turmoil::sim_elapsed().unwrap_or_default().as_millis());
        let says = || Input::AgentSaid { agent, name: name.clone(), cid: cid.clone(), text: "Hello there.".into() };
        for _ in 0..4 {
            match runtime.agent(row.session, says()).await {
                Ok(receipt) => {
                    let line = (row.session.to_string(), cid.clone(), receipt.seq);
                    SAID.lock().expect("not poisoned").push(line);
                    break;
                }
                Err(Refusal::Busy) => sleep(Duration::from_millis(700)).await,
                Err(_) => break,
            }
        }
        sleep(Duration::from_millis(rand::random_range(200..2_000))).await;
        let ends = Input::AgentResolved { agent, name: name.clone() };
        let _ = runtime.agent(row.session, ends).await;
    }
}
