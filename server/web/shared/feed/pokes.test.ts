import { describe, expect, it } from "vitest";
import { listen } from "./pokes";

function stream(...parts: string[]): Response {
  const bytes = parts.map((part) => new TextEncoder().encode(part));
  return new Response(
    new ReadableStream({
      start: (controller) => {
        for (const part of bytes) controller.enqueue(part);
        controller.close();
      },
    }),
  );
}

async function hear(response: Response): Promise<string[]> {
  const heard: string[] = [];
  const ear = { opened: () => heard.push("opened"), poked: () => heard.push("poked") };
  await listen(() => Promise.resolve(response), ear, new AbortController().signal);
  return heard;
}

describe("the poke stream", () => {
  it("hears pokes however they are cut", async () => {
    const parts = ["event: po", 'ke\ndata: {"board:a"', ": 7}\n\n: still here\n\neve", "nt: poke\ndata: {}\n\n"];
    expect(await hear(stream(...parts))).toEqual(["opened", "poked", "poked"]);
  });

  it("ignores events it does not know", async () => {
    expect(await hear(stream("event: hello\ndata: 1\n\ndata: 2\n\n"))).toEqual(["opened"]);
  });

  it("rejects an answer that is no stream", async () => {
    await expect(hear(new Response("{}", { status: 503 }))).rejects.toThrow("no stream: 503");
  });
});
