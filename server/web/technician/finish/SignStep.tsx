/** The customer signs: the words, the field, the name. What is drawn holds for these words and no others. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../shared/views/Icon";
import { Chosen, Typed } from "./fields";
import type { Finishing } from "./finishing";
import { PadField } from "./PadField";
import { ReportText } from "./ReportText";
import { holds, MOST_NAME, signFault, type SignFault } from "./signing";
import { Unsaved, NotSigned } from "./warnings";
import type { Words } from "./words";

interface SignStepProps {
  readonly finishing: Finishing;
  readonly say: Words;
  readonly onRefuse: () => void;
}

const ROLES = ["customer", "family", "representative", "neighbour", "colleague", "property"] as const;

export function SignStep({ finishing, say, onRefuse }: SignStepProps): JSX.Element {
  const told = useSignal<SignFault | null>(null);
  const draft = finishing.draft.value;
  const stated = finishing.stated.value;
  const stale = stated !== null && !holds(draft, stated);
  const sign = (): void => {
    if (stated === null) return;
    told.value = signFault(draft, stated, Date.now());
    if (told.value === null) void finishing.sign("signed");
  };
  return (
    <>
      <div class="fin-step fin-signing">
        <h1 id="fin-theirs-title" tabIndex={-1}>
          {say("finish.sign_title")}
        </h1>
        <Unsaved finishing={finishing} say={say} />
        {stated !== null && (
          <div class="fin-signed-text" tabIndex={0} role="region" aria-label={say("finish.sign_text")}>
            <ReportText text={stated.text} locale={stated.locale} />
          </div>
        )}
        <p>{say(draft.outcome === "completed" ? "finish.sign_statement" : "finish.sign_statement_not_done")}</p>
        {stale ? (
          <div class="fin-warning" role="alert">
            <Icon name="warning" />
            <div>
              <p>{say("finish.stale")}</p>
              <button
                type="button"
                class="button"
                onClick={() => {
                  finishing.clear("pad");
                }}
              >
                {say("finish.stale_new")}
              </button>
            </div>
          </div>
        ) : (
          <PadField finishing={finishing} whose="pad" say={say} />
        )}
        <div class="fin-who">
          <Typed
            label={say("finish.name")}
            most={MOST_NAME}
            autocomplete="name"
            value={draft.signer.name}
            onInput={(name) => {
              finishing.change({ signer: { ...draft.signer, name } });
            }}
          />
          <Chosen
            label={say("finish.role")}
            value={draft.signer.role}
            options={ROLES.map((value) => ({ value, words: say(`finish.role.${value}`) }))}
            onChoose={(role) => {
              finishing.change({ signer: { ...draft.signer, role } });
            }}
          />
        </div>
      </div>
      <footer class="fin-onward">
        <NotSigned finishing={finishing} say={say} />
        {told.value !== null && (
          <p class="trouble" role="alert">
            {say(`finish.fault.${told.value}`)}
          </p>
        )}
        <button type="button" class="button first" aria-disabled={finishing.busy.value} onClick={sign}>
          {say(finishing.busy.value ? "finish.signing" : "finish.sign")}
        </button>
        <div class="fin-aside">
          <button
            type="button"
            class="button plain"
            onClick={() => {
              finishing.go("judge");
            }}
          >
            {say("finish.previous")}
          </button>
          <button type="button" class="button plain" onClick={onRefuse}>
            {say("finish.does_not_sign")}
          </button>
        </div>
      </footer>
    </>
  );
}
