//! Times of the day in a sentence: "9.30pm", "half past nine", "tomorrow at 9". Always as `HH:MM`.
use super::day_words::{day_named, month};
use super::number_words::unit;
use super::pieces::Pieces;
use super::tongue::About;
use super::{Found, Frame};
use crate::understand::normal::{Flat, is_stop_word};

/// Hour, minute, and how many pieces say it.
type Read = Option<(u16, u16, usize)>;

/// The first time. One that is told by its form wins over a bare hour ("at 9"). One end of a range is no answer.
pub(super) fn time(text: &str, frame: &Frame) -> Option<Found> {
    first(text, frame).filter(|(_, in_range)| !in_range).map(|(found, _)| found)
}

/// The first time, be it one end of a range or not.
pub(super) fn any_time(text: &str, frame: &Frame) -> Option<Found> {
    first(text, frame).map(|(found, _)| found)
}

/// And whether it is one end of a range.
fn first(text: &str, frame: &Frame) -> Option<(Found, bool)> {
    let flat = Flat::new(text);
    let pieces = Pieces::of(&flat, About::Times, frame);
    let part = PartOfDay::of(&pieces);
    let find = |read: &dyn Fn(usize) -> Read| (0..pieces.len()).find_map(|at| Some((at, read(at)?)));
    let (at, (hour, minute, used)) =
        find(&|at| plain(&pieces, at, part)).or_else(|| find(&|at| bare(&pieces, at, part)))?;
    let found = Found::new(format!("{:02}:{minute:02}", hour % 24), pieces.place(at..at + used));
    Some((found, pieces.part_of_range(at..at + used)))
}

/// The half of the day that the sentence speaks of.
#[derive(Clone, Copy, PartialEq)]
enum PartOfDay {
    Open,
    Morning,
    Later,
    Night,
}

impl PartOfDay {
    fn of(pieces: &Pieces<'_>) -> PartOfDay {
        let says = |list: &[&str]| pieces.words().any(|word| list.contains(&word));
        match (says(&["morning"]), says(&["afternoon", "evening", "tonight"]), says(&["night"])) {
            (true, false, false) => PartOfDay::Morning,
            (false, true, _) => PartOfDay::Later,
            (false, false, true) => PartOfDay::Night,
            _ => PartOfDay::Open,
        }
    }

    fn is_named(word: &str) -> bool {
        matches!(word, "morning" | "afternoon" | "evening" | "tonight" | "night")
    }

    /// An hour from 1 to 6 that is not said to be of the morning is one of the afternoon: customers mean hours at which
    /// somebody works.
    fn hour(self, hour: u16) -> u16 {
        match self {
            PartOfDay::Open if (1..=6).contains(&hour) => hour + 12,
            PartOfDay::Morning if hour == 12 => 0,
            PartOfDay::Later if hour < 12 => hour + 12,
            PartOfDay::Night if hour == 12 => 0,
            PartOfDay::Night if (6..12).contains(&hour) => hour + 12,
            _ => hour,
        }
    }

    /// As it was written: `03:30` with its zero leaves nothing to guess.
    fn written(self, figures: &str, hour: u16) -> u16 {
        if self == PartOfDay::Open && figures.starts_with('0') { hour } else { self.hour(hour) }
    }
}

/// A time that is told as one: with minutes, with am or pm, "noon", "half past nine".
fn plain(pieces: &Pieces<'_>, at: usize, part: PartOfDay) -> Read {
    named(pieces, at)
        .or_else(|| spoken(pieces, at, part))
        .or_else(|| with_minutes(pieces, at, part))
        .or_else(|| with_mark(pieces, at, part))
}

fn named(pieces: &Pieces<'_>, at: usize) -> Read {
    match pieces.word(at) {
        "noon" | "midday" | "noontime" => Some((12, 0, 1)),
        "midnight" => Some((0, 0, 1)),
        _ => None,
    }
}

