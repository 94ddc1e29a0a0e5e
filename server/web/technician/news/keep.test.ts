import { signal } from "@preact/signals";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aJob } from "../../shared/api/builders";
import type { Job, Review } from "../../shared/api/types";
import type { Judged, Operation } from "../../shared/replica";
import { completing } from "../photos/builders";
import { newsOfPhone, type News, type Source } from "./keep";

const JOB = aJob({ technician_id: "t1", state: "scheduled", address: "1 Bund" });

/** A phone as far as its news go. */
class Stand {
  readonly jobs = signal<ReadonlyMap<string, Job>>(new Map());
  readonly reviews = signal<ReadonlyMap<string, Review>>(new Map());
  readonly judged = signal<readonly Judged[]>([]);
  readonly waiting = signal<readonly Operation[]>([]);
  readonly complete = signal(true);
  readonly closing = new AbortController();
  readonly closed = this.closing.signal;
  readonly user = { id: "u1", technician_id: "t1" } as Source["user"];
  readonly markSeen = (op_ids: readonly string[]): Promise<void> => {
    this.judged.value = this.judged.value.map((each) =>
      op_ids.includes(each.operation.op_id) ? { ...each, seen: true } : each,
    );
    return Promise.resolve();
  };

  hold(...jobs: Job[]): void {
    this.jobs.value = new Map(jobs.map((job) => [job.id, job]));
  }
}

let factory: IDBFactory;
const stands: Stand[] = [];

function opened(stand: Stand): News {
  const news = newsOfPhone(stand, { indexedDB: factory, IDBKeyRange });
  stands.push(stand);
  return news;
}

const kinds = (news: News): string[] =>
  news.items.value.map((item) => (item.kind === "job" ? item.news.kind : item.kind));

beforeEach(() => {
  factory = new IDBFactory();
});

afterEach(() => {
  for (const stand of stands.splice(0)) stand.closing.abort();
});

/** Once the jobs there are have been taken in. */
async function begun(stand: Stand): Promise<News> {
  stand.hold(JOB);
  const news = opened(stand);
  await vi.waitFor(() => {
    stand.hold({ ...JOB, address: "begun" });
    expect(news.count.value).toBe(1);
  });
  await news.markSeen();
  stand.hold({ ...JOB, address: "begun" });
  return news;
}

describe("the news of a phone", () => {
  it("begin with nothing, and tell what changes from then on, once", async () => {
    const news = await begun(new Stand());
    expect(kinds(news)).toEqual(["changed"]);
    expect(news.count.value).toBe(0);
  });

  it("tell what changed while the app was closed", async () => {
    const before = new Stand();
    const news = await begun(before);
    before.closing.abort();
    before.hold();
    expect(kinds(news)).toEqual(["changed"]);
    const stand = new Stand();
    stand.hold();
    const again = opened(stand);
    await vi.waitFor(() => {
      expect(kinds(again)).toEqual(["gone", "changed"]);
    });
    expect(again.count.value).toBe(1);
  });

  it("tell of merged values and refused steps, until they are seen", async () => {
    const stand = new Stand();
    const news = await begun(stand);
    const outcome = { seq: 1, version: 2, review_id: null, text: null };
    const merge = { field: "contact_phone", winner: "office", won: "1", lost: "2" } as const;
    const [merged, refused, plain] = [completing("j1", []), completing("j1", []), completing("j1", [])];
    stand.judged.value = [
      [merged, { ...outcome, op_id: merged.op_id, status: "merged", merges: [merge], code: null }] as const,
      [refused, { ...outcome, op_id: refused.op_id, status: "rejected", merges: [], code: "unknown_kind" }] as const,
      [plain, { ...outcome, op_id: plain.op_id, status: "applied", merges: [], code: null }] as const,
    ].map(([operation, said]) => ({ operation, outcome: said, answered_ms: Date.now() + 1000, seen: false }));
    expect(kinds(news).slice(0, 2).sort()).toEqual(["merged", "refused"]);
    expect(news.count.value).toBe(2);
    await news.markSeen();
    expect(news.count.value).toBe(0);
  });

  it("tell of a review when it is opened, and again when it is settled", async () => {
    const stand = new Stand();
    const news = await begun(stand);
    const review = {
      id: "r1",
      opened_at: new Date().toISOString(),
      settled_at: null,
      op_id: null,
    } as unknown as Review;
    stand.reviews.value = new Map([["r1", review]]);
    expect(news.count.value).toBe(1);
    await news.markSeen();
    await vi.waitFor(() => {
      expect(news.count.value).toBe(0);
    });
    stand.reviews.value = new Map([["r1", { ...review, settled_at: new Date().toISOString() }]]);
    expect(news.count.value).toBe(1);
  });
});
