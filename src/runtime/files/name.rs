//! Names of files as colleagues see them and save them under: short, without a path, without signs that mislead, and with an
//! end that says what the file is.
use crate::engine::file::ends_of;

/// Longest name, in characters, with its end.
const LONGEST: usize = 80;

/// A name that is safe to show and to save under.
pub fn cleaned(name: &str, kind: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let words: String = last.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| shown(*c)).collect();
    let words = words.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let words = words.trim_matches(['.', ' ']);
    let ends = ends_of(kind);
    let end = words.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    let fits = end.filter(|end| ends.contains(&end.as_str()));
    let (stem, end) = match &fits {
        Some(end) => (words.get(..words.len() - end.len() - 1).unwrap_or(words), end.as_str()),
        // `page.html` that is a picture becomes `page.html.png`: whoever opens it gets a picture.
        None => (words, ends.first().copied().unwrap_or("bin")),
    };
    let stem: String = stem.chars().take(LONGEST - end.len() - 1).collect();
    let stem = stem.trim_matches(['.', ' ']);
    format!("{}.{end}", if stem.is_empty() { "file" } else { stem })
}

/// Neither a sign of control, nor one that turns the direction of writing or is invisible, nor one that systems forbid.
fn shown(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}');
    !c.is_control() && !hidden && !"<>:\"|?*".contains(c)
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn names_are_safe_to_show_and_to_save_under() {
        for (given, kind, name) in [
            ("lamp.jpg", "image/jpeg", "lamp.jpg"),
            ("My  broken\tlamp.JPEG", "image/jpeg", "My broken lamp.jpeg"),
            ("../../etc/passwd", "text/plain", "passwd.txt"),
            ("C:\\Users\\ann\\lamp.png", "image/png", "lamp.png"),
            ("page.html", "image/png", "page.html.png"),
            ("invoice.exe", "application/pdf", "invoice.exe.pdf"),
            ("photo\u{202e}gpj.exe", "image/jpeg", "photogpj.exe.jpg"),
            ("a\0b\r\nc\u{200b}.csv", "text/csv", "ab c.csv"),
            ("Über „Lampe“.pdf", "application/pdf", "Über „Lampe“.pdf"),
            ("", "image/png", "file.png"),
            ("...", "image/png", "file.png"),
            (".png", "image/png", "png.png"),
            ("\" onload=x.png", "image/png", "onload=x.png"),
        ] {
            assert_eq!(cleaned(given, kind), name, "{given:?}");
        }
        let long = cleaned(&"ä".repeat(300), "image/png");
        assert_eq!((long.chars().count(), long.ends_with(".png")), (80, true));
    }
}
