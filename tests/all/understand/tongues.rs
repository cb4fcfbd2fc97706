//! What is understood of German, French and Spanish. docs/languages.md tells it in a table.
use super::*;
use rapport::understand::answers::correction;

fn german() -> Frame {
    Frame { region: None, currency: "EUR".to_owned(), ..in_region("DE", "de") }
}

#[test]
fn german_numbers() {
    table(
        &Kind::Number,
        &german(),
        &[
            ("zwölf", json!(12)),
            ("zwoelf bitte", json!(12)),
            ("zweiundzwanzig", json!(22)),
            ("zweihundertfünfzig", json!(250)),
            ("tausendeinhundert", json!(1100)),
            ("wir sind drei Personen", json!(3)),
            ("anderthalb", json!(1.5)),
            ("twelve", json!(12)),
            ("4,5", json!(4.5)),
            ("keine", Value::Null),
            ("hundert", json!(100)),
            ("Mund", Value::Null),
        ],
    );
    table(&Kind::Money, &german(), &[("vierzig Euro", json!(40)), ("1.250,50 €", json!(1250.5))]);
}

#[test]
fn german_days() {
    // Wednesday, 6 May 2026
    table(
        &Kind::Date,
        &german(),
        &[
            ("heute", json!("2026-05-06")),
            ("morgen", json!("2026-05-07")),
            ("morgen früh", json!("2026-05-07")),
            ("heute Morgen", json!("2026-05-06")),
            ("übermorgen", json!("2026-05-08")),
            ("uebermorgen bitte", json!("2026-05-08")),
            ("gestern", json!("2026-05-05")),
            ("vorgestern", json!("2026-05-04")),
            ("Montag", json!("2026-05-11")),
            ("am Montag", json!("2026-05-11")),
            ("nächsten Montag", json!("2026-05-11")),
            // this Friday to some, next week's to others
            ("nächsten Freitag", Value::Null),
            ("kommenden Freitag", json!("2026-05-08")),
            ("letzten Freitag", json!("2026-05-01")),
            ("Freitag nächste Woche", json!("2026-05-15")),
            ("am 3. Mai", json!("2026-05-03")),
            ("3. Mai 1980", json!("1980-05-03")),
            ("3. März 1980", json!("1980-03-03")),
            ("am ersten Juni", json!("2026-06-01")),
            ("Freitag, den 12. Juni", json!("2026-06-12")),
            ("24.12.2026", json!("2026-12-24")),
            ("11.05.", json!("2026-05-11")),
            ("in einer Woche", json!("2026-05-13")),
            ("in zwei Wochen", json!("2026-05-20")),
            ("in 3 Tagen", json!("2026-05-09")),
            ("vor drei Tagen", json!("2026-05-03")),
            ("vor einer Woche", json!("2026-04-29")),
            ("in acht Tagen", Value::Null),
            ("am Montag bestellt", json!("2026-05-04")),
            ("tomorrow", json!("2026-05-07")),
            ("next Monday", json!("2026-05-11")),
            ("guten Morgen", Value::Null),
            ("weiß ich nicht", Value::Null),
        ],
    );
}

#[test]
fn german_times() {
    table(
        &Kind::Time,
        &german(),
        &[
            ("14 Uhr", json!("14:00")),
            ("14 Uhr 30", json!("14:30")),
            ("um 14:30", json!("14:30")),
            ("14.30 Uhr", json!("14:30")),
            ("um 9", json!("09:00")),
            ("um neun", json!("09:00")),
            ("halb drei", json!("14:30")),
            ("um halb zehn", json!("09:30")),
            ("halb 8 abends", json!("19:30")),
            ("viertel nach zwei", json!("14:15")),
            ("Viertel vor zehn", json!("09:45")),
            ("fünf vor halb drei", json!("14:25")),
            ("zehn nach acht", json!("08:10")),
            ("8 Uhr abends", json!("20:00")),
            ("morgen um 9 bitte", json!("09:00")),
            ("morgen früh um acht", json!("08:00")),
            ("heute Abend um 8", json!("20:00")),
            ("um 9 am Montag", json!("09:00")),
            ("9 am", json!("09:00")),
            ("half past nine", json!("09:30")),
            // 2:15 in one half of the country
            ("viertel drei", Value::Null),
            ("von 9 bis 17 Uhr", Value::Null),
            ("zwei Personen", Value::Null),
            ("später", Value::Null),
        ],
    );
}

