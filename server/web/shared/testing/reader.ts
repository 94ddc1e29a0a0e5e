/** Before every file of tests: they share one process, and the one before may have left its reader's language. */
import { beforeAll } from "vitest";

beforeAll(async () => {
  if (!("document" in globalThis)) return; // nobody reads there
  await import("../text/whole");
  const { switchLanguage } = await import("../text/language");
  switchLanguage("en");
});
