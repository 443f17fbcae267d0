//! The transaction that begins a run: keys and prices are found, the cost is reserved, the executions are stored; all of it or nothing.

use super::gateway::{Gateway, Route, is_of_the_store};
use super::service::RunSpec;
use crate::app::AppState;
use crate::store::budgets::{self, Reservation, Tier};
use crate::store::execution_rows::{Request, json};
use crate::store::executions::{self, NewExecution};
use crate::store::jobs::Owner;
use crate::store::{Conn, StoreError, Tx, dead_letters, provider_keys};
use crate::web::actor::still_holds;
use crate::web::{Fault, Reply};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::wire::{
    Cost, Estimate, ExecutionState, ExecutionView, SetBudget, UnpricedPolicy,
};
use krowoc_shared::ids::{ExecutionId, GroupId, Millis, UserId};

/// How long an execution belongs to its owner unless renewed.
pub const LEASE: Millis = 60_000;

/// A run that is about to begin: all that needs no database is done.
pub struct Beginning {
    /// Whose.
    pub user: UserId,
    /// What is asked for.
    pub spec: RunSpec,
    /// What its executions will have in common.
    pub group: GroupId,
    /// Now.
    pub now: Millis,
    /// The period that is charged.
    pub period: i64,
    /// What is asked for, as it is kept.
    pub request: Request,
    kept: String,
    ids: Vec<ExecutionId>,
    owner: Owner,
    server: Tier,
}

/// An execution that has begun.
pub struct One {
    /// As it begins.
    pub view: ExecutionView,
    /// Whose keys.
    pub tier: Tier,
    /// What it is called with.
    pub route: Route,
}

/// What became of a beginning.
pub enum Begun {
    /// A request with the same key began this group before.
    Before(GroupId),
    /// These have begun, in the order of the models.
    Now(Vec<One>),
}

impl Beginning {
    /// Prepares a run.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn new(state: &AppState, user: UserId, spec: RunSpec) -> Reply<Self> {
        let now = state.now();
        let request = spec.request();
        let mint = |_: &ModelRef| ExecutionId::mint(now, state.entropy());
        let mut ids: Vec<ExecutionId> = spec.models.iter().map(mint).collect();
        // Lists go by id: the first model is shown first, and lists show the newest first.
        ids.sort_unstable_by(|one, other| other.cmp(one));
        Ok(Self {
            group: GroupId::mint(now, state.entropy()),
            period: budgets::period(now),
            kept: json(&request)?,
            owner: state.instance(),
            server: Tier::Server(state.config.server_key_monthly),
            user,
            spec,
            now,
            request,
            ids,
        })
    }

    fn tier(&self, route: &Route) -> Tier {
        if route.server_held {
            self.server
        } else {
            Tier::Own
        }
    }

    /// The most that a call may cost; `None` without a price.
    fn most(&self, route: &Route) -> Option<NanoUsd> {
        let cost = route.known().taken(&self.request.call).cost;
        cost.map(|cost| cost.most)
    }

    /// What is to be reserved for a model: the most that it, or one it may fall back to, can cost.
    fn amount(
        &self,
        conn: &mut Conn,
        gateway: &dyn Gateway,
        route: &Route,
        settings: &SetBudget,
    ) -> Reply<NanoUsd> {
        let mut most = match (self.most(route), settings.unpriced) {
            (Some(most), _) => most,
            (None, UnpricedPolicy::Allow) => NanoUsd::ZERO,
            (None, UnpricedPolicy::Block) => {
                let detail = format!(
                    "{} has no known price. Allow models without a price in the budget, or choose another.",
                    route.model
                );
                return Err(Fault::new(ErrorCode::Unpriced)
                    .field("/models")
                    .detail(detail));
            }
        };
        for fallback in &self.spec.fallbacks {
            let other = match gateway.route(conn, self.user, fallback, None, self.now) {
                Ok(other) => other,
                Err(fault) if is_of_the_store(&fault) => return Err(fault),
                // One that cannot be called is passed over when its turn comes.
                Err(_) => continue,
            };
            if let Some(cost) = self.most(&other) {
                most = most.max(cost);
            }
        }
        if let Some(ceiling) = settings.run_ceiling.filter(|ceiling| most > *ceiling) {
            let detail = format!(
                "{} may cost up to {most} USD, and one execution may cost {ceiling} USD. Raise that ceiling, or set max_output_tokens lower.",
                route.model
            );
            return Err(Fault::new(ErrorCode::BudgetReached).detail(detail));
        }
        Ok(most)
    }

    /// What the run would take with each model.
    ///
    /// # Errors
    /// No key, no such model, or the store's.
    pub fn estimates(&self, conn: &mut Conn, gateway: &dyn Gateway) -> Reply<Vec<Estimate>> {
        let one = |model: &ModelRef| {
            let route = gateway.route(conn, self.user, model, self.spec.key, self.now)?;
            let taken = route.known().taken(&self.request.call);
            Ok(Estimate {
                model: model.clone(),
                input_tokens: taken.input,
                output_tokens: taken.output,
                least: taken.cost.map(|cost| cost.least),
                most: taken.cost.map(|cost| cost.most),
            })
        };
        self.spec.models.iter().map(one).collect()
    }

    fn view(&self, id: ExecutionId, route: &Route, reserved: NanoUsd) -> ExecutionView {
        ExecutionView {
            id,
            group: self.group,
            prompt: self.spec.prompt.map(|prompt| prompt.id),
            team: self.spec.team,
            title: self.spec.title.clone(),
            version: self.spec.prompt.and_then(|prompt| prompt.version),
            model: route.model.clone(),
            answered_by: None,
            key: route.key,
            state: ExecutionState::Waiting,
            failure: None,
            finish_reason: None,
            usage: None,
            cost: Cost::Pending,
            reserved,
            price_revision: route.price.as_ref().map(|it| it.revision.clone()),
            created_at: self.now,
            finished_at: None,
            latency_ms: None,
            first_token_ms: None,
            attempts: Vec::new(),
            rating: 0,
            correlation_id: self.spec.correlation_id.clone(),
        }
    }
}

