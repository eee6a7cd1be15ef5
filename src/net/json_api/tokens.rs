//! Where the token of a call comes from: one that stays, or one that ends and is followed by
//! another.

use super::ApiError;
use crate::base::secret::Secret;
use async_trait::async_trait;

#[async_trait]
pub trait Tokens: Send + Sync {
    /// One that is good for the next call, as far as that is known.
    async fn current(&self) -> Result<Secret, ApiError>;

    /// Another one in place of this, which was refused.
    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ApiError>;

    /// That one was refused as well: nobody is let in any more.
    async fn shut_out(&self, _refused: &Secret) {}
}

/// There is no other.
pub(super) struct Fixed(pub(super) Secret);

#[async_trait]
impl Tokens for Fixed {
    async fn current(&self) -> Result<Secret, ApiError> {
        Ok(self.0.clone())
    }

    async fn instead_of(&self, _: &Secret) -> Result<Secret, ApiError> {
        Err(ApiError::Unauthorized)
    }
}
