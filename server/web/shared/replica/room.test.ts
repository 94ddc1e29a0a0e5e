import { describe, expect, it } from "vitest";
import { keepOurData, room } from "./room";

function storage(persisted: boolean, grants: boolean): StorageManager & { asked: number } {
  const manager = {
    asked: 0,
    persisted: () => Promise.resolve(persisted),
    persist: () => {
      manager.asked += 1;
      return Promise.resolve(grants);
    },
    estimate: () => Promise.resolve({ usage: 5, quota: 9 }),
  };
  return manager as unknown as StorageManager & { asked: number };
}

class Memory {
  readonly #kept = new Map<string, string>();
  getItem = (name: string): string | null => this.#kept.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.#kept.set(name, value);
}

const memory = (): Storage => new Memory() as unknown as Storage;

describe("keeping our data", () => {
  it("is asked for once, unless the person asks again", async () => {
    const manager = storage(false, false);
    const remembered = memory();
    expect(await keepOurData(false, manager, remembered)).toBe("evictable");
    expect(await keepOurData(false, manager, remembered)).toBe("evictable");
    expect(manager.asked).toBe(1);
    await keepOurData(true, manager, remembered);
    expect(manager.asked).toBe(2);
  });

  it("is not asked for when it is granted already", async () => {
    const manager = storage(true, true);
    expect(await keepOurData(false, manager, memory())).toBe("persistent");
    expect(manager.asked).toBe(0);
  });

  it("is unknown where the browser does not say", async () => {
    expect(await keepOurData(false, {} as StorageManager, null)).toBe("unknown");
  });
});

describe("room", () => {
  it("is what the browser says, about", async () => {
    expect(await room(storage(false, false))).toEqual({ used: 5, allowed: 9 });
    expect(await room({} as StorageManager)).toBeNull();
  });
});
