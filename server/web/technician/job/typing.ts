/** What is being typed, kept on the phone at every letter until it is part of the job: over a reload, a crash, a call. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Phone } from "../phone/phone";

export interface Typing {
  /** Null: nothing is being typed. */
  readonly words: string | null;
  type(words: string): void;
  /** It is kept elsewhere now. */
  done(): void;
}

/** `key`: of this text among the drafts. */
export function useTyping({ drafts }: Pick<Phone, "drafts">, key: string): Typing {
  const words = useSignal<string | null>(null);
  useEffect(() => {
    let gone = false;
    void drafts.read(key).then((kept) => {
      if (!gone && words.value === null && typeof kept === "string" && kept !== "") words.value = kept;
    });
    return () => {
      gone = true;
    };
  }, [drafts, key, words]);
  return {
    words: words.value,
    type(typed) {
      words.value = typed;
      void drafts.keep(key, typed);
    },
    done() {
      words.value = null;
      void drafts.drop(key);
    },
  };
}
