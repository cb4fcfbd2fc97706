//! People: invitations, places, logins and their ends, the record.
use super::cli::{rapport, words};
use super::served::Served;
use super::visitor::{Browser, PASSWORD, Page, ann, at_work, inbox, invited};
use serde_json::json;
use std::time::Duration;

const DAYS: Duration = Duration::from_secs(3 * 24 * 3600);

/// A form of a page, sent with the page's token.
async fn press(browser: &mut Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get(page).await.csrf();
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    browser.post(path, &fields).await
}

async fn role_of(browser: &mut Browser, id: u32) -> String {
    let text = browser.get(&format!("/people/{id}")).await.text;
    let after = text.split_once("class=\"lead\">").expect("a line about the person").1;
    after.split_once("· ").expect("a role").1.split('<').next().expect("a word").to_owned()
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_works_once() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let page = press(&mut owner, "/people", "/people/invite", &[("role", "agent"), ("note", "Robin")]).await;
    assert_eq!(page.status, 201);
    let path = page.link();
    let list = owner.get("/people").await.text;
    assert!(list.contains("for Robin") && !list.contains(&path), "it is listed without its secret");
    let mut two = [Browser::new(&served), Browser::new(&served)];
    let mut statuses = vec![];
    for (n, browser) in two.iter_mut().enumerate() {
        let page = browser.get(&path).await;
        if page.status == 200 {
            let email = format!("robin{n}@shop.example");
            let form = [("name", "Robin"), ("email", &email), ("password", PASSWORD), ("csrf", &page.csrf())];
            statuses.push(browser.post(&path, &form).await.status);
        } else {
            statuses.push(page.status);
        }
    }
    assert_eq!(statuses, [303, 410]);
    assert!(!owner.get("/people").await.text.contains("for Robin"));
    assert_eq!(role_of(&mut owner, 2).await, "agent");
}

#[tokio::test]
async fn a_link_ends_by_itself_or_by_hand() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let first = press(&mut owner, "/people", "/people/invite", &[("role", "viewer")]).await.link();
    let mut guest = Browser::new(&served);
    assert_eq!(guest.get(&first).await.status, 200);
    let list = owner.get("/people").await.text;
    let id = list.split_once("/people/links/").expect("a link").1.split('/').next().expect("its name").to_owned();
    let page = press(&mut owner, "/people", &format!("/people/links/{id}/withdraw"), &[]).await;
    assert_eq!(page.status, 303);
    assert_eq!(guest.get(&first).await.status, 410);
    let second = press(&mut owner, "/people", "/people/invite", &[("role", "viewer")]).await.link();
    served.clock.forward(DAYS);
    assert_eq!(guest.get(&second).await.status, 410);
}

#[tokio::test]
async fn an_address_has_one_account_and_the_link_stays() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let path = press(&mut owner, "/people", "/people/invite", &[("role", "agent")]).await.link();
    let mut guest = Browser::new(&served);
    let csrf = guest.get(&path).await.csrf();
    let form = |email| [("name", "Eve"), ("email", email), ("password", PASSWORD), ("csrf", csrf.as_str())];
    assert_eq!(guest.post(&path, &form("ANN@shop.example")).await.status, 422);
    assert_eq!(guest.post(&path, &form("eve@shop.example")).await.status, 303);
}

#[tokio::test]
async fn a_lead_gives_no_role_above_the_own_and_decides_about_nobody_above() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut lead = invited(&served, &mut owner, "Lea", "lead").await;
    for (role, status) in [("owner", 422), ("lead", 422), ("emperor", 422), ("agent", 201)] {
        assert_eq!(press(&mut lead, "/people", "/people/invite", &[("role", role)]).await.status, status, "{role}");
    }
    for id in [1, 2] {
        for (path, fields) in [("", ("role", "viewer")), ("/active", ("active", "no")), ("/new-password", ("x", ""))] {
            let page = press(&mut lead, "/people", &format!("/people/{id}{path}"), &[fields]).await;
            assert_eq!(page.status, 403, "{id}{path}: {}", page.text);
        }
    }
    let link = press(&mut owner, "/people", "/people/invite", &[("role", "owner")]).await.link();
    let list = lead.get("/people").await.text;
    let ids: Vec<_> = list.split("/people/links/").skip(1).filter_map(|l| l.split('/').next()).collect();
    assert_eq!(ids.len(), 1, "a lead is offered to withdraw the agent's link only");
    assert_eq!(Browser::new(&served).get(&link).await.status, 200);
    assert_eq!((role_of(&mut owner, 1).await, role_of(&mut owner, 2).await), ("owner".into(), "lead".into()));
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    for (path, fields) in [("", ("role", "agent")), ("/active", ("active", "no"))] {
        let page = press(&mut owner, "/people", &format!("/people/1{path}"), &[fields]).await;
        assert_eq!(page.status, 409, "{}", page.text);
        assert!(page.text.contains("Make somebody else an owner first"));
    }
    let mut second = invited(&served, &mut owner, "Olga", "owner").await;
    assert_eq!(press(&mut second, "/people", "/people/1", &[("role", "agent")]).await.status, 303);
    assert_eq!(owner.get("/people").await.status, 403, "at once");
    assert_eq!(press(&mut second, "/people", "/people/2/active", &[("active", "no")]).await.status, 409);
}

