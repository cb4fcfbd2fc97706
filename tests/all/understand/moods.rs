//! How messages feel.
use super::*;

#[test]
fn how_messages_feel() {
    use Feeling::*;
    for (text, wanted) in [
        ("my lamp arrived smashed, this is the second time!!", Some(Angry)),
        ("THIS IS RIDICULOUS", Some(Angry)),
        ("I am so fed up with you", Some(Angry)),
        ("still waiting and nobody answers", Some(Angry)),
        ("WHERE IS MY ORDER, I have asked TWICE!!", Some(Angry)),
        ("this is unacceptable", Some(Angry)),
        ("thanks for nothing", Some(Angry)),
        ("I'm worried it won't arrive before the wedding", Some(Worried)),
        ("what if it got lost? I'm really anxious", Some(Worried)),
        ("I think my account has been hacked", Some(Worried)),
        ("oh no, it's the wrong colour, what a pity", Some(Disappointed)),
        ("I'm not happy with it", Some(Disappointed)),
        ("not very impressed to be honest", Some(Disappointed)),
        ("I expected better", Some(Disappointed)),
        ("thanks so much!", Some(Happy)),
        ("you're the best, I love it", Some(Happy)),
        ("great, that works perfectly 😊", Some(Happy)),
        ("😡", Some(Angry)),
        ("where is my order?", None),
        ("my lamp is broken", None),
        ("no thanks", None),
        ("thanks", None),
        ("could you help me please?", None),
        ("I'm not angry", None),
        ("don't worry", None),
        ("it would be great if you could check", None),
        ("My TV and my PC", None),
        ("please don't send it yet", None),
        ("why do you not accept cash", None),
        // none of these words is listed
        ("what a bunch of morons", Some(Angry)),
        ("I'm very pleased with it", Some(Happy)),
        ("I think it has gotten lost, what if it never comes", Some(Worried)),
        ("204518", None),
        ("", None),
    ] {
        let mood = Mood::measure(text);
        assert_eq!(mood.strongest(), wanted, "{text:?}: {mood:?}");
    }
}

#[test]
fn moods_fade_and_are_overturned() {
    let angry = Mood::measure("this is unacceptable!!");
    let later = angry.blend(Mood::measure("the number is 204518"));
    assert!(later.anger < angry.anger && later.strongest() == Some(Feeling::Angry));
    let glad = angry.blend(Mood::measure("oh wonderful, thanks so much!"));
    assert_eq!(glad.strongest(), Some(Feeling::Happy));
    assert!(glad.anger < later.anger);
    let neutral = (0..5).fold(angry, |mood, _| mood.blend(Mood::default()));
    assert_eq!(neutral.strongest(), None);
}

#[test]
fn moods_are_stored_as_plain_fields() {
    let mood = Mood { anger: 0.5, ..Mood::default() };
    let stored = json!({"anger": 0.5, "worry": 0.0, "disappointment": 0.0, "joy": 0.0});
    assert_eq!(serde_json::to_value(mood).unwrap(), stored);
    assert_eq!(serde_json::to_value(Feeling::Disappointed).unwrap(), json!("disappointed"));
}
