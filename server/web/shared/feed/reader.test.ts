import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OFFLINE, type Answer, type Code } from "../api/problem";
import type { PullAnswer } from "../api/types";
import { backoff } from "./backoff";
import type { Ear } from "./pokes";
import { FeedReader } from "./reader";

function page(cursor: string, ids: string[], checkpoint = true): Answer<PullAnswer> {
  const changes = ids.map((id) => ({ stream: "s", type: "job", id, version: 1, position: 1, body: {} }));
  return {
    ok: true,
    data: { changes, cursor, checkpoint, streams: ["s"], last_seq: null, epoch: "e", server_time: 0 },
  };
}

function refusal(code: Code): Answer<PullAnswer> {
  return { ok: false, problem: { code, detail: "", status: 410 } };
}

/** Answers pulls from a script; the last line is repeated. Holds the poke stream open until told otherwise. */
class Server {
  readonly asked: (string | null)[] = [];
  script: Answer<PullAnswer>[] = [page("c1", [])];
  ear: Ear | null = null;
  listens = 0;
  cut: () => void = () => undefined;

  readonly reader = new FeedReader({
    pull: (cursor) => {
      this.asked.push(cursor);
      const next = this.script.length > 1 ? this.script.shift() : this.script[0];
      return Promise.resolve(next ?? page("c", []));
    },
    listen: (ear, stop) => {
      this.listens += 1;
      this.ear = ear;
      ear.opened();
      return new Promise((resolve) => {
        this.cut = resolve;
        stop.addEventListener("abort", () => {
          resolve();
        });
      });
    },
    clock: () => 1000,
    chance: () => 0.5,
  });

  get ids(): string[] {
    return [...this.reader.replica.value.records.values()].map((held) => held.id).sort();
  }
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

let server: Server;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
});

afterEach(() => {
  server.reader.stop();
  vi.useRealTimers();
});

describe("starting", () => {
  it("pulls pages up to the checkpoint and then says it is in contact", async () => {
    server.script = [page("c1", ["1"], false), page("c2", ["2"])];
    expect(server.reader.contact.value.state).toBe("connecting");
    server.reader.start();
    await settle();
    expect(server.asked.slice(0, 2)).toEqual([null, "c1"]);
    expect(server.ids).toEqual(["1", "2"]);
    expect(server.reader.contact.value).toEqual({ state: "online", last: 1000, problem: null });
  });
});

describe("a poke", () => {
  it("pulls from where we are", async () => {
    server.reader.start();
    await settle();
    server.script = [page("c9", ["7"])];
    server.ear?.poked();
    await settle();
    expect(server.asked.at(-1)).toBe("c1");
    expect(server.ids).toEqual(["7"]);
  });

  it("during a pull is not forgotten", async () => {
    server.reader.start();
    await settle();
    const before = server.asked.length;
    server.ear?.poked();
    server.ear?.poked();
    server.ear?.poked();
    await settle();
    expect(server.asked.length - before).toBe(2);
  });
});

describe("the network going", () => {
  it("is the last word, though what was asked before is still answered", async () => {
    server.reader.start();
    await settle();
    server.script = [page("c2", ["8"]), { ok: false, problem: OFFLINE }];
    server.ear?.poked();
    dispatchEvent(new Event("offline"));
    expect(server.reader.contact.value.state).toBe("offline");
    await settle();
    expect(server.ids).toEqual(["8"]);
    expect(server.reader.contact.value.state).toBe("offline");
  });
});

describe("without pokes", () => {
  it("pulls now and then anyway", async () => {
    server.reader.start();
    await settle();
    const before = server.asked.length;
    await vi.advanceTimersByTimeAsync(61_000);
    expect(server.asked.length).toBe(before + 1);
  });
});

describe("a broken poke stream", () => {
  it("is opened again, and what was missed is pulled", async () => {
    server.reader.start();
    await settle();
    const before = server.asked.length;
    server.cut();
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.listens).toBe(2);
    expect(server.asked.length).toBeGreaterThan(before);
  });
});

describe("without network", () => {
  it("keeps what it has, says so, and tries again", async () => {
    server.script = [page("c1", ["1"])];
    server.reader.start();
    await settle();
    server.script = [{ ok: false, problem: OFFLINE }];
    server.ear?.poked();
    await settle();
    expect(server.reader.contact.value).toEqual({ state: "offline", last: 1000, problem: null });
    expect(server.ids).toEqual(["1"]);
    server.script = [page("c2", ["2"])];
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.reader.contact.value.state).toBe("online");
    expect(server.ids).toEqual(["1", "2"]);
  });

  it("believes the browser at once", async () => {
    server.reader.start();
    await settle();
    dispatchEvent(new Event("offline"));
    expect(server.reader.contact.value.state).toBe("offline");
  });
});

describe("a cursor the server no longer knows", () => {
  it("leads to a pull from the start that replaces everything", async () => {
    server.script = [page("c1", ["1"])];
    server.reader.start();
    await settle();
    server.script = [refusal("cursor_expired"), page("d1", ["2"])];
    server.ear?.poked();
    await settle();
    expect(server.asked.slice(-2)).toEqual(["c1", null]);
    expect(server.ids).toEqual(["2"]);
  });

  it("does not make a circle when even the start is refused", async () => {
    server.script = [refusal("cursor_expired")];
    server.reader.start();
    await settle();
    expect(server.asked.length).toBeLessThan(4);
    expect(server.reader.contact.value.problem?.code).toBe("cursor_expired");
  });
});

describe("stopping", () => {
  it("asks nothing more", async () => {
    server.reader.start();
    await settle();
    server.reader.stop();
    const before = server.asked.length;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(server.asked.length).toBe(before);
  });
});

describe("waiting before another attempt", () => {
  it("doubles, is spread, and never exceeds half a minute", () => {
    expect([0, 1, 2].map((n) => backoff(n, 0))).toEqual([250, 500, 1000]);
    expect(backoff(0, 0.999)).toBe(500);
    expect(backoff(50, 0.999)).toBeLessThanOrEqual(30_000);
  });
});
