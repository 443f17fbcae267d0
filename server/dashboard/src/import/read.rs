//! Files of the browser as items, a few at a time so that the page stays alive. The formats are `shared::exchange`.

use gloo_timers::future::TimeoutFuture;
use krowoc_shared::exchange::{ImportProblem, ImportReport, ProblemCode, import, import_folder};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

/// Files between two breaths.
const CHUNK: usize = 25;

/// A file with its path within the chosen folder.
#[derive(Clone)]
pub struct Picked {
    path: String,
    file: File,
}

/// What a person chose. Of a folder, only what can be imported.
pub fn picked(files: &FileList) -> Vec<Picked> {
    (0..files.length())
        .filter_map(|i| files.item(i))
        .map(|file| {
            let relative =
                js_sys::Reflect::get(&file, &JsValue::from_str("webkitRelativePath")).ok();
            let relative = relative
                .and_then(|path| path.as_string())
                .filter(|path| !path.is_empty());
            Picked {
                path: relative.unwrap_or_else(|| file.name()),
                file,
            }
        })
        .filter(|it| wanted(&it.path))
        .collect()
}

/// Whether a path of a folder is worth reading: hidden folders and other formats are not.
fn wanted(path: &str) -> bool {
    let hidden = path
        .split('/')
        .any(|part| part.starts_with('.') && part.len() > 1);
    let inside = path.contains('/');
    !hidden && (!inside || markdown(path) || ends(path, &[".csv", ".json", ".zip"]))
}

fn ends(path: &str, endings: &[&str]) -> bool {
    let path = path.to_lowercase();
    endings.iter().any(|ending| path.ends_with(ending))
}

fn markdown(path: &str) -> bool {
    ends(path, &[".md", ".markdown"])
}

/// Reads all; tells how far it is after each few.
pub async fn read(files: Vec<Picked>, progress: impl Fn(usize)) -> ImportReport {
    let (texts, others): (Vec<Picked>, Vec<Picked>) =
        files.into_iter().partition(|it| markdown(&it.path));
    let mut all = ImportReport::default();
    let mut done = 0usize;
    for one in others {
        match bytes(&one.file).await {
            Ok(bytes) => match import(&one.path, &bytes) {
                Ok(report) => add(&mut all, report),
                Err(error) => all.problems.push(problem(&one.path, &error.to_string())),
            },
            Err(_) => all
                .problems
                .push(problem(&one.path, "the browser could not read the file")),
        }
        done = done.saturating_add(1);
        progress(done);
        TimeoutFuture::new(0).await;
    }
    for some in texts.chunks(CHUNK) {
        let mut loaded = Vec::with_capacity(some.len());
        for one in some {
            match bytes(&one.file).await {
                Ok(bytes) => loaded.push((one.path.clone(), bytes)),
                Err(_) => all
                    .problems
                    .push(problem(&one.path, "the browser could not read the file")),
            }
        }
        add(&mut all, import_folder(&loaded));
        done = done.saturating_add(some.len());
        progress(done);
        TimeoutFuture::new(0).await;
    }
    all
}

async fn bytes(file: &File) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(file.array_buffer()).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

fn add(all: &mut ImportReport, more: ImportReport) {
    all.items.extend(more.items);
    all.problems.extend(more.problems);
}

fn problem(origin: &str, message: &str) -> ImportProblem {
    ImportProblem {
        origin: origin.to_owned(),
        code: ProblemCode::UnreadableEntry,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn of_a_folder_only_what_can_be_read_is_taken() {
        for good in [
            "a.bin",
            "patterns/a/system.md",
            "x/B.MARKDOWN",
            "x/prompts.csv",
        ] {
            assert!(wanted(good), "{good}");
        }
        for bad in [".git/config.md", "a/.obsidian/x.md", "x/picture.png"] {
            assert!(!wanted(bad), "{bad}");
        }
    }
}
