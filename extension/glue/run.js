// Entry of the page that runs prompts. Not logic.
import start from './wasm/run.js';
import { open } from './page.js';

await open(start, './wasm/run_bg.wasm');
