//! The state of one running turn, and the loop over operations.
use super::event::Card;
use super::file::Takes;
use super::session::{Control, Frame, TopicState, Wait};
use super::turn::{Spoken, Trace, Turn, Walked, Way};
use super::{Choice, Effect, Event, Holder, Session, Speaker, Timer, What};
use crate::bot::op::{At, Op, Placed};
use crate::bot::paths::{MESSAGES, STEPS};
use crate::bot::{Bot, MAIN, house};
use crate::language::steps::Scale;
use crate::time::Millis;

/// Flows within flows.
const DEEPEST: usize = 32;

pub(super) struct Run<'a> {
    pub bot: &'a Bot,
    pub session: &'a mut Session,
    pub now: Millis,
    /// A working copy; becomes an event when the turn ends.
    pub control: Control,
    pub turn: Turn,
    /// Words of the customer that the next triage reads instead of asking.
    pub pending: Option<String>,
    /// What the customer said in this turn, for `{{ answer }}`.
    pub answer: Option<String>,
    /// The customer said or tapped something in this turn.
    pub heard: bool,
    /// Buttons that were offered when the customer spoke.
    pub offered: Vec<Choice>,
    /// Cards laid out and not yet said.
    pub cards: Vec<Card>,
    /// What their buttons offer: answers to the question that follows.
    pub from_cards: Vec<Choice>,
    /// Somebody looks on: `Turn::seen` is filled.
    pub watched: bool,
    /// How the words that are about to be said would read in their other variations.
    pub instead: Vec<String>,
    /// The question that is about to be said asks for a secret.
    pub asking_secret: bool,
    /// Words that answer the question at this place, with its buttons, once what came first is over.
    pub answering: Option<(String, At, String, Vec<Choice>)>,
    /// It takes a photo or a file.
    pub asking_for: Option<Takes>,
    /// What could not be worked out; no operation goes on with it.
    pub broken: Option<String>,
    fuel: u32,
    messages: u32,
    stopped: bool,
    faulted: bool,
}

impl<'a> Run<'a> {
    pub fn new(bot: &'a Bot, session: &'a mut Session, now: Millis) -> Self {
        let control = session.control.clone();
        let turn = Turn::default();
        let (pending, answer) = (None, None);
        let mut run = Run {
            bot,
            session,
            now,
            control,
            turn,
            pending,
            answer,
            heard: false,
            offered: vec![],
            cards: vec![],
            from_cards: vec![],
            watched: false,
            instead: vec![],
            asking_secret: false,
            answering: None,
            broken: None,
            asking_for: None,
            fuel: STEPS,
            messages: MESSAGES,
            stopped: false,
            faulted: false,
        };
        run.relocate();
        run
    }

    /// A chat that another version of the bot began: each flow is found again at the step of the same name.
    fn relocate(&mut self) {
        if self.control.bot_hash == self.bot.hash {
            return;
        }
        let mut lost = false;
        for frame in self.control.topics.iter_mut().flat_map(|t| &mut t.frames) {
            let code = self.bot.flows.get(&frame.flow);
            let place = code.and_then(|c| c.ops.iter().position(|p| p.anchor == frame.anchor));
            match place.and_then(|p| At::try_from(p).ok()) {
                Some(at) => frame.at = at,
                None => lost = true,
            }
            frame.rerun = None;
            (frame.last, frame.moved) = (None, true);
            frame.trail.0.clear();
        }
        self.control.ended = None;
        if lost {
            self.control.topics.clear();
            self.control.choices.clear();
            if !matches!(self.control.wait, Wait::Opening | Wait::Person | Wait::Nothing) {
                self.control.wait = Wait::Answer;
            }
        }
        if !self.bot.hash.is_empty() && self.session.seq > 0 {
            self.control.bot_hash.clone_from(&self.bot.hash);
        }
    }

    /// Ends the turn: where the bot stands becomes an event.
    pub fn finish(mut self) -> Turn {
        if self.broken.is_some() {
            self.run();
        }
        self.begin_for_events();
        self.deal();
        self.keep_silence_timers();
        for frame in self.control.topics.iter_mut().flat_map(|t| &mut t.frames) {
            let code = self.bot.flows.get(&frame.flow);
            let anchor = code.and_then(|c| c.ops.get(usize::try_from(frame.at).ok()?)).map(|p| p.anchor.clone());
            frame.anchor = anchor.unwrap_or_default();
        }
        self.keep_quiet_timer();
        if !self.turn.events.is_empty() {
            self.control.bot_hash.clone_from(&self.bot.hash);
        }
        if self.control != self.session.control {
            let control = Box::new(self.control.clone());
            self.emit(What::Moved { control });
        }
        self.turn
    }

