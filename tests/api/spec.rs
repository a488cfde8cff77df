//! Answers and `openapi.yaml` agree both ways: every answer is documented, and everything documented is answered.

pub(crate) mod document;
mod events;
mod keys;
mod options;
mod page;
mod payments;
mod refusals;
mod sessions;
mod webhooks;
mod witness;

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{client::Api, proxy::Proxy, scenario::Scenario};

use crate::routes::on_base;
use document::Document;
use witness::Witness;

#[tokio::test]
async fn every_answer_is_documented_and_everything_documented_is_answered() {
    let api = Scenario::new().start().await;
    let mut witness = Witness::new(Document::read());
    sessions::play(&api, &mut witness).await;
    payments::play(&api, &mut witness).await;
    refusals::play(&api, &mut witness).await;
    send_request_examples(&api, &mut witness).await;
    refusals::play_routes(&on_base().await, &mut witness).await;
    options::play(&mut witness).await;
    page::play(&mut witness).await;
    payments::play_flooded(&mut witness).await;
    events::play(&api, &mut witness).await;
    webhooks::play(&mut witness).await;
    keys::play(&mut witness).await;

    let proxy = Proxy::start().await;
    refusals::play_outage(&Scenario::new().behind(&proxy).start().await, &proxy, &mut witness).await;
    witness.has_seen_everything();
}

/// Sends each example as it is; one that names a session, or a webhook endpoint in its path, gets a new one's id.
async fn send_request_examples(api: &Api, witness: &mut Witness) {
    // Endpoints in examples are on the internet, so they are created on a server where no event is ever sent.
    let quiet = Scenario::new().start().await;
    for operation in witness.document().operations() {
        let api = if operation.path.starts_with("/webhook-endpoints") { &quiet } else { api };
        for (name, mut body) in operation.request_examples() {
            if body.get("checkoutSessionId").is_some() {
                body["checkoutSessionId"] = api.create_session().await.into();
            }
            let mut path = operation.path.clone();
            if path.contains("{endpointId}") {
                path = path.replace("{endpointId}", &webhooks::create(api, "https://shop.example/").await);
            }
            let answer = witness.call(api, operation.method.clone(), &path, &body.to_string()).await;
            assert!(answer.status.is_success(), "{} {name}: {}", operation.id, answer.text);
        }
    }
}

#[test]
fn every_example_in_the_document_fits_its_schema() {
    let document = Document::read();
    let mut checked = 0;
    for (place, schema, example) in document.examples() {
        let problems = document.problems(&schema, &example);
        assert!(problems.is_empty(), "{place}: {problems:#?}");
        checked += 1;
    }
    let named = document.root()["components"]["examples"].as_object().unwrap().len();
    assert!(checked >= named, "{checked} examples are used, {named} are defined");
}

#[test]
fn nothing_in_the_document_is_left_unused() {
    let document = Document::read();
    let mut used = BTreeSet::new();
    references(document.root(), &mut used);
    for kind in ["schemas", "examples", "parameters", "responses"] {
        for name in document.root()["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(used.contains(&reference), "{reference} is not referred to");
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
