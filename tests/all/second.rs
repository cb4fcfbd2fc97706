//! The second factor: codes from an app, recovery codes, and asking it of everybody.
use super::served::Served;
use super::visitor::{Browser, PASSWORD, Page, ann, inbox, invited};
use rapport::time::Clock;
use serde_json::json;
use std::time::Duration;
use totp_rs::{Builder, Secret, Totp};

const HALF_MINUTE: Duration = Duration::from_secs(30);

/// Somebody's app.
struct App(Totp);

impl App {
    fn new(page: &Page) -> Self {
        let after = page.text.split_once("data-test=\"secret\">").unwrap_or_else(|| panic!("{}", page.text)).1;
        let secret = Secret::try_from_base32(after.split('<').next().expect("a secret")).expect("Base32");
        Self(Builder::new().with_secret(secret).build().expect("an app"))
    }

    fn code(&self, served: &Served) -> String {
        let seconds = u64::try_from(served.clock.now().0 / 1000).expect("after 1970");
        self.0.generate(seconds).to_string()
    }
}

async fn press(browser: &mut Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get(page).await.csrf();
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    browser.post(path, &fields).await
}

/// Switches it on: the app and the recovery codes.
async fn switched_on(served: &Served, browser: &mut Browser) -> (App, Vec<String>) {
    let page = browser.get("/me/second").await;
    assert!(page.text.contains("<svg") && !page.text.contains("<?xml"), "a picture inside the page");
    let app = App::new(&page);
    let secret =
        page.text.split_once("name=\"secret\" value=\"").expect("a field").1.split('"').next().expect("a value");
    let code = app.code(served);
    let page = browser.post("/me/second", &[("csrf", &page.csrf()), ("secret", secret), ("code", &code)]).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let list = page.text.split_once("data-test=\"codes\">").expect("codes").1.split("</ul>").next().expect("a list");
    let codes: Vec<String> =
        list.split("<li>").skip(1).filter_map(|l| l.split('<').next()).map(str::to_owned).collect();
    (app, codes)
}

#[tokio::test]
async fn with_it_a_password_alone_opens_nothing() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let (app, codes) = switched_on(&served, &mut here).await;
    assert_eq!(codes.len(), 10);
    let used = app.code(&served);
    let mut there = Browser::new(&served);
    let page = there.log_in("ann@shop.example", PASSWORD).await;
    assert_eq!((page.status, page.header("location")), (303, "/login/code"));
    assert!(!there.cookies.contains_key("rapport_login"));
    assert_eq!(there.get("/inbox").await.header("location"), "/login");
    for wrong in ["", "000000x", used.as_str(), "aaaa-bbbb-cccc"] {
        let page = press(&mut there, "/login/code", "/login/code", &[("code", wrong)]).await;
        assert_eq!(page.status, 401, "{wrong:?}: the code that switched it on is used up, too");
    }
    served.clock.forward(HALF_MINUTE);
    let code = app.code(&served);
    let page =
        press(&mut there, "/login/code", "/login/code", &[("code", &format!(" {} {} ", &code[..3], &code[3..]))]).await;
    assert_eq!((page.status, page.header("location")), (303, "/inbox"));
    assert_eq!(there.get("/inbox").await.status, 200);
    let mut third = Browser::new(&served);
    third.log_in("ann@shop.example", PASSWORD).await;
    let page = press(&mut third, "/login/code", "/login/code", &[("code", &code)]).await;
    assert_eq!(page.status, 401, "a code that was overheard is worth nothing");
    let page = third.log_in("ann@shop.example", "not the password").await;
    assert_eq!(page.status, 401, "and without the password nobody is asked for one");
}

#[tokio::test]
async fn a_recovery_code_works_once() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let (_app, codes) = switched_on(&served, &mut here).await;
    for (typed, status) in
        [(codes[0].to_uppercase().replace('-', " "), 303), (codes[0].clone(), 401), (codes[1].clone(), 303)]
    {
        let mut there = Browser::new(&served);
        there.log_in("ann@shop.example", PASSWORD).await;
        let page = press(&mut there, "/login/code", "/login/code", &[("code", &typed)]).await;
        assert_eq!(page.status, status, "{typed}");
    }
    assert!(here.get("/me/second").await.text.contains("Recovery codes left: 8"));
    assert!(here.get("/record").await.text.contains("with a recovery code"));
    let bytes = std::fs::read(served.data.path().join("rapport.db")).expect("the store");
    let found = |code: &str| bytes.windows(code.len()).any(|w| w == code.as_bytes());
    assert!(!found(&codes[2]) && !found(&codes[2].replace('-', "")), "only hashes are kept");
}

