//! `DELETE /webhook-endpoints/{endpointId}`: ends an endpoint, and what is still due there.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    edge::{self, Caller},
    keys::Scope,
    webhooks::{self, DeletedEndpoint},
};

shared::http_function!(handle);

/// Answers with the id of what was deleted.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer(request, "Webhook endpoint deleted", delete(app, request).await)
}

async fn delete(app: &App, request: &Request) -> Result<DeletedEndpoint> {
    let owner = Caller::lister(app, request, Scope::Write).await?;
    let id = webhooks::endpoint_id(request).ok_or(Error::EndpointNotFound)?;
    match app.store.delete_endpoint(&owner, id).await? {
        true => Ok(DeletedEndpoint { id, deleted: true }),
        false => Err(Error::EndpointNotFound),
    }
}
