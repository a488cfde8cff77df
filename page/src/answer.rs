//! Answers: a checkout or an error, in the form and language that the request asks for.

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{HeaderValue, StatusCode, header},
};
use maud::html;
use shared::{
    Error,
    edge::{self, Settings},
};

use crate::{
    Choice, Found, Language, Texts,
    checkout::Checkout,
    facts::Facts,
    gzip::gzip,
    html::{self, Document, Frame, View},
    origin::Refusal,
    request::{Format, Wishes},
    text,
};

/// The headers of every page. The opener policy is the strictest that wallets in pop-ups can work with.
const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin-allow-popups"),
    (
        "permissions-policy",
        "camera=(), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("referrer-policy", "no-referrer"),
    ("vary", "accept, accept-encoding, accept-language"),
    ("x-content-type-options", "nosniff"),
];

/// Renders a checkout, or the reason for which there is none.
pub fn answer(request: &Request, settings: &Settings, found: Result<Found, Refusal>) -> Response<Body> {
    let wishes = Wishes::of(request);
    let found = match found {
        Ok(found) => found,
        Err(refusal) => return refuse(request, &wishes, refusal),
    };
    let Found { session, history, now } = &found;
    let option = wishes.option.as_ref();
    let checkout = Checkout::new(session, history.as_ref(), &settings.chains, option, *now);
    let locale = session.display.as_ref().and_then(|display| display.locale.as_deref());
    let texts = Texts::of(wishes.language_for(locale));
    let factory = format!("{:#x}", settings.forwarder_factory);
    match wishes.format {
        Format::Json => {
            let facts = Facts::new(&checkout, &factory, texts);
            edge::answer::<_, Error>(request, "Checkout retrieved", Ok(facts))
        }
        Format::Text => {
            respond(StatusCode::OK, &wishes, texts.language, Content::Text(text::render(&checkout, texts)))
        }
        Format::Html => {
            let view = View {
                checkout: &checkout,
                texts,
                language: wishes.language,
                option,
                embedded: wishes.embedded,
            };
            // The script of an element in another page offers none: the policy there is the shop's.
            let wallet_connect = settings.wallet_connect.as_ref().filter(|_| !wishes.embedded);
            let document = html::render(&view, &factory, wallet_connect);
            respond(StatusCode::OK, &wishes, texts.language, Content::Html(document))
        }
    }
}

/// The answer to a choice: its page, which a browser then reads. Reloading that sends no form again.
pub fn see_page(request: &Request, choice: &Choice) -> Response<Body> {
    let id = request.path_parameters_ref().and_then(|path| path.first("sessionId")).unwrap_or_default();
    let language = Wishes::of(request).language;
    let language = language.map(|language| format!("&lang={}", language.tag())).unwrap_or_default();
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Only ids are found, and they have no character that a header refuses.
    if let Ok(location) = HeaderValue::from_str(&format!("./{id}?{}={choice}{language}", Choice::FIELD)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    add_headers(&mut response);
    response
}

fn refuse(request: &Request, wishes: &Wishes, refusal: Refusal) -> Response<Body> {
    let (status, failed) = match refusal {
        Refusal::CrossSite => (StatusCode::FORBIDDEN, None),
        Refusal::Failed(error) => {
            // Logs a failure of the service, and decides the status.
            let failed = edge::answer::<(), _>(request, "", Err(error));
            (failed.status(), Some(failed))
        }
    };
    let texts = Texts::of(wishes.language_for(None));
    let said = error_text(status, texts);
    let retry_after = failed.as_ref().and_then(|failed| failed.headers().get(header::RETRY_AFTER).cloned());
    let mut response = match (wishes.format, failed) {
        (Format::Json, Some(failed)) => return failed,
        (Format::Text, _) => respond(status, wishes, texts.language, Content::Text(format!("{said}\n"))),
        _ => respond(status, wishes, texts.language, Content::Html(error_page(texts, said, wishes.embedded))),
    };
    if let Some(value) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn error_text(status: StatusCode, texts: Texts) -> &'static str {
    texts.text(match status {
        StatusCode::BAD_REQUEST => "error.400",
        StatusCode::FORBIDDEN => "error.403",
        StatusCode::NOT_FOUND => "error.404",
        StatusCode::PAYLOAD_TOO_LARGE => "error.413",
        StatusCode::TOO_MANY_REQUESTS => "error.429",
        StatusCode::SERVICE_UNAVAILABLE => "error.503",
        _ => "error.500",
    })
}

/// The page of an error. It has no link to the checkout: the browser goes back to it.
fn error_page(texts: Texts, said: &str, embedded: bool) -> Document {
    html::layout(&Frame {
        texts,
        embedded,
        title: format!("{} · {}", texts.text("error.title"), texts.text("page.title")),
        mode: None,
        theme: None,
        image_origin: None,
        refresh_seconds: None,
        facts: None,
        wallet_connect: None,
        body: html! {
            main id="main" tabindex="-1" {
                div class="status" role="alert" {
                    h1 { (texts.text("error.title")) }
                    p { (said) }
                }
            }
        },
    })
}

enum Content {
    Html(Document),
    Text(String),
}

fn respond(status: StatusCode, wishes: &Wishes, language: Language, content: Content) -> Response<Body> {
    let (kind, text, policy) = match content {
        Content::Html(document) => ("text/html; charset=utf-8", document.html, Some(document.policy)),
        Content::Text(text) => ("text/plain; charset=utf-8", text, None),
    };
    let body = if wishes.gzip { Body::Binary(gzip(text.as_bytes())) } else { Body::Text(text) };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    add_headers(&mut response);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if wishes.gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let policy = policy.unwrap_or_else(|| "default-src 'none'".to_owned());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn add_headers(response: &mut Response<Body>) {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
