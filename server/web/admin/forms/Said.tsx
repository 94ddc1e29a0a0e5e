/** Short words about what was just done. Always in the page, so that what appears in it is read out. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";

const STAYS_MS = 8_000;

interface Words {
  readonly tone: "good" | "bad";
  readonly text: string;
}

const said = signal<Words | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Bad news stays until it is dismissed or followed by other words. */
export function tell(tone: Words["tone"], text: string): void {
  clearTimeout(timer);
  said.value = { tone, text };
  if (tone === "good")
    timer = setTimeout(() => {
      said.value = null;
    }, STAYS_MS);
}

export function Said(): JSX.Element {
  const words = said.value;
  return (
    <div class="said" role="status" aria-live="polite">
      {words !== null && (
        <div class="said-words" data-tone={words.tone}>
          <Icon name={words.tone === "good" ? "done" : "warning"} />
          <span>{words.text}</span>
          <button
            type="button"
            class="button plain square"
            aria-label={t("dismiss")}
            onClick={() => (said.value = null)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
