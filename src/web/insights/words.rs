//! Numbers as people read them.
use crate::understand::mood::Feeling;

const NOTHING: &str = "–";

/// `40 s`, `12 min`, `3 h 5 min`, `2 days`.
pub fn stretch(length: Option<i64>) -> String {
    let Some(length) = length else { return NOTHING.into() };
    let seconds = length / 1000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 if seconds % 3600 < 60 => format!("{} h", seconds / 3600),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{:.1} days", seconds as f64 / 86_400.0),
    }
}

/// For charts: minutes, with a point; nothing where there is none.
pub fn minutes(length: Option<i64>) -> String {
    length.map_or_else(String::new, |l| format!("{:.2}", l as f64 / 60_000.0))
}

pub fn share(part: usize, of: usize) -> String {
    if of == 0 { NOTHING.into() } else { format!("{:.0} %", 100.0 * part as f64 / of as f64) }
}

pub fn one_to_five(score: Option<f64>) -> String {
    score.map_or_else(|| NOTHING.into(), |s| format!("{s:.1}"))
}

pub fn felt(feeling: Option<Feeling>) -> &'static str {
    match feeling {
        None => "calm",
        Some(Feeling::Angry) => "angry",
        Some(Feeling::Worried) => "worried",
        Some(Feeling::Disappointed) => "disappointed",
        Some(Feeling::Happy) => "happy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short() {
        let all = [(40_000, "40 s"), (720_000, "12 min"), (11_100_000, "3 h 5 min"), (7_200_000, "2 h")];
        for (length, words) in all {
            assert_eq!(stretch(Some(length)), words);
        }
        assert_eq!((stretch(Some(172_800_000)), stretch(None)), ("2.0 days".into(), "–".into()));
        assert_eq!((share(1, 3), share(0, 0)), ("33 %".into(), "–".into()));
    }
}
