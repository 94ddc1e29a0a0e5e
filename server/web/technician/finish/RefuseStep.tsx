/** Nobody signs: why, in the technician's words, and whether somebody else saw it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { Part } from "../job/Part";
import type { RefusalKind } from "./draft";
import { Chosen, OneOf, Typed } from "./fields";
import type { Finishing } from "./finishing";
import { PadField } from "./PadField";
import { MOST_NAME, refuseFault, type RefuseFault } from "./signing";
import { Unsaved, NotSigned } from "./warnings";

const KINDS: readonly RefusalKind[] = ["not_present", "disagrees", "unable", "no_reason", "other"];
const WITNESSES = ["neighbour", "family", "colleague", "property"] as const;

export function RefuseStep({ finishing }: { readonly finishing: Finishing }): JSX.Element {
  const told = useSignal<RefuseFault | null>(null);
  const draft = finishing.draft.value;
  const { kind, words } = draft.refusal;
  const finish = (): void => {
    told.value = refuseFault(draft, Date.now());
    if (told.value === null) void finishing.sign("refused");
  };
  return (
    <>
      <p>{t("finish.refuse_hint")}</p>
      <Unsaved finishing={finishing} />
      <OneOf<RefusalKind>
        label={t("finish.refuse_why")}
        stacked
        value={kind}
        options={KINDS.map((value) => ({ value, words: t(`finish.refuse.${value}`) }))}
        onChoose={(chosen) => {
          finishing.change({ refusal: { kind: chosen, words } });
        }}
      />
      {kind === "unable" && (
        <>
          <p class="soft">{t("finish.refuse.unable_hint")}</p>
          <Typed
            label={t("finish.name")}
            most={MOST_NAME}
            value={draft.signer.name}
            onInput={(name) => {
              finishing.change({ signer: { ...draft.signer, name } });
            }}
          />
        </>
      )}
      <Typed
        label={t("finish.refuse.words")}
        hint={t("finish.refuse.words_hint")}
        rows={2}
        most={200}
        value={words}
        onInput={(typed) => {
          finishing.change({ refusal: { kind, words: typed } });
        }}
      />
      <Witness finishing={finishing} />
      <div class="fin-onward">
        <NotSigned finishing={finishing} />
        {told.value !== null && (
          <p class="trouble" role="alert">
            {t(`finish.refuse_fault.${told.value}`)}
          </p>
        )}
        <button type="button" class="button first" aria-disabled={finishing.busy.value} onClick={finish}>
          {t(finishing.busy.value ? "finish.signing" : "finish.refuse_done")}
        </button>
        <button
          type="button"
          class="button plain"
          onClick={() => {
            finishing.go("report");
          }}
        >
          {t("back")}
        </button>
      </div>
    </>
  );
}

function Witness({ finishing }: { readonly finishing: Finishing }): JSX.Element {
  const { witness } = finishing.draft.value;
  return (
    <Part title={t("finish.witness_title")}>
      <label class="fin-tick">
        <input
          type="checkbox"
          checked={witness !== null}
          onChange={(event) => {
            finishing.change({ witness: event.currentTarget.checked ? { name: "", role: "neighbour" } : null });
          }}
        />
        <span>{t("finish.witness")}</span>
      </label>
      {witness !== null && (
        <>
          <Typed
            label={t("finish.witness_name")}
            most={MOST_NAME}
            value={witness.name}
            onInput={(name) => {
              finishing.change({ witness: { ...witness, name } });
            }}
          />
          <Chosen
            label={t("finish.witness_role")}
            value={witness.role}
            options={WITNESSES.map((value) => ({ value, words: t(`finish.role.${value}`) }))}
            onChoose={(role) => {
              finishing.change({ witness: { ...witness, role } });
            }}
          />
          <PadField finishing={finishing} whose="witnessPad" say={t} />
        </>
      )}
    </Part>
  );
}
