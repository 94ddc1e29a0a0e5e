import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OFFLINE, type Answer } from "../../shared/api/problem";
import { asker } from "./asking";

/** A server that answers when, and in the order in which, it is told to. */
function slow(): {
  readonly asked: readonly string[];
  readonly ask: (question: string) => Promise<Answer<string>>;
  readonly answer: (question: string, told: Answer<string>) => Promise<void>;
} {
  const asked: string[] = [];
  const waiting = new Map<string, (told: Answer<string>) => void>();
  return {
    asked,
    ask: (question) => {
      asked.push(question);
      return new Promise((resolve) => waiting.set(question, resolve));
    },
    answer: async (question, told) => {
      waiting.get(question)?.(told);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

const told = (data: string): Answer<string> => ({ ok: true, data });

describe("asking while somebody types", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("asks once, some time after the last change", () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("1");
    vi.advanceTimersByTime(299);
    asking.want("13");
    vi.advanceTimersByTime(299);
    expect(server.asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(server.asked).toEqual(["13"]);
  });

  it("does not ask the same question again", () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("13");
    vi.advanceTimersByTime(300);
    asking.want("13");
    vi.advanceTimersByTime(300);
    expect(server.asked).toEqual(["13"]);
  });

  it("asks the same question again when there was no connection", async () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("13");
    vi.advanceTimersByTime(300);
    asking.want("13"); // it is on its way
    await server.answer("13", { ok: false, problem: OFFLINE });
    asking.want("13");
    expect(asking.told.value).toEqual({ answer: { ok: false, problem: OFFLINE }, busy: true });
    vi.advanceTimersByTime(300);
    expect(server.asked).toEqual(["13", "13"]);
  });

  it("drops an answer that was overtaken, in whatever order the answers come", async () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("old");
    vi.advanceTimersByTime(300);
    asking.want("new");
    vi.advanceTimersByTime(300);
    await server.answer("new", told("of the new"));
    await server.answer("old", told("of the old"));
    expect(asking.told.value).toEqual({ answer: told("of the new"), busy: false });
  });

  it("drops an answer that comes while the next question waits to be asked", async () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("old");
    vi.advanceTimersByTime(300);
    asking.want("new");
    await server.answer("old", told("of the old"));
    expect(asking.told.value).toEqual({ answer: null, busy: true });
  });

  it("keeps the old answer, marked, until the new one is there", async () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("old");
    vi.advanceTimersByTime(300);
    await server.answer("old", told("of the old"));
    asking.want("new");
    expect(asking.told.value).toEqual({ answer: told("of the old"), busy: true });
  });

  it("forgets everything when there is nothing to ask any more", async () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("old");
    vi.advanceTimersByTime(300);
    asking.want(null);
    await server.answer("old", told("of the old"));
    expect(asking.told.value).toEqual({ answer: null, busy: false });
  });

  it("asks again when told to, as after a lost connection", async () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("13");
    vi.advanceTimersByTime(300);
    await server.answer("13", { ok: false, problem: OFFLINE });
    asking.again();
    vi.advanceTimersByTime(0);
    await server.answer("13", told("now"));
    expect(asking.told.value).toEqual({ answer: told("now"), busy: false });
  });

  it("asks nothing once it is stopped", () => {
    const server = slow();
    const asking = asker(server.ask, 300);
    asking.want("13");
    asking.stop();
    vi.advanceTimersByTime(300);
    expect(server.asked).toEqual([]);
  });
});
