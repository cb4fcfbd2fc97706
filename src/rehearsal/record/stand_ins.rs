//! Stand-ins for what is personal: made up, of the same kind, and the same wherever the same value stands. Which one it is depends on
//! the order in which values come up and not on the value, so that nothing leads back from a stand-in.
use crate::understand::answers::{Pattern, is_common};
use jiff::civil::Date;

/// What a personal value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    Email,
    Phone,
    Name,
    Address,
    Day,
    /// An order number, a customer number: signs of which the digits tell somebody apart.
    Code,
    /// Words of which only their owner knows what they are.
    Word,
}

const FIRST: [&str; 10] = ["Alex", "Kim", "Noor", "Jules", "Mika", "Toni", "Dana", "Sasha", "Rene", "Yuki"];
const LAST: [&str; 10] =
    ["Okafor", "Lindqvist", "Moreau", "Tanaka", "Novak", "Keller", "Silva", "Haddad", "Jansen", "Petrov"];
const STREETS: [&str; 5] = ["Example Street", "Sample Road", "Model Lane", "Test Avenue", "Pattern Square"];
const TOWNS: [&str; 5] = ["Sampleton", "Exampleby", "Modelford", "Testham", "Patternbury"];
/// Numbers that are kept for films and books, by country. Those of other countries become British ones.
const PHONES: [(&str, &str, usize); 4] =
    [("+44", "+442079460", 3), ("+1", "+12025550", 3), ("+49", "+493023125", 3), ("+33", "+3319900", 4)];
/// Made-up values that are tried until one is new and fits.
const TRIES: usize = 200;

/// A value as it was written, in small letters, and what stands for it.
#[derive(Clone, Debug)]
struct Known {
    written: Vec<char>,
    /// A common word is only the value where it is written the same way: "Will", but not "will".
    exactly: Option<Vec<char>>,
    with: String,
}

#[derive(Debug)]
pub struct StandIns {
    /// The longest first.
    known: Vec<Known>,
    /// Everything that was said, in small letters: no stand-in is anything of it.
    said: String,
    patterns: Vec<Pattern>,
    count: usize,
    state: u64,
}

