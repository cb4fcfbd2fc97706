//! From the pieces of one line to what it does.
use super::grammar::{Form, Rule};
use super::{Act, Expect, Given, GivenAnswer, Named, Written};
use crate::language::ast::{Feeling, Phrase, Priority, term};
use crate::language::source::Span;
use jiff::civil::DateTime;

/// What is wrong and what to do; `None` where the line has no known form at all.
type Wrong = Option<(String, String)>;

pub fn read(form: &Form, span: Span) -> Result<Act, Wrong> {
    let text = || form.part(Rule::text).map(|t| t.text.clone()).unwrap_or_default();
    Ok(match form.rule {
        Rule::says_customer => Act::Customer(text()),
        Rule::writes_on => Act::WritesOn(text()),
        Rule::taps => Act::Taps(text()),
        Rule::sends => Act::Sends(text()),
        Rule::wants_person => Act::WantsPerson,
        Rule::says_bot => Act::Bot(text()),
        Rule::silent => Act::Silent,
        Rule::offers => Act::Offers(form.all(Rule::label).map(|l| l.text.clone()).collect()),
        Rule::says_agent => Act::Agent(text()),
        Rule::hands_back => Act::HandsBack,
        Rule::resolves => Act::Resolves,
        Rule::after => {
            let written = form.part(Rule::term).map(|t| t.text.clone()).unwrap_or_default();
            Act::After(term(&written).ok_or_else(|| no_time(&written))?)
        }
        Rule::mood => Act::Mood(feeling(form)?),
        Rule::event => Act::Event {
            name: named(form, Rule::name, span)?,
            with: form.part(Rule::args).map(|a| args(a, span)).unwrap_or_default(),
        },
        Rule::expect => Act::Expect(form.parts.iter().map(|p| expect(p, span)).collect::<Result<_, _>>()?),
        _ => Act::Given(given(form, span)?),
    })
}

fn no_time(written: &str) -> Wrong {
    Some((format!("`{written}` is no stretch of time"), "Write it like `after 5 minutes` or `after 2 days`.".into()))
}

fn feeling(form: &Form) -> Result<Feeling, Wrong> {
    let name = form.part(Rule::name).map_or("", |n| n.text.as_str());
    Ok(match name {
        "angry" => Feeling::Angry,
        "worried" => Feeling::Worried,
        "disappointed" => Feeling::Disappointed,
        "happy" => Feeling::Happy,
        _ => {
            let action = "Use `angry`, `worried`, `disappointed` or `happy`.";
            return Err(Some((format!("`{name}` is no mood that a bot knows"), action.into())));
        }
    })
}

fn given(form: &Form, span: Span) -> Result<Given, Wrong> {
    let action = || named(form, Rule::path, span);
    let pair = || form.part(Rule::told).or(form.part(Rule::arg)).and_then(|a| arg(a, span)).ok_or(None);
    Ok(match form.rule {
        Rule::today => Given::Today(moment(form.part(Rule::moment).map_or("", |m| m.text.as_str()))?),
        Rule::answers => {
            let answer = |f: &Form| {
                let fields = f.part(Rule::given_args).map(|a| args(a, span)).unwrap_or_default();
                Ok(GivenAnswer { outcome: named(f, Rule::name, span)?, fields })
            };
            let answers = form.all(Rule::answer).map(answer).collect::<Result<_, Wrong>>()?;
            Given::Answers { action: action()?, answers }
        }
        Rule::fails => Given::Fails { action: action()? },
        Rule::nobody => Given::Nobody,
        Rule::returning => Given::Returning,
        Rule::language => Given::Language(form.part(Rule::tongue).ok_or(None)?.text.clone()),
        Rule::page => Given::Page(form.part(Rule::text).ok_or(None)?.text.clone()),
        Rule::detail => pair().map(|(n, v)| Given::Detail(n, v))?,
        Rule::contact => pair().map(|(n, v)| Given::Contact(n, v))?,
        _ => return Err(None),
    })
}

