//! A run's stream at work: read over lost connections, taken in once a frame, drawn and told. Not what a person does.

use super::answer::Answer;
use super::board::{Effect as Seen, decode};
use super::control::{Control, Wire};
use crate::platform;
use crate::route::{Route, RunPlace};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::execution::wire::StreamEvent;
use krowoc_shared::ids::{GroupId, Millis};
use krowoc_ui::api::{ApiError, Client, Method, Stream};
use krowoc_ui::messages::run as words;
use leptos::prelude::*;
use std::time::Duration;

/// Failures in a row after which a run that never began is given up.
const PATIENCE: u32 = 4;

/// Milliseconds to wait after so many failures in a row.
fn back_off(failures: u32) -> u32 {
    500u32
        .saturating_mul(2u32.saturating_pow(failures.saturating_sub(1)))
        .min(8_000)
}

/// What a connection brought.
enum Heard {
    Nothing,
    Something,
    End,
    Stale,
}

impl Control {
    /// Whether another run took the page, or the page is gone.
    fn is_stale(self, number: u32) -> bool {
        self.number.try_get_value() != Some(number)
    }

    /// Reads the stream to its end, over lost connections.
    pub(super) async fn read(self, number: u32, request: Option<(String, String)>) {
        let mut position = String::new();
        let mut failures = 0u32;
        loop {
            let begun = self.board.try_with_untracked(|board| board.group).flatten();
            let opened = match (begun, &request) {
                (Some(group), _) => Self::again(group, &position).await,
                (None, Some((body, key))) => {
                    let headers = [("idempotency-key", key.clone())];
                    let body = Some(body.clone());
                    Client
                        .stream(Method::Post, "/executions", body, &headers, None)
                        .await
                }
                (None, None) => return,
            };
            if self.is_stale(number) {
                return;
            }
            match opened {
                Ok(stream) => match self.hear(number, stream, &mut position).await {
                    Heard::End => return self.over(),
                    Heard::Stale => return,
                    Heard::Nothing => {}
                    Heard::Something => failures = 0,
                },
                Err(error) => {
                    let lost = matches!(error, ApiError::Offline)
                        || (begun.is_some() && error.transient());
                    if !lost || (begun.is_none() && failures >= PATIENCE) {
                        return self.fail(error);
                    }
                }
            }
            failures = failures.saturating_add(1);
            let wait = back_off(failures);
            self.wire.try_set(Wire::Lost(
                platform::now().saturating_add(Millis::from(wait)),
            ));
            TimeoutFuture::new(wait).await;
            if self.is_stale(number) {
                return;
            }
        }
    }

