/** Asking while somebody types: some time after the last change, once for each question, and an answer that was overtaken
 * is dropped. The old answer stays, marked, until the new one is there. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { Answer } from "../../shared/api/problem";

export interface Told<T> {
  readonly answer: Answer<T> | null;
  /** Another answer is under way: this one may be true no more. */
  readonly busy: boolean;
}

export interface Asker<Question, T> {
  readonly told: ReadonlySignal<Told<T>>;
  /** The same question is not asked twice, unless there was no connection. Null: there is nothing to ask. */
  readonly want: (question: Question | null) => void;
  /** Asks the same question once more. */
  readonly again: () => void;
  readonly stop: () => void;
}

const NOTHING = { answer: null, busy: false } as const;

function foundNobody({ answer, busy }: Told<unknown>): boolean {
  return !busy && answer?.ok === false && answer.problem.status === 0;
}

export function asker<Question, T>(
  ask: (question: Question) => Promise<Answer<T>>,
  waitMs: number,
): Asker<Question, T> {
  const told = signal<Told<T>>(NOTHING);
  let wanted: { readonly question: Question; readonly key: string } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function send(question: Question): Promise<void> {
    const mine = ++turn;
    const answer = await ask(question);
    if (mine === turn) told.value = { answer, busy: false };
  }

  function schedule(question: Question, wait: number): void {
    clearTimeout(timer);
    turn += 1; // what is under way was asked for something else
    told.value = { ...told.peek(), busy: true };
    timer = setTimeout(() => void send(question), wait);
  }

  function forget(): void {
    clearTimeout(timer);
    turn += 1;
  }

  return {
    told,
    want: (question) => {
      if (question === null) {
        forget();
        wanted = null;
        if (told.peek() !== NOTHING) told.value = NOTHING;
        return;
      }
      const key = JSON.stringify(question);
      if (key === wanted?.key && !foundNobody(told.peek())) return;
      wanted = { question, key };
      schedule(question, waitMs);
    },
    again: () => {
      if (wanted !== null) schedule(wanted.question, 0);
    },
    stop: forget,
  };
}
