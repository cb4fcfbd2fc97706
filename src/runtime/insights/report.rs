//! Many visits in few numbers: by day, and all together. Pure.
use super::{Felt, Promise, Visit};
use crate::time::Millis;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Half of them took at most `median`, nine of ten at most `nine`; in milliseconds. `None` where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    pub count: usize,
    pub median: Option<i64>,
    pub nine: Option<i64>,
}

impl Spread {
    fn of(mut all: Vec<i64>) -> Self {
        all.sort_unstable();
        // The smallest value that this share of all does not exceed.
        let at = |part: usize| all.get((all.len() * part).div_ceil(10).saturating_sub(1)).copied();
        Self { count: all.len(), median: at(5), nine: at(9) }
    }
}

/// A day, or all days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Day {
    pub visits: usize,
    pub solved: usize,
    /// Solved without a person.
    pub alone: usize,
    /// A person was asked for.
    pub asked: usize,
    pub waited: Spread,
    pub first_reply: Spread,
    pub resolution: Spread,
    pub feedback_count: usize,
    pub feedback_sum: usize,
    pub kept: usize,
    pub late: usize,
    pub open: usize,
}

impl Day {
    /// One to five; `None` where nobody said anything.
    pub fn feedback(&self) -> Option<f64> {
        (self.feedback_count > 0).then(|| self.feedback_sum as f64 / self.feedback_count as f64)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub all: Day,
    /// Every day that had a visit, in order.
    pub days: BTreeMap<Date, Day>,
    pub teams: BTreeMap<String, Day>,
    /// From how customers felt at first to how they felt at last.
    pub moods: BTreeMap<Felt, usize>,
}

pub fn report(visits: &[Visit], zone: &TimeZone) -> Report {
    let mut days: BTreeMap<Date, Vec<&Visit>> = BTreeMap::new();
    let mut teams: BTreeMap<String, Vec<&Visit>> = BTreeMap::new();
    let mut moods = BTreeMap::new();
    for visit in visits {
        days.entry(day(visit.began, zone)).or_default().push(visit);
        if let Some(team) = &visit.team {
            teams.entry(team.clone()).or_default().push(visit);
        }
        if let Some(felt) = visit.felt {
            *moods.entry(felt).or_default() += 1;
        }
    }
    let all: Vec<&Visit> = visits.iter().collect();
    Report {
        all: together(&all),
        days: days.into_iter().map(|(day, visits)| (day, together(&visits))).collect(),
        teams: teams.into_iter().map(|(team, visits)| (team, together(&visits))).collect(),
        moods,
    }
}

fn day(at: Millis, zone: &TimeZone) -> Date {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(zone.clone()).date()
}

fn together(visits: &[&Visit]) -> Day {
    let spread = |of: fn(&Visit) -> Option<i64>| Spread::of(visits.iter().filter_map(|v| of(v)).collect());
    let count = |which: &dyn Fn(&Visit) -> bool| visits.iter().filter(|v| which(v)).count();
    let promises = |state: Promise| visits.iter().flat_map(|v| &v.promises).filter(|p| p.state == state).count();
    let scores: Vec<usize> = visits.iter().filter_map(|v| v.feedback).map(usize::from).collect();
    Day {
        visits: visits.len(),
        solved: count(&|v| v.solved.is_some()),
        alone: count(&Visit::without_a_person),
        asked: count(&|v| v.asked.is_some()),
        waited: spread(Visit::waited),
        first_reply: spread(Visit::first_reply),
        resolution: spread(Visit::resolution),
        feedback_count: scores.len(),
        feedback_sum: scores.iter().sum(),
        kept: promises(Promise::Kept),
        late: promises(Promise::Late),
        open: promises(Promise::Open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_nine_of_ten() {
        let spread = |all: &[i64]| (Spread::of(all.to_vec()).median, Spread::of(all.to_vec()).nine);
        assert_eq!(spread(&[]), (None, None));
        assert_eq!(spread(&[7]), (Some(7), Some(7)));
        assert_eq!(spread(&[3, 1]), (Some(1), Some(3)));
        assert_eq!(spread(&[10, 1, 9, 2, 8, 3, 7, 4, 6, 5]), (Some(5), Some(9)));
    }
}