impl StandIns {
    pub fn new(said: &str, patterns: Vec<Pattern>, seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x2545_f491_4f6c_dd1d);
        Self { known: vec![], said: said.to_lowercase(), patterns, count: 0, state }
    }

    /// A personal value; what stands for it from now on.
    pub fn add(&mut self, sort: &Sort, value: &str) -> String {
        let value = one_line(value);
        if let Some(known) = self.known(&value) {
            return known;
        }
        let with = match sort {
            Sort::Name => return self.name(&value),
            Sort::Address => return self.address(&value),
            Sort::Email => return self.email(&value),
            Sort::Phone => self.phone(&value),
            Sort::Day => day(&value),
            Sort::Word => self.fresh(|n, _| format!("sample-{}", n + 1)),
            Sort::Code => self.code(&value),
        };
        self.is(&value, &with);
        with
    }

    /// The same value in another spelling.
    pub fn is(&mut self, written: &str, with: &str) {
        let written = one_line(written);
        let folded: Vec<char> = written.chars().map(fold).collect();
        if folded.len() < 2 || self.known.iter().any(|k| k.written == folded) {
            return;
        }
        let word = written.to_lowercase();
        let exactly = is_common(&word).then(|| written.chars().collect());
        self.known.push(Known { written: folded, exactly, with: with.to_owned() });
        self.known.sort_by_key(|k| std::cmp::Reverse(k.written.len()));
    }

    pub fn known(&self, value: &str) -> Option<String> {
        let folded: Vec<char> = one_line(value).chars().map(fold).collect();
        self.known.iter().find(|k| k.written == folded).map(|k| k.with.clone())
    }

    /// The text with stand-ins for all that is personal, in one line.
    pub fn swap(&self, text: &str) -> String {
        self.with(text, |known| &known.with)
    }

    fn with(&self, text: &str, other: impl Fn(&Known) -> &str) -> String {
        let text: Vec<char> = one_line(text).chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = text.get(at) {
            match self.known.iter().find(|k| stands_at(k, &text, at)) {
                Some(known) => {
                    out.push_str(other(known));
                    at += known.written.len();
                }
                None => {
                    out.push(*c);
                    at += 1;
                }
            }
        }
        out
    }

    // ------------------------------------------------------------ made up

    /// Each part of a name has its own: "Ann Lee" is "Ann" later.
    fn name(&mut self, value: &str) -> String {
        let mut parts = Vec::new();
        for (i, part) in value.split(' ').enumerate() {
            let with = self.known(part).unwrap_or_else(|| {
                let list = if i == 0 { &FIRST } else { &LAST };
                self.fresh(|n, _| pick(list, n).to_owned())
            });
            self.is(part, &with);
            parts.push(with);
        }
        let with = parts.join(" ");
        self.is(value, &with);
        with
    }

    /// Street and town each have their own.
    fn address(&mut self, value: &str) -> String {
        let with = self.fresh(|n, _| format!("{} {}, {}", n % 90 + 11, pick(&STREETS, n), pick(&TOWNS, n)));
        let (street, town) = with.split_once(", ").unwrap_or((&with, &with));
        let (street, town) = (street.to_owned(), town.to_owned());
        for (i, part) in value.split(',').map(str::trim).enumerate() {
            if part.chars().count() >= 4 && part.chars().any(char::is_alphabetic) && part != value {
                self.is(part, if i == 0 { &street } else { &town });
            }
        }
        let with = if value.contains(' ') { with } else { town };
        self.is(value, &with);
        with
    }

    /// What stands before and behind the `@` may stand alone elsewhere: "minna at private".
    fn email(&mut self, value: &str) -> String {
        let with = self.fresh(|n, _| format!("{}@example.org", pick(&FIRST, n).to_lowercase()));
        if let (Some((name, domain)), Some((own, _))) = (value.split_once('@'), with.split_once('@')) {
            let first = domain.split('.').next().unwrap_or(domain);
            for (part, with) in [(name, own), (domain, "example.org"), (first, "example")] {
                if part.chars().count() >= 4 {
                    self.is(part, with);
                }
            }
        }
        self.is(value, &with);
        with
    }

    fn phone(&mut self, value: &str) -> String {
        let range = PHONES.iter().find(|(country, ..)| value.starts_with(country)).unwrap_or(&PHONES[0]);
        let (_, begin, digits) = *range;
        self.fresh(|n, _| format!("{begin}{:0digits$}", 101 + n))
    }

    /// Other digits, and other letters where every pattern that fits the value fits that too.
    fn code(&mut self, value: &str) -> String {
        // `ORD-204518`, where 204518 is known; but not where other digits would stay.
        let inner = self.swap(value);
        if inner != value && !self.with(value, |_| "").contains(|c: char| c.is_ascii_digit()) {
            return inner;
        }
        let fitting: Vec<Pattern> = self.patterns.iter().filter(|p| p.matches(value)).cloned().collect();
        let fits = |made: &str| made != value && fitting.iter().all(|p| p.matches(made));
        let letters = !fitting.is_empty();
        for n in 0..TRIES {
            let made = match fitting.first() {
                Some(pattern) if n > TRIES / 2 => pattern.example(|among| self.draw(among)).unwrap_or_default(),
                _ => self.shaped(value, letters && n < TRIES / 4),
            };
            if fits(&made) && !self.said.contains(&made.to_lowercase()) {
                return made;
            }
        }
        self.shaped(value, false)
    }

    /// Other digits (and letters) in the same places; a leading zero stays one, and none becomes one.
    fn shaped(&mut self, value: &str, letters: bool) -> String {
        let mut first = true;
        let mut other = |c: char| match c {
            '0' if first => c,
            '0'..='9' => {
                let from = if std::mem::replace(&mut first, false) { '1'..='9' } else { '0'..='9' };
                let all: Vec<char> = from.collect();
                all.get(self.draw(all.len())).copied().unwrap_or(c)
            }
            'a'..='z' | 'A'..='Z' if letters => {
                let begin = if c.is_ascii_lowercase() { b'a' } else { b'A' };
                char::from(begin + u8::try_from(self.draw(26)).unwrap_or(0))
            }
            _ => c,
        };
        value.chars().map(&mut other).collect()
    }

    /// The next made-up value that is nothing of what was said.
    fn fresh(&mut self, make: impl Fn(usize, &Self) -> String) -> String {
        let mut made = String::new();
        for _ in 0..TRIES {
            made = make(self.count, self);
            self.count += 1;
            let taken = self.known.iter().any(|k| k.with == made);
            if !taken && !self.said.contains(&made.to_lowercase()) {
                break;
            }
        }
        made
    }

    /// Below `among`; a simple sequence of its own, the same in each run.
    fn draw(&mut self, among: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or(0) % among.max(1)
    }
}

/// Whole words only: "Ann" is not in "annoyed".
fn stands_at(known: &Known, text: &[char], at: usize) -> bool {
    let Some(here) = text.get(at..at + known.written.len()) else { return false };
    let same = match &known.exactly {
        Some(exactly) => here == exactly,
        None => here.iter().zip(&known.written).all(|(c, k)| fold(*c) == *k),
    };
    let joined =
        |a: Option<&char>, b: Option<&char>| a.zip(b).is_some_and(|(a, b)| a.is_alphanumeric() && b.is_alphanumeric());
    let before = at.checked_sub(1).and_then(|i| text.get(i));
    same && !joined(before, here.first()) && !joined(here.last(), text.get(at + known.written.len()))
}

fn fold(c: char) -> char {
    match c {
        '’' | '‘' => '\'',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

fn pick<'l>(list: &[&'l str], n: usize) -> &'l str {
    list.get(n % list.len().max(1)).copied().unwrap_or("")
}

/// Another day of the same month.
fn day(value: &str) -> String {
    let Ok(day) = value.parse::<Date>() else { return value.to_owned() };
    let other = if day.day() > 14 { day.day() - 11 } else { day.day() + 11 };
    day.with().day(other).build().map_or_else(|_| value.to_owned(), |d| d.to_string())
}

/// All blanks and line breaks as single spaces: a line of a test is one line.
pub fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}