    /// While the bot waits for the customer a timer runs; it is looked at again when it fires.
    fn keep_quiet_timer(&mut self) {
        let timer = Timer::Quiet;
        let waits = self.control.wait.is_question();
        if waits && !self.control.timers.contains_key(&timer.key()) {
            self.set_timer(timer, self.now + self.bot.settings.quiet_after);
        } else if matches!(self.control.wait, Wait::Nothing) {
            self.cancel_timer(timer);
        }
    }

    pub fn set_timer(&mut self, timer: Timer, due: Millis) {
        self.control.timers.insert(timer.key(), due);
        self.turn.effects.push(Effect::SetTimer { timer, due });
    }

    pub fn cancel_timer(&mut self, timer: Timer) {
        if self.control.timers.remove(&timer.key()).is_some() {
            self.turn.effects.push(Effect::CancelTimer { timer });
        }
    }

    /// Adds an entry to the journal and folds it into the session.
    pub fn emit(&mut self, what: What) {
        let event = Event { seq: self.session.seq + 1, at: self.now, what };
        self.session.apply(&event);
        self.turn.events.push(event);
    }

    /// Says something as the bot.
    pub fn message(&mut self, text: String, mut choices: Vec<Choice>, scale: Option<Scale>) {
        self.deal();
        choices.splice(0..0, std::mem::take(&mut self.from_cards));
        self.bot_says(text, choices, scale, vec![]);
    }

    pub fn bot_says(&mut self, text: String, choices: Vec<Choice>, scale: Option<Scale>, cards: Vec<Card>) {
        if self.messages == 0 {
            return self.fault("the bot tried to say more than 50 things at once");
        }
        self.messages -= 1;
        let from = Speaker::Bot { name: self.bot.settings.name.clone() };
        if !choices.is_empty() {
            self.control.choices.clone_from(&choices);
            self.control.scale = scale;
        }
        let (secret, takes) = (self.asking_secret, self.asking_for);
        let (cid, choice, files) = (None, None, vec![]);
        self.emit(What::Message { from, text, cid, choice, choices, scale, cards, secret, files, takes });
        self.saw_message();
    }

    /// Notes a way that the chat went, where somebody looks on.
    pub fn saw(&mut self, way: Way) {
        let Some(frame) = self.control.topics.last().and_then(|t| t.frames.last()).filter(|_| self.watched) else {
            return;
        };
        self.turn.seen.walked.insert(Walked { flow: frame.flow.clone(), at: frame.at, way });
    }

    fn saw_message(&mut self) {
        if self.watched {
            let (seq, instead) = (self.session.seq, std::mem::take(&mut self.instead));
            let last = self.turn.trace.last();
            let step = last.map(|t| (t.word, t.file.clone(), t.line));
            // Where nothing ran before it in this turn, the step that waits speaks again.
            let waits = || self.op().map(|p| (p.op.word(), p.file.clone(), p.line));
            let (word, file, line) = step.or_else(waits).unwrap_or_default();
            self.turn.seen.spoken.push(Spoken { seq, word, file, line, instead });
        }
    }

    /// Whether the turn may still say and do half of what it may.
    pub fn has_half_left(&self) -> bool {
        self.messages >= MESSAGES / 2 && self.fuel >= STEPS / 2
    }

    /// Waits for something; the loop ends.
    pub fn wait(&mut self, wait: Wait) {
        self.control.wait = wait;
        self.stopped = true;
    }

    // ------------------------------------------------------------ topics and frames

    pub fn frame(&mut self) -> Option<&mut Frame> {
        self.control.topics.last_mut()?.frames.last_mut()
    }

