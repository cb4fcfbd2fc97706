//! Bots that once passed the check and did not keep what it promised, or were near it: each is refused by now, or keeps it.
//! `true` where the check must let it pass.
pub const FOUND: [(&str, bool, &str); 19] = [
    (
        "loops within loops that say more than anybody reads",
        false,
        "flow main
  use shop.parts save as parts
  for each part in parts.items, at most 10
    say: Part {{ part.name }}.
    for each other in parts.items, at most 10
      say: And {{ other.name }}.
",
    ),
    (
        "a loop within what is asked again",
        true,
        "flow main
  ask x: X?
    accept number
  use shop.parts save as parts
  for each part in parts.items, at most 3
    ask y: Y?
      accept number
      when 1 tries failed
        say: Well.
    ask z: Z?
      accept number
      when 1 tries failed
        say: Well.
    ask size: Size?
      accept number
      when 1 tries failed
        say: Well.
  use shop.find with number = x save as order
    when not_found
      say: No.
      ask again x
    when 3 tries failed
      say: Well, no.
      escalate: Somebody comes.
  triage: Well?
",
    ),
    (
        "open questions within topics, with more to do after them",
        true,
        "flow lamp
  customers say
    my lamp is broken
  triage: L?
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
flow parcel
  customers say
    where is my parcel
  triage: P?
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
flow invoice
  customers say
    I need an invoice for my taxes
  triage: I?
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
flow main
  triage: Well?
",
    ),
    (
        "the same topic on top of itself without end",
        true,
        "flow lamp
  customers say
    my lamp is broken
  triage: L?
  say: Done.
flow main
  triage: Well?
",
    ),
    (
        "questions of a loop at each try of an open question",
        true,
        "flow main
  triage: Well?
    when anything else
      use shop.parts save as parts
      for each part in parts.items, at most 3
        ask y: Y?
          accept number
          when 1 tries failed
            say: Well.
    when 5 tries failed
      escalate: Somebody comes.
",
    ),
    (
        "a question in a block of silence that is never answered",
        true,
        "flow main
  ask x: X?
    accept number
    when silent for 5 minutes
      ask y: Y?
        accept number
        button later: Later
          say: Well.
  triage: Well?
",
    ),
    (
        "what is kept is forgotten by another topic",
        true,
        "flow lamp
  customers say
    my lamp is broken
  ask kept: K?
    accept number
  ask x: X?
    accept number
  say: It is ({{ kept }}).
flow parcel
  customers say
    where is my parcel
  forget kept
  say: Gone.
flow main
  triage: Well?
",
    ),
    (
        "a step that never ran is not repeated",
        true,
        "flow main
  ask x: X?
    button a: A
    button b: B
  if x is b
    remember y = 12
    ask z: It is ({{ y }})?
      accept number
  use shop.find with number = x save as order
    when not_found
      say: No.
      ask again x
    when 3 tries failed
      escalate: Somebody comes.
  triage: Well?
",
    ),
    (
        "what is forgotten by a flow that then fails",
        false,
        "flow main
  when something fails
    say: It is ({{ x }}).
  remember x = 12
  do piece
  triage: Well?
flow piece
  forget x
  use shop.find with number = 12
",
    ),
    (
        "waiting for a person whom nobody asked for any more",
        true,
        "flow talk_to_a_person
  escalate: Somebody comes.
    when handed back
      say: Here I am again.
flow main
  escalate: Somebody comes.
    when nobody is available
      say: Nobody.
      ask x: X?
        accept number
",
    ),
    (
        "a long goodbye",
        true,
        "flow anything_else
  ask x: More?
    accept yes or no
flow goodbye
  ask y: Y?
    accept number
  ask z: Z?
    accept number
  ask size: Size?
    accept number
flow main
  say: Hello.
",
    ),
    (
        "questions before a person comes",
        true,
        "flow talk_to_a_person
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
  ask size: Size?
    accept number
  ask colour: Colour?
    accept number
  escalate: Somebody comes.
flow main
  triage: Well?
",
    ),
    (
        "questions after a person has gone",
        true,
        "flow after_the_agent
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
  ask size: Size?
    accept number
flow main
  triage: Well?
",
    ),
    (
        "questions on the way back",
        true,
        "flow back_to
  ask x: X?
    accept number
  ask y: Y?
    accept number
flow lamp
  customers say
    my lamp is broken
  ask z: Z?
    accept number
  resolve: Bye.
flow main
  triage: Well?
",
    ),
    (
        "questions before a chat is closed",
        false,
        "flow gone_quiet
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
  ask size: Size?
    accept number
flow main
  triage: Well?
",
    ),
    (
        "one who does not understand asks again himself",
        false,
        "flow not_understood
  ask x: X?
    accept number
  escalate: Somebody comes.
flow main
  triage: Well?
",
    ),
    (
        "nobody is there, and somebody is asked for again",
        false,
        "flow nobody_available
  say: Nobody.
  escalate: I ask another.
flow main
  triage: Well?
",
    ),
    (
        "what failed is asked again without end",
        false,
        "flow something_broke
  say: Oh.
flow main
  use shop.find with number = 12
  triage: Well?
",
    ),
    (
        "questions of a topic that thanks",
        true,
        "flow thanks
  customers say
    thank you
  ask x: X?
    accept number
  ask y: Y?
    accept number
  ask z: Z?
    accept number
  ask size: Size?
    accept number
flow main
  triage: Well?
",
    ),
];

/// Chats with these bots, and what must come of them at last.
pub const CHATS: [(&str, &str, &str); 4] = [
    (
        "what is kept is forgotten by another topic",
        "customer: my lamp is broken\ncustomer: 5\ncustomer: 7\ncustomer: my lamp is broken\ncustomer: where is my parcel?\ncustomer: 7",
        "* x = 7\nbot: It is (5).\nbot: Is there anything else",
    ),
    (
        "a step that never ran is not repeated",
        "customer taps A\nshop.find answers not_found\ncustomer taps B",
        "* y = 12\nbot: It is (12)?",
    ),
    (
        "waiting for a person whom nobody asked for any more",
        "nobody is available\ncustomer asks for a person\nagent takes the chat\nagent hands back\ncustomer: 5",
        "* x = 5\nbot: Is there anything else",
    ),
    (
        "a question in a block of silence that is never answered",
        "after 6 minutes\ncustomer taps Later\nafter 6 minutes\ncustomer taps Later\nafter 6 minutes\ncustomer taps Later\nafter 6 minutes\ncustomer: 5",
        "bot: Well.\nafter 6 minutes\ncustomer: 5\n* x = 5",
    ),
];
