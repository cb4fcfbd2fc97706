//! A file's text and places in it.

/// Which file of the bot a place is in: an index into the list of files handed to the compiler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A run of bytes in one file, `start..end`, both on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end) }
    }

    /// From the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Self {
        Self { end: other.end.max(self.start), ..self }
    }
}

/// One file as the author wrote it, without a byte order mark.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the author knows it, relative to the bot's folder.
    pub name: String,
    pub text: String,
    line_starts: Vec<u32>,
    wide: Vec<Wide>,
}

/// A character of several bytes, and how many bytes more than characters there are up to its end. Columns are looked up by
/// these, so that a line of a million characters is not counted anew for each mistake in it.
#[derive(Clone, Copy, Debug)]
struct Wide {
    start: u32,
    over_characters: u32,
    over_utf16: u32,
}

impl SourceFile {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let line_starts =
            std::iter::once(0).chain(breaks.map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX))).collect();
        let wide = wide(&text);
        Self { name: name.into(), text, line_starts, wide }
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn line_col(&self, byte: u32) -> (usize, usize) {
        self.place(byte, |w| w.over_characters)
    }

    /// Line and column of a byte, both from 1; the column counts UTF-16 code units, as editors do.
    pub fn line_utf16(&self, byte: u32) -> (usize, usize) {
        self.place(byte, |w| w.over_utf16)
    }

    fn place(&self, byte: u32, over: impl Fn(&Wide) -> u32) -> (usize, usize) {
        let byte = byte.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let over = |at: u32| {
            let before = self.wide.partition_point(|w| w.start < at);
            before.checked_sub(1).and_then(|i| self.wide.get(i)).map_or(0, &over)
        };
        let column = (byte - start).saturating_sub(over(byte) - over(start));
        (line + 1, column as usize + 1)
    }

    /// The byte of a character (from 0) in a line that begins at `start`.
    pub fn byte_of(&self, start: usize, character: usize) -> usize {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let wanted = u32::try_from(character).unwrap_or(u32::MAX).saturating_add(start);
        let from = self.wide.partition_point(|w| w.start < start);
        let before = from.checked_sub(1).and_then(|i| self.wide.get(i)).map_or(0, |w| w.over_characters);
        let here = self.wide.get(from..).unwrap_or_default();
        // A wide character stands where it would stand if all before it were narrow.
        let mut over = 0;
        let passed = here.partition_point(|w| {
            let own = u32::try_from(self.character(w.start).len_utf8()).unwrap_or(1) - 1;
            w.start - (w.over_characters - own - before) < wanted
        });
        if let Some(last) = passed.checked_sub(1).and_then(|i| here.get(i)) {
            over = last.over_characters - before;
        }
        (wanted.saturating_add(over) as usize).min(self.text.len())
    }

    fn character(&self, byte: u32) -> char {
        self.text.get(byte as usize..).and_then(|t| t.chars().next()).unwrap_or(' ')
    }

    /// The bytes of one line (from 1), without its line break; empty past the end.
    pub fn line_span(&self, line: usize) -> (usize, usize) {
        let at = |i: usize| self.line_starts.get(i).map(|n| *n as usize);
        let start = at(line.saturating_sub(1)).unwrap_or(self.text.len());
        let end = at(line).map_or(self.text.len(), |n| n.saturating_sub(1));
        (start, end.max(start))
    }
}

fn wide(text: &str) -> Vec<Wide> {
    let (mut over_characters, mut over_utf16) = (0, 0);
    let wide = text.char_indices().filter(|(_, c)| !c.is_ascii());
    wide.map(|(start, c)| {
        over_characters += u32::try_from(c.len_utf8() - 1).unwrap_or(0);
        over_utf16 += u32::try_from(c.len_utf8() - c.len_utf16()).unwrap_or(0);
        Wide { start: u32::try_from(start).unwrap_or(u32::MAX), over_characters, over_utf16 }
    })
    .collect()
}