#[test]
fn german_stretches_of_time() {
    table(
        &Kind::Duration,
        &german(),
        &[
            ("zwei Stunden", json!("2 hours")),
            ("anderthalb Stunden", json!("90 minutes")),
            ("eine Stunde", json!("1 hour")),
            ("eine halbe Stunde", json!("30 minutes")),
            ("eine Viertelstunde", json!("15 minutes")),
            ("3 Tage", json!("3 days")),
            ("zwei Wochen und drei Tage", json!("17 days")),
            ("5 Werktage", json!("5 working days")),
            ("ein paar Tage", Value::Null),
            ("2 hours", json!("2 hours")),
        ],
    );
}

#[test]
fn french_and_spanish_values() {
    let french = Frame { region: None, ..in_region("FR", "fr") };
    let spanish = Frame { region: None, ..in_region("ES", "es") };
    table(
        &Kind::Number,
        &french,
        &[("quatre-vingt-dix-sept", json!(97)), ("vingt et un", json!(21)), ("deux", json!(2))],
    );
    table(&Kind::Number, &spanish, &[("treinta y dos", json!(32)), ("veintidós", json!(22)), ("doce", json!(12))]);
    table(
        &Kind::Date,
        &french,
        &[
            ("demain", json!("2026-05-07")),
            ("après-demain", json!("2026-05-08")),
            ("le 3 juin 1980", json!("1980-06-03")),
            ("lundi prochain", json!("2026-05-11")),
            ("vendredi prochain", Value::Null),
            ("vendredi dernier", json!("2026-05-01")),
            ("il y a trois jours", json!("2026-05-03")),
            ("dans une semaine", json!("2026-05-13")),
            ("24/12/2026", json!("2026-12-24")),
        ],
    );
    table(
        &Kind::Date,
        &spanish,
        &[
            ("mañana", json!("2026-05-07")),
            ("pasado mañana", json!("2026-05-08")),
            ("3 de mayo de 1980", json!("1980-05-03")),
            ("el lunes", json!("2026-05-11")),
            ("el viernes pasado", json!("2026-05-01")),
            ("hace dos semanas", json!("2026-04-22")),
        ],
    );
    table(
        &Kind::Time,
        &french,
        &[
            ("14h30", json!("14:30")),
            ("à 14 heures", json!("14:00")),
            ("deux heures et demie", json!("14:30")),
            ("midi", json!("12:00")),
            ("9 heures du soir", json!("21:00")),
        ],
    );
    table(
        &Kind::Time,
        &spanish,
        &[("a las tres y media", json!("15:30")), ("9 de la noche", json!("21:00")), ("a las 14:30", json!("14:30"))],
    );
    table(&Kind::Duration, &french, &[("deux heures", json!("2 hours")), ("une demi-heure", json!("30 minutes"))]);
    table(&Kind::Duration, &spanish, &[("tres días", json!("3 days")), ("media hora", json!("30 minutes"))]);
}

#[test]
fn yes_and_no_in_other_languages() {
    let (yes, no, neither) = (json!(true), json!(false), Value::Null);
    table(
        &Kind::YesOrNo,
        &german(),
        &[
            ("ja", yes.clone()),
            ("Ja bitte", yes.clone()),
            ("klar", yes.clone()),
            ("gern", yes.clone()),
            ("Gerne!", yes.clone()),
            ("passt", yes.clone()),
            ("auf jeden Fall", yes.clone()),
            ("natürlich", yes.clone()),
            ("yes please", yes.clone()),
            ("nein", no.clone()),
            ("nein danke", no.clone()),
            ("auf keinen Fall", no.clone()),
            ("lieber nicht", no.clone()),
            ("nö", no.clone()),
            ("natürlich nicht", no.clone()),
            ("das passt nicht", no.clone()),
            ("weiß nicht", neither.clone()),
            ("keine Ahnung", neither.clone()),
            ("jein", neither.clone()),
            ("Wo ist mein Paket?", neither.clone()),
            ("oui", yes.clone()),
            ("bien sûr", yes.clone()),
            ("non merci", no.clone()),
            ("je ne sais pas", neither.clone()),
            ("sí, claro", yes),
            ("no, gracias", no),
            ("no sé", neither),
        ],
    );
}