    /// The operation at which the top frame stands.
    pub fn op(&self) -> Option<&'a Placed> {
        let frame = self.control.topics.last()?.frames.last()?;
        self.bot.flows.get(&frame.flow)?.ops.get(usize::try_from(frame.at).ok()?)
    }

    pub fn go(&mut self, at: At) {
        if let Some(frame) = self.frame() {
            frame.at = at;
        }
    }

    pub fn next(&mut self) {
        if let Some(frame) = self.frame() {
            frame.at += 1;
        }
    }

    /// Begins a topic on top of the others; topics with nothing left to do go away.
    pub fn begin(&mut self, flow: &str) {
        self.drop_finished();
        let frames = vec![Frame { flow: flow.to_owned(), ..Frame::default() }];
        self.control.topics.push(TopicState { flow: flow.to_owned(), frames, ..TopicState::default() });
        self.control.choices.clear();
        let known = self.bot.flows.get(flow);
        if known.is_some_and(|f| !f.house && flow != MAIN) {
            let title = self.bot.title(flow).to_owned();
            self.control.ended = None;
            self.emit(What::TopicBegan { flow: flow.to_owned(), title });
        }
        if self.control.topics.len() > DEEPEST {
            self.fault("too many topics were open at once");
        }
    }

    fn drop_finished(&mut self) {
        while let Some(topic) = self.control.topics.last() {
            let done = |f: &Frame| self.ends_at(f).is_some();
            if topic.frames.iter().all(done) {
                self.control.topics.pop();
            } else {
                return;
            }
        }
    }

    /// Whether nothing but the end follows: `Return`, perhaps after jumps.
    fn ends_at(&self, frame: &Frame) -> Option<()> {
        let code = self.bot.flows.get(&frame.flow)?;
        let mut at = frame.at;
        for _ in 0..code.ops.len() {
            match &code.ops.get(usize::try_from(at).ok()?)?.op {
                Op::Return => return Some(()),
                Op::Jump(to) => at = *to,
                _ => return None,
            }
        }
        None
    }

    /// Runs another flow within the same topic.
    pub fn enter(&mut self, flow: &str) {
        let rerun = self.frame().and_then(|f| f.rerun.clone());
        let frame = self.frame_of(flow, rerun.as_ref());
        self.enter_frame(frame);
    }

    pub fn enter_frame(&mut self, frame: Frame) {
        let Some(topic) = self.control.topics.last_mut() else { return self.begin(&frame.flow) };
        topic.frames.push(frame);
        if topic.frames.len() > DEEPEST {
            self.fault("flows call each other without end");
        }
    }

    // ------------------------------------------------------------ the loop

    /// Runs operations until the bot waits for something.
    pub fn run(&mut self) {
        self.stopped = false;
        self.control.wait = Wait::Answer;
        while !self.stopped || self.broken.is_some() {
            if let Some(problem) = self.broken.take() {
                self.stopped = false;
                self.fault(&problem);
                continue;
            }
            if self.fuel == 0 {
                self.fault("a flow took more than 1,000 steps without asking anything");
                continue;
            }
            self.fuel -= 1;
            match self.op() {
                Some(placed) => self.one(placed),
                None => self.nothing_left(),
            }
        }
    }

    fn one(&mut self, placed: &'a Placed) {
        let onward = self.passed_over(placed);
        self.mark(placed);
        if let Some(at) = onward {
            return self.go(at);
        }
        let word = placed.op.word();
        if !word.is_empty() {
            let flow =
                self.control.topics.last().and_then(|t| t.frames.last()).map(|f| f.flow.clone()).unwrap_or_default();
            self.turn.trace.push(Trace { flow, word, file: placed.file.clone(), line: placed.line });
        }
        self.saw(Way::Step);
        self.op_runs(&placed.op);
    }

    /// The end of a flow, of a topic, of all topics.
    fn nothing_left(&mut self) {
        if self.control.topics.is_empty() {
            return self.begin_again();
        }
        if self.pop_frame().is_some() && self.control.topics.last().is_some_and(|t| !t.frames.is_empty()) {
            return self.next();
        }
        let topic = self.control.topics.pop().unwrap_or_default();
        let (ended, aside) = (topic.flow.clone(), topic.aside);
        if !house::is(&ended) && !topic.answered.is_empty() {
            self.control.ended = Some(Box::new(topic));
        }
        if !self.control.topics.is_empty() {
            return self.come_back(aside);
        }
        if let Some(next) = self.control.later.pop() {
            return self.begin(&next);
        }
        match ended.as_str() {
            house::ANYTHING_ELSE => self.begin(house::GOODBYE),
            house::GOODBYE => self.resolved(),
            _ => self.begin(house::ANYTHING_ELSE),
        }
    }

    /// No topic at all: a chat that lost its place, or was resolved.
    fn begin_again(&mut self) {
        self.begin(MAIN);
    }

    /// The bot itself ends the chat.
    pub fn resolved(&mut self) {
        let by = Speaker::Bot { name: self.bot.settings.name.clone() };
        self.close(by);
    }

    pub fn close(&mut self, by: Speaker) {
        self.emit(What::Resolved { by });
        self.control.topics.clear();
        self.control.choices.clear();
        self.control.scale = None;
        self.control.ended = None;
        self.wait(Wait::Nothing);
    }

    // ------------------------------------------------------------ faults

    /// Something is wrong with the bot: said honestly, handed to a person.
    pub fn fault(&mut self, problem: &str) {
        self.emit(What::Faulted { problem: problem.to_owned() });
        if self.faulted {
            return self.apologise(problem);
        }
        self.faulted = true;
        self.fuel = self.fuel.max(100);
        self.messages = self.messages.max(10);
        if let Some(topic) = self.control.topics.last_mut() {
            topic.frames.truncate(1);
        }
        self.control.topics.truncate(1);
        self.begin(house::SOMETHING_BROKE);
    }

    /// The last resort: no flow is run any more.
    pub fn apologise(&mut self, problem: &str) {
        self.messages = self.messages.max(1);
        if !matches!(self.session.holder, Holder::Agent { .. }) {
            self.message(self.said(crate::bot::phrases::APOLOGY), vec![], None);
            self.queue(None, None, "Something went wrong inside the bot".into(), problem.to_owned());
        }
        self.control.topics.clear();
        self.control.choices.clear();
        self.wait(Wait::Person);
    }
}
