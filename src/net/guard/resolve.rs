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
#[derive(Debug, Clone)]
pub(super) struct CheckedResolver {
    pub resolver: Arc<dyn Resolver>,
    pub rules: Rules,
}

impl CheckedResolver {
    pub async fn checked(&self, host: &str) -> Result<Vec<SocketAddr>, GuardError> {
        let addresses = self.resolver.addresses(host).await;
        let addresses = addresses.map_err(|_| GuardError::UnknownHost)?;
        if addresses.is_empty() {
            return Err(GuardError::UnknownHost);
        }
        // One inner address among public ones is an attempt, so none of them is used.
        for address in &addresses {
            self.rules.check(*address)?;
        }
        Ok(addresses)
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.checked(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