/// Begins a run.
///
/// # Errors
/// A token that holds no longer, no key, no such model, no price, over a ceiling, a key of another request, or the store's.
pub fn begin(tx: &mut Tx<'_>, gateway: &dyn Gateway, beginning: &Beginning) -> Reply<Begun> {
    still_holds(tx, beginning.spec.token, beginning.now)?;
    if let Some(group) = repeated(tx, beginning)? {
        return Ok(Begun::Before(group));
    }
    let settings = budgets::settings(tx, beginning.user)?;
    let placed = beginning.spec.copy.zip(beginning.spec.origin);
    let network = placed.map(|(prompt, origin)| origin.hash(tx, prompt));
    let network = network.transpose()?;
    let mut begun = Vec::with_capacity(beginning.ids.len());
    let places = beginning.spec.models.iter().zip(&beginning.ids);
    for (place, (model, id)) in (0_i16..).zip(places) {
        let (user, key) = (beginning.user, beginning.spec.key);
        let route = gateway.route(tx, user, model, key, beginning.now)?;
        let amount = beginning.amount(tx, gateway, &route, &settings)?;
        let tier = beginning.tier(&route);
        hold(tx, beginning, tier, &route, amount)?;
        let view = beginning.view(*id, &route, amount);
        let idempotency = beginning.spec.idempotency.as_ref();
        let new = NewExecution {
            view: &view,
            user,
            place,
            tier,
            period: beginning.period,
            owner: beginning.owner,
            lease_until: beginning.now.saturating_add(LEASE),
            idempotency: idempotency
                .filter(|_| place == 0)
                .map(|it| (it.key.as_str(), it.digest)),
            letter: beginning.spec.letter,
            team: beginning.spec.team,
            network,
            request: &beginning.kept,
        };
        executions::begin(tx, &new)?;
        if let Some(key) = route.key.filter(|_| route.noted) {
            provider_keys::touch(tx, key, beginning.now)?;
        }
        begun.push(One { view, tier, route });
    }
    if let (Some(letter), Some(first)) = (beginning.spec.letter, beginning.ids.first())
        && !dead_letters::replaying(tx, beginning.user, letter, *first)?
    {
        let detail = "It is being replayed, or is not there any more.";
        return Err(Fault::new(ErrorCode::AlreadyExists).detail(detail));
    }
    Ok(Begun::Now(begun))
}

fn repeated(conn: &mut Conn, beginning: &Beginning) -> Reply<Option<GroupId>> {
    let Some(idempotency) = &beginning.spec.idempotency else {
        return Ok(None);
    };
    match executions::by_idempotency(conn, beginning.user, &idempotency.key)? {
        Some((group, digest)) if digest == idempotency.digest => Ok(Some(group)),
        Some(_) => {
            let detail = "This Idempotency-Key was used for another request; use a new one.";
            Err(Fault::new(ErrorCode::AlreadyExists).detail(detail))
        }
        None => Ok(None),
    }
}

fn hold(
    tx: &mut Tx<'_>,
    beginning: &Beginning,
    tier: Tier,
    route: &Route,
    amount: NanoUsd,
) -> Result<(), Fault> {
    let held = budgets::reserve(tx, beginning.user, tier, beginning.period, amount);
    match held.map_err(|error: StoreError| Fault::from(error))? {
        Reservation::Held => Ok(()),
        Reservation::Over { standing, ceiling } => {
            let whose = match tier {
                Tier::Own => "your ceiling",
                Tier::Server(_) => "the ceiling of the operator's keys",
            };
            let detail = format!(
                "{} may cost up to {amount} USD; {} USD of this month are spent and {} USD held for runs under way, and {whose} is {ceiling} USD.",
                route.model, standing.spent, standing.reserved
            );
            Err(Fault::new(ErrorCode::BudgetReached).detail(detail))
        }
    }
}
