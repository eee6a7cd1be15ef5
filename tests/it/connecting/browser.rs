//! The browser of somebody who connects a system by consent.

use super::desk::PUBLIC;
use crate::support::TestApp;
use penny::playground::{Human, Slack};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, redirect};
use url::Url;

/// The private link that this person is given in #sales.
pub async fn private_link(app: &TestApp, person: &Human) -> String {
    let sales = app.slack.channel("sales").unwrap();
    let look = |_: &Slack| {
        let newest = person.whispers(&sales).pop()?;
        let mut buttons = newest
            .blocks
            .iter()
            .flat_map(|block| block["elements"].as_array().into_iter().flatten());
        let link = buttons.find_map(|button| button["url"].as_str());
        link.map(str::to_owned)
    };
    app.slack.until("a private link", look).await.unwrap()
}

pub struct Browser<'a> {
    app: &'a TestApp,
    client: Client,
    pub cookie: Option<String>,
}

impl<'a> Browser<'a> {
    pub fn open(app: &'a TestApp) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            app,
            client: client.build().unwrap(),
            cookie: None,
        }
    }

    /// Loads a page of Penny's; what it says, or where it leads.
    pub async fn visits(&mut self, address: &str) -> (u16, String) {
        let path = address.strip_prefix(PUBLIC).unwrap();
        let request = self.client.get(format!("{}{path}", self.app.address()));
        let request = match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let value = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(value.to_owned());
        }
        let status = response.status().as_u16();
        match response.headers().get(LOCATION) {
            Some(next) => (status, next.to_str().unwrap().to_owned()),
            None => (status, response.text().await.unwrap()),
        }
    }

    /// From the private link to the system's own page.
    pub async fn goes_on(&mut self, link: &str) -> Url {
        let next = link.replace("?link=", "/begin?link=");
        let (status, page) = self.visits(link).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains(&next.replace('&', "&amp;")), "{page}");
        let (status, consent) = self.visits(&next).await;
        assert_eq!(status, 303, "{consent}");
        Url::parse(&consent).unwrap()
    }

    /// Says yes over there; where the system sends the browser back to.
    pub async fn agrees(&self, consent: &Url) -> String {
        let response = self.client.get(consent.clone()).send().await.unwrap();
        response.headers()[LOCATION].to_str().unwrap().to_owned()
    }
}
