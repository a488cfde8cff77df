//! `DELETE /webhook-endpoints/{endpointId}`: deletes an endpoint; its due deliveries are not sent any more.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    edge::{self},
    keys::Scope,
    webhooks::{self, DeletedEndpoint, Deletion},
};

shared::http_function!(handle);

/// Answers with the id of the deleted endpoint.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer(request, "Webhook endpoint deleted", delete(app, request).await)
}

async fn delete(app: &App, request: &Request) -> Result<DeletedEndpoint> {
    let owner = app.lister(request, Scope::Write).await?;
    let id = webhooks::endpoint_id(request).ok_or(Error::EndpointNotFound)?;
    match app.webhooks.delete_endpoint(&owner, id).await? {
        Deletion::Deleted => Ok(DeletedEndpoint { id, deleted: true }),
        Deletion::NoSuchEndpoint => Err(Error::EndpointNotFound),
    }
}
