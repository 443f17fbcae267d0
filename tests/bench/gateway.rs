//! Measures calls that are no streams through the OpenAI-compatible door: CPU of the server a call, latency that it adds.
//! Everything is stored as always.
#![allow(missing_docs, clippy::print_stdout)]

mod load;

use anyhow::Result;
use load::{CALL, Options, measured, median, stage};

/// Readers while CPU is measured.
const READERS: usize = 8;

fn main() -> Result<()> {
    let options = Options::of_args()?;
    load::block_on(async {
        let stage = stage(&options).await?;
        let (direct, _) = measured(&stage.direct, CALL, false, 1, options.seconds).await?;
        let direct = median(&direct, |one| one.whole);
        options.print("gateway.direct_p50_ms", direct, "ms");
        for subject in &stage.subjects {
            let name = |figure: &str| format!("gateway.{figure}{}", subject.suffix);
            let (taken, cpu) = measured(subject, CALL, false, READERS, options.seconds).await?;
            if let Some(cpu) = cpu {
                options.print(&name("cpu_ms_per_call"), cpu, "ms");
            }
            options.print(
                &name("calls_per_s"),
                taken.len() as f64 / options.seconds as f64,
                "1/s",
            );
            let (taken, _) = measured(subject, CALL, false, 1, options.seconds).await?;
            let added = median(&taken, |one| one.whole) - direct;
            options.print(&name("added_p50_ms"), added, "ms");
        }
        Ok(())
    })
}
