/** A link by which the customer follows the job: asked for, then shown once, to be copied or on its way. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Problem } from "../../shared/api/problem";
import type { FollowLink, Job } from "../../shared/api/types";
import { language, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { makeFollowLink } from "./deeds";
import { Shown } from "./Shown";

interface FollowLinkMakingProps {
  readonly job: Job;
  readonly board: Board;
  readonly onClose: () => void;
}

const LANGUAGES = ["zh-CN", "en"] as const;

export function FollowLinkMaking({ job, board, onClose }: FollowLinkMakingProps): JSX.Element {
  const made = useSignal<FollowLink | null>(null);

  async function confirm(fields: FormData): Promise<Problem | null> {
    const locale = LANGUAGES.find((each) => each === entered(fields, "locale")) ?? "zh-CN";
    const done = await makeFollowLink(board, job, { send: fields.has("send"), locale });
    if (!done.ok) return done.problem;
    made.value = done.data;
    return null;
  }

  if (made.value !== null) return <Made job={job} link={made.value} onClose={onClose} />;
  return (
    <Frame
      title={t("follow.title", { n: job.number })}
      confirm={t("follow.confirm")}
      onConfirm={confirm}
      onClose={() => {
        if (made.value === null) onClose();
      }}
    >
      <p>{t("follow.text")}</p>
      {job.contact_phone.trim() === "" ? (
        <p class="soft">{t("follow.no_phone")}</p>
      ) : (
        <>
          <label class="switch">
            <input type="checkbox" name="send" />
            {t("follow.send", { phone: job.contact_phone })}
          </label>
          <div class="field">
            <label for="locale">{t("follow.language")}</label>
            <select id="locale" name="locale">
              {LANGUAGES.map((each) => (
                <option key={each} value={each} selected={each === language.value}>
                  {t(`customers.language.${each}`)}
                </option>
              ))}
            </select>
          </div>
        </>
      )}
    </Frame>
  );
}

interface MadeProps {
  readonly job: Job;
  readonly link: FollowLink;
  readonly onClose: () => void;
}

function Made({ job, link, onClose }: MadeProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal<"yes" | "no" | null>(null);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link.url);
      copied.value = "yes";
    } catch {
      field.current?.select(); // no clipboard without https; the person has the keys
      copied.value = "no";
    }
  }

  return (
    <Shown title={t("follow.made_title", { n: job.number })} onClose={onClose}>
      <div class="field">
        <label for="made-link">{t("follow.link")}</label>
        <div class="copied-link">
          <input
            id="made-link"
            ref={field}
            readOnly
            value={link.url}
            onFocus={(event) => {
              event.currentTarget.select();
            }}
          />
          <button type="button" class="button" onClick={() => void copy()}>
            {t("follow.copy")}
          </button>
        </div>
      </div>
      <p role="status" class={copied.value === null ? "unseen" : "copied"}>
        {copied.value !== null && (
          <>
            <Icon name={copied.value === "yes" ? "done" : "warning"} />
            {t(copied.value === "yes" ? "follow.copied" : "follow.copy_failed")}
          </>
        )}
      </p>
      {link.sent && <p>{t("follow.sent", { phone: job.contact_phone })}</p>}
      <p class="soft">{t("follow.once", { time: shortTime(now.value, Date.parse(link.expires_at)) })}</p>
    </Shown>
  );
}
