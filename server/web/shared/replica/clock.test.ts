import { describe, expect, it } from "vitest";
import { deviceClock } from "./clock";
import { MINUTE, NOON } from "./testing/builders";

class Watch {
  wall = NOON;
  monotonic = 1000;
  #boots = 0;
  readonly read = deviceClock({
    wall: () => this.wall,
    monotonic: () => this.monotonic,
    newBoot: () => `boot-${++this.#boots}`,
  });

  pass(ms: number, counted = ms): this {
    this.wall += ms;
    this.monotonic += counted;
    return this;
  }
}

describe("a boot", () => {
  it("lasts while both clocks go on alike", () => {
    const watch = new Watch();
    const first = watch.read();
    expect(watch.pass(60 * MINUTE).read()).toEqual({
      wall_ms: NOON + 60 * MINUTE,
      monotonic_ms: 1000 + 60 * MINUTE,
      boot_id: first.boot_id,
    });
  });

  it("ends when the device slept: the monotonic clock stood still", () => {
    const watch = new Watch();
    watch.read();
    expect(watch.pass(10 * MINUTE, 5).read().boot_id).toBe("boot-2");
  });

  it("ends after many short sleeps, too", () => {
    const watch = new Watch();
    watch.read();
    for (let nap = 0; nap < 9; nap++) watch.pass(1000, 700).read();
    expect(watch.read().boot_id).toBe("boot-2");
  });

  it("outlives a wall clock that is set back, and hears of a sleep after it", () => {
    const watch = new Watch();
    watch.read();
    watch.wall -= 60 * MINUTE;
    expect(watch.read().boot_id).toBe("boot-1");
    expect(watch.pass(MINUTE, 0).read().boot_id).toBe("boot-2");
  });

  it("has whole milliseconds", () => {
    const watch = new Watch();
    watch.monotonic = 12.75;
    expect(watch.read().monotonic_ms).toBe(12);
  });
});

describe("two pages", () => {
  it("never share a boot", () => {
    expect(deviceClock()().boot_id).not.toBe(deviceClock()().boot_id);
  });
});
