// Entry of the options page. Not logic.
import start from './wasm/options.js';
import { open } from './page.js';

await open(start, './wasm/options_bg.wasm');
