//! What a file is, by its bytes. What the sender says of it counts for nothing, but for text, where the name tells a table
//! from a letter. What is not listed here is not let in: above all nothing that a browser would run, such as SVG and HTML.

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Pictures of iPhones, and the marks by which they are known.
const HEIC: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"heif"];
/// What makes a text more than text.
const MARKUP: [&str; 6] = ["<!doctype", "<html", "<svg", "<script", "<?xml", "<body"];

/// The media type, where it is one that chats take.
pub fn sniff(bytes: &[u8], name: &str) -> Option<&'static str> {
    let is = |at: usize, mark: &[u8]| bytes.get(at..at + mark.len()) == Some(mark);
    let found = match bytes {
        _ if is(0, b"\xff\xd8\xff") => "image/jpeg",
        _ if is(0, b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if is(0, b"GIF87a") || is(0, b"GIF89a") => "image/gif",
        _ if is(0, b"RIFF") && is(8, b"WEBP") => "image/webp",
        _ if is(4, b"ftyp") && HEIC.iter().any(|mark| is(8, mark)) => "image/heic",
        _ if is(0, b"%PDF-") => "application/pdf",
        _ if is(0, b"PK\x03\x04") => return office(bytes),
        _ if is_text(bytes) => text(name),
        _ => return None,
    };
    Some(found)
}

/// A letter or a table of Word or Excel: an archive with certain names in it, and without programs.
fn office(bytes: &[u8]) -> Option<&'static str> {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|w| w == name);
    if !holds(b"[Content_Types].xml") || holds(b"vbaProject") {
        return None;
    }
    if holds(b"word/document.xml") {
        return Some(WORD);
    }
    holds(b"xl/workbook.xml").then_some(EXCEL)
}

/// Letters, in whatever code page, without the signs that only programs use and without markup.
fn is_text(bytes: &[u8]) -> bool {
    let plain = |b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x0c) || (*b >= 0x20 && *b != 0x7f);
    if !bytes.iter().all(plain) {
        return false;
    }
    let lower = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    !lower.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with('<')
        && !MARKUP.iter().any(|mark| lower.contains(mark))
}

fn text(name: &str) -> &'static str {
    if name.to_ascii_lowercase().ends_with(".csv") { "text/csv" } else { "text/plain" }
}

#[cfg(test)]
mod tests {
    use super::sniff;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (bytes, name, kind) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "x.txt", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x.html", Some("image/png")),
            (b"GIF89a\x01\0", "x", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "x", Some("image/webp")),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "x", Some("image/heic")),
            (b"%PDF-1.7\n", "x.jpg", Some("application/pdf")),
            (b"Dear shop,\nmy lamp is broken.", "x", Some("text/plain")),
            (b"a;b\n1;2\n", "list.CSV", Some("text/csv")),
            (b"caf\xe9;3\n", "list.csv", Some("text/csv")),
            (b"PK\x03\x04 [Content_Types].xml word/document.xml", "x", Some(super::WORD)),
            (b"PK\x03\x04 [Content_Types].xml xl/workbook.xml", "x", Some(super::EXCEL)),
            (b"PK\x03\x04 [Content_Types].xml xl/workbook.xml xl/vbaProject.bin", "x.xlsx", None),
            (b"PK\x03\x04 a.exe", "x.docx", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.png", None),
            (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "x.jpg", None),
            (b"hello <SCRIPT>alert(1)</script>", "x.txt", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", "x.webp", None),
            (b"MZ\x90\0\x03", "x.pdf", None),
            (b"\0\0\0\x18ftypisom\0\0\0\0", "x.heic", None),
            (b" %PDF-1.7\0", "x.pdf", None),
            (b"RIFF", "x.webp", Some("text/plain")),
        ] {
            assert_eq!(sniff(bytes, name), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