fn moment(written: &str) -> Result<DateTime, Wrong> {
    let numbers: Vec<i16> = written.split(['-', ' ', ':', '\t']).filter_map(|n| n.parse().ok()).collect();
    let small = |i: usize| numbers.get(i).and_then(|n| i8::try_from(*n).ok()).unwrap_or(0);
    let year = numbers.first().copied().unwrap_or(0);
    let hour = if numbers.len() > 3 { small(3) } else { 10 };
    let wrong = || {
        let action = "Write day and time like `given today is 2026-05-04 10:00`.";
        Some((format!("There is no such day or time as {written}"), action.to_owned()))
    };
    let day = jiff::civil::Date::new(year, small(1), small(2)).map_err(|_| wrong())?;
    let time = jiff::civil::Time::new(hour, small(4), 0, 0).map_err(|_| wrong())?;
    Ok(day.to_datetime(time))
}

fn expect(form: &Form, span: Span) -> Result<Expect, Wrong> {
    let number = || form.part(Rule::number).and_then(|n| n.text.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let with = || form.part(Rule::args).map(|a| args(a, span)).unwrap_or_default();
    Ok(match form.rule {
        Rule::promise => {
            let by = form.part(Rule::team).map(|t| phrase(t, span));
            Expect::Promise { name: named(form, Rule::name, span)?, by }
        }
        Rule::escalated => Expect::Escalated { to: named(form, Rule::team, span)?, priority: priority(form)? },
        Rule::ends_resolved => Expect::EndsResolved,
        Rule::ends_person => Expect::EndsWithPerson,
        Rule::turns => Expect::Turns(number()),
        Rule::asked => Expect::Asked { action: named(form, Rule::path, span)?, with: with() },
        Rule::not_asked => Expect::NotAsked { action: named(form, Rule::path, span)? },
        Rule::tagged => Expect::Tag(named(form, Rule::name, span)?.text),
        Rule::topic => Expect::Topic(named(form, Rule::name, span)?),
        Rule::feedback => Expect::Feedback(u8::try_from(number()).unwrap_or(u8::MAX)),
        Rule::was_note => Expect::Note(form.part(Rule::text).ok_or(None)?.text.clone()),
        Rule::comforts => Expect::Comforts,
        Rule::holds => {
            let value = form.part(Rule::value).ok_or(None)?;
            Expect::Holds(named(form, Rule::name, span)?, written(&value.text))
        }
        _ => return Err(None),
    })
}

fn priority(form: &Form) -> Result<Option<Priority>, Wrong> {
    let Some(name) = form.part(Rule::name) else { return Ok(None) };
    Ok(Some(match name.text.as_str() {
        "low" => Priority::Low,
        "normal" => Priority::Normal,
        "high" => Priority::High,
        "urgent" => Priority::Urgent,
        other => {
            let action = "Use `low`, `normal`, `high` or `urgent`.";
            return Err(Some((format!("`{other}` is no priority"), action.into())));
        }
    }))
}

fn named(form: &Form, rule: Rule, line: Span) -> Result<Named, Wrong> {
    form.part(rule).map(|p| phrase(p, line)).ok_or(None)
}

fn phrase(form: &Form, line: Span) -> Phrase {
    let start = line.start as usize + form.start;
    Phrase { text: form.text.clone(), span: Span::new(line.file, start, start + form.text.len()) }
}

fn args(form: &Form, span: Span) -> Vec<(Named, Written)> {
    form.all(Rule::arg).filter_map(|a| arg(a, span)).collect()
}

fn arg(form: &Form, span: Span) -> Option<(Named, Written)> {
    Some((phrase(form.part(Rule::name)?, span), written(&form.part(Rule::value)?.text)))
}

fn written(text: &str) -> Written {
    let inside = ['"', '\''].into_iter().find_map(|q| text.strip_prefix(q)?.strip_suffix(q));
    Written { text: inside.unwrap_or(text).to_owned(), quoted: inside.is_some() }
}
