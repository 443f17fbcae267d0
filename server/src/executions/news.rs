//! That executions began and have ended here, told to who listens in this process. Not what they answer, and nothing depends on a telling.

use krowoc_shared::execution::wire::ExecutionView;
use krowoc_shared::ids::UserId;
use tokio::sync::broadcast;

/// An execution as it began, or as it ended.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whose it is.
    pub user: UserId,
    /// As it stands.
    pub view: Box<ExecutionView>,
}

/// The tellings of one process.
pub struct News(broadcast::Sender<Told>);

impl Default for News {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl News {
    /// Tells of an execution; costs nothing while nobody listens.
    pub fn tell(&self, user: UserId, view: &ExecutionView) {
        if self.0.receiver_count() == 0 {
            return;
        }
        let view = Box::new(view.clone());
        // Who listened may have gone meanwhile.
        let _ = self.0.send(Told { user, view });
    }

    /// What is told from now on.
    pub fn listen(&self) -> broadcast::Receiver<Told> {
        self.0.subscribe()
    }
}