#[test]
fn names_in_other_languages() {
    table(
        &Kind::Name,
        &german(),
        &[
            ("Mein Name ist Anna Schmidt", json!("Anna Schmidt")),
            ("Ich heiße Jürgen Groß", json!("Jürgen Groß")),
            ("Ich bin Anna", json!("Anna")),
            ("Anna Schmidt", json!("Anna Schmidt")),
            ("hallo, ich bin die Anna", json!("Anna")),
            ("Ich bin enttäuscht", Value::Null),
            ("Guten Tag", Value::Null),
            ("Meine Rechnung", Value::Null),
            ("Ich brauche einen Termin", Value::Null),
            ("Je m'appelle Claire Dubois", json!("Claire Dubois")),
            ("Me llamo Lucía Pérez", json!("Lucía Pérez")),
        ],
    );
}

#[test]
fn asking_for_a_person_in_other_languages() {
    let asked = [
        "Ich möchte mit einem Menschen sprechen",
        "Kann ich mit einem echten Mitarbeiter sprechen?",
        "Mitarbeiter bitte",
        "Bitte verbinden Sie mich mit dem Kundenservice",
        "Ich will einen Menschen",
        "Ich will nicht mit einem Bot reden",
        "Je voudrais parler à un conseiller",
        "Quiero hablar con una persona",
    ];
    let not = [
        "Der Mitarbeiter war unfreundlich",
        "Ich habe mit einem Mitarbeiter gesprochen",
        "Ich will nicht mit einem Menschen sprechen",
        "für eine Person",
        "eine Person bitte",
        "Wo ist mein Paket?",
        "personne",
    ];
    let missed: Vec<_> = asked.iter().filter(|text| !asks_for_a_person(text)).collect();
    let mistaken: Vec<_> = not.iter().filter(|text| asks_for_a_person(text)).collect();
    assert!(missed.is_empty() && mistaken.is_empty(), "missed {missed:#?}, mistaken {mistaken:#?}");
}

#[test]
fn corrections_in_other_languages() {
    let corrected = [
        ("de", "nein, ich meinte 204519", "204519"),
        ("de", "Entschuldigung, es ist 204519", "204519"),
        ("de", "ich habe mich vertippt, es ist 204519", "204519"),
        ("de", "Nicht 204518, sondern 204519", "204519"),
        ("de-AT", "no, I meant 204519", "204519"),
        ("de", "ich habe mich vertippt", ""),
        ("fr", "non, je voulais dire 204519", "204519"),
        ("es", "perdón, quise decir 204519", "204519"),
    ];
    for (language, text, rest) in corrected {
        let got = correction(text, language).map(|c| text[c.rest].to_owned());
        assert_eq!(got.as_deref(), Some(rest), "{text}");
    }
    for text in ["nein", "nein danke", "Das Paket ist nicht da", "ja", "Ich möchte einen Termin"] {
        assert_eq!(correction(text, "de"), None, "{text}");
    }
}

#[test]
fn german_feelings() {
    let feels = [
        ("das ist eine Frechheit!!", Some(Feeling::Angry)),
        ("Ich bin stinksauer", Some(Feeling::Angry)),
        ("Ich bin sehr enttäuscht", Some(Feeling::Disappointed)),
        ("Ich mache mir Sorgen", Some(Feeling::Worried)),
        ("das ist toll", Some(Feeling::Happy)),
        ("Ich brauche einen Termin", None),
        ("keine Sorge", None),
    ];
    for (text, wanted) in feels {
        assert_eq!(Mood::measure(text).strongest(), wanted, "{text}");
    }
}
