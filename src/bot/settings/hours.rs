//! Opening hours: reading them, and counting with them.
use super::Hours;
use crate::bot::yaml::{Node, Reader};
use crate::language::ast::{Term, Unit};
use crate::time::Millis;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// A year without an open minute is a bot that is always closed.
const LOOK_AHEAD_DAYS: i32 = 366;
const MINUTES: u16 = 24 * 60;

/// Reads `opening_hours`.
pub fn read_hours(reader: &mut Reader, node: &Node) -> Hours {
    let mut hours = Hours::default();
    for (key, value) in reader.map(node, "`opening_hours`") {
        if key.text == "closed" {
            for (text, span) in reader.texts(value) {
                match text.parse() {
                    Ok(date) => hours.closed.push(date),
                    Err(_) => reader.wrong(
                        span,
                        format!("`{text}` is not a date"),
                        "Write year, month and day, like `2026-12-25`.",
                    ),
                }
            }
            continue;
        }
        let Some(days) = days(&key.text) else {
            reader.wrong(
                key.span,
                format!("`{}` is not a day of the week", key.text),
                "Write a day, like `monday`, or a range, like `monday to friday`.",
            );
            continue;
        };
        for (text, span) in reader.texts(value) {
            match text.split_once('-').and_then(|(a, b)| Some((minute(a)?, minute(b)?))).filter(|(a, b)| a < b) {
                Some(open) => {
                    for (_, day) in hours.week.iter_mut().enumerate().filter(|(i, _)| days.contains(i)) {
                        day.push(open);
                    }
                }
                None => {
                    reader.wrong(span, format!("`{text}` is not a time from … to …"), "Write it like `9:00-18:00`.")
                }
            }
        }
    }
    hours.week.iter_mut().for_each(|day| day.sort_unstable());
    hours
}

fn days(text: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|d| *d == name.trim().to_lowercase());
    match text.split_once(" to ") {
        None => day(text).map(|d| vec![d]),
        Some((from, to)) => {
            let (from, to) = (day(from)?, day(to)?);
            Some((0..7).map(|i| (from + i) % 7).take_while_inclusive(to).collect())
        }
    }
}

/// `monday to friday`: up to and including the last day.
trait TakeWhileInclusive: Iterator<Item = usize> + Sized {
    fn take_while_inclusive(self, last: usize) -> impl Iterator<Item = usize> {
        let mut over = false;
        self.take_while(move |d| {
            let take = !over;
            over = over || *d == last;
            take
        })
    }
}
impl<I: Iterator<Item = usize>> TakeWhileInclusive for I {}

fn minute(text: &str) -> Option<u16> {
    let (h, m) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
    let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
    (h <= 24 && m < 60 && h * 60 + m <= MINUTES).then_some(h * 60 + m)
}

fn zoned(at: Millis, zone: &TimeZone) -> ZonedDateTime {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(zone.clone())
}

impl Hours {
    /// Opening and closing minutes of one day; none on a holiday.
    fn of(&self, date: Date) -> &[(u16, u16)] {
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        if self.closed.contains(&date) { &[] } else { self.week.get(index).map_or(&[], Vec::as_slice) }
    }

    /// Whether people work at this moment.
    pub fn open(&self, at: Millis, zone: &TimeZone) -> bool {
        let local = zoned(at, zone);
        let now = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        self.always || self.of(local.date()).iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    /// When people work again, or `at` where they do now. `None` where they never do within a year.
    pub fn next_open(&self, at: Millis, zone: &TimeZone) -> Option<Millis> {
        self.stretches(at, zone).next().map(|(from, _)| from)
    }

    /// The point in time at which `term` is over.
    pub fn after(&self, at: Millis, term: Term, zone: &TimeZone) -> Millis {
        let plain = at + super::duration(term);
        if !term.working || self.always {
            return plain;
        }
        match term.unit {
            Unit::Days | Unit::Weeks => self.after_days(at, term, zone).unwrap_or(plain),
            _ => self.after_minutes(at, super::duration(term).as_millis(), zone).unwrap_or(plain),
        }
    }

    /// Working days: the end of the n-th working day after today.
    fn after_days(&self, at: Millis, term: Term, zone: &TimeZone) -> Option<Millis> {
        let days = if term.unit == Unit::Weeks { term.amount.saturating_mul(5) } else { term.amount };
        let today = zoned(at, zone).date();
        let mut open =
            (1..LOOK_AHEAD_DAYS).filter_map(|n| today.checked_add(n.days()).ok()).filter(|d| !self.of(*d).is_empty());
        let date = open.nth(usize::try_from(days).ok()?.saturating_sub(1))?;
        let (_, close) = self.of(date).last()?;
        moment(date, *close, zone)
    }

    fn after_minutes(&self, at: Millis, millis: u128, zone: &TimeZone) -> Option<Millis> {
        let mut left = i64::try_from(millis).ok()?;
        for (from, to) in self.stretches(at, zone) {
            let length = to.0 - from.0;
            if left <= length {
                return Some(Millis(from.0 + left));
            }
            left -= length;
        }
        None
    }

    /// Open stretches from `at` on, in order.
    fn stretches<'a>(&'a self, at: Millis, zone: &'a TimeZone) -> impl Iterator<Item = (Millis, Millis)> + 'a {
        let today = zoned(at, zone).date();
        let always = self.always.then_some((at, Millis(i64::MAX)));
        let dates = (0..LOOK_AHEAD_DAYS).filter_map(move |n| today.checked_add(n.days()).ok());
        let rest = dates.flat_map(move |date| {
            self.of(date)
                .iter()
                .filter_map(move |(from, to)| Some((moment(date, *from, zone)?, moment(date, *to, zone)?)))
        });
        always.into_iter().chain(rest.filter(move |(_, to)| *to > at).map(move |(from, to)| (from.max(at), to)))
    }
}

fn moment(date: Date, minute: u16, zone: &TimeZone) -> Option<Millis> {
    let (date, minute) = if minute >= MINUTES { (date.tomorrow().ok()?, 0) } else { (date, minute) };
    let time = Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
    let zoned = date.to_datetime(time).to_zoned_datetime(zone.clone()).ok()?;
    Some(Millis(zoned.timestamp().as_millisecond()))
}