/// "half past nine", "quarter to ten", "ten past 9", "20 minutes to eight", "half nine".
fn spoken(pieces: &Pieces<'_>, at: usize, part: PartOfDay) -> Read {
    let (minutes, mut used) = match pieces.word(at) {
        "half" => (30, 1),
        "quarter" => (15, 1),
        "three" if pieces.word(at + 1) == "quarters" => return None,
        _ => {
            let (value, used) = pieces.number(at).filter(|(value, _)| (1.0..60.0).contains(value))?;
            (whole(value)?, used)
        }
    };
    let said = matches!(pieces.word(at + used), "minute" | "minutes" | "min" | "mins");
    used += usize::from(said);
    let back = match pieces.word(at + used) {
        "past" | "after" => false,
        "to" | "before" | "till" if minutes < 60 => true,
        _ if minutes == 30 && pieces.word(at) == "half" => {
            let (hour, took) = hour_of(pieces, at + 1)?;
            let unit = pieces.word(at + 1 + took);
            let (hour, took) =
                marked(pieces, at + 1 + took, hour, part).map_or((part.hour(hour), took), |(h, n)| (h, took + n));
            return (is_the_end(unit) || took > 1).then_some((hour, 30, 1 + took));
        }
        _ => return None,
    };
    let figures = pieces.word(at).starts_with(|c: char| c.is_ascii_digit());
    // "from 10 to 5" is a range, "2 after 9" nothing
    if figures && !said && (minutes % 5 != 0 || matches!(pieces.before(at), "from" | "between")) {
        return None;
    }
    let (hour, took) = hour_of(pieces, at + used + 1)?;
    used += 1 + took;
    let (hour, took) = marked(pieces, at + used, hour, part).unwrap_or((part.hour(hour), 0));
    used += took;
    // "five to six people"
    if !(said || matches!(pieces.word(at), "half" | "quarter") || is_the_end(pieces.word(at + used))) {
        return None;
    }
    if back { Some(((hour + 23) % 24, 60 - minutes, used)) } else { Some((hour, minutes, used)) }
}

/// "9:30", "9.30pm", "21h30", "nine thirty".
fn with_minutes(pieces: &Pieces<'_>, at: usize, part: PartOfDay) -> Read {
    let word = pieces.word(at);
    if let Some((hour, minute)) = word.split_once('.') {
        let (hour, minute) = (hour_in(hour)?, minute_in(minute)?);
        let (hour, took) = marked(pieces, at + 1, hour, part)?;
        return Some((hour, minute, 1 + took));
    }
    let figures = word.starts_with(|c: char| c.is_ascii_digit());
    let (hour, minute, used) = if figures && stands_alone(pieces, at) && pieces.gap(at + 1) == ":" {
        (hour_in(word)?, minute_in(pieces.word(at + 1))?, 2)
    } else if figures && pieces.word(at + 1) == "h" && pieces.gap(at + 1).is_empty() && pieces.gap(at + 2).is_empty() {
        (hour_in(word)?, minute_in(pieces.word(at + 2))?, 3)
    } else if figures && pieces.word(at + 1) == "oclock" && minute_in(pieces.word(at + 2)).is_some() {
        // "14 Uhr 30"
        (hour_in(word)?, minute_in(pieces.word(at + 2))?, 3)
    } else if figures && pieces.gap(at + 1) == " " && (is_marked(pieces, at + 2) || of_the_day(pieces, at + 2)) {
        // "9 05 in the morning", "8 10 p.m.": what follows says that it is a time
        (hour_in(word)?, minute_in(pieces.word(at + 1))?, 2)
    } else if !figures && part_hour(word).is_some() {
        let hour = part_hour(word)?;
        let oh = usize::from(matches!(pieces.word(at + 1), "oh" | "o"));
        let (minute, took) = pieces.number(at + 1 + oh)?;
        let minute = whole(minute).filter(|m| (oh == 1 && *m < 10) || (oh == 0 && (10..60).contains(m)))?;
        let letters = !pieces.word(at + 1 + oh).starts_with(|c: char| c.is_ascii_digit());
        // "twenty one" and "one hundred" are numbers
        (hour, minute, (letters && is_the_end(pieces.word(at + 1 + oh + took))).then_some(1 + oh + took)?)
    } else {
        return None;
    };
    // a third figure is of the seconds
    let seconds = usize::from(figures && pieces.gap(at + used) == ":" && minute_in(pieces.word(at + used)).is_some());
    let used = used + seconds;
    let (hour, took) = marked(pieces, at + used, hour, part).unwrap_or((part.written(word, hour), 0));
    (hour < 24 || minute == 0).then_some((hour, minute, used + took))
}

/// "9 pm", "9 o'clock", "nine a.m.".
fn with_mark(pieces: &Pieces<'_>, at: usize, part: PartOfDay) -> Read {
    let (hour, took) = hour_of(pieces, at)?;
    let (hour, more) = marked(pieces, at + took, hour, part)?;
    Some((hour, 0, took + more))
}

/// "at 9", "9 tomorrow", "nine in the morning", "around 5ish"; alone where nothing else is said.
fn bare(pieces: &Pieces<'_>, at: usize, part: PartOfDay) -> Read {
    const INTRODUCING: &[&str] = &[
        "about",
        "after",
        "around",
        "at",
        "before",
        "by",
        "from",
        "since",
        "than",
        "till",
        "until",
        "approx",
        "approximately",
    ];
    let word = pieces.word(at);
    let (hour, minute, used) = if let Some((hour, minute)) = word.split_once('.') {
        (hour_in(hour)?, minute_in(minute)?, 1)
    } else if let Some((hour, minute)) = together(word) {
        (hour, minute, 1)
    } else {
        let (hour, used) = hour_of(pieces, at).filter(|(hour, _)| (1..24).contains(hour))?;
        (hour, 0, used)
    };
    let next = pieces.word(at + used);
    let of_the_day = of_the_day(pieces, at + used);
    let beside = |i: usize| (at..at + used).contains(&i) || says_little(pieces.word(i));
    let alone = (0..pieces.len()).all(beside) && word != "one" || pieces.len() == used;
    let introduced = INTRODUCING.contains(&pieces.before(at));
    let counts = !is_the_end(next) || next == "of" || month(next).is_some() || month(pieces.before(at)).is_some();
    (!counts && stands_alone(pieces, at) && (of_the_day || introduced || alone))
        .then(|| (part.written(word, hour), minute, used))
}

