/** tus-js-client as it is: reads what to upload as JSON from standard input, says how it ended on standard output. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const { Upload } = createRequire(join(process.cwd(), "package.json"))("tus-js-client");
const { endpoint, file, headers, ...more } = JSON.parse(await text(process.stdin));
const content = readFileSync(file);
const sha256 = createHash("sha256").update(content).digest("hex");

new Upload(content, {
  endpoint,
  headers,
  retryDelays: [0, 10, 20, 40, 80],
  metadata: { sha256, filename: "photo.jpg", filetype: "image/jpeg" },
  onSuccess: () => console.log(JSON.stringify({ done: true })),
  onError: (error) => console.log(JSON.stringify({ done: false, error: String(error) })),
  ...more,
}).start();
