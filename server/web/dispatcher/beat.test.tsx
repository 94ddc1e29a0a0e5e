import { signal, type ReadonlySignal } from "@preact/signals";
import { render, type JSX } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SOON_MS, useBeat } from "./beat";
import type { Board } from "./board";

const AT_MOST_MS = 4000;
const FRAME_MS = 50; // effects follow with the next frame
const place = document.createElement("div");
let contact = signal<{ last: number | null }>({ last: null });
let beat: ReadonlySignal<number> = signal(0);

function Beating(): JSX.Element {
  beat = useBeat({ feed: { contact } } as unknown as Board, AT_MOST_MS);
  return <p>{beat}</p>;
}

beforeEach(async () => {
  vi.useFakeTimers();
  contact = signal<{ last: number | null }>({ last: null });
  await act(() => {
    render(<Beating />, place);
  });
  await after(AT_MOST_MS);
});
afterEach(() => {
  render(null, place);
  vi.useRealTimers();
});

const after = (ms: number): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

async function heard(): Promise<void> {
  contact.value = { last: (contact.peek().last ?? 0) + 1 };
  await after(FRAME_MS);
}

describe("the beat of a board", () => {
  it("leaves those in peace who have just read", async () => {
    await act(() => {
      render(<Beating key="another" />, place);
    });
    await heard();
    await after(AT_MOST_MS - 2 * FRAME_MS);
    expect(beat.value).toBe(0);
    await after(2 * FRAME_MS);
    expect(beat.value).toBe(1);
  });

  it("does not begin before anything was heard", async () => {
    await after(AT_MOST_MS * 2);
    expect(beat.value).toBe(0);
  });

  it("follows soon, once for what comes together", async () => {
    await heard();
    await heard();
    await after(SOON_MS);
    expect(beat.value).toBe(1);
    await after(AT_MOST_MS * 2);
    expect(beat.value).toBe(1);
  });

  it("does not rise again until its time is over, and then for all that came meanwhile", async () => {
    await heard();
    await after(SOON_MS);
    await heard();
    await heard();
    await after(AT_MOST_MS - 3 * FRAME_MS);
    expect(beat.value).toBe(1);
    await after(2 * FRAME_MS);
    expect(beat.value).toBe(2);
  });

  it("follows soon again after a silence", async () => {
    await heard();
    await after(AT_MOST_MS + SOON_MS);
    await heard();
    await after(SOON_MS);
    expect(beat.value).toBe(2);
  });
});
