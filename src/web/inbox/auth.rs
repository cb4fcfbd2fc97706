//! Passwords, login cookies and CSRF tokens, and who may go where.
use crate::runtime::people::{Login, Right, Stay};
use crate::runtime::ports::Hash;
use crate::runtime::{Refusal, hashed, secret};
use crate::web::App;
use crate::web::errors::ApiError;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::net::IpAddr;
use std::time::Duration;
use subtle::ConstantTimeEq;

const LOGIN: &str = "rapport_login";
const FORM: &str = "rapport_form";
const HALF: &str = "rapport_half";
/// A working day, and a little.
const LASTS: Duration = Duration::from_secs(12 * 3600);
/// What a browser says about itself, at most.
const DEVICE: usize = 200;
/// Verified where there is no account, so that both take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cmFwcG9ydC1yYXBwb3J0$kO1bYq9cP2sQxPuKPUqR8gq2E1c0sTjE7iRZzJ4n0hE";

/// Hashes a password with argon2id. Slow on purpose: runs on a thread of its own.
pub async fn hash(password: String) -> Result<String, Refusal> {
    let work = move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string());
    tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Busy)
}

/// Whether a password fits; takes as long where there is no account.
pub async fn fits(password: String, kept: Option<String>) -> bool {
    let work = move || {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(hash) = PasswordHash::new(&kept) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(false)
}

fn cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(app.public_url.starts_with("https://"));
    cookie.set_path("/");
    cookie
}

/// Begins a login. It gets a token of its own, whatever the browser brought along; what it brought is worth nothing afterwards.
pub async fn begin(
    app: &App,
    jar: CookieJar,
    agent: crate::id::AgentId,
    headers: &HeaderMap,
    from: IpAddr,
) -> Result<CookieJar, Refusal> {
    let (token, csrf) = (secret()?, secret()?);
    let since = app.runtime.now();
    let device = headers.get(header::USER_AGENT).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let device = device.chars().take(DEVICE).collect();
    let stay = Stay { agent, csrf, since, expires: since + LASTS, device, address: from.to_string() };
    let people = app.runtime.store().people();
    if let Some(brought) = jar.get(LOGIN) {
        people.log_out(hashed(brought.value())).await.map_err(|_| Refusal::Busy)?;
    }
    people.log_in(hashed(&token), stay).await.map_err(|_| Refusal::Busy)?;
    Ok(jar.remove(cookie(app, FORM, String::new())).add(cookie(app, LOGIN, token)))
}

/// A login that waits for its second factor.
pub fn half(app: &App, jar: CookieJar) -> Result<(CookieJar, Hash), Refusal> {
    let token = secret()?;
    let kept = hashed(&token);
    Ok((jar.add(cookie(app, HALF, token)), kept))
}

pub fn half_token(jar: &CookieJar) -> Option<Hash> {
    jar.get(HALF).map(|c| hashed(c.value()))
}

pub fn half_over(app: &App, jar: CookieJar) -> CookieJar {
    jar.remove(cookie(app, HALF, String::new()))
}

/// Who is logged in.
pub async fn current(app: &App, jar: &CookieJar) -> Option<Login> {
    app.runtime.store().people().login(token(jar)?, app.runtime.now()).await.ok().flatten()
}

/// What is kept of this browser's login.
pub fn token(jar: &CookieJar) -> Option<Hash> {
    jar.get(LOGIN).map(|c| hashed(c.value()))
}

pub async fn end(app: &App, jar: CookieJar) -> CookieJar {
    if let Some(token) = token(&jar)
        && let Err(problem) = app.runtime.store().people().log_out(token).await
    {
        tracing::error!(%problem, "a login could not be ended");
    }
    jar.remove(cookie(app, LOGIN, String::new()))
}

/// Lets those through who are logged in and may go there; handlers find their `Login` among the extensions.
pub async fn require(
    State((app, right)): State<(App, Right)>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let for_programs = request.uri().path().starts_with("/v1/");
    match current(&app, &jar).await {
        Some(login) if login.lacks_second && !sets_it_up(request.uri().path()) => {
            if for_programs {
                second_first().into_response()
            } else {
                Redirect::to("/me/second").into_response()
            }
        }
        Some(login) if login.may(right) => {
            request.extensions_mut().insert(login);
            next.run(request).await
        }
        Some(_) if for_programs => not_allowed().into_response(),
        Some(login) => {
            let words = format!("As {} you may not open this page. Ask a lead for another role.", login.role.word());
            app.pages.message(StatusCode::FORBIDDEN, "Not for your role", &words)
        }
        None if for_programs => {
            ApiError::new(StatusCode::UNAUTHORIZED, "log_in", "Please log in again.").into_response()
        }
        None => Redirect::to("/login").into_response(),
    }
}

fn sets_it_up(path: &str) -> bool {
    path == "/me/second"
}

fn second_first() -> ApiError {
    let words = "Everybody here needs a second factor. Set yours up at /me/second.";
    ApiError::new(StatusCode::FORBIDDEN, "second_factor_first", words)
}

pub fn not_allowed() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "not_allowed", "Your role may not do this. Ask a lead for another one.")
}

/// A token for a form that is shown before anybody is logged in: in the form and in a cookie, and both must agree.
pub fn form_token(app: &App, jar: CookieJar) -> (CookieJar, String) {
    let known = jar.get(FORM).map(|c| c.value().to_owned()).filter(|t| t.len() == 64);
    let token = known.or_else(|| secret().ok()).unwrap_or_default();
    (jar.add(cookie(app, FORM, token.clone())), token)
}

pub fn form_fits(jar: &CookieJar, given: &str) -> bool {
    jar.get(FORM).is_some_and(|c| !given.is_empty() && same(c.value(), given))
}

/// Compares two secrets without telling by the time it takes where they differ.
pub fn same(a: &str, b: &str) -> bool {
    bool::from(a.as_bytes().ct_eq(b.as_bytes()))
}
