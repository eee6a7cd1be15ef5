//! Stand-ins for web sites: names that lead to servers on this machine, and a guard that lets
//! exactly those servers through beside the public internet. It is not part of an image, which is
//! built without the playground, and nothing but tests makes one.

use super::{ClientError, Guard, Limits, Resolver, Rules};
use async_trait::async_trait;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Debug)]
struct Sites(HashMap<String, SocketAddr>);

#[async_trait]
impl Resolver for Sites {
    async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let site = self.0.get(host).copied();
        site.map(|address| vec![address])
            .ok_or_else(|| io::Error::other("no stand-in has this name"))
    }
}

impl Guard {
    /// For which the web consists of these sites, asked over http without a port.
    pub fn for_stand_ins(
        sites: impl IntoIterator<Item = (String, SocketAddr)>,
        limits: Limits,
    ) -> Result<Self, ClientError> {
        let sites: HashMap<_, _> = sites.into_iter().collect();
        let rules = Rules {
            also: sites.values().copied().collect(),
        };
        Self::with_rules(Arc::new(Sites(sites)), limits, rules)
    }
}
