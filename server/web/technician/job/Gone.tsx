/** A job that the office moved or closed: what of the technician's work on it is still on this phone, and what is to be
 * done about it. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Job } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { go } from "../../shared/views/address";
import { Notice } from "../../shared/views/Notice";
import type { Phone } from "../phone/phone";
import { keepLast, leftOf, type Left } from "./gone";

interface GoneProps {
  readonly phone: Phone;
  readonly id: string;
  /** As this page showed it last; null when it never did. */
  readonly last: Job | null;
}

export function Gone({ phone, id, last }: GoneProps): JSX.Element {
  const begun = useSignal<boolean | null>(null);
  const complete = phone.complete.value;
  useEffect(() => {
    if (!complete) return;
    void keepLast(phone, id, last).then((kept) => {
      begun.value = kept;
    });
  }, [phone, id, last, complete, begun]);
  const left = useComputed(() => leftOf(phone, id, begun.value === true)).value;
  if (!complete || begun.value === null)
    return <div class="ghost card-ghost" role="status" aria-label={t("loading")} />;
  return (
    <Notice icon="empty" title={t("page.gone")} hint={t(`page.gone_${left}`)}>
      <Way left={left} id={id} />
    </Notice>
  );
}

function Way({ left, id }: { readonly left: Left; readonly id: string }): JSX.Element | null {
  switch (left) {
    case "unsigned":
    case "signed":
      return (
        <button
          type="button"
          class="button first"
          onClick={() => {
            go(new URLSearchParams({ job: id, view: "finish" }));
          }}
        >
          {t(left === "signed" ? "page.gone_see" : "page.gone_sign")}
        </button>
      );
    case "waiting":
      return (
        <button
          type="button"
          class="button first"
          onClick={() => {
            go(new URLSearchParams({ view: "outbox" }));
          }}
        >
          {t("page.gone_outbox")}
        </button>
      );
    case "hint":
      return null;
  }
}
