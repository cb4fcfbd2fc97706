//! How a system is reached: its address, the own network, how to log in.
use crate::bot::integrations::{Auth, Given, OAuth, Reach};
use crate::bot::yaml::{Kind, Node, Reader, field};
use ipnet::IpNet;
use std::net::IpAddr;

/// A whole address of the web.
pub fn address(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.text(node)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Some(text),
        _ => {
            let help = "Write it in full, like `https://shop.example/api`.";
            reader.wrong(node.span, format!("`{text}` is not a web address"), help);
            None
        }
    }
}

/// `yes`, or the addresses and ranges that are meant.
pub fn reach(reader: &mut Reader, node: &Node) -> Reach {
    if matches!(node.value, Kind::Yes(_)) {
        return if reader.yes(node) { Reach::Private } else { Reach::Public };
    }
    let mut named = Vec::new();
    for (text, span) in reader.texts(node) {
        match text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)) {
            Some(range) => named.push(range),
            None => {
                let help = "Write `yes`, or addresses such as `10.1.2.3` or `10.1.0.0/16`.";
                reader.wrong(span, format!("`{text}` is no address of a network"), help);
            }
        }
    }
    Reach::Named(named)
}

pub(super) fn auth(reader: &mut Reader, node: &Node) -> Auth {
    let fields = reader.map(node, "`auth`");
    reader.only(fields, &["bearer", "header", "basic", "oauth2"], "`auth`");
    if let Some(node) = field(fields, "bearer") {
        return secret(reader, node).map_or(Auth::None, |secret| Auth::Bearer { secret });
    }
    if let Some(node) = field(fields, "oauth2") {
        return oauth(reader, node).map_or(Auth::None, Auth::OAuth);
    }
    let Some((kind, node)) = fields.iter().find(|(k, _)| matches!(k.text.as_str(), "header" | "basic")) else {
        return Auth::None;
    };
    let inner = reader.map(node, "It");
    let Some((name, value)) = inner.first() else { return Auth::None };
    let Some(secret) = secret(reader, value) else { return Auth::None };
    match kind.text.as_str() {
        "header" => Auth::Header { name: name.text.clone(), secret },
        _ => Auth::Basic { user: name.text.clone(), secret },
    }
}

fn oauth(reader: &mut Reader, node: &Node) -> Option<OAuth> {
    let fields = reader.map(node, "`oauth2`");
    reader.only(fields, &["token", "client", "secret", "refresh", "scope"], "`oauth2`");
    for needed in ["token", "client", "secret"] {
        if field(fields, needed).is_none() {
            let help = "Write `token: https://…`, `client: …` and `secret: \"${SHOP_SECRET}\"` under it.";
            reader.wrong(node.span, format!("`oauth2` does not say its `{needed}`"), help);
        }
    }
    Some(OAuth {
        token: field(fields, "token").and_then(|n| address(reader, n))?,
        client: field(fields, "client").and_then(|n| given(reader, n))?,
        secret: field(fields, "secret").and_then(|n| secret(reader, n))?,
        refresh: field(fields, "refresh").and_then(|n| secret(reader, n)),
        scope: field(fields, "scope").and_then(|n| reader.text(n)),
    })
}

/// A text of the file, or the name of a secret.
pub(super) fn given(reader: &mut Reader, node: &Node) -> Option<Given> {
    let text = reader.text(node)?;
    Some(name_of(&text).map_or_else(|| Given::Text(text.clone()), |name| Given::Secret(name.to_owned())))
}

/// `"${SHOP_TOKEN}"`: secrets are named here and stand in the environment.
pub fn secret(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.text(node)?;
    if let Some(name) = name_of(&text) {
        return Some(name.to_owned());
    }
    let help =
        "Write the name of an environment variable, like \"${SHOP_TOKEN}\", and set it where rapport is started.";
    reader.wrong(node.span, "A secret must not stand in this file", help);
    None
}

fn name_of(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?.trim();
    let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    fits.then_some(name)
}