#[tokio::test]
async fn whose_access_ends_is_out_at_once_and_everywhere() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut bob = invited(&served, &mut owner, "Bob", "agent").await;
    let csrf = bob.get("/inbox").await.csrf();
    let mut socket = inbox(&served, &bob).await;
    socket.send(json!({ "t": "hello", "csrf": csrf })).await;
    socket.until("welcome").await;
    assert_eq!(press(&mut owner, "/people", "/people/2/active", &[("active", "no")]).await.status, 303);
    let closed = tokio::time::timeout(Duration::from_secs(5), socket.closed()).await;
    assert_eq!(closed.expect("at once"), 1008);
    assert_eq!(bob.get("/inbox").await.header("location"), "/login");
    let page = bob.log_in("bob@shop.example", PASSWORD).await;
    assert_eq!(page.status, 401);
    assert!(page.text.contains("do not fit together"), "as for an account that there never was");
    assert_eq!(press(&mut owner, "/people", "/people/2/active", &[("active", "yes")]).await.status, 303);
    assert_eq!(bob.log_in("bob@shop.example", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn an_open_inbox_learns_its_new_role() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let bob = invited(&served, &mut owner, "Bob", "viewer").await;
    let (_chat, session, _) = served.begin().await;
    let csrf = bob.clone().get("/inbox").await.csrf();
    let mut socket = inbox(&served, &bob).await;
    socket.send(json!({ "t": "hello", "csrf": csrf })).await;
    let me = socket.until("welcome").await["me"].clone();
    assert_eq!((&me["role"], &me["answers"]), (&json!("viewer"), &json!(false)));
    let note = json!({ "t": "note", "id": 1, "session": session, "text": "I was here." });
    socket.send(note.clone()).await;
    assert_eq!(socket.until("refused").await["code"], "not_allowed");
    for frame in ["take", "resolve", "hand_back", "tag", "reply", "transfer", "snooze"] {
        let whole =
            json!({ "t": frame, "id": frame, "session": session, "tag": "x", "cid": "c", "text": "x", "until": 1 });
        socket.send(whole).await;
        let refused = socket.until("refused").await;
        assert_eq!((&refused["id"], &refused["code"]), (&json!(frame), &json!("not_allowed")));
    }
    socket.send(json!({ "t": "open", "session": session })).await;
    assert_eq!(socket.until("opened").await["session"], session, "but reads");
    assert_eq!(press(&mut owner, "/people", "/people/2", &[("role", "agent")]).await.status, 303);
    assert_eq!(socket.until("welcome").await["me"]["answers"], true);
    socket.send(note).await;
    assert_eq!(socket.until("done").await["id"], 1);
}

#[tokio::test]
async fn a_login_planted_in_a_browser_is_worth_nothing_after_the_real_one() {
    let served = Served::new().await;
    let eve = ann(&served).await;
    let planted = eve.cookies["rapport_login"].clone();
    let mut victim = Browser::new(&served);
    victim.cookies.insert("rapport_login".into(), planted.clone());
    let mut owner = eve.clone();
    let csrf = owner.get("/me").await.csrf();
    owner.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!(victim.log_in("ann@shop.example", PASSWORD).await.status, 303);
    assert_ne!(victim.cookies["rapport_login"], planted, "a token of its own");
    assert_eq!(eve.clone().get("/inbox").await.header("location"), "/login");
    let before = victim.clone();
    let mut again = Browser { cookies: victim.cookies.clone(), ..Browser::new(&served) };
    let csrf = Browser::new(&served).get("/login").await;
    let (form, token) = (
        csrf.csrf(),
        csrf.set_cookies()[0].split(';').next().expect("a cookie").split_once('=').expect("a value").1.to_owned(),
    );
    again.cookies.insert("rapport_form".into(), token);
    let page = again.post("/login", &[("email", "ann@shop.example"), ("password", PASSWORD), ("csrf", &form)]).await;
    assert_eq!(page.status, 303);
    assert_eq!(
        before.clone().get("/inbox").await.header("location"),
        "/login",
        "the login that was brought along has ended"
    );
}

#[tokio::test]
async fn logins_are_listed_and_end_one_by_one() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let mut there = Browser::new(&served);
    there.log_in("ann@shop.example", PASSWORD).await;
    let page = here.get("/me").await.text;
    let ends: Vec<_> = page.split("/people/1/logins/").skip(1).filter_map(|l| l.split('/').next()).collect();
    assert_eq!(ends.len(), 1, "this one is not offered: {page}");
    assert!(page.contains("(this one)") && page.contains("127.0.0.1"));
    let path = format!("/people/1/logins/{}/end", ends[0]);
    assert_eq!(here.post(&path, &[("csrf", "0000")]).await.status, 403);
    assert_eq!(there.get("/me").await.status, 200);
    assert_eq!(press(&mut here, "/me", &path, &[]).await.status, 303);
    assert_eq!(there.get("/me").await.header("location"), "/login");
    assert_eq!(here.get("/me").await.status, 200);
    let mut bob = invited(&served, &mut here, "Bob", "agent").await;
    let own = here.get("/people/1").await.text;
    let id = own.split_once("/people/1/logins/").expect("a login").1.split('/').next().expect("its name").to_owned();
    let page = press(&mut bob, "/me", &format!("/people/1/logins/{id}/end"), &[]).await;
    assert_eq!(page.status, 403, "an agent ends no login of others");
    assert_eq!(here.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_logs_out_all_others() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let mut there = Browser::new(&served);
    there.log_in("ann@shop.example", PASSWORD).await;
    let new = "five other words in a row";
    for (old, new, status) in [("wrong", new, 422), (PASSWORD, "short", 422), (PASSWORD, new, 200)] {
        let page = press(&mut here, "/me", "/me/password", &[("old", old), ("new", new)]).await;
        assert_eq!(page.status, status, "{old} {new}: {}", page.text);
    }
    assert_eq!(there.get("/me").await.header("location"), "/login");
    assert_eq!(here.get("/me").await.status, 200);
    assert_eq!(there.log_in("ann@shop.example", PASSWORD).await.status, 401);
    assert_eq!(there.log_in("ann@shop.example", new).await.status, 303);
}

#[tokio::test]
async fn the_present_password_cannot_be_guessed_from_a_page_left_open() {
    let served = Served::new().await;
    let mut here = ann(&served).await;
    let mut last = 0;
    for n in 0..7 {
        let (old, new) = (format!("a guess {n}"), "five other words in a row");
        last = press(&mut here, "/me", "/me/password", &[("old", &old), ("new", new)]).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_lead_makes_a_link_for_a_forgotten_password() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut bob = invited(&served, &mut owner, "Bob", "agent").await;
    let path = press(&mut owner, "/people/2", "/people/2/new-password", &[]).await.link();
    let new = "five other words in a row";
    let mut other = Browser::new(&served);
    let page = other.get(&path).await;
    assert!(page.text.contains("A new password") && !page.text.contains("bob@shop.example"));
    let page = other.post(&path, &[("password", new), ("csrf", &page.csrf())]).await;
    assert_eq!((page.status, page.header("location")), (303, "/login"));
    assert_eq!(bob.get("/inbox").await.header("location"), "/login", "out everywhere");
    assert_eq!(other.get(&path).await.status, 410);
    assert_eq!(bob.log_in("bob@shop.example", new).await.status, 303);
    assert_eq!(role_of(&mut owner, 2).await, "agent");
}

#[tokio::test]
async fn many_addresses_guess_no_faster_than_one_is_counted_per_account() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    // Changing the password counts apart from logging in: nobody who is in is locked out by guesses from outside.
    let mut guesser = Browser::new(&served);
    for _ in 0..5 {
        guesser.log_in("ann@shop.example", "a wrong guess").await;
    }
    assert_eq!(guesser.log_in("ann@shop.example", "a wrong guess").await.status, 429);
    let page = press(&mut owner, "/me", "/me/password", &[("old", PASSWORD), ("new", "five other words")]).await;
    assert_eq!(page.status, 200);
}

#[tokio::test]
async fn the_record_says_who_did_what() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut bob = invited(&served, &mut owner, "Bob", "agent").await;
    Browser::new(&served).log_in("bob@shop.example", "a wrong guess").await;
    press(&mut owner, "/people", "/people/2", &[("role", "author")]).await;
    press(&mut owner, "/people", "/people/2/active", &[("active", "no")]).await;
    bob.get("/inbox").await;
    let page = owner.get("/record").await.text;
    let rows: Vec<String> = page
        .split("<tr>")
        .skip(2)
        .map(|row| {
            row.split("<td>").skip(1).map(|c| c.split('<').next().unwrap_or_default()).collect::<Vec<_>>().join(" | ")
        })
        .collect();
    let wanted = [
        "Ann | deactivated | Bob",
        "Ann | changed a place | Bob: from agent to author",
        "Bob | made an account | as agent",
        "Ann | made an invitation | agent",
        "Ann | made an account | as owner",
    ];
    let told: Vec<_> = rows.iter().map(String::as_str).filter(|r| !r.contains("wrong")).collect();
    assert_eq!(told, wanted, "{page}");
    assert!(!page.contains("a wrong guess") && !page.contains(PASSWORD));
}

