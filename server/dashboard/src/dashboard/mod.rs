//! Figures over time: a person's own, and everybody's for who looks after the server. Not the executions.

mod charts;
mod everybody;
mod head;
mod kpis;
mod page;
mod tables;

pub use page::DashboardPage;
