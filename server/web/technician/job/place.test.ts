import { describe, expect, it } from "vitest";
import { followPlace, placeNow } from "./place";
import { dial } from "./told";

/** A receiver that tells what it is told to. */
class Receiver implements Geolocation {
  #tell: PositionCallback | null = null;
  watching = 0;

  watchPosition(tell: PositionCallback): number {
    this.#tell = tell;
    return ++this.watching;
  }

  clearWatch(): void {
    this.watching = 0;
  }

  getCurrentPosition(): void {
    throw new Error("nobody waits for a place");
  }

  isAt(latitude: number, accuracy: number, timestamp: number): void {
    const rest = { altitude: null, altitudeAccuracy: null, heading: null, speed: null };
    const coords = { latitude, longitude: 121.5, accuracy, ...rest, toJSON: () => ({}) };
    this.#tell?.({ coords, timestamp, toJSON: () => ({}) });
  }
}

const MINUTE = 60_000;

describe("the place of an arrival", () => {
  it("is the latest that is known, while it is young", () => {
    const receiver = new Receiver();
    const leave = followPlace(receiver);
    receiver.isAt(31.2, 12, 10 * MINUTE);
    expect(placeNow(11 * MINUTE)).toEqual({ place: { lat: 31.2, lon: 121.5, accuracy_m: 12 } });
    expect(placeNow(13 * MINUTE)).toEqual({});
    leave();
    expect(receiver.watching).toBe(0);
  });

  it("is left out where the receiver makes no sense, and kept within what the server takes", () => {
    const receiver = new Receiver();
    followPlace(receiver);
    receiver.isAt(NaN, 12, 0);
    expect(placeNow(0)).toEqual({});
    receiver.isAt(31.2, 1e9, 0);
    expect(placeNow(0)).toEqual({ place: { lat: 31.2, lon: 121.5, accuracy_m: 100_000 } });
  });

  it("is none without a receiver", () => {
    expect(() => {
      followPlace(null)();
    }).not.toThrow();
  });
});

describe("a number to call", () => {
  it.each([
    ["139 0000-1111", "tel:13900001111"],
    ["＋86（021）6279", "tel:+860216279"],
    ["javascript:alert(1)", "tel:1"],
    ["ask at the door", null],
    ["", null],
  ])("%s is dialled as %s", (typed, dialled) => {
    expect(dial(typed)).toBe(dialled);
  });
});
