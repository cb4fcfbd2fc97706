//! The load tool: many customers against a real server, one that ends under their hands, and one that breaks its word.
use crate::served::Served;
use rapport::language::SourceFile;
use rapport::load::{Patience, Plan, Played, Target, play, read, reconcile, shown};
use std::time::Duration;

const TALK: &str = "test A talk
  bot: Hello there.
  customer taps red
  bot: You chose red.
  customer: very small
  customer asks for a person

test Another
  customer: green
";

fn plan(served: &Served, chats: usize) -> Plan {
    let read = read(&SourceFile::new("talk.flow", TALK)).expect("a transcript");
    let target = Target::new(&served.url("/chat/test"), None).expect("an address");
    Plan { target, chats, rate: None, lasting: None, scripts: read.scripts, patience: Patience::default() }
}

async fn held(played: &Played, target: &Target) {
    assert_eq!(played.records.iter().filter_map(|r| r.gave_up.as_ref()).next(), None);
    for record in &played.records {
        let journal = shown(target, record, Patience::default()).await.expect("the journal can be read");
        let found = reconcile(record, &journal);
        assert!(found.is_well(), "{found:?}\n{record:?}\n{journal:?}");
        assert_eq!(found.kept, record.sent.len() as u64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_customers_are_played_timed_and_held_against_the_journal() {
    let served = Served::new().await;
    let plan = Plan { rate: Some(400.0), ..plan(&served, 20) };
    let target = plan.target.clone();
    let played = play(plan).await.expect("it plays");
    let messages: Vec<usize> = played.records.iter().map(|r| r.sent.len()).collect();
    assert_eq!((messages.len(), messages.iter().sum()), (20, 40));
    assert_eq!((played.counts.opening.count(), played.counts.answered.count()), (20, 40));
    assert!(played.counts.answered.within(0.5) > 0.0);
    assert!(played.playing >= Duration::from_millis(90), "40 messages at 400 a second take a tenth of one");
    held(&played, &target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_come_back_to_a_server_that_was_gone() {
    let served = Served::new().await;
    let plan = Plan { rate: Some(40.0), ..plan(&served, 20) };
    let target = plan.target.clone();
    let playing = tokio::spawn(play(plan));
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while served.server.live() < 20 {
        assert!(std::time::Instant::now() < deadline, "the chats are not opened");
        tokio::task::yield_now().await;
    }
    let served = served.again().await;
    let played = playing.await.expect("no panic").expect("it plays");
    assert!(played.counts.resumed > 0, "nobody noticed: {:?}", played.counts);
    held(&played, &target).await;
    drop(served);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_given_up() {
    let served = Served::new().await;
    let patience = Patience { answer: Duration::from_millis(200), server: Duration::from_millis(100) };
    let plan = Plan { patience, ..plan(&served, 2) };
    served.server.stop().await;
    let played = play(plan).await.expect("it plays");
    assert_eq!(played.records.iter().filter(|r| r.gave_up.is_some()).count(), 2);
    assert!(played.counts.lost.values().sum::<u64>() > 0);
}
