//! E-mail addresses and telephone numbers in a sentence.
use super::{Found, Frame};
use crate::understand::normal::Flat;
use phonenumber::{Mode, country, metadata};
use regex::Regex;
use std::sync::LazyLock;

static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}._%+'&=/~#-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+").ok());

/// The longest address there may be (RFC 5321).
const LONGEST: usize = 254;

/// The first address. Its domain becomes lower case, in which no two domains differ.
pub(super) fn email(text: &str) -> Option<Found> {
    EMAIL.as_ref()?.find_iter(text).find_map(|candidate| {
        let address = candidate.as_str();
        let start = address.len() - address.trim_start_matches(['.', '\'', '/', '=', '#', '&', '-']).len();
        let address = address.get(start..)?.trim_end_matches('-');
        let (name, domain) = address.split_once('@')?;
        let top = domain.rsplit('.').next()?;
        let letters = top.chars().count() >= 2 && !top.chars().all(char::is_numeric);
        let fine =
            address.len() <= LONGEST && !name.is_empty() && !name.ends_with('.') && !name.contains("..") && letters;
        let span = candidate.start() + start..candidate.start() + start + address.len();
        fine.then(|| Found::new(format!("{name}@{}", domain.to_lowercase()), span))
    })
}

static DIGITS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+ ?|\( ?)?[0-9](?:[ ()./-]{0,3}[0-9]){5,16}").ok());

/// Whether telephone numbers of this country, two letters as in `GB`, are known.
pub fn is_country(code: &str) -> bool {
    code.parse::<country::Id>().is_ok_and(|id| metadata::DATABASE.by_id(id.as_ref()).is_some())
}

/// The first valid number, with its country. Without a region only numbers that name their country are.
pub(super) fn phone(text: &str, frame: &Frame) -> Option<Found> {
    let flat = Flat::new(text);
    let region = frame.country.clone().or_else(|| frame.region());
    let region = region.and_then(|code| code.parse::<country::Id>().ok());
    let region = region.filter(|id| metadata::DATABASE.by_id(id.as_ref()).is_some());
    for candidate in DIGITS.as_ref()?.find_iter(&flat.text) {
        let before = flat.text.get(..candidate.start()).and_then(|t| t.chars().last());
        let after = flat.text.get(candidate.end()..).and_then(|t| t.chars().next());
        if before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some(number) = valid(candidate.as_str(), region) {
            return Some(Found::new(number, flat.original(candidate.range())));
        }
    }
    None
}

/// In E.164, where it is a number that can be called.
fn valid(written: &str, region: Option<country::Id>) -> Option<String> {
    let digits: String = written.replace("(0)", "").chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let international = if digits.starts_with("00") { digits.replacen("00", "+", 1) } else { digits.clone() };
    let region = if international.starts_with('+') { None } else { Some(region?) };
    let number = phonenumber::parse(region, &international).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}
