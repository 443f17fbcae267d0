//! Measures streams of 53 events through the OpenAI-compatible door: CPU of the server a stream, what it adds to the first text,
//! and its memory over a long time with `--soak SECONDS`. Everything is stored as always.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

mod load;

use anyhow::Result;
use load::{Options, SLOW, SOON, STREAM, Stage, Subject, measured, median, process, stage};
use std::time::{Duration, Instant};

/// Readers while CPU is measured.
const READERS: usize = 8;
/// How often a soak looks at the memory, in seconds.
const LOOK: u64 = 10;

fn main() -> Result<()> {
    let options = Options::of_args()?;
    load::block_on(async {
        let stage = stage(&options).await?;
        if let Some(seconds) = options.soak {
            return soak(&options, &stage, seconds).await;
        }
        for subject in &stage.subjects {
            let (taken, cpu) = measured(subject, STREAM, true, READERS, options.seconds).await?;
            let name = |figure: &str| format!("stream.{figure}{}", subject.suffix);
            if let Some(cpu) = cpu {
                options.print(&name("cpu_ms_per_stream"), cpu, "ms");
            }
            options.print(
                &name("streams_per_s"),
                taken.len() as f64 / options.seconds as f64,
                "1/s",
            );
        }
        // After a fifth of a second of quiet, one reader meets cold caches; a provider that answers soon leaves them warm.
        for (model, readers, figure) in [(SLOW, 1, "c1"), (SOON, 1, "c1_warm"), (SLOW, 50, "c50")] {
            let direct = first(&stage.direct, model, readers, options.seconds).await?;
            for subject in &stage.subjects {
                let added = first(subject, model, readers, options.seconds).await? - direct;
                let end = match subject.suffix {
                    "" => figure.to_owned(),
                    suffix => format!("{figure}{suffix}"),
                };
                options.print(&format!("stream.added_first_byte_ms.{end}"), added, "ms");
            }
        }
        Ok(())
    })
}

/// The median time to the first text, without what the provider took for it.
async fn first(subject: &Subject, model: &str, readers: usize, seconds: u64) -> Result<f64> {
    let (taken, _) = measured(subject, model, true, readers, seconds).await?;
    Ok(median(&taken, |one| one.first))
}

/// Streams for a long time; memory after a tenth of it, at the end, and the most between.
async fn soak(options: &Options, stage: &Stage, seconds: u64) -> Result<()> {
    for subject in &stage.subjects {
        let Some(pid) = subject.pid else { continue };
        let started = Instant::now();
        let mut sizes = Vec::new();
        let mut streams = 0;
        while started.elapsed() < Duration::from_secs(seconds) {
            let some = Duration::from_secs(LOOK.min(seconds));
            streams += load::load(subject, STREAM, true, READERS, some)
                .await?
                .len();
            sizes.push(process::rss_mb(pid));
        }
        let begin = sizes.get(sizes.len() / 10).copied().unwrap_or(0.0);
        let end = sizes.last().copied().unwrap_or(0.0);
        let name = |figure: &str| format!("stream.soak_{figure}{}", subject.suffix);
        options.print(&name("streams"), streams as f64, "");
        options.print(&name("rss_begin_mb"), begin, "MB");
        options.print(&name("rss_end_mb"), end, "MB");
        options.print(
            &name("rss_most_mb"),
            sizes.iter().copied().fold(0.0, f64::max),
            "MB",
        );
    }
    Ok(())
}