#[tokio::test]
async fn names_stay_words_on_every_page() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let evil = "<script>alert(1)</script>";
    let path = press(&mut owner, "/people", "/people/invite", &[("role", "agent"), ("note", evil)]).await.link();
    let mut guest = Browser::new(&served);
    let csrf = guest.get(&path).await.csrf();
    let form = [("name", evil), ("email", "\"><img@shop.example"), ("password", PASSWORD), ("csrf", csrf.as_str())];
    assert_eq!(guest.post(&path, &form).await.status, 303);
    for page in ["/people", "/people/2", "/record"] {
        let text = owner.get(page).await.text;
        assert!(!text.contains(evil) && !text.contains("\"><img"), "{page}");
        assert!(text.contains("&lt;script&gt;"), "{page}");
    }
    at_work(&served, &mut owner).await;
}

#[tokio::test]
async fn a_lead_cannot_become_an_owner_by_a_link_made_before() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut lead = invited(&served, &mut owner, "Lea", "lead").await;
    invited(&served, &mut owner, "Bob", "agent").await;
    let path = press(&mut lead, "/people/3", "/people/3/new-password", &[]).await.link();
    assert_eq!(Browser::new(&served).get(&path).await.status, 200);
    assert_eq!(press(&mut owner, "/people", "/people/3", &[("role", "owner")]).await.status, 303);
    assert_eq!(Browser::new(&served).get(&path).await.status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_lists_people_and_makes_links_while_the_server_runs() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let run = |args: &[&str]| {
        let data = served.data.path().to_string_lossy().into_owned();
        let ran = rapport(served.data.path(), &[&["people", "--data", &data], args].concat(), "");
        (ran.status.success(), words(&ran))
    };
    let link = |told: &str| format!("/welcome/{}", told.split_once("/welcome/").expect("a link").1.trim());
    let (listed, people) = run(&["list"]);
    assert!(listed && people.contains("owner") && people.contains("Ann <ann@shop.example>"), "{people}");
    let (made, told) = run(&["invite", "--role", "agent", "--public-url", "https://chat.shop.example/"]);
    assert!(made && told.contains("https://chat.shop.example/welcome/"), "{told}");
    assert!(run(&["list"]).1.contains("a link for a new account made at the command line"));
    let mut bob = Browser::new(&served);
    let path = link(&told);
    let csrf = bob.get(&path).await.csrf();
    let form = [("name", "Bob"), ("email", "bob@shop.example"), ("password", PASSWORD), ("csrf", &csrf)];
    assert_eq!(bob.post(&path, &form).await.status, 303);
    assert_eq!(role_of(&mut owner, 2).await, "agent");
    let (made, told) = run(&["new-password", " BOB@shop.example "]);
    assert!(made, "{told}");
    let (path, new) = (link(&told), "five other words in a row");
    let mut other = Browser::new(&served);
    let csrf = other.get(&path).await.csrf();
    assert_eq!(other.post(&path, &[("password", new), ("csrf", &csrf)]).await.status, 303);
    assert_eq!(other.log_in("bob@shop.example", new).await.status, 303);
    let record = owner.get("/record").await.text;
    assert!(record.contains("the command line") && record.contains("made a link for a new password"), "{record}");
    for (args, problem) in [
        (vec!["invite", "--role", "emperor"], "There is no role `emperor`. Write one of: owner, lead"),
        (vec!["new-password", "eve@evil.example"], "Nobody has an account with the address eve@evil.example"),
    ] {
        let (made, told) = run(&args);
        assert!(!made && told.contains(problem), "{told}");
    }
    let nowhere = rapport(served.data.path(), &["people", "list", "--data", "elsewhere"], "");
    assert!(words(&nowhere).contains("There are no accounts in elsewhere. Name the server's folder with --data."));
}
