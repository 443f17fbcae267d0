// A provider server by other people, for a second opinion. Prints its address; ends when its standard input does.
import { LLMock } from "@copilotkit/aimock";

const mock = new LLMock({ port: 0, chunkSize: 4 });
mock.onMessage("hello", { content: "Cześć z drugiej strony" });
mock.onMessage("emoji", { content: "abc🦀 and on" });
mock.onMessage("weather", { toolCalls: [{ name: "weather", arguments: '{"city":"Łódź"}' }] });
mock.onMessage("limited", { error: { message: "slow down", type: "rate_limit_error" }, status: 429 });
mock.onMessage("cut", { content: "abcdefghijklmnopqrstuvwxyz".repeat(4) }, { truncateAfterChunks: 3 });
await mock.start();
console.log(mock.url);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
