//! The registry of operations, and everything that must agree with it: the template, `openapi.yaml`, the routes of
//! `cargo lambda watch`, the sample events, and the executables.

use std::{collections::BTreeSet, fs, path::PathBuf};

use local::{OPERATIONS, Template};
use serde_json::Value;

use crate::spec::document::Document;

/// Method, path and name of each operation.
type Routes = BTreeSet<(String, String, String)>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn registered() -> Routes {
    let route = |it: &local::Operation| (it.method.to_owned(), it.path.to_owned(), it.name.to_owned());
    OPERATIONS.iter().map(route).collect()
}

/// The names of the folders in `functions/`.
fn functions() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("functions")).unwrap();
    folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn each_operation_is_registered_once() {
    assert_eq!(registered().len(), OPERATIONS.len());
}

#[test]
fn the_template_deploys_the_operations() {
    let deployed = Template::built_in().unwrap().routes.into_iter();
    let deployed = deployed.filter(|route| route.path != "$default");
    let deployed: Routes = deployed.map(|route| (route.method, route.path, route.function)).collect();
    assert_eq!(deployed, registered());
}

#[test]
fn openapi_documents_the_operations() {
    let documented = Document::read().operations().into_iter();
    let documented: Routes =
        documented.map(|operation| (operation.method.to_string(), operation.path, operation.id)).collect();
    assert_eq!(documented, registered());
}

#[test]
fn cargo_lambda_watch_routes_the_operations() {
    let manifest = read("Cargo.toml");
    let (_, routes) = manifest.split_once("[workspace.metadata.lambda.watch.router]").unwrap();
    for (method, path, name) in registered() {
        let (_, rest) = routes.split_once(&format!("\"{path}\" = [")).expect(&path);
        let line = format!("{{ method = \"{method}\", function = \"{name}\" }}");
        assert!(rest.split(']').next().unwrap().contains(&line), "{path} {line}");
    }
    assert_eq!(routes.matches("function = ").count(), OPERATIONS.len());
}

#[test]
fn each_operation_has_a_sample_event_for_its_route() {
    for (method, path, name) in registered() {
        let event: Value = serde_json::from_str(&read(&format!("events/{name}.json"))).expect(&name);
        assert_eq!(event["routeKey"], format!("{method} {path}"), "events/{name}.json");
        assert_eq!(event["requestContext"]["http"]["method"], method, "events/{name}.json");
    }
}

#[test]
fn each_function_has_a_sample_event_and_is_in_one_executable() {
    let executables =
        ["api", "webhooks", "chains", "hosted-page"].map(|name| read(&format!("bundles/{name}/src/main.rs")));
    let samples = fs::read_dir(root().join("events")).unwrap();
    let samples = samples.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    assert_eq!(samples.collect::<BTreeSet<_>>(), functions());
    for name in functions() {
        let line = format!("\"{name}\" => {}::run", name.replace('-', "_"));
        let found = executables.iter().map(|main| main.matches(&line).count()).sum::<usize>();
        assert_eq!(found, 1, "{line} is not in one of bundles/*/src/main.rs");
    }
}

/// A function without the setting would accept every chain; one that does not read it would too.
#[test]
fn each_http_function_that_has_the_chains_setting_reads_it() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().values();
    let given: BTreeSet<_> = resources
        .map(|it| &it["Properties"])
        .filter(|function| !function["Environment"]["Variables"]["CHAINS"].is_null())
        .map(|function| function["Handler"].as_str().unwrap().to_owned())
        .collect();
    let names = OPERATIONS.iter().map(|operation| operation.name);
    let (with, without): (Vec<_>, Vec<_>) = names.partition(|name| given.contains(*name));
    assert!(with.contains(&"create-order") && with.contains(&"payment-options"), "{with:?}");
    let reads = |name: &str| read(&format!("functions/{name}/src/lib.rs")).contains("(handle, with_chains");
    assert!(with.iter().all(|name| reads(name)), "not all of {with:?} read CHAINS");
    assert!(!without.iter().any(|name| reads(name)), "one of {without:?} reads CHAINS and does not get it");
}

/// Handlers parse, make one call and render: they are short, and rules are elsewhere.
#[test]
fn no_handler_is_long() {
    for name in functions() {
        let text = read(&format!("functions/{name}/src/lib.rs"));
        let (_, handler) =
            text.split_once("pub async fn handle(").or(text.split_once("pub fn handle(")).expect(&name);
        let length = handler.lines().take_while(|line| *line != "}").count() + 1;
        assert!(length <= 30, "{name}: handle has {length} lines");
        assert!(text.lines().count() <= 140, "{name}: {} lines", text.lines().count());
    }
}
