//! Fits the two forests to annotated pages, and measures them on pages that they were not fitted to.

use krowoc_shared::capture::extract::{self, Sample, forest};

use crate::pages::{self, Page};
use crate::train::{self, Data, Plan};

const FIRST: Plan = Plan {
    trees: 110,
    leaves: 24,
    rate: 0.12,
    lambda: 4.0,
    min_weight: 3.0,
    columns: 0.35,
    rows: 0.7,
};
const SECOND: Plan = Plan {
    trees: 80,
    leaves: 20,
    rate: 0.1,
    lambda: 6.0,
    min_weight: 4.0,
    columns: 0.35,
    rows: 0.7,
};
/// Parts for the out-of-fold probabilities that the second forest learns from.
const FOLDS: u64 = 4;

/// A page with its labels and weights.
struct Lesson {
    sample: Sample,
    labels: Vec<f32>,
    weights: Vec<f32>,
    fold: u64,
}

/// Which half of the pages one belongs to, by a hash of its id.
pub fn half(id: &str) -> u64 {
    hash(id) >> 7 & 1
}

fn hash(id: &str) -> u64 {
    let mixed = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mixed ^ mixed >> 29
}

fn lesson(page: &Page) -> Lesson {
    let sample = extract::sample(&page.html, &page.url, None);
    let labels = pages::labels(&sample.texts, &page.gold);
    let gold: f32 = sample
        .words
        .iter()
        .zip(&labels)
        .map(|(words, label)| *words as f32 * label)
        .sum();
    // A page's score is relative to the length of its content, so an error weighs by its share of that; a page counts at most thrice.
    let scale = 300.0 / (gold + 30.0);
    let mut weights: Vec<f32> = sample
        .words
        .iter()
        .map(|words| (*words as f32 + 0.5) * scale)
        .collect();
    let total: f32 = weights.iter().sum();
    if total > 900.0 {
        weights
            .iter_mut()
            .for_each(|weight| *weight *= 900.0 / total);
    }
    let unit = 0.05;
    weights.iter_mut().for_each(|weight| *weight *= unit);
    Lesson {
        sample,
        labels,
        weights,
        fold: hash(&page.id) >> 11,
    }
}

fn data<'a>(lessons: &[&'a Lesson], rows: &[&'a Vec<Vec<f32>>]) -> Data<'a> {
    let mut data = Data {
        rows: Vec::new(),
        labels: Vec::new(),
        weights: Vec::new(),
    };
    for (lesson, rows) in lessons.iter().zip(rows) {
        data.rows.extend(rows.iter().map(Vec::as_slice));
        data.labels.extend(&lesson.labels);
        data.weights.extend(&lesson.weights);
    }
    data
}

fn first_rows<'a>(lessons: &[&'a Lesson]) -> Vec<&'a Vec<Vec<f32>>> {
    lessons.iter().map(|lesson| &lesson.sample.rows).collect()
}

fn apply(forest: &forest::Forest, rows: &[Vec<f32>]) -> Vec<f32> {
    rows.iter().map(|row| forest.probability(row)).collect()
}

/// The two forests fitted to some pages.
fn fit_to(pages: &[&Page], lessons: &[&Lesson]) -> Vec<forest::Forest> {
    let mut second_rows: Vec<Vec<Vec<f32>>> = lessons.iter().map(|_| Vec::new()).collect();
    for fold in 0..FOLDS {
        let rest: Vec<&Lesson> = lessons
            .iter()
            .filter(|lesson| lesson.fold % FOLDS != fold)
            .copied()
            .collect();
        let model = train::train(&data(&rest, &first_rows(&rest)), FIRST, 7 + fold);
        for ((page, lesson), slot) in pages.iter().zip(lessons).zip(&mut second_rows) {
            if lesson.fold % FOLDS == fold {
                let probabilities = apply(&model, &lesson.sample.rows);
                *slot = extract::sample(&page.html, &page.url, Some(&probabilities)).rows;
            }
        }
    }
    let first = train::train(&data(lessons, &first_rows(lessons)), FIRST, 99);
    let rows: Vec<&Vec<Vec<f32>>> = second_rows.iter().collect();
    let second = train::train(&data(lessons, &rows), SECOND, 101);
    // What is measured is what is written: leaves rounded to the model's units.
    forest::read(&forest::write(&[first, second]))
}

fn score(page: &Page, lesson: &Lesson, forests: &[forest::Forest]) -> f64 {
    let first = apply(&forests[0], &lesson.sample.rows);
    let second = extract::sample(&page.html, &page.url, Some(&first));
    let probabilities = apply(&forests[1], &second.rows);
    pages::f1(&extract::text_with(&page.html, &probabilities), &page.gold)
}

/// The score of each page under forests fitted to the other half only.
pub fn cross_validate(pages: &[Page]) -> Vec<f64> {
    let lessons: Vec<Lesson> = pages.iter().map(lesson).collect();
    let halves: Vec<Vec<forest::Forest>> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..2)
            .map(|part| {
                let chosen: Vec<usize> = (0..pages.len())
                    .filter(|&i| half(&pages[i].id) == part)
                    .collect();
                let (pages, lessons) = (&pages, &lessons);
                scope.spawn(move || {
                    let some: Vec<&Page> = chosen.iter().map(|&i| &pages[i]).collect();
                    let learnt: Vec<&Lesson> = chosen.iter().map(|&i| &lessons[i]).collect();
                    fit_to(&some, &learnt)
                })
            })
            .collect();
        runs.into_iter()
            .map(|run| run.join().unwrap_or_default())
            .collect()
    });
    pages
        .iter()
        .zip(&lessons)
        .map(|(page, lesson)| score(page, lesson, &halves[1 - half(&page.id) as usize]))
        .collect()
}

/// A model fitted to all pages, in the form that is built in.
pub fn fit(pages: &[Page]) -> Vec<u8> {
    let lessons: Vec<Lesson> = pages.iter().map(lesson).collect();
    let all: Vec<&Page> = pages.iter().collect();
    let learnt: Vec<&Lesson> = lessons.iter().collect();
    forest::write(&fit_to(&all, &learnt))
}
