//! The test panel, `/test-helpers/sessions/{sessionId}`: a page of buttons that plays the buyer's wallet, the chain and
//! the clock for one session. It works without JavaScript. Never part of the deployed API.

mod html;
mod play;
mod start;

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use shared::{
    Error,
    checkout::{Expiry, OrderHistory, Session},
    edge,
    kernel::SessionId,
    terms::Accepted,
};

use crate::{
    gateway::refuse,
    helpers::{Helpers, deliver},
};
use play::Play;

pub(crate) use start::{create, show as start};

/// A session with its order.
struct Scene {
    session: Session,
    order: Option<OrderHistory>,
}

/// A button of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Tells `record-payment` of a made-up fact.
    Play(Play),
    /// Lets the deadline pass, and then pays.
    PayLate,
    /// Expires the session, as its merchant could.
    Expire,
    /// Moves the clock.
    Wait(Duration),
    /// Moves the clock beyond the session's deadline.
    WaitForDeadline,
}

impl Action {
    const OTHERS: [(&str, &str, Self); 5] = [
        ("pay-late", "Pay late", Self::PayLate),
        ("expire", "Expire the session", Self::Expire),
        ("wait-1", "Wait a minute", Self::Wait(Duration::from_secs(60))),
        ("wait-10", "Wait ten minutes", Self::Wait(Duration::from_secs(600))),
        ("wait-deadline", "Wait for the deadline", Self::WaitForDeadline),
    ];

    /// All actions, with the values of the form's field and the buttons' texts.
    fn all() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        let plays = Play::ALL.into_iter().map(|play| (play.name(), play.label(), Self::Play(play)));
        plays.chain(Self::OTHERS)
    }

    /// Returns true if a session without an order has no use for it.
    fn needs_order(self) -> bool {
        matches!(self, Self::Play(_) | Self::PayLate)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::all().find(|(value, ..)| *value == name).map(|(.., action)| action)
    }
}

/// `GET /test-helpers/sessions/{sessionId}`: the panel of a session.
pub(crate) async fn show(State(helpers): State<Helpers>, Path(session): Path<String>) -> Response {
    match read(&helpers, &session).await {
        Ok(scene) => page(StatusCode::OK, html::panel(&scene, &helpers.app.settings.chains, None)),
        Err(error) => refuse(error),
    }
}

/// `POST /test-helpers/sessions/{sessionId}`: does one of the panel's actions, named by the form's `action`, and shows the panel again.
pub(crate) async fn act(
    State(helpers): State<Helpers>,
    Path(session): Path<String>,
    body: Bytes,
) -> Response {
    let field = |wanted: &str| {
        let mut fields = form_urlencoded::parse(&body);
        fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let scene = match read(&helpers, &session).await {
        Ok(scene) => scene,
        Err(error) => return refuse(error),
    };
    let option = field("option").and_then(|text| text.parse().ok()).unwrap_or(0);
    let done = match field("action").as_deref().and_then(Action::parse) {
        Some(action) => carry_out(&helpers, &scene, action, option).await,
        None => Err("unknown action".to_owned()),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/test-helpers/sessions/{}", scene.session.id)).into_response(),
        Err(problem) => {
            let chains = &helpers.app.settings.chains;
            page(StatusCode::CONFLICT, html::panel(&scene, chains, Some(&problem)))
        }
    }
}

async fn read(helpers: &Helpers, session: &str) -> Result<Scene, Error> {
    let id = SessionId::parse(session).ok_or(Error::SessionNotFound)?;
    let app = &helpers.app;
    let found = app.checkout.session_with_order(id, app.clock.now()).await?;
    let (session, order) = found.ok_or(Error::SessionNotFound)?;
    Ok(Scene { session, order })
}

async fn carry_out(helpers: &Helpers, scene: &Scene, action: Action, option: usize) -> Result<(), String> {
    let app = &helpers.app;
    let to_deadline = (scene.session.deadline.millis() - app.clock.now().millis() + 1).max(0);
    let to_deadline = Duration::from_millis(to_deadline.unsigned_abs());
    match action {
        Action::Play(play) => self::play(helpers, scene, play, option).await,
        Action::PayLate => {
            helpers.wait(to_deadline).await;
            self::play(helpers, scene, Play::Pay, option).await
        }
        Action::Wait(time) => {
            helpers.wait(time).await;
            Ok(())
        }
        Action::WaitForDeadline => {
            helpers.wait(to_deadline).await;
            Ok(())
        }
        Action::Expire => {
            let (id, now) = (scene.session.id, app.clock.now());
            let expiry = app.checkout.expire_session(id, None, edge::random_bits(), now).await;
            match expiry.map_err(|error| error.to_string())? {
                Expiry::Expired => Ok(()),
                Expiry::Refused(refusal) => Err(Error::from(refusal).to_string()),
            }
        }
    }
}

async fn play(helpers: &Helpers, scene: &Scene, play: Play, option: usize) -> Result<(), String> {
    let order = scene.order.as_ref().ok_or("The session has no order yet.")?;
    let accepted = order.order.terms.accepted();
    let option: &Accepted = accepted.get(option).or(accepted.first()).ok_or("The order takes no payment.")?;
    let evidence = play.evidence(order, option, edge::random_bits(), helpers.app.clock.now())?;
    let piece = serde_json::to_value(evidence).map_err(|error| error.to_string())?;
    match deliver(&helpers.app, vec![piece]).await {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err("record-payment could not append the evidence; see the server's log.".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A page that runs no script and loads nothing.
fn page(status: StatusCode, html: maud::Markup) -> Response {
    let mut response = (status, html.into_string()).into_response();
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
        ),
    ];
    response.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}
