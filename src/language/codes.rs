//! Every code that a mistake can bear, and the page that explains it. The pages are files of `docs/codes/`.

/// What a code means: its page in Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub code: &'static str,
    pub text: &'static str,
}

macro_rules! pages {
    ($($code:ident)*) => {
        &[$(Page {
            code: stringify!($code),
            text: include_str!(concat!("../../docs/codes/", stringify!($code), ".md")),
        }),*]
    };
}

/// All of them, in order.
pub const PAGES: &[Page] = pages![
    F001
    F002
    F003
    F004
    F005
    F006
    F007
    F010
    F011
    F012
    F013
    F014
    F015
    F016
    F017
    F018
    F019
    F020
    F021
    F022
    F023
    F024
    F025
    F026
    F028
    F029
    F030
    F031
    F032
    F034
    F035
    F036
    F037
    F038
    F039
    F040
    F041
    F042
    F043
    F101
    F102
    F103
    F104
    F105
    F106
    F107
    F108
    F109
    F110
    F111
    F112
    F113
    F114
    F115
    F116
    F117
    F118
    F120
    F130
    F131
    F132
    F133
    F134
    F201
    F202
    F203
    F204
    F205
    F211
    F214
    F215
    F216
    F217
    F218
    F219
    F220
    F221
    F222
    F230
    F232
    F233
    F234
    F236
    F237
    F238
    F240
    F241
    F242
    F243
    F244
    F245
    F246
    F247
    F401
    F402
    F403
    F404
    F410
    F411
    F412
    F413
    F414
    F415
    F416
    F417
    Y001
    Y002
    Y003
    Y004
];

/// The page of a code, however it is written.
pub fn find(code: &str) -> Option<&'static Page> {
    PAGES.iter().find(|p| p.code.eq_ignore_ascii_case(code.trim()))
}

impl Page {
    /// In a few plain words.
    pub fn title(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.split_once(": ").map_or(first, |(_, title)| title)
    }

    /// What is wrong and why it matters, on one line.
    pub fn why(&self) -> String {
        let paragraphs = self.text.split("\n\n").skip(1);
        let first = paragraphs.take_while(|p| !p.starts_with('#')).find(|p| !p.starts_with("Also: "));
        first.unwrap_or_default().lines().collect::<Vec<_>>().join(" ")
    }

    /// Codes that its example cannot keep out.
    pub fn also(&self) -> impl Iterator<Item = &'static str> {
        let line = self.text.lines().find_map(|l| l.strip_prefix("Also: "));
        line.into_iter().flat_map(|l| l.trim_end_matches('.').split(", "))
    }
}