/// "morning", "in the morning".
fn of_the_day(pieces: &Pieces<'_>, at: usize) -> bool {
    PartOfDay::is_named(pieces.word(at)) || (pieces.word(at) == "in" && PartOfDay::is_named(pieces.word(at + 2)))
}

/// "pm", "a.m.".
fn is_marked(pieces: &Pieces<'_>, at: usize) -> bool {
    matches!(pieces.word(at), "am" | "pm") || (matches!(pieces.word(at), "a" | "p") && pieces.word(at + 1) == "m")
}

/// "0930", "1430".
fn together(word: &str) -> Option<(u16, u16)> {
    let four = word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let (hour, minute) = word.split_at_checked(2).filter(|_| four)?;
    Some((hour_in(hour)?, minute_in(minute)?))
}

/// Not the end of a date, a fraction or a longer number.
fn stands_alone(pieces: &Pieces<'_>, at: usize) -> bool {
    let joins = |gap: &str| gap.ends_with(['/', ':', '.', '#', '£', '$', '€']) || matches!(gap, "-");
    !joins(pieces.gap(at)) && !pieces.gap(at + 1).starts_with('/')
}

/// Words that may stand beside a time without saying that something else is counted.
fn says_little(word: &str) -> bool {
    let more =
        matches!(word, "ish" | "sharp" | "today" | "tomorrow" | "maybe" | "say" | "think" | "probably" | "works");
    let telling = matches!(word, "i" | "d" | "m") || day_named(word).is_some();
    more || telling || PartOfDay::is_named(word) || is_stop_word(word)
}

fn is_the_end(word: &str) -> bool {
    word.is_empty()
        || says_little(word)
        || matches!(word, "next" | "if" | "then" | "not" | "no" | "earliest" | "latest")
}

/// The hour behind it made certain by "pm", "a.m." or "o'clock", and how many pieces that takes.
fn marked(pieces: &Pieces<'_>, at: usize, hour: u16, part: PartOfDay) -> Option<(u16, usize)> {
    let half = match (pieces.word(at), pieces.word(at + 1)) {
        ("am", _) => Some((false, 1)),
        ("pm", _) => Some((true, 1)),
        ("a", "m") if pieces.gap(at + 1) == "." => Some((false, 2)),
        ("p", "m") if pieces.gap(at + 1) == "." => Some((true, 2)),
        _ => None,
    };
    if let Some((later, used)) = half {
        let hour = if later && hour < 12 { hour + 12 } else { hour };
        // "14 pm" is 14 o'clock, "14 am" nothing
        return (hour < 24 && (later || hour <= 12)).then_some((if !later && hour == 12 { 0 } else { hour }, used));
    }
    match (pieces.word(at), pieces.word(at + 1)) {
        ("o" | "oh", "clock") => Some((part.hour(hour), 2)),
        ("oclock", _) => Some((part.hour(hour), 1)),
        ("h" | "hrs" | "hours", _) if hour > 12 && pieces.word(at + 1).is_empty() => Some((hour, 1)),
        _ => None,
    }
}

/// An hour in figures or one word, and its pieces.
fn hour_of(pieces: &Pieces<'_>, at: usize) -> Option<(u16, usize)> {
    let word = pieces.word(at);
    hour_in(word).or_else(|| part_hour(word)).filter(|_| stands_alone(pieces, at)).map(|hour| (hour, 1))
}

fn part_hour(word: &str) -> Option<u16> {
    whole(unit(word)?).filter(|hour| (1..=12).contains(hour))
}

fn hour_in(figures: &str) -> Option<u16> {
    let short = figures.len() <= 2 && figures.bytes().all(|b| b.is_ascii_digit());
    figures.parse().ok().filter(|hour| short && *hour <= 24)
}

fn minute_in(figures: &str) -> Option<u16> {
    let two = figures.len() == 2 && figures.bytes().all(|b| b.is_ascii_digit());
    figures.parse().ok().filter(|minute| two && *minute < 60)
}

fn whole(value: f64) -> Option<u16> {
    (value.fract() == 0.0 && (0.0..60.0).contains(&value)).then_some(value as u16)
}
