import { afterEach, describe, expect, it, vi } from "vitest";
import { everything, paging, patiently, type Page } from "./pages";
import type { Answer, Problem } from "./problem";

const refusal = (status: number): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { status, code: "x", title: "x" } as unknown as Problem,
});

/** 25 numbers in pages of ten. */
function list(asked: (string | undefined)[] = []): (cursor: string | undefined) => Promise<Answer<Page<number>>> {
  return (cursor) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(10, 25 - from) }, (_, n) => from + n);
    return Promise.resolve({ ok: true, data: { items, next_cursor: from + 10 < 25 ? String(from + 10) : null } });
  };
}

describe("a list in pages", () => {
  it("is read to its end", async () => {
    const asked: (string | undefined)[] = [];
    const found = await everything(list(asked));
    expect(found.ok && found.data).toEqual(Array.from({ length: 25 }, (_, n) => n));
    expect(asked).toEqual([undefined, "10", "20"]);
  });

  it("is read no further than is wanted", async () => {
    const asked: (string | undefined)[] = [];
    const found = await everything(list(asked), 15);
    expect(found.ok && found.data.length).toBe(20);
    expect(asked).toHaveLength(2);
  });

  it("ends with the first page that fails", async () => {
    const pages = list();
    const found = await everything((cursor) => (cursor === "10" ? Promise.resolve(refusal(503)) : pages(cursor)));
    expect(found).toEqual(refusal(503));
  });

  it("is asked for by a cursor, except at its beginning", () => {
    expect(paging(undefined)).toEqual({ limit: 500 });
    expect(paging("a", 20)).toEqual({ limit: 20, cursor: "a" });
  });
});

describe("a question that is asked patiently", () => {
  afterEach(() => vi.useRealTimers());

  it("is asked again while the server is away, ever more slowly", async () => {
    vi.useFakeTimers();
    const ask = vi.fn<() => Promise<Answer<string>>>();
    ask
      .mockResolvedValueOnce(refusal(0))
      .mockResolvedValueOnce(refusal(503))
      .mockResolvedValue({ ok: true, data: "a" });
    const answer = patiently(ask);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1999);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toEqual({ ok: true, data: "a" });
  });

  it("is not asked again when the answer is no", async () => {
    const ask = vi.fn(() => Promise.resolve(refusal(403)));
    expect(await patiently(ask)).toEqual(refusal(403));
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