    async fn again(group: GroupId, position: &str) -> Result<Stream, ApiError> {
        let path = format!("/executions/groups/{group}/events");
        let headers: Vec<(&'static str, String)> = Some(position.to_owned())
            .filter(|position| !position.is_empty())
            .map(|position| ("last-event-id", position))
            .into_iter()
            .collect();
        Client
            .stream(Method::Get, &path, None, &headers, None)
            .await
    }

    /// Takes what a connection brings.
    async fn hear(self, number: u32, mut stream: Stream, position: &mut String) -> Heard {
        let mut heard = Heard::Nothing;
        loop {
            let next = stream.next().await;
            if self.is_stale(number) {
                return Heard::Stale;
            }
            let Ok(Some(events)) = next else {
                return heard;
            };
            self.wire.try_maybe_update(|wire| {
                let new = *wire != Wire::Open;
                *wire = Wire::Open;
                (new, ())
            });
            for event in events {
                if !event.id.is_empty() {
                    position.clone_from(&event.id);
                }
                let Some(event) = decode(&event) else {
                    continue;
                };
                heard = Heard::Something;
                let end = event == StreamEvent::End;
                let told = matches!(event, StreamEvent::Problem { .. });
                self.queue.try_update_value(|queue| queue.push(event));
                if end {
                    self.flush();
                    return Heard::End;
                }
                if told {
                    return Heard::Nothing;
                }
            }
            self.schedule();
        }
    }

    /// What came is drawn in the next frame; a window that nobody sees has none.
    pub(super) fn schedule(self) {
        if self.drawing.try_get_value() != Some(false) {
            return;
        }
        self.drawing.try_set_value(true);
        let work = move || {
            self.drawing.try_set_value(false);
            self.flush();
        };
        if document().hidden() {
            set_timeout(work, Duration::from_millis(500));
        } else {
            request_animation_frame(work);
        }
    }

    /// Takes everything that came, and draws it.
    fn flush(self) {
        let Some(events) = self.queue.try_update_value(std::mem::take) else {
            return;
        };
        let now = platform::now();
        let mut seen = Vec::with_capacity(events.len());
        self.board.try_maybe_update(|board| {
            let mut changed = false;
            for event in events {
                changed |= !board.is_quiet(&event);
                seen.push(board.take(event, now));
            }
            (changed, ())
        });
        let lanes = self
            .board
            .try_with_untracked(|board| board.lanes.len())
            .unwrap_or(0);
        let left = self.answers.try_update_value(|answers| {
            answers.resize_with(lanes.max(answers.len()), Answer::default);
            for effect in &seen {
                self.write(answers, effect);
            }
            answers
                .iter_mut()
                .fold(false, |left, answer| answer.draw(now) | left)
        });
        for effect in seen {
            if let Seen::State(at) = effect {
                self.tell(at);
            }
        }
        self.remember();
        if left == Some(true) {
            self.schedule();
        }
    }

    /// Takes what an event does to a lane's text.
    fn write(self, answers: &mut [Answer], effect: &Seen) {
        let (Seen::Text(at, _) | Seen::Reasoning(at, _) | Seen::State(at) | Seen::Anew(at)) =
            effect
        else {
            return;
        };
        let Some(answer) = answers.get_mut(*at) else {
            return;
        };
        match effect {
            Seen::Text(_, text) => answer.push(text),
            Seen::Reasoning(_, text) => answer.think(text),
            Seen::Anew(_) => answer.restart(),
            _ if self.ended(*at) => answer.end(),
            _ => {}
        }
    }

    fn ended(self, at: usize) -> bool {
        self.board
            .try_with_untracked(|board| {
                board
                    .lanes
                    .get(at)
                    .is_some_and(|lane| lane.view.state.is_final())
            })
            .unwrap_or(false)
    }

    /// Says a lane's state to those who do not see it.
    fn tell(self, at: usize) {
        let said = self.board.try_with_untracked(|board| {
            board
                .lanes
                .get(at)
                .map(|lane| words::said(&lane.view.model.model, words::state(lane.view.state)))
        });
        if let Some(said) = said.flatten() {
            self.said.try_set(said);
        }
    }

    /// The address leads back to this run.
    fn remember(self) {
        let group = self.board.try_with_untracked(|board| board.group).flatten();
        let Some(group) = group else { return };
        if let Route::Run(place) = self.app.nav.untracked()
            && place.prompt == self.place.prompt
            && place.group != Some(group)
        {
            self.app.nav.replace(Route::Run(RunPlace {
                group: Some(group),
                ..place
            }));
        }
    }

    fn over(self) {
        self.wire.try_set(Wire::Over);
        self.rest();
        let said = self
            .board
            .try_with_untracked(|board| words::ended(board.completed(), board.lanes.len()));
        if let Some(said) = said {
            self.said.try_set(said);
        }
    }

    fn fail(self, error: ApiError) {
        self.rest();
        if error.signed_out() {
            self.app.failed(&error);
        }
        self.wire.try_set(Wire::Failed(error));
    }
}

#[cfg(test)]
mod tests {
    use super::back_off;

    #[test]
    fn waits_double_and_end_at_eight_seconds() {
        let waits: Vec<u32> = (1..8).map(back_off).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }
}
