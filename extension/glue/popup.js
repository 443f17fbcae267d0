// Entry of the popup page. Not logic.
import start from './wasm/popup.js';
import { open } from './page.js';

await open(start, './wasm/popup_bg.wasm');
