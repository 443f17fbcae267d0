//! A run as it is told by its stream: one lane for each model. Pure: the texts are kept where they are drawn.

use krowoc_shared::execution::event::FinishReason;
use krowoc_shared::execution::wire::{Attempt, ExecutionState, ExecutionView, StreamEvent};
use krowoc_shared::ids::{ExecutionId, GroupId, Millis};
use krowoc_ui::api::StreamedEvent;

/// One model of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// As it stands.
    pub view: ExecutionView,
    /// When it was first heard of, by the clock of this page.
    pub heard_at: Millis,
    /// When its last attempt was first heard of, by the clock of this page.
    pub attempt_at: Millis,
    /// When the next attempt begins, by the clock of this page.
    pub waits_until: Option<Millis>,
    /// A person asked for it to be stopped.
    pub stopping: bool,
    /// Text has come.
    pub has_text: bool,
    /// Reasoning has come.
    pub has_reasoning: bool,
}

/// A run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Its id, once it has begun.
    pub group: Option<GroupId>,
    /// Its models, in the order asked.
    pub lanes: Vec<Lane>,
    /// All of them have ended.
    pub ended: bool,
}

/// What an event asks of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that can be seen, or what the board itself shows.
    Board,
    /// A piece of a lane's answer.
    Text(usize, String),
    /// A piece of a lane's reasoning.
    Reasoning(usize, String),
    /// A lane is in another state.
    State(usize),
    /// A lane's answer begins anew: what came of it before is lost.
    Anew(usize),
    /// The stream says that it cannot go on.
    Problem(Box<krowoc_shared::error::Problem>),
}

/// Reads an event as the server names it; `None` for one that is not known here.
#[must_use]
pub fn decode(event: &StreamedEvent) -> Option<StreamEvent> {
    let data = if event.data.trim().is_empty() {
        "{}"
    } else {
        &event.data
    };
    let mut value: serde_json::Value = serde_json::from_str(data).ok()?;
    let fields = value.as_object_mut()?;
    if !event.name.is_empty() && event.name != "message" {
        fields.insert("event".to_owned(), event.name.clone().into());
    }
    serde_json::from_value(value).ok()
}

impl Board {
    /// Takes an event that was heard at `now`.
    pub fn take(&mut self, event: StreamEvent, now: Millis) -> Effect {
        match event {
            StreamEvent::Started(started) => {
                self.group = Some(started.group);
                for view in started.executions {
                    self.put(view, now);
                }
                Effect::Board
            }
            StreamEvent::Text { execution, text } => self.piece(execution, text, false, now),
            StreamEvent::Reasoning { execution, text } => self.piece(execution, text, true, now),
            StreamEvent::Changed { execution } => {
                if !self.begins_anew(&execution) {
                    return self.stand(*execution, now);
                }
                let (id, mut view) = (execution.id, *execution);
                // One that has ended by now: its end is told when its text is whole.
                if view.state.is_final() {
                    view.state = ExecutionState::Running;
                }
                self.put(view, now);
                self.lane(id)
                    .map_or(Effect::Board, |(at, _)| Effect::Anew(at))
            }
            StreamEvent::Done { execution } => self.stand(*execution, now),
            StreamEvent::Problem { problem } => Effect::Problem(Box::new(problem)),
            StreamEvent::End => {
                self.ended = true;
                Effect::Board
            }
        }
    }

    /// Whether an event only adds to a text, so that nothing else on the page changes.
    #[must_use]
    pub fn is_quiet(&self, event: &StreamEvent) -> bool {
        let running = |id: &ExecutionId| {
            self.lane(*id)
                .map(|(_, lane)| lane)
                .filter(|lane| lane.view.state == ExecutionState::Running)
        };
        match event {
            StreamEvent::Text { execution, .. } => running(execution).is_some_and(|it| it.has_text),
            StreamEvent::Reasoning { execution, .. } => {
                running(execution).is_some_and(|it| it.has_reasoning)
            }
            _ => false,
        }
    }

    fn piece(&mut self, id: ExecutionId, text: String, reasoning: bool, now: Millis) -> Effect {
        let Some(at) = self.lanes.iter().position(|lane| lane.view.id == id) else {
            return Effect::Board;
        };
        if let Some(lane) = self.lanes.get_mut(at) {
            if reasoning {
                lane.has_reasoning = true;
            } else {
                lane.has_text = true;
            }
            // The server tells its own figure with the next state, which may be the last: until then the page's holds.
            let since = now.saturating_sub(lane.attempt_at);
            lane.view.first_token_ms.get_or_insert(since);
            if lane.view.state == ExecutionState::Waiting {
                lane.view.state = ExecutionState::Running;
                lane.waits_until = None;
            }
        }
        if reasoning {
            Effect::Reasoning(at, text)
        } else {
            Effect::Text(at, text)
        }
    }

