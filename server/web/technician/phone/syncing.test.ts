import { describe, expect, it } from "vitest";
import { Syncing } from "./syncing";

/** A phone's exchange with the office that ends when it is told to. */
function underWay(): { readonly syncing: Syncing; readonly end: () => void; readonly ended: Promise<unknown> } {
  let end = (): void => undefined;
  const ended = new Promise<void>((done) => {
    end = done;
  });
  const nothing = (): Promise<never[]> => Promise.resolve([]);
  const syncing = new Syncing({
    replica: { sync: () => ended, lastUpload: nothing, anchor: () => Promise.resolve(), pending: nothing },
    enrolAnew: () => Promise.resolve(null),
    listen: () => Promise.resolve(),
    mayTry: () => true,
  });
  syncing.soon();
  return { syncing, end, ended };
}

describe("A phone whose data has gone to a newer version", () => {
  it("says so, also when an exchange that was under way ends well afterwards", async () => {
    const { syncing, end, ended } = underWay();
    syncing.superseded();
    end();
    await ended;
    await Promise.resolve();
    expect(syncing.trouble.value).toBe("superseded");
  });

  it("is not forgotten by an identity that comes too late", () => {
    const { syncing } = underWay();
    syncing.superseded();
    syncing.enrolled();
    expect(syncing.trouble.value).toBe("superseded");
  });
});
