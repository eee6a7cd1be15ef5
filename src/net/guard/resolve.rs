//! Names become addresses once, here, and the connection goes to what was checked. A name that
//! answers differently the second time is never asked a second time.

use super::{GuardError, Rules};
use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

#[async_trait]
pub trait Resolver: Send + Sync + Debug {
    /// With the port 0, which stands for that of the URL.
    async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>>;
}

/// The machine's own resolver.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.collect())
    }
}

/// What the HTTP client asks when it connects.
#[derive(Debug)]
pub(super) struct CheckedResolver {
    pub resolver: Arc<dyn Resolver>,
    pub rules: Rules,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.resolver.clone();
        let rules = self.rules.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await;
            let addresses = addresses.map_err(|_| GuardError::UnknownHost)?;
            if addresses.is_empty() {
                return Err(GuardError::UnknownHost.into());
            }
            // One inner address among public ones is an attempt, so none of them is used.
            for address in &addresses {
                rules.check(*address)?;
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
