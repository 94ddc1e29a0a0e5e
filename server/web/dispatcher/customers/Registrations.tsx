/** A customer says that a product is theirs: what they wrote beside the proof they sent, accepted or refused. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Registration, Unit } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { plainDate, shortTime, toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { useBlob } from "../../shared/views/blob";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { acceptRegistration, proofOf, refuseRegistration, WORTHS } from "./deeds";
import { Shown } from "./Shown";

type Asked = "accept" | "refuse" | "proof";

interface RegistrationProps {
  readonly registration: Registration;
  readonly board: Board;
}

export function OneRegistration({
  registration,
  board,
  again,
}: RegistrationProps & { readonly again: () => void }): JSX.Element {
  const asked = useSignal<Asked | null>(null);
  const { name, phone, purchased_on: bought } = registration;
  const zone = board.zoneOf(registration.outlet_id);
  return (
    <li class="matter" tabIndex={-1}>
      <div class="matter-words">
        <h3 class="typed">{productOf(registration)}</h3>
        <dl class="facts">
          <div>
            <dt>{t("registrations.customer")}</dt>
            <dd>
              <span class="typed">{name}</span>
              {board.mayWrite ? (
                <a class="numbers" href={`tel:${phone.replaceAll(/[^\d+*#]/g, "")}`}>
                  {phone}
                </a>
              ) : (
                <span class="numbers">{phone}</span>
              )}
            </dd>
          </div>
          <div>
            <dt>{t("registrations.bought")}</dt>
            <dd class="numbers">{bought === null ? t("registrations.bought_unknown") : plainDate(bought)}</dd>
          </div>
          <div>
            <dt>{t("registrations.proof")}</dt>
            <dd>
              <Proof registration={registration} board={board} asked={asked} />
            </dd>
          </div>
        </dl>
        {registration.contested && (
          <p class="caution">
            <Icon name="warning" />
            {t("registrations.contested")}
          </p>
        )}
        <p class="soft numbers">
          {t("registrations.since", { time: shortTime(now.value, Date.parse(registration.made_at), zone) })}
        </p>
      </div>
      {board.mayWrite && (
        <div class="matter-deeds">
          <button
            type="button"
            class="button"
            aria-label={t("registrations.refuse_named", { name })}
            onClick={() => (asked.value = "refuse")}
          >
            {t("registrations.refuse")}
          </button>
          <button
            type="button"
            class="button first"
            aria-label={t("registrations.accept_named", { name })}
            onClick={() => (asked.value = "accept")}
          >
            {t("registrations.accept")}
          </button>
        </div>
      )}
      <Dialogs
        registration={registration}
        board={board}
        asked={asked}
        onClose={() => {
          if (asked.value !== "proof") again();
          asked.value = null;
        }}
      />
    </li>
  );
}

/** `Breeze 35GW, 0123456789ABCDEF` */
function productOf(registration: Registration): string {
  const { model_name: zh, model_name_en: en, serial } = registration;
  return `${inLanguage({ zh, en })} · ${serial}`;
}

function Proof({
  registration,
  board,
  asked,
}: RegistrationProps & { readonly asked: Signal<Asked | null> }): JSX.Element {
  if (registration.proof_media_type === "") return <span class="soft">{t("registrations.proof_none")}</span>;
  if (!board.mayWrite) return <span>{registration.proof_media_type}</span>;
  return (
    <button
      type="button"
      class="button plain inline"
      aria-label={t("registrations.proof_open_named", { name: registration.name })}
      onClick={() => (asked.value = "proof")}
    >
      {t("registrations.proof_open")}
    </button>
  );
}

interface DialogsProps extends RegistrationProps {
  readonly asked: Signal<Asked | null>;
  readonly onClose: () => void;
}

function Dialogs({ registration, board, asked, onClose }: DialogsProps): JSX.Element | null {
  const words = { name: registration.name, product: productOf(registration) };
  switch (asked.value) {
    case null:
      return null;
    case "proof":
      return <ProofShown registration={registration} board={board} onClose={onClose} />;
    case "accept":
      return <Accepting registration={registration} board={board} onClose={onClose} />;
    case "refuse":
      return (
        <Frame
          title={t("registrations.refuse_title", { name: words.name })}
          confirm={t("registrations.refuse_confirm")}
          danger
          onConfirm={(fields) => refuseRegistration(board, registration, entered(fields, "why"))}
          onClose={onClose}
        >
          <p class="typed">
            {registration.contested
              ? t("registrations.refuse_contested", { product: words.product })
              : t("registrations.refuse_text", { product: words.product })}
          </p>
          <div class="field">
            <label for="why">{t("registrations.note")}</label>
            <input id="why" name="why" maxLength={400} autocomplete="off" />
          </div>
        </Frame>
      );
  }
}

interface AskingProps extends RegistrationProps {
  readonly onClose: () => void;
}

function Accepting({ registration, board, onClose }: AskingProps): JSX.Element {
  const [unit] = useLoaded<Unit>(
    () => answer(board.api.GET("/units/{unit_id}", { params: { path: { unit_id: registration.unit_id } } })),
    registration.unit_id,
    0,
  );
  const words = { name: registration.name, product: productOf(registration) };
  const sold = unit.value.kind === "ready" ? unit.value.data.sold_on : null;

  function confirm(fields: FormData): Promise<Problem | null> {
    const worth = WORTHS.find((each) => each === entered(fields, "worth")) ?? null;
    return acceptRegistration(board, registration, entered(fields, "sold") || null, worth);
  }

  return (
    <Frame
      title={t("registrations.accept_title", { name: words.name })}
      confirm={t("registrations.accept_confirm")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p class="typed">
        {registration.contested ? t("registrations.accept_contested", words) : t("registrations.accept_text", words)}
      </p>
      <div class="field">
        <label for="sold">{t("registrations.sold_on")}</label>
        <input
          id="sold"
          name="sold"
          type="date"
          max={toDateInput(now.value, board.zoneOf(registration.outlet_id))}
          defaultValue={registration.purchased_on ?? ""}
          aria-describedby="sold-hint"
        />
        <p id="sold-hint" class="soft">
          {sold === null ? t("registrations.sold_on_hint") : t("registrations.sold_on_file", { day: plainDate(sold) })}
        </p>
      </div>
      <div class="field">
        <label for="worth">{t("registrations.worth")}</label>
        <select id="worth" name="worth">
          <option value="">{t("registrations.worth.keep")}</option>
          {WORTHS.map((worth) => (
            <option key={worth} value={worth}>
              {t(`registrations.worth.${worth}`)}
            </option>
          ))}
        </select>
      </div>
    </Frame>
  );
}

/** A picture is drawn here; anything else is for saving, never for opening as a page of ours. */
function ProofShown({ registration, board, onClose }: AskingProps): JSX.Element {
  const proof = useBlob(() => proofOf(board, registration), registration.id).value;
  const title = t("registrations.proof_title", { name: registration.name });
  return (
    <Shown title={title} onClose={onClose}>
      {proof.kind === "loading" && <div class="ghost picture-ghost" role="status" aria-label={t("loading")} />}
      {proof.kind === "failed" && (
        <p class="trouble" role="alert">
          {t("registrations.proof_failed")} {sentence(proof.problem)}
        </p>
      )}
      {proof.kind === "ready" && (
        <>
          {proof.data.mediaType.startsWith("image/") && <img src={proof.data.url} alt={title} />}
          <a class="button" href={proof.data.url} download={`${registration.serial}-proof`}>
            {t("registrations.proof_save")}
          </a>
        </>
      )}
    </Shown>
  );
}
