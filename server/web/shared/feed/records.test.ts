import { describe, expect, it } from "vitest";
import type { Change, PullAnswer } from "../api/types";
import { EMPTY, receive, startAfresh, type Replica } from "./records";

const BOARD = "board:a";
const OTHER = "board:b";

function change(id: string, version: number, body: Record<string, unknown> | null, stream = BOARD): Change {
  return { stream, type: "job", id, version, position: version, body };
}

function page(changes: Change[], fields: Partial<PullAnswer> = {}): PullAnswer {
  return {
    changes,
    cursor: "c",
    checkpoint: true,
    streams: [BOARD, OTHER],
    last_seq: null,
    epoch: "e",
    server_time: 0,
    ...fields,
  };
}

function after(...pages: PullAnswer[]): Replica {
  return pages.reduce(receive, EMPTY);
}

const ids = (replica: Replica): string[] => [...replica.records.keys()].sort();

describe("before a checkpoint", () => {
  const half = after(page([change("1", 1, { n: 1 })], { checkpoint: false, cursor: "c1" }));

  it("nothing changes, and the list is not yet known to be empty", () => {
    expect(ids(half)).toEqual([]);
    expect(half.complete).toBe(false);
  });

  it("the next pull goes on from the page", () => {
    expect(half.cursor).toBe("c1");
  });

  it("everything appears at the checkpoint, all at once", () => {
    expect(ids(receive(half, page([change("2", 1, {})])))).toEqual(["job:1", "job:2"]);
  });
});

describe("a later change", () => {
  const held = after(page([change("1", 1, { n: 1 }), change("2", 1, {})]));

  it("replaces the record's body and version", () => {
    const next = receive(held, page([change("1", 2, { n: 2 })]));
    expect(next.records.get("job:1")).toMatchObject({ version: 2, body: { n: 2 } });
  });

  it("without a body takes the record away", () => {
    expect(ids(receive(held, page([change("1", 2, null)])))).toEqual(["job:2"]);
  });

  it("leaves the records that did not change the same objects, so that views can tell", () => {
    const next = receive(held, page([change("1", 2, { n: 2 })]));
    expect(next.records.get("job:2")).toBe(held.records.get("job:2"));
  });

  it("does not touch the replica it started from", () => {
    receive(held, page([change("1", 2, null)]));
    expect(ids(held)).toEqual(["job:1", "job:2"]);
  });
});

describe("a pull without changes", () => {
  it("keeps the very same map", () => {
    const held = after(page([change("1", 1, {})]));
    expect(receive(held, page([])).records).toBe(held.records);
  });

  it("is complete: there is nothing", () => {
    expect(after(page([])).complete).toBe(true);
  });
});

describe("a record that moves between streams", () => {
  const held = after(page([change("1", 1, { n: 1 })]));
  const left = change("1", 2, null);
  const came = change("1", 2, { n: 2 }, OTHER);

  it.each([
    ["left first", [left, came]],
    ["came first", [came, left]],
  ])("stays, at its new version: %s", (_, changes) => {
    expect(receive(held, page(changes)).records.get("job:1")).toMatchObject({ body: { n: 2 }, streams: [OTHER] });
  });
});

describe("a record held by two streams", () => {
  it("shows the newer version, whichever page came last", () => {
    const both = after(page([change("1", 5, { n: 5 }, OTHER), change("1", 4, { n: 4 })]));
    expect(both.records.get("job:1")).toMatchObject({ version: 5, body: { n: 5 } });
  });

  it("goes only when the last of them lets it go", () => {
    const both = after(page([change("1", 1, {}), change("1", 1, {}, OTHER)]));
    const one = receive(both, page([change("1", 2, null)]));
    expect(ids(one)).toEqual(["job:1"]);
    expect(ids(receive(one, page([change("1", 3, null, OTHER)])))).toEqual([]);
  });
});

describe("a stream that is no longer ours", () => {
  it("takes its records along at the checkpoint, not before", () => {
    const held = after(page([change("1", 1, {}), change("2", 1, {}, OTHER)]));
    const early = receive(held, page([], { streams: [BOARD], checkpoint: false }));
    expect(ids(early)).toEqual(["job:1", "job:2"]);
    expect(ids(receive(early, page([], { streams: [BOARD] })))).toEqual(["job:1"]);
  });
});

describe("starting afresh", () => {
  const held = after(page([change("1", 1, {}), change("2", 1, {})]));
  const again = startAfresh(held);

  it("asks from the start and keeps showing what we have", () => {
    expect(again.cursor).toBeNull();
    expect(ids(receive(again, page([change("2", 1, {})], { checkpoint: false })))).toEqual(["job:1", "job:2"]);
  });

  it("replaces everything at the checkpoint", () => {
    expect(ids(receive(again, page([change("2", 1, {})])))).toEqual(["job:2"]);
  });

  it("drops the pages of a pull it broke off", () => {
    const half = receive(held, page([change("9", 1, {})], { checkpoint: false }));
    expect(ids(receive(startAfresh(half), page([change("2", 1, {})])))).toEqual(["job:2"]);
  });
});