    /// Takes where an execution stands, of which nothing shown is forgotten.
    fn stand(&mut self, execution: ExecutionView, now: Millis) -> Effect {
        let (id, state) = (execution.id, execution.state);
        let before = self.lane(id).map(|(_, lane)| lane.view.state);
        self.put(execution, now);
        match self.lane(id) {
            Some((at, _)) if before != Some(state) => Effect::State(at),
            _ => Effect::Board,
        }
    }

    /// Whether another attempt follows one of which something was shown; that is forgotten. It may have ended already: its whole text comes.
    fn begins_anew(&mut self, view: &ExecutionView) -> bool {
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.view.id == view.id) else {
            return false;
        };
        let more = view.attempts.len() > lane.view.attempts.len();
        let anew = more && (lane.has_text || lane.has_reasoning);
        if anew {
            (lane.has_text, lane.has_reasoning) = (false, false);
        }
        anew
    }

    fn put(&mut self, view: ExecutionView, now: Millis) {
        let waits_until = wait(&view).map(|wait| now.saturating_add(wait));
        match self.lanes.iter_mut().find(|lane| lane.view.id == view.id) {
            Some(lane) => {
                // Heard again of the same wait: it goes on where it was.
                lane.waits_until = match (lane.waits_until, waits_until) {
                    (Some(before), Some(_)) if same_wait(&lane.view, &view) => Some(before),
                    (_, after) => after,
                };
                lane.stopping &= !view.state.is_final();
                let mut first = lane.view.first_token_ms;
                if view.attempts.len() > lane.view.attempts.len() {
                    (lane.attempt_at, first) = (now, None);
                }
                lane.view = view;
                lane.view.first_token_ms = lane.view.first_token_ms.or(first);
            }
            None => self.lanes.push(Lane {
                view,
                heard_at: now,
                attempt_at: now,
                waits_until,
                stopping: false,
                has_text: false,
                has_reasoning: false,
            }),
        }
    }

    fn lane(&self, id: ExecutionId) -> Option<(usize, &Lane)> {
        self.lanes
            .iter()
            .enumerate()
            .find(|(_, lane)| lane.view.id == id)
    }

    /// How many are under way.
    #[must_use]
    pub fn running(&self) -> usize {
        let running = self.lanes.iter().filter(|lane| !lane.view.state.is_final());
        running.count()
    }

    /// How many are complete.
    #[must_use]
    pub fn completed(&self) -> usize {
        let done = |lane: &&Lane| lane.view.state == ExecutionState::Completed;
        self.lanes.iter().filter(done).count()
    }
}

/// How long the next attempt waits, from when the last one failed: no two clocks are compared.
fn wait(view: &ExecutionView) -> Option<Millis> {
    let last = view.attempts.last().filter(|_| !view.state.is_final())?;
    let failed_at = last.started_at.saturating_add(last.duration_ms?);
    let wait = last.next_at?.saturating_sub(failed_at);
    (wait > 0).then_some(wait)
}

fn same_wait(one: &ExecutionView, other: &ExecutionView) -> bool {
    let key = |view: &ExecutionView| {
        let last = view.attempts.last();
        last.map(|it: &Attempt| (it.number, it.next_at))
    };
    key(one) == key(other)
}

/// Milliseconds a lane takes so far, or took.
#[must_use]
pub fn duration(lane: &Lane, now: Millis) -> Millis {
    let view = &lane.view;
    match (view.finished_at, view.state.is_final()) {
        (Some(finished), _) => finished.saturating_sub(view.created_at),
        (None, true) => view.latency_ms.unwrap_or(0),
        (None, false) => now.saturating_sub(lane.heard_at),
    }
    .max(0)
}

/// Output tokens a second while they came, in tenths; `None` when that cannot be told.
#[must_use]
pub fn speed(view: &ExecutionView) -> Option<u64> {
    let output = view.usage.as_ref()?.output();
    let streaming = view.latency_ms?.saturating_sub(view.first_token_ms?);
    let millis = u64::try_from(streaming).ok().filter(|millis| *millis > 0)?;
    Some(output.saturating_mul(10_000) / millis)
}

/// Whether a complete answer may yet be cut short.
#[must_use]
pub fn is_cut(view: &ExecutionView) -> bool {
    matches!(
        view.finish_reason,
        Some(FinishReason::Length | FinishReason::ContentFilter)
    )
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
