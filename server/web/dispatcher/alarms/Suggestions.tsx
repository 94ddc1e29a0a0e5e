/** Something happened, and what could be done: each change with its sentence, taken as a whole or dismissed; and who looks
 * into it until then. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { Reaction } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { TravelNotice } from "../Proposals";
import { InHands } from "./InHands";
import { dismissSuggestion, openIn, reactionMatter, takeSuggestion, type Suggestions } from "./reacting";

interface SuggestionListProps {
  readonly suggestions: Suggestions;
  readonly board: Board;
  readonly show: Show;
  /** Reads them anew. */
  readonly again: () => void;
}

export function SuggestionList({ suggestions, board, show, again }: SuggestionListProps): JSX.Element | null {
  const loaded = suggestions.value;
  if (loaded.kind === "failed") return <p class="trouble">{sentence(loaded.problem)}</p>;
  const open = openIn(suggestions);
  if (open.length === 0) return null;
  return (
    <section aria-labelledby="suggestions-title">
      <h2 id="suggestions-title">{t("react.title", { n: open.length })}</h2>
      <ol class="suggestions">
        {open.map((reaction) => (
          <Suggestion key={reaction.id} reaction={reaction} board={board} show={show} again={again} />
        ))}
      </ol>
    </section>
  );
}

interface SuggestionProps extends Omit<SuggestionListProps, "suggestions"> {
  readonly reaction: Reaction;
}

function Suggestion({ reaction, board, show, again }: SuggestionProps): JSX.Element {
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const agreed = useSignal(false);
  const { items, open_changes: changes } = reaction;
  const drops = items.filter((item) => item.needs_consent);

  async function act(deed: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await deed();
    busy.value = false;
    again();
  }

  async function take(): Promise<void> {
    const consent = agreed.value ? drops.map((item) => item.job_id) : [];
    const problem = await takeSuggestion(board, reaction, consent);
    trouble.value = problem === null ? null : sentence(problem);
  }

  return (
    <li class="suggestion" data-taken={reaction.seen_to_by !== null}>
      <header>
        <h3>
          <Icon name="warning" />
          {inLanguage(reaction.event)}
        </h3>
        <span class="soft numbers">{shortTime(now.value, Date.parse(reaction.happened_at))}</span>
      </header>
      <p>
        <strong>{reaction.state === "noticed" ? t("react.looking") : inLanguage(reaction.sentence)}</strong>
      </p>
      <TravelNotice travel={reaction.travel} />
      {items.length > 0 && (
        <ul>
          {items.map((item) => (
            <li key={item.job_id}>
              <button
                type="button"
                class="button plain"
                onClick={() => {
                  show({ job: item.job_id });
                }}
              >
                {t("job.number", { n: item.number })} {item.title}
              </button>
              {items.length > 1 && <span>{inLanguage(item.sentence)}</span>}
            </li>
          ))}
        </ul>
      )}
      {reaction.not_auto !== null && <p class="soft">{inLanguage(reaction.not_auto.sentence)}</p>}
      {trouble.value !== null && (
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
      )}
      <footer>
        <InHands matter={reactionMatter(board, reaction, again)} board={board} first={changes === 0} />
        {board.mayWrite && (
          <>
            {drops.length > 0 && (
              <label class="switch">
                <input
                  type="checkbox"
                  checked={agreed.value}
                  onChange={(event) => {
                    agreed.value = event.currentTarget.checked;
                  }}
                />
                {t("plan.consent")}
              </label>
            )}
            <button
              type="button"
              class="button"
              aria-disabled={busy.value}
              onClick={() => void act(() => dismissSuggestion(board, reaction))}
            >
              {t("react.dismiss")}
            </button>
            {changes > 0 && (
              <button type="button" class="button first" aria-disabled={busy.value} onClick={() => void act(take)}>
                {t("react.take", { n: changes })}
              </button>
            )}
          </>
        )}
      </footer>
    </li>
  );
}
