//! Answers measured on messages in which somebody marked them.
use super::*;
use rapport::understand::gold::{compare, gold};

const MARKED: &str = "\
date\tfrom the 3rd to the 7th of May please\t9\t12\t3rd\t2026-05-03
date\tfrom the 3rd to the 7th of May please\t20\t30\t7th of May\t2026-05-07
time\tbetween 9 05 in the morning and 2 pm\t8\t12\t9 05\t09:05
time\tbetween 9 05 in the morning and 2 pm\t32\t36\t2 pm\t14:00
amount\ta café at 20 pounds\t10\t19\t20 pounds\t20.0
amount\ta café at 20 pounds\t10\t19\t20 pounds\t21.0
number\tnone of them\t0\t4\tnone\t3
";

#[test]
fn each_marked_value_is_right_wrong_or_missed() {
    let counted = compare(&gold(MARKED).expect("a file"), &frame());
    let of = |kind: &str| (counted[kind].right, counted[kind].wrong.len(), counted[kind].missed.len());
    assert_eq!([of("date"), of("time"), of("amount"), of("number")], [(2, 0, 0), (2, 0, 0), (1, 1, 0), (0, 0, 1)]);
}

#[test]
fn a_line_that_is_none_is_told() {
    for (line, problem) in [
        ("date\tonly two", "2 of the six"),
        ("colour\tx\t0\t1\tx\tx", "`colour` is no kind"),
        ("date\tx\t4\t1\tx\tx", "no stretch"),
    ] {
        let (at, told) = gold(&format!("\n{line}\n")).expect_err("a mistake");
        assert!(at == 2 && told.contains(problem), "{at} {told}");
    }
}
