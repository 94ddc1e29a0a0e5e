/** The person's own page: how they like the app, what it keeps, help from the office, and the way out. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bytesWords } from "../../shared/text/bytes";
import { language, switchLanguage, t, type Language } from "../../shared/text/language";
import { go } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import { InstallHint } from "../enrol/Install";
import { faults } from "../phone/faultlog";
import type { Phone } from "../phone/phone";
import { useWaits, waitsInVain, waitsOf } from "../waits";
import { diagnostics } from "./diagnostics";
import "./me.css";
import { chooseTextSize, TEXT_SIZES, textSize } from "./textsize";
import { appVersion } from "./version";

const LANGUAGES: readonly Language[] = ["zh-CN", "en"];

export function Me({ phone }: { readonly phone: Phone }): JSX.Element {
  return (
    <main class="me">
      <header>
        <h1>{t("me.title")}</h1>
        <p class="soft">{phone.user.name}</p>
      </header>
      <InstallHint />
      <Choice
        title={t("me.language")}
        name="language"
        of={LANGUAGES}
        chosen={language.value}
        words={(each) => t(`me.language.${each}`)}
        onChoose={switchLanguage}
      />
      <Choice
        title={t("me.text_size")}
        name="text-size"
        of={TEXT_SIZES}
        chosen={textSize.value}
        words={(each) => t(`me.text_size.${each}`)}
        onChoose={chooseTextSize}
      />
      <Storage phone={phone} />
      <Help phone={phone} />
      <Leave phone={phone} />
      <p class="soft numbers me-version">{t("me.version", { version: appVersion() })}</p>
    </main>
  );
}

interface ChoiceProps<T extends string> {
  readonly title: string;
  readonly name: string;
  readonly of: readonly T[];
  readonly chosen: T;
  readonly words: (each: T) => string;
  readonly onChoose: (each: T) => void;
}

function Choice<T extends string>({ title, name, of, chosen, words, onChoose }: ChoiceProps<T>): JSX.Element {
  return (
    <fieldset class="part me-choice">
      <legend>{title}</legend>
      <div class="me-options">
        {of.map((each) => (
          <label key={each} lang={each === "zh-CN" || each === "en" ? each : undefined}>
            <input
              type="radio"
              name={name}
              value={each}
              checked={each === chosen}
              onChange={() => {
                onChoose(each);
              }}
            />
            <span>{words(each)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Storage({ phone }: { readonly phone: Phone }): JSX.Element {
  const room = phone.room.value;
  const keeping = phone.keeping.value;
  return (
    <Part title={t("me.storage")}>
      {room === null ? (
        <p>{t("me.room_unknown")}</p>
      ) : (
        <>
          <p class="numbers">{t("me.room", { used: bytesWords(room.used), allowed: bytesWords(room.allowed) })}</p>
          <meter
            aria-label={t("me.storage")}
            min={0}
            max={room.allowed}
            high={room.allowed * 0.9}
            optimum={0}
            value={room.used}
          />
        </>
      )}
      <p>
        {keeping === "persistent" && <Icon name="done" />}
        {keeping === "evictable" && <Icon name="warning" />}{" "}
        {t(keeping === "unknown" ? "me.keeping_unknown" : `me.${keeping}`)}
      </p>
      {keeping === "evictable" && (
        <button type="button" class="button" onClick={() => void phone.askToKeep()}>
          {t("me.keep")}
        </button>
      )}
    </Part>
  );
}

function Help({ phone }: { readonly phone: Phone }): JSX.Element {
  const text = useSignal("");
  const copied = useSignal(false);
  useEffect(() => {
    void phone.deviceId().then((deviceId) => {
      text.value = diagnosticsOf(phone, deviceId);
    });
  }, [phone, text]);
  const [shares] = useState(() => typeof (navigator as { share?: unknown }).share === "function");
  return (
    <Part title={t("me.help")}>
      <p class="soft">{t("me.help_hint")}</p>
      <details>
        <summary>{t("me.show")}</summary>
        <pre class="diagnostics" tabIndex={0} aria-label={t("me.show")}>
          {text.value}
        </pre>
      </details>
      <div class="me-buttons">
        {shares && (
          <button
            type="button"
            class="button"
            onClick={() => void navigator.share({ text: text.value }).catch(() => undefined)}
          >
            {t("me.share")}
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() =>
            void navigator.clipboard.writeText(text.value).then(
              () => {
                copied.value = true;
              },
              () => undefined,
            )
          }
        >
          {t("me.copy")}
        </button>
      </div>
      <p role="status">{copied.value && t("me.copied")}</p>
    </Part>
  );
}

function diagnosticsOf(phone: Phone, deviceId: string): string {
  return diagnostics({
    version: appVersion(),
    deviceId,
    now: Date.now(),
    agent: navigator.userAgent,
    language: language.peek(),
    contact: phone.contact.peek(),
    trouble: phone.trouble.peek(),
    keeping: phone.keeping.peek(),
    room: phone.room.peek(),
    clockAhead: phone.clockAhead.peek(),
    installed: matchMedia("(display-mode: standalone)").matches,
    counts: {
      jobs: phone.jobs.peek().size,
      units: phone.units.peek().size,
      outcomes: phone.outcomes.peek().length,
      photos: phone.photos.photos.peek().size,
    },
    kinds: phone.waiting.peek().map(({ kind }) => kind),
    faults: faults(),
  });
}

/** What is only on this phone would be out of reach until the same person is back; so it must be handed in first. */
function Leave({ phone }: { readonly phone: Phone }): JSX.Element {
  const refused = useSignal(false);
  const waits = useWaits(phone);
  const inVain = waitsInVain(phone);
  const tryTo = (leaving: Promise<boolean>): void => {
    void leaving.then((left) => {
      refused.value = !left;
    });
  };
  return (
    <section class="part">
      <h2>{t("me.logout")}</h2>
      <p class="soft">{t("me.logout_hint")}</p>
      {refused.value && waits !== "" && (
        <div class="trouble" role="alert">
          <div>
            <p>{t("me.logout_refused", { what: waits })}</p>
            <p>{t(inVain ? "me.logout_in_vain" : "me.logout_refused_hint")}</p>
            <p class="me-buttons">
              <button
                type="button"
                class="button"
                onClick={() => {
                  go(new URLSearchParams({ view: "outbox" }));
                }}
              >
                {t("me.to_outbox")}
              </button>
              {inVain && (
                <button
                  type="button"
                  class="button danger"
                  onClick={() => {
                    tryTo(leave(phone, inVain));
                  }}
                >
                  {t("me.logout_anyway")}
                </button>
              )}
            </p>
          </div>
        </div>
      )}
      <button
        type="button"
        class="button danger"
        onClick={() => {
          tryTo(leave(phone, false));
        }}
      >
        {t("me.logout")}
      </button>
    </section>
  );
}

/** Whether they left; `anyway`: without the photos that the office will not take. The database is asked too, not only
 * what is on view: another tab may have worked a moment ago. */
async function leave(phone: Phone, anyway: boolean): Promise<boolean> {
  const held = waitsOf(phone) !== "" && !(anyway && waitsInVain(phone));
  if (held || (await phone.replica.pending()).length > 0) return false;
  go(new URLSearchParams(), true);
  await phone.session.logout();
  return true;
}
