/** Keeps the latest of what changes quickly: one write at a time, and while one is under way only the newest waits. */
import { signal, type ReadonlySignal } from "@preact/signals";

export class Keeper<T> {
  readonly #write: (value: T) => Promise<boolean>;
  readonly #failed = signal(false);
  #next: { readonly value: T } | null = null;
  #writing: Promise<void> | null = null;

  /** `write` answers whether it was kept. */
  constructor(write: (value: T) => Promise<boolean>) {
    this.#write = write;
  }

  /** The last write failed: what is on the screen is there only. */
  get failed(): ReadonlySignal<boolean> {
    return this.#failed;
  }

  /** Answers when this, or something newer, was written or failed. */
  keep(value: T): Promise<void> {
    this.#next = { value };
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** When nothing is under way any more. What waits is not written. */
  async stop(): Promise<void> {
    this.#next = null;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#next !== null) {
      const { value } = this.#next;
      this.#next = null;
      this.#failed.value = !(await this.#write(value));
    }
  }
}