#[tokio::test]
async fn codes_are_not_guessed() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let (app, _) = switched_on(&served, &mut here).await;
    served.clock.forward(HALF_MINUTE);
    let right = app.code(&served);
    let mut there = Browser::new(&served);
    there.log_in("ann@shop.example", PASSWORD).await;
    for n in 0..5 {
        let guess = format!("{:06}", (right.parse::<u32>().expect("digits") + 1 + n) % 1_000_000);
        let page = press(&mut there, "/login/code", "/login/code", &[("code", &guess)]).await;
        assert_eq!(page.status, 401);
    }
    let page = press(&mut there, "/login/code", "/login/code", &[("code", &right)]).await;
    assert_eq!(page.status, 429, "the right one waits, too");
    let mut again = Browser::new(&served);
    again.log_in("ann@shop.example", PASSWORD).await;
    let page = press(&mut again, "/login/code", "/login/code", &[("code", &right)]).await;
    assert_eq!(page.status, 429, "and so does a new login");
}

#[tokio::test]
async fn it_is_switched_on_and_off_with_a_right_code_only() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let page = here.get("/me/second").await;
    let secret =
        page.text.split_once("name=\"secret\" value=\"").expect("a field").1.split('"').next().expect("a value");
    for (secret, code) in [(secret, "000"), ("", "000000"), ("A", "000000"), ("not base 32!", "123456")] {
        let page = press(&mut here, "/me/second", "/me/second", &[("secret", secret), ("code", code)]).await;
        assert_eq!(page.status, 422, "{secret:?}");
    }
    let (app, _) = switched_on(&served, &mut here).await;
    let page = press(&mut here, "/me/second", "/me/second", &[("secret", secret), ("code", &app.code(&served))]).await;
    assert_eq!((page.status, page.header("location")), (303, "/me/second"), "no second one over the first");
    let page = press(&mut here, "/me/second", "/me/second/end", &[("code", "000000x")]).await;
    assert_eq!(page.status, 422);
    served.clock.forward(HALF_MINUTE);
    let page = press(&mut here, "/me/second", "/me/second/end", &[("code", &app.code(&served))]).await;
    assert_eq!((page.status, page.header("location")), (303, "/me"));
    let mut there = Browser::new(&served);
    assert_eq!(there.log_in("ann@shop.example", PASSWORD).await.header("location"), "/inbox");
}

#[tokio::test]
async fn a_lead_asks_it_of_everybody_and_ends_it_for_who_lost_the_phone() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut bob = invited(&served, &mut owner, "Bob", "agent").await;
    let csrf = bob.get("/inbox").await.csrf();
    let mut socket = inbox(&served, &bob).await;
    socket.send(json!({ "t": "hello", "csrf": csrf })).await;
    socket.until("welcome").await;
    switched_on(&served, &mut owner).await;
    assert_eq!(press(&mut owner, "/people", "/people/second-factor", &[("needed", "yes")]).await.status, 303);
    let closed = tokio::time::timeout(Duration::from_secs(5), socket.closed()).await;
    assert_eq!(closed.expect("at once"), 1008);
    for page in ["/inbox", "/me"] {
        assert_eq!(bob.get(page).await.header("location"), "/me/second", "{page}");
    }
    let test = "/v1/inbox/chats/0192f0c1-2d7a-7b8c-9d0e-1f2a3b4c5d6e/test";
    assert!(bob.get(test).await.text.contains("second_factor_first"));
    switched_on(&served, &mut bob).await;
    assert_eq!(bob.get("/inbox").await.status, 200);
    assert_eq!(press(&mut owner, "/people/2", "/people/2/second/end", &[]).await.status, 303);
    assert_eq!(bob.get("/inbox").await.header("location"), "/me/second");
    assert_eq!(press(&mut owner, "/people", "/people/1/second/end", &[]).await.header("location"), "/me/second");
    assert!(owner.get("/me/second").await.text.contains("It is on"), "one's own ends with a code only");
    assert_eq!(press(&mut owner, "/people", "/people/second-factor", &[("needed", "no")]).await.status, 303);
    assert_eq!(bob.get("/inbox").await.status, 200);
}
